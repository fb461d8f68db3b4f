"""What a pack's readings speak for, given the runs there are: own models are read too, and a GPU speaks for GPU projects."""

from __future__ import annotations

from dataclasses import replace

from advisor.evidence.own_code import is_timed, with_own_code
from advisor.evidence.paired_comparison import device_class
from advisor.evidence.runs import REFERENCE, Evidence
from advisor.knowledge.condition import All, AnyOf, Condition, Is, Not
from advisor.knowledge.criterion import MeasureScale
from advisor.knowledge.pack import Pack
from advisor.text import Text

ON_CPU, ON_GPU = Is("hardware", ("cpu",)), Is("hardware", ("nvidia-gpu",))
GPU_NOTE = Text(
    en="partly: GPU timings and memory count only for projects on NVIDIA GPUs",
    zh="部分：GPU 上测得的时间与内存仅对 NVIDIA GPU 项目计入",
)


def applicable_pack(pack: Pack, evidence: Evidence) -> Pack:
    """Return the pack with its readings as this evidence makes them; the pack itself where that changes nothing."""
    pack = with_own_code(pack, evidence)
    timed = {reading.probe for one in pack.criteria.values() for reading in one.measured if is_timed(reading.probe)}
    on_gpu = {probe for probe in timed if _on_gpu(evidence, probe)}
    if not on_gpu:
        return pack
    criteria = {
        id: replace(
            one, measured=tuple(_spoken(reading) if reading.probe in on_gpu else reading for reading in one.measured)
        )
        for id, one in pack.criteria.items()
    }
    return replace(pack, criteria=criteria)


def _on_gpu(evidence: Evidence, probe: str) -> bool:
    """Whether the session of a timed probe that counts was measured on a GPU."""
    return any(device_class(run) == "cuda" for run in evidence.of(probe) if run.candidate != REFERENCE)


def _spoken(reading: MeasureScale) -> MeasureScale:
    """A reading that counted for CPU projects, counting for those on NVIDIA GPUs instead."""
    when = _instead(reading.counts_when)
    return replace(reading, counts_when=when, counts_note=GPU_NOTE) if when != reading.counts_when else reading


def _instead(when: Condition) -> Condition:
    if isinstance(when, Is):
        return ON_GPU if when == ON_CPU else when
    if isinstance(when, Not):
        return Not(_instead(when.part))
    parts = tuple(map(_instead, when.parts))
    return All(parts) if isinstance(when, All) else AnyOf(parts)
