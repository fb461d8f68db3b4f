"""`report.html`: the answer with its charts, in the folder's language; where the team chose otherwise, that is said first."""

from __future__ import annotations

from advisor.onboarding.kit import Kit
from advisor.render.html import render
from advisor.render.page import Page


def html_report(kit: Kit) -> str:
    """Return the page.

    Raises:
        InputError: the report extra is not installed.
    """
    page = Page(kit.advice, kit.pack, kit.lang, command=kit.command)
    return render(page, kit.derived(), kit.evidence, _remark(kit)) + "\n"


def _remark(kit: Kit) -> str:
    if not kit.against_the_advice or kit.lock.chosen is None:
        return ""
    name, because = kit.chosen.name[kit.lang], kit.lock.chosen.because
    return kit.pick(
        f"The team chose {name} instead, because: {because}. What follows is the advice it decided against.",
        f"团队改选了 {name}，理由：{because}。以下为团队未采纳的建议。",
    )
