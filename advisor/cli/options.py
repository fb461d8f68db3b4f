"""The options that several commands share, and the record in which a command gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

import click

from advisor.errors import InputError, Problem
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.text import Lang, did_you_mean, preferred_lang, short

if TYPE_CHECKING:
    from collections.abc import Collection

    from advisor.pipeline import Probing, Request

Format = Literal["text", "json", "markdown", "html"]
Order = Literal["value", "fixed"]
"""Of the questions: the most informative first, or as the pack lists them."""
Word = TypeVar("Word", bound=str)

PROJECT = "The project (every question is an option; what is not given is unknown)"
EVIDENCE = "Evidence"
OUTPUT = "Output"
OWN = "Options"
"""The heading of what a command does not share."""


@dataclass(frozen=True)
class Options:
    """The shared options as they were given; one that a command does not take has its default.

    Attributes:
        questions: what was given for each question of the pack, by its id; not yet checked.
        pack: the folders of knowledge that were named.
    """

    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Path | None = None
    weigh: tuple[str, ...] = ()
    probe: Probing = "auto"
    budget: float | None = None
    evidence: tuple[Path, ...] = ()
    store: Path | None = None
    as_of: date | None = None
    pack: tuple[Path, ...] = ()
    format: Format = "text"
    lang: Lang | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of knowledge to use."""
        return self.pack or (BUILT_IN,)

    @property
    def knowledge(self) -> Pack:
        """The pack they make together, read once per process."""
        from advisor.evidence.stacks import probed_pack  # not needed to show help

        return probed_pack(self.folders)

    @property
    def language(self) -> Lang:
        """The language asked for, or the locale's."""
        return self.lang or preferred_lang()

    def request(self) -> Request:
        """Return the request that the options describe.

        Raises:
            InputError: a weight of something that is no criterion, or none of the levels.
        """
        from advisor.pipeline import Request  # not needed to show help

        return Request(
            flags=self.questions,
            answers=self.answers,
            weigh=_weights(self.weigh, list(self.knowledge.criteria)),
            probe=self.probe,
            budget=self.budget,
            evidence=self.evidence,
            store=self.store,
            as_of=self.as_of or date.today(),
            pack=self.folders,
        )


class Option(click.Option):
    """An option that is listed under a heading of its own in the help.

    Args:
        panel: the heading.
    """

    def __init__(self, *declarations: str, panel: str, **attributes: Any) -> None:
        super().__init__(declarations, **attributes)
        self.panel = panel


