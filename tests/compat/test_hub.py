"""`torch.hub`: functions of a folder's `hubconf.py`, and files from addresses."""
import hashlib
import urllib.error

import pytest

import rushlight as torch
from rushlight import hub


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "hubconf.py").write_text("dependencies = ['numpy']\nfrom hub_helper import K\n\ndef net(n=1):\n    'makes a net'\n"
                                         "    return [n, K]\n\ndef _hidden():\n    pass\n")
    (tmp_path / "hub_helper.py").write_text("K = 3\n")
    return tmp_path


def test_local_models(folder, tmp_path):
    assert hub.load(folder, "net", 2, source="local") == [2, 3] and hub.list(str(folder)) == ["net"]
    assert hub.help(str(folder), "net") == "makes a net"
    with pytest.raises(RuntimeError, match="Cannot find callable nope in hubconf"):
        hub.load(folder, "nope", source="local")
    with pytest.raises(ValueError, match='Unknown source: "x". Allowed values: "github" | "local".'):
        hub.load(folder, "net", source="x")
    (tmp_path / "hubconf.py").write_text("dependencies = ['no_such_package']\n")
    with pytest.raises(RuntimeError, match="Missing dependencies: no_such_package"):
        hub.load(folder, "net", source="local")
    with pytest.raises(FileNotFoundError):
        hub.load(folder / "none", "net", source="local")
    with pytest.raises(Exception, match="Untrusted repository."):
        hub.load("owner/name", "net", trust_repo=False)


def test_files(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    assert hub.get_dir() == str(tmp_path / "home" / "hub")
    torch.save({"w": torch.ones(2)}, tmp_path / "w.pt")
    prefix = hashlib.sha256((tmp_path / "w.pt").read_bytes()).hexdigest()[:8]
    source = tmp_path / f"w-{prefix}.pt"
    (tmp_path / "w.pt").rename(source)
    for _ in range(2):                      # from the address, then from the folder
        found = hub.load_state_dict_from_url(source.as_uri(), check_hash=True, progress=False, map_location="cpu")
        assert found["w"].tolist() == [1, 1]
        source.unlink(missing_ok=True)
    kept = tmp_path / "home" / "hub" / "checkpoints" / source.name
    with pytest.raises(RuntimeError, match='invalid hash value .expected "zz", got "'):
        hub.download_url_to_file(kept.as_uri(), tmp_path / "x.pt", hash_prefix="zz", progress=False)
    assert not (tmp_path / "x.pt").exists() and not list(tmp_path.glob("*.partial"))
    with pytest.raises(urllib.error.URLError):
        hub.download_url_to_file((tmp_path / "none").as_uri(), tmp_path / "x.pt")
