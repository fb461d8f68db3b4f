"""The classifier to be exported, its right answers, and the way from a framework's exporter to a target's runtime."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.child.subcall import Answer, Patience, call_in_process
from probes.frameworks import top_level_modules

INPUTS, HIDDEN, CLASSES = 16, 32, 4
EXPORTED_ROWS, OTHER_ROWS = 8, 3
EQUAL_WITHIN = 1e-5
DEADLINE_SECONDS, ALL_TOGETHER_SECONDS = 45.0, 80.0
SEED = 20261123
LOADED_BY = {
    "savedmodel": ("tensorflow", "keras"),
    "executorch": ("torch",),
    "torch_export": ("torch",),
    "stablehlo": ("jax",),
}
TARGETS = ("savedmodel", "onnx", "litert", "executorch", "torch_export", "stablehlo")
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Task:
    """Kernel (16, 32), bias (32,), kernel (32, 4), bias (4,); features (8, 16) of which 3 rows are asked for too."""

    weights: list[Floats]
    x: Floats

    def forward(self, x: Floats) -> NDArray[np.float64]:
        """Return the right output for rows of features, in float64."""
        kernel, bias, last_kernel, last_bias = (part.astype(np.float64) for part in self.weights)
        return np.asarray(np.maximum(x @ kernel + bias, 0) @ last_kernel + last_bias)

    def measure(self, module: str, exporters: Iterable[str]) -> dict[str, Any]:
        """Export to each target and load it there; `module` holds the functions named in `exporters`."""
        exportable, patience = set(exporters), Patience(ALL_TOGETHER_SECONDS)
        measures: dict[str, Any] = {}
        for target in TARGETS:
            measures |= try_target(module, target, patience) if target in exportable else {target: "absent"}
        return {"targets_working": sum(measures[target] == "works" for target in TARGETS)} | measures


def try_target(module: str, target: str, patience: Patience) -> dict[str, Any]:
    """Return the measures of one target."""
    folder = Path.cwd() / target
    folder.mkdir()
    exported = call_in_process(f"{module}:{target}", {"folder": str(folder)}, patience.at_most(DEADLINE_SECONDS))
    if exported.error:
        return target_failure(target, "export", exported)
    files = [file for file in folder.rglob("*") if file.is_file()]
    total_bytes = sum(file.stat().st_size for file in files)
    blocked = [name for name in top_level_modules() if name not in LOADED_BY.get(target, ())]
    loaded = call_in_process(
        f"probes.export.runtimes:{target}", {"folder": str(folder)}, patience.at_most(DEADLINE_SECONDS), blocked
    )
    measures = target_failure(target, "reload", loaded) if loaded.error else judge_target(target, loaded.value)
    return measures | {f"{target}_kb": round(total_bytes / 1000, 1)}


def target_failure(target: str, stage: str, answer: Answer) -> dict[str, Any]:
    """Return the measures of a target that failed."""
    outcome_by_error = {"ImportError": "not-installed", "ModuleNotFoundError": "not-installed", "Timeout": "timeout"}
    return {
        target: outcome_by_error.get(answer.error, "fails"),
        f"{target}_error": f"{stage}: {answer.error}: {answer.why}"[:200],
    }


def judge_target(target: str, reported: Mapping[str, float]) -> dict[str, Any]:
    """Return the measures of a target that ran, from the difference and the latency its runtime reported."""
    equal = reported["difference"] <= EQUAL_WITHIN
    measures = {f"{target}_difference": reported["difference"], f"{target}_latency_us": reported["latency_us"]}
    return measures | ({target: "works"} if equal else {target: "fails", f"{target}_error": "reload: wrong numbers"})


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    shapes = (INPUTS, HIDDEN), (HIDDEN,), (HIDDEN, CLASSES), (CLASSES,), (EXPORTED_ROWS, INPUTS)
    *weights, x = (0.5 * random.standard_normal(shape).astype(np.float32) for shape in shapes)
    return Task(weights, x)
