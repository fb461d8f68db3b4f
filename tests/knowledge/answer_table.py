"""What every single answer does: what it makes matter, whom it rules out, what is believed of whom where it is given.

    python tests/knowledge/answer_table.py

writes the table of the built-in pack anew to answer_table.yaml beside this file. The table is a recorded result, not an expectation
somebody wrote: it shows in review what a change of the pack changes, and keeps a slip from passing unseen. Write it anew when
the pack was changed on purpose, and read the difference before committing it.

Everything is averaged over projects whose other answers are equally likely (`verification.answer_space`), after review, without measurements.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.condition import Is
from advisor.knowledge.loading import Opened, open_packs
from advisor.knowledge.yaml_source import parse_yaml
from advisor.verification.subject import Subject

FILE = Path(__file__).with_name("answer_table.yaml")
DAY = date(2026, 11, 25)
SHOWN = {"matters": 0.12, "ruled-out": 0.02, "believed": 0.02}
"""A row holds what differs from the row without answers by more: less may be the chance of the sample."""
TOLERANCE = 0.015
"""Two tables differ where a number does by more: the last digit may be rounded either way."""
NO_ANSWERS = "no answers"
Row = Mapping[str, float]
"""`matters.CRITERION` (0 to 4), `ruled-out.CANDIDATE` (share of projects), `believed.CRITERION.CANDIDATE` (0 to 1)."""


def make_subject(opened: Opened) -> Subject:
    """Return a pack as the checks look at it, on a fixed day."""
    return Subject(opened.pack, opened.places, {}, DAY)


def make_table(subject: Subject) -> dict[str, Row]:
    """Return every row: all numbers without answers, and for each answer those that it changes."""
    whole = subject.spaces.sample_of_all
    everybody = _make_row(subject, np.ones(whole.answers.world_count, dtype=bool))
    rows = {NO_ANSWERS: everybody}
    for id, question in subject.pack.questions.items():
        for choice in question.choice_ids:
            row = _make_row(subject, whole.holds(Is(id, (choice,))))
            rows[f"{id}={choice}"] = {
                key: value for key, value in row.items() if abs(value - everybody[key]) > _shown_difference(key)
            }
    return rows


def _make_row(subject: Subject, where: NDArray[np.bool_]) -> dict[str, float]:
    """Return the numbers of the projects selected by `where`."""
    worlds = subject.worlds
    row = {f"matters.{id}": float(worlds.weights[at][where].mean()) for at, id in enumerate(worlds.criteria)}
    row |= {f"ruled-out.{id}": float(worlds.excluded[at][where].mean()) for at, id in enumerate(worlds.candidates)}
    for criterion in worlds.criteria:
        for candidate in worlds.candidates:
            mean = np.broadcast_to(worlds.beliefs[candidate, criterion].mean, len(where))
            row[f"believed.{criterion}.{candidate}"] = float(mean[where].mean())
    return row


def find_differences(recorded: Mapping[str, Row], now: Mapping[str, Row]) -> Iterator[str]:
    """Yield every number that differs between two tables, in words."""
    usual, is_usual = recorded.get(NO_ANSWERS, {}), now.get(NO_ANSWERS, {})
    for name in dict.fromkeys([*recorded, *now]):
        if name not in recorded or name not in now:
            yield f"{name}: {'is new' if name in now else 'is gone'}"
            continue
        for key in dict.fromkeys([*recorded[name], *now[name]]):
            was, becomes = recorded[name].get(key, usual.get(key)), now[name].get(key, is_usual.get(key))
            shown = 0 if key in recorded[name] and key in now[name] else _shown_difference(key)
            if was is None or becomes is None or abs(was - becomes) > TOLERANCE + shown:
                yield f"{name}: {key} was {_number_text(was)}, is {_number_text(becomes)}"


def _shown_difference(key: str) -> float:
    """Return the smallest difference that is shown for a key."""
    return SHOWN[key.split(".", 1)[0]]


def _number_text(value: float | None) -> str:
    """Return a number with two digits, or "nothing"."""
    return "nothing" if value is None else f"{value:.2f}"


def table_yaml(rows: Mapping[str, Row]) -> str:
    """Return a table as YAML, one line per criterion."""
    lines = ["# Written by tests/knowledge/answer_table.py (see there what it is); not by hand."]
    for name, row in rows.items():
        lines.append(f'"{name}":' if row else f'"{name}": {{}}')
        for part in SHOWN:
            inside = {key.removeprefix(f"{part}."): value for key, value in row.items() if key.startswith(f"{part}.")}
            if inside and part != "believed":
                lines.append(
                    f"  {part}: {{{', '.join(f'{_quote(key)}: {value:.2f}' for key, value in inside.items())}}}"
                )
            elif inside:
                lines.append(f"  {part}:")
                for criterion in dict.fromkeys(key.split(".")[0] for key in inside):
                    of = {
                        key.split(".", 1)[1]: value for key, value in inside.items() if key.split(".")[0] == criterion
                    }
                    lines.append(
                        f"    {criterion}: {{{', '.join(f'{_quote(key)}: {value:.2f}' for key, value in of.items())}}}"
                    )
    return "\n".join(lines) + "\n"


def _quote(name: str) -> str:
    """Return a name as a YAML key."""
    return f'"{name}"' if "[" in name else name


def read_table(content: bytes) -> dict[str, Row]:
    """Return the table of a YAML file."""
    return {name: dict(_flatten(row)) for name, row in parse_yaml(content, FILE.name).value.items()}


def _flatten(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, float]]:
    """Yield the numbers of nested mappings, with their paths as keys."""
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flatten(inner, f"{path}{key}.")
        else:
            yield f"{path}{key}", float(inner)


if __name__ == "__main__":
    now = make_table(make_subject(open_packs()))
    if FILE.exists():
        print("\n".join(find_differences(read_table(FILE.read_bytes()), now)), file=sys.stderr)
    FILE.write_text(table_yaml(now), encoding="utf-8")
