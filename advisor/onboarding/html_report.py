"""`report.html`: the answer with its charts, in the folder's language; where the team chose otherwise, that is said first."""

from __future__ import annotations

from advisor.onboarding.kit import Kit
from advisor.render.answer import document
from advisor.render.writers import WRITERS


def html_report(kit: Kit) -> str:
    """Return the page.

    Raises:
        InputError: the report extra is not installed.
    """
    return WRITERS["html"].write(document(kit.page, kit.derived(), kit.evidence, _remark(kit)), kit.lang) + "\n"


def _remark(kit: Kit) -> str:
    if not kit.against_the_advice or kit.lock.chosen is None:
        return ""
    return kit.page.say("answer.team-chose", stack=kit.chosen.name, because=kit.lock.chosen.because)
