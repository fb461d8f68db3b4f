"""TensorFlow: SavedModel, LiteRT, and ONNX by tf2onnx."""

from pathlib import Path
from typing import Any

import tensorflow as tf

from probes.export.task import INPUTS, Task, make


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    return task.measure(__name__, ("savedmodel", "litert", "onnx"))


class Classifier(tf.Module):
    def __init__(self) -> None:
        self.weights = [tf.Variable(part) for part in make().weights]

    @tf.function(input_signature=[tf.TensorSpec((None, INPUTS), tf.float32)])
    def serve(self, x: Any) -> Any:
        kernel, bias, last_kernel, last_bias = self.weights
        return tf.nn.relu(x @ kernel + bias) @ last_kernel + last_bias


def savedmodel(folder: str) -> None:
    """Export the model as a SavedModel into a folder."""
    tf.saved_model.save(Classifier(), folder)


def litert(folder: str) -> None:
    """Export the model as LiteRT into a folder."""
    model = Classifier()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([model.serve.get_concrete_function()], model)
    Path(folder, "model.tflite").write_bytes(converter.convert())


def onnx(folder: str) -> None:
    """Export the model as ONNX into a folder."""
    import tf2onnx

    model = Classifier()  # the function holds only a weak reference to it
    signature = [tf.TensorSpec((None, INPUTS), tf.float32)]
    tf2onnx.convert.from_function(model.serve, signature, output_path=str(Path(folder, "model.onnx")))
