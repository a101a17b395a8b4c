"""Helpers around tensors: data loading, hooks, checkpointing."""
