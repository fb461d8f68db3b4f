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


def say(text: str = "") -> None:
    """Print a line."""
    print(text)  # noqa: T201


def ask(state: Interview, question: Question) -> list[str]:
    """Ask one question and return the choices, or one of the special replies."""
    pick, plan = state.lang.pick, state.outlook()
    number, remaining, so_far = len(state.asked) + 1, state.how_many_follow(plan, question), state.leader()
    head = pick(f"Question {number}, {remaining}", f"第 {number} 题，{remaining}")
    say()
    standing, width = pick(f"so far: {so_far}", f"目前：{so_far}"), page_width()
    on_one_line = pad(head, HEAD) + standing
    for line in [on_one_line] if cell_len(on_one_line) <= width else [head, standing]:
        say(line)
    reason = pick(f"Why asked: {question.why.en} ", f"为什么问：{question.why.zh}") + state.can_change(plan, question)
    for line in wrap(reason, width):
        say(line)
    prompt = f"{question.ask[state.lang]} ({question.id})"
    return _checkbox(state, question, prompt) if question.several else _select(state, question, prompt)


def _specials(state: Interview) -> list[Any]:
    pick = state.lang.pick
    choices: list[Any] = [questionary.Separator("  ----")]
    unknown = pick(
        "I don't know  (counted by the shares in rules/questions.yaml)",
        "不清楚  （按 rules/questions.yaml 中的比例计入）",
    )
    choices.append(questionary.Choice(unknown, value=UNKNOWN))
    if state.asked:
        number = len(state.asked)
        choices.append(questionary.Choice(pick(f"Back to question {number}", f"返回第 {number} 题"), value=BACK))
    choices.append(questionary.Choice(pick("Answer now  (stop asking)", "直接给出结论  （不再提问）"), value=NOW))
    return choices


def _select(state: Interview, question: Question, prompt: str) -> list[str]:
    before = (*state.answers.get(question.id, []), *state.profile().known(question.id), None)[0]
    choices = [questionary.Choice(choice.label[state.lang], value=choice.id) for choice in question.choices]
    reply = questionary.select(
        prompt,
        choices=[*choices, *_specials(state)],
        default=before,
        style=STYLE,
        instruction=state.lang.pick(
            "(arrows move, enter chooses, Ctrl-C stops)", "（方向键移动，回车确认，Ctrl-C 退出）"
        ),
    ).unsafe_ask()
    return [reply]


def _special(reply: list[str]) -> list[str]:
    """Return the special choice among marks, if there is one: it wins over choices, for earlier marks are set again."""
    return [special for special in (BACK, NOW, UNKNOWN) if special in reply][:1]


def _checkbox(state: Interview, question: Question, prompt: str) -> list[str]:
    pick = state.lang.pick
    before = state.answers.get(question.id, [])
    choices = [
        questionary.Choice(choice.label[state.lang], value=choice.id, checked=choice.id in before)
        for choice in question.choices
    ]

    def check(reply: list[str]) -> bool | str:
        if not reply:
            return pick("mark one with space, or I don't know", "请用空格勾选，或选“不清楚”")
        if "none" in reply and len(reply) > 1 and not _special(reply):
            return pick("this one excludes the others", "该项不能与其他项同时选择")
        return True

    reply = questionary.checkbox(
        prompt,
        choices=[*choices, *_specials(state)],
        style=STYLE,
        validate=check,
        instruction=pick("(space marks, enter confirms, Ctrl-C stops)", "（空格勾选，回车确认，Ctrl-C 退出）"),
    ).unsafe_ask()
    return _special(reply) or list(reply)
