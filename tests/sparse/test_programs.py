"""Training on sparse tensors: the losses are those of PyTorch, from the same seed."""
import oracle
import programs
import pytest

import rushlight as torch

RUNS = {
    (('graph_convolution',)): [
        1.141407, 1.103311, 1.091508, 1.092912, 1.09596, 1.093713, 1.087717, 1.081372, 1.076883, 1.074343,
        1.071506, 1.067807, 1.06327, 1.056509, 1.048149, 1.03916, 1.029485, 1.019825, 1.010357, 0.998706],
    (('word_vectors', 'SparseAdam')): [
        5.153204, 6.668722, 8.564398, 7.383376, 6.364308, 7.398006, 7.537662, 8.071817, 5.761428, 6.840323,
        7.653627, 5.192073, 6.754171, 5.120186, 5.45996, 5.130076, 5.578017, 7.745696, 5.066685, 6.237267],
    (('word_vectors', 'SGD')): [
        5.153204, 6.821441, 8.62441, 7.744844, 6.697174, 7.92625, 8.211747, 8.698059, 6.407343, 7.450522,
        8.659386, 5.813555, 8.202011, 6.012885, 6.613533, 6.673939, 6.754517, 10.778296, 6.449308, 7.484327],
    (('word_vectors', 'Adagrad')): [
        5.153204, 6.669111, 8.566134, 7.416145, 6.467801, 7.529223, 7.801587, 8.259911, 5.937961, 6.92786,
        8.09668, 5.297013, 7.499401, 5.471893, 6.003675, 5.892794, 6.241499, 9.440846, 5.856488, 6.869648],
}


@pytest.mark.parametrize("run", RUNS, ids=" ".join)
def test_losses(run):
    name, *args = run
    assert getattr(programs, name)(torch, *args) == pytest.approx(RUNS[run], rel=2e-5)


def test_losses_are_those_of_pytorch():
    pytorch = oracle.pytorch()
    if pytorch is None:
        pytest.skip("needs PyTorch")
    for (name, *args), losses in RUNS.items():
        assert getattr(programs, name)(pytorch, *args) == pytest.approx(losses, rel=1e-5)
