"""Measures read on the criteria's scales: ends, clipping, the mode that counts, and the spread, by hand."""

from __future__ import annotations

import math
import statistics

import pytest
from made_runs import STEPS, make_exact_runs, make_run, make_session, make_timed_runs
from msgspec.structs import replace

from advisor.evidence.describe import summarise_evidence
from advisor.evidence.runs import Evidence, merge_runs
from advisor.evidence.scaled_measurements import scale_measurements
from advisor.knowledge.criterion import Criterion
from advisor.knowledge.pack import Pack
from advisor.knowledge.validation import read_record
from advisor.knowledge.yaml_source import parse_yaml
from advisor.reasoning.advice import Measurement
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.readings import ScaledMeasurement
from probes.run import Outcome, Run

CRITERION = """
id: it
topic: performance
name: {en: it, zh: 它}
about: {en: It., zh: 它。}
worst: {en: bad, zh: 差}
best: {en: good, zh: 好}
default: normal
measured:
"""
COUNTED = """
  - {probe: dev-effort, measure: statements, label: {en: n, zh: 数}, log: [40, 5], nearness: toy-proxy}
"""
STEP = """
  - probe: training-step
    measure: step_ms
    label: {en: step, zh: 单步}
    log: [30, 0.3]
    over-reference: true
    nearness: toy-proxy
"""


def only(pack: Pack, reading: str) -> Pack:
    """Return the pack with one criterion that has one reading."""
    criterion = read_record(Criterion, parse_yaml((CRITERION + reading).encode(), "it.yaml"))
    return replace(pack, criteria={"it": criterion})


def of(measurements: tuple[ScaledMeasurement, ...], candidate: str) -> ScaledMeasurement:
    (measurement,) = [each for each in measurements if each.candidate == candidate]
    return measurement


def read_runs(pack: Pack, reading: str, runs: list[Run], steps: int = 100_000) -> tuple[ScaledMeasurement, ...]:
    return scale_measurements(only(pack, reading), Evidence(tuple(runs)), steps)


@pytest.mark.parametrize(
    ("amount", "value"),
    [(40, 0.0), (5, 1.0), (math.sqrt(200), 0.5), (20, 1 / 3), (400, 0.0), (1, 1.0), (0, 1.0)],
)
def test_the_log_scale_has_its_ends_where_the_file_says(pack: Pack, amount: float, value: float) -> None:
    (measurement,) = read_runs(pack, COUNTED, make_exact_runs("dev-effort", "statements", {"pytorch": amount}))
    assert measurement.value == pytest.approx(value)
    assert measurement.amount == amount


@pytest.mark.parametrize(("amount", "value"), [(0, 0.0), (50, 0.5), (100, 1.0), (150, 1.0), (-3, 0.0)])
def test_the_linear_scale(pack: Pack, amount: float, value: float) -> None:
    linear = COUNTED.replace("log: [40, 5]", "linear: [0, 100]")
    (measurement,) = read_runs(pack, linear, make_exact_runs("dev-effort", "statements", {"pytorch": amount}))
    assert measurement.value == pytest.approx(value)


def test_levels_give_words_a_value_and_skip_what_they_do_not_know(pack: Pack) -> None:
    levels = """
  - probe: data-parallel
    measure: mechanism
    label: {en: m, zh: 机制}
    levels: {works: 0.75, "no-effect": 0.05}
    nearness: mechanism
"""
    runs = make_exact_runs(
        "data-parallel", "mechanism", {"pytorch": "works", "keras[torch]": "no-effect", "tensorflow": "odd"}
    )
    measurements = read_runs(pack, levels, runs)
    assert {measurement.candidate: measurement.value for measurement in measurements} == {
        "pytorch": 0.75,
        "keras[torch]": 0.05,
    }
    assert {measurement.sd for measurement in measurements} == {0.20}


