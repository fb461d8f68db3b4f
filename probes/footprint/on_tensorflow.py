"""TensorFlow, which brings Keras along."""
# mypy: ignore-errors


def measure(task):
    return task.judge(["tensorflow"])
