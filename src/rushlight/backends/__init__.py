"""torch.backends: what this installation computes with, and the flags programs set there."""
from . import cpu, cuda, cudnn, mkl, mkldnn, mps, openmp
