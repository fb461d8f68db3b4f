"""The options that ask what a pack asks: one for each question, for the packages, and for the size of the project's model."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.completion import completing
from advisor.cli.options import PROJECT, TOPICS
from advisor.errors import InputError, Problem
from advisor.knowledge.loading import load_known_pack
from advisor.knowledge.pack import BUILT_IN
from advisor.knowledge.package import DEPENDS_ON
from advisor.knowledge.question import SCANNED, UNKNOWN, Choice, Question
from advisor.knowledge.workload import FAMILIES, WORKLOAD, Preset

RESERVED = frozenset(
    [
        "answers",
        "weigh",
        "probe",
        "budget",
        "wait",
        "quiet",
        "evidence",
        "store",
        "measured-on",
        "own",
        "as-of",
        "pack",
        "format",
        "lang",
        "output",
        "force",
        "fail-on",
        "details",
        "order",
        "version",
        "help",
        "install-completion",
        "show-completion",
        "from",
        "choose",
        "because",
        "decider",
        "source",
        "update",
        "scan",
        SCANNED,
        DEPENDS_ON,
        WORKLOAD,
    ]
)
"""What no question can be called: the options of the commands that take questions, and what else an answers file holds."""


def question_parameters(folders: tuple[Path, ...] = (BUILT_IN,)) -> list[inspect.Parameter]:
    """Return one parameter per question of a pack; the answers are checked later, all at once.

    Raises:
        InputError: the pack is not sound, or a question has the name of another option.
    """
    pack = load_known_pack(folders)
    for id in pack.questions:
        if id in RESERVED:
            problem = f"the question `{id}` has the name of an option"
            raise InputError([Problem(f"{pack.folders[-1].name}/questions.yaml", problem, "give it another id")])
    packages = [_packages_parameter(pack.packages)] if pack.packages else []
    workload = [_workload_parameter(pack.workloads)] if pack.workloads else []
    in_panels = sorted(pack.questions.values(), key=lambda question: _panel_number(question.topic))
    return [*(_question_parameter(question) for question in in_panels), *packages, *workload]


def _panel_number(topic: str) -> int:
    """Return where the panel of a topic stands; questions of a topic of its own come last."""
    panels = list(dict.fromkeys(TOPICS.values()))
    return panels.index(TOPICS[topic]) if topic in TOPICS else len(panels)


def _question_parameter(question: Question) -> inspect.Parameter:
    """Return the parameter of one question."""
    several = " Several: repeat the option, or a,b." if question.several else ""
    choices = [*map(_choice_text, question.choices), *([UNKNOWN] if question.detect else [])]
    text = f"{question.ask.en} {'; '.join(choices) if any(' ' in text for text in choices) else ', '.join(choices)}"
    meanings = {choice.id: choice.label.en for choice in question.choices} | {UNKNOWN: "not known"}
    panel = TOPICS.get(question.topic, PROJECT)
    return _answer_parameter(
        question.id, "CHOICE", f"{text}.{several}", panel, meanings, several=bool(question.several)
    )


def _choice_text(choice: Choice) -> str:
    """Return a choice as the help names it: its id; with its meaning where its label begins by the id and then says it."""
    meaning = choice.label.en.removeprefix(f"{choice.id}: ")
    return choice.id if meaning == choice.label.en else f"{choice.id} ({meaning})"


def _packages_parameter(packages: Iterable[str]) -> inspect.Parameter:
    """Return the parameter of the packages a project must use."""
    text = f"A package the project must use (advise explain {DEPENDS_ON} lists those known). Several: repeat the option, or a,b."
    return _answer_parameter(DEPENDS_ON, "PACKAGE", text, PROJECT, dict.fromkeys(packages, ""), several=True)


def _workload_parameter(presets: Mapping[str, Preset]) -> inspect.Parameter:
    """Return the parameter of the size of the project's own model."""
    families = ", ".join(FAMILIES)
    text = f"The size of your model, for measuring: the nearest of {', '.join(presets)}; or a family ({families}) with its sizes, 'dense: {{inputs: 30, hidden: 256, batch: 64}}'."
    meanings = {id: preset.label.en for id, preset in presets.items()}
    return _answer_parameter(WORKLOAD, "WORKLOAD", text, PROJECT, meanings, several=False)


def _answer_parameter(
    question: str, metavar: str, help: str, panel: str, meanings: Mapping[str, str], *, several: bool
) -> inspect.Parameter:
    """Return the parameter of one answer, in a panel of the help, with the meanings of the words that can be given."""
    complete = completing(meanings, several=several)
    option = typer.Option(f"--{question}", metavar=metavar, rich_help_panel=panel, help=help, autocompletion=complete)
    name = "question_" + question.replace("-", "_")  # no other parameter has such a name
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[list[str] | None, option]
    )
