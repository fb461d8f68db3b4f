"""One question of the questionnaire as a menu: its head, its choices, the ways out of it, and its help."""

from __future__ import annotations

from rich.cells import cell_len

from advisor.cli.interview import Interview
from advisor.cli.menu import Menu, Option, choose
from advisor.cli.output import page_width
from advisor.knowledge.question import UNKNOWN, Question
from advisor.knowledge.workload import WORKLOAD
from advisor.render.text_layout import pad
from advisor.sentences import sentence
from advisor.text import clean

BACK, NOW = "\0back", "\0now"
HEAD = 58
"""Cells of the left half of a head where there is room; how the answer stands is on the right."""


def ask_question(state: Interview, question: Question) -> list[str]:
    """Ask one question and return the choices, or one special reply: back, answer now, unknown."""
    lang, plan = state.lang, state.plan_open_questions()
    remaining = state.remaining_text(plan, question)
    head = sentence("questionnaire.question", lang, number=state.number, remaining=remaining)
    standing = sentence("questionnaire.so-far", lang, leader=state.leader_text())
    room = page_width() - 2 - cell_len(standing)
    why = sentence("questionnaire.why-asked", lang, why=question.why, effect=state.effect_text(plan, question))
    choices = [Option(choice.id, choice.label[lang], alone=choice.id == "none") for choice in question.choices]
    menu = Menu(
        ask=f"{question.ask[lang]} ({question.id})",
        options=[*choices, *_ways_out(state)],
        lang=lang,
        above=[
            *([pad(head, min(HEAD, room)) + standing] if cell_len(head) + 2 <= room else [head, standing]),
            why,
            *_proposed(state, question),
        ],
        help=_help(state, question),
        several=bool(question.several),
        before=state.earlier_choices(question),
    )
    return choose(menu)


def _proposed(state: Interview, question: Question) -> list[str]:
    """Return what a repository that was scanned answers, and where it says so; nothing where it does not."""
    proposed = state.request.scan.answers.get(question.id)
    if proposed is None:
        return []
    labels = [question.find_choice(choice).label for choice in proposed.choices]
    return [sentence("scan.proposed", state.lang, choices=labels, places=[clean(place) for place in proposed.places])]


def _ways_out(state: Interview) -> list[Option]:
    """Return the special replies: unknown, back, answer now."""
    options = [Option(UNKNOWN, sentence("questionnaire.unknown", state.lang), special=True, key="u")]
    if state.asked:
        options.append(back_option(state))
    now = sentence("questionnaire.answer-now", state.lang)
    return [*options, Option(NOW, now, special=True, key="a")]


def back_option(state: Interview) -> Option:
    """Return the way back to the last question that was asked."""
    return Option(BACK, sentence("questionnaire.back", state.lang, number=len(state.asked)), special=True, key="b")


def _help(state: Interview, question: Question) -> list[str]:
    """Return the help of a question: an example, how usual each answer is after those given, and how it is typed as an option."""
    lang = state.lang
    example = question.choices[0].id if question.choices[0].id != "none" else question.choices[1].id
    return [
        *([sentence("questionnaire.example", lang, example=question.example)] if question.example else []),
        *(_usual(state, question) if question.id != WORKLOAD else [question.assumes[lang]]),
        sentence("questionnaire.as-an-option", lang, question=question.id, choice=example),
    ]


def _usual(state: Interview, question: Question) -> list[str]:
    """Return how usual each answer is among projects that answer as so far, and why where one reason covers them."""
    lang = state.lang
    usual, assumed = state.usual_shares(question)
    shares = [
        sentence("questionnaire.share", lang, label=choice.label, share=_share_text(share))
        for choice, share in zip(question.choices, usual, strict=True)
    ]
    several = sentence("questionnaire.shares-averaged", lang, question=question.id)
    return [
        sentence("questionnaire.shares", lang, shares="; ".join(shares) if lang == "en" else "；".join(shares)),
        assumed[0][lang] if len(assumed) == 1 else several,
    ]


def _share_text(share: float) -> str:
    """Return how many of 100 projects a share is."""
    return f"{100 * share:.0f}" if share >= 0.01 else f"{100 * share:.1g}"


def ask_whether(
    ask: str, yes: str, no: str, state: Interview, *, back: bool = False, above: tuple[str, ...] = ()
) -> str:
    """Ask a question that is answered by yes, or no where there are words for it; return "yes", "no" or `BACK`."""
    options = [Option("yes", yes, key="y"), *([Option("no", no, key="n")] if no else [])]
    options += [back_option(state)] if back else []
    return choose(Menu(ask=ask, options=options, lang=state.lang, above=above))[0]
