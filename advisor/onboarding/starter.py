"""`starter/` and `exercises/`: a small real project in the chosen stack, and exercises that check themselves.

The files are templates in layers: what all stacks share, then what is the framework's, then what is the stack's own;
a later layer replaces the files of an earlier one. Nothing of a pack, an answer or a run gets in but version numbers,
and those only where they are versions: names and code come from the tables and templates here, and from the probe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from advisor.evidence.stacks import backend_of, packages_of
from advisor.evidence.timed_code import read_timed_code
from advisor.onboarding.kit import Kit
from advisor.onboarding.pins import ORIGINS, Pin, pins
from advisor.onboarding.rendering import TEMPLATES, template_engine
from advisor.text import Lang


class Stack(Struct, frozen=True):
    """What the files of one stack are made of.

    Attributes:
        name: as people write it.
        layers: folders of templates.
    """

    name: str
    layers: tuple[str, ...]


STACKS: Mapping[str, Stack] = {
    "pytorch": Stack("PyTorch", ("shared", "processes", "pytorch")),
    "tensorflow": Stack("TensorFlow", ("shared", "processes", "savedmodel", "tensorflow")),
    "keras[tensorflow]": Stack("Keras + TensorFlow", ("shared", "devices", "savedmodel", "keras", "keras-tensorflow")),
    "keras[torch]": Stack("Keras + PyTorch", ("shared", "processes", "keras", "keras-torch")),
    "keras[jax]": Stack("Keras + JAX", ("shared", "devices", "keras", "keras-jax")),
}
NO_STARTER = Stack("", ("absent",))
"""A stack without a starter: a page that says so."""


def starter(kit: Kit) -> dict[str, str]:
    """Return the files of the starter project, by their names inside it."""
    return dict(_files("starter", kit))


def exercises(kit: Kit) -> dict[str, str]:
    """Return the files of the exercises, by their names inside the folder; none where there is no starter."""
    return dict(_files("exercises", kit))


def possible_names(folder: str) -> set[str]:
    """Return every name a file can have in `starter` or `exercises`, of whatever stack and language."""
    stacks = (*STACKS.values(), NO_STARTER)
    names = {name for stack in stacks for lang in Lang for name in _templates(TEMPLATES / folder, stack, lang)}
    return names | {f"solutions/{name}" for name in names if _is_exercise(name)}


def starter_pins(kit: Kit) -> list[Pin]:
    """Return what the starter of the chosen stack installs; nothing where there is none."""
    return pins(packages_of(kit.chosen.id), kit) if kit.chosen.id in STACKS else []


def _files(folder: Literal["starter", "exercises"], kit: Kit) -> Iterator[tuple[str, str]]:
    stack = STACKS.get(kit.chosen.id, NO_STARTER)
    fill = partial(_rendered, _template_words(kit, stack))
    for name, template in sorted(_templates(TEMPLATES / folder, stack, kit.lang).items()):
        yield name, fill(template, solved=False)
        if _is_exercise(name):
            yield f"solutions/{name}", fill(template, solved=True)


def _is_exercise(name: str) -> bool:
    """Return whether a file is an exercise, so that there is a solved one as well."""
    return re.match(r"\d_", name) is not None


def _templates(folder: Path, stack: Stack, lang: str) -> dict[str, Path]:
    """Return file name → template: that of the last layer that has one, in the folder's language."""
    template_by_name: dict[str, Path] = {}
    for layer in stack.layers:
        for file in sorted((folder / layer).rglob("*.j2")):
            name, _, suffix = file.relative_to(folder / layer).as_posix().removesuffix(".j2").rpartition(".")
            if suffix not in ("en", "zh"):
                template_by_name[f"{name}.{suffix}"] = file
            elif suffix == lang:
                template_by_name[name] = file
    return template_by_name


def _template_words(kit: Kit, stack: Stack) -> dict[str, Any]:
    """Return what the templates may say; none of it is text from outside."""
    code: Callable[[], str] = partial(read_timed_code, kit.chosen.id)
    return {
        "pick": kit.pick,
        "stack": stack.name,
        "backend": backend_of(kit.chosen.id),
        "pins": starter_pins(kit),
        "origins": {origin: kit.page.say(id) for origin, id in ORIGINS.items()},
        "timed_code": code,
        "on_jax": kit.chosen.backend == "jax",
    }


def _rendered(words: Mapping[str, Any], template: Path, *, solved: bool) -> str:
    loaded = template_engine().get_template(template.relative_to(TEMPLATES).as_posix())
    return loaded.render(words, solved=solved)
