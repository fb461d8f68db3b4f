"""Keras on any backend: the bugs in a model that is fitted."""

from typing import Any

import keras
from keras import ops

from probes.error_locality.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""

    class Net(keras.Model):
        def __init__(self, bug: Any) -> None:
            super().__init__()
            self.bug = bug
            self.kernel = self.add_weight(shape=task.kernel.shape, name="kernel")
            self.final = self.add_weight(shape=task.last.shape, name="final")
            self.set_weights([task.kernel, task.last])

        def call(self, x: Any) -> Any:
            hidden = ops.relu(x @ self.kernel)
            if self.bug == "shape":
                hidden = ops.matmul(hidden, task.wrong)  # bug: shape
            if self.bug == "dtype":
                hidden = ops.matmul(hidden, task.integers)  # bug: dtype
            if self.bug == "gradient":
                hidden = ops.stop_gradient(hidden)  # bug: gradient
            return hidden @ self.final

    def fit(bug: Any, loss: Any = "mse") -> Any:
        model = Net(bug)
        model.compile(optimizer=keras.optimizers.SGD(task.rate), loss=loss)
        history = model.fit(task.x, task.labels, batch_size=len(task.x), verbose=0)  # bug: loss
        return model, history.history["loss"][0]

    def regression(loss: Any) -> Any:
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(task.rate), loss=loss)
        row_count = len(task.points)
        model.fit(task.points, task.values, batch_size=row_count, epochs=task.steps, verbose=0)  # bug: trap
        kernel, bias = model.get_weights()
        return task.has_learned([*kernel.ravel(), *bias])

    bugs: dict[str, Any] = {name: lambda name=name: task.is_right_loss(fit(name)[1]) for name in ("shape", "dtype")}
    bugs["gradient"] = lambda: task.has_moved(fit("gradient")[0].get_weights()[0])
    bugs["loss"] = lambda: task.is_right_entropy(fit("loss", keras.losses.BinaryCrossentropy())[1])
    bugs["trap"] = lambda: regression("mse")
    bugs["trap_by_hand"] = lambda: regression(lambda right, predicted: ops.mean(ops.square(predicted - right)))
    return task.measure(__file__, bugs)
