"""The parts of `torch.utils.benchmark`, as torch lays them out."""
