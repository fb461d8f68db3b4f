"""TensorFlow."""

from __future__ import annotations

import sys
from collections.abc import Callable

from probes.frameworks import CPU, CUDA, MIB, Distribution, Framework, Version, Way, installed

X86 = "(platform_machine == 'x86_64' or platform_machine == 'AMD64')"
OTHERS = "(platform_machine != 'x86_64' and platform_machine != 'AMD64')"


class TensorFlow(Framework):
    """TensorFlow with the Keras it brings along, by itself or as a backend of Keras."""

    id = "tensorflow"
    optimisers = "keras"
    backend = "tensorflow"
    modules = ("tensorflow",)
    brings = ("keras",)
    companions = ("tensorboard", "tf_keras", "tensorflow_probability")
    # The CPU-only wheel exists for Linux and Windows on x86-64; elsewhere the plain one is the CPU build.
    distributions = {
        "tensorflow": (
            Distribution("tensorflow-cpu", f"sys_platform != 'darwin' and {X86}"),
            Distribution("tensorflow", f"sys_platform == 'darwin' or {OTHERS}"),
        ),
        "keras": (Distribution("keras"),),
    }
    extra = "tensorflow"
    variables = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    on_gpu = {"TF_FORCE_GPU_ALLOW_GROWTH": "true"}  # it otherwise takes all of its memory: the peak would say nothing
    thread_variables = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    folders = {"KERAS_HOME": ""}
    production = {
        "": Way(
            "together",
            "tf.function",
            source="https://www.tensorflow.org/guide/function",
            code=("train_step = tf.function(train_step)",),
        )
    }
    ways = {
        "": (
            Way(
                "in full",
                "tf.function with XLA",
                id="xla",
                source="https://www.tensorflow.org/api_docs/python/tf/function",
                code=("train_step = tf.function(train_step, jit_compile=True)",),
            ),
        )
    }
    slow_start = True

    def why_no_gpu(self, version_of: Version = installed) -> str:
        """Return why it cannot use a GPU: it is the CPU build, or NVIDIA's libraries are missing."""
        if not installed("tensorflow", version_of):
            return "tensorflow-cpu is the CPU build"
        if not any(installed(name, version_of) for name in ("nvidia-cudnn-cu12", "nvidia-cudnn-cu13")):
            return "tensorflow lacks its CUDA libraries"
        return ""

    def set_threads(self, threads: int) -> None:
        """Set both pools: inside an operation, and between operations."""
        import tensorflow

        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(threads)

    def threads(self) -> int | None:
        """Return the size of the pool inside an operation."""
        import tensorflow

        return int(tensorflow.config.threading.get_intra_op_parallelism_threads())

    def use_cpu(self) -> None:
        """Hide what the environment does not: the plugin for Apple's GPUs."""
        import tensorflow

        if sys.platform == "darwin":
            tensorflow.config.set_visible_devices([], "GPU")

    def device(self) -> str:
        """Return "cuda" where it has a GPU, "metal" on a Mac with one, else "cpu"."""
        import tensorflow

        if not tensorflow.config.get_visible_devices("GPU"):
            return CPU
        return "metal" if sys.platform == "darwin" else CUDA

    def synchronise(self) -> Callable[[], None] | None:
        """Return the function that waits for all devices; None on a CPU."""
        import tensorflow

        return tensorflow.test.experimental.sync_devices if self.device() != CPU else None

    def full_float32(self) -> None:
        """Switch TF32 off in products and convolutions."""
        import tensorflow

        if self.device() != CPU:
            tensorflow.config.experimental.enable_tensor_float_32_execution(False)

    def peak_mb(self) -> float | None:
        """Return the peak memory of the first GPU, in MiB; None without one."""
        import tensorflow

        if self.device() != CUDA:
            return None
        return float(tensorflow.config.experimental.get_memory_info("GPU:0")["peak"]) / MIB


FRAMEWORK = TensorFlow()
