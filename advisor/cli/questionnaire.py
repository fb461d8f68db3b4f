"""The questionnaire on a terminal: one question at a time, back, skip, or answer now; and going on where it stopped."""

from __future__ import annotations

import contextlib
import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from advisor.cli.ending import Ended
from advisor.cli.interview import Interview
from advisor.cli.last import request_options
from advisor.cli.menu import is_plain, print_lines
from advisor.cli.options import Format, Order
from advisor.cli.output import emit_advice, page_width
from advisor.cli.progress import Narrator
from advisor.cli.prompts import BACK, NOW, ask_question, ask_whether
from advisor.cli.stored import store_to_read
from advisor.cli.unfinished import answers_yaml, forget_unfinished, keep_unfinished, read_unfinished
from advisor.errors import AdvisorError, StoreError
from advisor.evidence.stacks import load_probed_pack
from advisor.files import write_whole
from advisor.knowledge.pack import BUILT_IN
from advisor.knowledge.question import UNKNOWN, Question
from advisor.knowledge.workload import WORKLOAD
from advisor.pipeline import Gathered, Request, probes_to_measure
from advisor.reasoning.advice import Advice
from advisor.reasoning.next_question import SETTLED
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
    quiet: bool = False,
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
        _offer_to_resume(state)
        measuring = _ask_everything(state)
        answers = _effective_answers(state) or {"scale": [UNKNOWN]}
        request = replace(request, flags=answers, origin={"scale": "asked", **state.origins()})
        if not measuring:
            request = replace(request, probing="none", store=store_to_read(request.store))
        with Narrator(lang, quiet=quiet) as narrator:
            advice, gathered = narrator.follow(request)
        emit_advice(advice, gathered, request, lang, output_format, output, force=force, details=details)
        _offer_to_save(state)
    except (KeyboardInterrupt, Ended, AdvisorError):
        _say_how_to_go_on(state)
        raise
    forget_unfinished()
    return advice, gathered


def _offer_to_resume(state: Interview) -> None:
    """Offer to go on with the answers of a questionnaire that was stopped."""
    unfinished = read_unfinished(state.pack)
    if unfinished is None:
        return
    lang = state.lang
    above: list[str] = [sentence("questionnaire.stopped-before", lang, day=unfinished.day)]
    for number, (id, choices) in enumerate(unfinished.answers.items(), 1):
        above.append(_answer_line(state, number, state.pack.questions[id], choices))
    ids = ("questionnaire.go-on", "questionnaire.go-on-yes", "questionnaire.go-on-no")
    ask, yes, no = (sentence(id, lang) for id in ids)
    if ask_whether(ask, yes, no, state, above=tuple(above)) == "yes":
        if not is_plain():  # there the menu has been taken away again, with what stood above it
            print_lines(*above)
        state.resume(unfinished.answers)


def _ask_everything(state: Interview) -> bool:
    """Ask until the user wants the answer; return whether to measure first."""
    back_to: Question | None = None
    while True:
        asked_for = _ask_questions(state, back_to)
        reply = _ask_how_to_answer(state, asked_for)
        if reply != BACK:
            return reply == "yes"
        back_to = state.go_back()


def _ask_questions(state: Interview, back_to: Question | None) -> bool:
    """Ask questions until none is left that could change the result; return whether the user wanted the answer before."""
    while (question := back_to or _next_question(state)) is not None:
        back_to = None
        reply = ask_question(state, question)
        if reply == [BACK]:
            back_to = state.go_back()
        elif reply == [NOW]:
            return True
        else:
            _record_answer(state, question, reply)
    return False


def _next_question(state: Interview) -> Question | None:
    """Return the next question; None where no open one can change the result any more."""
    following = state.open_questions(state.plan_open_questions())
    return following[0] if following else None


def _record_answer(state: Interview, question: Question, reply: list[str]) -> None:
    """Record an answer, keep it for later, and show it; where it contradicts earlier ones, say so."""
    number = state.number
    if error := state.record(question, reply):
        print_lines("! " + "; ".join(f"{problem.what}; {problem.fix}" for problem in error.problems))
        return
    print_lines(_answer_line(state, number, question, reply))
    keep_unfinished(state.answers)


def _answer_line(state: Interview, number: int, question: Question, choices: Sequence[str]) -> str:
    """Return an answer on one line: number, question, what was chosen."""
    labels: list[str] = [sentence("questionnaire.not-known", state.lang)]
    if list(choices) != [UNKNOWN]:
        labels = [question.find_choice(choice).label[state.lang] for choice in choices]
    answer = "; ".join(labels) if state.lang is Lang.EN else "；".join(labels)
    fields = {"number": number, "ask": question.ask[state.lang], "answer": answer}
    return sentence("questionnaire.given", state.lang, **fields)


