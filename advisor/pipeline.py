"""The pipeline, from a request to an answer: the first file to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from advisor.ask import detect_answers, make_profile
from advisor.errors import ProbeError, Problem, StoreError
from advisor.evidence.runs import Evidence
from advisor.evidence.stacks import load_probed_pack, ran_a_framework
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.reasoning.advice import Advice, EvidenceSummary
from advisor.reasoning.assemble import Answer, compute_answer
from advisor.reasoning.evaluation import AdviceInputs, draw_worlds, evaluate_readings
from advisor.reasoning.limitations import not_measured
from advisor.reasoning.packages import project_pack
from advisor.reasoning.profile import NOTHING_SCANNED, Origins, Profile, Scanned
from advisor.reasoning.readings import Finding, ScaledMeasurement, Verdict, untested
from advisor.sentences import text
from advisor.text import Text

if TYPE_CHECKING:
    from advisor.evidence.collect import Progress, Run, SessionRecord
    from advisor.evidence.store import Store
    from advisor.reasoning.derivation import Derivation
    from advisor.reasoning.difference import Difference

Probing = Literal["auto", "none", "quick", "full"]
STEPS_BY_SCALE: Mapping[str, int] = {"small": 1_000, "medium": 100_000, "large": 1_000_000}
"""How many training steps a project of each scale is assumed to run: it decides which mode's speed counts."""


class Request(Struct, frozen=True):
    """What the user asked for. Together with the facts detected on this machine it determines the answer.

    Attributes:
        flags: answers given directly, by question.
        origin: how those were given: all as options, or asked on a terminal, or each in its own way.
        answers: a file with further answers.
        scan: the repository that was scanned, and the answers it proposes.
        weigh: importances set by hand, by criterion.
        probe: whether to measure.
        budget: most seconds to measure; None: the default of the depth.
        evidence: files of runs; where there are any, no store is read.
        store: the evidence store; None: the default one.
        as_of: the date of the answer.
        pack: the folders of knowledge, each laid over the one before (see `knowledge.layers`).
    """

    flags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    origin: Origins = "flag"
    answers: Path | None = None
    scan: Scanned = NOTHING_SCANNED
    weigh: Mapping[str, str] = field(default_factory=dict)
    probe: Probing = "auto"
    budget: float | None = None
    evidence: tuple[Path, ...] = ()
    store: Path | None = None
    as_of: date = field(default_factory=date.today)
    pack: tuple[Path, ...] = (BUILT_IN,)


class Gathered(Struct):
    """The evidence of an answer, what to warn of, and whether measuring it was interrupted; and the last answer computed from it."""

    evidence: Evidence
    warnings: list[Text] = field(default_factory=list)
    interrupted: bool = False
    answer: Answer | None = None


def advise(
    request: Request,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_provisional: Callable[[Advice], None] = lambda _: None,
) -> tuple[Advice, Gathered]:
    """Answer a request: read knowledge and answers, gather evidence, judge the claims, weigh everything.

    Args:
        request: answers, where evidence comes from, and the date.
        on_progress: called with what is being measured.
        on_provisional: called with the answer without measurements, just before measuring.

    Returns:
        The advice, and the evidence it rests on.

    Raises:
        AdvisorError: wrong input, an unreadable store, or a probe that was asked for and failed.
    """
    pack = load_probed_pack(request.pack)
    profile = profile_of_request(request, pack)
    gathered = gather_evidence(request, pack, profile, on_progress, on_provisional)
    return compute_advice(request, pack, profile, gathered), gathered


def profile_of_request(request: Request, pack: Pack) -> Profile:
    """Return the profile of a request: its answers and what this machine shows; raises as `ask.make_profile` does."""
    return make_profile(pack, request.flags, request.answers, detect_answers(pack), request.origin, request.scan)


def compute_advice(request: Request, pack: Pack, profile: Profile, gathered: Gathered) -> Advice:
    """Judge the claims by the evidence and compute the advice; `gathered` keeps the answer with its worlds."""
    gathered.answer = compute_answer(make_inputs(request, pack, profile, gathered.evidence))
    return gathered.answer.advice


def derive_answer(
    request: Request, pack: Pack, profile: Profile, evidence: Evidence, against: Sequence[str] = ()
) -> Derivation:
    """Return the answer with everything it is derived from (see `reasoning.derive`)."""
    from advisor.reasoning.derive import derive  # only for `why` and `why-not`

    return derive(make_inputs(request, pack, profile, evidence), against)


