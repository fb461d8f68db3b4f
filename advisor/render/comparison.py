"""`what-if` in words: the answer before and after, and what moved it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from advisor.reasoning.advice import Advice
from advisor.reasoning.difference import Difference, LeadChange
from advisor.render.json import document, plain
from advisor.render.outline import Item, Part, part
from advisor.render.page import Page
from advisor.render.phrases import percent
from advisor.words import LABELS, topic


def what_if(page: Page, found: Difference, changes: Sequence[str]) -> Iterator[Part]:
    """Say what a change would do.

    Args:
        page: the answer before.
        found: both answers.
        changes: what is changed, as it was typed.
    """
    if page.command:
        yield part("", [page.pick(f"The last answer: advise {page.command}", f"上次回答：advise {page.command}")])
    listed = page.pick(" and ", "，且 ").join(changes)
    yield part("", [page.pick(f"If {listed}: {_outcome(page, found)}", f"假设 {listed}：{_outcome(page, found)}")])
    rows = [
        Item(_standings(page, found.before), page.pick("before", "之前")),
        Item(_standings(page, found.after), page.pick("after", "之后")),
    ]
    yield part(page.pick("THE ANSWER", "结论"), rows)
    if found.leader and found.rival:
        leader, rival = page.candidate(found.leader), page.candidate(found.rival)
        head = page.pick(
            f"WHAT MOVED, in the lead of {leader} over {rival}", f"变化在何处：{leader} 对 {rival} 的领先幅度"
        )
        nothing = Item(page.pick("nothing that counts", "没有值得一提的变化"))
        yield part(head, [_moved(page, one) for one in found.moved] or [nothing])


def _outcome(page: Page, found: Difference) -> str:
    if found.after.framework is None:
        rules = ", ".join(found.after.conflict)
        return page.pick(f"nothing is left to recommend ({rules}).", f"没有可推荐的候选（{rules}）。")
    after = page.candidate(found.after.framework)
    if not found.changes:
        return page.pick(f"{after} stays the recommendation.", f"仍推荐 {after}。")
    before = page.candidate(found.before.framework) if found.before.framework else page.pick("nothing", "无")
    return page.pick(f"the answer changes from {before} to {after}.", f"结论由 {before} 变为 {after}。")


def _standings(page: Page, advice: Advice) -> str:
    listed = page.pick(", ", "，").join(f"{page.candidate(one.id)} {percent(one.p_best)}" for one in advice.frameworks)
    label = LABELS[advice.label]
    return page.pick(f"{listed}; {label.en.lower()}", f"{listed}；{label.zh}")


def _moved(page: Page, one: LeadChange) -> Item:
    pack = page.pack
    name = pack.criteria[one.about].name if one.about in pack.criteria else topic(pack.questions[one.about].topic)
    return Item(
        page.pick(
            f"{name.en}: was {one.before:+.3f}, would be {one.after:+.3f}",
            f"{name.zh}：原为 {one.before:+.3f}，变为 {one.after:+.3f}",
        )
    )


def what_if_document(page: Page, found: Difference, changes: Sequence[str]) -> dict[str, Any]:
    """Return what-if as plain values."""
    before, after = document(found.before, page.lang), document(found.after, page.lang)
    kept = ("recommendation", "frameworks", "conflict")
    return {
        "if": list(changes),
        "changes": found.changes,
        "before": {name: before[name] for name in kept},
        "after": {name: after[name] for name in kept},
        "lead": {"of": found.leader, "over": found.rival, "moved": plain(found.moved, page.lang)},
    }
