"""What no number of an answer rests on."""

from __future__ import annotations

from advisor.reasoning.advice import EvidenceSummary
from advisor.reasoning.profile import Profile
from advisor.text import Text


def not_measured(profile: Profile, evidence: EvidenceSummary) -> tuple[Text, ...]:
    """Say what no number of this answer rests on."""
    found = []
    if not evidence.measurements or all(one.amount is None for one in evidence.measurements):
        found.append(Text(en="this machine", zh="本机"))
    if profile.known("scale") != ("small",):
        found.append(Text(en="several machines", zh="多机训练"))
        found.append(Text(en="scaling beyond 2 processes", zh="两个以上进程的扩展性"))
    if not evidence.machine.get("gpus") and profile.known("hardware") != ("cpu",):
        found.append(Text(en="GPU speed", zh="GPU 速度"))
    if profile.known("deploy") not in (("none",),):
        found.append(Text(en="serving and export", zh="线上服务与导出"))
    return tuple(found)
