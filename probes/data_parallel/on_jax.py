"""JAX: arrays laid out over a mesh of two logical CPU devices, a Flax NNX model, nnx.jit; the compiler adds the exchange."""

from typing import Any

import jax
import numpy as np
import optax
from flax import nnx
from jax.sharding import NamedSharding, PartitionSpec

from probes.data_parallel.task import Task

API = "jax.sharding.NamedSharding"


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in JAX."""
    jax.config.update("jax_num_cpu_devices", task.workers)
    mesh = jax.make_mesh((task.workers,), ("workers",))
    if mesh.size != task.workers:
        raise RuntimeError(f"{mesh.size} devices instead of {task.workers}")
    split, whole = NamedSharding(mesh, PartitionSpec("workers")), NamedSharding(mesh, PartitionSpec())
    x, y = (jax.device_put(part, split) for part in (task.x, task.y))

    def train_once(layout: Any) -> Any:
        """Return the gradient of one descent step at rate 1, the kernel's parts, and the rows one device holds of an output."""
        model = nnx.Linear(*task.kernel.shape, rngs=nnx.Rngs(0))
        model.kernel.set_value(jax.device_put(task.kernel, layout))
        model.bias.set_value(jax.device_put(task.bias, whole))
        optimizer = nnx.Optimizer(model, optax.sgd(1.0), wrt=nnx.Param)
        row_counts = []

        @nnx.jit
        def step(model: Any, optimizer: Any, x: Any, y: Any) -> None:
            def loss_of(model: Any) -> Any:
                output = model(x)
                jax.debug.inspect_array_sharding(
                    output, callback=lambda layout: row_counts.append(rows_of(layout, output))
                )
                return optax.squared_error(output, y).mean()

            optimizer.update(model, nnx.grad(loss_of)(model))

        step(model, optimizer, x, y)
        pairs = (task.kernel, model.kernel), (task.bias, model.bias)
        gradient = np.concatenate([np.ravel(old - np.asarray(new[...])) for old, new in pairs])
        return gradient, model.kernel[...].addressable_shards, row_counts

    half = len(task.x) // task.workers
    gradient, shards, row_counts = train_once(whole)
    everywhere = len(shards) == task.workers
    measures = task.judge(API, "devices", [gradient], everywhere and row_counts[:1] == [half])
    gradient, shards, row_counts = train_once(split)
    in_parts = all(len(shard.data) * task.workers == len(task.kernel) for shard in shards)
    return measures | task.judge_sharded(API, [gradient], in_parts and row_counts[:1] == [half])


def rows_of(layout: Any, array: Any) -> Any:
    """Return how many rows of an array one device holds."""
    return layout.shard_shape(array.shape)[0]
