"""TensorFlow: Keras layers in a GradientTape loop; its ways wrap the step in tf.function, with or without XLA."""
# mypy: allow-untyped-defs, allow-untyped-calls

import tensorflow as tf

from probes.job import Job
from probes.jobs.tensorflow import in_mode, job, tensors
from probes.training_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in TensorFlow."""
    batches = [tensors(features, labels) for features, labels in task.batches]
    # effort: begin
    # define
    model = tf.keras.Sequential(
        [
            tf.keras.Input((task.inputs,)),
            tf.keras.layers.Dense(task.hidden, activation="relu"),
            tf.keras.layers.Dense(task.hidden, activation="relu"),
            tf.keras.layers.Dense(task.classes),
        ]
    )
    loss_function = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon)

    def train_step(features, labels):
        # forward
        with tf.GradientTape() as tape:
            loss = loss_function(labels, model(features, training=True))
        # gradient
        gradients = tape.gradient(loss, model.trainable_variables)
        # update
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    # effort: end
    return job(task, model, in_mode(train_step, mode), lambda x, y: loss_function(y, model(x, training=True)), batches)