def compare_requests(
    request: Request, changed: Request, pack: Pack, evidence: Evidence, assumed: Mapping[str, Verdict]
) -> Difference:
    """Answer a request and a changed one, and return the difference; nothing is measured.

    Args:
        request, changed: before and after, both about this pack.
        evidence: of both answers.
        assumed: verdicts of claims, by id, assumed afterwards.
    """
    from advisor.reasoning.difference import difference  # only for `what-if`

    before, after = (make_inputs(each, pack, profile_of_request(each, pack), evidence) for each in (request, changed))
    why = text("findings.taken-for-granted")
    findings = {id: Finding(id, verdict, (why.en, why.zh)) for id, verdict in assumed.items()}
    return difference(before, replace(after, findings={**after.findings, **findings}))


def make_inputs(request: Request, pack: Pack, profile: Profile, evidence: Evidence) -> AdviceInputs:
    """Put together everything an answer is computed from."""
    steps = STEPS_BY_SCALE[(*profile.known("scale"), "medium")[0]]
    pack = project_pack(pack, profile)
    if evidence.runs:
        from advisor.evidence.applicability import applicable_pack

        pack = applicable_pack(pack, evidence)
    findings, measured, summary = _judge_evidence(pack, profile, evidence, steps)
    return AdviceInputs(
        pack=pack,
        profile=profile,
        findings=findings,
        measured=measured,
        as_of=request.as_of,
        weigh=request.weigh,
        evidence=summary,
        steps=steps,
        not_measured=not_measured(pack, profile, summary),
    )


def _judge_evidence(
    pack: Pack, profile: Profile, evidence: Evidence, steps: int
) -> tuple[Mapping[str, Finding], tuple[ScaledMeasurement, ...], EvidenceSummary]:
    """Judge the claims by the runs and read the measures; without runs of a framework every claim is untested."""
    if not evidence.runs:
        return untested(pack), (), EvidenceSummary()
    from advisor.evidence.describe import only_tried, summarise_evidence
    from advisor.evidence.findings import judge_claims
    from advisor.evidence.scaled_measurements import scale_measurements

    worlds = draw_worlds(pack, profile, 512)
    if not ran_a_framework(evidence.runs):
        return untested(pack), (), only_tried(summarise_evidence(pack, evidence, (), worlds))
    measured = scale_measurements(pack, evidence, steps)
    return judge_claims(pack, evidence), measured, summarise_evidence(pack, evidence, measured, worlds)


def gather_evidence(
    request: Request,
    pack: Pack,
    profile: Profile,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_provisional: Callable[[Advice], None] = lambda _: None,
) -> Gathered:
    """Read evidence and, where that is asked for or still needed, measure.

    With evidence files nothing else is read and nothing is measured, unless `--probe` says so. Under `auto` a problem
    (no framework, a busy machine, an unwritable store) becomes a warning; where measuring was asked for it is an error.
    """
    if request.probe == "none" and request.store is None and not request.evidence:
        return Gathered(Evidence())
    from advisor.evidence import collect

    if request.evidence:
        gathered = Gathered(collect.read_evidence_files(request.evidence, request.as_of, pack))
        if request.probe in ("auto", "none"):
            return gathered
    else:
        gathered = _read_stored(request, pack)
    if request.probe == "none":
        return gathered
    pack = _join_contestants(request, pack, profile)
    if probes := _choose_probes(request, pack, profile, gathered):
        on_provisional(compute_advice(request, pack, profile, Gathered(Evidence())))
        _run_probes(request, pack, probes, gathered, on_progress)
    return gathered


def probes_to_measure(request: Request, pack: Pack, profile: Profile) -> tuple[str, ...]:
    """Return the probes that answering this request would run now.

    Raises:
        StoreError: the store was named and cannot be read.
    """
    return _choose_probes(request, _join_contestants(request, pack, profile), profile, _read_stored(request, pack))


def _join_contestants(request: Request, pack: Pack, profile: Profile) -> Pack:
    """Return the pack with the frameworks out of scope that this request measures beside the others."""
    from advisor.evidence.contestants import join_contestants

    return join_contestants(pack, make_inputs(request, pack, profile, Evidence()))


