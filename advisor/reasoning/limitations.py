"""What the numbers of an answer do not cover."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import EvidenceSummary
from advisor.reasoning.profile import Profile
from advisor.sentences import text
from advisor.text import Text


def not_measured(pack: Pack, profile: Profile, evidence: EvidenceSummary) -> tuple[Text, ...]:
    """Return what would matter to this project but was not measured.

    Args:
        pack: its frameworks in scope that no probe is written for are named.
        profile: the project's answers.
        evidence: what was measured.
    """
    unmeasured = []
    if not evidence.measurements or all(measurement.amount is None for measurement in evidence.measurements):
        unmeasured.append(text("reasoning.this-machine"))
    if profile.known("scale") != ("small",):
        unmeasured.append(text("reasoning.several-machines"))
        unmeasured.append(text("reasoning.more-than-two-processes"))
    if not evidence.machine.get("gpus") and profile.known("hardware") != ("cpu",):
        unmeasured.append(text("reasoning.gpu-speed"))
    if profile.known("deploy") not in (("none",),):
        unmeasured.append(text("reasoning.serving-and-export"))
    return (*unmeasured, *_not_measurable(pack))


def _not_measurable(pack: Pack) -> Iterator[Text]:
    """Name the frameworks in scope that no probe is written for."""
    for framework in dict.fromkeys(pack.candidates[id].framework for id in pack.in_scope):
        if not set(pack.stacks(framework)) & set(pack.measurable):
            yield text("reasoning.not-measurable", framework=pack.frameworks[framework].name)
