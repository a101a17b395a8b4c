"""Saving that cannot lose a file: written aside, forced to the disk, then renamed over the old one."""
import contextlib
import os
import secrets
import stat
import time

try:
    import fcntl
except ImportError:         # Windows, where an open file cannot be removed: that serves as the lock
    fcntl = None  # type: ignore[assignment]

_STALE = 60.0                           # seconds after which a temporary file without an owner is removed


@contextlib.contextmanager
def replacing(path):
    """Yield a binary file; on leaving without an error it takes the place of `path`, whole or not at all.

    The new content is written beside the target, forced to the disk, then renamed; the folder is forced
    too. Killed at any moment, the process leaves the old file or the new one. Symbolic links are
    followed, permissions kept. What is no regular file (a pipe, a device) is written to as it is.

    Raises: OSError as `open` would.
    """
    target = os.path.realpath(os.fspath(path))
    try:
        old = os.stat(target)
    except FileNotFoundError:
        old = None
    if old is not None and stat.S_ISDIR(old.st_mode):
        raise IsADirectoryError(21, "Is a directory", os.fspath(path))
    if old is not None and not stat.S_ISREG(old.st_mode):
        with open(target, "wb") as f:
            yield f
        return
    folder, name = os.path.split(target)
    prefix = os.fsencode(f".{name}")[:200].decode(errors="ignore") if isinstance(name, str) else name
    _remove_stale(folder, prefix)
    aside = os.path.join(folder, f"{prefix}.{secrets.token_hex(6)}.tmp")
    f = os.fdopen(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666), "w+b")
    try:
        with f:
            if fcntl is not None:
                fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield f
            f.flush()
            _keep_permissions(f, old)
            os.fsync(f.fileno())
            if fcntl is not None:           # under the lock, so that nobody takes the file for a stale one
                os.replace(aside, target)
        if fcntl is None:
            os.replace(aside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(aside)
        raise
    _sync_folder(folder)


def _keep_permissions(f, old):
    if old is None or not hasattr(os, "fchmod"):
        return
    with contextlib.suppress(PermissionError):      # another's file stays writable to us, but becomes ours
        os.fchown(f.fileno(), old.st_uid, old.st_gid)
    os.fchmod(f.fileno(), stat.S_IMODE(old.st_mode))


def _sync_folder(folder):
    """Force a rename to the disk, where the system lets a folder be opened."""
    try:
        fd = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(fd)
    except OSError:                     # some network file systems cannot
        return
    finally:
        os.close(fd)


def _remove_stale(folder, prefix):
    """Remove what killed processes left beside the target: old enough, and locked by nobody."""
    try:
        names = [n for n in os.listdir(folder) if n.startswith(prefix + ".") and n.endswith(".tmp")]
    except OSError:
        return                          # opening the new file says what is wrong
    for name in names:
        path = os.path.join(folder, name)
        with contextlib.suppress(OSError):
            if time.time() - os.stat(path).st_mtime < _STALE:
                continue
            with open(path, "rb") as f:
                if fcntl is not None:
                    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    os.remove(path)
            if fcntl is None:
                os.remove(path)
