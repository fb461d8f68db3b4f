"""The questionnaire: the only vocabulary conditions may use."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from msgspec import field

from advisor.knowledge.condition import ALWAYS, When
from advisor.record import Before, Id, Limits, Record
from advisor.text import Text

UNKNOWN = "unknown"
"""Given instead of a choice: not known, whatever the machine suggests."""
SCANNED = "scanned"
"""The key of an answers file below which `advise scan` keeps what it proposed: an answer that is still the same counts as read, not as given."""


class Choice(Record, frozen=True):
    """One possible answer."""

    id: Id
    label: Text
    share: Annotated[float, Limits(gt=0, le=1)]
    """How common it is among projects; used only while the question is unanswered."""
    formerly: dict[Id, Text] = field(default_factory=dict)
    """The ids earlier versions gave it, and for each the text shown to a user who still writes that id."""


class OtherShares(Record, frozen=True, kw_only=True):
    """How common each choice is among the projects for which a condition holds, and why."""

    when: When
    shares: dict[Id, Annotated[float, Limits(gt=0, le=1)]]
    assumes: Text


def _read_several(value: Any) -> Any:
    """Return what `several` is: whether, or `each`."""
    if value is True or value is False or value == "each":
        return value
    raise ValueError(f"`{value}` is neither true nor false nor each; good: several: true")


class Question(Record, frozen=True, kw_only=True):
    """One thing to know about a project.

    `several` answers form a set; with `several: each` the project must work with each of them, in every combination
    with those of other such questions that can exist. `fact` questions are found out (or given by flag), never asked.
    `when` says for which other answers the question applies at all. The shares of the choices add up to 1; `assumes`
    says why they are what they are; `example` is a project and its answer, for somebody who is not sure what is meant. In
    projects for which an entry of `other_shares` holds (the first that does) its shares stand for those of the choices; like
    `when`, it looks at earlier questions only.
    """

    id: Id
    topic: Id
    ask: Text
    why: Text
    several: Annotated[bool | Literal["each"], Before(_read_several)] = False
    fact: bool = False
    detect: Literal["os", "python"] | None = None
    when: When = ALWAYS
    assumes: Text
    example: Text | None = None
    choices: Annotated[tuple[Choice, ...], Limits(min_length=2)]
    other_shares: tuple[OtherShares, ...] = ()

    @property
    def each(self) -> bool:
        """Whether the project must work with each of several answers."""
        return self.several == "each"

    @property
    def choice_ids(self) -> list[str]:
        """The ids of the choices, in the order they are offered."""
        return [choice.id for choice in self.choices]

    @property
    def choices_by_former_id(self) -> Mapping[str, Choice]:
        """The choices by the ids that earlier versions gave them."""
        return {former: choice for choice in self.choices for former in choice.formerly}

    def present_ids(self, choices: Iterable[str]) -> tuple[str, ...]:
        """Return the present ids of choices, in the order they are offered; unknown ones are left out."""
        former = self.choices_by_former_id
        present_ids = {former[id].id if id in former else id for id in choices}
        return tuple(id for id in self.choice_ids if id in present_ids)

    def find_choice(self, id: str) -> Choice:
        """Return the choice with an id."""
        return next(choice for choice in self.choices if choice.id == id)


class Impossible(Record, frozen=True):
    """A combination of answers that cannot exist; worlds that hold it are drawn again.

    A `rare` one can, but is not what is meant where several answers are given: it is dropped where another is left.
    """

    because: Text
    when: When
    rare: bool = False
