"""Keras on any backend: keras.optimizers on a gradient written out, since Keras has no call for one."""

from typing import Any

import keras
from keras import ops, optimizers

from probes.optimizers.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""

    def walk(optimizer: Any) -> Any:
        w = keras.Variable(task.start)
        optimizer.build([w])
        path = []
        for _ in range(task.steps):
            optimizer.apply([ops.multiply(task.curvature, w)])
            path.append(ops.convert_to_numpy(w.value).copy())
        return path

    beta1, beta2 = task.betas
    adam = {"beta_1": beta1, "beta_2": beta2, "epsilon": task.epsilon}
    walks = {
        "sgd": lambda: walk(optimizers.SGD(task.rate, momentum=task.momentum)),
        "rmsprop": lambda: walk(optimizers.RMSprop(task.rate, rho=task.decay, epsilon=task.epsilon)),
        "adam": lambda: walk(optimizers.Adam(task.rate, **adam)),
        "adamw": lambda: walk(optimizers.AdamW(task.rate, weight_decay=task.weight_decay, **adam)),
    }
    return task.judge(
        walks,
        default_adam_epsilon=optimizers.Adam().epsilon,
        default_rmsprop_decay=optimizers.RMSprop().rho,
        default_adamw_decay=optimizers.AdamW().weight_decay,
    )
