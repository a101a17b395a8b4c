"""The alias that makes `import torch` mean Rushlight in one process, and the runner of scripts."""
from .alias import install, installed, uninstall
