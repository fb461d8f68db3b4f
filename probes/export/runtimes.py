"""Loads an exported model with its target's runtime, in a process without the framework that made it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from probes.export.task import OTHER_ROWS, make

CALLS, FIRST_CALLS = 200, 20


def savedmodel(folder: str) -> dict[str, float]:
    """Run a SavedModel in TensorFlow, without the code of the model."""
    import tensorflow as tf

    loaded = tf.saved_model.load(folder)  # kept alive: the function alone does not hold its variables
    return compare_with_numpy(lambda x: loaded.serve(tf.constant(x)).numpy())


def onnx(folder: str) -> dict[str, float]:
    """Run a model in ONNX Runtime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(Path(folder, "model.onnx")), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return compare_with_numpy(lambda x: session.run(None, {name: x})[0])


def litert(folder: str) -> dict[str, float]:
    """Run a model in LiteRT, the successor of TensorFlow Lite."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(Path(folder, "model.tflite")))
    entry, exit_ = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    input_rows = 0

    def run(x: Any) -> Any:
        nonlocal input_rows
        if len(x) != input_rows:
            input_rows = len(x)
            interpreter.resize_tensor_input(entry, x.shape)
            interpreter.allocate_tensors()
        interpreter.set_tensor(entry, x)
        interpreter.invoke()
        return interpreter.get_tensor(exit_)

    return compare_with_numpy(run)


def executorch(folder: str) -> dict[str, float]:
    """Run a model in ExecuTorch by its Python runtime, which takes PyTorch's tensors."""
    import torch
    from executorch.runtime import Runtime

    method = Runtime.get().load_program(Path(folder, "model.pte")).load_method("forward")
    return compare_with_numpy(lambda x: method.execute([torch.from_numpy(x)])[0].numpy())


def torch_export(folder: str) -> dict[str, float]:
    """Run an exported program in PyTorch, without the code of the model."""
    import torch

    program = torch.export.load(Path(folder, "model.pt2")).module()

    def run(x: Any) -> Any:
        with torch.inference_mode():
            return program(torch.from_numpy(x)).numpy()

    return compare_with_numpy(run)


def stablehlo(folder: str) -> dict[str, float]:
    """Run an exported program in JAX, without Keras."""
    from jax import export

    program = export.deserialize(Path(folder, "model.bin").read_bytes())
    return compare_with_numpy(lambda x: np.asarray(program.call(x)))


def compare_with_numpy(run: Callable[[np.ndarray], np.ndarray]) -> dict[str, float]:
    """Return the largest difference from NumPy, relative to the largest number, and the median microseconds of a call."""
    task = make()
    differences = []
    for x in (task.x, task.x[:OTHER_ROWS]):
        expected, output = task.forward(x), np.asarray(run(x))
        if output.shape != expected.shape:
            raise ValueError(f"the output has shape {output.shape}, not {expected.shape}")
        differences.append(float(np.max(np.abs(output - expected)) / np.max(np.abs(expected))))
    call_seconds = []
    for _ in range(FIRST_CALLS + CALLS):
        begin = time.perf_counter()
        run(task.x[:1])
        call_seconds.append(time.perf_counter() - begin)
    return {"difference": max(differences), "latency_us": round(1e6 * median(call_seconds[FIRST_CALLS:]), 1)}
