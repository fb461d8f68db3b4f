"""JAX: a Flax NNX module in a training loop whose step is under nnx.jit, as its users write it."""

from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from probes.graph_mode.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in JAX."""
    batches = [jnp.asarray(batch) for batch in task.batches]

    class Plain(nnx.Module):
        def __init__(self) -> None:
            self.weight = nnx.Param(jnp.ones(()))

        def __call__(self, x: Any) -> Any:
            task.visit(lambda: x.sum())
            return self.weight * x

    class Branching(Plain):
        def __call__(self, x: Any) -> Any:
            if x.sum() > 0:
                return 2 * self.weight * x
            return -self.weight * x

    class Looping(Plain):
        def __call__(self, x: Any) -> Any:
            output, condition = -self.weight * x, x
            while condition.sum() > 0:
                output, condition = 2 * self.weight * x, -condition
            return output

    class Structured(Plain):
        def __call__(self, x: Any) -> Any:
            return jax.lax.cond(x.sum() > 0, lambda w, x: 2 * w * x, lambda w, x: -w * x, self.weight[...], x)

    def loss_of(model: Any, x: Any) -> Any:
        return jnp.square(model(x)).mean()

    def train(model: Any) -> Any:
        optimizer = nnx.Optimizer(model, optax.sgd(0.0), wrt=nnx.Param)

        @nnx.jit
        def step(model: Any, optimizer: Any, x: Any) -> Any:
            loss, gradients = nnx.value_and_grad(loss_of)(model, x)
            optimizer.update(model, gradients)
            return loss

        return [float(step(model, optimizer, x)) for x in batches]

    def run_eagerly(model: Any) -> Any:
        with jax.disable_jit():
            return train(model)

    def call(model: Any) -> Any:
        return [float(loss_of(model, x)) for x in batches]

    train(Plain())
    measures = task.judge_body()
    compiled = {"compiled_body_runs": task.runs}
    task.runs = 0
    run_eagerly(Plain())
    return {
        **measures,
        **compiled,
        "run_eagerly_body_runs": task.runs,
        **task.attempt("data_if_in_training", lambda: train(Branching())),
        **task.attempt("data_if_compiled", lambda: train(Branching())),
        **task.attempt("data_if_run_eagerly", lambda: run_eagerly(Branching())),
        **task.attempt("data_if_eager", lambda: call(Branching())),
        **task.attempt("data_while_in_training", lambda: train(Looping())),
        **task.attempt("structured_op", lambda: call(Structured())),
        **task.attempt("structured_op_compiled", lambda: train(Structured())),
    }
