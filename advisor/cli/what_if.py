"""`advise what-if CHANGE…`: the last answer, had something been otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from msgspec import Struct, field
from msgspec.structs import replace

from advisor.cli.command import with_project_options, with_shared_options
from advisor.cli.completion import complete_changes
from advisor.cli.last import request_to_explain
from advisor.cli.options import EVIDENCE_OPTIONS, EXPLAINED, LIST_OUTPUT, REQUEST_OPTIONS, Options
from advisor.cli.output import emit
from advisor.cli.parsers import check_word
from advisor.cli.why import print_explanation
from advisor.errors import Exit, InputError, Problem
from advisor.evidence.stacks import load_probed_pack
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import Pack
from advisor.knowledge.package import DEPENDS_ON
from advisor.knowledge.question import UNKNOWN, Question
from advisor.knowledge.typed_words import hint, read_choices
from advisor.knowledge.workload import WORKLOAD
from advisor.pipeline import Request, gather_evidence, profile_of_request
from advisor.pipeline import compare_requests as compared
from advisor.reasoning.packages import project_pack
from advisor.reasoning.readings import Verdict
from advisor.render.comparison import what_if as what_if_parts
from advisor.render.comparison import what_if_document
from advisor.render.page import Page
from advisor.text import did_you_mean, short

VERDICTS: tuple[Verdict, ...] = ("refuted", "confirmed", "inconclusive", "untested")
EXAMPLES = "good: scale=small, community=major, claim:pt-community-2026=refuted"


class Changes(Struct):
    """What is to be otherwise: answers, weights, verdicts of claims."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    weigh: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    def apply_to(self, request: Request) -> Request:
        """Return a request with the answers and weights changed."""
        return replace(request, flags={**request.flags, **self.answers}, weigh={**request.weigh, **self.weigh})


@with_project_options
@with_shared_options(*REQUEST_OPTIONS, *EVIDENCE_OPTIONS, *LIST_OUTPUT, format=EXPLAINED)
def what_if(
    changes: Annotated[
        list[str],
        typer.Argument(
            help="QUESTION=CHOICE, CRITERION=LEVEL or claim:ID=refuted; several at once.",
            autocompletion=complete_changes,
        ),
    ],
    options: Options,
) -> int:
    """What would be recommended if an answer, a weight or a claim were otherwise.

    It changes the last answer, or the project given by the options here.
    """
    output_format, lang = options.format, options.language
    request, last_options = request_to_explain(options)
    pack = load_probed_pack(request.pack)
    parsed = parse_changes(pack, changes)
    evidence = gather_evidence(request, pack, profile_of_request(request, pack)).evidence
    difference = compared(request, parsed.apply_to(request), pack, evidence, parsed.verdicts)
    for advice in (difference.before, difference.after):
        pack = project_pack(pack, advice.profile)
    page = Page(difference.before, pack, lang, last_options)
    if output_format == "json":
        from advisor.render import json

        emit(json.dumps(what_if_document(page, difference, changes)))
    else:
        print_explanation(page, output_format, what_if_parts(page, difference, changes), page.say("commands.what-if"))
    return Exit.OK


def parse_changes(pack: Pack, changes: Sequence[str]) -> Changes:
    """Parse changes as typed; for a name that is both question and criterion, the value decides.

    Raises:
        InputError: unknown questions, criteria or claims, or values that are not legal; all are listed.
    """
    parsed = Changes()
    problems: list[Problem] = []
    for change in changes:
        try:
            _parse_change(pack, change, parsed)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return parsed


def _choices_of(question: Question, value: str) -> list[str]:
    """Return the choices that were typed for a question.

    Raises:
        InputError: one is no choice of it.
    """
    choices = [str(choice) for choice in read_choices(question, [value])]
    legal = (*question.choice_ids, UNKNOWN, *question.choices_by_former_id)
    if wrong := [choice for choice in choices if choice not in legal]:
        place = f"what-if {question.id}"
        raise InputError(
            [Problem(place, f"`{short(word)}` is no choice of {question.id}", hint(question, word)) for word in wrong]
        )
    return choices


def _parse_change(pack: Pack, change: str, parsed: Changes) -> None:
    """Parse one change and add it to `parsed`."""
    name, equals, value = change.partition("=")
    name, value = name.strip(), value.strip()
    if not equals:
        raise InputError([Problem("what-if", f"`{short(change)}` changes nothing", EXAMPLES)])
    if name.startswith("claim:"):
        id = name.removeprefix("claim:")
        if id not in pack.claims:
            raise InputError([Problem("what-if", f"unknown claim `{short(id)}`", did_you_mean(id, [*pack.claims]))])
        parsed.verdicts[id] = check_word(f"what-if {name}", value, VERDICTS)
    elif name in pack.criteria and (value in WEIGHT or name not in pack.questions):
        parsed.weigh[name] = check_word(f"what-if {name}", value, tuple(WEIGHT))
    elif (name == DEPENDS_ON and pack.packages) or (name == WORKLOAD and pack.workloads):
        parsed.answers.setdefault(name, []).append(value)
    elif name in pack.questions:
        parsed.answers.setdefault(name, []).extend(_choices_of(pack.questions[name], value))
    else:
        names = [*pack.questions, *pack.criteria]
        raise InputError(
            [Problem("what-if", f"unknown question or criterion `{short(name)}`", did_you_mean(name, names))]
        )
