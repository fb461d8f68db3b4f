"""Keras and its backend."""
# mypy: ignore-errors

import keras


def measure(task):
    return task.judge(["keras", keras.backend.backend()])
