"""What the numbers of an answer do not cover."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import EvidenceSummary
from advisor.reasoning.profile import Profile
from advisor.sentences import text
from advisor.text import Text


def not_measured(pack: Pack, profile: Profile, evidence: EvidenceSummary) -> tuple[Text, ...]:
    """Return what was not measured, of what would matter to this project.

    Args:
        pack: for the frameworks in scope that no probe is written for.
        profile: the project's answers.
        evidence: what was measured.
    """
    missing = []
    if not evidence.measurements or all(measurement.amount is None for measurement in evidence.measurements):
        missing.append(text("reasoning.this-machine"))
    if profile.known("scale") != ("small",):
        missing.append(text("reasoning.several-machines"))
        missing.append(text("reasoning.more-than-two-processes"))
    if not evidence.machine.get("gpus") and profile.known("hardware") != ("cpu",):
        missing.append(text("reasoning.gpu-speed"))
    if profile.known("deploy") not in (("none",),):
        missing.append(text("reasoning.serving-and-export"))
    return (*missing, *_not_measurable(pack))


def _not_measurable(pack: Pack) -> Iterator[Text]:
    """Name the frameworks in scope that no probe is written for."""
    for framework in dict.fromkeys(pack.candidates[id].framework for id in pack.in_scope):
        if not set(pack.stacks(framework)) & set(pack.measurable):
            yield text("reasoning.not-measurable", framework=pack.frameworks[framework].name)
