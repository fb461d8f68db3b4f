"""The options that several commands share, and the record in which a command gets them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, cast, get_args

import typer
from msgspec import Struct, field

from advisor.errors import InputError, Problem
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.text import Lang, did_you_mean, preferred_lang, short

if TYPE_CHECKING:
    from advisor.request import Probing, Request

Format = Literal["text", "json", "markdown", "html"]
Order = Literal["value", "fixed"]
"""Of the questions: the most informative first, or as the pack lists them."""
Word = TypeVar("Word", bound=str)

PROJECT = "The project (every question is an option; what is not given is unknown)"
EVIDENCE = "Evidence"
OUTPUT = "Output"
PROBING = ("auto", "none", "quick", "full")


def check_word(place: str, value: str, legal: Collection[Word]) -> Word:
    """Return a value that must be one of a few words.

    Raises:
        InputError: the value is none of them.
    """
    for word in legal:
        if value == word:
            return word
    raise InputError([Problem(place, f"`{short(value)}` is not legal", did_you_mean(value, list(legal)))])


def word_parser(option: str, legal: Collection[str]) -> Callable[[str], str]:
    """Return the parser of an option whose value must be one of a few words."""

    def parse(value: str) -> str:
        """Return the value if it is legal."""
        return check_word(option, value, legal)

    return parse


def parse_date(value: str) -> date:
    """Parse a date such as 2026-11-23, the value of `--as-of`.

    Raises:
        InputError: it is no date.
    """
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InputError([Problem("--as-of", f"`{short(value)}` is no date", "good: 2026-11-23")]) from None


def parse_seconds(value: str) -> float:
    """Parse a duration such as 90s or 5m, the value of `--budget`, into seconds.

    Raises:
        InputError: it is no span of time, or more than a day.
    """
    number, unit = (value[:-1], value[-1]) if value[-1:] in ("s", "m") else (value, "s")
    try:
        span = float(number) * (60 if unit == "m" else 1)
    except ValueError:
        span = -1
    if not 0 <= span <= 86_400:
        raise InputError([Problem("--budget", f"`{short(value)}` is no time", "good: 90s, 5m")])
    return span


def format_option(legal: Collection[Format], help: str) -> Any:
    """Return the `--format` option of a command that has some of the formats."""
    return typer.Option(
        "--format", parser=word_parser("--format", legal), metavar="|".join(legal), rich_help_panel=OUTPUT, help=help
    )


AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        parser=parse_date,
        metavar="YYYY-MM-DD",
        rich_help_panel=EVIDENCE,
        help="The date of the answer (default: today).",
    ),
]
PackFolders = Annotated[
    list[Path] | None,
    typer.Option(
        "--pack", metavar="DIR", rich_help_panel=EVIDENCE,
        help="Another folder of knowledge: an overlay, or one that stands alone (repeatable).",
    ),
]  # fmt: skip


class Options(Struct, frozen=True):
    """The shared options as they were given; one that a command does not take has its default.

    Each field says, in Typer's terms, how its option is written and explained; see `command.with_shared_options`.

    Attributes:
        questions: what was given for each question of the pack, by its id; not yet checked.
        pack: the folders of knowledge that were named.
    """

    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers", metavar="FILE", rich_help_panel=PROJECT,
            help="A YAML file of answers: one `question: choice` per line.",
        ),
    ] = None  # fmt: skip
    weigh: Annotated[
        list[str] | None,
        typer.Option(
            "--weigh", metavar="CRITERION=LEVEL", rich_help_panel=PROJECT,
            help=f"Set a criterion's importance by hand: {', '.join(WEIGHT)}.",
        ),
    ] = None  # fmt: skip
    probe: Annotated[
        str,
        typer.Option(
            "--probe", parser=word_parser("--probe", PROBING), metavar="HOW", rich_help_panel=EVIDENCE,
            help="auto: use fresh evidence, measure what is missing; none; quick; full.",
        ),
    ] = "auto"  # fmt: skip
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget", parser=parse_seconds, metavar="TIME", rich_help_panel=EVIDENCE,
            help="Most time to measure, such as 90s or 5m (default 120s; full: 60m).",
        ),
    ] = None  # fmt: skip
    evidence: Annotated[
        list[Path] | None,
        typer.Option(
            "--evidence", metavar="FILE", rich_help_panel=EVIDENCE,
            help="Use these runs and touch no store (JSON lines; repeatable).",
        ),
    ] = None  # fmt: skip
    store: Annotated[
        Path | None,
        typer.Option(
            "--store", metavar="FILE", rich_help_panel=EVIDENCE,
            help="Where runs are kept (default: the user's data folder).",
        ),
    ] = None  # fmt: skip
    measured_on: Annotated[
        str | None,
        typer.Option(
            "--measured-on", metavar="KIND", rich_help_panel=EVIDENCE,
            help="The kind of machine whose runs count: its id, or words such as h200 (default: this one's).",
        ),
    ] = None  # fmt: skip
    own_models: Annotated[
        list[str] | None,
        typer.Option(
            "--own", metavar="NAME", rich_help_panel=EVIDENCE,
            help="Let your own model speak, measured by advise probe --path (repeatable).",
        ),
    ] = None  # fmt: skip
    as_of: AsOf = None
    pack: PackFolders = None
    format: Annotated[str, format_option(("text", "json"), "text or json.")] = "text"
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang", parser=word_parser("--lang", [lang.value for lang in Lang]), metavar="en|zh", rich_help_panel=OUTPUT,
            help="en or zh (default: the locale's).",
        ),
    ] = None  # fmt: skip

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of the packs to use."""
        return tuple(self.pack or (BUILT_IN,))

    @property
    def knowledge(self) -> Pack:
        """The pack that the folders make together, read once per process."""
        from advisor.evidence.stacks import load_probed_pack  # not needed to show help

        return load_probed_pack(self.folders)

    @property
    def language(self) -> Lang:
        """The language asked for, else that of the locale."""
        return Lang(self.lang) if self.lang else preferred_lang()

    def request(self) -> Request:
        """Return the request that the options describe.

        Raises:
            InputError: a weight of something that is no criterion, or none of the levels.
        """
        from advisor.request import Request  # not needed to show help

        return Request(
            flags=self.questions,
            answers=self.answers,
            weigh=_parse_importances(self.weigh or [], list(self.knowledge.criteria)),
            probe=cast("Probing", self.probe),
            budget=self.budget,
            evidence=tuple(self.evidence or ()),
            store=self.store,
            measured_on=self.measured_on or "",
            own_models=tuple(self.own_models or ()),
            as_of=self.as_of or date.today(),
            pack=self.folders,
        )


