"""torch.backends: what this installation computes with, and the flags programs set there."""
from . import cpu, cuda, cudnn, mkl, mkldnn, mps, nnpack, openmp, opt_einsum, quantized
