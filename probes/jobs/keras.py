"""A job around a compiled Keras model; the gradient by its backend's own means, as Keras itself has no call for it."""

from collections.abc import Callable, Sequence
from itertools import cycle
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Any, NamedTuple

import keras
import numpy as np

from probes.child.compiler import require_compiler
from probes.gate import require_same_shapes
from probes.job import Array, Job, Weighted

STEPS_PER_EXECUTION = 10
ENDLESS = 10**9
"""Steps of an epoch that is ended from outside."""


def tensors(*arrays: Array) -> tuple[Any, ...]:
    """Return arrays as tensors of the backend."""
    return tuple(map(keras.ops.convert_to_tensor, arrays))


def numpy(tensor: Any) -> Array:
    """Return a tensor or variable of the backend as an array of its own."""
    return np.array(keras.ops.convert_to_numpy(tensor))


def compilation(mode: str) -> dict[str, Any]:
    """Return the arguments of `compile` that select a mode."""
    backend = keras.backend.backend()
    if mode == "production" and backend == "torch":
        require_compiler()
    settings: dict[str, Any] = {"jit_compile": True} if mode in ("production", "fit-xla") else {}
    if mode.startswith("fit") and backend != "torch":  # "steps_per_execution must be 1 with the PyTorch backend"
        settings["steps_per_execution"] = STEPS_PER_EXECUTION
    return settings


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


class RunningMean(NamedTuple):
    """The mean loss of the first `calls` calls of the compiled function since `fit` began, and that of one call less."""

    calls: int
    mean: float
    mean_before: float


class Fit(keras.callbacks.Callback):
    """One endless `fit`, held after every call of its compiled function: a step of the job is from one hold to the next.

    It runs in a thread of its own. While it is held, no weights can be read or set (the JAX backend keeps them to itself until the end
    of an epoch): `ended` ends it first, and the next step begins another one.

    Args:
        model: a compiled model.
        batches: tuples of features and labels, used in turn.
    """

    def __init__(self, model: Any, batches: Sequence[tuple[Any, ...]]) -> None:
        super().__init__()
        self.fitted, self.data = model, _endless(batches)
        self.thread: Thread | None = None
        self.go, self.done = Semaphore(0), SimpleQueue[Any]()
        self.ending, self.calls, self.mean = False, 0, 0.0

    def step(self) -> RunningMean:
        """Let `fit` make one more call of its compiled function, and return the losses since it began."""
        if self.thread is None:
            self.ending, self.calls, self.mean = False, 0, 0.0
            self.thread = Thread(target=self._run, daemon=True)
            self.thread.start()
        else:
            self.go.release()
        mean_before, self.calls = self.mean, self.calls + 1
        outcome = self.done.get()
        if isinstance(outcome, BaseException):
            raise outcome
        self.mean = float(outcome["loss"])
        return RunningMean(self.calls, self.mean, mean_before)

    def ended(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that ends the present `fit`, if there is one, before it calls `function`."""

        def call(*arguments: Any) -> Any:
            if self.thread is not None:
                self.ending = True
                self.go.release()
                self.thread.join()
                self.thread = None
            return function(*arguments)

        return call

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Hand the losses over, and wait until more is wanted."""
        self.done.put(logs)
        self.go.acquire()
        self.fitted.stop_training = self.ending

    def _run(self) -> None:
        """Run `fit` until it is ended; whatever goes wrong is raised by `step`."""
        try:
            self.fitted.fit(self.data, steps_per_epoch=ENDLESS, epochs=1, verbose=0, callbacks=[self])
        except BaseException as error:
            self.done.put(error)


def _endless(batches: Sequence[tuple[Any, ...]]) -> Any:
    """Return batches in the form in which `fit` takes them best, again and again: tf.data for TensorFlow, else by number."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        stacked = tuple(tf.stack(arrays) for arrays in zip(*batches, strict=True))
        return tf.data.Dataset.from_tensor_slices(stacked).repeat().prefetch(tf.data.AUTOTUNE)

    class Batches(keras.utils.PyDataset):
        num_batches = None  # endless

        def __getitem__(self, number: int) -> tuple[Any, ...]:
            return batches[number % len(batches)]

    return Batches()


def loss_of_call(losses: RunningMean) -> float:
    """Return the mean loss of the last call alone."""
    return losses.calls * losses.mean - (losses.calls - 1) * losses.mean_before


def job(
    task: Weighted,
    model: Any,
    train_step: Callable[..., Any],
    batches: Sequence[tuple[Any, ...]],
    mode: str = "default",
    **more: Any,
) -> Job:
    """Return the job of a compiled model.

    Args:
        task: its initial weights are copied in.
        train_step: called with a batch; returns the loss.
        batches: tuples of features and labels.
        mode: "fit" and "fit-xla" train by `fit` instead of `train_step`.
        more: further fields of the job.
    """
    weights, stream = Weights(model), cycle(batches)
    weights.load(task.weights)
    if mode.startswith("fit"):
        fit = Fit(model, batches)
        return Job(
            step=fit.step,
            loss_value=loss_of_call,
            load=fit.ended(weights.load),
            weights=fit.ended(weights.read),
            forward=fit.ended(lambda: numpy(model(batches[0][0], training=False))),
            gradient=fit.ended(lambda: weights.gradient(*batches[0])),
            state=fit.ended(weights.state),
            parameters=weights.count(),
            steps_per_call=model.steps_per_execution,
            feeding="fit",
            **more,
        )
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
