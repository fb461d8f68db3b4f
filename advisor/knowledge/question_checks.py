"""Questions, and what conditions and answers say of them: it must be there, and asked before it is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from advisor.knowledge.condition import comparisons_of, parse_condition
from advisor.knowledge.name_checks import NameProblem, as_list, check_name
from advisor.knowledge.yaml_source import KeyPath
from advisor.text import clean, did_you_mean

if TYPE_CHECKING:
    from advisor.knowledge.pack import Pack
    from advisor.knowledge.question import Question


def check_questions(pack: Pack, content: Any) -> Iterator[NameProblem]:
    """Check the conditions, choices and impossible combinations of the questions."""
    for index, question in enumerate(content["questions"]):
        path: KeyPath = ("questions", index)
        yield from _check_looks_back(pack, (*path, "when"), question.get("when", {}), question["id"])
        ids = [choice["id"] for choice in question["choices"]]
        for choice_index, id in enumerate(ids):
            if id in ids[:choice_index]:
                path_of_choice: KeyPath = (*path, "choices", choice_index, "id")
                yield path_of_choice, False, f"the choice `{clean(id)}` stands here a second time", "keep one of them"
        yield from _check_shares((*path, "choices"), [choice["share"] for choice in question["choices"]])
        for other_index, other in enumerate(question.get("other-shares", [])):
            path_of_other: KeyPath = (*path, "other-shares", other_index)
            yield from _check_looks_back(pack, (*path_of_other, "when"), other["when"], question["id"])
            path_of_shares: KeyPath = (*path_of_other, "shares")
            for id in other["shares"]:
                yield from check_name((*path_of_shares, id), id, ids, "choice", at_key=True)
            if missing := [id for id in ids if id not in other["shares"]]:
                yield path_of_shares, False, f"no share of {', '.join(missing)}", "give every choice its share"
            yield from _check_shares(path_of_shares, other["shares"].values())
    for index, combination in enumerate(content.get("impossible", [])):
        yield from check_condition(pack, ("impossible", index, "when"), combination["when"])


def _check_looks_back(pack: Pack, path: KeyPath, when: Any, question: str) -> Iterator[NameProblem]:
    """Check a condition of a question: its names, and that it looks at earlier questions only."""
    name_problems = list(check_condition(pack, path, when))
    yield from name_problems
    if name_problems:
        return
    ids = list(pack.questions)
    for comparison in comparisons_of(parse_condition(when)):
        if ids.index(comparison.question) >= ids.index(question):
            problem = f"`when` looks at {comparison.question}, which does not come earlier"
            yield path, False, problem, "ask that question first"


def _check_shares(path: KeyPath, shares: Iterable[float]) -> Iterator[NameProblem]:
    if abs((share_sum := sum(shares)) - 1) > 1e-6:
        yield path, False, f"the shares add up to {share_sum:g}", "make them add up to 1"


def check_condition(pack: Pack, path: KeyPath, condition: Any) -> Iterator[NameProblem]:
    """Check the questions and choices in a condition."""
    for key, value in (condition or {}).items():
        if key == "not":
            yield from check_condition(pack, (*path, key), value)
        elif key in ("any", "all"):
            for index, part in enumerate(value):
                yield from check_condition(pack, (*path, key, index), part)
        else:
            yield from check_answers(pack, path, {key: value})


def check_answers(pack: Pack, path: KeyPath, answers: Mapping[str, Any]) -> Iterator[NameProblem]:
    """Check the questions and choices in answers."""
    for question, choices in answers.items():
        if question not in pack.questions:
            yield (
                (*path, question),
                True,
                f"unknown question `{clean(question)}`",
                did_you_mean(question, list(pack.questions)),
            )
            continue
        choice_ids = pack.questions[question].choice_ids
        for choice in as_list(choices):
            if choice not in choice_ids:
                problem = f"`{clean(str(choice))}` is no choice of {question}"
                yield (*path, question), False, problem, _suggest_choice(pack.questions[question], str(choice))


def _suggest_choice(question: Question, choice: str) -> str:
    """Return what to write instead of an unknown choice: the choice it became, or the nearest one."""
    present_choice = question.choices_by_former_id.get(choice)
    return present_choice.formerly[choice].en if present_choice else did_you_mean(choice, question.choice_ids)
