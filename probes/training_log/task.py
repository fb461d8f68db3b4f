"""The way of three losses into TensorBoard's files and back."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from probes.child.subcall import Answer, call_in_process
from probes.frameworks import top_level_modules

STEPS, TAG = 3, "epoch_loss"
DEADLINE_SECONDS = 40.0


@dataclass(frozen=True)
class Task:
    """Nothing but the question."""

    def measure(self, module: str) -> dict[str, Any]:
        """Call `write(folder)` of a module, which returns the losses it wrote, and read them back."""
        folder = Path.cwd() / "log"
        folder.mkdir()
        write_answer = call_in_process(f"{module}:write", {"folder": str(folder)}, DEADLINE_SECONDS)
        if write_answer.error:
            return stage_failure("write", write_answer)
        imports = {"imports_tensorflow": write_answer.value["imported"]}
        read_answer = call_in_process(
            "probes.training_log.task:read", {"folder": str(folder)}, DEADLINE_SECONDS, top_level_modules()
        )
        if read_answer.error:
            return stage_failure("read", read_answer) | imports
        return compare_losses(write_answer.value["losses"], read_answer.value) | imports


def stage_failure(stage: str, answer: Answer) -> dict[str, Any]:
    """Return the measures where a stage failed."""
    missing = answer.error in ("ImportError", "ModuleNotFoundError")
    outcome = "not-installed" if missing else "fails"
    return {"log": outcome, "log_error": f"{stage}: {answer.error}: {answer.why}"[:200]}


def compare_losses(losses: list[float], values_by_kind: dict[str, list[float]]) -> dict[str, Any]:
    """Return whether the losses are among what was read, and in which form."""
    kinds = [
        kind for kind, values in values_by_kind.items() if len(values) == len(losses) and np.allclose(values, losses)
    ]
    return {"log": "works", "written_as": kinds[0]} if kinds else {"log": "fails", "log_error": "read: other values"}


def report_losses(losses: list[float]) -> dict[str, Any]:
    """Return what `write` returns: the losses, and whether TensorFlow has been imported by now."""
    return {"losses": losses, "imported": "tensorflow" in sys.modules}


def read(folder: str) -> dict[str, list[float]]:
    """Return the values under the tag, as scalars and as tensors, from all event files below the folder."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    values: dict[str, list[float]] = {"scalars": [], "tensors": []}
    for run_folder in {file.parent for file in Path(folder).rglob("events.*")}:
        events = EventAccumulator(str(run_folder)).Reload()
        if TAG in events.Tags()["scalars"]:
            values["scalars"] += [float(event.value) for event in events.Scalars(TAG)]
        if TAG in events.Tags()["tensors"]:
            values["tensors"] += [float(make_ndarray(event.tensor_proto)) for event in events.Tensors(TAG)]
    return values


def make() -> Task:
    """Return the task."""
    return Task()
