"""Event files: protocol-buffer fields, and records with checksums.

A message is its fields one after the other: a number (field << 3 | kind), then a varint (kind 0), eight bytes (1), a length
and as many bytes (2), or four bytes (5).
"""
import struct

VARINT, DOUBLE, BYTES, FLOAT = 0, 1, 2, 5


def varint(n):
    """Return a whole number in groups of 7 bits, lowest first."""
    n &= (1 << 64) - 1
    found = bytearray()
    while n > 127:
        found.append(n & 127 | 128)
        n >>= 7
    found.append(n)
    return bytes(found)


def whole(field, n):
    """Return a field with a whole number; nothing for 0, which is the default."""
    return varint(field << 3) + varint(int(n)) if n else b""


def double(field, x):
    """Return a field with a double."""
    return varint(field << 3 | DOUBLE) + struct.pack("<d", x)


def single(field, x):
    """Return a field with a float."""
    return varint(field << 3 | FLOAT) + struct.pack("<f", x)


def data(field, content):
    """Return a field with bytes, a text or a message."""
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | BYTES) + varint(len(content)) + content


def doubles(field, values):
    """Return a field with packed doubles."""
    return data(field, struct.pack(f"<{len(values)}d", *values))


def _table():
    found = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ 0x82F63B78 if n & 1 else n >> 1
        found.append(n)
    return found


_TABLE = _table()


def checksum(content):
    """Return the CRC-32C, masked as the records want it."""
    crc, table = 0xFFFFFFFF, _TABLE
    for byte in content:
        crc = table[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(content):
    """Return a record: length, its checksum, content, its checksum."""
    length = struct.pack("<Q", len(content))
    return length + struct.pack("<I", checksum(length)) + content + struct.pack("<I", checksum(content))
