"""A job around a compiled Keras model; the gradient by its backend's own means, as Keras itself has no call for it."""

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import keras
import numpy as np

from probes.child.compiler import require_compiler
from probes.gate import require_same_shapes
from probes.job import Array, Job, Weighted


def tensors(*arrays: Array) -> tuple[Any, ...]:
    """Return arrays as tensors of the backend."""
    return tuple(map(keras.ops.convert_to_tensor, arrays))


def numpy(tensor: Any) -> Array:
    """Return a tensor or variable of the backend as an array of its own."""
    return np.array(keras.ops.convert_to_numpy(tensor))


def compilation(mode: str) -> dict[str, Any]:
    """Return the arguments of `compile` that select a mode."""
    if mode == "production" and keras.backend.backend() == "torch":
        require_compiler()
    return {"jit_compile": True} if mode == "production" else {}


class Weights:
    """The trained variables of a model, and its running statistics."""

    def __init__(self, model: Any) -> None:
        self.model, self.trained = model, model.trainable_variables
        self.running = [variable for variable in model.non_trainable_variables if "float" in variable.dtype]
        self.start = self.state()

    def read(self) -> list[Array]:
        """Return the weights as arrays."""
        return list(map(numpy, self.trained))

    def load(self, weights: Sequence[Array]) -> None:
        """Copy the task's weights in, and reset running statistics."""
        require_same_shapes(self.read(), weights)
        for variable, value in zip([*self.trained, *self.running], [*weights, *self.start], strict=True):
            variable.assign(value)

    def state(self) -> list[Array]:
        """Return the running statistics as arrays."""
        return list(map(numpy, self.running))

    def gradient(self, features: Any, labels: Any) -> list[Array]:
        """Return the gradient of the model's loss on a batch, as arrays."""
        gradient_by_backend = {
            "tensorflow": _gradient_by_tensorflow,
            "torch": _gradient_by_torch,
            "jax": _gradient_by_jax,
        }[keras.backend.backend()]
        return gradient_by_backend(self.model, self.model.loss, features, labels)

    def count(self) -> int:
        """Return how many numbers are trained."""
        return sum(int(np.prod(variable.shape)) for variable in self.trained)


def single_loss(model: Any) -> Callable[[Any], float]:
    """Return a function that reads the loss of one `train_on_batch`, by resetting Keras's running mean."""

    def loss_value(loss: Any) -> float:
        model.reset_metrics()
        return float(loss)

    return loss_value


def job(
    task: Weighted, model: Any, train_step: Callable[..., Any], batches: Sequence[tuple[Any, ...]], **more: Any
) -> Job:
    """Return the job of a compiled model.

    Args:
        task: its initial weights are copied in.
        train_step: called with a batch; returns the loss.
        batches: tuples of features and labels.
        more: further fields of the job.
    """
    weights, stream = Weights(model), cycle(batches)
    weights.load(task.weights)
    return Job(
        step=lambda: train_step(*next(stream)),
        loss_value=single_loss(model),
        load=weights.load,
        weights=weights.read,
        forward=lambda: numpy(model(batches[0][0], training=False)),
        gradient=lambda: weights.gradient(*batches[0]),
        state=weights.state,
        parameters=weights.count(),
        **more,
    )


def _gradient_by_tensorflow(model: Any, loss_function: Callable[..., Any], features: Any, labels: Any) -> list[Array]:
    """Return the gradient of the loss, by TensorFlow."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = loss_function(labels, model(features, training=True))
    gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
    return [tf.convert_to_tensor(gradient).numpy() for gradient in gradients]


def _gradient_by_torch(model: Any, loss_function: Callable[..., Any], features: Any, labels: Any) -> list[Array]:
    """Return the gradient of the loss, by PyTorch."""
    import torch

    loss = loss_function(labels, model(features, training=True))
    return list(map(numpy, torch.autograd.grad(loss, [variable.value for variable in model.trainable_variables])))


def _gradient_by_jax(model: Any, loss_function: Callable[..., Any], features: Any, labels: Any) -> list[Array]:
    """Return the gradient of the loss, by JAX."""
    import jax

    def loss_of(weights: Any) -> Any:
        output, _ = model.stateless_call(weights, model.non_trainable_variables, features, training=True)
        return loss_function(labels, output)

    weights = [variable.value for variable in model.trainable_variables]
    return list(map(numpy, jax.jit(jax.grad(loss_of))(weights)))
