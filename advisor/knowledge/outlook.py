"""What a decision has to look ahead for: what could change it, and what leaving the framework would cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated

from advisor.record import Id, Limits, Names, ShortString, record
from advisor.text import Text

AtLeastOne = Limits(min_length=1)


@record
class Watched:
    """A trend or a challenge, the claims that would fall or rise with it, and how one would notice."""

    claim: ShortString
    changes: Names
    watch: Text


@record
class Watch:
    """Everything to keep an eye on."""

    watched: Annotated[tuple[Watched, ...], AtLeastOne]


@record
class Leaving:
    """What goes along when a framework is left, and what is written again; the claims say on whose word."""

    moves: Annotated[tuple[Text, ...], AtLeastOne]
    rewritten: Annotated[tuple[Text, ...], AtLeastOne]
    claims: Annotated[tuple[ShortString, ...], AtLeastOne]


@record
class ExitCosts:
    """What leaving costs, by framework."""

    leaving: Mapping[Id, Leaving] = field(default_factory=dict)
