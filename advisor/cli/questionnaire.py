"""The questionnaire on a terminal: one question at a time, back, skip, or answer now."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import questionary
from prompt_toolkit.styles import Style

from advisor.advise import Gathered, Request, advise, answer
from advisor.ask import UNKNOWN, detect, make_profile
from advisor.cli.last import typed
from advisor.cli.options import Format, pack
from advisor.cli.output import emit_advice
from advisor.cli.progress import Narrator
from advisor.errors import InputError, StoreError
from advisor.evidence.runs import Evidence
from advisor.files import write_whole
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.knowledge.question import Question
from advisor.reasoning.advice import Advice
from advisor.reasoning.assemble import worlds_of
from advisor.reasoning.profile import Profile
from advisor.text import Lang
from advisor.words import LABELS

BACK, NOW = "\0back", "\0now"
STYLE = Style(
    [
        ("question", "bold"),
        ("answer", "bold"),
        ("pointer", "bold"),
        ("highlighted", "bold"),
        ("disabled", "fg:#888888"),
    ]
)


@dataclass
class Interview:
    """The state of one questionnaire: what was answered, and in which order it was asked."""

    pack: Pack
    request: Request
    lang: Lang
    given: dict[str, list[str]]
    asked: list[str]

    def profile(self) -> Profile:
        """Return the profile of the answers so far."""
        return make_profile(self.pack, self.given, None, detect(self.pack))

    def provisional(self) -> Advice:
        """Return the answer to what is known, from claims alone."""
        return answer(self.request, self.pack, self.profile(), Gathered(Evidence()))

    def next_question(self) -> Question | None:
        """Return the first question not asked yet that can apply to this project."""
        answers = worlds_of(self.pack, self.profile(), 256)
        for question in self.pack.asked:
            if question.id not in self.asked and bool(answers.holds(question.when).any()):
                return question
        return None

    def left(self) -> int:
        """Return how many questions may still come."""
        answers = worlds_of(self.pack, self.profile(), 256)
        return sum(q.id not in self.asked and bool(answers.holds(q.when).any()) for q in self.pack.asked)


def interview(
    request: Request, lang: Lang, form: Format, output: Path | None, *, force: bool = False
) -> tuple[Advice, Gathered]:
    """Ask, show the provisional answer, measure with consent, answer.

    Returns:
        The answer that was shown, and how its evidence was come by.

    Raises:
        KeyboardInterrupt: Ctrl-C; the answers so far are saved.
    """
    state = Interview(pack(request.pack), request, lang, {}, [])
    try:
        _ask_all(state)
        request = replace(request, flags=dict(state.given), origin="asked")
        if request.probe == "auto" and not request.evidence:
            request = _consent(state, request)
    except KeyboardInterrupt:
        _save_unfinished(state)
        raise
    with Narrator(lang) as narrator:
        advice, gathered = advise(request, narrator.progress)
    emit_advice(advice, request, lang, form, output, force=force, warnings=gathered.warnings)
    _offer_to_save(state)
    return advice, gathered


def _say(text: str = "") -> None:
    print(text)  # noqa: T201


def _ask_all(state: Interview) -> None:
    """Ask until nothing is left or the user wants the answer."""
    back_to: Question | None = None
    while (question := back_to or state.next_question()) is not None:
        back_to = None
        reply = _ask(state, question)
        if reply == [BACK]:
            previous = state.asked.pop()
            back_to = state.pack.questions[previous]
        elif reply == [NOW]:
            return
        else:
            state.asked.append(question.id)
            _take(state, question, reply)


def _take(state: Interview, question: Question, reply: list[str]) -> None:
    """Take an answer in; one that contradicts earlier ones is said so and asked again."""
    before = dict(state.given)
    state.given.pop(question.id, None)
    if reply != [UNKNOWN] or question.detect or question.id in state.pack.defaults:
        state.given[question.id] = reply
    try:
        state.profile()
    except InputError as error:
        state.given = before
        state.given.pop(question.id, None)
        state.asked.pop()
        _say("  ! " + "; ".join(f"{one.what}; {one.fix}" for one in error.problems))


def _ask(state: Interview, question: Question) -> list[str]:
    """Ask one question and return the choices, or one of the special replies."""
    pick = state.lang.pick
    leader = state.provisional()
    number, left = len(state.asked) + 1, max(state.left() - 1, 0)
    so_far = _leader(state, leader)
    _say()
    head = pick(f"Question {number}, {left} more at most", f"第 {number} 题，最多还有 {left} 题")
    _say(head + "    " + pick(f"so far: {so_far}", f"目前：{so_far}"))
    _say(pick(f"Why asked: {question.why.en}", f"为什么问：{question.why.zh}"))
    prompt = f"{question.ask[state.lang]} ({question.id})"
    return _checkbox(state, question, prompt) if question.several else _select(state, question, prompt)


def _leader(state: Interview, advice: Advice) -> str:
    if advice.framework is None:
        return state.lang.pick("nothing is left", "没有可推荐的候选")
    name = state.pack.frameworks[advice.framework].name
    share = round(100 * advice.p_best)
    label = LABELS[advice.label][state.lang].lower()
    return state.lang.pick(f"{name}, {label} ({share} of 100)", f"{name}，{label}（{share}/100）")


def _specials(state: Interview) -> list[Any]:
    pick = state.lang.pick
    found: list[Any] = [questionary.Separator("  ----")]
    unknown = pick(
        "I don't know  (counted by the shares in rules/questions.yaml)",
        "不清楚  （按 rules/questions.yaml 中的比例计入）",
    )
    found.append(questionary.Choice(unknown, value=UNKNOWN))
    if state.asked:
        number = len(state.asked)
        found.append(questionary.Choice(pick(f"Back to question {number}", f"返回第 {number} 题"), value=BACK))
    found.append(questionary.Choice(pick("Answer now  (stop asking)", "直接给出结论  （不再提问）"), value=NOW))
    return found


def _select(state: Interview, question: Question, prompt: str) -> list[str]:
    before = (*state.given.get(question.id, []), *state.profile().known(question.id), None)[0]
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
    return [one for one in (BACK, NOW, UNKNOWN) if one in reply][:1]


def _checkbox(state: Interview, question: Question, prompt: str) -> list[str]:
    pick = state.lang.pick
    before = state.given.get(question.id) or state.profile().known(question.id)
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


def _consent(state: Interview, request: Request) -> Request:
    """Say what measuring would cost and ask; without consent the answer comes from claims and stored runs."""
    from advisor.evidence import collect
    from advisor.evidence.store import default_store

    pick = state.lang.pick
    _say()
    _say(pick("Provisional: ", "初步结论：") + _leader(state, state.provisional()))
    try:
        stored = collect.from_store(request.store or default_store(), collect.here(state.pack), request.as_of)
        wanted = collect.missing(state.pack, stored, collect.can_count(state.pack, state.profile()))
    except StoreError:
        wanted = ("all",)
    if not wanted:
        return request
    budget = request.budget if request.budget is not None else collect.DEFAULT_BUDGET["auto"]
    question = pick(
        f"Measure on this machine now? At most {budget:.0f} s, all cores busy, nothing leaves the machine.",
        f"现在在本机实测吗？最多 {budget:.0f} 秒，占满全部 CPU 核，不向外发送任何数据。",
    )
    agreed = questionary.confirm(question, default=True, style=STYLE).unsafe_ask()
    if agreed:
        return request
    store = request.store or default_store()
    return replace(request, probe="none", store=store if store.exists() else None)


def _command(state: Interview) -> str:
    """Return the command that gives the same answer: what was said, and the options beside the questions."""
    request = replace(state.request, flags=state.given or {"scale": [UNKNOWN]})
    parts = ["advise", typed(request)]
    if request.pack != (BUILT_IN,):
        parts += [f"--pack {shlex.quote(str(folder))}" for folder in request.pack]
    if request.as_of != date.today():
        parts.append(f"--as-of {request.as_of}")
    return " ".join(parts)


def _answers_file(state: Interview) -> str:
    lines = [
        f"{id}: {choices[0] if len(choices) == 1 else '[' + ', '.join(choices) + ']'}"
        for id, choices in state.given.items()
    ]
    return "\n".join(lines or [f"scale: {UNKNOWN}"]) + "\n"


def _offer_to_save(state: Interview) -> None:
    pick = state.lang.pick
    _say()
    _say(pick("Same answers as a command, for CI:", "同样的回答写成命令（供 CI 使用）："))
    _say(f"  {_command(state)}")
    file = Path("advise.yaml")
    if file.exists():
        return
    if questionary.confirm(
        pick("Save them? advise.yaml", "保存为 advise.yaml？"), default=True, style=STYLE
    ).unsafe_ask():
        write_whole(file, _answers_file(state))
        _say(
            pick(
                "Saved. Next time: advise --answers advise.yaml",
                "已保存。下次可用：advise --answers advise.yaml",
            )
        )


def _save_unfinished(state: Interview) -> None:
    """Keep what was answered before Ctrl-C where it can be picked up again."""
    from platformdirs import user_state_path

    if not state.given:
        return
    file = user_state_path("framework-advisor", appauthor=False) / "unfinished.yaml"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, _answers_file(state), force=True)
    except (OSError, StoreError):
        return
    note = state.lang.pick("answers so far are saved; go on with", "已答内容已保存，可用以下命令继续：")
    print(f"advise: {note} advise --answers {file}", file=sys.stderr)  # noqa: T201
