"""JAX."""

from __future__ import annotations

from collections.abc import Callable

from probes.frameworks import CPU, CUDA, MIB, Distribution, Framework, Version, Way, installed


class Jax(Framework):
    """JAX, by itself with the usual libraries of layers and optimisers, or as a backend of Keras.

    Its compiler takes no number of threads: the processors allowed to the process limit it.
    """

    id = "jax"
    optimisers = "optax"
    backend = "jax"
    modules = ("jax",)
    libraries = ("flax.nnx", "optax")
    brings = ("scipy",)  # jax.numpy itself is built on it
    distributions = {name: (Distribution(name),) for name in ("jax", "jaxlib", "flax", "optax")}
    extra = "jax"
    libraries_extra = "jax-native"
    variables = {"TF_CPP_MIN_LOG_LEVEL": "3"}  # its compiler is TensorFlow's, and logs by the same variable
    on_cpu = {"JAX_PLATFORMS": "cpu"}
    on_gpu = {"XLA_PYTHON_CLIENT_PREALLOCATE": "false"}  # it otherwise takes all memory: the peak would say nothing
    production = {
        "": Way(
            "together",
            "functional training loop",
            "nnx.jit",
            source="https://flax.readthedocs.io/en/latest/guides/performance.html",
            code=(
                "graph, state = nnx.split((model, optimizer))",
                "@jax.jit",
                "model, optimizer = nnx.merge(graph, state)",
                "return nnx.state((model, optimizer)), loss",
                "nnx.update((model, optimizer), state)",
            ),
        )
    }

    def why_no_gpu(self, version_of: Version = installed) -> str:
        """Return why it cannot use a GPU: that takes a plugin."""
        plugins = ("jax-cuda12-plugin", "jax-cuda13-plugin")
        return "" if any(installed(name, version_of) for name in plugins) else "jax lacks its CUDA plugin"

    def device(self) -> str:
        """Return "cuda" on its platform "gpu", else the name of the platform."""
        import jax

        platform = str(jax.default_backend()).lower()
        return CUDA if platform == "gpu" else platform

    def synchronise(self) -> Callable[[], None] | None:
        """Return a function that waits for all arrays: calls return before an operation is done, on a CPU too."""
        import jax

        return lambda: jax.block_until_ready(jax.live_arrays())

    def full_float32(self) -> None:
        """Ask for full precision in products and convolutions."""
        import jax

        if self.device() != CPU:
            jax.config.update("jax_default_matmul_precision", "highest")

    def peak_mb(self) -> float | None:
        """Return the peak memory of the first device, in MiB; None where it is not counted."""
        import jax

        stats = (jax.local_devices()[0].memory_stats() or {}) if self.device() != CPU else {}
        return stats["peak_bytes_in_use"] / MIB if "peak_bytes_in_use" in stats else None


FRAMEWORK = Jax()
