"""Which probes are run: what can change the answer, the most telling per second first, and no more."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from made_runs import make_exact_runs, make_run

from advisor.evidence.planning import SECONDS, expected_seconds, plan_probes
from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from probes.catalogue import PROBES

sys.path.insert(0, str(Path(__file__).parents[1] / "reasoning"))
sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import probing
from small_packs import judge, profile

from advisor.reasoning.worlds import Worlds

ALL = ("data-parallel", "dev-effort", "graph-mode", "linear-regression", "training-step")


def worlds(pack: Pack, overrides: dict[str, float] | None = None, **known: str) -> Worlds:
    return judge(pack, profile(**known), worlds=2000, reading="reviewed", overrides=overrides).worlds


def in_doubt(pack: Pack) -> Worlds:
    """A project whose answer hangs on what can be measured: only ease of use and debugging matter."""
    weights = dict.fromkeys(pack.criteria, 0.0) | {"ease-of-use": 2.0, "debugging": 1.6}
    return worlds(pack, weights, portability="single-ok")


def test_what_can_change_the_answer_is_chosen_best_rate_first(built_in: Pack) -> None:
    plan = plan_probes(built_in, in_doubt(built_in), ALL, Evidence())
    assert plan.chance > 0.05
    assert {option.probe for option in plan.chosen} >= {"dev-effort"}
    assert [option.gain_rates for option in plan.chosen] == sorted(
        (option.gain_rates for option in plan.chosen), reverse=True
    )
    assert {option.probe for option in plan.ranked} == set(ALL)


def test_where_nothing_can_change_the_answer_nothing_is_chosen(built_in: Pack) -> None:
    settled = dict.fromkeys(built_in.criteria, 0.0) | {"pretrained-models": 4.0}
    plan = plan_probes(built_in, worlds(built_in, settled), ALL, Evidence())
    assert plan.chosen == () == plan.beyond_budget and plan.chance == 0
    assert {option.probe for option in plan.idle} == set(ALL)


def test_a_budget_is_spent_on_the_best_rate(built_in: Pack) -> None:
    free = plan_probes(built_in, in_doubt(built_in), ALL, Evidence())
    tight = plan_probes(built_in, in_doubt(built_in), ALL, Evidence(), budget=free.chosen[0].seconds)
    assert tight.chosen == free.chosen[:1]
    assert {option.probe for option in tight.beyond_budget} == {option.probe for option in free.chosen[1:]}


def test_what_was_measured_already_has_less_to_tell(built_in: Pack) -> None:
    runs = make_exact_runs("dev-effort", "statements", dict.fromkeys(built_in.measurable, 12))
    before = {option.probe: option.gain for option in plan_probes(built_in, in_doubt(built_in), ALL, Evidence()).ranked}
    after = {
        option.probe: option.gain
        for option in plan_probes(built_in, in_doubt(built_in), ALL, Evidence(tuple(runs))).ranked
    }
    assert after["dev-effort"] == 0 < before["dev-effort"]


def test_seconds_are_those_of_the_last_session_or_of_the_kind() -> None:
    runs = [make_run("graph-mode", who, seconds=4.0, session="s1") for who in ("pytorch", "tensorflow")]
    assert expected_seconds("graph-mode", Evidence(tuple(runs)), 5) == 8.0
    runs.append(make_run("graph-mode", "pytorch", seconds=3.0, session="s0"))
    assert expected_seconds("graph-mode", Evidence(tuple(runs)), 5) == 3.0, "the last session, whatever it is called"
    assert expected_seconds("graph-mode", Evidence(), 5) == 5 * SECONDS["exact"]
    assert expected_seconds("training-step", Evidence(), 5) == 5 * SECONDS["timed"]
    assert expected_seconds("dev-effort", Evidence(), 5) == 5 * SECONDS["static"]


def test_the_recorded_runs_are_whole_runs_of_every_candidate(built_in: Pack) -> None:
    runs = probing.read_recorded().runs
    assert {run.candidate for run in runs} == {*built_in.measurable, "numpy"}
    probes = {run.probe for run in runs}
    assert set(ALL) <= probes <= {*PROBES, "hardware-seen"}, "that one was a probe when they were recorded"


@pytest.mark.parametrize("seed", range(4))
def test_a_profile_probed_by_value_gets_the_advice_of_all_probes(built_in: Pack, seed: int) -> None:
    """A few of those tests/benchmarks/probing.py goes through."""
    probed = probing.simulate_probing(built_in, probing.read_recorded(), seed)
    assert probed.same and probed.seconds <= probed.exhaustive
