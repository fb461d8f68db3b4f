"""The stacks that can be measured, and what each needs to be imported, kept out and set."""

from __future__ import annotations

from dataclasses import dataclass, field

FRAMEWORKS = ("tensorflow", "torch", "jax", "keras")

# Imported by some framework merely because they are installed: that costs seconds and hundreds of megabytes.
OPTIONAL = (
    "pandas", "sklearn", "scipy", "matplotlib", "IPython", "tensorboard", "torchvision", "torchaudio", "triton",
    "flax", "optax", "transformers", "onnx", "onnxruntime", "tf_keras", "tensorflow_probability",
)  # fmt: skip
NEEDED = {"jax": ("scipy",)}  # jax.numpy itself is built on it


@dataclass(frozen=True)
class Candidate:
    """A framework, for Keras with its backend.

    `file` is the middle of the name of its probe files (`on_pytorch.py`), `imports` the modules it cannot do
    without, `blocks` the top-level modules it must not pick up, `env` the variables set before it is imported.
    """

    id: str
    framework: str
    file: str
    backend: str = ""
    imports: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    extra: str = ""


def _stack(id: str, framework: str, file: str, backend: str, imports: tuple[str, ...], extra: str) -> Candidate:
    """A candidate that keeps out every framework and optional package it does not need."""
    wanted = set(imports) | set(NEEDED.get(backend, ()))
    if framework == "tensorflow":
        wanted |= {"keras"}
    blocks = tuple(name for name in (*FRAMEWORKS, *OPTIONAL) if name not in wanted)
    env = {"KERAS_BACKEND": backend} if "keras" in wanted else {}
    return Candidate(id, framework, file, backend, imports, blocks, env, extra)


CANDIDATES = {
    candidate.id: candidate
    for candidate in (
        _stack("tensorflow", "tensorflow", "tensorflow", "tensorflow", ("tensorflow",), "tensorflow"),
        _stack("pytorch", "pytorch", "pytorch", "torch", ("torch",), "torch"),
        _stack("keras[tensorflow]", "keras", "keras", "tensorflow", ("tensorflow", "keras"), "keras,tensorflow"),
        _stack("keras[torch]", "keras", "keras", "torch", ("torch", "keras"), "keras,torch"),
        _stack("keras[jax]", "keras", "keras", "jax", ("jax", "keras"), "keras,jax"),
    )
}

# NumPy picks up nothing by itself, and scikit-learn, the baseline for tables, stumbles over a module that is kept out.
REFERENCE = Candidate("numpy", "numpy", "numpy")


def find(wanted: str | Candidate) -> Candidate:
    """The candidate of an id; a candidate is returned as it is.

    Raises:
        KeyError: with the known ids in the message.
    """
    if isinstance(wanted, Candidate):
        return wanted
    if wanted not in CANDIDATES:
        raise KeyError(f"no candidate {wanted!r}; known: {', '.join(CANDIDATES)}")
    return CANDIDATES[wanted]
