"""Compiled kernels: arrays in, arrays out. Absent from the pure build, where the ops' bodies run."""
