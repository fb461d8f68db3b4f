"""The training tasks in other sizes: a folder of probes whose files are the built-in ones."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from probes.candidates import CANDIDATES
from probes.catalogue import BUILT_IN, PROBES

SMALL: dict[str, dict[str, Any]] = {
    "linear_step": {"batch_size": 16},
    "training_step": {"inputs": 12, "hidden": 16, "classes": 4, "batch_size": 8},
    "cnn_step": {"side": 8, "channels": (3, 4, 6), "classes": 4, "batch_size": 6},
    "recurrent_step": {"vocabulary_size": 40, "width": 5, "units": 6, "classes": 3, "length": 5, "batch_size": 4},
    "transformer_step": {"vocabulary_size": 40, "width": 8, "heads": 2, "blocks": 2, "length": 6, "batch_size": 3},
    "gan_step": {"noise_width": 5, "hidden": 8, "columns": 6, "batch_size": 8},
    "tabular_step": {"hidden": 8},
}
"""Sizes at which a step takes a millisecond."""


def write_resized(folder: Path, sizes: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write a probe for each name of a built-in one, with a task of the given sizes, and return the folder.

    Measured at any depth, as own probes are, they leave out the modes that the built-in ones leave out at depth quick.
    """
    in_quick_depth = {
        id: stack.way.when for id, stack in CANDIDATES.items() if stack.way and stack.way.when == "together"
    }
    ways = tuple({way.id: None for stack in CANDIDATES.values() for way in stack.ways if way.when == "together"})
    for name, settings in sizes.items():
        own = folder / name
        own.mkdir(parents=True)
        shutil.copy(BUILT_IN / name / "__init__.py", own)
        with (own / "__init__.py").open("a") as constants:
            constants.write(f"\n\nPRODUCTION = {in_quick_depth!r}\n")
            constants.write(f"WAYS = {[way for way in PROBES[name.replace('_', '-')].ways if way in ways]!r}\n")
        (own / "task.py").write_text(
            f"from probes.{name} import task\n\n\ndef make():\n    return task.make(**{dict(settings)!r})\n"
        )
        for file in (BUILT_IN / name).glob("on_*.py"):
            (own / file.name).write_text(
                f"from probes.{name}.{file.stem} import build as built_in\n\n\n"
                "def build(task, mode):\n    return built_in(task, mode)\n"
            )
    return folder
