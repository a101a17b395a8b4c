"""A run that is cut off and resumed ends with the same bytes as one that never stopped."""

import contextlib
import os
import random
import signal
import time

import numpy as np
import pytest

EPOCHS = 3
ROWS = 23
BATCH = 4
STEPS = 6                               # in an epoch


def noisy_dataset(rl):
    class Noisy(rl.utils.data.Dataset):
        """Draws from all three sources of random numbers as it makes a sample."""

        def __len__(self):
            return ROWS

        def __getitem__(self, i):
            return rl.full((3,), float(i)) + rl.rand(3) + random.random() + float(np.random.rand()), rl.tensor(i % 2)

    return Noisy()


def stream(rl):
    class Stream(rl.utils.data.IterableDataset):
        def __iter__(self):
            for i in range(ROWS):
                yield rl.full((3,), float(i)) + rl.rand(3), rl.tensor(i % 2)

    return Stream()


DATASETS = {"tensors": lambda rl: rl.utils.data.TensorDataset(rl.randn(ROWS, 3), rl.arange(ROWS) % 2), "noisy": noisy_dataset,
            "stream": stream}


class Run:
    """A small training whose every source of randomness is seeded."""

    def __init__(self, rl, kind, workers=0, generator=False):
        rl.manual_seed(3), random.seed(1), np.random.seed(2)
        nn = rl.nn
        self.rl = rl
        self.model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.3), nn.BatchNorm1d(8), nn.Linear(8, 2))
        self.optimizer = rl.optim.AdamW(self.model.parameters(), lr=0.01)
        self.scheduler = rl.optim.lr_scheduler.OneCycleLR(self.optimizer, 0.1, total_steps=100)
        self.loader = rl.utils.data.DataLoader(DATASETS[kind](rl), batch_size=BATCH, shuffle=None if kind == "stream" else True, num_workers=workers,
                                               generator=rl.Generator().manual_seed(5) if generator else None)
        self.epoch = self.step = 0

    def parts(self):
        return {"model": self.model, "optimizer": self.optimizer, "scheduler": self.scheduler, "loader": self.loader}

    def save(self, path):
        self.rl.io.save_training(path, **self.parts(), extra={"epoch": self.epoch, "step": self.step})

    def load(self, path):
        extra = self.rl.io.load_training(path, **self.parts())
        self.epoch, self.step = extra["epoch"], extra["step"]
        return self

    def go(self, stop=None, path=None, always=False):
        """Train to the end; or save and leave after step `stop`; `always` saves after every step."""
        loss = self.rl.nn.functional.cross_entropy
        for epoch in range(self.epoch, EPOCHS):
            self.epoch = epoch
            for x, y in self.loader:
                self.optimizer.zero_grad()
                loss(self.model(x), y).backward()
                self.optimizer.step()
                self.scheduler.step()
                self.step += 1
                if always or self.step == stop:
                    self.save(path)
                if self.step == stop:
                    return None
        return self.bytes()

    def bytes(self):
        """Everything that a run leaves behind."""
        tensors = [*self.model.state_dict().values(),
                   *(v for s in self.optimizer.state_dict()["state"].values() for v in s.values()), self.rl.get_rng_state()]
        return b"".join(t.numpy().tobytes() for t in tensors) + repr((random.random(), np.random.rand(), self.scheduler.get_last_lr())).encode()


@pytest.mark.parametrize("generator", [False, True])
@pytest.mark.parametrize("kind", DATASETS)
def test_resumed_at_every_step_without_workers(kind, generator, rl, tmp_path):
    path = tmp_path / "run.pt"
    whole = Run(rl, kind, 0, generator).go()
    for stop in range(1, EPOCHS * STEPS, 4 if generator else 1):
        Run(rl, kind, 0, generator).go(stop, path)
        assert Run(rl, kind, 0, generator).load(path).go() == whole, f"after step {stop}"


