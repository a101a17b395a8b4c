"""Benchmarks: every workload on Rushlight, PyTorch and NumPy by hand, side by side in one run.

    python -m bench                    all rows, a table, and a file in bench/results/
    python -m bench course softmax     rows whose name matches one of the expressions

See `bench/table.py` for how a row is written and `bench/__main__.py` for how it is measured.
"""
