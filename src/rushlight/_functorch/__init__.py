"""torch._functorch: where PyTorch keeps what `torch.func` publishes."""
