"""The options that several commands share, and the record in which a command gets them."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_args

import typer
from msgspec import Struct, field

from advisor.cli.completion import complete_importances, completing
from advisor.cli.ending import can_show_chinese
from advisor.cli.parsers import check_word, parse_date, seconds_parser, word_parser
from advisor.errors import InputError, Problem
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.reasoning.profile import NOTHING_SCANNED, Scanned
from advisor.text import Lang, did_you_mean, preferred_lang, short

if TYPE_CHECKING:
    from advisor.request import Probing, Request

Format = Literal["text", "json", "markdown", "html"]
Order = Literal["value", "fixed"]
"""Of the questions: the most informative first, or as the pack lists them."""

_WORK, _PEOPLE = "The work (every question is an option; what is not given is unknown)", "The people and the model"
_MACHINES, _USE = "Size and machines", "What becomes of the trained model"
PROJECT = "The project as a whole"
TOPICS: Mapping[str, str] = {
    "use-case": _WORK,
    "dev-efficiency": _PEOPLE,
    "scale": _MACHINES,
    "hardware": _MACHINES,
    "deployment": _USE,
    "performance": _USE,
    "longevity": _USE,
    "compliance": _USE,
}
"""Topic of a question → the panel of the help in which its option stands, in this order."""
EVIDENCE = "Evidence"
OUTPUT = "Output"
PROBING = ("auto", "none", "quick", "full")


def format_option(legal: Collection[str], help: str) -> Any:
    """Return the `--format` option of a command that has some of the formats."""
    return typer.Option(
        "--format",
        parser=word_parser("--format", legal),
        metavar="|".join(legal),
        rich_help_panel=OUTPUT,
        help=help,
        autocompletion=completing(legal),
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

CLUSTER = "Cluster"
Address = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="ADDRESS", rich_help_panel=CLUSTER,
        help="The nodes of a cluster instead of this machine: ray:auto, ray://HOST:10001 (see probes/README.md).",
    ),
]  # fmt: skip
Labels = Annotated[
    list[str] | None,
    typer.Option(
        "--label", metavar="KEY", rich_help_panel=CLUSTER,
        help="A label of the nodes that tells kinds apart, and is recorded (repeatable).",
    ),
]  # fmt: skip
WorkerPython = Annotated[
    str | None,
    typer.Option(
        "--worker-python", metavar="PYTHON", rich_help_panel=CLUSTER, help="The cluster's Python (default: this one)."
    ),
]


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
    scan: Annotated[
        Path | None,
        typer.Option(
            "--scan", metavar="DIR", rich_help_panel=PROJECT,
            help="Take what is not given here from this repository (see advise scan); on a terminal you confirm it.",
        ),
    ] = None  # fmt: skip
    weigh: Annotated[
        list[str] | None,
        typer.Option(
            "--weigh", metavar="CRITERION=LEVEL", rich_help_panel=PROJECT, autocompletion=complete_importances,
            help=f"Set a criterion's importance by hand: {', '.join(WEIGHT)}.",
        ),
    ] = None  # fmt: skip
    probe: Annotated[
        str,
        typer.Option(
            "--probe", parser=word_parser("--probe", PROBING), metavar="HOW", rich_help_panel=EVIDENCE,
            autocompletion=completing(PROBING),
            help="auto: use fresh evidence, measure what is missing; none; quick; full.",
        ),
    ] = "auto"  # fmt: skip
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget", parser=seconds_parser("--budget"), metavar="TIME", rich_help_panel=EVIDENCE,
            help="Most time to measure, such as 90s or 5m (default 120s; full: 60m).",
        ),
    ] = None  # fmt: skip
    wait: Annotated[
        float | None,
        typer.Option(
            "--wait", parser=seconds_parser("--wait"), metavar="TIME", rich_help_panel=EVIDENCE,
            help="Most time to wait for another measurement on this machine to end, such as 10m (default: none).",
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
            autocompletion=completing([lang.value for lang in Lang]),
            help="en or zh (default: the locale's).",
        ),
    ] = None  # fmt: skip

    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", rich_help_panel=OUTPUT, help="Say nothing on stderr while measuring."),
    ] = False

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
        """The language of what is printed: the one asked for; English where stdout cannot show Chinese."""
        return self.language_of_file if can_show_chinese(sys.stdout) else Lang.EN

    @property
    def language_of_file(self) -> Lang:
        """The language asked for, else that of the locale."""
        return Lang(self.lang) if self.lang else preferred_lang()

    def _scanned(self) -> Scanned:
        """Return what the repository that was named says; nothing without one."""
        if self.scan is None:
            return NOTHING_SCANNED
        from advisor.cli.scanning import scanned

        return scanned(self.scan, self.folders, self.language)

    def request(self) -> Request:
        """Return the request that the options describe.

        Raises:
            InputError: a weight of something that is no criterion, or none of the levels.
        """
        from advisor.request import Request  # not needed to show help

        return Request(
            flags=self.questions,
            answers_file=self.answers,
            scan=self._scanned(),
            weigh=_parse_importances(self.weigh or [], list(self.knowledge.criteria)),
            probing=cast("Probing", self.probe),
            budget=self.budget,
            wait=self.wait or 0.0,
            evidence_files=tuple(self.evidence or ()),
            store=self.store,
            measured_on=self.measured_on or "",
            own_models=tuple(self.own_models or ()),
            as_of=self.as_of or date.today(),
            pack=self.folders,
        )


REQUEST_OPTIONS = ("answers", "weigh", "probe", "budget")
"""Beside the questions: what is known of the project, and how it is measured."""
MEASURING_OPTIONS = ("wait", "quiet")
"""How a command that may measure behaves while it does."""
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
