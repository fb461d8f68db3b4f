"""What the bench reports: one row per check, with what was simulated, what it had to reach and what it reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

State = Literal["ok", "MISSED", "caught", "NOT CAUGHT", ""]


class Row(Struct, frozen=True):
    """One check. Without a target it is for information; a mistake is caught where the check misses its target."""

    what: str
    cases: int
    target: str
    reached: str
    state: State = ""

    @property
    def is_fine(self) -> bool:
        """Whether the check passed."""
        return self.state in ("ok", "caught", "")


class Part(Struct, frozen=True):
    """A titled group of rows, or of lines that are a table of their own."""

    title: str
    rows: Sequence[Row] = ()
    lines: Sequence[str] = ()


def row_within(what: str, cases: int, reached: float, low: float = 0.0, high: float = np.inf, digits: int = 3) -> Row:
    """Return the row of a check that must reach at least `low` and at most `high`."""
    shown = f"{reached:.{digits}f}"
    state: State = "ok" if low <= float(shown) <= high else "MISSED"
    return Row(what, cases, _target_text(low, high), shown, state)


def row_caught(what: str, cases: int, reached: float, low: float = 0.0, high: float = np.inf) -> Row:
    """Return the row of a seeded mistake: the same check must miss its target."""
    state: State = "NOT CAUGHT" if low <= reached <= high else "caught"
    return Row(what, cases, _target_text(low, high), f"{reached:.3f}", state)


def row_without_target(what: str, cases: int, reached: str) -> Row:
    """Return a row without a target."""
    return Row(what, cases, "", reached)


def _target_text(low: float, high: float) -> str:
    """Return a target in words."""
    if high == np.inf:
        return f">= {low:g}"
    return f"<= {high:g}" if low == 0 else f"{low:g} to {high:g}"


def print_part(part: Part) -> None:
    """Print a part."""
    print(f"\n{part.title}")
    for row in part.rows:
        print(f"  {row.what:<88}{row.cases:>6}  {row.target:<14}{row.reached:<14}{row.state}".rstrip())
    for line in part.lines:
        print(f"  {line}".rstrip())
