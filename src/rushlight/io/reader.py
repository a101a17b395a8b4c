"""`torch.PyTorchFileReader`: a checkpoint's records by name, for programs that fetch tensors one at a time."""
from ..core.tensor import OPS
from ..dtypes import dtype as _dtype, uint8
from .zipformat import open_archive


class PyTorchFileReader:
    """The records of a zip checkpoint.

    Args:
        file: a path, or an object open for reading bytes.
    Raises: RuntimeError for a missing file or record, and for anything that is not a sound archive.
    """

    def __init__(self, file):
        if isinstance(file, str):
            try:
                file = open(file, "rb")
            except OSError as e:
                raise RuntimeError(f"open file failed because of errno {e.errno} on fopen: {e.strerror}, "
                                   f"file path: {file}") from None
        self._archive, self._root = open_archive(file)

    def get_all_records(self):
        """Return the names of the records."""
        return [name.partition("/")[2] for name in self._archive.members]

    def has_record(self, name):
        """Whether there is a record of that name."""
        return f"{self._root}/{name}" in self._archive.members

    def get_record(self, name):
        """Return the bytes of a record."""
        return bytes(self._archive.read(f"{self._root}/{name}"))

    def get_record_size(self, name):
        """Return the length of a record in bytes."""
        return self._archive.find(f"{self._root}/{name}").size

    def get_record_offset(self, name):
        """Return the place in the file of a record's first byte."""
        return self._archive.find(f"{self._root}/{name}").start

    def get_storage_from_record(self, name, numel, dtype):
        """Return an empty tensor whose storage is the record.

        Args:
            numel: how many elements the record has.
            dtype: theirs; a storage class means bytes.
        """
        dtype = dtype if isinstance(dtype, _dtype) else getattr(dtype, "dtype", uint8)
        size = self.get_record_size(name)
        if size != numel * dtype.itemsize:
            raise RuntimeError(f"record size ({size} bytes) does not match expected size ({numel * dtype.itemsize} bytes = "
                               f"{numel} elements * {dtype.itemsize} bytes/element)")
        return OPS.frombuffer(bytearray(self.get_record(name)), dtype=dtype)[:0] if size else OPS.empty(0, dtype=dtype)
