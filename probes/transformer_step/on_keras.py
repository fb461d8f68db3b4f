"""Keras on any backend: compile and train_on_batch on its tensors; `production` asks for jit_compile=True."""
# mypy: allow-untyped-defs, allow-untyped-calls

import keras

from probes.job import Job
from probes.jobs.keras import compilation, job, tensors
from probes.transformer_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in Keras."""
    batches = [tensors(text, following) for text, following in task.batches]
    jit = compilation(mode)
    floor = task.variance_floor
    # effort: begin
    # define

    class Places(keras.layers.Layer):
        def build(self, shape):
            self.table = self.add_weight(shape=shape[1:], name="table")

        def call(self, x):
            return x + self.table

    def block(x):
        y = keras.layers.LayerNormalization(epsilon=floor)(x)
        x = x + keras.layers.MultiHeadAttention(task.heads, task.width // task.heads)(y, y, use_causal_mask=True)
        y = keras.layers.LayerNormalization(epsilon=floor)(x)
        y = keras.layers.Dense(4 * task.width, activation="relu")(y)
        return x + keras.layers.Dense(task.width)(y)

    text = keras.Input((task.length,), dtype="int64")
    x = Places()(keras.layers.Embedding(task.words, task.width)(text))
    for _ in range(task.blocks):
        x = block(x)
    x = keras.layers.LayerNormalization(epsilon=floor)(x)
    model = keras.Model(text, keras.layers.Dense(task.words)(x))
    model.compile(
        optimizer=keras.optimizers.Adam(task.rate, *task.decay, epsilon=task.epsilon),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        **jit,
    )

    def train_step(text, following):
        # forward, gradient, update
        return model.train_on_batch(text, following)

    # effort: end
    return job(task, model, train_step, batches)
