"""TensorFlow: Keras layers in a GradientTape loop; `production` wraps the step in tf.function."""
# mypy: allow-untyped-defs, allow-untyped-calls

from typing import Any

import tensorflow as tf

from probes.job import Job
from probes.jobs.tensorflow import job, tensors
from probes.tabular_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in TensorFlow."""
    batches = [tensors(features, labels) for features, labels in task.batches]
    # effort: begin
    # define
    model = tf.keras.Sequential(
        [
            tf.keras.Input((task.columns,)),
            tf.keras.layers.Dense(task.hidden, activation="relu"),
            tf.keras.layers.Dense(task.hidden, activation="relu"),
            tf.keras.layers.Dense(2),
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
    if mode == "production":
        train_step = tf.function(train_step)

    def further_measures(trained: Any) -> dict[str, Any]:
        return task.measure(trained, lambda features: model(features, training=False).numpy())

    return job(
        task,
        model,
        train_step,
        lambda x, y: loss_function(y, model(x, training=True)),
        batches,
        further_measures=further_measures,
    )
