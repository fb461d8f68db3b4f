"""The size of the user's own job: the ladder below it, the trend along it, and what counts of what was measured there."""

from __future__ import annotations

import importlib
import json
import math
from datetime import date
from itertools import pairwise

import pytest
from jsonschema import Draft202012Validator
from made_runs import make_run, make_session
from msgspec.structs import replace

from advisor.evidence import size_trend
from advisor.evidence.ladder import APART, FARTHEST, Rung, ladder, parameters_of, path_of, work_of
from advisor.evidence.runs import Evidence
from advisor.evidence.size_trend import carry_on, ratio_sd
from advisor.evidence.tiers import CandidateMode
from advisor.evidence.workload_evidence import read_workload, rungs_to_measure
from advisor.knowledge.pack import Pack
from advisor.knowledge.workload import Convolutional, Dense, Family, Recurrent, Transformer
from advisor.pipeline import Gathered, Request, compute_advice, make_inputs, profile_of_request
from advisor.reasoning.packages import project_pack
from advisor.reasoning.workloads import workload_of
from advisor.render.document import Table
from advisor.render.job_size import workload_figure, workload_in_short, workload_items
from advisor.render.json import SCHEMA
from advisor.render.json import document as json_document
from advisor.render.json import render as render_json
from advisor.render.page import Page
from advisor.text import Lang
from probes.records import read_record
from probes.run import Run

JOBS: tuple[Family, ...] = (
    Transformer(width=768, blocks=12, heads=12, length=128, batch=1, vocabulary=50257),
    Convolutional(image=224, width=48, depth=5, batch=32, classes=1000),
    Recurrent(width=128, units=512, length=200, batch=64, vocabulary=20000),
    Dense(inputs=2048, hidden=4096, batch=1024),
)
SMALL: tuple[Family, ...] = (
    Transformer(width=12, blocks=2, heads=3, length=7, batch=3, vocabulary=9),
    Convolutional(image=13, width=4, depth=3, batch=3, channels=1),
    Recurrent(width=5, units=6, length=5, batch=4, vocabulary=7),
    Dense(inputs=12, hidden=16, batch=8, classes=4),
)
A, B, C = (CandidateMode(name, "default") for name in "abc")
WAYS = {
    CandidateMode("pytorch", "default"): (1.0, 0.6),
    CandidateMode("keras[jax]", "default"): (0.5, 6.0),
    CandidateMode("tensorflow", "default"): (2.0, 0.4),
    CandidateMode("tensorflow", "production"): (0.8, 2.5),
}
"""Way → its step over the first one's, and the seconds of its first step."""
ON_CPU = {"scale": ("medium",), "hardware": ("cpu",), "domain": ("tabular",), "perf-priority": ("training-throughput",)}


@pytest.mark.parametrize("job", SMALL, ids=lambda job: job.name)
def test_the_work_of_a_job_is_what_its_task_counts_and_its_arguments_make_a_task(job: Family) -> None:
    probe = Rung(job, work_of(job)).probe
    task = importlib.import_module(f"{probe.package}.task").make(**probe.sizes)
    if isinstance(job, Transformer):  # an even length, and no token twice in a batch
        job = replace(job, length=8, vocabulary=25)
    assert task.flops == pytest.approx(work_of(job), rel=0.02)
    weights = sum(weight.size for weight in task.weights if weight.ndim > 1)
    assert weights == pytest.approx(parameters_of(job), rel=0.6)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_the_path_only_goes_down_and_ends(job: Family) -> None:
    works = [work_of(sizes) for sizes in path_of(job)]
    assert works[0] == work_of(job) and len(works) > 5
    assert all(smaller <= larger for larger, smaller in pairwise(works)), (
        "a vocabulary alone is no work where it is only looked up"
    )
    assert works[-1] < 1e-3 * works[0]
    assert all(sizes.fault() is None for sizes in path_of(job))


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_ladder_has_rungs_apart_that_fit_the_machine(job: Family) -> None:
    rungs = ladder(job, cores=2)
    assert 2 <= len(rungs) <= 3
    assert all(above.work >= APART * below.work for below, above in pairwise(rungs))
    assert rungs[-1].work <= 0.5 * 40e9
    assert ladder(job, cores=2, memory_bytes=1e8)[-1].work < rungs[-1].work


