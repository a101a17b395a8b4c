"""The messages that TensorBoard shows: one function for each kind returns a Summary."""
import io
import json
import struct
import wave
import zlib

import numpy as np

from ...core.tensor import TensorBase
from .records import data, double, doubles, single, varint, whole


def array(value):
    """Return a NumPy array of a tensor, an array or numbers."""
    if isinstance(value, TensorBase):
        value = value.detach().cpu()
        return (value.float() if str(value.dtype).endswith("bfloat16") else value).numpy()
    return np.asarray(value)


def value(tag, content, plugin=None, settings=b""):
    """Return a Summary of one value: a tag, its content, and the plugin that shows it."""
    metadata = data(9, data(1, data(1, plugin) + (data(2, settings) if settings else b""))) if plugin else b""
    return data(1, data(1, tag) + metadata + content)


def _tensor(kind, shape, content):
    dims = b"".join(data(2, whole(1, n)) for n in shape)
    return data(8, whole(1, kind) + data(2, dims) + content)


def floats(values):
    """Return a value's content: a float tensor."""
    values = np.asarray(values, "<f4")
    return _tensor(1, values.shape, data(4, values.tobytes()))


def texts(values):
    """Return a value's content: a vector of texts."""
    return _tensor(7, (len(values),), b"".join(data(8, v) for v in values))


def scalar(tag, number, new_style=False, double_precision=False):
    """Return one number."""
    number = float(array(number).reshape(-1)[0])
    if new_style and double_precision:
        return value(tag, _tensor(2, (), data(4, struct.pack("<d", number))), "scalars")
    return value(tag, floats(number), "scalars") if new_style else value(tag, single(2, number))


def text(tag, string):
    """Return a text, shown as Markdown."""
    return value(tag + "/text_summary", texts([string]), "text")


# ---- histograms

def default_bins():
    """Return TensorBoard's own limits: steps of a tenth from 1e-12 to 1e20, mirrored."""
    found, x = [], 1e-12
    while x < 1e20:
        found.append(x)
        x *= 1.1
    return [-x for x in reversed(found)] + [0] + found


def histogram(tag, values, bins, max_bins=None):
    """Return a histogram of values.

    Raises: ValueError when there is none.
    """
    values = array(values).astype(float).reshape(-1)
    if values.size == 0:
        raise ValueError("The input has no element.")
    if bins == "tensorflow":
        bins = default_bins()
    counts, limits = np.histogram(values, bins=bins)
    if max_bins is not None and len(counts) > max_bins:
        step = len(counts) // max_bins
        extra = -len(counts) % step
        counts = np.pad(counts, (0, extra)).reshape(-1, step).sum(-1)
        limits = np.append(limits[:-1][::step], limits[-1])
    used = np.cumsum(counts > 0)
    start, end = (int(i) for i in np.searchsorted(used, [0, used[-1] - 1], side="right"))
    end += 1
    counts = counts[start - 1:end] if start > 0 else np.concatenate([[0], counts[:end]])
    limits = limits[start:end + 1]
    return histogram_raw(tag, values.min(), values.max(), len(values), values.sum(), values.dot(values), limits, counts)


def histogram_raw(tag, low, high, number, total, squares, limits, counts):
    """Return a histogram that was counted already."""
    content = double(1, low) + double(2, high) + double(3, number) + double(4, total) + double(5, squares)
    return value(tag, data(5, content + doubles(6, list(limits)) + doubles(7, list(counts))))


# ---- images

def png(pixels):
    """Return an array (height, width, 1, 3 or 4) of bytes as a PNG file."""
    height, width, channels = pixels.shape

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)     # no filter
    header = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes())) + chunk(b"IEND", b"")


def pixels(picture, dataformats):
    """Return a picture (or several, in a grid of up to 8 columns) as bytes (height, width, channels)."""
    picture = array(picture)
    letters = dataformats.upper()
    if len(set(letters)) != len(letters):
        raise AssertionError(f"You can not use the same dimension shordhand twice. input_format: {dataformats}")
    if picture.ndim != len(letters):
        raise AssertionError(f"size of input tensor and input format are different. tensor shape: {picture.shape}, "
                             f"input_format: {dataformats}")
    if picture.dtype != np.uint8:
        picture = (picture.astype(np.float32) * 255).clip(0, 255).astype(np.uint8)
    if "C" not in letters:
        picture, letters = picture[..., None], letters + "C"
    if "N" in letters:
        picture = _grid(picture.transpose([letters.index(c) for c in "NHWC"]))
    else:
        picture = picture.transpose([letters.index(c) for c in "HWC"])
    return np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture


