"""FizzBuzz in JAX with the whole epoch in one jitted function: a measure from outside, taken by hand.

    python -m bench.jax_epoch          where JAX is installed; writes bench/results/jax.json
"""

import json
import pathlib
import time

from bench.rows.course import fizzbuzz_data

RESULT = pathlib.Path(__file__).parent / "results" / "jax.json"


def epoch_of(jax):
    """The jitted epoch, its weights and the data: the batches, network and rate of the row 'FizzBuzz, an epoch'."""
    jnp = jax.numpy
    digits, classes, weights = fizzbuzz_data()
    x, y = jnp.array(digits[:896].reshape(7, 128, 10)), jnp.array(classes[:896].reshape(7, 128))

    def loss_of(weights, x, y):
        w1, b1, w2, b2 = weights
        out = jnp.maximum(x @ w1.T + b1, 0) @ w2.T + b2
        return -jnp.take_along_axis(jax.nn.log_softmax(out), y[:, None], 1).mean()

    @jax.jit
    def epoch(weights):
        for i in range(7):
            loss, gradients = jax.value_and_grad(loss_of)(weights, x[i], y[i])
            weights = [w - 0.05 * g for w, g in zip(weights, gradients)]
        return weights, loss
    return epoch, [jnp.array(w) for w in weights]


def main():
    import jax

    epoch, weights = epoch_of(jax)
    start = time.perf_counter()
    epoch(weights)[1].block_until_ready()
    compiling = time.perf_counter() - start
    times, state = [], weights
    for _ in range(2000):
        start = time.perf_counter()
        state, loss = epoch(state)
        loss.block_until_ready()
        times.append(time.perf_counter() - start)
    found = {"version": jax.__version__, "compiling_s": round(compiling, 3), "epoch_us": round(min(times) * 1e6, 1),
             "loss": float(loss)}
    RESULT.write_text(json.dumps(found, indent=1) + "\n")
    print(found)


if __name__ == "__main__":
    main()
