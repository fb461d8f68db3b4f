"""Errors that a user can correct: what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from msgspec import Struct


class Exit(IntEnum):
    """The exit codes of every command (documented in `advise --help`)."""

    OK = 0
    BUG = 1
    USAGE = 2
    STOPPED = 3
    PROBE_FAILED = 4
    STORE = 5
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class Problem(Struct, frozen=True):
    """One defect of somebody's input; in order of place."""

    place: str
    """`file:line:column`, an option such as `--scale`, or empty."""
    what: str
    fix: str = ""

    def __lt__(self, other: Problem) -> bool:
        """Whether it stands before another."""
        return (self.place, self.what, self.fix) < (other.place, other.what, other.fix)

    def __str__(self) -> str:
        """One line: place, what is wrong, what to do."""
        place = f"{self.place}: " if self.place else ""
        return f"{place}{self.what}" + (f" — {self.fix}" if self.fix else "")


class AdvisorError(Exception):
    """An error that is shown to the user without a traceback.

    Attributes:
        problems: everything found wrong, not only the first.
        exit_code: the code the process ends with.
    """

    exit_code = Exit.BUG

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        self.problems = (Problem("", problems),) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class InputError(AdvisorError):
    """A flag, an answers file, a rule file or an evidence file is wrong."""

    exit_code = Exit.USAGE


class StoreError(AdvisorError):
    """The evidence store or an output file cannot be read or written."""

    exit_code = Exit.STORE


def error_at(name: str, line: int, column: int, problem: str, fix: str) -> InputError:
    """Return the error of one place in a file."""
    return InputError([Problem(f"{name}:{line}:{column}", problem, fix)])


class ProbeError(AdvisorError):
    """A measurement that was asked for by name failed."""

    exit_code = Exit.PROBE_FAILED
