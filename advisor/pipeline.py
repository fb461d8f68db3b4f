"""The pipeline, from a request to an answer: the first file to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from advisor.ask import make_profile
from advisor.detected import detect_answers
from advisor.evidence.runs import Evidence
from advisor.evidence.stacks import load_probed_pack, ran_a_framework
from advisor.knowledge.pack import Pack
from advisor.reading_evidence import note_stored_runs, read_files, read_stored, speaks_for_another_kind
from advisor.reasoning.advice import Advice, EvidenceSummary
from advisor.reasoning.assemble import Answer, compute_answer
from advisor.reasoning.evaluation import AdviceInputs, draw_worlds, evaluate_readings
from advisor.reasoning.limitations import not_measured
from advisor.reasoning.packages import project_pack
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import Finding, ScaledMeasurement, Verdict, untested
from advisor.reasoning.workloads import workload_of
from advisor.request import Gathered as Gathered
from advisor.request import Request as Request
from advisor.running_probes import has_temporary_folder, open_keeper_of, run_probes
from advisor.sentences import text
from advisor.text import Text

if TYPE_CHECKING:
    from advisor.evidence.collect import Progress
    from advisor.evidence.workload_evidence import WorkloadReading
    from advisor.reasoning.derivation import Derivation
    from advisor.reasoning.difference import Difference
    from probes.catalogue import Probe

STEPS_BY_SCALE: Mapping[str, int] = {"small": 1_000, "medium": 100_000, "large": 1_000_000}
"""How many training steps a project of each scale is assumed to run: it decides which mode's speed counts."""


def advise(
    request: Request,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_provisional: Callable[[Advice], None] = lambda _: None,
    on_warning: Callable[[Text], None] | None = None,
) -> tuple[Advice, Gathered]:
    """Answer a request: read knowledge and answers, gather evidence, judge the claims, weigh everything.

    Args:
        request: answers, where evidence comes from, and the date.
        on_progress: called with what is being measured.
        on_provisional: called with the answer without measurements, just before measuring.
        on_warning: called with what should be known before measuring; without it, it is among the warnings gathered.

    Returns:
        The advice, and the evidence it rests on.

    Raises:
        AdvisorError: wrong input, an unreadable store, or a probe that was asked for and failed.
    """
    pack = load_probed_pack(request.pack)
    profile = profile_of_request(request, pack)
    gathered = gather_evidence(request, pack, profile, on_progress, on_provisional, on_warning)
    return compute_advice(request, pack, profile, gathered), gathered


def profile_of_request(request: Request, pack: Pack) -> Profile:
    """Return the profile of a request: its answers and what this machine shows; raises as `ask.make_profile` does."""
    return make_profile(pack, request.flags, request.answers_file, detect_answers(pack), request.origin, request.scan)


def compute_advice(request: Request, pack: Pack, profile: Profile, gathered: Gathered) -> Advice:
    """Judge the claims by the evidence and compute the advice; `gathered` keeps the answer with its worlds."""
    gathered.answer = compute_answer(make_inputs(request, pack, profile, gathered.evidence))
    gathered.answer = _with_difference_of_workload(request, pack, profile, gathered.evidence, gathered.answer)
    return gathered.answer.advice


def _with_difference_of_workload(
    request: Request, pack: Pack, profile: Profile, evidence: Evidence, answer: Answer
) -> Answer:
    """Return an answer that also tells who would lead without the measurements at the workload's size; as it is where these do not count."""
    of_workload = answer.advice.evidence.workload
    if of_workload is None or not of_workload.counts:
        return answer
    without = compute_answer(make_inputs(request, pack, profile, evidence, with_workload=False)).advice
    of_workload = replace(of_workload, leader_without=without.framework or "", share_without=without.p_best)
    return replace(
        answer, advice=replace(answer.advice, evidence=replace(answer.advice.evidence, workload=of_workload))
    )


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


def make_inputs(
    request: Request, pack: Pack, profile: Profile, evidence: Evidence, *, with_workload: bool = True
) -> AdviceInputs:
    """Put together everything an answer is computed from; without its workload, as if none were named."""
    steps = STEPS_BY_SCALE[(*profile.known("scale"), "medium")[0]]
    pack = project_pack(pack, profile)
    if evidence.runs:
        from advisor.evidence.applicability import applicable_pack

        pack = applicable_pack(pack, evidence)
    workload, reading = workload_of(pack, profile), None
    if workload is not None and with_workload:
        from advisor.evidence.workload_evidence import count_workload, read_workload

        counting = count_workload(pack)
        reading = read_workload(counting, evidence, workload, steps)
        pack = counting if reading.summary.counts else pack
    findings, measured, summary = _judge_evidence(pack, profile, evidence, steps, reading)
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
    pack: Pack, profile: Profile, evidence: Evidence, steps: int, workload: WorkloadReading | None
) -> tuple[Mapping[str, Finding], tuple[ScaledMeasurement, ...], EvidenceSummary]:
    """Judge the claims by the runs and read the measures; without runs of a framework every claim is untested."""
    of_workload = workload.summary if workload else None
    if not evidence.runs:
        return untested(pack), (), EvidenceSummary(workload=of_workload)
    from advisor.evidence.describe import only_tried, summarise_evidence
    from advisor.evidence.findings import judge_claims
    from advisor.evidence.scaled_measurements import scale_measurements

    worlds = draw_worlds(pack, profile, 512)
    if not ran_a_framework(evidence.runs):
        return (
            untested(pack),
            (),
            replace(only_tried(summarise_evidence(pack, evidence, (), worlds)), workload=of_workload),
        )
    measured = scale_measurements(pack, evidence, steps)
    summary = summarise_evidence(pack, evidence, measured, worlds, workload)
    return judge_claims(pack, evidence), (*measured, *(workload.measurements if workload else ())), summary


