"""For which projects measures count, given the runs: own models are read as well, and GPU timings count for GPU projects."""

from __future__ import annotations

from msgspec.structs import replace

from advisor.evidence.own_code import add_own_code_scales, is_timed_probe
from advisor.evidence.paired_comparison import device_class
from advisor.evidence.runs import REFERENCE, Evidence
from advisor.knowledge.condition import All, AnyOf, Condition, Is, Not
from advisor.knowledge.criterion import MeasureScale
from advisor.knowledge.pack import Pack
from advisor.sentences import text

ON_CPU, ON_GPU = Is("hardware", ("cpu",)), Is("hardware", ("nvidia-gpu",))


def applicable_pack(pack: Pack, evidence: Evidence) -> Pack:
    """Return the pack with its measure scales adapted to the runs; the pack itself where nothing changes."""
    pack = add_own_code_scales(pack, evidence)
    timed = {
        scale.probe
        for criterion in pack.criteria.values()
        for scale in criterion.measured
        if is_timed_probe(scale.probe)
    }
    on_gpu = {probe for probe in timed if _is_measured_on_gpu(evidence, probe)}
    if not on_gpu:
        return pack
    criteria = {
        id: replace(
            criterion,
            measured=tuple(
                _count_for_gpu_projects(scale) if scale.probe in on_gpu else scale for scale in criterion.measured
            ),
        )
        for id, criterion in pack.criteria.items()
    }
    return replace(pack, criteria=criteria)


def _is_measured_on_gpu(evidence: Evidence, probe: str) -> bool:
    """Return whether the runs used of a timed probe were measured on a GPU."""
    return any(device_class(run) == "cuda" for run in evidence.of(probe) if run.candidate != REFERENCE)


def _count_for_gpu_projects(scale: MeasureScale) -> MeasureScale:
    """Return a scale that counts for CPU projects changed to count for projects on NVIDIA GPUs; others unchanged."""
    when = _replace_cpu_by_gpu(scale.counts_when)
    if when == scale.counts_when:
        return scale
    return replace(scale, counts_when=when, counts_note=text("evidence.counts-on-nvidia-gpus"))


def _replace_cpu_by_gpu(when: Condition) -> Condition:
    """Return a condition with every "hardware is a CPU" in it replaced by "hardware is an NVIDIA GPU"."""
    if isinstance(when, Is):
        return ON_GPU if when == ON_CPU else when
    if isinstance(when, Not):
        return Not(_replace_cpu_by_gpu(when.part))
    parts = tuple(map(_replace_cpu_by_gpu, when.parts))
    return All(parts) if isinstance(when, All) else AnyOf(parts)
