"""Claims: who is good at what, according to whom, whether it still holds, and how it could be shown wrong."""

from typing import Annotated, Literal

from msgspec import field

from advisor.knowledge.condition import ALWAYS, When
from advisor.knowledge.criterion import Level
from advisor.knowledge.need import Examples
from advisor.record import Day, Id, Limits, Names, Record, ShortString
from advisor.text import Text

ClaimKind = Literal[
    "concept",
    "pro",
    "con",
    "criterion",
    "procedure",
    "code",
    "application-area",
    "faq",
    "resource",
    "challenge",
    "trend",
]
MeasuredBy = Literal["maker", "library", "third-party"]
"""Who measured: a maker of a framework that is compared, the author of a library or port that is, or neither."""
ReviewVerdict = Literal["holds", "outdated", "wrong", "contradictory", "opinion"]


class Review(Record, frozen=True, kw_only=True):
    """What present documentation says of the claim.

    `settled` belongs to contradictory claims: which way the present evidence decided, if it did. `instead` names the
    claim that replaces a rejected one.
    """

    verdict: ReviewVerdict
    settled: Literal["for", "against"] | None = None
    on: Day
    because: Text
    sources: Names
    instead: Id | None = None

    @property
    def upheld(self) -> bool:
        """Whether the claim still counts after its review."""
        if self.verdict == "contradictory":
            return self.settled == "for"
        return self.verdict in ("holds", "opinion")


class Expect(Record, frozen=True):
    """What a run must show for the claim to be confirmed. One of four forms:

    - `better` than each of `than` by the relative margin `by` (0.05 = five per cent);
    - `equal` to one another within `within`;
    - `each` of these candidates `is` this value (or one of these values);
    - `each` `at-most` / `at-least` this number.
    """

    better: ShortString | None = None
    than: Names = ()
    by: Annotated[float, Limits(ge=0, le=10)] = 0.05
    equal: Names = ()
    within: Annotated[float, Limits(gt=0, le=10)] = 0.05
    each: Names = ()
    is_: Names | None = None
    at_most: float | None = None
    at_least: float | None = None

    def __post_init__(self) -> None:
        bounds = [self.is_ is not None, self.at_most is not None, self.at_least is not None]
        forms = (
            self.better is not None and bool(self.than) and not any(bounds),
            len(self.equal) > 1 and not any(bounds),
            bool(self.each) and sum(bounds) == 1,
        )
        if sum(forms) != 1:
            raise ValueError("good: {better: keras, than: [pytorch], by: 0.2} or {each: [pytorch], is: works}")


class ClaimCheck(Record, frozen=True, kw_only=True):
    """How this machine can confirm or refute the claim."""

    probe: Id
    measure: ShortString
    mode: Literal["default", "production"] | None = None
    expect: Expect
    means: Text | None = None
    """What the measurement shows of the claim, if it is not the whole of it."""


class MeasuredOn(Record, frozen=True, kw_only=True):
    """What the published numbers behind a claim were measured on, and for which projects they speak.

    `hardware`, `versions` and `precision` are names as the source gives them; None: the source does not tell.
    """

    hardware: ShortString | None = None
    versions: ShortString | None = None
    precision: ShortString | None = None
    by: MeasuredBy
    like: When
    """The projects whose work is like the job that was measured; in others the claim is less sure (see `reasoning.readings`)."""


class Claim(Record, frozen=True, kw_only=True):
    """A statement about one or more frameworks or candidates on one criterion."""

    claim: Text
    source: ShortString
    """A source id, with a section for the article: `article §3.3.1`."""
    kind: ClaimKind
    about: Id | None = None
    says: dict[str, Level] = field(default_factory=dict)
    when: When = ALWAYS
    applies_to: dict[str, str] = field(default_factory=dict)
    review: Review
    facts: Names = ()
    """The dated numbers it leans on, by id."""
    measured_on: MeasuredOn | None = None
    check: ClaimCheck | None = None
    uncheckable: Text | None = None
    disputes: Names = ()
    same_as: Id | None = None
    cause: Id | None = None
    """The fact behind it: claims of one cause are one voice, and their errors one error (see `reasoning.beliefs`)."""
    examples: Examples | None = None

    def __post_init__(self) -> None:
        if (self.check is None) == (self.uncheckable is None):
            raise ValueError("give exactly one of `check` and `uncheckable: {en: why, zh: …}`")
        if bool(self.says) != (self.about is not None):
            raise ValueError("`about` and `says` belong together; good: about: ease-of-use, says: {keras: strong}")
        if self.measured_on and not self.says:
            raise ValueError("`measured-on` tells how sure levels are, and there are none; good: says: {keras: strong}")

    @property
    def source_id(self) -> str:
        """The id of its source in sources.yaml."""
        return self.source.split(" ", 1)[0]
