"""Code that goes wrong, beside code that does not; a test of this program runs both."""

from typing import Annotated, Literal

from advisor.knowledge.concept import Section
from advisor.record import Limits, Record, ShortString
from advisor.text import Text

MOST_LINES, MOST_COLUMNS = 10, 88


class Snippet(Record, frozen=True):
    """A few lines of code and what they do, which a test of this program runs.

    `effect` says how it shows: what is printed, the type of the error that ends it, or of the warning it gives. Of
    Mermaid source it is whether it is `valid`.
    """

    code: Annotated[str, Limits(min_length=1)]
    prints: ShortString | None = None
    raises: ShortString | None = None
    warns: ShortString | None = None
    valid: bool | None = None

    def __post_init__(self) -> None:
        lines = self.code.rstrip("\n").split("\n")
        if len(lines) > MOST_LINES or max(map(len, lines)) > MOST_COLUMNS:
            raise ValueError(f"at most {MOST_LINES} lines of {MOST_COLUMNS} characters; good: the least that shows it")
        if sum(effect is not None for effect in (self.prints, self.raises, self.warns, self.valid)) != 1:
            raise ValueError("give exactly one of prints, raises, warns and valid; good: raises: AttributeError")


class Pitfall(Record, frozen=True, kw_only=True):
    """A defect of the article's code or set-up: the least code that shows it, beside today's form."""

    name: Text
    section: Section
    happens: Text
    versions: Text
    """With which versions it happens."""
    language: Literal["python", "mermaid"] = "python"
    runs_on: ShortString | None = None
    """The candidate whose framework the code needs; none: Python and NumPy are enough."""
    wrong: Snippet
    right: Snippet
    instead: Text
    """What today's form does differently."""
    claims: Annotated[tuple[ShortString, ...], Limits(min_length=1)]
