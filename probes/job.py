"""What a probe file hands to the harness: one training job, and the ways to look inside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Array = Any  # numpy.ndarray: the parent side of this package does without NumPy


IN_MEMORY = "in memory"


class Weighted(Protocol):
    """A task with weights that every framework begins with."""

    @property
    def weights(self) -> Sequence[Array]:
        """Arrays in the layout of the task: kernels are (inputs, outputs)."""


class Unsupported(Exception):
    """This machine or this stack cannot do what was asked; the message says what is missing."""


def wait_for_nothing() -> None:
    """Return at once: on a CPU every call returns when it is done."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A model with its optimiser and data, ready to train.

    Only `step` is timed. The rest lets the equivalence gate compare this job with the NumPy reference.
    """

    step: Callable[[], object]
    """One training step on the next batch, or `steps_per_call` of them; returns the loss in the framework's own type."""
    loss_value: Callable[[Any], float]
    """The loss returned by `step` as a number."""
    load: Callable[[Sequence[Array]], None]
    """Put weights in, in the order of `weights`, and `state` back to its beginning; the optimiser keeps its own."""
    weights: Callable[[], list[Array]]
    """The trained numbers as NumPy arrays in the task's layout: (inputs, outputs) kernel, (outputs,) bias, and so on."""
    forward: Callable[[], Array]
    """The trained model's output for the first batch: (batch, …), without what happens only in training."""
    gradient: Callable[[], list[Array]]
    """The gradient of the loss on the first batch, in the order and shapes of `weights`."""
    parameters: int
    """How many numbers are trained."""
    optimisers: Sequence[Any] = ()
    """What its optimisers are set to (`optimiser_settings.Optimiser`), as far as that is known."""
    state: Callable[[], list[Array]] = list
    """What training changes besides the weights: the running statistics of a batch normalisation."""
    further_measures: Callable[[Job], dict[str, Any]] = lambda job: {}
    """Further measures of the probe, taken from this job after the gate and before the timing; it may train on."""
    steps_per_call: int = 1
    """How many training steps one call of `step` does; the loss it returns is then their mean. A divisor of 10."""
    coarseness: float = 1.0
    """How many times the usual rounding its kernels are known to have, which Adam turns into other moves of the weights."""
    feeding: str = IN_MEMORY
    """How batches reach the step: by default made once and handed over as they are; else the name of what feeds them."""
    sync: Callable[[], None] = wait_for_nothing
    """Wait until the device has finished the steps so far."""
