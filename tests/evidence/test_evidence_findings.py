"""Claims held against made-up runs: each form of check, what is missing, and what failed."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from made_runs import CANDIDATES, make_exact_runs, make_run, make_timed_runs

from advisor.evidence.findings import judge_claims
from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.reasoning.readings import Finding
from advisor.words import RUN_OUTCOMES
from probes.run import Outcome, Run

Judge = Callable[[str, list[Run]], Finding]

FEWER = """
check:
  probe: footprint
  measure: disk_mb
  expect: {better: keras, than: [pytorch], by: 0.20}
"""
STACKS = ("keras[tensorflow]", "keras[torch]", "keras[jax]")


def counted(pytorch: float, *keras: float) -> list[Run]:
    return make_exact_runs("footprint", "disk_mb", {"pytorch": pytorch, **dict(zip(STACKS, keras, strict=False))})


@pytest.mark.parametrize(
    ("pytorch", "keras", "verdict"),
    [
        (16, (10, 10, 10), "confirmed"),
        (16, (10, 10, 14), "refuted"),  # one stack is not 20 % leaner
        (10, (16, 16, 16), "refuted"),
        (11, (10, 10, 10), "refuted"),  # leaner, but by less than 20 %
        (13, (10, 10, 10), "confirmed"),
    ],
)
def test_better_exact(judge: Judge, pytorch: float, keras: tuple[float, ...], verdict: str) -> None:
    finding = judge(FEWER, counted(pytorch, *keras))
    assert finding.verdict == verdict
    assert finding.measured == {"pytorch": pytorch, **dict(zip(STACKS, keras, strict=True))}


def test_an_exact_finding_says_the_numbers_and_that_they_are_exact(judge: Judge) -> None:
    finding = judge(FEWER, counted(16, 10, 10, 10))
    for words in finding.why:
        assert "keras[jax] 10" in words and "pytorch 16" in words
    assert "exact" in finding.why[0] and "精确" in finding.why[1]


def test_a_finding_names_the_runs_it_rests_on(judge: Judge) -> None:
    runs = counted(16, 10, 10, 10)
    assert set(judge(FEWER, [*runs, make_run("footprint", "tensorflow", measures={"disk_mb": 17})]).runs) == {
        run.id for run in runs
    }


def test_better_means_more_where_more_is_better(judge: Judge) -> None:
    check = """
check:
  probe: data-parallel
  measure: work_split
  expect: {better: pytorch, than: [tensorflow], by: 0.05}
"""
    assert (
        judge(check, make_exact_runs("data-parallel", "work_split", {"pytorch": 1.0, "tensorflow": 0.5})).verdict
        == "confirmed"
    )
    assert (
        judge(check, make_exact_runs("data-parallel", "work_split", {"pytorch": 0.5, "tensorflow": 1.0})).verdict
        == "refuted"
    )


SAME = """
check:
  probe: footprint
  measure: disk_mb
  expect: {equal: [tensorflow, pytorch], within: 0.10}
"""


@pytest.mark.parametrize(
    ("other", "verdict"), [(100, "confirmed"), (109, "confirmed"), (111, "refuted"), (90, "refuted")]
)
def test_equal_exact(judge: Judge, other: float, verdict: str) -> None:
    runs = make_exact_runs("footprint", "disk_mb", {"tensorflow": 100, "pytorch": other})
    assert judge(SAME, runs).verdict == verdict


IS = """
check:
  probe: graph-mode
  measure: breakpoint_reached
  expect: {each: [tensorflow, pytorch], is: "true"}
"""


def test_each_is(judge: Judge) -> None:
    assert (
        judge(IS, make_exact_runs("graph-mode", "breakpoint_reached", {"tensorflow": True, "pytorch": True})).verdict
        == "confirmed"
    )
    finding = judge(IS, make_exact_runs("graph-mode", "breakpoint_reached", {"tensorflow": False, "pytorch": True}))
    assert finding.verdict == "refuted"
    assert "tensorflow" in finding.why[0] and "pytorch" not in finding.why[0]


def test_each_is_one_of(judge: Judge) -> None:
    check = IS.replace("breakpoint_reached", "data_if_in_training").replace('"true"', "[works, absent]")
    for word, verdict in (("works", "confirmed"), ("absent", "confirmed"), ("fails", "refuted")):
        runs = make_exact_runs("graph-mode", "data_if_in_training", {"tensorflow": word, "pytorch": "works"})
        assert judge(check, runs).verdict == verdict


@pytest.mark.parametrize(
    ("bound", "amount", "verdict"),
    [
        ("at-most: 1.0e-6", 1e-6, "confirmed"),
        ("at-most: 1.0e-6", 2e-6, "refuted"),
        ("at-least: 12", 12, "confirmed"),
        ("at-least: 12", 11, "refuted"),
        ("at-most: 12", "many", "refuted"),
    ],
)
def test_each_bounded(judge: Judge, bound: str, amount: object, verdict: str) -> None:
    check = f"""
check:
  probe: linear-regression
  measure: gradient_error
  expect: {{each: [pytorch], {bound}}}
