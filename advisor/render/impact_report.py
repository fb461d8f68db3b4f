"""The impact of a pack on another's answers, as text and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from advisor.impact import DifferenceExample, Impact, PackAnswer, Sides
from advisor.knowledge.pack import Pack
from advisor.text import Lang, Text
from advisor.verification.defect import options_text
from advisor.words import LABELS

PROJECT_GROUPS = {
    "no answers": Text(en="no answers", zh="不回答任何问题"),
    "single answers": Text(en="single answers", zh="单个回答"),
    "pairs of answers": Text(en="pairs of answers", zh="两个回答"),
    "cases": Text(en="cases", zh="案例"),
    "random projects": Text(en="random projects", zh="随机项目"),
}
MOST_SHIFTS, MOST_PROJECTS = 12, 3
"""So many differences, and projects that show each, are printed; `--format json` has all."""


def lines(impact: Impact, sides: Sides, lang: Lang) -> Iterator[tuple[str, str]]:
    """Yield the report line by line, each with its style."""
    before, after = sides.packs
    yield f"{before.name} {before.version} -> {after.name} {after.version}", "bold"
    counts = lang.pick(", ", "，").join(
        lang.pick(
            f"{PROJECT_GROUPS[group].en} {changed} of {total}",
            f"{PROJECT_GROUPS[group].zh} {total} 种中有 {changed} 种",
        )
        for group, (changed, total) in impact.compared.items()
    )
    yield lang.pick(f"At mean values another candidate leads for: {counts}.", f"按均值计算，领先者不同：{counts}。"), ""
    if not impact.shifts:
        yield lang.pick("No recommendation differs.", "没有任何推荐因此改变。"), ""
    for (leader_before, leader_after), examples in list(impact.shifts.items())[:MOST_SHIFTS]:
        yield "", ""
        yield f"{_name(before, leader_before, lang)} -> {_name(after, leader_after, lang)}", "bold"
        yield from ((line, "") for line in _projects(examples, sides, lang))
    if (unlisted := len(impact.shifts) - MOST_SHIFTS) > 0:
        yield "", ""
        yield lang.pick(f"and {unlisted} other changes: --format json", f"另有 {unlisted} 类变化，见 --format json"), ""


def _projects(examples: Sequence[DifferenceExample], sides: Sides, lang: Lang) -> Iterator[str]:
    for example in examples[:MOST_PROJECTS]:
        answer_before, answer_after = (
            _answer(decision, pack, lang)
            for decision, pack in zip((example.before, example.after), sides.packs, strict=True)
        )
        yield f"  {options_text(example.answers)}"
        yield f"      {answer_before} -> {answer_after}"
    if (unlisted := len(examples) - MOST_PROJECTS) > 0:
        yield lang.pick(
            f"  and {unlisted} longer ones: --format json", f"  另有 {unlisted} 组更长的回答，见 --format json"
        )


def _name(pack: Pack, candidate: str | None, lang: Lang) -> str:
    return lang.pick("nothing left", "无可推荐") if candidate is None else pack.candidates[candidate].name[lang]


def _answer(decision: PackAnswer, pack: Pack, lang: Lang) -> str:
    """Return an answer in a few words: the candidate, the label, and in how many of 100 worlds its framework wins."""
    if decision.candidate is None:
        return _name(pack, None, lang)
    return f"{_name(pack, decision.candidate, lang)} {LABELS[decision.label][lang]} {round(100 * decision.p_best)}"


def document(impact: Impact, sides: Sides) -> dict[str, Any]:
    """Return the report as plain values: every difference, and all the fewest answers that show it."""
    before, after = sides.packs
    return {
        "before": {"name": before.name, "version": before.version, "digest": before.digest},
        "after": {"name": after.name, "version": after.version, "digest": after.digest},
        "compared": {group: {"differ": changed, "of": total} for group, (changed, total) in impact.compared.items()},
        "shifts": [
            {"before": leader_before, "after": leader_after, "shown_by": [_example(example) for example in examples]}
            for (leader_before, leader_after), examples in impact.shifts.items()
        ],
    }


def _example(example: DifferenceExample) -> dict[str, Any]:
    answers = {question: list(choices) for question, choices in example.answers.items()}
    sides = (("before", example.before), ("after", example.after))
    return {"answers": answers} | {
        word: {"label": decision.label, "p_best": round(decision.p_best, 4)} for word, decision in sides
    }
