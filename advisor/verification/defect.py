"""Defects: what is wrong with a pack, where, shown by which project, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from msgspec import Struct, field

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")

Example = Mapping[str, tuple[str, ...]]
"""Answers that show a defect: question → choices; a question that does not apply is left out."""


class Diagnostic(NamedTuple):
    """What a check says of one place."""

    place: str
    """`file:line:column`."""
    what: str
    fix: str
    example: Example = MappingProxyType({})


class Defect(Struct, frozen=True):
    """Something wrong with a pack, named by the check that found it."""

    check: str
    severity: Severity
    place: str
    what: str
    fix: str
    example: Example = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The file it is in."""
        return self.place.split(":", 1)[0]

    def __hash__(self) -> int:
        """Hash it without its example, which is a mapping."""
        return hash((self.check, self.place, self.what))

    def __str__(self) -> str:
        """One line: place, severity, check, what is wrong, the answers that show it, what to do."""
        shown_by = f" (shown by {options_text(self.example)})" if self.example else ""
        fix = f" — {self.fix}" if self.fix else ""
        return f"{self.place}: {self.severity} {self.check}: {self.what}{shown_by}{fix}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as a dictionary that can be written as a JSON object."""
        return {
            "check": self.check,
            "severity": self.severity,
            "place": self.place,
            "what": self.what,
            "fix": self.fix,
            "answers": {question: list(choices) for question, choices in self.example.items()},
            "flags": options_text(self.example),
        }


def options_text(example: Example) -> str:
    """Return answers as command-line options; `(no answers)` where there are none."""
    typed = [f"--{question} {choice}" for question, choices in example.items() for choice in choices]
    return " ".join(typed) or "(no answers)"
