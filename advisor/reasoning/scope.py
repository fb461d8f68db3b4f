"""What no number of an answer rests on."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import EvidenceLine
from advisor.reasoning.profile import Profile
from advisor.text import Text


def not_measured(pack: Pack, profile: Profile, evidence: EvidenceLine) -> tuple[Text, ...]:
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
    return (*found, *_not_measurable(pack))


def _not_measurable(pack: Pack) -> Iterator[Text]:
    """Name the frameworks in scope that no probe is written for."""
    for framework in dict.fromkeys(pack.candidates[id].framework for id in pack.in_scope):
        if not set(pack.stacks(framework)) & set(pack.measurable):
            name = pack.frameworks[framework].name
            yield Text(
                en=f"{name} (not measurable: no probe is written for it)", zh=f"{name}（不可实测：没有为它编写的探针）"
            )
