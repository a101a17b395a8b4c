"""torch.optim: optimizers and learning-rate schedules."""
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .sgd import SGD
from . import adagrad, adam, optimizer, rmsprop, sgd