def gather_evidence(
    request: Request,
    pack: Pack,
    profile: Profile,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_provisional: Callable[[Advice], None] = lambda _: None,
    on_warning: Callable[[Text], None] | None = None,
) -> Gathered:
    """Read evidence and, where that is asked for or still needed, measure.

    With evidence files nothing else is read and nothing is measured, unless `--probe` says so. Under `auto` a problem
    (no framework, a busy machine) becomes a warning; where measuring was asked for it is an error. A store that cannot be
    written becomes a warning, unless it was named and measuring was asked for.
    """
    if request.probing == "none" and request.store is None and not request.evidence_files and not request.own_models:
        return Gathered(Evidence(), note_stored_runs())

    gathered = read_files(request, pack, profile) if request.evidence_files else read_stored(request, pack, on_warning)
    measuring = request.probing in ("quick", "full") or (request.probing == "auto" and not request.evidence_files)
    if not measuring or speaks_for_another_kind(request, pack, gathered):
        return gathered
    pack = _join_contestants(request, pack, profile)
    rungs = _choose_rungs(request, pack, profile, gathered)
    probes = _choose_probes(request, pack, profile, gathered)
    if (probes or rungs) and request.probing == "auto" and not has_temporary_folder():
        gathered.warnings.append(text("evidence.no-temporary-folder"))
    elif probes or rungs:
        keeper = open_keeper_of(request, gathered, on_warning)
        on_provisional(compute_advice(request, pack, profile, Gathered(Evidence())))
        run_probes(request, pack, probes, rungs, gathered, keeper, on_progress)
    return gathered


def probes_to_measure(request: Request, pack: Pack, profile: Profile) -> tuple[str, ...]:
    """Return the probes that answering this request would run now.

    Raises:
        StoreError: the store was named and cannot be read.
        InputError: measuring is asked for on another kind of machine than this one.
    """
    stored = read_stored(request, pack)
    if speaks_for_another_kind(request, pack, stored):
        return ()
    pack = _join_contestants(request, pack, profile)
    rungs = _choose_rungs(request, pack, profile, stored)
    return (*(rung.name for rung in rungs), *_choose_probes(request, pack, profile, stored))


def _join_contestants(request: Request, pack: Pack, profile: Profile) -> Pack:
    """Return the pack with the frameworks out of scope that this request measures beside the others."""
    from advisor.evidence.contestants import join_contestants

    return join_contestants(pack, make_inputs(request, pack, profile, Evidence()))


def _choose_rungs(request: Request, pack: Pack, profile: Profile, gathered: Gathered) -> tuple[Probe, ...]:
    """Return the sizes of the project's workload that are to be measured, the largest first, which tells most; none where times say nothing of it."""
    from advisor.evidence import collect
    from advisor.evidence.workload_evidence import rungs_to_measure

    workload = workload_of(pack, profile)
    if workload is None or not collect.timings_can_matter(profile):
        return ()
    return tuple(rung.probe for rung in reversed(rungs_to_measure(gathered.evidence, workload.sizes)))


def _choose_probes(request: Request, pack: Pack, profile: Profile, gathered: Gathered) -> tuple[str, ...]:
    """Return the probes to run: under quick and full those of that depth, under auto the most valuable per second first.

    Under auto, on a machine without a run that counts, all that bear on the project are run, since the third reading is what
    the answer is checked by. After that only what could still change the answer is measured, and what is left out becomes a
    warning.
    """
    from advisor.evidence import collect
    from advisor.evidence.planning import plan_probes, skipped_notes

    if request.probing != "auto":
        return collect.probes_of_depth(request.probing)
    evidence = gathered.evidence
    missing = collect.probes_with_missing_runs(pack, evidence, collect.relevant_probes(pack, profile))
    if not missing:
        return ()
    inputs = make_inputs(request, pack, profile, evidence)
    plan = plan_probes(pack, evaluate_readings(inputs)[0]["measured"].worlds, missing, evidence, request.most_seconds)
    if not any(evidence.counts(run) for run in evidence.runs):
        return tuple(option.probe for option in plan.ranked)
    gathered.warnings += skipped_notes(plan)
    return tuple(option.probe for option in plan.chosen)
