"""The FizzBuzz network of the course: train it with a live progress line, then play 1 to 100.

    python examples/fizzbuzz.py [--epochs N]          (10,000 epochs: a few seconds)
"""
import argparse
import sys
import time

import numpy as np

import rushlight as torch

NUM_DIGITS, NUM_HIDDEN, BATCH_SIZE = 10, 100, 128
NAMES = ("fizz", "buzz", "fizzbuzz")


def binary_encode(i):
    """The NUM_DIGITS lowest binary digits of i, lowest first."""
    return np.array([i >> d & 1 for d in range(NUM_DIGITS)])


def fizz_buzz_class(i):
    """0: the number itself, 1: fizz, 2: buzz, 3: fizzbuzz."""
    return 3 if i % 15 == 0 else 2 if i % 5 == 0 else 1 if i % 3 == 0 else 0


def say(i, which):
    """What a player says at i."""
    return str(i) if which == 0 else NAMES[which - 1]


def show_progress(epoch, epochs, loss, started):
    """Rewrite one line: how far, the loss, steps per second, time left."""
    if not sys.stdout.isatty() and epoch % max(epochs // 10, 1):
        return
    spent = time.perf_counter() - started
    rate = epoch / spent
    bar = "#" * (30 * epoch // epochs)
    line = f"[{bar:30}] epoch {epoch}/{epochs}  loss {loss:.6f}  {8 * rate:,.0f} steps/s  {(epochs - epoch) / rate:.0f} s left"
    print(("\r" if sys.stdout.isatty() else "") + line, end="" if sys.stdout.isatty() else "\n", flush=True)


def train(epochs):
    """Return the trained network."""
    x = torch.Tensor(np.array([binary_encode(i) for i in range(101, 2 ** NUM_DIGITS)]))
    y = torch.LongTensor([fizz_buzz_class(i) for i in range(101, 2 ** NUM_DIGITS)])
    model = torch.nn.Sequential(torch.nn.Linear(NUM_DIGITS, NUM_HIDDEN), torch.nn.ReLU(), torch.nn.Linear(NUM_HIDDEN, 4))
    loss_fn = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    started = time.perf_counter()
    shown = 0.0
    for epoch in range(1, epochs + 1):
        for start in range(0, len(x), BATCH_SIZE):
            loss = loss_fn(model(x[start:start + BATCH_SIZE]), y[start:start + BATCH_SIZE])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        now = time.perf_counter()
        if now - shown > 0.1 or epoch == epochs:
            show_progress(epoch, epochs, loss.item(), started)
            shown = now
    print()
    return model


def play(model):
    """Say 1 to 100 and count what is right."""
    x = torch.Tensor(np.array([binary_encode(i) for i in range(1, 101)]))
    with torch.no_grad():
        answers = model(x).argmax(1).tolist()
    for row in range(0, 100, 10):
        print(" ".join(f"{say(i + 1, answers[i]):>8}" for i in range(row, row + 10)))
    right = sum(answers[i - 1] == fizz_buzz_class(i) for i in range(1, 101))
    print(f"{right} of 100 right")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=10000)
    torch.manual_seed(0)
    play(train(parser.parse_args().epochs))


if __name__ == "__main__":
    main()
