"""A job around a TensorFlow model and its training step."""

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import tensorflow as tf

from probes.gate import require_same_shapes
from probes.job import Array, Job, Weighted


def tensors(*arrays: Array) -> tuple[Any, ...]:
    """Return arrays as tensors on the device TensorFlow chooses."""
    return tuple(tf.constant(array) for array in arrays)


def in_mode(train_step: Callable[..., Any], mode: str) -> Callable[..., Any]:
    """Return a training step as a mode runs it: as it is, as a graph (`tf.function`), or as one that XLA compiles."""
    if mode not in ("production", "xla"):
        return train_step
    graph: Callable[..., Any] = tf.function(train_step, jit_compile=mode == "xla" or None)
    return graph


class Weights:
    """The trained variables of a model, and its running statistics."""

    def __init__(self, model: Any) -> None:
        self.trained = model.trainable_variables
        self.running = [variable for variable in model.non_trainable_variables if "float" in variable.dtype]
        self.start = self.state()

    def read(self) -> list[Array]:
        """Return the weights as arrays."""
        return [variable.numpy() for variable in self.trained]

    def load(self, weights: Sequence[Array]) -> None:
        """Copy the task's weights in, and reset running statistics."""
        require_same_shapes(self.read(), weights)
        for variable, value in zip([*self.trained, *self.running], [*weights, *self.start], strict=True):
            variable.assign(value)

    def state(self) -> list[Array]:
        """Return the running statistics as arrays."""
        return [variable.numpy() for variable in self.running]

    def gradient(self, loss: Callable[[], Any]) -> list[Array]:
        """Return the gradient of what `loss()` computes, as arrays."""
        with tf.GradientTape() as tape:
            value = loss()
        return [tf.convert_to_tensor(part).numpy() for part in tape.gradient(value, self.trained)]

    def count(self) -> int:
        """Return how many numbers are trained."""
        return sum(int(tf.size(variable)) for variable in self.trained)


def job(
    task: Weighted,
    model: Any,
    train_step: Callable[..., Any],
    loss_of: Callable[..., Any],
    batches: Sequence[tuple[Any, ...]],
    **more: Any,
) -> Job:
    """Return the job of a model with one loss.

    Args:
        task: its initial weights are copied in.
        train_step: called with a batch; returns the loss.
        loss_of: the loss of a batch, in training mode.
        batches: tuples of features and labels.
        more: further fields of the job.
    """
    weights, stream = Weights(model), cycle(batches)
    weights.load(task.weights)
    return Job(
        step=lambda: train_step(*next(stream)),
        loss_value=float,
        load=weights.load,
        weights=weights.read,
        forward=lambda: model(batches[0][0], training=False).numpy(),
        gradient=lambda: weights.gradient(lambda: loss_of(*batches[0])),
        state=weights.state,
        parameters=weights.count(),
        **more,
    )
