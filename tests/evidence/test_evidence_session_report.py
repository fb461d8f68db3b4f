"""The report of a measurement, its tiers and its table, at every width and in both languages; the self-test's result."""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path

import pytest
from made_runs import make_run, make_session
from rich.cells import cell_len

sys.path.insert(0, str(Path(__file__).parent.parent / "probes"))  # simulated_machine
from simulated_machine import SimulatedMachine

from advisor.evidence.selftest import SelfTest, analyse
from advisor.evidence.session_report import SessionReport, session_report
from advisor.evidence.tiers import CandidateMode, group_into_tiers
from advisor.render import probed, selftested
from advisor.render.terminal import as_text
from advisor.text import Lang
from probes.catalogue import PROBES, load_probes
from probes.registration import Registration
from probes.run import Outcome, Run
from probes.suite import Progress, measure_copies_of

PROBE = "simulated"


def measured(steps: dict[str, float], folder: Path, **options: object) -> SessionReport:
    machine = SimulatedMachine(
        steps, **{name: options.pop(name) for name in ("noise", "fails", "foreign") if name in options}
    )  # type: ignore[arg-type]
    events = machine.measure(folder, **options)
    return session_report(
        [event for event in events if not isinstance(event, Progress)], load_probes(folder), seconds=machine.now
    )  # type: ignore[misc]


def tier_of(report: SessionReport) -> dict[str, int | None]:
    return {line.candidate: line.tier for line in report.probes[0].rows}


# --- tiers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ({"a": 1.0, "b": 1.0}, {"a": 1, "b": 1}),
        ({"a": 1.0, "b": 1.8}, {"a": 1, "b": 1}),  # different, but not for another job
        ({"a": 1.0, "b": 2.2}, {"a": 1, "b": 2}),
        ({"a": 2.6, "b": 1.0, "c": 1.5}, {"a": 2, "b": 1, "c": 1}),
        ({"a": 1.0, "b": 2.2, "c": 5.0}, {"a": 1, "b": 2, "c": 3}),
    ],
)
def test_what_is_less_than_a_factor_of_two_apart_is_a_tie(
    tmp_path: Path, steps: dict[str, float], expected: dict[str, int]
) -> None:
    assert tier_of(measured(steps, tmp_path, noise=0.005)) == expected


def test_what_the_blocks_do_not_decide_begins_no_tier(tmp_path: Path) -> None:
    assert tier_of(measured({"a": 1.0, "b": 2.2}, tmp_path, noise=1.5)) == {"a": 1, "b": 1}


def test_tiers_of_nothing_are_none() -> None:
    from advisor.evidence.runs import Evidence

    assert group_into_tiers(Evidence(), PROBE, "step_ms", []) == []
    assert group_into_tiers(Evidence(), PROBE, "step_ms", [CandidateMode("a", "default")]) == [], (
        "nothing is known of it"
    )


def test_a_lost_block_of_the_fastest_leaves_the_others_in_their_tiers(tmp_path: Path) -> None:
    machine = SimulatedMachine({"a": 1.0, "b": 1.2, "c": 5.0}, noise=0.005)
    events = [event for event in machine.measure(tmp_path) if not isinstance(event, Progress)]
    report = session_report(events, load_probes(tmp_path), seconds=machine.now)
    assert tier_of(report) == {"a": 1, "b": 1, "c": 2}
    lost = [
        dataclasses.replace(event, outcome=Outcome.TOO_NOISY)
        if isinstance(event, Run) and (event.candidate, event.block) == ("a", 2)
        else event
        for event in events
    ]
    assert tier_of(session_report(lost, load_probes(tmp_path), seconds=machine.now)) == {"a": None, "b": 1, "c": 2}


# --- the report ---------------------------------------------------------------------------------------------------------


