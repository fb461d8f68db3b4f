"""Keras, which computes by one of several backends: what concerns devices and threads is asked of the backend."""

from __future__ import annotations

from probes.frameworks import Distribution, Framework, Way


class Keras(Framework):
    """Keras 3 on TensorFlow, PyTorch or JAX."""

    id = "keras"
    optimisers = "keras"
    backends = ("tensorflow", "torch", "jax")
    backend_variable = "KERAS_BACKEND"
    modules = ("keras",)
    distributions = {"keras": (Distribution("keras"),)}
    extra = "keras"
    folders = {"KERAS_HOME": ""}
    production = {
        "tensorflow": Way(
            "in full", "jit_compile", "tf.function"
        ),  # the default is a tf.function, XLA gains little on a CPU
        "torch": Way("apart", "torch.compile"),  # which jit_compile=True stands for
        "jax": Way("same", "jax.jit"),  # jit_compile="auto" means True here
    }


FRAMEWORK = Keras()
