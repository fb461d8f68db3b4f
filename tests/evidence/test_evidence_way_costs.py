"""The ways in which candidates were timed, as the evidence reads them: the fastest, what it costs, and under which conditions."""

from __future__ import annotations

import pytest
from made_runs import make_run, make_timed_runs

from advisor.evidence.break_even import candidate_mode_name
from advisor.evidence.runs import Evidence
from advisor.evidence.session_report import session_report
from advisor.evidence.settled import is_settled
from advisor.evidence.stacks import way_name, way_of
from advisor.evidence.tiers import CandidateMode
from advisor.evidence.way_costs import conditions_of, extra_start_seconds, fastest_modes
from advisor.render import probed
from advisor.render.terminal import as_text
from advisor.text import Lang
from probes.catalogue import PROBES
from probes.run import Run

PROBE, FIVE = "training-step", (1.0, 1.01, 0.99, 1.0, 1.0)


def scaled(factor: float) -> tuple[float, ...]:
    return tuple(factor * step for step in FIVE)


def timed_ways(**factor_by_mode: float) -> list[Run]:
    """Runs of PyTorch in five blocks, each mode with so many times the default step; underscores are hyphens."""
    runs = make_timed_runs({"numpy": FIVE, "pytorch": FIVE})
    for mode, factor in factor_by_mode.items():
        runs += make_timed_runs({"pytorch": scaled(factor)}, mode=mode.replace("_", "-"))
    return runs


def test_modes_are_those_that_were_measured_the_default_first() -> None:
    evidence = Evidence(tuple(timed_ways(fused=0.8, production=1.1, compiled_step=0.7)))
    assert evidence.modes(PROBE) == ["default", "compiled-step", "fused", "production"]
    assert Evidence().modes(PROBE) == []


def test_the_fastest_way_is_taken_and_one_of_a_single_block_is_not() -> None:
    assert fastest_modes(Evidence(tuple(timed_ways(fused=0.8, production=1.1))), PROBE) == {"pytorch": "fused"}
    first_look = make_timed_runs({"pytorch": (0.1,)}, mode="compiled-step")
    assert fastest_modes(Evidence((*timed_ways(fused=0.8), *first_look)), PROBE) == {"pytorch": "fused"}


@pytest.mark.parametrize(("import_seconds", "expected"), [(1.0, 2.0), (1.5, 2.75)])
def test_a_way_costs_the_start_it_takes_beyond_the_default(import_seconds: float, expected: float) -> None:
    """In one process the second build finds loaded what the first waited for: only first steps are compared."""
    default, way = (
        make_run(PROBE, "pytorch", mode=mode, block=1, measures={"step_ms": 1.0} | start)
        for mode, start in (
            ("default", {"import_s": 1.0, "build_s": 0.25, "first_step_s": 0.5}),
            ("fused", {"import_s": import_seconds, "build_s": 1.0, "first_step_s": 2.5}),
        )
    )
    assert extra_start_seconds(Evidence((default, way)), PROBE, "pytorch", "fused") == pytest.approx(expected)
    assert extra_start_seconds(Evidence((default,)), PROBE, "pytorch", "fused") is None


def test_conditions_are_those_that_the_runs_tell() -> None:
    told = {"precision": "float32", "batch": 128, "feeding": "in memory"}
    assert conditions_of([make_run(PROBE, "pytorch", measures={"step_ms": 1.0} | told)]) == told
    assert conditions_of([make_run(PROBE, "pytorch", measures={"step_ms": 1.0})]) == conditions_of([]) == {}


def test_a_mode_has_the_name_of_its_way_and_an_unknown_one_its_own() -> None:
    assert way_name("pytorch", "production") == "torch.compile"  # runs of versions that knew no other way
    assert candidate_mode_name(CandidateMode("pytorch", "fused")) == "pytorch, fused Adam"
    assert (way_of("pytorch", "turbo"), way_name("pytorch", "turbo")) == (None, "turbo")
    assert candidate_mode_name(CandidateMode("pytorch", "default")) == "pytorch"


def test_the_best_of_each_is_compared_with_the_best_before_measuring_ends() -> None:
    both = make_timed_runs({"numpy": FIVE, "pytorch": FIVE, "tensorflow": scaled(3)})
    assert is_settled(Evidence(tuple(both)))
    close = make_timed_runs({"tensorflow": (1.0, 1.3, 0.8, 1.2, 0.9)}, mode="production")
    assert not is_settled(Evidence((*both, *close)))


def test_a_report_names_each_way_what_to_write_and_the_conditions() -> None:
    told = {"precision": "float32", "batch": 128, "feeding": "in memory"}
    runs = make_timed_runs({"numpy": FIVE, "pytorch": FIVE}, measures=told)
    runs += make_timed_runs({"pytorch": scaled(0.8)}, mode="fused", measures=told)
    runs += make_timed_runs({"keras[jax]": scaled(1.1)}, mode="fit", measures=told | {"feeding": "fit"})
    text = " ".join(line.text for line in as_text(probed.report_parts(session_report(runs, PROBES), Lang.EN), 300))
    assert "float32, batches of 128, made once and kept in memory" in text
    assert "keras[jax], fit, steps_per_execution: batches fed by fit" in text
    assert "pytorch, fused Adam: optimizer = torch.optim.Adam(..., fused=True) (https://docs.pytorch.org/" in text
