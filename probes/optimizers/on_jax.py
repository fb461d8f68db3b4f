"""JAX: Optax."""
# mypy: ignore-errors

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import optax


def measure(task):
    curvature = jnp.asarray(task.curvature)

    @jax.grad
    def gradient(w):
        return (curvature * jnp.square(w) / 2).sum()

    def walk(optimizer):
        w = jnp.asarray(task.start)
        state, path = optimizer.init(w), []
        for _ in range(task.steps):
            updates, state = optimizer.update(gradient(w), state, w)
            w = optax.apply_updates(w, updates)
            path.append(np.array(w))
        return path

    def default(optimizer, name):
        return inspect.signature(optimizer).parameters[name].default

    adam = {"b1": task.betas[0], "b2": task.betas[1], "eps": task.epsilon}
    walks = {
        "sgd": lambda: walk(optax.sgd(task.rate, momentum=task.momentum)),
        "rmsprop": lambda: walk(optax.rmsprop(task.rate, decay=task.decay, eps=task.epsilon)),
        "adam": lambda: walk(optax.adam(task.rate, **adam)),
        "adamw": lambda: walk(optax.adamw(task.rate, weight_decay=task.weight_decay, **adam)),
    }
    return task.judge(
        walks,
        default_adam_epsilon=default(optax.adam, "eps"),
        default_rmsprop_decay=default(optax.rmsprop, "decay"),
        default_adamw_decay=default(optax.adamw, "weight_decay"),
    )
