"""A decision made from known runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from made_runs import make_session
from msgspec import Struct
from msgspec.structs import replace

from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.onboarding.decision_check import DecisionCheck, Today, check
from advisor.onboarding.lock import Lock, make_lock
from advisor.pipeline import Request, make_inputs
from advisor.reasoning.advice import Advice
from advisor.reasoning.assemble import assemble
from advisor.reasoning.profile import Answer, Profile

VERSIONS = {"torch": "2.13.0", "keras": "3.15.1", "tensorflow": "2.21.0"}


class Decided(Struct, frozen=True):
    """A decision, and everything it was made from."""

    lock: Lock
    advice: Advice
    evidence: Evidence
    now: Today

    def held_against(self, **changes: object) -> DecisionCheck:
        """Check the decision where some of what it was made from has changed."""
        return check(self.lock, self.evidence, replace(self.now, **changes))  # type: ignore[arg-type]


def decide(built_in: Pack, today: date, versions: Mapping[str, str] = VERSIONS) -> Decided:
    """Decide for a large project in production, on the runs of one whole measurement with some versions."""
    answers = {"scale": ("large",), "use-case": ("engineering-production",), "deploy": ("mobile", "cloud-server")}
    profile = Profile({id: Answer(id, choices, "flag") for id, choices in answers.items()})
    evidence = Evidence(tuple(make_session(versions=dict(versions))))
    request = Request(probing="none", as_of=today)
    advice = assemble(make_inputs(request, built_in, profile, evidence))
    now = Today(pack=built_in, profile=profile, as_of=today)
    return Decided(make_lock(request, built_in, advice, evidence, "en"), advice, evidence, now)