@pytest.mark.parametrize("stop", [1, STEPS, STEPS + 2])
@pytest.mark.parametrize("kind", DATASETS)
def test_resumed_with_two_workers(kind, stop, rl, tmp_path):
    path = tmp_path / "run.pt"
    whole = Run(rl, kind, 2).go()
    Run(rl, kind, 2).go(stop, path)
    assert Run(rl, kind, 2).load(path).go() == whole


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_again_and_again(rl, tmp_path):
    """The process is killed at random moments and begun anew until it comes to its end."""
    path, result, moments = tmp_path / "run.pt", tmp_path / "result", random.Random(2)
    whole = Run(rl, "noisy").go()
    Run(rl, "noisy").save(path)
    for kills in range(60):
        child = os.fork()
        if child == 0:
            try:
                found = Run(rl, "noisy").load(path).go(path=path, always=True)
                result.with_suffix(".tmp").write_bytes(found)
                os.rename(result.with_suffix(".tmp"), result)
            finally:
                os._exit(0)
        for _ in range(moments.randint(1, 4)):          # some steps, then a moment of the next one
            before = os.stat(path).st_ino
            while os.stat(path).st_ino == before and not result.exists() and os.waitpid(child, os.WNOHANG)[0] == 0:
                time.sleep(0.0005)
            if result.exists():
                break
        time.sleep(moments.uniform(0, 0.004))
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        if result.exists():
            break
    assert result.read_bytes() == whole and kills > 0


# ------------------------------------------------------------------ parts


def test_several_models_and_more(rl, tmp_path):
    def parts():
        models = {"g": rl.nn.Linear(2, 2), "d": rl.nn.Linear(2, 1)}
        optimizers = [rl.optim.Adam(m.parameters()) for m in models.values()]
        return dict(model=models, optimizer=optimizers, average=rl.optim.swa_utils.AveragedModel(models["g"]))

    first, second = parts(), parts()
    rl.io.save_training(tmp_path / "x.pt", **first, extra=[1, {"a": rl.ones(2)}])
    extra = rl.io.load_training(tmp_path / "x.pt", **second)
    assert extra[0] == 1 and rl.equal(second["model"]["d"].weight, first["model"]["d"].weight)
    with pytest.raises(ValueError, match="has the states of"):
        rl.io.load_training(tmp_path / "x.pt", model=second["model"])
    rl.save({"a": 1}, tmp_path / "y.pt")
    with pytest.raises(ValueError, match="not a file of save_training"):
        rl.io.load_training(tmp_path / "y.pt")


def test_loader_positions(rl):
    def loader(n=10):
        return rl.utils.data.DataLoader(range(n), batch_size=3, shuffle=True)

    rl.manual_seed(1)
    first = loader()
    assert first.state_dict()["start"] is None
    batches = iter(first)
    head = [next(batches).tolist() for _ in range(2)]
    place = first.state_dict()
    rest = [b.tolist() for b in batches]
    rl.manual_seed(99)
    second = loader()
    second.load_state_dict(place)
    before = rl.get_rng_state()
    assert [b.tolist() for b in second] == rest and len(head + rest) == 4
    assert rl.equal(rl.get_rng_state(), before)         # the generators are where they were
    assert sum(map(len, [b.tolist() for b in second])) == 10 and first.state_dict()["start"] is None
    second.load_state_dict(place)
    assert len([*second]) == 2 and len([*second]) == 4
    with pytest.raises(RuntimeError, match="after 2 batches, which this loader does not have"):
        short = loader(3)
        short.load_state_dict(place)
        list(short)
    with pytest.raises(ValueError, match="not a state_dict of a DataLoader"):
        second.load_state_dict({})


def test_pytorch_reads_the_file(rl, torch, tmp_path):
    run = Run(rl, "tensors")
    run.go(4, tmp_path / "run.pt")
    found = torch.load(tmp_path / "run.pt", weights_only=True)
    assert found["extra"]["step"] == 4 and found["parts"]["model"]["0.weight"].tolist() == run.model[0].weight.tolist()
