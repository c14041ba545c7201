"""JAX on the CPU as a training rival; `train_driver.py` has the protocol.

The whole step (loss, gradients, momentum) is one jitted function whose old parameters are donated. Threads: XLA takes
the size of its pool from PJRT_NPROC, which is read when JAX starts, so the caller sets it.
"""

import functools
import os

os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
from train_driver import NAMES, serve

# A step's loss is wanted before the next step starts: a queue would only cost a change of threads.
jax.config.update("jax_cpu_enable_async_dispatch", False)


class Jax:
    def load(self, problem):
        self.problem = problem
        self.x = [jnp.asarray(x) for x in problem.x]
        self.s = [jnp.asarray(s) for s in problem.s]

        @functools.partial(jax.jit, donate_argnums=(0, 1))
        def update(weights, velocity, x, s):
            value, gradients = jax.value_and_grad(loss)(weights, x, s)
            velocity = jax.tree.map(lambda v, g: problem.momentum * v + g, velocity, gradients)
            weights = jax.tree.map(lambda w, v: w - problem.learning_rate * v, weights, velocity)
            return weights, velocity, value

        self.update = update
        return {"setting": "jit of the whole step, donated buffers"}

    def reset(self):
        self.weights = [jnp.array(self.problem.weights[name]) for name in NAMES]
        self.velocity = [jnp.zeros_like(weight) for weight in self.weights]

    def step(self, i):
        at = i % self.problem.batches
        self.weights, self.velocity, value = self.update(self.weights, self.velocity, self.x[at], self.s[at])
        jax.block_until_ready(self.weights)
        return float(value)

    def parameters(self):
        return self.weights

    def gemm(self, size):
        a = jax.random.uniform(jax.random.key(0), (size, size))
        product = jax.jit(jnp.matmul)
        return lambda _: product(a, a).block_until_ready()


def loss(weights, x, s):
    w1, b1, w2, b2 = weights
    h = jax.nn.relu(x @ w1 + b1) @ w2 + b2
    theta = 0.5 * (h @ h.T)
    return jnp.mean(jax.nn.softplus(theta) - s * theta)


serve(Jax(), jax.__version__)
