"""The zip archives that checkpoints are: a strict reader, and a writer that aligns what it stores.

The reader trusts no number in the file: every offset and length is checked, as an exact integer,
against the file's size before anything is read or allocated.
"""
import struct
import zlib

from .. import dtypes
from ..backend import guard
from .budget import Budget

try:
    from ..native import checksum as _native
except ImportError:                     # the pure build
    _native = None

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY_COST = 330                       # bytes of memory that the record of a member takes
_CHUNK = 1 << 18                        # stays in the cache between reading and checking
_SHORT = 4096                           # bytes below which zlib is as fast
_STORED, _DEFLATED = 0, 8
_UTF8 = 0x800
_FULL32, _FULL16 = 0xFFFFFFFF, 0xFFFF

CORRUPT = ("This is an internal miniz error. If you are seeing this error, there is a high likelihood that your checkpoint "
           "file is corrupted. This can happen if the checkpoint was not saved properly, was transferred incorrectly, or "
           "the file was modified after saving.")


def corrupt(what, why=""):
    """Return torch's error for a damaged archive; `why` says more below the first line."""
    return RuntimeError(f"PytorchStreamReader failed {what}. {CORRUPT}" + (f"\n{why}" if why else ""))


def _bad(why):
    return corrupt("reading zip archive: invalid header or archive is corrupted", why)


class Member:
    """Where a member of an archive lies: its first byte, its sizes in the file and in memory, how it is packed."""

    __slots__ = ("start", "packed", "size", "method", "crc")

    def __init__(self, start, packed, size, method, crc):
        self.start, self.packed, self.size, self.method, self.crc = start, packed, size, method, crc


