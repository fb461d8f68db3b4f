"""python on_jax.py mlp|cnn|recurrent|transformer OPTION SECONDS THREADS

Options, each as the projects' own pages advise; "default" is nnx.jit around the step:

- production: nnx.jit walks through the objects in Python at every call, which shows in small models; a functional loop splits
  them once (https://flax.readthedocs.io/en/latest/guides/performance.html);
- donated: the same, and the old arrays are given back for the new ones (https://docs.jax.dev/en/latest/buffer_donation.html).
"""

import sys

import jax
import jax.numpy as jnp
import optax
from arrays import data
from clock import time_loop
from flax import nnx

name, mode, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
rngs = nnx.Rngs(0)


class Dense(nnx.Module):
    def __init__(self):
        self.first, self.second = nnx.Linear(128, 256, rngs=rngs), nnx.Linear(256, 256, rngs=rngs)
        self.out = nnx.Linear(256, 10, rngs=rngs)

    def __call__(self, x):
        return self.out(nnx.relu(self.second(nnx.relu(self.first(x)))))


class Convolutional(nnx.Module):
    def __init__(self):
        self.convolutions = nnx.List(
            [nnx.Conv(a, b, (3, 3), use_bias=False, rngs=rngs) for a, b in ((3, 16), (16, 32))]
        )
        self.norms = nnx.List([nnx.BatchNorm(n, momentum=0.9, epsilon=1e-3, rngs=rngs) for n in (16, 32)])
        self.out = nnx.Linear(32, 10, rngs=rngs)

    def __call__(self, x):
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = nnx.max_pool(nnx.relu(norm(convolution(x))), (2, 2), (2, 2))
        return self.out(x.mean((1, 2)))


class Cell(nnx.GRUCell):
    def __init__(self):
        super().__init__(32, 64, rngs=rngs)
        self.dense_h = nnx.Linear(64, 192, rngs=rngs)


class Recurrent(nnx.Module):
    def __init__(self):
        self.table, self.out = nnx.Embed(1000, 32, rngs=rngs), nnx.Linear(64, 4, rngs=rngs)
        self.gru = nnx.RNN(Cell(), return_carry=True, rngs=rngs)

    def __call__(self, x):
        return self.out(self.gru(self.table(x))[0])


class Block(nnx.Module):
    def __init__(self):
        self.norms = nnx.List([nnx.LayerNorm(64, rngs=rngs) for _ in range(2)])
        self.attention = nnx.MultiHeadAttention(4, 64, decode=False, rngs=rngs)
        self.wide, self.narrow = nnx.Linear(64, 256, rngs=rngs), nnx.Linear(256, 64, rngs=rngs)

    def __call__(self, x, mask):
        x = x + self.attention(self.norms[0](x), mask=mask)
        return x + self.narrow(nnx.relu(self.wide(self.norms[1](x))))


class Transformer(nnx.Module):
    def __init__(self):
        self.table, self.places = nnx.Embed(512, 64, rngs=rngs), nnx.Param(jnp.zeros((32, 64)))
        self.blocks, self.norm = nnx.List([Block(), Block()]), nnx.LayerNorm(64, rngs=rngs)
        self.out = nnx.Linear(64, 512, rngs=rngs)

    def __call__(self, x):
        mask, x = nnx.make_causal_mask(x), self.table(x) + self.places
        for block in self.blocks:
            x = block(x, mask)
        return self.out(self.norm(x))


model = {"mlp": Dense, "cnn": Convolutional, "recurrent": Recurrent, "transformer": Transformer}[name]()
optimizer = nnx.Optimizer(model, optax.adam(1e-3, eps=1e-7), wrt=nnx.Param)
batches = [tuple(map(jnp.asarray, data(name))) for _ in range(8)]


def loss_function(model, x, y):
    return optax.softmax_cross_entropy_with_integer_labels(model(x), y).mean()


def update(model, optimizer, x, y):
    loss, gradients = nnx.value_and_grad(loss_function)(model, x, y)
    optimizer.update(model, gradients)
    return loss


graph, arrays = nnx.split((model, optimizer))


def on_arrays(arrays, x, y):
    model, optimizer = nnx.merge(graph, arrays)
    loss = update(model, optimizer, x, y)
    return nnx.state((model, optimizer)), loss


if mode == "default":
    jitted = nnx.jit(update)

    def step(x, y):
        return jitted(model, optimizer, x, y)

else:
    compiled = jax.jit(on_arrays, donate_argnums=(0,) if mode == "donated" else ())

    def step(x, y):
        global arrays
        arrays, loss = compiled(arrays, x, y)
        return loss


time_loop(step, batches, seconds, wait=lambda: jax.block_until_ready(jax.live_arrays()))
