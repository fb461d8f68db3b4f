"""JAX: Optax."""

import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from probes.optimizers.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in JAX."""
    curvature = jnp.asarray(task.curvature)

    @jax.grad
    def quadratic_gradient(w: Any) -> Any:
        """Return the gradient of the quadratic."""
        return (curvature * jnp.square(w) / 2).sum()

    def walk(optimizer: Any) -> Any:
        w = jnp.asarray(task.start)
        state, path = optimizer.init(w), []
        for _ in range(task.steps):
            updates, state = optimizer.update(quadratic_gradient(w), state, w)
            w = optax.apply_updates(w, updates)
            path.append(np.array(w))
        return path

    def default_of(optimizer: Any, name: Any) -> Any:
        """Return the default value of an argument of an optimizer."""
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
        default_adam_epsilon=default_of(optax.adam, "eps"),
        default_rmsprop_decay=default_of(optax.rmsprop, "decay"),
        default_adamw_decay=default_of(optax.adamw, "weight_decay"),
    )
