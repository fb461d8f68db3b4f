"""Keras on any backend: §2.2, §3.2.3 and §4.3.3."""

from typing import Any

import keras

from probes.article_names.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    return {
        "optimizer_of_article": task.judge_name(keras, "optimizers.Optimizer"),
        "adam_of_article": task.judge_name(keras, "optimizers.Adam"),
        "adam_of_samples": task.judge_call(lambda: keras.optimizers.Adam(lr=0.1)),
        "rate_argument": task.judge_call(lambda: keras.optimizers.Adam(lr=0.1)),
        "size_argument": task.judge_call(lambda: keras.layers.Dense(1, input_dim=2)),
        "layer_gradient": task.judge_name(keras.layers.Layer, "gradient"),
        "gradient_function": task.judge_name(keras, "ops.grad"),
        "layers_compose": task.judge_call(lambda: model(keras.ops.ones((1, 2)))),
        "high_level_training": task.judge_name(keras.Model, "fit"),
    }
