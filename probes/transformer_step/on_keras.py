"""Keras on any backend: compile and train_on_batch on its tensors; its ways: jit_compile=True, and fit with many steps per call."""
# mypy: allow-untyped-defs, allow-untyped-calls

import keras

from probes.job import Job
from probes.jobs.keras import compilation, job, tensors
from probes.transformer_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in Keras."""
    batches = [tensors(text, targets) for text, targets in task.batches]
    settings = compilation(mode)
    norm_epsilon = task.norm_epsilon
    # effort: begin
    # define

    class PositionEmbedding(keras.layers.Layer):
        def build(self, shape):
            self.embedding = self.add_weight(shape=shape[1:], name="embedding")

        def call(self, x):
            return x + self.embedding

    def block(x):
        normed = keras.layers.LayerNormalization(epsilon=norm_epsilon)(x)
        attended = x + keras.layers.MultiHeadAttention(task.heads, task.head_width)(
            normed, normed, use_causal_mask=True
        )
        net_input = keras.layers.LayerNormalization(epsilon=norm_epsilon)(attended)
        wide = keras.layers.Dense(4 * task.width, activation="relu")(net_input)
        return attended + keras.layers.Dense(task.width)(wide)

    text = keras.Input((task.length,), dtype="int64")
    x = PositionEmbedding()(keras.layers.Embedding(task.vocabulary_size, task.width)(text))
    for _ in range(task.blocks):
        x = block(x)
    x = keras.layers.LayerNormalization(epsilon=norm_epsilon)(x)
    model = keras.Model(text, keras.layers.Dense(task.vocabulary_size)(x))
    model.compile(
        optimizer=keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        **settings,
    )

    def train_step(text, targets):
        # forward, gradient, update
        return model.train_on_batch(text, targets)

    # effort: end
    return job(task, model, train_step, batches, mode)
