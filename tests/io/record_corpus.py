"""Write the checked-in part of the corpus with PyTorch: `python tests/io/record_corpus.py`."""

import io
import pathlib
import warnings

from corpus_cases import CASES, RECORDED

HERE = pathlib.Path(__file__).parent / "corpus"


def main():
    import torch

    warnings.simplefilter("ignore")
    for name in RECORDED:
        make, options, _ = CASES[name]
        buffer = io.BytesIO()
        torch.save(make(torch), buffer, **options)
        (HERE / f"{name}.pt").write_bytes(buffer.getvalue())
    print(f"{len(RECORDED)} files, {sum(p.stat().st_size for p in HERE.iterdir())} bytes; PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
