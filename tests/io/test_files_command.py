"""`rushlight inspect` and `rushlight convert`."""

import collections

import pytest
from rushlight.compat import cli


class Strange:
    """A class that a file names and no list allows."""

    def __init__(self, x):
        self.x = x


def test_inspect(rl, tmp_path, capsys):
    path = str(tmp_path / "c.pt")
    x = rl.arange(6.0)
    rl.save({"model": collections.OrderedDict(w=x.reshape(2, 3)), "list": [x[2:], rl.ones(2, dtype=rl.bfloat16)], "epoch": 3,
             "mine": Strange(rl.tensor(1))}, path)
    assert cli.main(["inspect", path]) == 0
    assert capsys.readouterr().out == (
        "name     shape   dtype     bytes  storage\n"
        "model.w  2x3     float32      24        0\n"
        "list.0   4       float32      16        0\n"
        "list.1   2       bfloat16      4        1\n"
        "mine.x   scalar  int64         8        2\n"
        "4 tensors, 13 elements, 3 storages, 36 bytes\n")


@pytest.mark.parametrize("legacy", [False, True])
def test_convert_there_and_back(rl, tmp_path, capsys, legacy):
    made = {"a": {"w": rl.arange(6.0).reshape(2, 3).t(), "b": rl.tensor([True])}, "n": rl.arange(3), "e": rl.zeros(0, 2)}
    names = [str(tmp_path / n) for n in ("a.pt", "b.safetensors", "c.npz", "d.pt")]
    rl.save(made, names[0], _use_new_zipfile_serialization=not legacy)
    for source, target in zip(names, names[1:]):
        assert cli.main(["convert", source, target]) == 0
        assert capsys.readouterr().out == f"4 tensors written to {target}\n"
    found = rl.load(names[-1])
    assert set(found) == {"a.w", "a.b", "n", "e"}
    assert rl.equal(found["a.w"], made["a"]["w"]) and found["a.b"].dtype is rl.bool and found["e"].shape == (0, 2)


def test_numpy_reads_what_is_converted(rl, tmp_path):
    import numpy as np

    rl.save({"x": rl.arange(3)}, tmp_path / "a.pt")
    assert cli.main(["convert", str(tmp_path / "a.pt"), str(tmp_path / "a.npz")]) == 0
    assert np.load(tmp_path / "a.npz")["x"].tolist() == [0, 1, 2]
    np.savez_compressed(tmp_path / "b.npz", y=np.arange(6).reshape(2, 3, order="F"), z=np.arange(2, dtype=">f4"))
    assert cli.main(["convert", str(tmp_path / "b.npz"), str(tmp_path / "b.pt")]) == 0
    assert rl.load(tmp_path / "b.pt")["z"].tolist() == [0, 1]


def test_errors_are_one_line(rl, tmp_path, capsys):
    import numpy as np

    bad = tmp_path / "bad.pt"
    bad.write_bytes(b"PK\3\4 nothing")
    rl.save({"x": rl.ones(2, dtype=rl.bfloat16)}, tmp_path / "x.pt")
    np.savez(tmp_path / "o.npz", x=np.array([None], dtype=object))
    for args, why in ((["inspect", str(bad)], "failed finding central directory"), (["inspect", "/no.pt"], "No such file"),
                      (["inspect", __file__], "suffix must be"), (["convert", str(tmp_path / "x.pt"), str(tmp_path / "x.npz")], "cannot hold torch.bfloat16"),
                      (["convert", str(tmp_path / "o.npz"), str(tmp_path / "o.pt")], "Python objects")):
        assert cli.main(args) == 1
        out = capsys.readouterr()
        assert out.out == "" and out.err.startswith("rushlight: ") and why in out.err and out.err.count("\n") == 1
    assert cli.main(["inspect"]) == 2 and cli.main(["convert", "a"]) == 2


def test_a_hostile_npz_is_refused(rl, tmp_path, capsys):
    import hostile

    head = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little")
    text = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
    (tmp_path / "x.npz").write_bytes(hostile._zip({"x.npy": head + text.ljust(117) + b"\n" + bytes(16)}))
    assert cli.main(["inspect", str(tmp_path / "x.npz")]) == 1
    assert "does not fit 16 bytes" in capsys.readouterr().err