def _ask_how_to_answer(state: Interview, asked_for: bool) -> str:
    """Ask whether to measure first, with the cost; where nothing would be measured, whether to show the answer.

    Args:
        state: with every answer.
        asked_for: whether the user has asked for the answer: then nothing but measuring needs consent.

    Returns:
        "yes" to measure, "no" to answer without, or `BACK`.
    """
    lang, request = state.lang, state.request
    probes: Sequence[str] = ()
    if request.probing != "none" and not request.evidence_files:
        probes = probes_to_measure(request, state.pack, state.profile())
    settled = state.order == "value" and len(state.asked) < len(state.pack.asked_questions)
    end = "questionnaire.no-more-are-asked" if settled else "questionnaire.all-are-asked"
    above = () if asked_for else (sentence(end, lang, share=100 * SETTLED),)
    if probes and request.probing == "auto":
        budget = request.most_seconds_with(workload=WORKLOAD in state.answers and state.answers[WORKLOAD] != [UNKNOWN])
        ask = sentence("questionnaire.measure-now", lang, probes=len(probes), budget=budget)
        leader = sentence("questionnaire.provisional", lang, leader=state.leader_text())
        yes, no = (sentence(id, lang) for id in ("questionnaire.measure-yes", "questionnaire.measure-no"))
        return ask_whether(ask, yes, no, state, back=bool(state.asked), above=(*above, leader))
    keep = "yes" if request.probing != "none" else "no"
    if asked_for or not state.asked:
        return keep
    ask, yes = (sentence(id, lang) for id in ("questionnaire.show-answer", "questionnaire.show-answer-yes"))
    return BACK if ask_whether(ask, yes, "", state, back=True, above=above) == BACK else keep


def _effective_answers(state: Interview) -> Mapping[str, list[str]]:
    """Return the answers without those "I don't know" that say no more than no answer does."""
    pack = state.pack
    return {
        id: choices
        for id, choices in state.answers.items()
        if choices != [UNKNOWN] or pack.questions[id].detect or id in pack.defaults or id in state.request.scan.answers
    }


def _equivalent_command(state: Interview) -> str:
    """Return the command line that gives the same answer."""
    request = replace(state.request, flags=_effective_answers(state) or {"scale": [UNKNOWN]})
    return " ".join(["advise", request_options(request), *_other_options(request)])


def _other_options(request: Request) -> Iterator[str]:
    """Yield the options, beyond answers and weights, that the same answer needs."""
    if request.pack != (BUILT_IN,):
        yield from (f"--pack {shlex.quote(str(folder))}" for folder in request.pack)
    if request.scan.folder is not None:
        yield f"--scan {shlex.quote(str(request.scan.folder))}"
    if request.as_of != date.today():
        yield f"--as-of {request.as_of}"


def _answers_text(state: Interview) -> str:
    """Return the answers, and what a repository that was scanned proposed, as the text of an answers file."""
    scanned = state.request.scan.answers
    text = answers_yaml({**{id: list(answer.choices) for id, answer in scanned.items()}, **state.answers})
    if not scanned:
        return text
    from advisor.scan.answers_file import kept_lines

    lines = kept_lines({id: (answer.choices, answer.places) for id, answer in scanned.items()}, state.lang)
    return text + "\n".join(lines) + "\n"


def _offer_to_save(state: Interview) -> None:
    """Print the equivalent command, and ask whether to save the answers to a file in this folder."""
    lang = state.lang
    print_lines("", sentence("questionnaire.as-a-command", lang))
    print(_broken_command(_equivalent_command(state), page_width()), flush=True)  # noqa: T201
    file = next(name for name in _file_names() if not name.exists() and not name.is_symlink())
    ids = ("questionnaire.save-them", "questionnaire.save-yes", "questionnaire.save-no")
    ask, yes, no = (sentence(id, lang, file=file) for id in ids)
    if ask_whether(ask, yes, no, state) != "yes":
        return
    try:
        write_whole(file, _answers_text(state))
    except StoreError as error:
        print_lines(f"! {error.problems[0]}")
    else:
        print_lines(sentence("questionnaire.saved", lang, file=file))


def _broken_command(command: str, width: int) -> str:
    """Return a command on one line set in, or with one option per line, as a shell reads it, where that is too long."""
    line = f"  {command}"
    return line if len(line) <= width else "  " + " \\\n    ".join(re.split(" (?=--)", command))


def _file_names() -> Iterator[Path]:
    """Yield names for a file of answers: advise.yaml, advise-2.yaml, …"""
    yield Path("advise.yaml")
    number = 2
    while True:
        yield Path(f"advise-{number}.yaml")
        number += 1


def _say_how_to_go_on(state: Interview) -> None:
    """Keep the answers of a questionnaire that was stopped, and say how to go on with them."""
    answers = state.answers | {id: choices for id, choices in state.withdrawn.items() if id not in state.answers}
    if not answers:
        return
    file = keep_unfinished(answers)
    more = [request_options(replace(state.request, flags={})), *_other_options(state.request)]
    resume = " ".join(filter(None, ("advise", *more)))
    if file is None:
        note = sentence("questionnaire.not-saved", state.lang, command=_equivalent_command(state))
    else:
        command = " ".join(filter(None, (f"advise --answers {shlex.quote(str(file))}", *more)))
        note = sentence("questionnaire.saved-so-far", state.lang, resume=resume, command=command)
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(f"advise: {note}", file=sys.stderr, flush=True)  # noqa: T201
