"""What an answer depends on: an open question, and what each answer to it gives."""

from __future__ import annotations

from msgspec import Struct


class Outcome(Struct, frozen=True):
    """What one answer to a question gives.

    Attributes:
        choice: the answer.
        share: how common it is among the possible versions of the project, 0 to 1.
        candidate, framework: recommended where it is given.
    """

    choice: str
    share: float
    candidate: str
    framework: str


class Dependence(Struct, frozen=True):
    """The question an answer depends on.

    Attributes:
        question: its id.
        outcomes: what each answer to it gives, in the order of the question; answers that cannot be given are left out.
    """

    question: str
    outcomes: tuple[Outcome, ...]

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The frameworks its answers give, each once."""
        return tuple(dict.fromkeys(outcome.framework for outcome in self.outcomes))
