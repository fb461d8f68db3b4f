"""PyTorch."""

from __future__ import annotations

import sys
from collections.abc import Callable

from probes.frameworks import CPU, CUDA, MIB, Distribution, Framework, Version, Way, installed


class PyTorch(Framework):
    """PyTorch, by itself or as a backend of Keras."""

    id = "pytorch"
    optimisers = "pytorch"
    backend = "torch"
    modules = ("torch",)
    companions = ("torchvision", "torchaudio", "triton")
    distributions = {"torch": (Distribution("torch"),)}
    extra = "torch"
    folders = {"TORCHINDUCTOR_CACHE_DIR": "inductor"}
    production = {
        "": Way(
            "apart",
            "torch.compile",
            source="https://docs.pytorch.org/tutorials/intermediate/torch_compile_tutorial.html",
            code=("model = torch.compile(model)",),
        )
    }
    ways = {
        "": (
            Way(
                "together",
                "fused Adam",
                id="fused",
                source="https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html",
                code=("optimizer = torch.optim.Adam(..., fused=True)",),
            ),
            Way(
                "together",
                "channels_last, fused Adam",
                id="channels-last",
                source="https://docs.pytorch.org/tutorials/intermediate/memory_format_tutorial.html",
                code=(
                    "model = model.to(memory_format=torch.channels_last)",
                    "images = images.to(memory_format=torch.channels_last)",
                    "optimizer = torch.optim.Adam(..., fused=True)",
                ),
            ),
            Way(
                "apart",
                "torch.compile of the step",
                id="compiled-step",
                source="https://docs.pytorch.org/tutorials/recipes/compiling_optimizer.html",
                code=("train_step = torch.compile(train_step)",),
            ),
        )
    }

    def why_no_gpu(self, version_of: Version = installed) -> str:
        """Return why it cannot use a GPU: the local part of the version tells the CPU build."""
        return "torch is the CPU build" if installed("torch", version_of).endswith("+cpu") else ""

    def set_threads(self, threads: int) -> None:
        """Set both pools: inside an operation, and between operations."""
        import torch

        torch.set_num_threads(threads)
        torch.set_num_interop_threads(threads)

    def threads(self) -> int | None:
        """Return the size of the pool inside an operation."""
        import torch

        return int(torch.get_num_threads())

    def device(self) -> str:
        """Return "cuda" where CUDA (or ROCm, which PyTorch calls so too) can be used, else "cpu"."""
        import torch

        return CUDA if torch.cuda.is_available() else CPU

    def synchronise(self) -> Callable[[], None] | None:
        """Return the function that waits for all streams of the device; None on a CPU."""
        import torch

        return torch.cuda.synchronize if self.device() == CUDA else None

    def full_float32(self) -> None:
        """Switch TF32 off in products and convolutions."""
        import torch

        if self.device() == CUDA:
            torch.backends.cuda.matmul.allow_tf32 = False
            torch.backends.cudnn.allow_tf32 = False

    def peak_mb(self) -> float | None:
        """Return the peak memory of its own allocator, in MiB; None on a CPU."""
        import torch

        return float(torch.cuda.max_memory_allocated()) / MIB if self.device() == CUDA else None

    def graphs(self) -> int | None:
        """Return the graphs made by torch.compile, which may silently leave a model as it is."""
        dynamo = sys.modules.get("torch._dynamo")
        return int(dynamo.utils.counters["stats"]["unique_graphs"]) if dynamo else 0


FRAMEWORK = PyTorch()
