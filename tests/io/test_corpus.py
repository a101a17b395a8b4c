"""Checkpoints written by PyTorch load equal here, and those written here load equal there."""

import io
import pathlib

import pytest
from compare import same
from corpus_cases import CASES, RECORDED, UNREADABLE

HERE = pathlib.Path(__file__).parent / "corpus"


def saved(library, obj, options):
    buffer = io.BytesIO()
    library.save(obj, buffer, **options)
    buffer.seek(0)
    return buffer


def test_there_are_enough_cases():
    assert len(CASES) >= 60 and len(RECORDED) >= 15


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_files_load_equal(name, rl):
    make, _, how = CASES[name]
    same(make(rl), rl.load(HERE / f"{name}.pt", **how), exact="optimizer" not in name and "training" not in name)


@pytest.mark.parametrize("name", CASES)
def test_what_is_saved_loads_equal(name, rl):
    make, options, how = CASES[name]
    same(make(rl), rl.load(saved(rl, make(rl), options), **how))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CASES)
def test_pytorchs_files_load_equal(name, rl, torch):
    make, options, how = CASES[name]
    same(make(torch), rl.load(saved(torch, make(torch), options), **how))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in CASES if name not in UNREADABLE])
def test_pytorch_loads_what_is_saved(name, rl, torch):
    make, options, how = CASES[name]
    same(torch.load(saved(rl, make(rl), options), **how), make(rl))


@pytest.mark.parametrize("name", [n for n in CASES if n.startswith(("dtype_", "views", "shared", "training"))])
def test_mapped_files_load_equal(name, rl, tmp_path):
    make, options, how = CASES[name]
    rl.save(make(rl), tmp_path / "x.pt", **options)
    same(make(rl), rl.load(tmp_path / "x.pt", mmap=True, **how))
