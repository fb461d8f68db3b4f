"""`what-if` in words: the answer before and after, and what moved it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from advisor.reasoning.advice import Advice
from advisor.reasoning.difference import Difference, LeadChange
from advisor.render.document import Item, Part, part
from advisor.render.json import document, plain
from advisor.render.page import Page
from advisor.render.phrases import percent
from advisor.words import LABELS, topic


def what_if(page: Page, difference: Difference, changes: Sequence[str]) -> Iterator[Part]:
    """Yield the parts that show what a change would do.

    Args:
        page: the answer before.
        difference: both answers, and what differs between them.
        changes: what is changed, as it was typed.
    """
    if page.command:
        yield part("", [page.pick(f"The last answer: advise {page.command}", f"上次回答：advise {page.command}")])
    conditions = page.pick(" and ", "，且 ").join(changes)
    yield part(
        "",
        [
            page.pick(
                f"If {conditions}: {_outcome(page, difference)}", f"假设 {conditions}：{_outcome(page, difference)}"
            )
        ],
    )
    rows = [
        Item(_standings(page, difference.before), page.pick("before", "之前")),
        Item(_standings(page, difference.after), page.pick("after", "之后")),
    ]
    yield part(page.pick("THE ANSWER", "结论"), rows)
    if difference.leader and difference.rival:
        leader, rival = page.candidate(difference.leader), page.candidate(difference.rival)
        head = page.pick(
            f"WHAT CHANGED in the lead of {leader} over {rival}", f"{leader} 对 {rival} 的领先幅度有何变化"
        )
        nothing = Item(page.pick("nothing that counts", "没有值得一提的变化"))
        yield part(head, [_lead_change(page, change) for change in difference.moved] or [nothing])


def _outcome(page: Page, difference: Difference) -> str:
    if difference.after.framework is None:
        rules = ", ".join(difference.after.conflict)
        return page.pick(f"nothing is left to recommend ({rules}).", f"没有可推荐的候选（{rules}）。")
    after = page.candidate(difference.after.framework)
    if not difference.changes:
        return page.pick(f"{after} stays the recommendation.", f"仍推荐 {after}。")
    before = page.candidate(difference.before.framework) if difference.before.framework else page.pick("nothing", "无")
    return page.pick(f"the answer changes from {before} to {after}.", f"结论由 {before} 变为 {after}。")


def _standings(page: Page, advice: Advice) -> str:
    shares = page.pick(", ", "，").join(
        f"{page.candidate(framework.id)} {percent(framework.p_best)}" for framework in advice.frameworks
    )
    label = LABELS[advice.label]
    return page.pick(f"{shares}; {label.en.lower()}", f"{shares}；{label.zh}")


def _lead_change(page: Page, change: LeadChange) -> Item:
    pack = page.pack
    name = (
        pack.criteria[change.about].name if change.about in pack.criteria else topic(pack.questions[change.about].topic)
    )
    return Item(
        page.pick(
            f"{name.en}: was {change.before:+.3f}, would be {change.after:+.3f}",
            f"{name.zh}：原为 {change.before:+.3f}，变为 {change.after:+.3f}",
        )
    )


def what_if_document(page: Page, difference: Difference, changes: Sequence[str]) -> dict[str, Any]:
    """Return what-if as plain values."""
    before, after = (document(advice, page.pack, page.lang) for advice in (difference.before, difference.after))
    keys = ("recommendation", "frameworks", "conflict")
    return {
        "if": list(changes),
        "changes": difference.changes,
        "before": {name: before[name] for name in keys},
        "after": {name: after[name] for name in keys},
        "lead": {"of": difference.leader, "over": difference.rival, "moved": plain(difference.moved, page.lang)},
    }
