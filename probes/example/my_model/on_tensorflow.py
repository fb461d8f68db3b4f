"""TensorFlow: a GradientTape loop; mode "production" wraps the step in tf.function."""
# mypy: allow-untyped-defs, allow-untyped-calls

import tensorflow as tf

from probes.jobs.tensorflow import job, tensors


def build(task, mode):
    """Return the job of the task."""
    batches = [tensors(features, targets) for features, targets in task.batches]
    layers = [
        tf.keras.Input((len(task.weights[0]),)),
        tf.keras.layers.Dense(task.hidden, activation="tanh"),
        tf.keras.layers.Dense(1),
    ]
    model = tf.keras.Sequential(layers)
    loss_function = tf.keras.losses.MeanSquaredError()
    optimizer = tf.keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon)

    def train_step(features, targets):
        with tf.GradientTape() as tape:
            loss = loss_function(targets, model(features, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    if mode == "production":
        train_step = tf.function(train_step)
    return job(task, model, train_step, lambda x, y: loss_function(y, model(x, training=True)), batches)
