"""MLX, Apple's framework for its own processors; its CPU build runs on Linux too."""

from __future__ import annotations

from collections.abc import Callable

from probes.frameworks import CPU, CUDA, MIB, Distribution, Framework, Version, Way, installed


class Mlx(Framework):
    """MLX with its layers and optimisers."""

    id = "mlx"
    backend = "mlx"
    modules = ("mlx.core", "mlx.nn", "mlx.optimizers")
    distributions = {"mlx": (Distribution("mlx"),)}
    production = {"": Way("apart", "mx.compile")}

    def why_no_gpu(self, version_of: Version = installed) -> str:
        """NVIDIA's backend comes in distributions of its own."""
        builds = ("mlx-cuda-12", "mlx-cuda-13")
        return "" if any(installed(name, version_of) for name in builds) else "mlx lacks its CUDA backend"

    def use_cpu(self) -> None:
        """On a Mac it would otherwise take the GPU, which no variable hides."""
        import mlx.core as mx

        mx.set_default_device(mx.cpu)

    def device(self) -> str:
        """That of its default device."""
        import mlx.core as mx

        if mx.default_device().type != mx.gpu:
            return CPU
        return "metal" if mx.metal.is_available() else CUDA

    def synchronise(self) -> Callable[[], None] | None:
        """Evaluation is asked for by the step; its end is waited for here."""
        import mlx.core as mx

        return mx.synchronize

    def peak_mb(self) -> float | None:
        """What its own allocator held."""
        import mlx.core as mx

        return None if self.device() == CPU else mx.get_peak_memory() / MIB


FRAMEWORK = Mlx()