class ArchiveReader:
    """The members of a zip file by name.

    Args:
        file: seekable, open for reading bytes; the archive is what lies behind its current position.
        budget: counts the memory that is taken (a new one of the file's size by default).
    Raises: RuntimeError for anything that is not a sound archive: a truncated or overlapping member, one
        twice, encryption, a compressed member that would not fit the memory of this file.
    """

    def __init__(self, file, budget=None):
        self.file = file
        self.base = file.tell()
        self.size = file.seek(0, 2) - self.base
        self.budget = Budget(self.size) if budget is None else budget
        self.members = {}
        offset, length, count = self._find_directory()
        self._read_directory(offset, length, count)

    # ------------------------------------------------------------ bytes

    def at(self, offset, n):
        """Return `n` bytes at an offset; RuntimeError when the file has fewer."""
        if offset < 0 or n < 0 or offset + n > self.size:
            raise _bad(f"{n} bytes at {offset} lie outside the file of {self.size} bytes.")
        self.file.seek(self.base + offset)
        found = self.file.read(n)
        if len(found) != n:
            raise _bad(f"The file ends inside {n} bytes at {offset}.")
        return found

    # ------------------------------------------------------------ the directory

    def _find_directory(self):
        """Return (offset, length, number of entries) of the central directory."""
        tail_size = min(self.size, _END.size + _FULL16)
        tail = self.at(self.size - tail_size, tail_size)
        found = tail.rfind(b"PK\5\6")
        while found >= 0:               # the comment may hold the mark too: it has to end with the file
            if found + _END.size <= len(tail):
                fields = _END.unpack_from(tail, found)
                if found + _END.size + fields[7] == len(tail):
                    break
            found = tail.rfind(b"PK\5\6", 0, found)
        else:
            raise corrupt("reading zip archive: failed finding central directory")
        _, disk, first_disk, here, count, length, offset, _ = fields
        if disk not in (0, _FULL16) or first_disk not in (0, _FULL16) or here != count:
            raise _bad("It is spread over several disks.")
        end = self.size - tail_size + found
        if count == _FULL16 or length == _FULL32 or offset == _FULL32 or self._has_locator(end):
            count, length, offset = self._read_end64(end)
        if offset + length > end or count * _CENTRAL.size > length:
            raise _bad(f"Its directory of {count} members, {length} bytes at {offset}, does not fit.")
        return offset, length, count

    def _has_locator(self, end):
        return end >= _LOCATOR64.size and self.at(end - _LOCATOR64.size, 4) == b"PK\6\7"

    def _read_end64(self, end):
        if not self._has_locator(end):
            raise _bad("The 64-bit directory is missing.")
        _, disk, offset, disks = _LOCATOR64.unpack(self.at(end - _LOCATOR64.size, _LOCATOR64.size))
        fields = _END64.unpack(self.at(offset, _END64.size))
        if fields[0] != b"PK\6\6" or disk or disks > 1 or fields[4] or fields[5] or fields[6] != fields[7]:
            raise _bad("The 64-bit directory is damaged.")
        return fields[7], fields[8], fields[9]

    def _read_directory(self, offset, length, count):
        self.budget.take(count * _ENTRY_COST + length)
        raw = self.at(offset, length)
        at, total, spans = 0, 0, []
        for _ in range(count):
            if at + _CENTRAL.size > length or raw[at:at + 4] != b"PK\1\2":
                raise _bad("Its directory is damaged.")
            (_, _, _, flags, method, _, _, crc, packed, size, n_name, n_extra, n_comment, disk, _, _,
             start) = _CENTRAL.unpack_from(raw, at)
            name_at = at + _CENTRAL.size
            at = name_at + n_name + n_extra + n_comment
            if at > length:
                raise _bad("Its directory is damaged.")
            name = _decode(raw[name_at:name_at + n_name], flags)
            extra = raw[name_at + n_name:name_at + n_name + n_extra]
            packed, size, start = _wide(extra, packed, size, start)
            if flags & 1 or disk not in (0, _FULL16) or method not in (_STORED, _DEFLATED):
                raise _bad(f"Member '{name}' is encrypted or packed in an unknown way ({method}).")
            if method == _STORED and packed != size:
                raise _bad(f"Member '{name}' has two sizes, {packed} and {size}.")
            if name in self.members:
                raise _bad(f"Member '{name}' is there twice.")
            data = self._data_start(name, start, offset)
            if data + packed > offset:
                raise _bad(f"Member '{name}' of {packed} bytes at {data} reaches into the directory.")
            spans.append((start, data + packed))
            if method == _DEFLATED:
                total += size
            self.members[name] = Member(data, packed, size, method, crc)
        self._check_overlaps(spans)
        if total > self.budget.left + self.size:
            raise _bad(f"Its compressed members would grow to {total} bytes, from a file of {self.size}.")

    def _data_start(self, name, start, limit):
        """Return where the bytes of a member begin, behind its local header."""
        if start + _LOCAL.size > limit:
            raise _bad(f"Member '{name}' begins outside the file.")
        fields = _LOCAL.unpack(self.at(start, _LOCAL.size))
        if fields[0] != b"PK\3\4":
            raise _bad(f"Member '{name}' has no header.")
        n_name, n_extra = fields[9:]
        if _decode(self.at(start + _LOCAL.size, n_name), fields[2]) != name:
            raise _bad(f"Member '{name}' has another name in its header.")
        return start + _LOCAL.size + n_name + n_extra

    def _check_overlaps(self, spans):
        spans.sort()
        for (_, end), (start, _) in zip(spans, spans[1:]):
            if start < end:
                raise _bad("Two of its members overlap.")

    # ------------------------------------------------------------ contents

    def find(self, name):
        """Return a member; torch's error when there is none of that name."""
        try:
            return self.members[name]
        except KeyError:
            raise corrupt(f"locating file {name.partition('/')[2]}: file not found") from None

    def read(self, name):
        """Return the bytes of a member, checked against its checksum."""
        member = self.find(name)
        self.budget.take(member.size if member.method == _STORED else 2 * member.size)
        if member.method == _STORED:
            data = self.at(member.start, member.size)
            self._check(name, member, _crc(data))
            return data
        out = bytearray(member.size)
        self.read_into(name, memoryview(out))
        return bytes(out)

    def read_into(self, name, out):
        """Fill a writable buffer of the member's size with its bytes, checked against its checksum."""
        member = self.find(name)
        if len(out) != member.size:
            raise _bad(f"Member '{name}' has {member.size} bytes, not {len(out)}.")
        crc = self._inflate(member, name, out) if member.method == _DEFLATED else self._copy(member, name, out)
        self._check(name, member, crc)

    def _check(self, name, member, crc):
        if crc != member.crc and member.crc:        # torch writes 0 where it was told to compute none
            raise corrupt(f"reading file {name.partition('/')[2]}: file read failed",
                          f"The checksum of member '{name}' is wrong.")

    def _copy(self, member, name, out):
        self.file.seek(self.base + member.start)
        at, crc = 0, 0
        while at < member.size:
            piece = out[at:at + _CHUNK]
            got = self._read_piece(piece)
            if not got:
                raise _bad(f"The file ends inside member '{name}'.")
            crc = _crc(piece[:got], crc)
            at += got
        return crc

    def _read_piece(self, piece):
        if hasattr(self.file, "readinto"):
            return self.file.readinto(piece)
        data = self.file.read(len(piece))
        piece[:len(data)] = data
        return len(data)

    def _inflate(self, member, name, out):
        stream = zlib.decompressobj(-15)
        self.file.seek(self.base + member.start)
        left, at, crc, pending = member.packed, 0, 0, b""
        while not stream.eof:
            if not pending:
                pending = self.file.read(min(left, _CHUNK))
                left -= len(pending)
                if not pending:
                    raise _bad(f"Member '{name}' ends too early.")
            try:
                data = stream.decompress(pending, _CHUNK)
            except zlib.error as e:
                raise _bad(f"Member '{name}': {e}.") from None
            pending = stream.unconsumed_tail
            if at + len(data) > member.size:
                raise _bad(f"Member '{name}' is longer than it says.")
            out[at:at + len(data)] = data
            crc = zlib.crc32(data, crc)
            at += len(data)
        if at != member.size:
            raise _bad(f"Member '{name}' is shorter than it says.")
        return crc


