"""The pipeline, from a request to an answer: the first file to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from advisor.ask import detect, make_profile
from advisor.dataclass import dataclass
from advisor.errors import AdvisorError, ProbeError, Problem, StoreError
from advisor.evidence.runs import Evidence
from advisor.evidence.stacks import probed_pack
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.reasoning.advice import Advice, EvidenceLine
from advisor.reasoning.assemble import Case, assemble, evaluate_readings, worlds_of
from advisor.reasoning.profile import Origin, Profile
from advisor.reasoning.readings import Finding, Measured, Verdict, untested
from advisor.reasoning.scope import not_measured
from advisor.text import Text

if TYPE_CHECKING:
    from advisor.evidence.collect import Progress, Record, Run
    from advisor.reasoning.derivation import Derivation
    from advisor.reasoning.difference import Difference

Probing = Literal["auto", "none", "quick", "full"]
STEPS_BY_SCALE: Mapping[str, int] = {"small": 1_000, "medium": 100_000, "large": 1_000_000}
"""How many training steps a project of each scale is taken to run: decides which mode's speed counts."""


@dataclass(frozen=True)
class Request:
    """What the user asked for. Together with the machine's detected facts it determines the answer.

    `flags` holds the answers given directly, by question; `origin` says how: as options, or asked on a terminal. `pack`
    names the folders of knowledge, laid one over another (see `knowledge.layers`).
    """

    flags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    origin: Origin = "flag"
    answers: Path | None = None
    weigh: Mapping[str, str] = field(default_factory=dict)
    probe: Probing = "auto"
    budget: float | None = None
    evidence: tuple[Path, ...] = ()
    store: Path | None = None
    as_of: date = field(default_factory=date.today)
    pack: tuple[Path, ...] = (BUILT_IN,)


@dataclass
class Gathered:
    """The evidence of an answer and what happened while it was gathered."""

    evidence: Evidence
    warnings: list[Text] = field(default_factory=list)
    interrupted: bool = False


def advise(
    request: Request,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_provisional: Callable[[Advice], None] = lambda _: None,
) -> tuple[Advice, Gathered]:
    """Answer a request: know, ask, look, hold claims against runs, weigh.

    Args:
        request: answers, where evidence comes from, and the date.
        on_progress: told what is being measured.
        on_provisional: given the answer without measurements, just before measuring.

    Returns:
        The advice, and how the evidence was come by.

    Raises:
        AdvisorError: wrong input, an unreadable store, or a probe that was asked for and failed.
    """
    pack = probed_pack(request.pack)
    profile = make_profile(pack, request.flags, request.answers, detect(pack), request.origin)
    gathered = gather(request, pack, profile, on_progress, on_provisional)
    return answer(request, pack, profile, gathered), gathered


def answer(request: Request, pack: Pack, profile: Profile, gathered: Gathered) -> Advice:
    """Hold the claims against the evidence and weigh everything."""
    return assemble(make_case(request, pack, profile, gathered.evidence))


def derivation(
    request: Request, pack: Pack, profile: Profile, evidence: Evidence, against: Sequence[str] = ()
) -> Derivation:
    """Return the answer with all that carries it (see `reasoning.derivation`).

    Args:
        request, pack, profile, evidence: what an answer is computed from.
        against: candidates of which the best is compared with (default: the best of every other framework).
    """
    from advisor.reasoning.derivation import derive  # only for those who ask why

    return derive(make_case(request, pack, profile, evidence), against)


def what_if(
    request: Request, changed: Request, pack: Pack, evidence: Evidence, assumed: Mapping[str, Verdict]
) -> Difference:
    """Answer a request as it is and as it would be (see `reasoning.difference`); nothing is measured.

    Args:
        request, changed: before and after; both of this pack.
        evidence: what both lean on.
        assumed: verdicts of claims, by id, taken for granted afterwards.
    """
    from advisor.reasoning.difference import difference  # only for those who ask

    cases = []
    for one in (request, changed):
        profile = make_profile(pack, one.flags, one.answers, detect(pack), one.origin)
        cases.append(make_case(one, pack, profile, evidence))
    findings = {id: Finding(id, verdict, ("taken for granted", "假设如此")) for id, verdict in assumed.items()}
    before, after = cases
    return difference(before, replace(after, findings={**after.findings, **findings}))


def make_case(request: Request, pack: Pack, profile: Profile, evidence: Evidence) -> Case:
    """Put together everything the answer is computed from."""
    steps = STEPS_BY_SCALE[(*profile.known("scale"), "medium")[0]]
    if evidence.runs:
        from advisor.evidence.scope import scoped

        pack = scoped(pack, evidence)
    findings, measured, line = _read_evidence(pack, profile, evidence, steps)
    return Case(
        pack=pack,
        profile=profile,
        findings=findings,
        measured=measured,
        as_of=request.as_of,
        weigh=request.weigh,
        evidence=line,
        steps=steps,
        not_measured=not_measured(pack, profile, line),
    )


def _read_evidence(
    pack: Pack, profile: Profile, evidence: Evidence, steps: int
) -> tuple[Mapping[str, Finding], tuple[Measured, ...], EvidenceLine]:
    """Hold claims against runs and read the measures; without runs everything is untested."""
    if not evidence.runs:
        return untested(pack), (), EvidenceLine()
    from advisor.evidence.describe import describe
    from advisor.evidence.findings import hold
    from advisor.evidence.measured import read

    measured = read(pack, evidence, steps)
    return hold(pack, evidence), measured, describe(pack, evidence, measured, worlds_of(pack, profile, 512))