def test_a_job_that_fits_is_measured_itself() -> None:
    job = Dense(inputs=30, hidden=256, batch=2048, classes=2)
    assert [rung.sizes for rung in ladder(job, cores=2)] == [job]
    assert ladder(job, 2)[0].probe.name == "training-step[30x256x2x2048]"


def steps(*log_ratios: float, blocks: int = 3, pace: float = 1.0) -> dict[CandidateMode, dict[int, float]]:
    """The steps of some ways at one size, each block at a pace of its own."""
    ways = (A, B, C)[: len(log_ratios)]
    return {
        way: {block: pace * block * math.exp(log) for block in range(1, blocks + 1)}
        for way, log in zip(ways, log_ratios, strict=True)
    }


def test_a_ratio_goes_on_along_its_slope_by_the_fitted_share_of_it() -> None:
    trend = carry_on([1e8, 1e9], [steps(0.0, 0.0), steps(0.0, 0.6)], 1e10)
    assert trend is not None
    assert trend.distance == pytest.approx(math.log(10))
    log, sd = trend.log_ratio(B, A)
    assert log == pytest.approx(0.6 + size_trend.TREND * 0.6)
    assert sd == pytest.approx(ratio_sd(math.log(10)))
    assert trend.fastest == A


def test_a_job_that_was_measured_is_not_carried_on_and_farther_is_less_sure() -> None:
    here = carry_on([1e9], [steps(0.0, 0.6)], 1e9)
    far = carry_on([1e9], [steps(0.0, 0.6)], 5e9)
    assert here is not None and far is not None
    assert here.log_ratio(B, A)[0] == pytest.approx(0.6) and far.log_ratio(B, A)[0] == pytest.approx(0.6)
    assert (
        here.log_ratio(B, A)[1] < far.log_ratio(B, A)[1] < carry_on([1e9], [steps(0.0, 0.6)], 1e10).log_ratio(B, A)[1]
    )  # type: ignore[union-attr]


def test_the_pace_of_a_block_is_the_machines_and_a_way_without_blocks_is_left_out() -> None:
    slow = steps(0.0, 0.3, 0.5)
    slow[A][2], slow[B][2], slow[C] = 50 * slow[A][2], 50 * slow[B][2], {1: 1.0}
    trend = carry_on([1e9], [slow], 1e9)
    assert trend is not None and set(trend.ways) == {A, B}
    assert trend.log_ratio(B, A)[0] == pytest.approx(0.3)
    assert carry_on([1e9], [{A: {1: 1.0, 2: 1.0}}], 1e9) is None


def runs_at(sizes: Family, seconds: float = 0.01, tilt: float = 0.0) -> list[Run]:
    """Runs of all ways at one size, three blocks; `tilt` is added to the log ratios of all but the first way."""
    probe = Rung(sizes, work_of(sizes)).probe
    base = probe.name.partition("[")[0]
    runs = []
    for number, (way, (ratio, first)) in enumerate(WAYS.items()):
        for block in (1, 2, 3):
            step = 1e3 * seconds * ratio * math.exp(tilt if number else 0.0) * (1 + block / 100)
            measures = {"step_ms": step, "first_step_s": first, "build_s": 0.5, "import_s": 1.0}
            shared = make_run(base, way.candidate, session="rungs", mode=way.mode, block=block, measures=measures)
            runs.append(shared.with_changes(probe=probe.name))
    return runs


def request_for(workload: str) -> Request:
    return Request(flags={**ON_CPU, "workload": (workload,)}, probing="none", as_of=date(2026, 11, 21))


