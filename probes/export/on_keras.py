"""Keras on any backend: model.export in its formats; on JAX also the StableHLO of the model's function."""

from pathlib import Path
from typing import Any

import keras

from probes.export.task import CLASSES, HIDDEN, INPUTS, Task, make


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    on_jax = ("stablehlo",) if keras.backend.backend() == "jax" else ()
    return task.measure(__name__, ("savedmodel", "onnx", "litert", "torch_export", *on_jax))


def make_model() -> Any:
    """Return the model with the weights of the task."""
    layers = keras.layers.Dense(HIDDEN, activation="relu"), keras.layers.Dense(CLASSES)
    network = keras.Sequential([keras.Input((INPUTS,)), *layers])
    network.set_weights(make().weights)
    network(make().x)  # the exporter to ONNX asks for a model that has been called, as a trained one has
    return network


def savedmodel(folder: str) -> None:
    """Export the model as a SavedModel into a folder."""
    make_model().export(folder, format="tf_saved_model", verbose=False)


def onnx(folder: str) -> None:
    """Export the model as ONNX into a folder."""
    make_model().export(Path(folder, "model.onnx"), format="onnx", verbose=False)


def litert(folder: str) -> None:
    """Export the model as LiteRT into a folder."""
    make_model().export(str(Path(folder, "model.tflite")), format="litert")


def torch_export(folder: str) -> None:
    """Export the model as a program of torch.export into a folder."""
    network = make_model()
    if keras.backend.backend() != "torch":
        network.export(str(Path(folder, "model.pt2")), format="torch")  # its own refusal is the answer
    from probes.export.batch_dimension import dynamic_rows

    network.export(str(Path(folder, "model.pt2")), format="torch", dynamic_shapes=dynamic_rows())


def stablehlo(folder: str) -> None:
    """Export the model as StableHLO into a folder."""
    from jax import export, jit

    network = make_model()
    values = [variable.value for variable in network.trainable_variables]

    def forward(x: Any) -> Any:
        return network.stateless_call(values, [], x)[0]

    rows = export.symbolic_args_specs(make().x, f"rows, {INPUTS}")
    Path(folder, "model.bin").write_bytes(export.export(jit(forward))(rows).serialize())
