"""Keras on any backend: a layer in a model that is fitted."""

from typing import Any

import keras
import numpy as np
from keras import ops

from probes.graph_mode.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    features = np.concatenate(task.batches)
    rows = task.batches.shape[1]

    class Plain(keras.layers.Layer):
        def build(self, shape: Any) -> None:
            self.weight = self.add_weight(shape=(), initializer="ones")

        def call(self, x: Any) -> Any:
            task.visit(lambda: ops.sum(x))
            return self.weight * x

    class Branching(Plain):
        def call(self, x: Any) -> Any:
            if ops.sum(x) > 0:
                return 2 * self.weight * x
            return -self.weight * x

    class Looping(Plain):
        def call(self, x: Any) -> Any:
            output, condition = -self.weight * x, x
            while ops.sum(condition) > 0:
                output, condition = 2 * self.weight * x, -condition
            return output

    class Structured(Plain):
        def call(self, x: Any) -> Any:
            return ops.cond(ops.sum(x) > 0, lambda: 2 * self.weight * x, lambda: -self.weight * x)

    class Model(keras.Model):
        def __init__(self, layer: Any) -> None:
            super().__init__()
            self.layer = layer

        def call(self, x: Any) -> Any:
            return self.layer(x)

    def fit(layer: Any, **options: Any) -> Any:
        model = Model(layer)
        model(task.batches[0])  # built from values, so that every later run of the body belongs to the training
        model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse", **options)
        task.runs, task.seen = 0, []
        history = model.fit(features, np.zeros_like(features), batch_size=rows, shuffle=False, verbose=0)
        return history.history["loss"]

    def call(layer: Any) -> Any:
        return [float(ops.mean(ops.square(layer(batch)))) for batch in task.batches]

    fit(Plain())
    measures = task.judge_body()
    fit(Plain(), run_eagerly=True)
    measures |= {"run_eagerly_body_runs": task.runs}
    measures |= task.attempt("data_if_in_training", lambda: fit(Branching()))
    measures |= task.attempt("data_if_run_eagerly", lambda: fit(Branching(), run_eagerly=True))
    measures |= task.attempt("data_while_in_training", lambda: fit(Looping()))
    measures |= task.attempt("data_if_eager", lambda: call(Branching()))
    measures |= task.attempt("structured_op", lambda: fit(Structured()))
    if keras.backend.backend() != "torch":  # there it would be torch.compile with its C++ compiler
        measures |= task.attempt("data_if_compiled", lambda: fit(Branching(), jit_compile=True))
        measures |= task.attempt("structured_op_compiled", lambda: fit(Structured(), jit_compile=True))
        fit(Plain(), jit_compile=True)
        measures |= {"compiled_body_runs": task.runs}
    return measures
