"""Write `distributions.json.gz`: what PyTorch gives for each case.

    python tests/distributions/record.py    where PyTorch is installed
"""

import gzip
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import distribution_cases as cases

PATH = pathlib.Path(__file__).parent / "distributions.json.gz"


def shortened(value, digits):
    """Numbers with as many digits as their dtype has."""
    if isinstance(value, dict):
        return {k: shortened(v, 17 if k == "float64" else digits) for k, v in value.items()}
    if isinstance(value, list):
        return [shortened(v, digits) for v in value]
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


if __name__ == "__main__":
    import torch

    found = shortened({**cases.observe(torch), "behaviour": cases.observe_behaviour(torch)}, 9)
    with open(PATH, "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as packed:
        packed.write(json.dumps(found, separators=(",", ":")).encode())
