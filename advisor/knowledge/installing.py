"""How a candidate is installed on each machine, and what is installed beside it for where its model will run."""

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Struct, field

from advisor.knowledge.condition import ALWAYS, When
from advisor.record import Before, Day, Id, Limits, Names, Record, ShortString, as_tuple
from advisor.text import Text

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

Platform = Literal["linux", "windows", "macos", "linux-arm"]
"""What packages are built for: Linux and Windows on x86-64, macOS on Apple silicon, Linux on 64-bit Arm (the board of an edge box)."""


def _read_requirement(value: Any) -> Any:
    """Return a requirement of pip as it is written."""
    from packaging.requirements import InvalidRequirement, Requirement  # only where a file is read anew

    if isinstance(value, str):
        try:
            Requirement(value)
        except InvalidRequirement:
            raise ValueError(f"`{value}` is no requirement; good: executorch>=1.5") from None
    return value


PipText = Annotated[ShortString, Before(_read_requirement)]
"""A requirement of pip, `executorch>=1.5`."""
PipTexts = Annotated[tuple[PipText, ...], Before(as_tuple)]


class InstallRule(Record, frozen=True, kw_only=True):
    """Where a package comes from under a condition; where a package has several rules, the first whose condition holds applies.

    Without `take`, `adds` and `index` a rule that names a `page` says that only this page can tell what to install.
    """

    id: Id
    package: ShortString
    """As the `install` line of a candidate names it."""
    for_: Names = ()
    """Candidates, frameworks or `backend:…`; all that install the package where it is left out."""
    when: When = ALWAYS
    take: PipText | None = None
    """Name and extras instead of the package, `tensorflow[and-cuda]`; the versions stay those of the `install` line."""
    adds: PipTexts = ()
    """Further requirements, installed with it."""
    index: Id | None = None
    """The source whose link is the index to install it from, instead of the public one."""
    page: Id | None = None
    """The source whose link tells how it is installed there."""
    unavailable: Text | None = None
    """Why there is no way, and what helps: a reason instead of a command."""
    on: Platform | None = None
    """What it is installed on, whatever the answer to `os`: a TPU stands in a Linux machine."""
    note: Text | None = None
    mb: Annotated[int, Limits(gt=0)] | None = None
    """MB to download from `index`, read otherwise than from the public index; `source` says how."""
    source: ShortString

    def __post_init__(self) -> None:
        if self.unavailable is not None and (self.take or self.adds or self.index or self.page or self.note):
            raise ValueError("`unavailable` stands alone; good: put the page or the note into its text")
        if not (self.unavailable or self.take or self.adds or self.index or self.page or self.note):
            raise ValueError("it says nothing; good: take: tensorflow[and-cuda], index:, page:, note: or unavailable:")


class Target(Record, frozen=True, kw_only=True):
    """What is needed beside the candidate for where the model will run, or for who calls it; all that apply are told."""

    id: Id
    for_: Names = ()
    """Candidates, frameworks or `backend:…`; every candidate where it is left out."""
    when: When
    install: PipTexts = ()
    """Requirements, installed where the model is trained."""
    run: ShortString | None = None
    """What is typed where the model will run, `npm install onnxruntime-web`."""
    on: Platform | None = None
    """What `run` is resolved for, if it is a line of pip."""
    page: Id | None = None
    """The source whose link tells more."""
    note: Text
    """What it does."""
    source: ShortString


class InstallFile(Record, frozen=True):
    """`install.yaml`."""

    packages: tuple[InstallRule, ...] = ()
    targets: tuple[Target, ...] = ()


class Resolved(Record, frozen=True):
    """What the public index gives for one platform."""

    mb: Annotated[int, Limits(gt=0)]
    """To download, with all that it needs, for `python-3-13`; where that has none, for the newest that has."""
    python: Names
    """The choices of the question `python` for which every package has a wheel."""


class Download(Record, frozen=True, kw_only=True):
    """What the public index resolves requirements to, by platform; a platform that is missing has no solution.

    `cuda` is the major version of CUDA whose libraries come along on Linux.
    """

    install: Annotated[tuple[ShortString, ...], Limits(min_length=1)]
    read: Day
    versions: dict[str, str] = field(default_factory=dict)
    cuda: int | None = None
    on: dict[Platform, Resolved]

    @property
    def id(self) -> str:
        """Its requirements in alphabetical order, as `requirements_id` writes them."""
        return requirements_id(self.install)


class DownloadsFile(Record, frozen=True):
    """`downloads.yaml`."""

    downloads: tuple[Download, ...]


def requirements_id(requirements: tuple[str, ...]) -> str:
    """Return one name for a set of requirements: `jax>=0.7,<0.13 keras>=3.15.1,<4`."""
    return " ".join(sorted(requirements))


class PipRequirement(Struct, frozen=True):
    """One requirement of a `pip install` line: `jax[cuda13]>=0.10,<0.13`."""

    name: str
    extras: str
    bounds: str

    def __str__(self) -> str:
        return f"{self.name}{self.extras}{self.bounds}"

    @property
    def specifier(self) -> "SpecifierSet":
        """The versions it allows: all of them where its bounds cannot be read (`torch>=new`)."""
        from packaging.specifiers import InvalidSpecifier, SpecifierSet  # only where versions are compared

        try:
            return SpecifierSet(self.bounds)
        except InvalidSpecifier:
            return SpecifierSet()


REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(?P<extras>\[[\w,.-]+\])?(?P<bounds>[<>=!~][<>=!~\w.,*+-]*)?\Z")
"""The part of pip's grammar that packs need; parsing all of it would make an answer too slow."""


def requirements_of(install: str) -> tuple[PipRequirement, ...]:
    """Return the requirements of a `pip install` line; none where it is no such line, or has options or addresses."""
    if not install.startswith("pip install "):
        return ()
    arguments = (argument.strip("\"'") for argument in install.removeprefix("pip install ").split())
    matches = [REQUIREMENT.match(argument) for argument in arguments]
    return (
        tuple(PipRequirement(match["name"], match["extras"] or "", match["bounds"] or "") for match in matches if match)
        if all(matches)
        else ()
    )
