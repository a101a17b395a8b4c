"""What the alias is as an installed package: programs ask `importlib.metadata` whether there is a "torch", and which."""
import importlib.metadata
import pathlib

from ..torch_version import __version__


class TorchDistribution(importlib.metadata.Distribution):
    """The package "torch" of a process where the alias is in force."""

    _FILES = {"METADATA": f"Metadata-Version: 2.1\nName: torch\nVersion: {__version__}\n", "top_level.txt": "torch\nfunctorch\n"}

    def read_text(self, filename):
        return self._FILES.get(filename)

    def locate_file(self, path):
        return pathlib.Path(__file__).parents[2] / path


def distributions(context):
    """Return the distributions that a search asks for: ours, or none."""
    return [TorchDistribution()] if context.name in (None, "torch") else []
