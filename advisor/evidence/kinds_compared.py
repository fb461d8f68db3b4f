"""Other kinds of machine beside the one that an answer speaks for: how fast the same was there, and whether claims held."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from advisor.evidence.findings import judge_claims
from advisor.evidence.kinds import OTHER_KIND, kind_text, of_kind
from advisor.evidence.paired_comparison import measure_value
from advisor.evidence.runs import DEFAULT, STEP, Evidence
from advisor.knowledge.pack import Pack
from advisor.reasoning.readings import Finding
from advisor.sentences import text
from advisor.text import Text, clean
from probes.candidates import REFERENCE
from probes.catalogue import PROBES
from probes.machine.kind import kind_of
from probes.run import Outcome

UNDECIDED = "untested"


def other_kinds_note(evidence: Evidence, pack: Pack) -> list[Text]:
    """Return a note on the kinds of machine whose runs do not speak in this answer, beside the one that does; nothing without any."""
    others = Counter(
        kind_of(run.machine)
        for run in evidence.runs
        if evidence.why_not(run) == OTHER_KIND and run.outcome is Outcome.OK
    )
    if not others:
        return []
    findings, times = judge_claims(pack, evidence), _step_times(evidence)
    kinds = []
    for kind, count in sorted(others.items()):
        there = of_kind(replace(evidence, where=None), kind)
        beside = [*_speeds(times, _step_times(there)), *_verdicts(findings, judge_claims(pack, there))]
        kinds.append(
            text("evidence.kind-with-runs", id=kind.id, kind=kind_text(kind), runs=count, beside=_joined(beside))
        )
    return [text("evidence.other-kinds", kinds=kinds)]


def _step_times(evidence: Evidence) -> dict[tuple[str, str], float]:
    """Return the median step by probe and candidate, as a user gets it without asking, in milliseconds."""
    return {
        (name, candidate): statistics.median(values)
        for name, probe in PROBES.items()
        if probe.timed
        for candidate, blocks in evidence.blocks(name, DEFAULT).items()
        if candidate != REFERENCE.id
        and (values := [value for run in blocks.values() if (value := measure_value(run, STEP))])
    }


def _speeds(here: Mapping[tuple[str, str], float], there: Mapping[tuple[str, str], float]) -> Iterator[Text]:
    """Yield how long a step takes there as a multiple of here, by candidate."""
    ratios: dict[str, list[float]] = {}
    for both in sorted(here.keys() & there.keys()):
        ratios.setdefault(both[1], []).append(math.log(there[both] / here[both]))
    if ratios:
        times = [f"{candidate} {math.exp(statistics.mean(logs)):.2g}" for candidate, logs in ratios.items()]
        yield text("evidence.kind-step-times", times=times)


def _verdicts(here: Mapping[str, Finding], there: Mapping[str, Finding]) -> Iterator[Text]:
    """Yield on how many claims both kinds decide alike, and on which not."""
    both = [id for id in here if UNDECIDED not in (here[id].verdict, there[id].verdict)]
    different = [clean(id) for id in both if here[id].verdict != there[id].verdict]
    if different:
        yield text("evidence.kind-other-verdicts", claims=different)
    elif both:
        yield text("evidence.kind-same-verdicts", count=len(both))


def _joined(parts: list[Text]) -> Text:
    """Return what is to be said behind a kind."""
    return Text(en="".join(f", {part.en}" for part in parts), zh="".join(f"，{part.zh}" for part in parts))
