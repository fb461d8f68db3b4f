"""What a decision has to look ahead for: what could change it, what kept code needs, and what leaving costs."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from advisor.knowledge.condition import ALWAYS, When
from advisor.record import Id, Limits, Names, Record, ShortString
from advisor.text import Text

AtLeastOne = Limits(min_length=1)


class Watched(Record, frozen=True, kw_only=True):
    """A trend or a challenge, the claims that would fall or rise with it, and how one would notice."""

    claim: ShortString
    changes: Names
    when: When = ALWAYS
    """The projects it concerns; judged by the answers that are known."""
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


class Migration(Record, frozen=True, kw_only=True):
    """What becomes of code that is kept, on some candidates.

    Attributes:
        from_: the choice of the question `existing-assets` that names the code.
        to: the candidates.
        moves, rewritten: what goes along as it is, and what is written again.
        order: the steps, one after the other; each leaves something that runs.
        breaks: what changes its result, or stops, without being touched.
        claims, sources: on whose word.
    """

    from_: Id
    to: Annotated[tuple[ShortString, ...], AtLeastOne]
    moves: Annotated[tuple[Text, ...], AtLeastOne]
    rewritten: Annotated[tuple[Text, ...], AtLeastOne]
    order: Annotated[tuple[Text, ...], AtLeastOne]
    breaks: Annotated[tuple[Text, ...], AtLeastOne]
    claims: Annotated[tuple[ShortString, ...], AtLeastOne]
    sources: Annotated[tuple[ShortString, ...], AtLeastOne]


class Migrations(Record, frozen=True):
    """What becomes of kept code; at most one entry speaks of each kind of code on each candidate."""

    migrations: Annotated[tuple[Migration, ...], AtLeastOne]

    def __post_init__(self) -> None:
        pairs = [(entry.from_, candidate) for entry in self.migrations for candidate in entry.to]
        if len(pairs) > len(set(pairs)):
            raise ValueError("two entries speak of the same code on the same candidate; keep one of them")

    def find(self, code: str, candidate: str) -> Migration | None:
        """Return what becomes of a kind of code on a candidate; None where nothing is said of it."""
        return next((entry for entry in self.migrations if entry.from_ == code and candidate in entry.to), None)


class ReadingEntry(Record, frozen=True):
    """Where a resource is that the article names.

    Attributes:
        claim: the claim that names it.
        leads_to: the sources that are the resource itself; none where it has no page of its own, or does not exist.
        nearest: where there is no such thing, what comes nearest.
    """

    claim: ShortString
    leads_to: Names = ()
    nearest: Names = ()


class ReadingList(Record, frozen=True):
    """The resources of the article, each with where it is."""

    reading: Annotated[tuple[ReadingEntry, ...], AtLeastOne]
