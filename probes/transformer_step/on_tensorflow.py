"""TensorFlow: Keras layers in a GradientTape loop; its ways wrap the step in tf.function, with or without XLA."""
# mypy: allow-untyped-defs, allow-untyped-calls, disable-error-code=name-defined

import tensorflow as tf

from probes.job import Job
from probes.jobs.tensorflow import in_mode, job, tensors
from probes.transformer_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in TensorFlow."""
    batches = [tensors(text, targets) for text, targets in task.batches]
    norm_epsilon = task.norm_epsilon
    # effort: begin
    # define
    layers = tf.keras.layers

    class PositionEmbedding(layers.Layer):
        def build(self, shape):
            self.embedding = self.add_weight(shape=shape[1:], name="embedding")

        def call(self, x):
            return x + self.embedding

    def block(x):
        normed = layers.LayerNormalization(epsilon=norm_epsilon)(x)
        attended = x + layers.MultiHeadAttention(task.heads, task.head_width)(normed, normed, use_causal_mask=True)
        net_input = layers.LayerNormalization(epsilon=norm_epsilon)(attended)
        wide = layers.Dense(4 * task.width, activation="relu")(net_input)
        return attended + layers.Dense(task.width)(wide)

    text = tf.keras.Input((task.length,), dtype="int64")
    x = PositionEmbedding()(layers.Embedding(task.vocabulary_size, task.width)(text))
    for _ in range(task.blocks):
        x = block(x)
    x = layers.LayerNormalization(epsilon=norm_epsilon)(x)
    model = tf.keras.Model(text, layers.Dense(task.vocabulary_size)(x))
    loss_function = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon)

    def train_step(text, targets):
        # forward
        with tf.GradientTape() as tape:
            loss = loss_function(targets, model(text, training=True))
        # gradient
        gradients = tape.gradient(loss, model.trainable_variables)
        # update
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    # effort: end
    return job(task, model, in_mode(train_step, mode), lambda x, y: loss_function(y, model(x, training=True)), batches)
