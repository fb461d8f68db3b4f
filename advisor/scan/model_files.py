"""What a model file is, told by its first bytes: the suffix often lies, and nothing is unpickled."""

from __future__ import annotations

import json
import re
import struct
import zlib

START = 1 << 20
"""Bytes that are read of a model file at most."""
UNPACKED = 1 << 16
"""Bytes that are unpacked of the first member of an archive at most."""
SUFFIXES = frozenset(
    [".h5", ".hdf5", ".keras", ".npz", ".safetensors", ".pt", ".pth", ".pt2", ".ckpt", ".bin", ".pb", ".onnx", ".tflite", ".lite", ".mlmodel", ".pte", ".meta", ".index"]
)  # fmt: skip
"""Suffixes of files that are looked into."""
MODEL_FILES = (
    "keras", "keras-2", "hdf5-keras", "hdf5-weights", "torch", "torchscript", "safetensors-torch", "safetensors-tensorflow", "safetensors-flax",
    "saved-model", "saved-model-1", "tensorflow-1-checkpoint", "tensorflow-checkpoint", "flax", "onnx", "onnx-from-pytorch", "onnx-from-tensorflow", "onnx-from-keras",
    "tflite", "core-ml", "executorch", "tensorflow-js",
)  # fmt: skip
"""Every kind there is; signals name them under `model-files`."""
TORCH_MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""How files of `torch.save` began before version 1.6."""
HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
ONNX_PRODUCERS = {"pytorch": "onnx-from-pytorch", "tf2onnx": "onnx-from-tensorflow", "keras2onnx": "onnx-from-keras"}


def kind_of_model(name: str, start: bytes) -> str | None:
    """Return what kind of model file a file is; None where its content does not tell, or it is none.

    Args:
        name: its name in lower case.
        start: its first bytes, up to `START`.
    """
    if start.startswith(b"version https://git-lfs"):
        return None  # a pointer: the content is elsewhere
    if start.startswith(b"PK\x03\x04"):
        return _kind_of_archive(name, start)
    if start.startswith(HDF5_MAGIC):
        return _kind_of_hdf5(start)
    if start.startswith(TORCH_MAGIC):
        return "torch"
    if start[4:8] == b"TFL3":
        return "tflite"
    if start[4:6] == b"ET":
        return "executorch"
    if name.endswith(".safetensors"):
        return _kind_of_safetensors(start)
    if name.endswith(".onnx"):
        return _kind_of_onnx(start)
    if name == "saved_model.pb":
        return _kind_of_saved_model(start)
    if name.endswith(".mlmodel") and start[:1] == b"\x08":
        return "core-ml"
    if name.endswith(".ckpt.meta") or (name.endswith(".meta") and b"VariableV2" in start):
        return "tensorflow-1-checkpoint"
    if name.endswith(".index") and "ckpt" in name:
        return "tensorflow-checkpoint"
    return None


def _first_member(start: bytes) -> tuple[str, bytes]:
    """Return the name of the first member of a ZIP archive and what is unpacked of it, at most `UNPACKED` bytes."""
    if len(start) < 30:
        return "", b""
    method, packed_size = struct.unpack_from("<H", start, 8)[0], struct.unpack_from("<I", start, 18)[0]
    name_length, extra_length = struct.unpack_from("<HH", start, 26)
    name = start[30 : 30 + name_length].decode("utf-8", "replace")
    content = start[30 + name_length + extra_length :]
    if method == 0:
        return name, content[: min(packed_size, UNPACKED)]
    try:
        return name, zlib.decompressobj(-15).decompress(content, UNPACKED)
    except zlib.error:
        return name, b""


def _kind_of_archive(name: str, start: bytes) -> str | None:
    """Tell a ZIP archive by its first member: Keras begins with metadata.json, `torch.save` with data.pkl in a folder."""
    member, content = _first_member(start)
    if member == "metadata.json" and b"keras_version" in content:
        return "keras-2" if re.search(rb'"keras_version": *"2', content) else "keras"
    if member.endswith("/data.pkl"):
        return "torchscript" if b"/code/" in start and b"__torch__" in start else "torch"
    if member.endswith(("/version", "/.format_version", "/byteorder")) and name.endswith(
        (".pt", ".pth", ".pt2", ".ckpt")
    ):
        return "torch"
    if member.endswith(".npy") and (
        "kernel.npy" in member or member.startswith(("params/", "opt/target/", "Transformer/"))
    ):
        return "flax"
    return None


def _kind_of_hdf5(start: bytes) -> str | None:
    """Tell weights and models of Keras from other HDF5, by the names of the attributes that Keras writes at the top."""
    if b"model_config" in start and b"keras_version" in start:
        return "hdf5-keras"
    if b"layer_names" in start or b"keras_version" in start:
        return "hdf5-weights"
    return None


def _kind_of_safetensors(start: bytes) -> str | None:
    """Tell safetensors by the `format` in their header."""
    if len(start) < 8:
        return None
    (length,) = struct.unpack_from("<Q", start)
    header = start[8 : 8 + min(length, START)]
    match = re.match(rb'\s*\{\s*"__metadata__"\s*:\s*\{[^{}]{0,2000}?"format"\s*:\s*"(pt|tf|flax)"', header)
    return (
        {b"pt": "safetensors-torch", b"tf": "safetensors-tensorflow", b"flax": "safetensors-flax"}[match[1]]
        if match
        else None
    )


def _kind_of_onnx(start: bytes) -> str | None:
    """Tell by which program an ONNX model was made: the second field of the message is the producer's name."""
    if start[:1] != b"\x08":
        return None
    match = re.match(rb"\x08.\x12(.)", start, re.DOTALL)
    if not match:
        return "onnx"
    producer = start[match.end() : match.end() + match[1][0]].decode("ascii", "replace").lower()
    return ONNX_PRODUCERS.get(producer, "onnx")


def _kind_of_saved_model(start: bytes) -> str:
    """Tell a SavedModel of TensorFlow 1 by the version that wrote it."""
    version = re.search(rb"\x2a[\x05-\x20]([12])\.\d{1,2}\.\d{1,2}", start)
    return "saved-model-1" if version and version[1] == b"1" else "saved-model"


def is_tensorflow_js(start: bytes) -> bool:
    """Return whether a `model.json` is a model of TensorFlow.js."""
    try:
        document = json.loads(start)
    except (ValueError, RecursionError):
        return b'"weightsManifest"' in start and b'"modelTopology"' in start
    return isinstance(document, dict) and "weightsManifest" in document