def told_of(pack: Pack, workload: str, runs: list[Run]):  # type: ignore[no-untyped-def]
    request = request_for(workload)
    profile = profile_of_request(request, pack)
    advice = compute_advice(request, pack, profile, Gathered(Evidence(tuple(runs))))
    return advice, advice.evidence.workload


def test_a_job_measured_at_its_size_counts_and_the_usual_timings_no_more(pack: Pack) -> None:
    job = pack.workloads["tabular-net"].family
    advice, told = told_of(pack, "tabular-net", [*make_session(), *runs_at(job)])
    assert told.status == "measured" and told.times == 1 and len(told.rungs) == 1
    assert [(way.candidate, way.mode) for way in told.ways][:2] == [
        ("keras[jax]", "default"),
        ("tensorflow", "production"),
    ]
    assert told.ways[0].ratio == 1 and told.ways[1].ratio == pytest.approx(0.8 / 0.5)
    assert told.ways[1].low < told.ways[1].ratio < told.ways[1].high
    steps_shown = [m for m in advice.evidence.measurements if m.measure == "step_ms"]
    assert steps_shown and all(m.counts == "no" for m in steps_shown)
    assert told.leader_without in pack.frameworks

    request = request_for("tabular-net")
    inputs = make_inputs(request, pack, profile_of_request(request, pack), Evidence((*make_session(), *runs_at(job))))
    own_size = {m.candidate: m for m in inputs.measured if m.probe == "workload"}
    assert own_size["keras[jax]"].value > own_size["tensorflow"].value > own_size["pytorch"].value
    assert own_size["tensorflow"].mode == "production", "in the mode in which the training takes the least time"
    assert own_size["pytorch"].sd < next(
        m.sd for m in inputs.measured if (m.candidate, m.probe) == ("pytorch", "training-step")
    )


def test_smaller_sizes_are_carried_on_and_what_is_too_far_is_told_and_does_not_count(pack: Pack) -> None:
    workload = "dense: {inputs: 2048, hidden: 2048, batch: 1024, classes: 10}"
    job = Dense(inputs=2048, hidden=2048, batch=1024)
    rungs = ladder(job, 2)
    assert 1 < work_of(job) / rungs[-1].work <= FARTHEST
    runs = [run for tilt, rung in zip((0.0, 0.2, 0.4), rungs, strict=True) for run in runs_at(rung.sizes, tilt=tilt)]
    advice, told = told_of(pack, workload, [*make_session(), *runs])
    assert told.status == "carried-on" and [rung.work for rung in told.rungs] == [rung.work for rung in rungs]
    pytorch = next(way for way in told.ways if way.candidate == "pytorch")
    jax = next(way for way in told.ways if way.candidate == "keras[jax]")
    assert jax.ratio / pytorch.ratio > 0.5 * math.exp(0.4), "the trend goes on"
    assert told.spread > math.exp(1.645 * size_trend.AT_SIZE)

    far_away, farther = told_of(pack, workload, [*make_session(), *runs_at(rungs[0].sizes)])
    assert farther.status == "too-far" and farther.times > FARTHEST and farther.ways
    assert not farther.leader_without
    plain = compute_advice(
        replace(request_for(workload), flags=ON_CPU), pack,
        profile_of_request(replace(request_for(workload), flags=ON_CPU), pack), Gathered(Evidence(tuple(make_session()))),
    )  # fmt: skip
    assert far_away.p_best == plain.p_best and far_away.reasons == plain.reasons
    assert advice.p_best != plain.p_best


def test_a_slow_start_pays_off_after_the_steps_that_the_ratio_allows(pack: Pack) -> None:
    job = pack.workloads["tabular-net"].family
    _, told = told_of(pack, "tabular-net", runs_at(job))
    crossing = next(crossing for crossing in told.crossings if crossing.later == "tensorflow")
    assert (crossing.earlier_mode, crossing.later_mode) == ("default", "production")
    assert crossing.steps == pytest.approx((2.5 - 0.4) / (0.0102 * (2.0 - 0.8)), rel=0.03)
    assert crossing.low < crossing.steps and (crossing.high is None or crossing.steps < crossing.high)


