"""`DECISION.md`: the decision record, in the form of MADR (Markdown Any Decision Records 4.0)."""

from __future__ import annotations

from datetime import timedelta

from advisor.onboarding.kit import Kit
from advisor.onboarding.lock import NAME
from advisor.onboarding.templates import rendered
from advisor.reasoning.readings import STALE_AFTER


def decision_record(kit: Kit) -> str:
    """Return the decision record: deciders, drivers, options, evidence, consequences, confirmation, exit cost, watch list."""
    return rendered("DECISION.md", kit, review_by=kit.lock.as_of + STALE_AFTER, lock=NAME, day=timedelta(days=1))
