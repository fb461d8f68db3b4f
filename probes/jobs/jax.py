"""A job around a Flax NNX model, its Optax optimiser and a training step under nnx.jit."""

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from probes.gate import require_same_shapes
from probes.job import Array, Job, Weighted

Layout = Callable[[Sequence[Array]], list[Array]]
"""From one order and layout of weights to another."""


def tensors(*arrays: Array) -> tuple[Any, ...]:
    """Return arrays as arrays of JAX, on the device it chooses; whole numbers become int32, its default."""
    return tuple(map(jnp.asarray, arrays))


def numpy(array: Any) -> Array:
    """Return an array of JAX as an array of NumPy."""
    return np.array(array)


def unchanged(arrays: Sequence[Array]) -> list[Array]:
    """Return the arrays as they are: Flax has the tasks' layout, kernels (inputs, outputs), then biases."""
    return list(arrays)


def variables(node: Any, kind: type[Any]) -> list[Any]:
    """Return the variables of a kind in a module, in the order of its attributes, as PyTorch lists them."""
    if isinstance(node, kind):
        return [node]
    parts = vars(node).values() if isinstance(node, nnx.Module) else ()
    return [variable for part in parts for variable in variables(part, kind)]


class Weights:
    """The trained numbers of a model, in the task's order and layout, and its running statistics.

    Args:
        model: the module.
        pack: turns the task's list of weights into that of the model's parameters.
        unpack: turns it back: the inverse of `pack`.
    """

    def __init__(self, model: Any, pack: Layout = unchanged, unpack: Layout = unchanged) -> None:
        self.model, self.pack, self.unpack = model, pack, unpack
        self.trained, self.running = variables(model, nnx.Param), variables(model, nnx.BatchStat)
        self.start = self.state()

    def read(self) -> list[Array]:
        """Return the weights as arrays."""
        return self.unpack([numpy(variable[...]) for variable in self.trained])

    def load(self, weights: Sequence[Array]) -> None:
        """Copy the task's weights in, and reset running statistics."""
        require_same_shapes(self.read(), weights)
        for variable, value in zip([*self.trained, *self.running], [*self.pack(weights), *self.start], strict=True):
            variable.set_value(jnp.asarray(value))

    def state(self) -> list[Array]:
        """Return the running statistics as arrays."""
        return [numpy(variable[...]) for variable in self.running]

    def gradient(self, loss_of: Callable[..., Any]) -> list[Array]:
        """Return the gradient of `loss_of(model)`, as arrays."""
        gradients = jax.tree.leaves(nnx.jit(nnx.grad(loss_of))(nnx.clone(self.model)))
        sorted_variables = jax.tree.leaves(
            nnx.state(self.model, nnx.Param), is_leaf=lambda node: isinstance(node, nnx.Param)
        )
        position = {id(variable): number for number, variable in enumerate(sorted_variables)}
        return self.unpack([numpy(gradients[position[id(variable)]]) for variable in self.trained])

    def output(self, features: Any) -> Array:
        """Return the output of the model in inference mode."""
        model = nnx.clone(self.model)
        model.eval()
        return numpy(nnx.jit(lambda model, features: model(features))(model, features))

    def count(self) -> int:
        """Return how many numbers are trained."""
        return sum(int(variable[...].size) for variable in self.trained)


class Training:
    """A training step and the objects it changes: as its users write it, or taken apart once for all steps.

    By default the step is called with the objects, and nnx.jit walks through them at every call, in Python. In
    production it is what Flax documents against that overhead, the functional training loop: the objects are split into
    a description and their arrays, and jax.jit works on the arrays alone.

    Args:
        train_step: called with the objects and a batch; returns the loss.
        mode: "default" or "production".
        objects: models and their optimisers.
    """

    def __init__(self, train_step: Callable[..., Any], mode: str, *objects: Any) -> None:
        self.train_step, self.objects, self.functional = train_step, objects, mode == "production"
        self.graph, self.arrays = nnx.split(objects)
        self.compiled = jax.jit(self._step_on_arrays)

    def step(self, *batch: Any) -> Any:
        """Do one step on a batch and return the loss, which JAX may still be computing: the harness waits for all arrays."""
        if not self.functional:
            return self.train_step(*self.objects, *batch)
        self.arrays, loss = self.compiled(self.arrays, *batch)
        return loss

    def _step_on_arrays(self, arrays: Any, *batch: Any) -> Any:
        """Do one step on the arrays of the objects, and return the new ones and the loss."""
        objects = nnx.merge(self.graph, arrays)
        loss = self.train_step(*objects, *batch)
        return nnx.state(objects), loss

    def on_objects(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that runs `function` on the objects, updated to what the steps have changed."""

        def call(*arguments: Any) -> Any:
            nnx.update(self.objects, self.arrays)
            returned = function(*arguments)
            self.arrays = nnx.state(self.objects)
            return returned

        return call if self.functional else function


def job(
    task: Weighted,
    model: Any,
    training: Training,
    loss_of: Callable[..., Any],
    batches: Sequence[tuple[Any, ...]],
    **more: Any,
) -> Job:
    """Return the job of a model with one loss.

    Args:
        task: its initial weights are copied in.
        model: the module, or its `Weights` where the layout is not that of the task.
        training: its training step and what that changes.
        loss_of: called with a model and a batch; returns the loss in training.
        batches: tuples of features and labels.
        more: further fields of the job.
    """
    weights = model if isinstance(model, Weights) else Weights(model)
    load, stream = training.on_objects(weights.load), cycle(batches)
    load(task.weights)
    return Job(
        step=lambda: training.step(*next(stream)),
        loss_value=float,
        load=load,
        weights=training.on_objects(weights.read),
        forward=training.on_objects(lambda: weights.output(batches[0][0])),
        gradient=training.on_objects(lambda: weights.gradient(lambda model: loss_of(model, *batches[0]))),
        state=training.on_objects(weights.state),
        parameters=weights.count(),
        **more,
    )
