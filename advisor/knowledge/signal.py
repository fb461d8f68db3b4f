"""Signals: what in a repository answers a question about the project, as data (`signals/`), each with examples."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import field

from advisor.record import Before, Id, Limits, Names, Record, ShortString, as_tuple
from advisor.text import Text

Certainty = Literal["high", "medium", "low"]
"""How far an answer read from a repository can be trusted. Of low certainty it is a remark, not an answer."""
SUREST_FIRST: tuple[Certainty, ...] = ("high", "medium", "low")

Region = Literal["core", "tests", "docs", "examples", "conversion", "vendored", "notebooks"]
"""Which part of a repository a file belongs to; all but `core` are side files, which speak for a project only where a signal says so."""

SideFiles = Literal["tests", "docs", "examples", "notebooks", "conversion", "inside-functions", "guarded"]
Kind = Literal[
    "imports", "names", "methods", "arguments", "strings", "settings", "requires", "pins", "model-files", "base-images", "lines"
]  # fmt: skip
"""What can be seen; each is a key of a signal."""
KINDS: tuple[Kind, ...] = (
    "imports", "names", "methods", "arguments", "strings", "settings", "requires", "pins", "model-files", "base-images", "lines",
)  # fmt: skip

SmallRepository = dict[Annotated[str, Limits(pattern=r"^[\w.-]+(/[\w.-]+)*$", max_length=200)], str]
"""Path → content of each file. Behind `bytes:` a content is written with escapes: `bytes:PK\\x03\\x04`."""


class SignalExamples(Record, frozen=True):
    """Small repositories in which a signal fires, and some in which it must not."""

    fires: Annotated[tuple[SmallRepository, ...], Limits(min_length=1)]
    silent: Annotated[tuple[SmallRepository, ...], Limits(min_length=1)]

    def __post_init__(self) -> None:
        paths = [path for repository in (*self.fires, *self.silent) for path in repository]
        if any(part in (".", "..") for path in paths for part in path.split("/")):
            raise ValueError("a path leaves the repository; good: src/model.py")


class Signal(Record, frozen=True, kw_only=True):
    """Something that is seen in a repository, and what it answers.

    It fires where anything under one of the kinds is seen at least `least` times. A `*` in a pattern stands for anything.

    Attributes:
        signal: what it shows, in a few words.
        imports: modules that Python code imports, not guarded by `try` or a test of the version, and not inside a function.
        names: dotted names that Python code uses, whatever it imported them as: `torch.nn.parallel.DistributedDataParallel`.
        methods: methods that are called on something: `backward`.
        arguments: keyword arguments with a literal value: `weights=imagenet`.
        strings: whole string literals: `cuda:*`.
        settings: environment variables that are set, and keys of `keras.json`: `KERAS_BACKEND=jax`.
        requires: packages that installing needs (not those of an extra), from any usual file.
        pins: the same with a version that lies below a bound: `tensorflow<2`.
        model_files: kinds of model files, told by content (see `scan.model_files.MODEL_FILES`).
        base_images: images that a Dockerfile starts from.
        lines: parts of lines, in files of other languages and of CI.
        where: in which side files it counts as well; `inside-functions`: also imports in functions; `guarded`: also what stands
            behind `try` or a test.
        paths: what the path of a file has to be like: `*backend*`.
        along_with: modules one of which the same file has to import.
        unless: signals of which none may have fired.
        only_with: signals of which one must have fired.
        trains_with: names; a file that uses none of them uses the imported framework for data alone, and does not
            count where the project has code of another framework (see `competes_with`).
        competes_with: modules of other frameworks.
        least: how often it must be seen.
        least_different: how many different modules must be seen: `torch` and `tensorflow` are two.
        least_share: in what share of the files it must be seen, of those in which the signal of the same question is that is seen in most;
            below it is a remark.
        answers: question → the choice or choices it speaks for.
        certainty: how far this can be trusted.
        suggests: the same, one step less sure: `medium` instead of `high`.
    """

    signal: Text
    imports: Names = ()
    names: Names = ()
    methods: Names = ()
    arguments: Names = ()
    strings: Names = ()
    settings: Names = ()
    requires: Names = ()
    pins: Names = ()
    model_files: Names = ()
    base_images: Names = ()
    lines: Names = ()
    where: Annotated[tuple[SideFiles, ...], Before(as_tuple)] = ()
    paths: Names = ()
    along_with: Names = ()
    unless: Names = ()
    only_with: Names = ()
    trains_with: Names = ()
    competes_with: Names = ()
    least: Annotated[int, Limits(ge=1)] = 1
    least_different: Annotated[int, Limits(ge=1)] = 1
    least_share: Annotated[float, Limits(ge=0, le=1)] = 0.0
    answers: Annotated[dict[Id, Names], Limits(min_length=1)]
    certainty: Certainty
    suggests: dict[Id, Names] = field(default_factory=dict)
    examples: SignalExamples | None = field(default=None)

    def __post_init__(self) -> None:
        if not any(self.patterns(kind) for kind in KINDS):
            raise ValueError(f"nothing would be seen: give one of {', '.join(KINDS)}; good: imports: [torch]")

    def patterns(self, kind: Kind) -> tuple[ShortString, ...]:
        """Return the patterns of one kind."""
        patterns: tuple[ShortString, ...] = getattr(self, kind.replace("-", "_"))
        return patterns
