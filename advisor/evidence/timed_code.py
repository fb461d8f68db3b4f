"""The code a probe times, as text: what was measured is what a newcomer starts from."""

from __future__ import annotations

import textwrap

from probes.candidates import CANDIDATES
from probes.catalogue import PROBES
from probes.dev_effort.count import marked_lines


def read_timed_code(candidate: str) -> str:
    """Return the model and the training step of a candidate: the marked lines of the training-step probe.

    Args:
        candidate: one that can be measured, `pytorch`.

    Returns:
        Lines without their common indent. They use `task` for sizes and settings, and define `model` and `train_step`.
    """
    file = PROBES["training-step"].folder / f"on_{CANDIDATES[candidate].file}.py"
    source = file.read_text(encoding="utf-8")
    lines = source.splitlines()
    return textwrap.dedent("\n".join(lines[number - 1] for number in sorted(marked_lines(source)))).strip()
