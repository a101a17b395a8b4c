"""An LBFGS that was pickled or copied goes on with its own parameters."""
import copy
import pickle

import pytest

import rushlight as torch


@pytest.mark.parametrize("again", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_steps_after_a_copy(again):
    def closure(optimizer):
        optimizer.zero_grad()
        loss = (optimizer.param_groups[0]["params"][0] ** 2).sum()
        loss.backward()
        return loss

    p = torch.nn.Parameter(torch.ones(3))
    first = torch.optim.LBFGS([p], lr=0.1, max_iter=2)
    first.step(lambda: closure(first))
    second = again(first)
    for o in (first, second):
        o.step(lambda o=o: closure(o))
    assert torch.equal(second.param_groups[0]["params"][0], p)
