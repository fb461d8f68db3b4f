"""TensorFlow: tf.keras.optimizers with a GradientTape."""

from typing import Any

import tensorflow as tf

from probes.optimizers.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    optim = tf.keras.optimizers

    def walk(optimizer: Any) -> Any:
        w = tf.Variable(task.start)
        path = []
        for _ in range(task.steps):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(task.curvature * tf.square(w) / 2)
            optimizer.apply_gradients([(tape.gradient(loss, w), w)])
            path.append(w.numpy())
        return path

    beta1, beta2 = task.betas
    adam = {"beta_1": beta1, "beta_2": beta2, "epsilon": task.epsilon}
    walks = {
        "sgd": lambda: walk(optim.SGD(task.rate, momentum=task.momentum)),
        "rmsprop": lambda: walk(optim.RMSprop(task.rate, rho=task.decay, epsilon=task.epsilon)),
        "adam": lambda: walk(optim.Adam(task.rate, **adam)),
        "adamw": lambda: walk(optim.AdamW(task.rate, weight_decay=task.weight_decay, **adam)),
    }
    return task.judge(
        walks,
        default_adam_epsilon=optim.Adam().epsilon,
        default_rmsprop_decay=optim.RMSprop().rho,
        default_adamw_decay=optim.AdamW().weight_decay,
    )
