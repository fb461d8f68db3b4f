"""Keras on any backend: compile and fit."""

from typing import Any

import keras

from probes.child.compiler import require_compiler
from probes.edit_latency.task import CLASSES, INPUTS, Task, make
from probes.job import Unsupported


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    try:
        if keras.backend.backend() == "torch":
            require_compiler()
    except Unsupported:
        return task.measure(__name__, compiles=False)
    return task.measure(__name__, compiles=True)


def first_step(width: int, compiled: bool) -> Any:
    """Do the first step of a model of a width."""
    task = make()
    layers = keras.layers.Dense(width, activation="relu"), keras.layers.Dense(CLASSES)
    model = keras.Sequential([keras.Input((INPUTS,)), *layers])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, **({"jit_compile": True} if compiled else {}))
    return model.fit(task.x, task.y, batch_size=len(task.x), verbose=0).history["loss"][0]