class OneOf(click.ParamType[str]):
    """One of a few words; any other is refused with the nearest and all the legal ones."""

    name = "word"

    def __init__(self, legal: Collection[str]) -> None:
        self.legal = tuple(legal)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word.

        Raises:
            InputError: it is none of them.
        """
        return one_of(_written(param), value, self.legal)


class Day(click.ParamType[date]):
    """A date such as 2026-11-23."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date.

        Raises:
            InputError: it is none.
        """
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise InputError([Problem(_written(param), f"`{short(value)}` is no date", "good: 2026-11-23")]) from None


class Seconds(click.ParamType[float]):
    """A span of time such as 90s or 5m, in seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds.

        Raises:
            InputError: it is no span of time, or more than a day.
        """
        number, unit = (value[:-1], value[-1]) if value[-1:] in ("s", "m") else (value, "s")
        try:
            seconds = float(number) * (60 if unit == "m" else 1)
        except ValueError:
            seconds = -1
        if not 0 <= seconds <= 86_400:
            raise InputError([Problem(_written(param), f"`{short(value)}` is no time", "good: 90s, 5m")])
        return seconds


class Language(OneOf):
    """A language the advisor speaks."""

    def __init__(self) -> None:
        super().__init__([lang.value for lang in Lang])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Lang:
        """Return the language.

        Raises:
            InputError: there is no such language.
        """
        return Lang(super().convert(value, param, ctx))


FILE = click.Path(path_type=Path)
DAY, SECONDS = Day(), Seconds()


def one_of(place: str, value: str, legal: Collection[Word]) -> Word:
    """Return a value that must be one of a few words.

    Raises:
        InputError: it is not.
    """
    for word in legal:
        if value == word:
            return word
    raise InputError([Problem(place, f"`{short(value)}` is not legal", did_you_mean(value, list(legal)))])


def _written(param: click.Parameter | None) -> str:
    """Return how an option is written."""
    return param.opts[0] if param is not None else ""


ANSWERS = Option(
    "--answers", type=FILE, metavar="FILE", panel=PROJECT,
    help="A YAML file of answers: one `question: choice` per line.",
)  # fmt: skip
WEIGH = Option(
    "--weigh", multiple=True, metavar="CRITERION=LEVEL", panel=PROJECT,
    help=f"Set a criterion's importance by hand: {', '.join(WEIGHT)}.",
)  # fmt: skip
PROBE = Option(
    "--probe", type=OneOf(("auto", "none", "quick", "full")), default="auto", show_default=True, metavar="HOW", panel=EVIDENCE,
    help="auto: use fresh evidence, measure what is missing; none; quick; full.",
)  # fmt: skip
BUDGET = Option(
    "--budget", type=SECONDS, metavar="TIME", panel=EVIDENCE,
    help="Most time to measure, such as 90s or 5m (default 120s; full: 60m).",
)  # fmt: skip
FROM_FILES = Option(
    "--evidence", type=FILE, multiple=True, metavar="FILE", panel=EVIDENCE,
    help="Use these runs and touch no store (JSON lines; repeatable).",
)  # fmt: skip
STORE = Option(
    "--store", type=FILE, metavar="FILE", panel=EVIDENCE,
    help="Where runs are kept (default: the user's data folder).",
)  # fmt: skip
AS_OF = Option(
    "--as-of", type=DAY, metavar="YYYY-MM-DD", panel=EVIDENCE,
    help="The date of the answer (default: today).",
)  # fmt: skip
PACK = Option(
    "--pack", type=FILE, multiple=True, metavar="DIR", panel=EVIDENCE,
    help="Another folder of knowledge: an overlay, or one that stands alone (repeatable).",
)  # fmt: skip
LANG = Option("--lang", type=Language(), metavar="en|zh", panel=OUTPUT, help="en or zh (default: the locale's).")


def _format(help: str, *legal: Format) -> Option:
    return Option(
        "--format", type=OneOf(legal), default="text", show_default=True, metavar="|".join(legal), panel=OUTPUT, help=help
    )  # fmt: skip


REQUEST_OPTIONS = (ANSWERS, WEIGH, PROBE, BUDGET)
"""Beside the questions: what is known of the project, and how it is measured."""
EVIDENCE_OPTIONS = (FROM_FILES, STORE, AS_OF, PACK)
"""Where knowledge and evidence come from."""
LIST_FORMAT = _format("text or json.", "text", "json")
LIST_OUTPUT = (LIST_FORMAT, LANG)
"""How a list is shown."""
EXPLAINED_OUTPUT = (_format("text, json or markdown.", "text", "json", "markdown"), LANG)
"""How an explanation is shown."""
ANSWER_OUTPUT = (
    _format("text, json, markdown, or html: a page with charts (needs the report extra).", *get_args(Format)),
    LANG,
)
"""How an answer to the whole question is shown."""


def _weights(given: tuple[str, ...], criteria: list[str]) -> dict[str, str]:
    """Read `CRITERION=LEVEL` as importances by criterion.

    Raises:
        InputError: one is not of this form, of no criterion, of no level, or given twice.
    """
    weights: dict[str, str] = {}
    for text in given:
        criterion, equals, level = text.partition("=")
        if not equals:
            example = next(name for name in (text, "distributed-training", *criteria) if name in criteria)
            fix = f"good: {example}=major; levels: {', '.join(WEIGHT)}"
            raise InputError([Problem("--weigh", f"`{short(text)}` has no level", fix)])
        if criterion not in criteria:
            fix = did_you_mean(criterion, criteria)
            raise InputError([Problem("--weigh", f"`{short(criterion)}` is no criterion", fix)])
        if criterion in weights:
            raise InputError([Problem("--weigh", f"`{criterion}` is weighed twice", "give it once")])
        weights[criterion] = one_of(f"--weigh {criterion}", level, tuple(WEIGHT))
    return weights