def _read_stored(request: Request, pack: Pack) -> Gathered:
    """Return the evidence of the store; under `auto` a store that cannot be read becomes a warning."""
    from advisor.evidence import collect
    from advisor.evidence.store import default_store
    from advisor.evidence.warnings import damaged_warning as damaged

    try:
        evidence = collect.read_store(request.store or default_store(), collect.inspect_machine(pack), request.as_of)
    except StoreError as error:
        if request.store or request.probe != "auto":
            raise
        return Gathered(Evidence(), [Text(en=str(error.problems[0]), zh=str(error.problems[0]))])
    if request.store and request.probe == "none" and not request.store.exists():
        raise StoreError([Problem(str(request.store), "there is no such store", "measure first: advise probe")])
    return Gathered(evidence, [damaged(evidence.damaged, request.store)] if evidence.damaged else [])


def _choose_probes(request: Request, pack: Pack, profile: Profile, gathered: Gathered) -> tuple[str, ...]:
    """Return the probes to run, the most valuable per second first; what is left out becomes a warning.

    On a machine without usable runs all of them are run, since the third reading is what the answer is checked by. After
    that only what could still change the answer is measured.
    """
    from advisor.evidence import collect
    from advisor.evidence.planning import plan_probes, skipped_notes

    if request.probe != "auto":
        return collect.probes_of_depth(request.probe)
    evidence = gathered.evidence
    missing = collect.probes_with_missing_runs(pack, evidence, collect.relevant_probes(pack, profile))
    if not missing:
        return ()
    inputs = make_inputs(request, pack, profile, evidence)
    budget = request.budget if request.budget is not None else collect.DEFAULT_BUDGET["auto"]
    plan = plan_probes(pack, evaluate_readings(inputs)[0]["measured"].worlds, missing, evidence, budget)
    if not any(evidence.counts(run) for run in evidence.runs):
        return tuple(option.probe for option in plan.ranked)
    gathered.warnings += skipped_notes(plan)
    return tuple(option.probe for option in plan.chosen)


def _run_probes(
    request: Request, pack: Pack, probes: tuple[str, ...], gathered: Gathered, on_progress: Callable[[Progress], None]
) -> None:
    """Run probes and add their runs to `gathered`; an interrupt keeps the finished ones."""
    from advisor.evidence import collect

    store = _open_store(request, gathered)
    records: list[SessionRecord] = []
    depth: Literal["quick", "full"] = "full" if request.probe == "full" else "quick"
    budget = request.budget if request.budget is not None else collect.DEFAULT_BUDGET[request.probe]
    try:
        for record in collect.measure_now(pack, probes, depth, budget, store, on_progress):
            records.append(record)
    except KeyboardInterrupt:
        gathered.interrupted = True
    except collect.MachineBusy as error:
        if request.probe != "auto":
            raise
        gathered.warnings.append(text("evidence.nothing-was-measured", why=str(error)))
    finally:
        if store is not None:
            store.close()
    gathered.evidence = collect.add_records(gathered.evidence, records)
    gathered.warnings += collect.cpu_reasons(records)
    _check_failures(request, [record for record in records if isinstance(record, collect.Run)], gathered)


def _open_store(request: Request, gathered: Gathered) -> Store | None:
    """Open the store that measured runs are written to; None where none is used or, under `auto`, none can be written."""
    from advisor.evidence.store import Store, default_store

    if request.evidence and not request.store:
        return None
    try:
        return Store(request.store or default_store(), write=True)
    except StoreError as error:
        if request.probe != "auto":
            raise
        gathered.warnings.append(Text(en=str(error.problems[0]), zh=str(error.problems[0])))
        return None


def _check_failures(request: Request, runs: list[Run], gathered: Gathered) -> None:
    """Raise where all probes that were asked for failed; under `auto` only a missing installation warns."""
    from advisor.evidence.collect import is_timed_run
    from advisor.evidence.warnings import NOTHING_INSTALLED

    failed = [run for run in runs if run.outcome not in ("ok", "not_installed", "unsupported")]
    usable = [run for run in runs if run.outcome == "ok" and run.candidate != "numpy"]
    if request.probe != "auto" and failed and not usable and not gathered.interrupted:
        raise ProbeError(f"no probe succeeded; the first: {failed[0].probe} on {failed[0].candidate}: {failed[0].why}")
    outcomes = {str(run.outcome) for run in runs if is_timed_run(run)}
    if outcomes == {"not_installed"} and not gathered.interrupted and not gathered.warnings:
        gathered.warnings.append(text(NOTHING_INSTALLED))
