"""Backends: everything that knows arrays and nothing of tensors."""
