"""The impact of a pack on another's answers, as text and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from advisor.impact import DifferenceExample, Impact, PackAnswer, Sides
from advisor.knowledge.pack import Pack
from advisor.sentences import sentence
from advisor.text import Lang
from advisor.verification.defect import options_text
from advisor.words import LABELS

PROJECT_GROUPS = {
    "no answers": "impact.no-answers",
    "single answers": "impact.single-answers",
    "pairs of answers": "impact.pairs-of-answers",
    "cases": "impact.cases",
    "random projects": "impact.random-projects",
}
"""Group of projects → the sentence that says in how many of them the advice differs."""
MOST_SHIFTS, MOST_PROJECTS = 12, 3
"""So many differences, and projects that show each, are printed; `--format json` has all."""


def lines(impact: Impact, sides: Sides, lang: Lang) -> Iterator[tuple[str, str]]:
    """Yield the report line by line, each with its style."""
    before, after = sides.packs
    yield f"{before.name} {before.version} -> {after.name} {after.version}", "bold"
    counts = lang.pick(", ", "，").join(
        sentence(PROJECT_GROUPS[group], lang, changed=changed, total=total)
        for group, (changed, total) in impact.compared.items()
    )
    yield sentence("impact.another-leads", lang, counts=counts), ""
    if not impact.shifts:
        yield sentence("impact.nothing-differs", lang), ""
    for (leader_before, leader_after), examples in list(impact.shifts.items())[:MOST_SHIFTS]:
        yield "", ""
        yield f"{_name(before, leader_before, lang)} -> {_name(after, leader_after, lang)}", "bold"
        yield from ((line, "") for line in _projects(examples, sides, lang))
    if (unlisted := len(impact.shifts) - MOST_SHIFTS) > 0:
        yield "", ""
        yield sentence("impact.more-changes", lang, count=unlisted), ""


def _projects(examples: Sequence[DifferenceExample], sides: Sides, lang: Lang) -> Iterator[str]:
    for example in examples[:MOST_PROJECTS]:
        answer_before, answer_after = (
            _answer(decision, pack, lang)
            for decision, pack in zip((example.before, example.after), sides.packs, strict=True)
        )
        yield f"  {options_text(example.answers)}"
        yield f"      {answer_before} -> {answer_after}"
    if (unlisted := len(examples) - MOST_PROJECTS) > 0:
        yield f"  {sentence('impact.more-projects', lang, count=unlisted)}"


def _name(pack: Pack, candidate: str | None, lang: Lang) -> str:
    return sentence("impact.nothing-left", lang) if candidate is None else pack.candidates[candidate].name[lang]


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
