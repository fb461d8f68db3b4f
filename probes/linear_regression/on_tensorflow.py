"""TensorFlow: one Keras layer in a GradientTape loop, Adam."""

from typing import Any

import tensorflow as tf

from probes.linear_regression.task import Task, clock


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    x_train, y_train = tf.constant(task.x_train), tf.constant(task.y_train)
    begin = clock()
    # effort: begin
    # step: define
    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
    loss_function = tf.keras.losses.MeanSquaredError()
    optimizer = tf.keras.optimizers.Adam(learning_rate=task.rate)
    # effort: end
    model.set_weights(task.start)
    with tf.GradientTape() as tape:
        loss = loss_function(y_train, model(x_train))
    gradient = tape.gradient(loss, model.trainable_variables)
    # effort: begin
    for _ in range(task.epochs):
        # step: forward
        with tf.GradientTape() as tape:
            loss = loss_function(y_train, model(x_train, training=True))
        # step: gradient
        gradients = tape.gradient(loss, model.trainable_variables)
        # step: update
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    # effort: end
    seconds = clock() - begin
    kernel, bias = model.get_weights()
    return task.judge(kernel, bias, [part.numpy() for part in gradient], seconds)
