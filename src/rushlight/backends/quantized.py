"""torch.backends.quantized: there are no quantised tensors here."""
engine = "none"
supported_engines = ["none"]
