"""JAX: jax.grad, its check_grads, and jax.grad twice for the second derivative."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.test_util import check_grads

from probes.gradient_check.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in JAX."""
    jax.config.update("jax_enable_x64", True)  # without it every number is float32
    x, y = jnp.asarray(task.x), jnp.asarray(task.y)
    linear_weights, network_weights = (
        [jnp.asarray(weight) for weight in weights] for weights in (task.linear_weights, task.network_weights)
    )

    def regression_loss(weights: Any) -> Any:
        return jnp.square(x @ weights[0] + weights[1] - y).mean()

    def network_loss(weights: Any) -> Any:
        hidden = jnp.tanh(x @ weights[0] + weights[1])
        hidden = jnp.tanh(hidden @ weights[2] + weights[3])
        return jnp.square(hidden @ weights[4] + weights[5] - y).mean()

    try:
        check_grads(network_loss, (network_weights,), order=1)
        library_check = "passes"
    except AssertionError:
        library_check = "fails"
    second_derivative = jax.grad(jax.grad(lambda t: t**3))(2.0)
    return task.judge(
        jax.grad(regression_loss)(linear_weights),
        jax.grad(network_loss)(network_weights),
        gradient_api="jax.grad",
        library_check=library_check,
        second_order="works" if jnp.isclose(second_derivative, 12) else "fails",
    )
