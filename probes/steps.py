"""The four steps of training, cut out of the code the probes run: what is shown cannot differ from what is measured."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

STEPS = ("define", "forward", "gradient", "update")
MARK = "# step:"
JOB = "linear_regression"
"""The probe whose files are shown: the shortest job there is, the article's own."""
PROBES = Path(__file__).parent


def read_steps(file: str, probes: Path = PROBES) -> dict[str, str]:
    """Return the lines of each step in `on_<file>.py`, in the order of the code.

    Args:
        file: the middle of the name of a candidate's probe files, such as `pytorch`.
        probes: the folder of the probes.

    Returns:
        Step, or several joined by commas where one call makes them, → its lines without their common indent.

    Raises:
        ValueError: a step that is not marked, marked twice or unknown.
    """
    return cut_into_steps((probes / JOB / f"on_{file}.py").read_text(encoding="utf-8"))


def has_steps(file: str, probes: Path = PROBES) -> bool:
    """Return whether there is an `on_<file>.py` whose steps can be shown."""
    return (probes / JOB / f"on_{file}.py").is_file()


def cut_into_steps(source: str) -> dict[str, str]:
    """Return the marked steps of a source text; a step ends at the next comment that marks something.

    Raises:
        ValueError: a step that is not marked, marked twice or unknown.
    """
    bodies: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in source.splitlines():
        stripped = line.strip()
        if stripped.startswith(MARK):
            lines = bodies.setdefault(stripped.removeprefix(MARK).strip(), [])
        elif stripped.startswith("# effort:"):
            lines = None
        elif lines is not None:
            lines.append(line)
    marked_steps = [step for steps in bodies for step in steps.split(", ")]
    if sorted(marked_steps) != sorted(STEPS):
        raise ValueError(
            f"marks `{MARK}` must name {', '.join(STEPS)}, each once; found: {', '.join(marked_steps) or 'none'}"
        )
    return {steps: dedent("\n".join(lines)).strip() for steps, lines in bodies.items()}
