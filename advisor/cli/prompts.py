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


def print_line(text: str = "") -> None:
    """Print a line."""
    print(text)  # noqa: T201


def ask_question(state: Interview, question: Question) -> list[str]:
    """Ask one question and return the choices, or one special reply: back, answer now, unknown."""
    pick, plan = state.lang.pick, state.plan_open_questions()
    number, remaining, so_far = len(state.asked) + 1, state.remaining_text(plan, question), state.leader_text()
    head = pick(f"Question {number}, {remaining}", f"第 {number} 题，{remaining}")
    print_line()
    standing, width = pick(f"so far: {so_far}", f"目前：{so_far}"), page_width()
    on_one_line = pad(head, HEAD) + standing
    for line in [on_one_line] if cell_len(on_one_line) <= width else [head, standing]:
        print_line(line)
    reason = pick(f"Why asked: {question.why.en} ", f"为什么问：{question.why.zh}") + state.effect_text(plan, question)
    for line in wrap(reason, width):
        print_line(line)
    prompt = f"{question.ask[state.lang]} ({question.id})"
    return (
        _ask_several_choices(state, question, prompt) if question.several else _ask_one_choice(state, question, prompt)
    )


def _special_choices(state: Interview) -> list[Any]:
    """Return the special replies as choices: unknown, back, answer now."""
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


def _ask_one_choice(state: Interview, question: Question, prompt: str) -> list[str]:
    """Ask a question that takes one choice."""
    before = (*state.answers.get(question.id, []), *state.profile().known(question.id), None)[0]
    choices = [questionary.Choice(choice.label[state.lang], value=choice.id) for choice in question.choices]
    reply = questionary.select(
        prompt,
        choices=[*choices, *_special_choices(state)],
        default=before,
        style=STYLE,
        instruction=state.lang.pick(
            "(arrows move, enter chooses, Ctrl-C stops)", "（方向键移动，回车确认，Ctrl-C 退出）"
        ),
    ).unsafe_ask()
    return [reply]


def _special_reply(reply: list[str]) -> list[str]:
    """Return the special reply among the marked choices, else nothing; it takes precedence over choices."""
    return [special for special in (BACK, NOW, UNKNOWN) if special in reply][:1]


def _ask_several_choices(state: Interview, question: Question, prompt: str) -> list[str]:
    """Ask a question that takes several choices."""
    pick = state.lang.pick
    before = state.answers.get(question.id, [])
    choices = [
        questionary.Choice(choice.label[state.lang], value=choice.id, checked=choice.id in before)
        for choice in question.choices
    ]

    def validate(reply: list[str]) -> bool | str:
        """Return True for a legal reply, else the message to show."""
        if not reply:
            return pick("mark one with space, or I don't know", "请用空格勾选，或选“不清楚”")
        if "none" in reply and len(reply) > 1 and not _special_reply(reply):
            return pick("this one excludes the others", "该项不能与其他项同时选择")
        return True

    reply = questionary.checkbox(
        prompt,
        choices=[*choices, *_special_choices(state)],
        style=STYLE,
        validate=validate,
        instruction=pick("(space marks, enter confirms, Ctrl-C stops)", "（空格勾选，回车确认，Ctrl-C 退出）"),
    ).unsafe_ask()
    return _special_reply(reply) or list(reply)
