"""Keras on any backend: compile and train_on_batch on its tensors; its ways: jit_compile=True, and fit with many steps per call."""
# mypy: allow-untyped-defs, allow-untyped-calls

import keras

from probes.cnn_step.task import Task
from probes.job import Job
from probes.jobs.keras import compilation, job, tensors


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in Keras."""
    batches = [tensors(images, labels) for images, labels in task.batches]
    settings = compilation(mode)
    image_channels, *filters_of_blocks = task.channels
    # effort: begin
    # define

    def block(filters):
        return [
            keras.layers.Conv2D(filters, 3, padding="same", use_bias=False),
            keras.layers.BatchNormalization(epsilon=task.norm_epsilon, momentum=task.momentum),
            keras.layers.ReLU(),
            keras.layers.MaxPooling2D(2),
        ]

    model = keras.Sequential(
        [
            keras.Input((task.side, task.side, image_channels)),
            *(layer for filters in filters_of_blocks for layer in block(filters)),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(task.classes),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        **settings,
    )

    def train_step(images, labels):
        # forward, gradient, update
        return model.train_on_batch(images, labels)

    # effort: end
    return job(task, model, train_step, batches, mode)
