"""JAX: the seed of nnx.Rngs; what it documents beside that (xla_gpu_deterministic_ops) is for GPUs alone."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from probes.determinism.task import CHANNELS, CLASSES, SEED, SIDE, Task, make, run_steps


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in JAX."""
    return task.measure(__name__, "")


def train(strict: bool) -> Any:
    """Train from the seed, with the framework's switch for determinism if `strict`."""
    task, rngs = make(), nnx.Rngs(SEED)
    x, y = jnp.asarray(task.x), jnp.asarray(task.y)
    model = nnx.Sequential(
        nnx.Conv(1, CHANNELS, (3, 3), padding="VALID", rngs=rngs),
        nnx.relu,
        lambda images: images.reshape(len(images), -1),
        nnx.Dropout(0.5, rngs=rngs),
        nnx.Linear(CHANNELS * (SIDE - 2) ** 2, CLASSES, rngs=rngs),
    )
    optimizer = nnx.Optimizer(model, optax.adam(1e-3), wrt=nnx.Param)

    def loss_of(model: Any) -> Any:
        return optax.softmax_cross_entropy_with_integer_labels(model(x), y).mean()

    @nnx.jit
    def step(model: Any, optimizer: Any) -> Any:
        loss, gradients = nnx.value_and_grad(loss_of)(model)
        optimizer.update(model, gradients)
        return loss

    layers = model.layers[0], model.layers[-1]
    weights = [part for layer in layers for part in (layer.kernel, layer.bias)]
    return run_steps(lambda: float(step(model, optimizer)), lambda: [np.array(part[...]) for part in weights])