def test_every_measure_has_its_value_and_interval(tmp_path: Path) -> None:
    report = measured({"a": 1.0, "b": 1.4}, tmp_path, noise=0.02)
    [probe] = report.probes
    a, b = probe.rows
    assert (a.candidate, a.blocks, a.outcomes) == ("a", 5, {"ok": 5})
    step = b.values["step_ms"]
    assert isinstance(step.amount, float) and step.low is not None and step.high is not None
    assert step.low < step.amount < step.high and step.amount == pytest.approx(1.4, rel=0.1)
    assert (a.values["peak_mb"].amount, a.values["peak_mb"].low) == (300.0, None)  # the same in every block
    assert (report.runs, report.failed, probe.blocks, probe.own) == (10, 0, 5, True)


def test_failures_are_counted_and_their_reason_told(tmp_path: Path) -> None:
    report = measured({"a": 1.0, "b": 1.4}, tmp_path, fails=frozenset({("b", 2)}))
    line = report.probes[0].rows[1]
    assert line.outcomes == {"ok": 5, "killed": 1}  # the second try is counted too
    assert report.failed == 1 and "SIGSEGV" in line.why


def test_what_cannot_run_here_is_no_failure() -> None:
    runs = [
        make_run("graph-mode", "pytorch", outcome=outcome)
        for outcome in ("ok", "not_installed", "unsupported", "timeout")
    ]
    assert session_report(runs, PROBES).failed == 1


def test_runs_without_a_steady_block_have_no_tier(tmp_path: Path) -> None:
    report = measured({"a": 1.0, "b": 1.4}, tmp_path, foreign=lambda at: 0.5)
    assert tier_of(report) == {"a": None, "b": None}
    assert all(line.unsteady and "step_ms" in line.values for line in report.probes[0].rows)


def test_a_whole_measurement_is_reported_probe_by_probe() -> None:
    report = session_report(make_session(), PROBES)
    assert [probe.name for probe in report.probes] == [
        name for name in PROBES if any(run.probe == name for run in make_session())
    ]
    step = next(probe for probe in report.probes if probe.name == "training-step")
    assert [line.candidate for line in step.rows] == [*sorted(line.candidate for line in step.rows[:-1]), "numpy"]
    over = {line.candidate: line.over_reference for line in step.rows}
    assert over["numpy"] is None and over["keras[jax]"] is not None and over["keras[jax]"].low is not None


def test_the_default_that_is_compiled_already_is_listed_once() -> None:
    twice = make_run(
        "training-step", "keras[jax]", mode="production", block=1, measures={"step_ms": 1.0, "same_as": "default"}
    )
    lines = next(
        probe for probe in session_report([*make_session(), twice], PROBES).probes if probe.name == "training-step"
    ).rows
    assert [line.mode for line in lines if line.candidate == "keras[jax]"] == ["default"]


def lines_of(report: SessionReport, lang: Lang, width: int) -> list[str]:
    """A report as it is printed."""
    return [line.text for line in as_text(probed.report_parts(report, lang), width)]


def test_nothing_measured_is_an_empty_report() -> None:
    report = session_report([], PROBES)
    assert (report.probes, report.runs) == ((), 0)
    assert lines_of(report, Lang.EN, 100)


# --- the table ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("width", [60, 100, 200])
def test_the_table_keeps_to_its_width(tmp_path: Path, width: int, lang: Lang) -> None:
    failing = make_run("graph-mode", "keras[torch]", outcome="timeout", why="in phase measure after 90 s " * 9)
    for report in (session_report([*make_session(), failing], PROBES), measured({"a": 1.0, "b": 1.4}, tmp_path)):
        lines = lines_of(report, lang, width)
        assert max(map(cell_len, lines)) <= width
        text = "\n".join(lines)
        for probe in report.probes:
            for line in probe.rows:
                assert re.search(rf"^ *{re.escape(line.candidate)} ", text, re.MULTILINE)
    assert ("ties" in text) is (lang is Lang.EN)


def test_a_wide_page_shows_each_candidate_once_per_probe(tmp_path: Path) -> None:
    lines = lines_of(measured({"a": 1.0, "b": 1.4}, tmp_path), Lang.EN, 200)
    assert sum(line.startswith("  a ") for line in lines) == 1
    head = next(line for line in lines if "outcome" in line)
    assert all(word in head for word in ("outcome", "tier", "step ms", "first step s", "peak memory MiB"))


