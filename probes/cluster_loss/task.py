"""Twenty steps on a small net: a checkpoint on the way, a rank that ends itself, and the rest by the others."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

from probes.cluster_scaling.task import Place, Task, make

CHECKPOINT, FALL, STEPS = 5, 10, 20
SECONDS_PER_STEP = 0.05
"""A rank sees the fall of another in its next step, so steps must not be over before it has happened."""


def small_task() -> Task:
    """Return the job: a batch of 12 rows, which 1, 2, 3 and 4 ranks share evenly."""
    return make((8, 16, 1), 12, 0.1)


def work(framework: ModuleType, place: Place, order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Do the part of one rank, and yield what happens; `order` says whether to fall, and the checkpoint to begin with."""
    framework.meet(place)
    task, begin = small_task(), 0
    if order["checkpoint"]:
        begin = order["checkpoint"]["steps"]
        arrays = (np.array(kernel, np.float32) for kernel in order["checkpoint"]["kernels"])
        task = replace(task, kernels=tuple(arrays))
    training = framework.build(task, place, "replicated")
    yield {"api": framework.WAYS["replicated"]}
    for done in range(begin + 1, STEPS + 1):
        training.step()
        if done == CHECKPOINT and place.rank == 0 and order["falls"]:
            yield {"checkpoint": {"steps": done, "kernels": _lists(training.weights())}}
        if done == FALL and order["falls"] and place.rank == place.world - 1:
            yield {"falls": True}
            sys.stdout.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(SECONDS_PER_STEP)
    yield {"steps": STEPS, "kernels": _lists(training.weights())}


def loss_error(kernels: Any) -> float:
    """Return by how much the loss with some kernels differs from that of a job that was never interrupted, relative to it."""
    task = small_task()
    expected = uninterrupted_loss(task)
    return abs(task.loss([np.array(kernel) for kernel in kernels]) - expected) / expected


def uninterrupted_loss(task: Task) -> float:
    """Return the loss after all steps, computed in float64 on one processor."""
    kernels = [kernel.astype(np.float64) for kernel in task.kernels]
    for _ in range(STEPS):
        gradients = task.gradient(kernels)
        kernels = [kernel - task.rate * gradient for kernel, gradient in zip(kernels, gradients, strict=True)]
    return task.loss(kernels)


def _lists(arrays: Any) -> list[Any]:
    """Return arrays as lists, which fit into a message."""
    return [np.asarray(array, np.float64).tolist() for array in arrays]
