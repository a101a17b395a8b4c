"""Training runs that resume exactly: one call saves all that decides what comes, one restores it."""
from ..core.generator import _DEFAULTS, Generator
from ..serialization import load, save
from ..utils.data._utils.position import rng_states, set_rng_states

__all__ = ["load_training", "save_training"]

_FORMAT = 1
_MARK = "rushlight_training"


def save_training(path, *, model=None, optimizer=None, scheduler=None, loader=None, extra=None, **stateful):
    """Write the state of a training run to a file, whole or not at all.

    Besides what is given, the states of the random generators are kept: Rushlight's (on every device),
    `random`'s and NumPy's. Call it after `optimizer.step()`, inside the loop over the loader or between epochs.

    Args:
        path: the file, as for `torch.save`; PyTorch's `torch.load` reads it too.
        model, optimizer, scheduler, loader: what has a `state_dict`, or a list or dict of such.
        extra: plain values and tensors of the program (the epoch's number, the losses so far).
        **stateful: more objects with a `state_dict`, under names of your own (a GradScaler, an averaged model).

    Example:
        >>> save_training("run.pt", model=model, optimizer=optimizer, loader=loader, extra={"epoch": epoch})
    """
    parts = _parts(model, optimizer, scheduler, loader, stateful)
    save({_MARK: _FORMAT, "parts": {name: _state(part) for name, part in parts.items()}, "rng": rng_states(),
          "devices": {kind: g.get_state() for kind, g in _DEFAULTS.items() if kind != "cpu"}, "extra": extra}, path)


def load_training(path, *, model=None, optimizer=None, scheduler=None, loader=None, map_location=None, **stateful):
    """Restore a training run from a file of `save_training` and return its `extra`.

    The loader's next iteration goes on after the batch that had been used last. The objects are made as they
    were for the run that saved.

    Args:
        map_location: as for `torch.load`.
    Raises: ValueError when the file has no state for an object, or one for an object that is not given.
    """
    saved = load(path, map_location=map_location)
    if not isinstance(saved, dict) or saved.get(_MARK) != _FORMAT:
        raise ValueError(f"{path} is not a file of save_training")
    parts = _parts(model, optimizer, scheduler, loader, stateful)
    if parts.keys() != saved["parts"].keys():
        raise ValueError(f"{path} has the states of {sorted(saved['parts'])}, asked for are {sorted(parts)}")
    for name, part in parts.items():
        _restore(part, saved["parts"][name], name)
    for kind, state in saved["devices"].items():
        _DEFAULTS.setdefault(kind, Generator(kind)).set_state(state)
    set_rng_states(saved["rng"])
    return saved["extra"]


def _parts(model, optimizer, scheduler, loader, stateful):
    named = {"model": model, "optimizer": optimizer, "scheduler": scheduler, "loader": loader, **stateful}
    return {name: part for name, part in named.items() if part is not None}


def _state(part):
    if isinstance(part, (list, tuple)):
        return [_state(p) for p in part]
    if isinstance(part, dict):
        return {name: _state(p) for name, p in part.items()}
    return part.state_dict()


def _restore(part, state, name):
    if isinstance(part, (list, tuple)):
        if len(part) != len(state):
            raise ValueError(f"{name}: {len(state)} states for {len(part)} objects")
        for p, s in zip(part, state):
            _restore(p, s, name)
    elif isinstance(part, dict):
        if part.keys() != state.keys():
            raise ValueError(f"{name}: states of {sorted(state)} for {sorted(part)}")
        for key, p in part.items():
            _restore(p, state[key], f"{name}.{key}")
    else:
        part.load_state_dict(state)