def test_truth_values_are_read_as_words(pack: Pack) -> None:
    levels = """
  - probe: graph-mode
    measure: breakpoint_reached
    label: {en: b, zh: 断点}
    levels: {"true": 0.85, "false": 0.25}
    nearness: exact
"""
    measurements = read_runs(
        pack, levels, make_exact_runs("graph-mode", "breakpoint_reached", {"pytorch": True, "tensorflow": False})
    )
    assert {measurement.candidate: (measurement.value, measurement.sd) for measurement in measurements} == {
        "pytorch": (0.85, 0.08),
        "tensorflow": (0.25, 0.08),
    }


def test_an_exact_number_carries_only_its_distance_from_real_work(pack: Pack) -> None:
    """Toy proxy: sd 0.40 of the log ratio of two, 0.40/sqrt(2) each, over ln(40/5)."""
    (measurement,) = read_runs(pack, COUNTED, make_exact_runs("dev-effort", "statements", {"pytorch": 16}))
    assert measurement.sd == pytest.approx(0.40 / math.sqrt(2) / math.log(8))


def test_a_timing_is_read_over_the_reference_of_its_own_block(pack: Pack) -> None:
    """A machine twice as slow in one block slows the reference too: the ratio stays."""
    runs = make_timed_runs({"numpy": (1.0, 2.0, 1.0, 4.0, 1.0), "pytorch": (3.0, 6.0, 3.0, 12.0, 3.0)})
    (measurement,) = read_runs(pack, STEP, runs)
    assert measurement.value == pytest.approx(math.log(3 / 30) / math.log(0.3 / 30))
    assert measurement.sd == pytest.approx(0.40 / math.sqrt(2) / math.log(100))
    assert measurement.amount == 3.0


def test_the_spread_of_a_timing_by_hand(pack: Pack) -> None:
    steps, reference = (1.2, 1.3, 1.1, 1.25, 1.15), (1.0, 1.02, 0.97, 1.01, 1.0)
    (measurement,) = read_runs(pack, STEP, make_timed_runs({"numpy": reference, "pytorch": steps}))
    logs = [math.log(step / numpy) for step, numpy in zip(steps, reference, strict=True)]
    error = statistics.stdev(logs) / math.sqrt(5)
    assert measurement.value == pytest.approx((math.log(30) - statistics.fmean(logs)) / math.log(100))
    assert measurement.sd == pytest.approx(math.hypot(error, 0.40 / math.sqrt(2)) / math.log(100))


@pytest.mark.parametrize("blocks", [1, 2])
def test_a_block_or_two_say_too_little(pack: Pack, blocks: int) -> None:
    assert read_runs(pack, STEP, make_timed_runs({"numpy": (1.0,) * blocks, "pytorch": (3.0,) * blocks})) == ()
    assert len(read_runs(pack, STEP, make_timed_runs({"numpy": (1.0,) * 3, "pytorch": (3.0,) * 3}))) == 1


@pytest.mark.parametrize(("ratio", "value"), [(30, 0.0), (0.3, 1.0), (300, 0.0), (0.01, 1.0), (3, 0.5)])
def test_ratios_beyond_the_ends_are_clipped(pack: Pack, ratio: float, value: float) -> None:
    (measurement,) = read_runs(pack, STEP, make_timed_runs({"numpy": (2.0,) * 5, "pytorch": (2.0 * ratio,) * 5}))
    assert measurement.value == pytest.approx(value, abs=1e-9)


def test_without_a_reference_a_ratio_cannot_be_read(pack: Pack) -> None:
    assert read_runs(pack, STEP, make_timed_runs({"pytorch": (3.0,) * 5})) == ()


def test_what_is_no_ratio_needs_no_reference(pack: Pack) -> None:
    peak = (
        STEP.replace("step_ms", "peak_mb")
        .replace("log: [30, 0.3]", "log: [4000, 100]")
        .replace("over-reference: true", "over-reference: false")
    )
    (measurement,) = read_runs(pack, peak, make_timed_runs({"pytorch": (3.0,) * 5}))
    assert measurement.value == pytest.approx(math.log(4000 / 300) / math.log(40))


