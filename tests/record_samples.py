"""Record what PyTorch does for every row, so that the table runs without PyTorch.

    python tests/record_samples.py          writes tests/data/ops.npz (at most 2 MB)
"""

from __future__ import annotations

import sys

import oracle
import table
from observe import OBSERVED, digest, observe

LIMIT = 2_000_000


def main() -> int:
    torch = oracle.pytorch()
    if torch is None:
        print("recording needs PyTorch: pip install torch", file=sys.stderr)
        return 1
    writer = oracle.Writer()
    for row in table.load().values():
        writer.add(f"{row.id}/digest", digest(row))
        for check in OBSERVED:
            if check not in row.skip:
                writer.add(f"{row.id}/{check}", observe(torch, row, check))
    size = writer.save(oracle.RECORD)
    print(f"{len(table.ROWS)} rows, {size} bytes, PyTorch {torch.__version__}")
    return 0 if size <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