def test_chinese_says_it_in_chinese(tmp_path: Path) -> None:
    text = "\n".join(lines_of(measured({"a": 1.0, "b": 1.4}, tmp_path), Lang.ZH, 100))
    assert all(word in text for word in ("梯队", "正常", "单步", "毫秒", "轮", "自有代码", "视为持平"))
    assert not re.search(r"\b(outcome|tier|blocks|runs|failed|ok)\b", text)


def test_unsteady_values_are_marked(tmp_path: Path) -> None:
    text = "\n".join(lines_of(measured({"a": 1.0}, tmp_path, foreign=lambda at: 0.5), Lang.EN, 100))
    assert re.search(r"5 too noisy +\d[\d.]*~", text) and "~ no steady block" in text and "tier" not in text


def with_starts() -> list[Run]:
    """TensorFlow starts fast and steps slowly; compiled it is the other way round; NumPy tells what the machine can do."""
    times = {("tensorflow", "default"): (0.2, 8.0), ("tensorflow", "production"): (2.0, 2.0)}
    runs = [
        make_run("training-step", who, mode=mode, block=block, measures={
            "import_s": 1.0, "build_s": 0.1, "first_step_s": first * (1 + block / 100), "step_ms": step * (1 + block / 100),
            "gflops": 40 / step,
        })
        for (who, mode), (first, step) in times.items() for block in range(1, 6)
    ]  # fmt: skip
    numpy = {"step_ms": 4.0, "machine_gflops": 100.0}
    return runs + [
        make_run("training-step", "numpy", mode="reference", block=block, measures=numpy) for block in range(1, 6)
    ]


def test_the_break_even_and_the_share_of_the_machine_are_told() -> None:
    report = session_report(with_starts(), PROBES)
    assert {line.mode: line.share for line in report.probes[0].rows} == {
        "default": pytest.approx(0.05),
        "production": pytest.approx(0.20),
        "reference": None,
    }
    text = "\n".join(lines_of(report, Lang.EN, 200))
    at = re.search(
        r"break-even: tensorflow finishes first up to (\d+) steps \((\d+)-(\d+)\), tensorflow, tf.function beyond", text
    )
    assert at is not None
    steps, low, high = map(int, at.groups())
    assert low <= steps <= high and steps == pytest.approx(1.8 / 6e-3, rel=0.02)
    assert "% of matmul" in text
    assert "平衡点" in "\n".join(lines_of(report, Lang.ZH, 100))


# --- the self-test ------------------------------------------------------------------------------------------------------


def self_tested(tmp_path: Path, noise: float = 0.02, budget: float = 2000.0, **more: object) -> SelfTest:
    steps = {f"numpy-{number}": 1.0 for number in range(1, 5)} | {"numpy": 1.0}
    machine = SimulatedMachine(steps, noise=noise, **more)  # type: ignore[arg-type]
    with machine.replacing_the_real_one():
        events = list(measure_copies_of("numpy", "training-step", budget, lock_folder=tmp_path, clock=machine.clock))
    records = [event for event in events if isinstance(event, Run | Registration)]
    assert {record.probe for record in records if isinstance(record, Run)} == {"self-test"}
    assert machine.now <= budget * 1.05
    return analyse("numpy", records, machine.now)


def test_a_machine_is_told_from_a_noisier_one(tmp_path: Path) -> None:
    calm, noisy = self_tested(tmp_path, 0.01), self_tested(tmp_path, 0.05)
    assert calm.spread is not None and noisy.spread is not None
    assert calm.spread.low <= 0.01 * 2**0.5 <= calm.spread.high
    assert noisy.spread.low <= 0.05 * 2**0.5 <= noisy.spread.high
    assert set(calm.resolution) == {5, 15}
    assert 0.05 < calm.resolution[5].value < 0.10 < noisy.resolution[5].value
    assert calm.resolution[15].value < calm.resolution[5].value


