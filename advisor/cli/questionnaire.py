"""The questionnaire on a terminal: one question at a time, back, skip, or answer now."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import questionary
from msgspec.structs import replace

from advisor.cli.interview import Interview
from advisor.cli.last import request_options
from advisor.cli.options import Format, Order
from advisor.cli.output import emit_advice
from advisor.cli.progress import Narrator
from advisor.cli.prompts import BACK, NOW, STYLE, ask_question, print_line
from advisor.cli.stored import store_to_read
from advisor.errors import AdvisorError, InputError, StoreError
from advisor.evidence.stacks import load_probed_pack
from advisor.files import write_whole
from advisor.knowledge.pack import BUILT_IN
from advisor.knowledge.question import UNKNOWN, Question
from advisor.pipeline import Gathered, Request, probes_to_measure
from advisor.reasoning.advice import Advice
from advisor.sentences import sentence
from advisor.text import Lang


def run_interview(
    request: Request,
    lang: Lang,
    output_format: Format,
    output: Path | None,
    *,
    order: Order = "value",
    force: bool = False,
    details: bool = False,
) -> tuple[Advice, Gathered]:
    """Ask the questions, show the provisional answer, measure if the user agrees, and answer.

    Returns:
        The answer that was shown, and how its evidence was come by.

    Raises:
        KeyboardInterrupt: Ctrl-C; the answers so far are saved.
        AdvisorError: the store that was named cannot be read, or the output not written; the answers are saved as well.
    """
    state = Interview(load_probed_pack(request.pack), request, lang, order=order)
    try:
        _ask_questions(state)
        request = replace(request, flags=dict(state.answers), origin=state.origins())
        if request.probe == "auto" and not request.evidence:
            request = _ask_to_measure(state, request)
        with Narrator(lang) as narrator:
            advice, gathered = narrator.follow(request)
        emit_advice(advice, gathered, request, lang, output_format, output, force=force, details=details)
    except (KeyboardInterrupt, AdvisorError):
        _save_unfinished(state)
        raise
    _offer_to_save(state)
    return advice, gathered


def _ask_questions(state: Interview) -> None:
    """Ask questions until none is left that could change the result, or the user wants the answer."""
    back_to: Question | None = None
    while (question := back_to or _next_question(state)) is not None:
        back_to = None
        reply = ask_question(state, question)
        if reply == [BACK]:
            previous = state.asked.pop()
            back_to = state.pack.questions[previous]
        elif reply == [NOW]:
            return
        else:
            state.asked.append(question.id)
            _record_answer(state, question, reply)


def _next_question(state: Interview) -> Question | None:
    """Return the next question; None, with a note, where the open ones can no longer change the result."""
    plan = state.plan_open_questions()
    following = state.open_questions(plan)
    if not following and state.order == "value" and plan.settled and len(state.asked) < len(state.pack.asked_questions):
        print_line()
        print_line(sentence("questionnaire.no-more-are-asked", state.lang))
    return following[0] if following else None


def _record_answer(state: Interview, question: Question, reply: list[str]) -> None:
    """Record an answer; where it contradicts earlier ones, say so and leave the question open."""
    before = dict(state.answers)
    state.answers.pop(question.id, None)
    proposed = question.id in state.request.scan.answers
    if reply != [UNKNOWN] or question.detect or question.id in state.pack.defaults or proposed:
        state.answers[question.id] = reply
    try:
        state.profile()
    except InputError as error:
        state.answers = before
        state.answers.pop(question.id, None)
        state.asked.pop()
        print_line("  ! " + "; ".join(f"{problem.what}; {problem.fix}" for problem in error.problems))


def _ask_to_measure(state: Interview, request: Request) -> Request:
    """Ask whether to measure, with the cost; without consent return a request that measures nothing."""
    from advisor.evidence import collect

    print_line()
    print_line(sentence("questionnaire.provisional", state.lang, leader=state.leader_text()))
    probes = probes_to_measure(request, state.pack, state.profile())
    if not probes:
        return request
    budget = request.budget if request.budget is not None else collect.DEFAULT_BUDGET["auto"]
    question = sentence("questionnaire.measure-now", state.lang, probes=len(probes), budget=budget)
    agreed = questionary.confirm(question, default=True, style=STYLE).unsafe_ask()
    if agreed:
        return request
    return replace(request, probe="none", store=store_to_read(request.store))


def _equivalent_command(state: Interview) -> str:
    """Return the command line that gives the same answer."""
    request = replace(state.request, flags=state.answers or {"scale": [UNKNOWN]})
    return " ".join(["advise", request_options(request), *_other_options(request)])


def _other_options(request: Request) -> Iterator[str]:
    """Yield the options, beyond answers and weights, that the same answer needs."""
    if request.pack != (BUILT_IN,):
        yield from (f"--pack {shlex.quote(str(folder))}" for folder in request.pack)
    if request.scan.folder is not None:
        yield f"--scan {shlex.quote(str(request.scan.folder))}"
    if request.as_of != date.today():
        yield f"--as-of {request.as_of}"


def _answers_yaml(state: Interview) -> str:
    """Return the answers so far as the text of an answers file."""
    scanned = state.request.scan.answers
    answers = {**{id: list(answer.choices) for id, answer in scanned.items()}, **state.answers}
    lines = [
        f"{id}: {choices[0] if len(choices) == 1 else '[' + ', '.join(choices) + ']'}"
        for id, choices in answers.items()
    ]
    if scanned:
        from advisor.scan.answers_file import kept_lines

        lines += kept_lines({id: (answer.choices, answer.places) for id, answer in scanned.items()}, state.lang)
    return "\n".join(lines or [f"scale: {UNKNOWN}"]) + "\n"


def _offer_to_save(state: Interview) -> None:
    """Print the equivalent command, and ask whether to save the answers to advise.yaml."""
    print_line()
    print_line(sentence("questionnaire.as-a-command", state.lang))
    print_line(f"  {_equivalent_command(state)}")
    file = Path("advise.yaml")
    if file.exists():
        return
    if questionary.confirm(sentence("questionnaire.save-them", state.lang), default=True, style=STYLE).unsafe_ask():
        write_whole(file, _answers_yaml(state))
        print_line(sentence("questionnaire.saved", state.lang))


def _save_unfinished(state: Interview) -> None:
    """Save the answers of an interrupted interview and print the command that continues it."""
    from platformdirs import user_state_path

    if not state.answers and not state.request.scan.answers:
        return
    file = user_state_path("framework-advisor", appauthor=False) / "unfinished.yaml"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, _answers_yaml(state), force=True)
    except (OSError, StoreError):
        return
    arguments = [
        f"--answers {shlex.quote(str(file))}",
        request_options(replace(state.request, flags={})),
        *_other_options(state.request),
    ]
    command = " ".join(["advise", *filter(None, arguments)])
    note = sentence("questionnaire.saved-so-far", state.lang, command=command)
    print(f"advise: {note}", file=sys.stderr)  # noqa: T201