REQUEST_OPTIONS = ("answers", "weigh", "probe", "budget")
"""Beside the questions: what is known of the project, and how it is measured."""
EVIDENCE_OPTIONS = ("evidence", "store", "measured_on", "own_models", "as_of", "pack")
"""Where knowledge and evidence come from."""
LIST_OUTPUT = ("format", "lang")
"""How a list, an explanation or an answer is shown."""
EXPLAINED = format_option(("text", "json", "markdown"), "text, json or markdown.")
"""The formats of an explanation."""
ANSWERED = format_option(
    get_args(Format), "text, json, markdown, or html: a page with charts (needs the report extra)."
)
"""The formats of an answer to the whole question: every one there is."""


def _parse_importances(texts: Collection[str], criteria: list[str]) -> dict[str, str]:
    """Parse options `CRITERION=LEVEL` into levels by criterion.

    Raises:
        InputError: one is not of this form, of no criterion, of no level, or given twice.
    """
    importances: dict[str, str] = {}
    for text in texts:
        criterion, equals, importance = text.partition("=")
        if not equals:
            example = next(name for name in (text, "distributed-training", *criteria) if name in criteria)
            fix = f"good: {example}=major; levels: {', '.join(WEIGHT)}"
            raise InputError([Problem("--weigh", f"`{short(text)}` has no level", fix)])
        if criterion not in criteria:
            fix = did_you_mean(criterion, criteria)
            raise InputError([Problem("--weigh", f"`{short(criterion)}` is no criterion", fix)])
        if criterion in importances:
            raise InputError([Problem("--weigh", f"`{criterion}` is weighed twice", "give it once")])
        importances[criterion] = check_word(f"--weigh {criterion}", importance, tuple(WEIGHT))
    return importances
