"""The probes there are, read from their folders without running any of their code."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BUILT_IN = Path(__file__).parent


@dataclass(frozen=True)
class Measure:
    """A quantity: its unit, whether "lower" or "higher" is better (None: neither), and whether it is exact."""

    unit: str = ""
    better: str | None = None
    exact: bool = True


TIMED_MEASURES = {
    "step_ms": Measure("ms", "lower", False),
    "first_step_s": Measure("s", "lower", False),
    "build_s": Measure("s", "lower", False),
    "import_s": Measure("s", "lower", False),
    "peak_mb": Measure("MiB", "lower", False),
    "step_spread": Measure("", "lower", False),
    "thirds_spread": Measure("", None, False),
    "thirds_allowed": Measure("", None, False),
    "warmup_share": Measure("", None, False),
    "steps": Measure("", None),
    "parameters": Measure("", None),
    "gate": Measure("", None),
    "gate_forward_error": Measure("", None),
    "gate_gradient_error": Measure("", None),
    "gate_loss_error": Measure("", None),
    "same_as": Measure("", None),
    "device": Measure("", None),
}


@dataclass(frozen=True)
class Probe:
    """One question to the machine.

    `production` says for each candidate how its production mode is measured (see training_step); `alone` that the
    probe wants a process without others, `quiet` that it wants a machine without others; `static` that it reads source
    code and starts nothing. `depth` "full": it takes long, and is measured where it is asked for by name or in full.
    """

    name: str
    question: str
    timed: bool
    measures: Mapping[str, Measure]
    folder: Path
    production: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False
    quiet: bool = False
    depth: str = "quick"
    static: bool = False

    @property
    def package(self) -> str:
        """The name its package has in the child."""
        inside = self.folder.parent == BUILT_IN
        return f"probes.{self.folder.name}" if inside else f"own_probes_{self.folder.name}"


def load(folder: Path = BUILT_IN) -> dict[str, Probe]:
    """All probes of a folder: its subfolders whose `__init__.py` states a QUESTION.

    Raises:
        ValueError: a probe whose constants are not plain literals; the message names the file.
    """
    folder = folder.resolve()
    starts = sorted(folder.glob("*/__init__.py"))
    found = [_probe(start.parent, constants) for start in starts if "QUESTION" in (constants := _constants(start))]
    return {probe.name: probe for probe in found}


def _probe(folder: Path, constants: dict[str, Any]) -> Probe:
    timed = bool(constants.get("TIMED", False))
    stated = {name: Measure(**entry) for name, entry in constants.get("MEASURES", {}).items()}
    return Probe(
        name=folder.name.replace("_", "-"),
        question=str(constants["QUESTION"]),
        timed=timed,
        measures=(TIMED_MEASURES if timed else {}) | {"retried": Measure()} | stated,
        folder=folder,
        production=constants.get("PRODUCTION", {}),
        alone=bool(constants.get("ALONE", False)),
        quiet=bool(constants.get("QUIET", False)),
        depth=str(constants.get("DEPTH", "quick")),
        static=bool(constants.get("STATIC", False)),
    )


def _constants(file: Path) -> dict[str, Any]:
    """The upper-case names a file assigns literals to."""
    found = {}
    for node in ast.parse(file.read_text(encoding="utf-8"), str(file)).body:
        target: ast.expr | None = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id.isupper() and value is not None:
            try:
                found[target.id] = ast.literal_eval(value)
            except ValueError:
                raise ValueError(
                    f"{file.parent.name}/{file.name}:{node.lineno}: {target.id} must be a literal"
                ) from None
    return found


PROBES = load()
