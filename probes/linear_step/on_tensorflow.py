"""TensorFlow: one Keras layer in a GradientTape loop, Adam; `production` wraps the step in tf.function."""
# mypy: allow-untyped-defs, allow-untyped-calls

import tensorflow as tf

from probes.job import Job
from probes.jobs.tensorflow import job, tensors
from probes.linear_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in TensorFlow."""
    batches = [tensors(features, targets) for features, targets in task.batches]
    # effort: begin
    # define
    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
    loss_function = tf.keras.losses.MeanSquaredError()
    optimizer = tf.keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon)

    def train_step(features, targets):
        # forward
        with tf.GradientTape() as tape:
            loss = loss_function(targets, model(features, training=True))
        # gradient
        gradients = tape.gradient(loss, model.trainable_variables)
        # update
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    # effort: end
    if mode == "production":
        train_step = tf.function(train_step)
    return job(task, model, train_step, lambda x, y: loss_function(y, model(x, training=True)), batches)
