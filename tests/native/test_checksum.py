"""CRC-32 by folding against zlib's."""
import random
import zlib

import numpy as np
import pytest

checksum = pytest.importorskip("rushlight.native.checksum", reason="the pure build has no kernels")


@pytest.mark.parametrize("offset", [0, 1, 7])
def test_crc32_equals_zlib(offset):
    data = np.frombuffer(random.Random(1).randbytes(1 << 17), "uint8")[offset:]
    for n in [*range(200), 1000, 4095, 4096, 65536, len(data)]:
        for start in (0, 1, 0xFFFFFFFF, 0x12345678):
            assert checksum.crc32(data[:n], start) == zlib.crc32(data[:n], start), (n, start)


def test_other_buffers_go_to_zlib():
    data = np.arange(1000, dtype="uint8")
    assert checksum.crc32(bytes(data)) == zlib.crc32(data) == checksum.crc32(data.astype("int8"))
