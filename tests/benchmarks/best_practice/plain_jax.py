"""The four jobs as plain JAX functions over a dictionary of parameters (for on_jax.py)."""

import functools

import jax
import jax.numpy as jnp
import optax
from common import cycle


def dense(p, x):
    return x @ p["w"] + p["b"]


def norm(p, x):
    x = x - x.mean(-1, keepdims=True)
    return x * jax.lax.rsqrt(jnp.square(x).mean(-1, keepdims=True) + 1e-6) * p["w"] + p["b"]


def mlp(p, moving, x):
    x = jax.nn.relu(dense(p["one"], x))
    return dense(p["three"], jax.nn.relu(dense(p["two"], x))), moving


def cnn(p, moving, x):
    new = []
    for kernel, scale, (mean, var) in zip(p["conv"], p["norm"], moving, strict=False):
        x = jax.lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        m = x.mean((0, 1, 2))
        v = jnp.square(x).mean((0, 1, 2)) - jnp.square(m)
        new.append((0.9 * mean + 0.1 * m, 0.9 * var + 0.1 * v))
        x = jax.nn.relu((x - m) * (jax.lax.rsqrt(v + 1e-5) * scale["w"]) + scale["b"])
        b, h, w, c = x.shape
        x = x.reshape(b, h // 2, 2, w // 2, 2, c).max((2, 4))
    return dense(p["head"], x.mean((1, 2))), new


def recurrent(p, moving, ids, unroll=1):
    inputs = dense(p["input"], p["embed"][ids.T])  # (time, sequence, 3 * 64), all positions at once

    def cell(h, given):
        r, z, n = jnp.split(given, 3, -1)
        hr, hz, hn = jnp.split(dense(p["state"], h), 3, -1)
        z = jax.nn.sigmoid(z + hz)
        n = jnp.tanh(n + jax.nn.sigmoid(r + hr) * hn)
        return n + z * (h - n), None

    h, _ = jax.lax.scan(cell, jnp.zeros((ids.shape[0], 64)), inputs, unroll=unroll)
    return dense(p["head"], h), moving


def transformer(p, moving, ids):
    b, t = ids.shape
    x = p["tokens"][ids] + p["places"]
    for q in p["blocks"]:
        parts = dense(q["qkv"], norm(q["norm1"], x)).reshape(b, t, 3, 4, 16)
        mixed = jax.nn.dot_product_attention(parts[:, :, 0], parts[:, :, 1], parts[:, :, 2], is_causal=True)
        x = x + dense(q["out"], mixed.reshape(b, t, 64))
        x = x + dense(q["down"], jax.nn.relu(dense(q["up"], norm(q["norm2"], x))))
    return dense(p["head"], norm(p["norm"], x)), moving


def start(job):
    """Parameters and moving statistics at the start."""
    keys = iter(jax.random.split(jax.random.key(0), 64))

    def table(*shape, std=0.02):
        return std * jax.random.normal(next(keys), shape)

    def layer(before, after):
        return {"w": table(before, after, std=before**-0.5), "b": jnp.zeros(after)}

    def scale(n):
        return {"w": jnp.ones(n), "b": jnp.zeros(n)}

    if job == "mlp":
        return {"one": layer(128, 256), "two": layer(256, 256), "three": layer(256, 10)}, []
    if job == "cnn":
        kernels = [table(3, 3, 3, 16, std=0.2), table(3, 3, 16, 32, std=0.1)]
        return (
            {"conv": kernels, "norm": [scale(16), scale(32)], "head": layer(32, 10)},
            [(jnp.zeros(n), jnp.ones(n)) for n in (16, 32)],
        )
    if job == "recurrent":
        return {
            "embed": table(1000, 32, std=1.0),
            "input": layer(32, 192),
            "state": layer(64, 192),
            "head": layer(64, 4),
        }, []
    blocks = [
        {
            "norm1": scale(64),
            "norm2": scale(64),
            "qkv": layer(64, 192),
            "out": layer(64, 64),
            "up": layer(64, 256),
            "down": layer(256, 64),
        }
        for _ in range(2)
    ]
    return {
        "tokens": table(512, 64),
        "places": table(32, 64),
        "blocks": blocks,
        "norm": scale(64),
        "head": layer(64, 512),
    }, []


def build(job, option, batches, adam):
    model = {"mlp": mlp, "cnn": cnn, "recurrent": recurrent, "transformer": transformer}[job]
    if option == "unroll":
        model = functools.partial(model, unroll=24)
    params, moving = start(job)

    def loss_of(params, moving, x, y):
        scores, moving = model(params, moving, x)
        return optax.softmax_cross_entropy_with_integer_labels(scores, y).mean(), moving

    def step(state, x, y):
        params, moving, adam_state = state
        (loss, moving), grads = jax.value_and_grad(loss_of, has_aux=True)(params, moving, x, y)
        updates, adam_state = adam.update(grads, adam_state)
        return (optax.apply_updates(params, updates), moving, adam_state), loss

    def many(state, xs, ys):
        state, losses = jax.lax.scan(lambda s, batch: step(s, *batch), state, (xs, ys))
        return state, losses[-1]

    chunk = 1
    if option == "multi_step":
        chunk, step = len(batches), many
        batches = [tuple(jnp.stack(part) for part in zip(*batches, strict=False))]
    jitted = jax.jit(step, donate_argnums=0)
    held = [(params, moving, adam.init(params))]

    def call(x, y):
        held[0], loss = jitted(held[0], x, y)
        return loss

    steps = cycle(batches, call)

    def run(n):
        loss, _ = jax.block_until_ready((steps(n // chunk), held[0]))
        return float(loss)

    return run, chunk