def test_what_was_measured_is_not_measured_again(pack: Pack) -> None:
    job = pack.workloads["tabular-net"].family
    assert [rung.sizes for rung in rungs_to_measure(Evidence(), job)] == [job]
    assert rungs_to_measure(Evidence(tuple(runs_at(job))), job) == ()
    assert rungs_to_measure(Evidence(), pack.workloads["bert-base-like"].family) == (), (
        "too far on any machine of a few cores"
    )


def test_what_was_tried_in_vain_is_said(pack: Pack) -> None:
    job = pack.workloads["tabular-net"].family
    noisy = [run.with_changes(outcome="too_noisy", why="others were busy") for run in runs_at(job)]
    advice, told = told_of(pack, "tabular-net", [*make_session(), *noisy])
    assert told.status == "not-measured" and told.tried == len(noisy)
    said = [
        item.text
        for item in workload_items(Page(advice, project_pack(pack, advice.profile), Lang.EN))
        if not isinstance(item, Table)
    ]
    assert any(f"Tried in {len(noisy)} runs" in text for text in said)


def test_nothing_measured_is_said(pack: Pack) -> None:
    _, told = told_of(pack, "tabular-net", make_session())
    assert told.status == "not-measured" and not told.ways
    profile = profile_of_request(request_for("tabular-net"), pack)
    workload = workload_of(pack, profile)
    assert workload is not None
    assert read_workload(pack, Evidence(), workload, 1000).measurements == ()


def test_a_run_in_another_size_is_a_run_like_any_other() -> None:
    run = runs_at(Dense(inputs=30, hidden=256, batch=2048, classes=2))[0]
    assert read_record(run.to_json()) == run


def test_text_json_and_table_tell_the_same(pack: Pack) -> None:
    job = Dense(inputs=2048, hidden=2048, batch=1024)
    runs = [run for rung in ladder(job, 2) for run in runs_at(rung.sizes)]
    advice, told = told_of(pack, str(job), [*make_session(), *runs])
    for lang in Lang:
        page = Page(advice, project_pack(pack, advice.profile), lang)
        (short,) = workload_in_short(page)
        assert "Keras" in short and f"{told.spread:.1f}" in short
        table = next(item for item in workload_items(page) if isinstance(item, Table))
        assert len(table.rows) == len(WAYS) and len(table.heads) == 4 + len(told.rungs)
        assert f"{told.ways[1].ratio:.2f}" in table.rows[1][2]
        whole = json.loads(render_json(advice, page.pack, lang))
        Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(whole)
        written = whole["evidence"]["workload"]
        assert written["status"] == "carried-on" and len(written["ways"]) == len(WAYS)
        assert [rung["probe"] for rung in written["rungs"]] == [rung.probe for rung in told.rungs]
    plain = compute_advice(
        replace(request_for("unknown")), pack, profile_of_request(request_for("unknown"), pack), Gathered(Evidence())
    )
    assert "workload" not in json_document(plain, pack, Lang.EN)["evidence"]
    assert not list(workload_items(Page(plain, pack, Lang.EN)))


def test_a_report_has_the_curve_over_the_size(pack: Pack) -> None:
    pytest.importorskip("altair", reason="needs the report extra")
    job = Dense(inputs=2048, hidden=2048, batch=1024)
    runs = [run for rung in ladder(job, 2) for run in runs_at(rung.sizes)]
    advice, _ = told_of(pack, str(job), [*make_session(), *runs])
    (figure,) = workload_figure(Page(advice, project_pack(pack, advice.profile), Lang.EN))
    assert "carried on" in figure.about and figure.drawings[0].startswith("<svg")
    assert len(figure.table.rows) == len(WAYS)
