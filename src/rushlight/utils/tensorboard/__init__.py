"""torch.utils.tensorboard: event files for TensorBoard, written without it."""
from .writer import FileWriter, SummaryWriter

__all__ = ["FileWriter", "SummaryWriter"]