def test_false_winners_are_rare_and_their_rate_has_an_interval(tmp_path: Path) -> None:
    result = self_tested(tmp_path)
    assert result.comparisons == 2 * (result.blocks // 5) >= 20
    assert result.named <= 1 and result.void == 0 and result.discarded == 0
    rate = result.false_winners
    assert rate is not None and rate.low <= rate.value <= rate.high <= 0.25
    assert rate.high > 0.05  # so few comparisons cannot rule out more


def test_the_difference_said_to_be_told_is_told(tmp_path: Path) -> None:
    """A slowdown of that size is named in about 8 of 10 sessions of five blocks."""
    from advisor.evidence.paired_comparison import compare
    from advisor.evidence.runs import Evidence

    smallest = self_tested(tmp_path, 0.03).resolution[5].value
    named = 0
    for seed in range(100):
        events = SimulatedMachine({"a": 1.0, "b": 1 + smallest}, noise=0.03, seed=seed).measure(
            tmp_path / "own", seed=seed
        )
        plans = {event.session: event for event in events if isinstance(event, Registration)}
        evidence = Evidence(tuple(event for event in events if isinstance(event, Run)), registered=plans)
        named += compare(evidence, PROBE, "default", "step_ms", "a", "b").judge_faster(0.05)[0] == "confirmed"
    assert 65 <= named <= 95


@pytest.mark.parametrize("lang", list(Lang))
def test_a_small_budget_is_honest_about_what_it_cannot_say(tmp_path: Path, lang: Lang) -> None:
    short = self_tested(tmp_path, budget=60.0)
    assert (short.comparisons, short.false_winners) == (0, None)
    text = "\n".join(line for line, _ in selftested.lines(short, lang, 100))
    assert lang.pick("a longer --budget is needed", "需要更长的 --budget") in text
    longer = self_tested(tmp_path, budget=300.0)
    text = "\n".join(line for line, _ in selftested.lines(longer, lang, 100))
    assert lang.pick("say little about rare errors", "不足以说明罕见的误判") in text
    assert re.search(r"0 %.*\(90 % interval 0-\d+", text) if lang is Lang.EN else "90 % 区间" in text


def test_a_busy_machine_gives_no_rate(tmp_path: Path) -> None:
    result = self_tested(tmp_path, foreign=lambda at: 0.5, budget=400.0)
    assert result.false_winners is None and result.void == result.comparisons > 0
    assert result.discarded == result.runs
    text = "\n".join(line for line, _ in selftested.lines(result, Lang.EN, 100))
    assert "every comparison was too disturbed" in text


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("width", [60, 100, 200])
def test_the_result_keeps_to_its_width(tmp_path: Path, width: int, lang: Lang) -> None:
    result = self_tested(tmp_path, budget=400.0)
    assert max(cell_len(line) for line, _ in selftested.lines(result, lang, width)) <= width


# --- the tiers in an answer ---------------------------------------------------------------------------------------------


def test_an_answer_groups_the_candidates_by_speed() -> None:
    from datetime import date

    from advisor.evidence.runs import Evidence
    from advisor.knowledge.loading import load_pack
    from advisor.pipeline import Gathered, Request, compute_advice
    from advisor.reasoning.profile import Profile
    from advisor.render.answer import document
    from advisor.render.page import Page
    from advisor.render.terminal import as_text

    pack = load_pack()
    advice = compute_advice(
        Request(as_of=date(2026, 11, 25)), pack, Profile({}), Gathered(Evidence(tuple(make_session())))
    )
    assert advice.evidence.tiers == (("keras[jax]", "pytorch", "tensorflow"), ("keras[tensorflow]", "keras[torch]"))
    text = "\n".join(line.text for line in as_text([document(Page(advice, pack, Lang.EN)).part("measured")], 100))
    assert re.search(r"pytorch .* \d\.\d\d \d\.\d\d-\d\.\d\da ", text) and re.search(
        r"keras.torch. .* \d\.\d\d-\d\.\d\db ", text
    )
    assert "a-b: tiers 2x apart" in text
