"""Concepts of deep learning, how each framework spells them, and how they hang together."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from advisor.record import Id, Limits, Names, Record, ShortString
from advisor.text import Text

Section = Annotated[str, Limits(pattern=r"^[1-9](\.[1-9]){0,2}(-Q[1-9])?$")]
"""A section of the article: "2.1", "9-Q1"."""

Name = Annotated[
    str, Limits(pattern=r"^(tf|torch|keras|jax)(\.[A-Za-z_]\w*)+(\(\w+=[\w.]+\))?$|^[A-Z][A-Z_]+$", max_length=80)
]
"""A public name of a framework, with at most one argument (`torch.optim.Adam(lr=0.1)`), or a variable."""

Spelled = Annotated[tuple[Name, ...], Limits(min_length=1)]


class Concept(Record, frozen=True, kw_only=True):
    """A word a newcomer meets: what it means, and what it is called where.

    `spelled` holds the names by framework, the usual one first; a framework that has none is left out, and `differs`
    says what it does instead.
    """

    name: Text
    synonyms: Names = ()
    """Other words for it, in either language; all of them find it."""
    definition: Text
    spelled: Mapping[Id, Spelled] = field(default_factory=dict)
    keras_backends: Names = ()
    """The backends on which its names in Keras work, all where it is left out; on another one goes what the backend calls it."""
    differs: Text | None = None
    section: Section | None = None
    """Where the article speaks of it."""
    claims: Names = ()
    """What the article, or who corrects it, says of it: the reviews are theirs."""
    related: Names = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Its names in both languages and its synonyms."""
        return (self.name.en, self.name.zh, *self.synonyms)


class Relation(Record, frozen=True):
    """An edge of the diagram: a framework, and another one or a name of one."""

    from_: Id
    to: ShortString
    label: Text
    claims: Names


class Diagram(Record, frozen=True):
    """How the frameworks realise some concepts, and how they are related: the article's drawing of §2.2, corrected."""

    about: Text
    section: Section
    concepts: Names
    """What is drawn of each framework: its first name of each of these concepts."""
    relations: tuple[Relation, ...]
    corrects: tuple[Text, ...]
    """What is different from the article's drawing."""