@pytest.mark.parametrize(("steps", "mode"), [(1_000, "default"), (100_000, "production"), (1_000_000, "production")])
def test_the_length_of_the_project_chooses_the_mode(pack: Pack, steps: int, mode: str) -> None:
    """Compiling 20 s to save 1 ms a step: lost over 1 000 steps, won from 100 000 on."""
    runs = [
        *make_timed_runs({"numpy": (1.0,) * 5, "pytorch": (2.0,) * 5}, first=0.1),
        *make_timed_runs({"pytorch": (1.0,) * 5}, mode="production", first=20.0),
    ]
    measurement = of(read_runs(pack, STEP, runs, steps), "pytorch")
    assert measurement.mode == mode
    assert measurement.amount == (2.0 if mode == "default" else 1.0)


def test_the_break_even_of_the_modes_is_first_step_plus_steps(pack: Pack) -> None:
    """1 000 steps: 0.1 s + 1 000 × 2 ms = 2.1 s against first + 1 000 × 1 ms."""
    for first, mode in ((1.05, "production"), (1.15, "default")):
        runs = [
            *make_timed_runs({"numpy": (1.0,) * 5, "pytorch": (2.0,) * 5}, first=0.1),
            *make_timed_runs({"pytorch": (1.0,) * 5}, mode="production", first=first),
        ]
        assert of(read_runs(pack, STEP, runs, 1_000), "pytorch").mode == mode


def test_runs_that_do_not_count_or_did_not_end_well_are_not_read(pack: Pack) -> None:
    good = make_timed_runs({"numpy": (1.0,) * 5, "pytorch": (3.0,) * 5})
    bad = make_timed_runs({"tensorflow": (3.0,) * 5}, outcome=Outcome.QUALITY_MISMATCH, why="other loss")
    measurements = scale_measurements(only(pack, STEP), Evidence((*good, *bad)), 1_000)
    assert [measurement.candidate for measurement in measurements] == ["pytorch"]
    stale = Evidence(tuple(good), {}, {run.id: "old" for run in good if run.candidate == "pytorch"})
    assert scale_measurements(only(pack, STEP), stale, 1_000) == ()


@pytest.mark.parametrize("amount", ["many", "\x1b[31m"])
def test_a_word_where_a_number_belongs_is_not_read(pack: Pack, amount: str) -> None:
    assert read_runs(pack, COUNTED, make_exact_runs("dev-effort", "statements", {"pytorch": amount})) == ()


def test_the_built_in_criteria_read_a_whole_measurement(pack: Pack) -> None:
    measurements = scale_measurements(pack, Evidence(tuple(make_session())), 1_000_000)
    for candidate in pack.measurable:
        read_on = {measurement.criterion for measurement in measurements if measurement.candidate == candidate}
        assert read_on >= {"ease-of-use", "debugging", "dynamic-models", "training-speed", "memory"}
        # two workers that work prove nothing about a cluster: only what fails is read
        assert ("distributed-training" in read_on) is (candidate in ("keras[tensorflow]", "keras[torch]"))
    assert all(0 <= measurement.value <= 1 and measurement.sd > 0 and measurement.runs for measurement in measurements)


def test_merged_runs_are_each_there_once_and_in_order_of_time() -> None:
    runs = make_session()
    late = make_run(started="2026-11-21T00:00:00+00:00")
    assert merge_runs([[late], runs, reversed(runs)]) == merge_runs([runs, [late]])
    assert merge_runs([[late], runs, runs])[-1] == late
    assert len(merge_runs([runs, runs])) == len(runs)


# --- what an answer says of them ------------------------------------------------------------------------------------


def profile(**answers: str) -> Profile:
    return Profile({question: Answer(question, (choice,), "flag") for question, choice in answers.items()})


def lines(pack: Pack, runs: list[Run], **answers: str) -> dict[tuple[str, str], Measurement]:
    evidence = Evidence(tuple(runs))
    summary = summarise_evidence(
        pack, evidence, scale_measurements(pack, evidence, 1_000), draw_worlds(pack, profile(**answers), 64)
    )
    return {
        (measurement.candidate, measurement.measure): measurement for measurement in reversed(summary.measurements)
    }  # the first timing of a measure


