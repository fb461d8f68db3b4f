"""`starter/` and `exercises/`: a small real project in the chosen stack, and exercises that check themselves.

The files are templates in layers: what all stacks share, then what is the framework's, then what is the stack's own;
a later layer replaces the files of an earlier one. Nothing of a pack, an answer or a run gets in but version numbers,
and those only where they are versions: names and code come from the tables and templates here, and from the probe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from advisor.evidence.stacks import backend_of, packages_of
from advisor.evidence.timed_code import read_timed_code
from advisor.onboarding.kit import Kit
from advisor.onboarding.pins import ORIGINS, Pin, has_accelerator, pins
from advisor.onboarding.rendering import TEMPLATES, template_engine
from advisor.text import Lang


class Stack(Struct, frozen=True):
    """What the files of one stack are made of.

    Attributes:
        name: as people write it.
        layers: folders of templates.
        framework: whose models it takes: the folder of a domain that holds them.
    """

    name: str
    layers: tuple[str, ...]
    framework: str = ""


STACKS: Mapping[str, Stack] = {
    "pytorch": Stack("PyTorch", ("shared", "processes", "pytorch"), "pytorch"),
    "tensorflow": Stack("TensorFlow", ("shared", "processes", "savedmodel", "tensorflow"), "tensorflow"),
    "keras[tensorflow]": Stack(
        "Keras on TensorFlow", ("shared", "devices", "savedmodel", "keras", "keras-tensorflow"), "keras"
    ),
    "keras[torch]": Stack("Keras on PyTorch", ("shared", "processes", "keras", "keras-torch"), "keras"),
    "keras[jax]": Stack("Keras on JAX", ("shared", "devices", "keras", "keras-jax"), "keras"),
    "jax": Stack("JAX", ("shared", "jax"), "jax"),
}
BESIDE: Mapping[str, tuple[str, ...]] = {"jax": ("flax", "optax", "flatbuffers")}
"""What the starter of a stack needs beside what is imported to measure it."""
NO_STARTER = Stack("", ("absent",))
"""A stack without a starter: a page that says so."""


ON_THE_CPU: Mapping[str, tuple[str, str]] = {
    "tensorflow": ("CUDA_VISIBLE_DEVICES", "-1"),
    "torch": ("KERAS_TORCH_DEVICE", "cpu"),
    "jax": ("JAX_PLATFORMS", "cpu"),
}
"""What computes → the variable, and its value, that keeps it on the CPU. The starter in PyTorch itself only trains elsewhere."""


class Domain(Struct, frozen=True):
    """The task of a starter.

    Attributes:
        package: the name of the Python package, and of the folder of templates that holds data and models.
        about: what the package is, for its docstring.
        promised: the accuracy on what it has not seen that its test asks for.
        own_model: whether it brings models of its own; else it takes the code that is timed.
        measured: what is promised, as its programs print it.
    """

    package: str
    about: str
    promised: str
    own_model: bool = True
    measured: str = "accuracy"


DIGITS = Domain("digits", "A small classifier of handwritten digits", "0.95", own_model=False)
"""Where no other task is nearer to the project."""
TABLES = Domain("tables", "A small classifier of the rows of a table", "0.93", own_model=False)
VISION = Domain("vision", "A small classifier of pictures", "0.88")
TEXT = Domain("text", "A small language model over characters", "0.58")
SERIES = Domain("series", "A small classifier of windows of a measured signal", "0.9")
RECOMMEND = Domain("recommend", "A small recommender of a visitor's next items", "0.52", measured="top-10 accuracy")
DOMAINS: Mapping[str, Domain] = {
    "tabular": TABLES,
    "cv": VISION,
    "medical-imaging": VISION,
    "autonomous-driving": VISION,
    "nlp-llm": TEXT,
    "timeseries-audio": SERIES,
    "recsys": RECOMMEND,
}
"""Choice of the question `domain` → the task."""


class Target(Struct, frozen=True):
    """How the model gets to where it runs, beside the stack's own export.

    Attributes:
        layer: the folder of templates.
        packages: what it needs, as it is installed.
        where: the choices of the question `deploy` it is for.
    """

    layer: str
    packages: tuple[str, ...]
    where: frozenset[str]


LITERT = Target("litert", ("ai-edge-litert",), frozenset({"mobile", "microcontroller", "edge-box"}))
ONNX = Target("onnx", ("onnx", "onnxscript", "onnxruntime"), frozenset({"edge-box", "desktop", "browser"}))
TARGETS: Mapping[str, Target] = {
    "tensorflow": LITERT,
    "keras[tensorflow]": LITERT,
    "pytorch": ONNX,
    "keras[torch]": ONNX,
}
"""Stack → the one way to other places than a Python server that its starter goes."""


def starter(kit: Kit) -> dict[str, str]:
    """Return the files of the starter project, by their names inside it."""
    return dict(_files("starter", kit))


def exercises(kit: Kit) -> dict[str, str]:
    """Return the files of the exercises, by their names inside the folder; none where there is no starter."""
    return dict(_files("exercises", kit))


@cache
def possible_names(folder: str) -> frozenset[str]:
    """Return every name a file can have in `starter` or `exercises`, of whatever stack and language."""
    of_targets = [target.layer for target in TARGETS.values()]
    names = {
        _name_of(name, domain)
        for stack in (*STACKS.values(), NO_STARTER)
        for domain in (DIGITS, *DOMAINS.values())
        for lang in Lang
        for name in _templates(TEMPLATES / folder, (*_layers(stack, domain), *of_targets), lang)
    }
    return frozenset(names | {f"solutions/{name}" for name in names if _is_exercise(name)})


def starter_pins(kit: Kit) -> list[Pin]:
    """Return what the starter of the chosen stack installs; nothing where there is none."""
    if kit.chosen.id not in STACKS:
        return []
    target = target_of(kit)
    more = (*BESIDE.get(kit.chosen.id, ()), *(target.packages if target else ()))
    return pins((*packages_of(kit.chosen.id), *more), kit)


def _files(folder: Literal["starter", "exercises"], kit: Kit) -> Iterator[tuple[str, str]]:
    stack, domain = STACKS.get(kit.chosen.id, NO_STARTER), domain_of(kit)
    target = target_of(kit)
    fill = partial(_rendered, _template_words(kit, stack, domain))
    layers = (*_layers(stack, domain), *((target.layer,) if target else ()))
    for template_name, template in sorted(_templates(TEMPLATES / folder, layers, kit.lang).items()):
        name = _name_of(template_name, domain)
        yield name, fill(template, solved=False)
        if _is_exercise(name):
            yield f"solutions/{name}", fill(template, solved=True)


def _is_exercise(name: str) -> bool:
    """Return whether a file is an exercise, so that there is a solved one as well."""
    return re.match(r"\d_", name) is not None


def domain_of(kit: Kit) -> Domain:
    """Return the task nearest to the project: that of the first domain the answers name which has one."""
    return next((DOMAINS[id] for id in kit.advice.profile.known("domain") if id in DOMAINS), DIGITS)


def target_of(kit: Kit) -> Target | None:
    """Return how the model of the chosen stack gets to a target that the answers name; None where the export does."""
    target = TARGETS.get(kit.chosen.id)
    return target if target is not None and target.where & set(kit.advice.profile.known("deploy")) else None


def has_exercises(kit: Kit) -> bool:
    """Whether there are exercises for the chosen stack."""
    return kit.chosen.id in STACKS


def _layers(stack: Stack, domain: Domain) -> tuple[str, ...]:
    """Return the folders of templates for a stack and a task, those that count most last."""
    of_domain = (f"{domain.package}/shared", f"{domain.package}/{stack.framework}") if stack.framework else ()
    return (*stack.layers, *of_domain)


def _name_of(name: str, domain: Domain) -> str:
    """Return the name of a file of a task: its package stands in place of the digits'."""
    return re.sub(r"^digits/", f"{domain.package}/", name)