def _grid(pictures, columns=8):
    n, height, width, channels = pictures.shape
    columns = min(n, columns)
    rows = -(-n // columns)
    grid = np.zeros((rows * height, columns * width, channels), pictures.dtype)
    for i, picture in enumerate(pictures):
        y, x = divmod(i, columns)
        grid[y * height:(y + 1) * height, x * width:(x + 1) * width] = picture
    return grid


def image(tag, picture, dataformats="NCHW", boxes=None, rescale=1):
    """Return a picture, with red frames (x1, y1, x2, y2) drawn in where `boxes` are given."""
    shown = pixels(picture, dataformats)
    if rescale != 1:
        shown = shown[(np.arange(int(shown.shape[0] * rescale)) / rescale).astype(int)][
            :, (np.arange(int(shown.shape[1] * rescale)) / rescale).astype(int)]
    if boxes is not None:
        shown = shown.copy()
        for x1, y1, x2, y2 in (array(boxes).reshape(-1, 4) * rescale).astype(int):
            for part in (np.s_[y1, x1:x2 + 1], np.s_[y2:y2 + 1, x1:x2 + 1], np.s_[y1:y2 + 1, x1], np.s_[y1:y2 + 1, x2:x2 + 1]):
                shown[part] = [255, 0, 0, 255][:shown.shape[2]]
    height, width, channels = shown.shape
    return value(tag, data(4, whole(1, height) + whole(2, width) + whole(3, channels) + data(4, png(shown))))


def figure_pixels(figure):
    """Return a drawn matplotlib figure as an array (channels, height, width)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].transpose(2, 0, 1)


# ---- sound, meshes, curves

def audio(tag, sound, sample_rate):
    """Return a sound of samples in [-1, 1] as a WAV file."""
    samples = (np.clip(array(sound).reshape(-1), -1, 1) * 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(sample_rate)
        wav.writeframes(samples.tobytes())
    content = single(1, sample_rate) + whole(2, 1) + whole(3, len(samples)) + data(4, file.getvalue()) + data(5, "audio/wav")
    return value(tag, data(6, content))


def mesh(tag, vertices, colors, faces, config):
    """Return points, their colors and the triangles between them, as a list of Summaries."""
    parts = [(1, "VERTEX", vertices), (2, "FACE", faces), (3, "COLOR", colors)]
    parts = [(kind, name, array(p)) for kind, name, p in parts if p is not None]
    components = sum(1 << kind for kind, _, _ in parts)
    found = []
    for kind, name, part in parts:
        settings = data(2, tag) + whole(3, kind) + data(5, json.dumps(config or {}, sort_keys=True))
        settings += b"".join(varint(6 << 3) + varint(n) for n in part.shape) + whole(7, components)
        found.append(value(f"{tag}_{name}", floats(part), "mesh", settings))
    return b"".join(found)


def pr_curve(tag, labels, predictions, n, weights=None):
    """Return precision and recall at n thresholds."""
    labels, predictions = array(labels).reshape(-1), array(predictions).reshape(-1)
    weights = np.ones(labels.shape) if weights is None else array(weights).reshape(-1)
    place = np.clip(np.floor(predictions * (n - 1)), 0, n - 1).astype(int)
    positive = labels.astype(float) * weights

    def above(w):
        return np.cumsum(np.bincount(place, weights=w, minlength=n)[::-1])[::-1]
    true, false = above(positive), above(weights - positive)
    return pr_curve_raw(tag, true, false, false[0] - false, true[0] - true, true / np.maximum(1e-7, true + false),
                        true / np.maximum(1e-7, true[0]), n)


def pr_curve_raw(tag, true_positives, false_positives, true_negatives, false_negatives, precision, recall, n):
    """Return a curve that was computed already."""
    rows = [array(x) for x in (true_positives, false_positives, true_negatives, false_negatives, precision, recall)]
    return value(tag, floats(np.stack(rows)), "pr_curves", whole(2, n))


# ---- settings of dashboards

def layout(categories):
    """Return the layout of custom charts: {category: {title: ("Multiline" or "Margin", tags)}}."""
    content = b""
    for category, charts in categories.items():
        inside = b""
        for title, (kind, tags) in charts.items():
            if kind == "Margin":
                if len(tags) != 3:
                    raise AssertionError(f"a Margin chart has three tags, not {len(tags)}")
                chart = data(3, data(1, data(1, tags[0]) + data(2, tags[1]) + data(3, tags[2])))
            else:
                chart = data(2, b"".join(data(1, tag) for tag in tags))
            inside += data(2, data(1, title) + chart)
        content += data(2, data(1, category) + inside)
    return value("custom_scalars__config__", texts([content]), "custom_scalars")


def _struct(v):
    if isinstance(v, bool):
        return varint(4 << 3) + varint(v)
    return data(3, v) if isinstance(v, str) else double(2, float(array(v).reshape(-1)[0]))


def hparams(options, metrics, discrete=None):
    """Return the three Summaries that declare an experiment with options and metrics."""
    for name, v in (("hparam_dict", options), ("metric_dict", metrics)):
        if not isinstance(v, dict):
            raise TypeError(f"parameter: {name} should be a dictionary, nothing logged.")
    infos = start = b""
    for name, v in options.items():
        if v is None:
            continue
        if not isinstance(v, (bool, str, int, float, TensorBase)):
            raise ValueError("value should be one of int, float, str, bool, or torch.Tensor")
        kind = 2 if isinstance(v, bool) else 1 if isinstance(v, str) else 3
        domain = b"".join(data(1, _struct(x)) for x in (discrete or {}).get(name, ()))
        infos += data(4, data(1, name) + whole(4, kind) + (data(5, domain) if domain else b""))
        start += data(1, data(1, name) + data(2, _struct(v)))
    infos += b"".join(data(5, data(1, data(2, tag))) for tag in metrics)
    return [value(f"_hparams_/{part}", b"", "hparams", content) for part, content in (
        ("experiment", data(2, infos)), ("session_start_info", data(3, start)), ("session_end_info", data(4, whole(1, 1))))]


def graph(nodes):
    """Return a GraphDef of (name, kind, names of inputs)."""
    content = b"".join(data(1, data(1, name) + data(2, kind) + b"".join(data(3, i) for i in inputs))
                       for name, kind, inputs in nodes)
    return content + data(4, whole(1, 22))
