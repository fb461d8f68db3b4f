"""The device of the imported framework: its name, waiting for it, its memory, and plain float32 on it.

Looks only at frameworks that are imported already. On a CPU there is nothing to wait for and nothing to set.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from probes.job import nothing

MIB = 2**20


def name() -> str:
    """ "cuda" where the imported framework computes on an NVIDIA device, else "cpu"."""
    return "cuda" if any(sees() for sees in (_torch, _tensorflow, _jax)) else "cpu"


def waiting() -> Callable[[], None]:
    """What waits until the device has finished everything asked of it so far."""
    if torch := _torch():
        return lambda: torch.cuda.synchronize()
    if tensorflow := _tensorflow():
        return lambda: tensorflow.test.experimental.sync_devices()
    if jax := _jax():
        # a device works in order: what is asked last is done last
        return lambda: jax.block_until_ready(jax.numpy.zeros(()) + 1)
    return nothing


def full_float32() -> None:
    """Switch off the shorter products (TF32) some frameworks use for float32 by default, and others do not."""
    if torch := _torch():
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
    if tensorflow := _tensorflow():
        tensorflow.config.experimental.enable_tensor_float_32_execution(False)
    if jax := _jax():
        jax.config.update("jax_default_matmul_precision", "highest")


def peak_mb() -> float | None:
    """The largest memory held on the device so far, in MiB; None on a CPU or where it is not told."""
    if torch := _torch():
        return float(torch.cuda.max_memory_allocated()) / MIB
    if tensorflow := _tensorflow():
        return float(tensorflow.config.experimental.get_memory_info("GPU:0")["peak"]) / MIB
    if jax := _jax():
        stats = jax.local_devices()[0].memory_stats() or {}
        return stats["peak_bytes_in_use"] / MIB if "peak_bytes_in_use" in stats else None
    return None


def _torch() -> Any:
    torch = sys.modules.get("torch")
    return torch if torch and torch.cuda.is_available() else None


def _tensorflow() -> Any:
    tensorflow = sys.modules.get("tensorflow")
    return tensorflow if tensorflow and tensorflow.config.list_physical_devices("GPU") else None


def _jax() -> Any:
    jax = sys.modules.get("jax")
    return jax if jax and jax.default_backend() == "gpu" else None
