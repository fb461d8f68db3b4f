"""One global batch for a small net, its part for each rank, and what one rank does with it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.gate import relative_error

WIDTHS, ROWS = (256, 1024, 1024, 10), 256
GRADIENT_BYTES = 4 * sum(inputs * outputs for inputs, outputs in itertools.pairwise(WIDTHS))
"""What the ranks exchange in a step: one float32 for each weight."""
SEED = 20261130
WARMUP, STEPS = 3, 20
EQUAL_WITHIN = 1e-5
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Place:
    """The place of one process among those that train together.

    Attributes:
        rank: from 0.
        addresses: `host:port` of every rank, where this process may listen and the others reach it.
        seconds: how long it may wait for the others.
    """

    rank: int
    addresses: tuple[str, ...]
    seconds: float = 60.0

    @property
    def world(self) -> int:
        """How many processes there are."""
        return len(self.addresses)


@dataclass(frozen=True)
class Training:
    """A model on the rows of one rank, whose steps are taken together with the other ranks.

    Attributes:
        gradient: returns the gradient of the loss over the global batch, as arrays in the shapes of `Task.kernels`.
        step: takes one step of gradient descent with `Task.rate`, and waits until it is done.
        weights: returns the kernels.
    """

    gradient: Callable[[], list[Any]]
    step: Callable[[], Any]
    weights: Callable[[], list[Any]]


@dataclass(frozen=True)
class Task:
    """Features (rows, first width), targets (rows, last width) and kernels (inputs, outputs) of a net with ReLU between them.

    The loss is the mean squared error over all entries of the global batch.
    """

    x: Floats
    y: Floats
    kernels: tuple[Floats, ...]
    rate: float = 1e-4

    def rows_of(self, place: Place) -> tuple[Floats, Floats]:
        """Return the rows of one rank: every one has equally many."""
        return self.x[place.rank :: place.world], self.y[place.rank :: place.world]

    def shortened(self, rows: int) -> Task:
        """Return the task with its first rows only."""
        return replace(self, x=self.x[:rows], y=self.y[:rows])

    def gradient(self, kernels: Any = None) -> list[NDArray[np.float64]]:
        """Return the gradient of the loss over the global batch, in float64."""
        weights = [np.asarray(kernel, np.float64) for kernel in kernels or self.kernels]
        inputs = [self.x.astype(np.float64)]
        for weight in weights[:-1]:
            inputs.append(np.maximum(inputs[-1] @ weight, 0))
        back = 2 * (inputs[-1] @ weights[-1] - self.y) / self.y.size
        gradients = []
        for weight, value in zip(reversed(weights), reversed(inputs), strict=True):
            gradients.append(value.T @ back)
            back = (back @ weight.T) * (value > 0)
        return gradients[::-1]

    def loss(self, kernels: Any) -> float:
        """Return the loss over the global batch, in float64."""
        value = self.x.astype(np.float64)
        for kernel in kernels[:-1]:
            value = np.maximum(value @ np.asarray(kernel, np.float64), 0)
        return float(np.mean((value @ np.asarray(kernels[-1], np.float64) - self.y) ** 2))

    def error_of(self, gradients: list[Any]) -> float:
        """Return the largest relative error of a gradient, over the kernels."""
        pairs = zip(gradients, self.gradient(), strict=True)
        return max(relative_error(np.asarray(array), expected) for array, expected in pairs)


def make(widths: tuple[int, ...] = WIDTHS, rows: int = ROWS, rate: float = 1e-4) -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    kernels = tuple(
        (random.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32) for shape in itertools.pairwise(widths)
    )
    x, y = (random.standard_normal((rows, width)).astype(np.float32) for width in (widths[0], widths[-1]))
    return Task(x, y, kernels, rate)


def work(framework: ModuleType, place: Place, order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Do the part of one rank, and yield what it found; `order` says whether to time."""
    framework.meet(place)
    task = make()
    for way in framework.WAYS:
        if place.world == 1 and way != "replicated":
            continue
        training = framework.build(task, place, way)
        yield {"way": way, "gradient_error": task.error_of(training.gradient()), "api": framework.WAYS[way]}
        if order["timed"]:
            yield {"way": way, "step_ms": median_ms(training.step)}
        if order["timed"] and way == "replicated":
            alone = framework.build(task.shortened(place.world), place, way)
            yield {"way": way, "least_step_ms": median_ms(alone.step)}


def median_ms(step: Callable[[], Any]) -> float:
    """Return the median time of a step in milliseconds."""
    for _ in range(WARMUP):
        step()
    seconds = []
    for _ in range(STEPS):
        begin = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - begin)
    return 1e3 * float(np.median(seconds))
