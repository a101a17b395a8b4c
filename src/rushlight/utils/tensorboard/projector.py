"""The files of TensorBoard's projector: points, labels, pictures and where to find them."""
import os
from urllib.parse import quote

import numpy as np

from .summary import array, pixels, png


def write_embedding(log_dir, points, labels, pictures, step, tag, header):
    """Write one embedding into a folder of its own, and add it to the list of the log's folder."""
    if points.ndim != 2:
        raise AssertionError("mat should be 2D, where mat.size(0) is the number of data points")
    folder = f"{0 if step is None else step:05d}/{quote(tag, safe='')}"
    path = os.path.join(str(log_dir), folder)
    os.makedirs(path, exist_ok=True)
    entry = f'embeddings {{\n  tensor_name: "{tag}:{0 if step is None else step:05d}"\n  tensor_path: "{folder}/tensors.tsv"\n'
    if labels is not None:
        if len(labels) != len(points):
            raise AssertionError("#labels should equal with #data points")
        _write_labels(os.path.join(path, "metadata.tsv"), labels, header)
        entry += f'  metadata_path: "{folder}/metadata.tsv"\n'
    if pictures is not None:
        pictures = array(pictures)
        if len(pictures) != len(points):
            raise AssertionError("#images should equal with #data points")
        _write_sprite(os.path.join(path, "sprite.png"), pictures)
        entry += (f'  sprite {{\n    image_path: "{folder}/sprite.png"\n    single_image_dim: {pictures.shape[3]}\n'
                  f"    single_image_dim: {pictures.shape[2]}\n  }}\n")
    with open(os.path.join(path, "tensors.tsv"), "w", encoding="utf-8") as file:
        file.writelines("\t".join(str(x) for x in row) + "\n" for row in points.tolist())
    with open(os.path.join(str(log_dir), "projector_config.pbtxt"), "a", encoding="utf-8") as file:
        file.write(entry + "}\n")


def _write_labels(path, labels, header):
    lines = [str(x) for x in labels]
    if header:
        if not all(len(row) == len(header) for row in labels):
            raise AssertionError("len of header must be equal to the number of columns in metadata")
        lines = ["\t".join(str(x) for x in row) for row in [header, *labels]]
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def _write_sprite(path, pictures):
    """Write a square grid of pictures; what is left over stays black."""
    n, _, height, width = pictures.shape
    side = int(np.ceil(np.sqrt(n)))
    grid = np.zeros((side * height, side * width, 3), np.uint8)
    for i, picture in enumerate(pictures):
        y, x = divmod(i, side)
        grid[y * height:(y + 1) * height, x * width:(x + 1) * width] = pixels(picture, "CHW")
    with open(path, "wb") as file:
        file.write(png(grid))
