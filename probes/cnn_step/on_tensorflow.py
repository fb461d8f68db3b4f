"""TensorFlow: Keras layers in a GradientTape loop; its ways wrap the step in tf.function, with or without XLA."""
# mypy: allow-untyped-defs, allow-untyped-calls

import tensorflow as tf

from probes.cnn_step.task import Task
from probes.job import Job
from probes.jobs.tensorflow import in_mode, job, tensors


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in TensorFlow."""
    batches = [tensors(images, labels) for images, labels in task.batches]
    image_channels, *filters_of_blocks = task.channels
    # effort: begin
    # define

    def block(filters):
        return [
            tf.keras.layers.Conv2D(filters, 3, padding="same", use_bias=False),
            tf.keras.layers.BatchNormalization(epsilon=task.norm_epsilon, momentum=task.momentum),
            tf.keras.layers.ReLU(),
            tf.keras.layers.MaxPooling2D(2),
        ]

    model = tf.keras.Sequential(
        [
            tf.keras.Input((task.side, task.side, image_channels)),
            *(layer for filters in filters_of_blocks for layer in block(filters)),
            tf.keras.layers.GlobalAveragePooling2D(),
            tf.keras.layers.Dense(task.classes),
        ]
    )
    loss_function = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon)

    def train_step(images, labels):
        # forward
        with tf.GradientTape() as tape:
            loss = loss_function(labels, model(images, training=True))
        # gradient
        gradients = tape.gradient(loss, model.trainable_variables)
        # update
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    # effort: end
    return job(task, model, in_mode(train_step, mode), lambda x, y: loss_function(y, model(x, training=True)), batches)
