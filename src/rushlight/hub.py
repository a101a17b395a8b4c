"""`torch.hub`: models that a folder's `hubconf.py` offers, and files from the net."""
import builtins
import hashlib
import importlib.util
import os
import re
import shutil
import sys
import tempfile
import urllib.parse
import urllib.request
import zipfile

from .serialization import load as _load_file

HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")
MODULE_HUBCONF = "hubconf.py"
READ_DATA_CHUNK = 128 * 1024
_directory = None


def _get_torch_home():
    """Return the folder for downloads: TORCH_HOME, or `torch` in the user's cache."""
    cache = os.getenv("XDG_CACHE_HOME", "~/.cache")
    return os.path.expanduser(os.getenv("TORCH_HOME", os.path.join(cache, "torch")))


def get_dir():
    """Return the folder that `hub` keeps its files in: `set_dir`'s, or `hub` below TORCH_HOME or the user's cache."""
    return _directory if _directory is not None else os.path.join(_get_torch_home(), "hub")


def set_dir(d):
    """Set the folder that `hub` keeps its files in."""
    global _directory
    _directory = os.path.expanduser(d)


# ------------------------------------------------------------------ models

def load(repo_or_dir, model, *args, source="github", trust_repo="check", force_reload=False, verbose=True,
         skip_validation=False, **kwargs):
    """Return what the function `model` of a `hubconf.py` returns for the further arguments.

    Args:
        repo_or_dir: a folder, or "owner/name:ref" of GitHub.
        source: "local" for a folder, "github" for the other; that is downloaded, and its code runs.
        trust_repo: True to run code from GitHub without being asked, False to refuse; by default it is asked.
        force_reload: download again.
        verbose: say that what was downloaded before is used.
        skip_validation: the ref is asked of GitHub by the download itself in either case.
    """
    source = source.lower()
    if source not in ("github", "local"):
        raise ValueError(f'Unknown source: "{source}". Allowed values: "github" | "local".')
    folder = repo_or_dir if source == "local" else _downloaded(repo_or_dir, trust_repo, force_reload, verbose)
    return _entry(_hubconf(folder), model)(*args, **kwargs)


def list(github, force_reload=False, skip_validation=False, trust_repo="check", verbose=True):
    """Return the names of the functions that a repository of GitHub, or a folder, offers; see `load`."""
    module = _hubconf(_found(github, trust_repo, force_reload, verbose))
    return [n for n in dir(module) if callable(getattr(module, n)) and not n.startswith("_")]


def help(github, model, force_reload=False, skip_validation=False, trust_repo="check"):
    """Return the documentation of a function that a repository of GitHub, or a folder, offers; see `load`."""
    return _entry(_hubconf(_found(github, trust_repo, force_reload, True)), model).__doc__


def _found(place, trust_repo, force_reload, verbose):
    return place if os.path.isdir(place) else _downloaded(place, trust_repo, force_reload, verbose)