@pytest.mark.parametrize(
    ("answers", "step", "mechanism"),
    [
        ({"hardware": "cpu", "scale": "large"}, "yes", "yes"),
        ({"hardware": "nvidia-gpu", "scale": "small"}, "no", "no"),
        ({}, "partly", "partly"),
    ],
)
def test_every_measure_says_whether_it_counts_for_this_project(
    pack: Pack, answers: dict[str, str], step: str, mechanism: str
) -> None:
    rows = lines(pack, make_session(), **answers)
    assert rows["pytorch", "step_ms"].counts == step
    assert rows["keras[torch]", "mechanism"].counts == mechanism
    assert rows["pytorch", "mechanism"].counts == "no"
    assert rows["pytorch", "statements"].counts == "yes"


def test_the_shown_ratio_is_over_numpy_with_its_ninety_per_cent_interval(pack: Pack) -> None:
    from scipy import stats

    row = lines(pack, make_session())["keras[torch]", "step_ms"]
    logs = [math.log(a / b) for a, b in zip(STEPS["keras[torch]"], STEPS["numpy"], strict=True)]
    low, high = stats.t.interval(0.90, 4, statistics.fmean(logs), stats.sem(logs))
    assert row.ratio == pytest.approx(math.exp(statistics.fmean(logs)))
    assert (row.low, row.high) == pytest.approx((math.exp(low), math.exp(high)))
    assert row.blocks == 5


def test_what_has_no_amount_says_why(pack: Pack) -> None:
    runs = [run for run in make_session() if run.candidate != "keras[jax]"]
    runs.append(make_run("dev-effort", "keras[jax]", outcome="not_installed", why="no jax"))
    rows = lines(pack, runs)
    assert rows["keras[jax]", "statements"].why.en == "not installed"
    assert rows["keras[jax]", "step_ms"].why.en == "not measured"
    assert rows["pytorch", "statements"].why is None


def test_noise_is_the_spread_of_the_reference_between_blocks(pack: Pack) -> None:
    evidence = Evidence(tuple(make_session()))
    summary = summarise_evidence(pack, evidence, (), draw_worlds(pack, profile(), 64))
    assert summary.noise == pytest.approx(statistics.stdev(map(math.log, STEPS["numpy"])), abs=1e-4)
    assert summary.blocks == 5


def test_noise_is_that_of_each_probe_with_itself(pack: Pack) -> None:
    """A probe whose steps take a hundred times as long adds no noise."""
    large = make_timed_runs({"numpy": [100 * step for step in STEPS["numpy"]]}, probe="cnn-step")
    summary = summarise_evidence(
        pack, Evidence((*make_timed_runs(STEPS), *large)), (), draw_worlds(pack, profile(), 64)
    )
    assert summary.noise == pytest.approx(statistics.stdev(map(math.log, STEPS["numpy"])), abs=1e-4)


def test_seconds_are_those_of_the_clock_however_many_children_ran_at_once(pack: Pack) -> None:
    late = make_run(
        "dev-effort", "tensorflow", started="2026-11-20T10:01:30+00:00", seconds=5.0, measures={"statements": 17}
    )
    summary = summarise_evidence(pack, Evidence((*make_session(), late)), (), draw_worlds(pack, profile(), 64))
    assert summary.seconds == pytest.approx(95.0)


def test_machine_facts_come_from_an_allow_list(pack: Pack) -> None:
    private = {"hostname": "box", "user": "ann", "home": "/home/ann"}
    runs = [run.with_changes(machine=run.machine | private) for run in make_session()]
    summary = summarise_evidence(pack, Evidence(tuple(runs)), (), draw_worlds(pack, profile(), 64))
    assert not set(summary.machine) & set(private)
    assert summary.machine["usable_cores"] == 2
