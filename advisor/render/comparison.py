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
from advisor.render.start_words import StartForm, start_lines
from advisor.words import LABELS, topic


def what_if(page: Page, difference: Difference, changes: Sequence[str]) -> Iterator[Part]:
    """Yield the parts that show what a change would do.

    Args:
        page: the answer before.
        difference: both answers, and what differs between them.
        changes: what is changed, as it was typed.
    """
    if page.command:
        yield part("", [page.say("why.last-answer", command=page.command)])
    outcome = _outcome(page, difference, page.say("what-if.between-conditions").join(changes))
    yield part("", [outcome, *_new_start(page, difference)])
    rows = [
        Item(_standings(page, difference.before), page.say("what-if.before")),
        Item(_standings(page, difference.after), page.say("what-if.after")),
    ]
    yield part(page.say("what-if.head-answer"), rows)
    if difference.leader and difference.rival:
        leader, rival = page.candidate(difference.leader), page.candidate(difference.rival)
        head = page.say("what-if.head-changed", leader=leader, rival=rival)
        nothing = Item(page.say("what-if.nothing-moved"))
        yield part(head, [_lead_change(page, change) for change in difference.moved] or [nothing])


def _outcome(page: Page, difference: Difference, conditions: str) -> str:
    if difference.after.framework is None:
        rules = ", ".join(difference.after.conflict)
        return page.say("what-if.nothing-left", conditions=conditions, rules=rules)
    after = page.candidate(difference.after.framework)
    if not difference.changes:
        stack_before, stack_after = (
            page.candidate(advice.candidate or "") for advice in (difference.before, difference.after)
        )
        if stack_before == stack_after:
            return page.say("what-if.stays", conditions=conditions, leader=after)
        return page.say(
            "what-if.stack-changes", conditions=conditions, framework=after, before=stack_before, after=stack_after
        )
    if not difference.before.framework:
        return page.say("what-if.changes-from-nothing", conditions=conditions, after=after)
    before = page.candidate(difference.before.framework)
    return page.say("what-if.changes", conditions=conditions, before=before, after=after)


def _new_start(page: Page, difference: Difference) -> Iterator[str]:
    """Yield what to type to begin with after the change, where that is another line."""
    before, after = (
        start_lines(Page(advice, page.pack, page.lang), StartForm(terse=True))
        for advice in (difference.before, difference.after)
    )
    if after != before:
        yield from (page.say("what-if.start", line=line) for line in after)


def _standings(page: Page, advice: Advice) -> str:
    shares = page.pick(", ", "，").join(
        f"{page.candidate(framework.id)} {percent(framework.p_best)}" for framework in advice.frameworks
    )
    return page.say("what-if.standings", shares=shares, label=LABELS[advice.label][page.lang].lower())


def _lead_change(page: Page, change: LeadChange) -> Item:
    pack = page.pack
    name = (
        pack.criteria[change.about].name if change.about in pack.criteria else topic(pack.questions[change.about].topic)
    )
    before, after = f"{change.before:+.3f}", f"{change.after:+.3f}"
    return Item(page.say("what-if.moved", about=name, before=before, after=after))


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