def _templates(folder: Path, layers: Iterable[str], lang: str) -> dict[str, Path]:
    """Return file name → template: that of the last layer that has one, in the folder's language."""
    template_by_name: dict[str, Path] = {}
    for layer in layers:
        for file in sorted((folder / layer).rglob("*.j2")):
            name, _, suffix = file.relative_to(folder / layer).as_posix().removesuffix(".j2").rpartition(".")
            if suffix not in ("en", "zh"):
                template_by_name[f"{name}.{suffix}"] = file
            elif suffix == lang:
                template_by_name[name] = file
    return template_by_name


def _template_words(kit: Kit, stack: Stack, domain: Domain) -> dict[str, Any]:
    """Return what the templates may say; none of it is text from outside."""
    code: Callable[[], str] = partial(read_timed_code, kit.chosen.id)
    return {
        "pick": kit.pick,
        "package": domain.package,
        "about": domain.about,
        "promised": domain.promised,
        "target": target_of(kit) is not None,
        "microcontroller": "microcontroller" in kit.advice.profile.known("deploy"),
        "measured": domain.measured,
        "own_model": domain.own_model,
        "accelerated": has_accelerator(kit),
        "windows": kit.windows_alone,
        "cpu_alone": kit.advice.profile.known("hardware") == ("cpu",),
        "tpu": kit.advice.profile.known("hardware") == ("tpu",),
        "several": bool({"medium", "large"} & set(kit.advice.profile.known("scale"))) and has_accelerator(kit),
        "machines": "large" in kit.advice.profile.known("scale"),
        "on_the_cpu": ON_THE_CPU.get(backend_of(kit.chosen.id) or kit.chosen.id) if has_accelerator(kit) else None,
        "stack": stack.name,
        "backend": backend_of(kit.chosen.id),
        "pins": starter_pins(kit),
        "origins": {origin: kit.page.say(id) for origin, id in ORIGINS.items()},
        "timed_code": code,
    }


def _rendered(words: Mapping[str, Any], template: Path, *, solved: bool) -> str:
    loaded = template_engine().get_template(template.relative_to(TEMPLATES).as_posix())
    return loaded.render(words, solved=solved)
