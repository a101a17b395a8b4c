"""How batches are made: collating samples, fetching them, worker processes."""
from . import collate, fetch, worker
from .worker import ExceptionWrapper