def _hubconf(folder):
    """Run a folder's `hubconf.py`, with the folder among the places that it imports from."""
    path = os.path.join(folder, MODULE_HUBCONF)
    if not os.path.exists(path):
        raise FileNotFoundError(2, "No such file or directory", path)
    sys.path.insert(0, os.fspath(folder))
    try:
        spec = importlib.util.spec_from_file_location("hubconf", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(os.fspath(folder))
    missing = [name for name in getattr(module, "dependencies", ()) if importlib.util.find_spec(name) is None]
    if missing:
        raise RuntimeError(f"Missing dependencies: {', '.join(missing)}")
    return module


def _entry(module, name):
    if not isinstance(name, str):
        raise ValueError("Invalid input: model should be a string of function name")
    found = getattr(module, name, None)
    if not callable(found):
        raise RuntimeError(f"Cannot find callable {name} in hubconf")
    return found


def _downloaded(repo, trust_repo, force_reload, verbose):
    """Return the folder with a repository of GitHub, downloaded unless it is there."""
    name, _, ref = repo.partition(":")
    owner, _, name = name.partition("/")
    ref = ref or "main"
    folder = os.path.join(get_dir(), f"{owner}_{name}_{ref.replace('/', '_')}")
    if os.path.isdir(folder) and not force_reload:
        if verbose:
            sys.stderr.write(f"Using cache found in {folder}\n")
        return folder
    _ask_for_trust(owner, name, trust_repo)
    os.makedirs(get_dir(), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=get_dir()) as work:
        archive = os.path.join(work, "repository.zip")
        download_url_to_file(f"https://github.com/{owner}/{name}/zipball/{ref}", archive, progress=False)
        with zipfile.ZipFile(archive) as content:
            top = content.infolist()[0].filename.partition("/")[0]
            content.extractall(work)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(os.path.join(work, top), folder)
    return folder


def _ask_for_trust(owner, name, trust_repo):
    if trust_repo is True:
        return
    answer = "n" if trust_repo is False else input(
        f"The repository {owner}_{name} does not belong to the list of trusted repositories and as such cannot be downloaded. "
        "Do you trust this repository and wish to add it to the trusted list of repositories (y/N)?")
    if answer.lower() not in ("y", "yes"):
        raise Exception("Untrusted repository.")


# ------------------------------------------------------------------ files

def download_url_to_file(url, dst, hash_prefix=None, progress=True):
    """Write what an address (http, https or file) gives to a file, whole or not at all.

    Args:
        url: the address.
        dst: the file's path.
        hash_prefix: how the SHA-256 of the content must begin.
        progress: whether to show how far it is, on the standard error.

    Raises: RuntimeError for another SHA-256; urllib.error.URLError.
    """
    dst = os.path.expanduser(dst)
    request = urllib.request.Request(url, headers={"User-Agent": "torch.hub"})
    with urllib.request.urlopen(request) as source:
        size = int(source.headers.get("Content-Length") or 0)
        digest = hashlib.sha256()
        with tempfile.NamedTemporaryFile(dir=os.path.dirname(dst) or ".", suffix=".partial", delete=False) as file:
            try:
                done = 0
                while chunk := source.read(READ_DATA_CHUNK):
                    file.write(chunk)
                    digest.update(chunk)
                    done += len(chunk)
                    if progress:
                        sys.stderr.write(f"\r{100 * done // size if size else done:>4}{'%' if size else ' bytes'}")
                if progress:
                    sys.stderr.write("\n")
                file.close()
                found = digest.hexdigest()
                if hash_prefix is not None and not found.startswith(hash_prefix):
                    raise RuntimeError(f'invalid hash value (expected "{hash_prefix}", got "{found}")')
                os.replace(file.name, dst)
            finally:
                file.close()
                if os.path.exists(file.name):
                    os.remove(file.name)


def load_state_dict_from_url(url, model_dir=None, map_location=None, progress=True, check_hash=False, file_name=None,
                             weights_only=False):
    """Return the object of a checkpoint at an address; the file is kept, and read from there the next time.

    Args:
        url: the address.
        model_dir: the folder it is kept in; `checkpoints` below `get_dir()` by default.
        map_location, weights_only: as for `torch.load`, which runs nothing from the file in either case.
        progress: whether to show how far the download is.
        check_hash: whether its name, like "resnet18-f37072fd.pth", holds the beginning of its SHA-256.
        file_name: the name it is kept under; by default that of the address.
    """
    folder = os.path.join(get_dir(), "checkpoints") if model_dir is None else model_dir
    os.makedirs(folder, exist_ok=True)
    name = file_name or os.path.basename(urllib.parse.urlparse(url).path)
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        sys.stderr.write(f'Downloading: "{url}" to {path}\n')
        found = HASH_REGEX.search(name) if check_hash else None
        download_url_to_file(url, path, found and found.group(1), progress=progress)
    if zipfile.is_zipfile(path) and not _is_checkpoint(path):
        return _load_zipped(path, folder, map_location, weights_only)
    return _load_file(path, map_location=map_location, weights_only=weights_only)


def _is_checkpoint(path):
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("data.pkl") for name in archive.namelist())


def _load_zipped(path, folder, map_location, weights_only):
    """Load the one file in a zip archive, as old addresses give it."""
    with zipfile.ZipFile(path) as archive:
        members = builtins.list(archive.infolist())
        if len(members) != 1:
            raise RuntimeError("Only one file(not dir) is allowed in the zipfile")
        archive.extract(members[0], folder)
    return _load_file(os.path.join(folder, members[0].filename), map_location=map_location, weights_only=weights_only)