def gather(
    request: Request,
    pack: Pack,
    profile: Profile,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_provisional: Callable[[Advice], None] = lambda _: None,
) -> Gathered:
    """Read evidence and, if asked or still needed, measure.

    With evidence files nothing else is read and nothing is measured, unless `--probe` says so. Under `auto` trouble
    (no framework, a busy machine, an unwritable store) becomes a warning; asked for by name it is an error.
    """
    if request.probe == "none" and request.store is None and not request.evidence:
        return Gathered(Evidence())
    from advisor.evidence import collect

    if request.evidence:
        found = Gathered(collect.from_files(request.evidence, request.as_of, pack))
        if request.probe in ("auto", "none"):
            return found
    else:
        found = _stored(request, pack)
    if request.probe == "none":
        return found
    wanted = _wanted(request, pack, profile, found)
    if wanted:
        on_provisional(answer(request, pack, profile, Gathered(Evidence())))
        _measure(request, pack, wanted, found, on_progress)
    return found


def to_measure(request: Request, pack: Pack, profile: Profile) -> tuple[str, ...]:
    """Return the probes that an answer to this request would run now.

    Raises:
        StoreError: the store was named and cannot be read.
    """
    return _wanted(request, pack, profile, _stored(request, pack))


def _stored(request: Request, pack: Pack) -> Gathered:
    from advisor.evidence import collect
    from advisor.evidence.store import default_store

    try:
        evidence = collect.from_store(request.store or default_store(), collect.here(pack), request.as_of)
    except StoreError as error:
        if request.store or request.probe != "auto":
            raise
        return Gathered(Evidence(), [_warning(error)])
    if request.store and request.probe == "none" and not request.store.exists():
        raise StoreError([Problem(str(request.store), "there is no such store", "measure first: advise probe")])
    found = Gathered(evidence)
    if evidence.damaged:
        n = evidence.damaged
        found.warnings.append(Text(en=f"{n} stored runs are damaged and left out", zh=f"{n} 条已存结果已损坏，未采用"))
    return found


def _wanted(request: Request, pack: Pack, profile: Profile, found: Gathered) -> tuple[str, ...]:
    """Return the probes to run, the most telling per second first.

    On a machine that nothing was measured on yet the whole look is taken, for the third reading is what the answer is
    checked by; after that, only what could still change the answer is measured, and what is left out is said.
    """
    from advisor.evidence import collect
    from advisor.evidence.planning import plan, said

    if request.probe != "auto":
        return collect.every_probe(request.probe)
    wanted = collect.missing(pack, found.evidence, collect.can_count(pack, profile))
    if not wanted:
        return ()
    case = make_case(request, pack, profile, found.evidence)
    budget = request.budget if request.budget is not None else collect.DEFAULT_BUDGET["auto"]
    planned = plan(pack, evaluate_readings(case)[0]["measured"].worlds, wanted, found.evidence, budget)
    if not any(found.evidence.counts(run) for run in found.evidence.runs):
        return tuple(one.probe for one in planned.ranked)
    found.warnings += said(planned)
    return tuple(one.probe for one in planned.chosen)


def _measure(
    request: Request,
    pack: Pack,
    wanted: tuple[str, ...],
    found: Gathered,
    on_progress: Callable[[Progress], None],
) -> None:
    """Measure into `found`; an interrupt keeps what is finished."""
    from advisor.evidence import collect
    from advisor.evidence.store import Store, default_store

    store: Store | None = None
    if not request.evidence or request.store:
        try:
            store = Store(request.store or default_store(), write=True)
        except StoreError as error:
            if request.probe != "auto":
                raise
            found.warnings.append(_warning(error))
    records: list[Record] = []
    depth: Literal["quick", "full"] = "full" if request.probe == "full" else "quick"
    budget = request.budget if request.budget is not None else collect.DEFAULT_BUDGET[request.probe]
    try:
        for record in collect.measure_now(pack, wanted, depth, budget, store, on_progress):
            records.append(record)
    except KeyboardInterrupt:
        found.interrupted = True
    except collect.MachineBusy as error:
        if request.probe != "auto":
            raise
        found.warnings.append(Text(en=f"nothing was measured: {error}", zh=f"未能实测：{error}"))
    finally:
        if store is not None:
            store.close()
    found.evidence = collect.with_records(found.evidence, records)
    found.warnings += collect.on_cpu_because(records)
    _report_failures(request, [one for one in records if isinstance(one, collect.Run)], found)


def _report_failures(request: Request, runs: list[Run], found: Gathered) -> None:
    """A measurement that was asked for by name and failed is an error; under `auto` it is seen in the table."""
    from advisor.evidence.collect import is_timed

    failed = [run for run in runs if run.outcome not in ("ok", "not_installed", "unsupported")]
    usable = [run for run in runs if run.outcome == "ok" and run.candidate != "numpy"]
    if request.probe != "auto" and failed and not usable and not found.interrupted:
        raise ProbeError(f"no probe succeeded; the first: {failed[0].probe} on {failed[0].candidate}: {failed[0].why}")
    if found.interrupted or found.warnings or any(is_timed(run) for run in usable):
        return
    if {str(run.outcome) for run in runs if is_timed(run)} == {"not_installed"}:
        found.warnings.append(
            Text(
                en="no framework could be measured: install one, for example pip install 'framework-advisor[torch]'",
                zh="没有可实测的框架：请先安装，例如 pip install 'framework-advisor[torch]'",
            )
        )


def _warning(error: AdvisorError) -> Text:
    return Text(en=str(error.problems[0]), zh=str(error.problems[0]))
