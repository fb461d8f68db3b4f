"""TensorFlow: §2.2, §3.2.1, §4.2.1 and §4.3.1."""

from typing import Any

import tensorflow as tf

from probes.article_names.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    layers = tf.keras.layers
    model = tf.keras.Sequential([tf.keras.Input((2,)), layers.Dense(3), layers.Dense(1)])
    return {
        "optimizer_of_article": task.judge_name(tf, "train.Optimizer"),
        "adam_of_article": task.judge_name(tf, "train.AdamOptimizer"),
        "adam_of_samples": task.judge_call(lambda: tf.keras.optimizers.Adam(learning_rate=0.1)),
        "rate_argument": task.judge_call(lambda: tf.keras.optimizers.Adam(lr=0.1)),
        "size_argument": task.judge_call(lambda: layers.Dense(1, input_shape=(2,))),
        "gradient_function": task.judge_name(tf, "GradientTape"),
        "graph_class": task.judge_name(tf, "Graph"),
        "dense_is_keras": layers.Dense.__module__.startswith("keras."),
        "layers_compose": task.judge_call(lambda: model(tf.ones((1, 2)))),
        "high_level_training": task.judge_name(tf.keras.Model, "fit"),
    }
