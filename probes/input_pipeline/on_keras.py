"""Keras on any backend: a PyDataset that makes batches, each turned into a tensor of the backend."""
# mypy: ignore-errors

import keras
import numpy as np
from keras import ops


def measure(task):
    class Rows(keras.utils.PyDataset):
        order = np.arange(len(task.x))

        def __len__(self):
            return len(task.x) // task.batch

        def __getitem__(self, index):
            return task.normalise(task.x[self.order[index * task.batch : (index + 1) * task.batch]])

        def on_epoch_begin(self):
            self.order = np.random.permutation(len(task.x))

    rows = Rows()

    def once():
        rows.on_epoch_begin()
        return (ops.convert_to_tensor(rows[index]) for index in range(len(rows)))

    return task.judge(once, ops.convert_to_numpy)
