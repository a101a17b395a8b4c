"""Write `layers.json`: what PyTorch makes of `layer_specs.py`. Run with PyTorch installed."""

import json
import pathlib
import warnings

import torch
from layer_specs import SPECS, observe


def main():
    warnings.simplefilter("ignore")
    found = {}
    for spec in SPECS:
        seen = observe(spec, torch)
        text = json.dumps(seen)
        found[spec] = json.loads(text, parse_float=lambda s: float(f"{float(s):.6g}"))
    path = pathlib.Path(__file__).with_name("layers.json")
    lines = [f"{json.dumps(spec)}: {json.dumps(seen)}" for spec, seen in found.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(found)} layers, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
