"""Updates in NumPy, for where no native kernel is: the formulas of `update`, rounded the same, without a tensor an operation.

Arrays are taken in pieces that stay in the cache, so a step reads and writes each of them once.
"""
import numpy as np

from ..backend.cpu import SILENT, hush, unhush

_PIECE = 16384                          # elements; three arrays of scratch and five of data fit the second cache


def sgd_step(params, grads, buffers, lr, momentum, dampening, decay, nesterov, maximize):
    """Do `SGD.update` for all parameters; NotImplemented, with nothing changed, for arrays it does not take."""
    jobs = _flat(params, grads, *([buffers] if momentum else []))
    if jobs is None:
        return NotImplemented

    def update(t, u, p, g, b=None):
        if maximize:
            g = np.negative(g, out=u)
        if decay:
            np.multiply(p, decay, out=t)
            g = np.add(g, t, out=u)
        if b is not None:
            b *= momentum
            b += np.multiply(g, 1 - dampening, out=t) if dampening else g
            if nesterov:
                np.multiply(b, momentum, out=t)
                g = np.add(g, t, out=u)
            else:
                g = b
        p += np.multiply(g, -lr, out=t)

    return _run(jobs, [update] * len(jobs))


def adam_step(params, grads, means, squares, largest, steps, lr, beta1, beta2, eps, decay, decoupled, maximize):
    """Do `Adam.update` for all parameters; NotImplemented, with nothing changed, for arrays it does not take."""
    jobs = _flat(params, grads, means, squares, *([largest] if largest else []))
    if jobs is None:
        return NotImplemented
    weight = 1 - beta1

    def at(step):
        root, size = (1 - beta2 ** step) ** 0.5, lr / (1 - beta1 ** step)

        def update(t, u, p, g, m, v, top=None):
            if maximize:
                g = np.negative(g, out=u)
            if decay and decoupled:
                p *= 1 - lr * decay
            elif decay:
                np.multiply(p, decay, out=t)
                g = np.add(g, t, out=u)
            np.subtract(g, m, out=t)
            if weight < 0.5:
                t *= weight
                m += t
            else:
                t *= 1 - weight
                np.subtract(g, t, out=m)
            v *= beta2
            np.multiply(g, g, out=t)
            t *= 1 - beta2
            v += t
            if top is not None:
                v = np.maximum(top, v, out=top)
            np.sqrt(v, out=t)
            t /= root
            t += eps
            np.multiply(m, -size, out=u)
            u /= t
            p += u
        return update

    return _run(jobs, [at(step) for step in steps])


def _flat(params, grads, *states):
    """Return a tuple of flat arrays for each parameter: itself, its gradient, its state; None where that is no view."""
    jobs = []
    for p, g, *rest in zip(params, grads, *states):
        if p.dtype.char not in "fd" or type(g) is not np.ndarray or g.shape != p.shape or g.dtype != p.dtype:
            return None
        written = [p, *rest]
        if not all([a.dtype == p.dtype and a.size == p.size and a.flags.carray for a in written]):
            return None
        jobs.append([p.reshape(-1), g.reshape(-1), *[a.reshape(-1) for a in rest]])
    return jobs


def _run(jobs, updates):
    scratch = {}
    token = hush(SILENT)
    try:
        for arrays, update in zip(jobs, updates):
            n, dtype = arrays[0].size, arrays[0].dtype
            if dtype not in scratch:
                scratch[dtype] = np.empty(_PIECE, dtype), np.empty(_PIECE, dtype)
            t, u = scratch[dtype]
            if n <= _PIECE:
                update(t[:n], u[:n], *arrays)
                continue
            for i in range(0, n, _PIECE):
                parts = [a[i:i + _PIECE] for a in arrays]
                k = parts[0].size
                update(t[:k], u[:k], *parts)
    finally:
        unhush(token)
