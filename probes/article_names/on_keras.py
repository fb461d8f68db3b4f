"""Keras on any backend: §2.2, §3.2.3 and §4.3.3."""

from typing import Any

import keras

from probes.article_names.task import Task


def measure(task: Task) -> dict[str, Any]:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    return {
        "optimizer_of_article": task.name(keras, "optimizers.Optimizer"),
        "adam_of_article": task.name(keras, "optimizers.Adam"),
        "adam_of_samples": task.call(lambda: keras.optimizers.Adam(lr=0.1)),
        "rate_argument": task.call(lambda: keras.optimizers.Adam(lr=0.1)),
        "size_argument": task.call(lambda: keras.layers.Dense(1, input_dim=2)),
        "layer_gradient": task.name(keras.layers.Layer, "gradient"),
        "gradient_function": task.name(keras, "ops.grad"),
        "layers_compose": task.call(lambda: model(keras.ops.ones((1, 2)))),
        "high_level_training": task.name(keras.Model, "fit"),
    }
