"""Keras on any backend: a PyDataset that makes batches, each turned into a tensor of the backend."""

from typing import Any

import keras
import numpy as np
from keras import ops

from probes.input_pipeline.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""

    class Rows(keras.utils.PyDataset):
        order = np.arange(len(task.x))

        def __len__(self) -> int:
            return len(task.x) // task.batch_size

        def __getitem__(self, index: int) -> Any:
            return task.normalise(task.x[self.order[index * task.batch_size : (index + 1) * task.batch_size]])

        def on_epoch_begin(self) -> None:
            self.order = np.random.permutation(len(task.x))

    rows = Rows()

    def begin_pass() -> Any:
        rows.on_epoch_begin()
        return (ops.convert_to_tensor(rows[index]) for index in range(len(rows)))

    return task.measure(begin_pass, ops.convert_to_numpy)
