"""TensorFlow: Keras layers in a GradientTape loop; `production` wraps the step in tf.function."""
# mypy: ignore-errors

from itertools import cycle

import tensorflow as tf

from probes.job import Job


def build(task, mode):
    batches = [(tf.constant(features), tf.constant(labels)) for features, labels in task.batches]
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
    optimizer = tf.keras.optimizers.Adam(task.rate, *task.decay, epsilon=task.epsilon)

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

    def gradient():
        with tf.GradientTape() as tape:
            loss = loss_function(batches[0][1], model(batches[0][0], training=True))
        return [part.numpy() for part in tape.gradient(loss, model.trainable_variables)]

    model.set_weights(task.weights)
    if mode == "production":
        train_step = tf.function(train_step)
    stream = cycle(batches)
    return Job(
        step=lambda: train_step(*next(stream)),
        loss_value=float,
        load=model.set_weights,
        weights=model.get_weights,
        forward=lambda: model(batches[0][0]).numpy(),
        gradient=gradient,
        parameters=model.count_params(),
    )
