"""What the numbers of an answer do not cover."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import EvidenceSummary
from advisor.reasoning.profile import Profile
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
        unmeasured.append(Text(en="this machine", zh="本机"))
    if profile.known("scale") != ("small",):
        unmeasured.append(Text(en="several machines", zh="多机训练"))
        unmeasured.append(Text(en="scaling beyond 2 processes", zh="两个以上进程的扩展性"))
    if not evidence.machine.get("gpus") and profile.known("hardware") != ("cpu",):
        unmeasured.append(Text(en="GPU speed", zh="GPU 速度"))
    if profile.known("deploy") not in (("none",),):
        unmeasured.append(Text(en="serving and export", zh="线上服务与导出"))
    return (*unmeasured, *_not_measurable(pack))


def _not_measurable(pack: Pack) -> Iterator[Text]:
    """Name the frameworks in scope that no probe is written for."""
    for framework in dict.fromkeys(pack.candidates[id].framework for id in pack.in_scope):
        if not set(pack.stacks(framework)) & set(pack.measurable):
            name = pack.frameworks[framework].name
            yield Text(
                en=f"{name} (not measurable: no probe is written for it)", zh=f"{name}（不可实测：没有为它编写的探针）"
            )