"""
    assert judge(check, make_exact_runs("linear-regression", "gradient_error", {"pytorch": amount})).verdict == verdict


FASTER = """
check:
  probe: training-step
  measure: step_ms
  mode: default
  expect: {better: pytorch, than: [tensorflow], by: 0.05}
"""
ONE = (1.00, 1.01, 0.99, 1.00, 1.00)


def times(factor: float, noise: float = 0.0) -> tuple[float, ...]:
    return tuple(factor * step * math.exp(noise * (-1) ** n) for n, step in enumerate(ONE))


@pytest.mark.parametrize(
    ("tensorflow", "verdict", "why"),
    [
        (times(1.5), "confirmed", "exceeds the margin"),
        (times(0.6), "refuted", "reverse holds"),
        (times(1.01), "refuted", "no practical difference"),
        (times(1.2, 0.4), "inconclusive", "too noisy"),
        (times(1.05, 0.02), "inconclusive", "about the margin"),
        (times(1.5)[:4], "inconclusive", "fewer than 5"),
        (times(1.5)[:1], "inconclusive", "fewer than 5"),
    ],
)
def test_better_timed(judge: Judge, tensorflow: tuple[float, ...], verdict: str, why: str) -> None:
    finding = judge(FASTER, make_timed_runs({"pytorch": ONE, "tensorflow": tensorflow}))
    assert finding.verdict == verdict
    assert why in finding.why[0]


def test_a_timed_finding_shows_ratio_interval_and_blocks(judge: Judge) -> None:
    finding = judge(FASTER, make_timed_runs({"pytorch": ONE, "tensorflow": times(1.5)}))
    assert "1.50 (1.50-1.50), 5 blocks" in finding.why[0]
    assert "5 轮" in finding.why[1]
    assert finding.measured == pytest.approx({"pytorch": 1.0, "tensorflow": 1.5})
    assert len(finding.runs) == 10


def test_only_blocks_both_were_in_are_paired(judge: Judge) -> None:
    """A candidate that missed a block is compared over the others, not shifted against them."""
    drifting = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    runs = make_timed_runs({"pytorch": drifting, "tensorflow": [1.5 * step for step in drifting]})
    runs = [run for run in runs if not (run.candidate == "tensorflow" and run.block == 1)]
    finding = judge(FASTER, runs)
    assert finding.verdict == "confirmed"
    assert "1.50 (1.50-1.50), 5 blocks" in finding.why[0]


def test_modes_are_not_mixed(judge: Judge) -> None:
    default = make_timed_runs({"pytorch": ONE, "tensorflow": times(1.5)})
    production = make_timed_runs({"pytorch": ONE, "tensorflow": times(0.5)}, mode="production")
    both = [*default, *production]
    assert judge(FASTER, both).verdict == "confirmed"
    assert judge(FASTER.replace("mode: default", "mode: production"), both).verdict == "refuted"


def test_outliers_make_a_timed_comparison_inconclusive(judge: Judge) -> None:
    six = (*ONE, 1.0)
    runs = make_timed_runs({"pytorch": six, "tensorflow": (1.5, 1.5, 1.5, 1.5, 1.5, 0.97)})
    finding = judge(FASTER, runs)
    assert (finding.verdict, "outlier-sensitive" in finding.why[0]) == ("inconclusive", True)


def test_equal_timed(judge: Judge) -> None:
    check = FASTER.replace(
        "{better: pytorch, than: [tensorflow], by: 0.05}", "{equal: [pytorch, tensorflow], within: 0.05}"
    )
    assert judge(check, make_timed_runs({"pytorch": ONE, "tensorflow": times(1.01)})).verdict == "confirmed"
    assert judge(check, make_timed_runs({"pytorch": ONE, "tensorflow": times(1.5)})).verdict == "refuted"
    assert judge(check, make_timed_runs({"pytorch": ONE, "tensorflow": times(1.0, 0.4)})).verdict == "inconclusive"


def test_nothing_measured_is_untested_and_says_so(judge: Judge) -> None:
    for check in (FEWER, SAME, IS, FASTER):
        finding = judge(check, [])
        assert finding.verdict == "untested"
        assert "not measured" in finding.why[0] and "未实测" in finding.why[1]
        assert finding.measured == {}


def test_a_claim_nobody_can_check_says_why(judge: Judge) -> None:
    finding = judge("uncheckable: {en: Needs a cluster., zh: 需要集群。}", make_timed_runs({"pytorch": ONE}))
    assert (finding.verdict, finding.why) == ("untested", ("Needs a cluster.", "需要集群。"))


def test_one_candidate_missing_leaves_the_claim_untested(judge: Judge) -> None:
    finding = judge(FEWER, counted(16, 10, 10))
    assert finding.verdict == "untested"
    assert "keras[jax]" in finding.why[0] and "keras[torch]" not in finding.why[0]


def test_one_counterexample_refutes_whatever_is_missing(judge: Judge) -> None:
    finding = judge(FEWER, counted(16, 10, 15))
    assert finding.verdict == "refuted"
    assert "keras[torch] 15" in finding.why[0]


def test_inconclusive_and_missing_is_untested(judge: Judge) -> None:
    check = FASTER.replace("than: [tensorflow]", "than: [tensorflow, keras]")
    finding = judge(check, make_timed_runs({"pytorch": ONE, "tensorflow": times(1.2, 0.4)}))
    assert finding.verdict == "untested"


GATED = ("partial", "no_steady_state", "quality_mismatch", "too_noisy")


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome not in ("ok", *GATED)])
def test_what_failed_is_said_in_words(judge: Judge, outcome: Outcome) -> None:
    runs = [*counted(16, 10, 10), make_run("footprint", "keras[jax]", outcome=outcome, why="because")]
    finding = judge(FEWER, runs)
    assert finding.verdict == "untested"
    en, zh = RUN_OUTCOMES[outcome].en, RUN_OUTCOMES[outcome].zh
    assert f"keras[jax] {en}" in finding.why[0] and f"keras[jax]（{zh}）" in finding.why[1]
    assert runs[-1].id in finding.runs


def test_every_outcome_but_ok_has_words_in_both_languages() -> None:
    assert set(RUN_OUTCOMES) == {str(outcome) for outcome in Outcome} - {"ok"}
    assert all(
        words.en and words.zh and not words.en.isascii() <= words.zh.isascii() for words in RUN_OUTCOMES.values()
    )


@pytest.mark.parametrize("outcome", GATED)
def test_a_void_timing_is_inconclusive_with_its_reason(judge: Judge, outcome: str) -> None:
    void = make_timed_runs({"tensorflow": times(1.5)}, outcome=outcome, why="because")
    finding = judge(FASTER, [*make_timed_runs({"pytorch": ONE}), *void])
    assert finding.verdict == "inconclusive"
    assert RUN_OUTCOMES[outcome].en in finding.why[0]


@pytest.mark.parametrize("measures", [{}, {"step_ms": "fast"}, {"step_ms": 0}, {"step_ms": -1.0}], ids=str)
def test_a_timed_run_without_a_usable_number_is_no_reason_to_crash(judge: Judge, measures: dict[str, object]) -> None:
    odd = make_run("training-step", "tensorflow", mode="default", block=1, measures=measures)
    runs = [*make_timed_runs({"pytorch": ONE, "tensorflow": times(1.5)}), odd]
    assert judge(
        FASTER, [run for run in runs if run.candidate != "tensorflow" or run.block != 1 or run is odd]
    ).verdict in (
        "untested",
        "inconclusive",
    )


def test_all_claims_of_the_ledger_can_be_held_against_nothing_and_against_everything(pack: Pack) -> None:
    from made_runs import make_session

    none = judge_claims(pack, Evidence())
    some = judge_claims(pack, Evidence(tuple(make_session())))
    assert list(none) == list(some) == list(pack.claims)
    assert {check.verdict for check in none.values()} == {"untested"}
    assert {check.verdict for check in some.values()} >= {"confirmed", "refuted", "untested"}
    assert all(all(check.why) for check in (*none.values(), *some.values()))


def test_a_run_that_does_not_count_is_not_used(pack: Pack, judge: Judge) -> None:
    runs = counted(16, 10, 10, 10)
    stale = Evidence(tuple(runs), {}, {runs[-1].id: "the probe's code changed"})
    elsewhere = Evidence(tuple(runs), {runs[-1].id: "elsewhere"})
    for evidence in (stale, elsewhere):
        assert not evidence.counts(runs[-1])
        assert set(evidence.exact("footprint")) == {"pytorch", *STACKS} - {"keras[jax]"}


def test_the_newest_session_of_a_probe_speaks(judge: Judge) -> None:
    old = counted(10, 16, 16, 16)
    new = [run.with_changes(session="s0", started="2026-11-21T10:00:00+00:00") for run in counted(16, 10, 10, 10)]
    assert judge(FEWER, [*new, *old]).verdict == "confirmed"


def test_timing_one_candidate_at_length_keeps_the_comparison_of_all(judge: Judge) -> None:
    """A later session with more runs of fewer candidates says nothing of the others."""
    alone = make_timed_runs({"numpy": ONE * 3, "pytorch": ONE * 3}, session="s2", started="2026-11-21T10:00:00+00:00")
    assert judge(FASTER, [*make_timed_runs({"pytorch": ONE, "tensorflow": times(1.5)}), *alone]).verdict == "confirmed"


def test_measuring_one_candidate_again_keeps_the_others(judge: Judge) -> None:
    again = make_run(
        "footprint", "pytorch", session="s2", started="2026-11-21T10:00:00+00:00", measures={"disk_mb": 16}
    )
    finding = judge(FEWER, [*counted(16, 10, 10, 10), again])
    assert set(finding.measured) == {"pytorch", *STACKS}
    assert finding.verdict == "confirmed"


def test_the_candidates_made_up_here_are_those_of_the_pack(pack: Pack) -> None:
    assert set(CANDIDATES) == set(pack.measurable)
