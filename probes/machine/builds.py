"""Whether installed builds can use an NVIDIA GPU, by the names and versions of their distributions: nothing is imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version


def without_gpu(modules: Sequence[str], version: Callable[[str], str] = version) -> str:
    """Why a stack of these modules cannot use a GPU; empty where nothing speaks against it.

    Args:
        modules: its top-level modules.
        version: the version of a distribution; raises PackageNotFoundError where there is none.
    """

    def has(*names: str) -> bool:
        return any(_found(name, version) for name in names)

    if "torch" in modules and _found("torch", version).endswith("+cpu"):
        return "torch is the CPU build"
    if "tensorflow" in modules and not has("tensorflow"):
        return "tensorflow-cpu is the CPU build"
    if "tensorflow" in modules and not has("nvidia-cudnn-cu12", "nvidia-cudnn-cu13"):
        return "tensorflow lacks its CUDA libraries"
    if "jax" in modules and not has("jax-cuda12-plugin", "jax-cuda13-plugin"):
        return "jax lacks its CUDA plugin"
    return ""


def _found(name: str, version: Callable[[str], str]) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
