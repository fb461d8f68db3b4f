"""One question on a terminal: its head, its choices, and the ways out of it."""

from __future__ import annotations

from typing import Any

import questionary
from prompt_toolkit.styles import Style
from rich.cells import cell_len

from advisor.cli.interview import Interview
from advisor.cli.output import page_width
from advisor.knowledge.question import UNKNOWN, Question
from advisor.render.text_layout import pad, wrap
from advisor.sentences import sentence
from advisor.text import clean

BACK, NOW = "\0back", "\0now"
HEAD = 58
"""Cells of the left half of a head; how the answer stands is on the right."""
STYLE = Style(
    [
        ("question", "bold"),
        ("answer", "bold"),
        ("pointer", "bold"),
        ("highlighted", "bold"),
        ("disabled", "fg:#888888"),
    ]
)


def print_line(text: str = "") -> None:
    """Print a line."""
    print(text)  # noqa: T201


def ask_question(state: Interview, question: Question) -> list[str]:
    """Ask one question and return the choices, or one special reply: back, answer now, unknown."""
    lang, plan, width = state.lang, state.plan_open_questions(), page_width()
    number, remaining = len(state.asked) + 1, state.remaining_text(plan, question)
    head = sentence("questionnaire.question", lang, number=number, remaining=remaining)
    standing = sentence("questionnaire.so-far", lang, leader=state.leader_text())
    print_line()
    on_one_line = pad(head, HEAD) + standing
    for line in [on_one_line] if cell_len(on_one_line) <= width else [head, standing]:
        print_line(line)
    effect = state.effect_text(plan, question)
    for line in wrap(sentence("questionnaire.why-asked", lang, why=question.why, effect=effect), width):
        print_line(line)
    if (proposed := state.request.scan.answers.get(question.id)) is not None:
        labels = [question.find_choice(choice).label for choice in proposed.choices]
        note = sentence("scan.proposed", lang, choices=labels, places=[clean(place) for place in proposed.places])
        for line in wrap(note, width):
            print_line(line)
    prompt = f"{question.ask[lang]} ({question.id})"
    return (
        _ask_several_choices(state, question, prompt) if question.several else _ask_one_choice(state, question, prompt)
    )


def _special_choices(state: Interview) -> list[Any]:
    """Return the special replies as choices: unknown, back, answer now."""
    choices: list[Any] = [questionary.Separator("  ----")]
    choices.append(questionary.Choice(sentence("questionnaire.unknown", state.lang), value=UNKNOWN))
    if state.asked:
        back = sentence("questionnaire.back", state.lang, number=len(state.asked))
        choices.append(questionary.Choice(back, value=BACK))
    choices.append(questionary.Choice(sentence("questionnaire.answer-now", state.lang), value=NOW))
    return choices


def _ask_one_choice(state: Interview, question: Question, prompt: str) -> list[str]:
    """Ask a question that takes one choice."""
    before = (*state.answers.get(question.id, []), *state.profile().known(question.id), None)[0]
    choices = [questionary.Choice(choice.label[state.lang], value=choice.id) for choice in question.choices]
    reply = questionary.select(
        prompt,
        choices=[*choices, *_special_choices(state)],
        default=before,
        style=STYLE,
        instruction=sentence("questionnaire.choose-with-arrows", state.lang),
    ).unsafe_ask()
    return [reply]


def _special_reply(reply: list[str]) -> list[str]:
    """Return the special reply among the marked choices, else nothing; it takes precedence over choices."""
    return [special for special in (BACK, NOW, UNKNOWN) if special in reply][:1]


def _ask_several_choices(state: Interview, question: Question, prompt: str) -> list[str]:
    """Ask a question that takes several choices."""
    before = state.answers.get(question.id, []) or state.profile().known(question.id)
    choices = [
        questionary.Choice(choice.label[state.lang], value=choice.id, checked=choice.id in before)
        for choice in question.choices
    ]

    def validate(reply: list[str]) -> bool | str:
        """Return True for a legal reply, else the message to show."""
        if not reply:
            return sentence("questionnaire.mark-one", state.lang)
        if "none" in reply and len(reply) > 1 and not _special_reply(reply):
            return sentence("questionnaire.excludes-the-others", state.lang)
        return True

    reply = questionary.checkbox(
        prompt,
        choices=[*choices, *_special_choices(state)],
        style=STYLE,
        validate=validate,
        instruction=sentence("questionnaire.mark-with-space", state.lang),
    ).unsafe_ask()
    return _special_reply(reply) or list(reply)