def _decode(raw, flags):
    try:
        return raw.decode("utf-8" if flags & _UTF8 else "cp437")
    except UnicodeDecodeError:
        raise _bad("The name of a member is no text.") from None


def _wide(extra, packed, size, start):
    """Return the three numbers with their 64-bit values, where the directory refers to them."""
    missing = [packed == _FULL32, size == _FULL32, start == _FULL32]
    if not any(missing):
        return packed, size, start
    at = 0
    while at + 4 <= len(extra):
        tag, n = struct.unpack_from("<HH", extra, at)
        if tag == 1 and at + 4 + n <= len(extra):
            fields = iter(struct.unpack_from(f"<{n // 8}Q", extra, at + 4))
            size = next(fields, size) if missing[1] else size
            packed = next(fields, packed) if missing[0] else packed
            start = next(fields, start) if missing[2] else start
            return packed, size, start
        at += 4 + n
    return packed, size, start


class ArchiveWriter:
    """Writes members one after the other, uncompressed, each at a multiple of `alignment` bytes.

    Args:
        file: open for writing bytes; need not be seekable.
        alignment: 64, as torch has it.
    """

    def __init__(self, file, alignment=64):
        self.file = file
        self.alignment = alignment
        self.at = 0
        self.directory = []

    def _write(self, data):
        self.file.write(data)
        self.at += len(data)

    def add(self, name, data, crc=True):
        """Write a member; `crc=False` leaves its checksum 0."""
        view = memoryview(data).cast("B")
        size, start, raw = len(view), self.at, name.encode()
        check = _crc(view) if crc else 0
        wide = struct.pack("<HHQQ", 1, 16, size, size) if size >= _FULL32 else b""
        begin = start + _LOCAL.size + len(raw) + len(wide) + 4
        fill = -begin % self.alignment
        extra = wide + b"FB" + struct.pack("<H", fill) + b"Z" * fill
        shown = _FULL32 if wide else size
        self._write(_LOCAL.pack(b"PK\3\4", 45 if wide else 20, _UTF8, _STORED, 0, 33, check, shown, shown, len(raw),
                                len(extra)) + raw + extra)
        for at in range(0, size, 64 * _CHUNK):
            self._write(view[at:at + 64 * _CHUNK])
        self.directory.append((raw, check, size, start))

    def add_blank(self, name, size):
        """Write a member of `size` zero bytes with no checksum, which PyTorch leaves for later writing."""
        self.add(name, bytes(size), crc=False)

    def close(self):
        """Write the directory; the file itself stays open."""
        start = self.at
        for raw, check, size, offset in self.directory:
            fields = [size, size] if size >= _FULL32 else []
            fields += [offset] if offset >= _FULL32 else []
            extra = struct.pack(f"<HH{len(fields)}Q", 1, 8 * len(fields), *fields) if fields else b""
            shown = min(size, _FULL32)
            self._write(_CENTRAL.pack(b"PK\1\2", 45, 45 if extra else 20, _UTF8, _STORED, 0, 33, check, shown, shown,
                                      len(raw), len(extra), 0, 0, 0, 0, min(offset, _FULL32)) + raw + extra)
        end, n = self.at, len(self.directory)
        length = end - start
        self._write(_END64.pack(b"PK\6\6", 44, 45, 45, 0, 0, n, n, length, start))
        self._write(_LOCATOR64.pack(b"PK\6\7", 0, end, 1))
        self._write(_END.pack(b"PK\5\6", 0, 0, min(n, _FULL16), min(n, _FULL16), min(length, _FULL32),
                              min(start, _FULL32), 0))


def _crc(data, crc=0):
    """Return the CRC-32 of what lies in a buffer, continuing `crc`."""
    n = len(data)
    if _native is not None and n >= _SHORT:
        return _native.crc32(guard.frombuffer(data, dtypes.uint8.np, n, 0), crc)
    return zlib.crc32(data, crc)
