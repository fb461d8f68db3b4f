"""Keras, which computes by one of several backends: what concerns devices and threads is asked of the backend."""

from __future__ import annotations

from probes.frameworks import Distribution, Framework, Way

TRAINING = "https://keras.io/api/models/model_training_apis/"
COMPILED = "model.compile(..., jit_compile=True)"


def _fit(beside: str) -> Way:
    """Return the way of `fit` with several steps in one call of the compiled function."""
    code = ("model.compile(..., steps_per_execution=10)", "model.fit(batches)")
    return Way("in full", "fit, steps_per_execution", beside, "fit", TRAINING, code, many_steps=True)


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
        # the default is a tf.function, XLA gains little on a CPU
        "tensorflow": Way("in full", "jit_compile", "tf.function", source=TRAINING, code=(COMPILED,)),
        # which jit_compile=True stands for
        "torch": Way("apart", "torch.compile", source=TRAINING, code=(COMPILED,)),
        "jax": Way("same", "jax.jit", source=TRAINING),  # jit_compile="auto" means True here
    }
    ways = {
        "tensorflow": (
            _fit("tf.function"),
            Way(
                "in full",
                "fit, steps_per_execution, jit_compile",
                "tf.function",
                "fit-xla",
                TRAINING,
                ("model.compile(..., steps_per_execution=10, jit_compile=True)", "model.fit(batches)"),
                many_steps=True,
            ),
        ),
        # no steps_per_execution there
        "torch": (Way("in full", "fit", "", "fit", TRAINING, ("model.fit(batches)",), many_steps=True),),
        "jax": (_fit("jax.jit"),),
    }


FRAMEWORK = Keras()
