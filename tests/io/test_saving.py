"""Saving replaces a file whole or not at all, whatever happens on the way; and what else `save` takes."""

import io
import os
import pathlib
import pickle
import random
import signal
import stat
import time

import pytest

KILLS = int(os.environ.get("RUSHLIGHT_KILLS", "15"))
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and POSIX permissions")


def leftovers(folder):
    return sorted(p.name for p in pathlib.Path(folder).iterdir() if p.name.endswith(".tmp"))


# ------------------------------------------------------------------ killed


def save_forever(rl, path, first):
    for i in range(first, first + 10_000):
        rl.save({"a": rl.full((50_000,), float(i)), "i": i, "b": [rl.full((1000,), float(i)) for _ in range(5)]}, path)


def check_whole(rl, path):
    found = rl.load(path)
    i = found["i"]
    assert all((t == i).all() for t in [found["a"], *found["b"]])
    return i


@posix
def test_killed_at_random_moments_no_checkpoint_is_lost(rl, tmp_path):
    path, moments = tmp_path / "model.pt", random.Random(1)
    rl.save({"a": rl.zeros(50_000), "i": 0, "b": []}, path)
    last, survived = 0, 0
    for _ in range(KILLS):
        child = os.fork()
        if child == 0:
            try:
                save_forever(rl, path, last + 1)
            finally:
                os._exit(1)
        time.sleep(moments.uniform(0.0005, 0.03))
        os.kill(child, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        now = check_whole(rl, path)
        assert now >= last
        last, survived = now, survived + 1
    assert survived == KILLS
    cut = leftovers(tmp_path)
    print(f"{survived} kills, {len(cut)} of them while writing; {last} files saved")
    assert KILLS < 100 or cut and last > 0, "no kill hit a save"
    for name in cut:                                    # what the killed left is removed once it is old enough
        os.utime(tmp_path / name, (1, 1))
    rl.save({"a": rl.zeros(1), "i": 0, "b": []}, path)
    assert leftovers(tmp_path) == []


# ------------------------------------------------------------------ atomic in other ways


class Unsavable:
    def __reduce__(self):
        raise ValueError("no")


def test_an_error_leaves_the_old_file(rl, tmp_path):
    path = tmp_path / "x.pt"
    rl.save([1], path)
    with pytest.raises(ValueError):
        rl.save([rl.ones(3), Unsavable()], path)
    assert rl.load(path) == [1] and leftovers(tmp_path) == []
    with pytest.raises(ValueError):
        rl.save(Unsavable(), tmp_path / "new.pt")
    assert not (tmp_path / "new.pt").exists()


@posix
def test_permissions_are_kept_and_links_followed(rl, tmp_path):
    real, link = tmp_path / "real.pt", tmp_path / "link.pt"
    before = os.umask(0o027)
    try:
        rl.save(1, real)
    finally:
        os.umask(before)
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    real.chmod(0o604)
    link.symlink_to(real)
    rl.save(2, link)
    assert link.is_symlink() and rl.load(real) == 2 and stat.S_IMODE(real.stat().st_mode) == 0o604


@posix
def test_a_pipe_is_written_to(rl, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    child = os.fork()
    if child == 0:
        try:
            rl.save([1, 2], tmp_path / "pipe")
        finally:
            os._exit(0)
    data = (tmp_path / "pipe").read_bytes()
    os.waitpid(child, 0)
    assert rl.load(io.BytesIO(data)) == [1, 2]


def test_errors_name_the_path(rl, tmp_path):
    with pytest.raises(RuntimeError, match="Parent directory .* does not exist"):
        rl.save(1, tmp_path / "no" / "x.pt")
    with pytest.raises(IsADirectoryError):
        rl.save(1, tmp_path)
    with pytest.raises(AttributeError, match="expected 'f' to be string, path, or a file-like object with a 'write' attribute"):
        rl.save(1, 5)


def test_a_file_kept_open_sees_the_old_content(rl, tmp_path):
    path = tmp_path / "x.pt"
    rl.save({"x": rl.ones(3)}, path)
    mapped = rl.load(path, mmap=True)
    rl.save({"x": rl.zeros(3)}, path)
    assert mapped["x"].tolist() == [1, 1, 1] and rl.load(path)["x"].tolist() == [0, 0, 0]


# ------------------------------------------------------------------ formats


def test_layout_of_the_archive(rl, tmp_path):
    import zipfile

    rl.save({"x": rl.arange(5), "y": rl.ones(2)}, tmp_path / "my.model.pt")
    with zipfile.ZipFile(tmp_path / "my.model.pt") as z:
        assert z.testzip() is None
        assert z.namelist() == [f"my.model/{n}" for n in ("data.pkl", ".format_version", ".storage_alignment", "byteorder",
                                                          "data/0", "data/1", "version", ".data/serialization_id")]
        assert [z.read(f"my.model/{n}") for n in (".format_version", ".storage_alignment", "byteorder", "version")] == \
            [b"1", b"64", b"little", b"3\n"]
        raw = (tmp_path / "my.model.pt").read_bytes()
        for info in z.infolist():
            n, extra = raw[info.header_offset + 26], int.from_bytes(raw[info.header_offset + 28:info.header_offset + 30], "little")
            assert (info.header_offset + 30 + n + extra) % 64 == 0


def test_only_the_part_that_is_shared_is_saved_once(rl):
    x = rl.zeros(10_000)
    buffer = io.BytesIO()
    rl.save([x, x[1:], x.view(100, 100)], buffer)
    assert len(buffer.getvalue()) < 45_000


def test_negative_strides_and_foreign_memory(rl):
    import numpy as np

    a = np.arange(12.0)
    made = {"back": rl.from_numpy(a[::-1]), "step": rl.from_numpy(a[::3]), "all": rl.from_numpy(a), "turned": rl.from_numpy(a.reshape(3, 4).T)}
    buffer = io.BytesIO()
    rl.save(made, buffer)
    buffer.seek(0)
    found = rl.load(buffer)
    assert all(rl.equal(made[k], found[k]) for k in made)


def test_what_cannot_be_saved(rl):
    with pytest.raises(pickle.PicklingError, match="Can't pickle"):
        rl.save(lambda: 1, io.BytesIO())
    x = rl.arange(4)
    with pytest.raises(RuntimeError, match="Cannot save multiple tensors or storages that view the same data as different types"):
        rl.save([x, x.view(rl.int32)], io.BytesIO())
    with pytest.raises(ValueError, match="pickle_module"):
        rl.save(1, io.BytesIO(), pickle_module=io)
    with pytest.raises(ValueError, match="pickle_protocol"):
        rl.save(1, io.BytesIO(), pickle_protocol=1)


def test_several_in_one_file_of_the_old_format(rl):
    buffer = io.BytesIO()
    for value in ([1], {"x": rl.ones(2)}):
        rl.save(value, buffer, _use_new_zipfile_serialization=False)
    buffer.seek(0)
    assert rl.load(buffer) == [1] and rl.load(buffer)["x"].tolist() == [1, 1]


def test_skip_data(rl, tmp_path):
    path = tmp_path / "x.pt"
    with rl.serialization.skip_data():
        rl.save({"x": rl.ones(3)}, path)
    assert rl.load(path)["x"].tolist() == [0, 0, 0]
    rl.save({"x": rl.ones(3)}, path)
    with rl.serialization.skip_data():
        assert rl.load(path)["x"].tolist() == [0, 0, 0]


def test_without_checksums(rl, tmp_path):
    rl.serialization.set_crc32_options(False)
    try:
        assert rl.serialization.get_crc32_options() is False
        rl.save({"x": rl.ones(3)}, tmp_path / "x.pt")
    finally:
        rl.serialization.set_crc32_options(True)
    assert rl.load(tmp_path / "x.pt")["x"].tolist() == [1, 1, 1]
