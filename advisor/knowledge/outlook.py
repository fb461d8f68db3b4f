"""What a decision has to look ahead for: what could change it, and what leaving the framework would cost."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from advisor.record import Id, Limits, Names, Record, ShortString
from advisor.text import Text

AtLeastOne = Limits(min_length=1)


class Watched(Record, frozen=True):
    """A trend or a challenge, the claims that would fall or rise with it, and how one would notice."""

    claim: ShortString
    changes: Names
    watch: Text


class Watch(Record, frozen=True):
    """Everything to keep an eye on."""

    watched: Annotated[tuple[Watched, ...], AtLeastOne]


class Leaving(Record, frozen=True):
    """What goes along when a framework is left, and what is written again; the claims say on whose word."""

    moves: Annotated[tuple[Text, ...], AtLeastOne]
    rewritten: Annotated[tuple[Text, ...], AtLeastOne]
    claims: Annotated[tuple[ShortString, ...], AtLeastOne]


class ExitCosts(Record, frozen=True):
    """What leaving costs, by framework."""

    leaving: Mapping[Id, Leaving] = field(default_factory=dict)
