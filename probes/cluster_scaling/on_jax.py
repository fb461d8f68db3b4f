"""JAX: one program over the devices of all processes; the compiler adds the exchange."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from probes.cluster_scaling.task import Place, Task, Training

WAYS = {"replicated": "jax.sharding.NamedSharding"}


def meet(place: Place) -> None:
    """Join the other ranks."""
    if place.world > 1:
        jax.distributed.initialize(
            place.addresses[0],
            place.world,
            place.rank,
            initialization_timeout=int(place.seconds),
            heartbeat_timeout_seconds=10,
        )


def build(task: Task, place: Place, way: str) -> Training:
    """Return the training of one rank."""
    mesh = Mesh(np.array(jax.devices()), ("ranks",))
    everywhere, split = NamedSharding(mesh, PartitionSpec()), NamedSharding(mesh, PartitionSpec("ranks"))
    x, y = (jax.make_array_from_process_local_data(split, rows) for rows in task.rows_of(place))
    held = [[jax.make_array_from_process_local_data(everywhere, kernel) for kernel in task.kernels]]

    def loss_of(kernels: Any, x: Any, y: Any) -> Any:
        value = x
        for kernel in kernels[:-1]:
            value = jax.nn.relu(value @ kernel)
        return jnp.mean(jnp.square(value @ kernels[-1] - y))

    gradient_of = jax.jit(jax.grad(loss_of), out_shardings=[everywhere] * len(task.kernels))

    @jax.jit
    def update(kernels: Any, x: Any, y: Any) -> Any:
        gradients = jax.grad(loss_of)(kernels, x, y)
        return [kernel - task.rate * gradient for kernel, gradient in zip(kernels, gradients, strict=True)]

    def step() -> None:
        held[0] = jax.block_until_ready(update(held[0], x, y))

    return Training(lambda: local(gradient_of(held[0], x, y)), step, lambda: local(held[0]))


def local(arrays: Any) -> list[Any]:
    """Return arrays that every process holds whole."""
    return [np.asarray(array.addressable_data(0)) for array in arrays]
