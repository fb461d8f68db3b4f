"""The ways a step is run: what is declared of each, when it is measured, and what a first look drops."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from simulated_machine import SimulatedMachine, runs_in

from probes import gate, suite
from probes.candidates import CANDIDATES, Candidate
from probes.catalogue import PROBES, resize
from probes.child import timing
from probes.child.stack import bare_framework
from probes.frameworks import DEFAULT, PRODUCTION, Way
from probes.job import Job
from probes.parent.pilot import BEATEN, beaten_ways
from probes.parent.tasks import block_tasks, compiler_of, modes_measured
from probes.run import Outcome, Run
from probes.training_step import on_numpy, task

WAYS = [(id, way) for id, stack in CANDIDATES.items() for way in stack.ways]


@pytest.mark.parametrize(("candidate", "way"), WAYS, ids=[f"{id}-{way.id}" for id, way in WAYS])
def test_a_way_has_a_name_a_page_and_what_is_to_be_written(candidate: str, way: Way) -> None:
    assert way.name and way.source.startswith("https://")
    assert way.code or way.when == "same"
    assert CANDIDATES[candidate].way_of(way.id) is way


def test_every_candidate_has_ways_of_different_names() -> None:
    for stack in CANDIDATES.values():
        ids, names = zip(*((way.id, way.name) for way in stack.ways), strict=True)
        assert len(set(ids)) == len(set(names)) == len(ids) and DEFAULT not in ids


def test_a_probe_names_ways_that_some_framework_has() -> None:
    known = {way.id for _, way in WAYS}
    named = {name: set(probe.ways) for name, probe in PROBES.items() if probe.ways}
    assert set(named) == {"training-step", "cnn-step", "recurrent-step", "transformer-step"}
    assert all(ways <= known - {PRODUCTION} for ways in named.values())
    assert "channels-last" in named["cnn-step"] and "channels-last" not in named["training-step"]
    assert "compiled-step" not in named["recurrent-step"]  # torch.compile does not take nn.GRU


def parts_of(candidate: str, probe: str, depth: str) -> list[tuple[str, ...]]:
    tasks = block_tasks([CANDIDATES[candidate]], [PROBES[probe]], depth, 1, 1)
    return sorted(tuple(mode for _, mode in each.parts) for each in tasks if each.candidate.id == candidate)


def test_a_way_that_takes_many_steps_in_a_call_is_left_out_of_a_users_sizes() -> None:
    keras, probe = CANDIDATES["keras[jax]"], PROBES["training-step"]
    assert modes_measured(keras, probe) == [PRODUCTION, "fit"]
    assert modes_measured(keras, resize(probe, {"inputs": 64, "hidden": 32})) == [PRODUCTION]
    pytorch = CANDIDATES["pytorch"]
    assert modes_measured(pytorch, resize(probe, {"inputs": 64, "hidden": 32})) == modes_measured(pytorch, probe)


def test_what_costs_little_is_measured_always_and_what_compiles_for_long_apart() -> None:
    assert parts_of("pytorch", "training-step", "quick") == [("default", "fused")]
    assert parts_of("pytorch", "cnn-step", "full") == [
        ("compiled-step",),
        ("default", "channels-last"),
        ("production",),
    ]
    assert parts_of("keras[jax]", "training-step", "full") == [("default", "fit")]
    assert parts_of("keras[tensorflow]", "training-step", "quick") == [("default",)]
    assert modes_measured(CANDIDATES["pytorch"], PROBES["gan-step"]) == [PRODUCTION]
    effects = {mode: compiler_of(CANDIDATES["pytorch"], mode) for mode in ("default", "fused", "compiled-step")}
    assert effects == {"default": "", "fused": "", "compiled-step": "torch.compile of the step"}


def test_the_self_test_compares_copies_in_the_default_mode_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "_run_session", lambda make_session, *_rest: iter([make_session()]))
    [session] = suite.measure_copies_of("pytorch", "training-step", 10.0)
    copy, probe = session.candidates[0], session.probes[0]  # type: ignore[union-attr]
    assert copy.ways and modes_measured(copy, probe) == []


# --- the first look -----------------------------------------------------------------------------------------------------


def look(mode: str, *windows: float, candidate: str = "pytorch", **measures: Any) -> Run:
    return Run(
        session="s", probe="cnn-step", candidate=candidate, mode=mode, outcome=Outcome.OK,
        measures=measures, samples={"step_seconds": list(windows)},
    )  # fmt: skip


def dropped(*runs: Run) -> dict[str, str]:
    return {part.mode: why for part, why in beaten_ways(runs, [CANDIDATES["pytorch"], CANDIDATES["tensorflow"]])}


def test_a_way_that_another_one_clearly_beats_leaves_and_the_default_stays() -> None:
    runs = [look("default", 3.0), look("channels-last", 1.0), look("production", 2.0), look("compiled-step", 1.25)]
    assert dropped(*runs) == {
        "production": "left out after a first look: 2.0 times the step of channels_last, fused Adam"
    }
    [why] = dropped(look("default", 1.0), look("production", 1.4)).values()
    assert why.endswith("1.4 times the step of what one gets without asking")
    assert not dropped(look("default", 1.0), look("production", BEATEN))


def test_in_a_users_sizes_the_default_leaves_as_well() -> None:
    candidates = [CANDIDATES["pytorch"]]
    runs = [look("default", 3.0), look("channels-last", 1.0)]
    [(part, why)] = beaten_ways(runs, candidates, in_user_sizes={"cnn-step"})
    assert part.mode == "default" and why.endswith("3.0 times the step of channels_last, fused Adam")
    assert not list(beaten_ways(runs, candidates, in_user_sizes={"linear-step"}))


def test_a_first_look_reads_the_windows_that_others_disturbed_least() -> None:
    calm = look("channels-last", *[1.0] * 8)
    disturbed = look("compiled-step", *[0.9] * 3, *[5.0] * 9)
    assert not dropped(calm, disturbed)


def test_a_disturbed_look_drops_nothing() -> None:
    disturbed = look("production", 9.0).with_changes(outcome=Outcome.TOO_NOISY, why="others were busy")
    assert not dropped(look("default", 1.0), disturbed)
    assert dropped(look("default", 1.0), disturbed.with_changes(outcome=Outcome.NO_STEADY_STATE))


def test_candidates_are_not_dropped_for_being_slower_than_others() -> None:
    assert not dropped(look("production", 9.0, candidate="tensorflow"), look("channels-last", 1.0))


def test_a_mode_that_is_the_default_already_is_neither_dropped_nor_the_best() -> None:
    assert not dropped(look("production", 9.0, same_as="default"), look("fused", 1.0))


class TwoWays(SimulatedMachine):
    """A machine on which a candidate's mode takes so many times its default step."""

    factor = 1.0

    def end_child(self, order: Any) -> Any:
        """Return what a process would have reported, with other times for other modes."""
        ending = super().end_child(order)
        for message in ending.messages:
            if message["event"] == "result" and message["part"].endswith(":quick-way"):
                message["measures"]["step_ms"] *= self.factor
                message["samples"]["step_seconds"] = [step * self.factor for step in message["samples"]["step_seconds"]]
        return ending


def measure_two_ways(folder: Path, factor: float, depth: str) -> list[Any]:
    """Measure one candidate that has a way of its own, in a probe that knows it."""
    (folder / "simulated").mkdir()
    (folder / "simulated" / "on_a.py").write_text("def build(task, mode):\n    return mode\n")
    machine = TwoWays({"a": 1.0})
    machine.factor = factor
    framework = bare_framework("a")
    framework.ways = {"": (Way("together", "the quick way", id="quick-way"),)}
    (folder / "simulated" / "__init__.py").write_text('QUESTION = "?"\nTIMED = True\nWAYS = ("quick-way",)\n')
    from probes.parent.plan import Plan
    from probes.suite import measure

    with machine.replacing_the_real_one():
        plan = Plan((Candidate("a", (framework,)),), ("simulated",), depth, 1e6)
        return runs_in(list(measure(plan, folder=folder, lock_folder=folder, clock=machine.clock)), counted=True)


@pytest.mark.parametrize(("factor", "blocks"), [(0.5, 5), (1.2, 5), (2.0, 1)])
def test_a_beaten_way_is_measured_in_one_block_and_that_is_told(tmp_path: Path, factor: float, blocks: int) -> None:
    runs = [run for run in measure_two_ways(tmp_path, factor, "quick") if run.mode == "quick-way"]
    told = [run for run in runs if run.outcome is Outcome.CANCELLED]
    assert len(runs) - len(told) == blocks
    assert [("left out after a first look" in run.why) for run in told] == [True] * (blocks == 1)


def test_in_full_depth_the_pilot_drops_it_before_the_first_block(tmp_path: Path) -> None:
    runs = [run for run in measure_two_ways(tmp_path, 2.0, "full") if run.mode == "quick-way"]
    assert [run.outcome for run in runs] == [Outcome.CANCELLED]


# --- several steps in one call ------------------------------------------------------------------------------------------


def job_of_calls(steps_per_call: int, skipped: int = 0) -> Job:
    """The reference in float32, so many steps per call; after the first call it leaves out some batches."""
    single, batches_left_out = on_numpy.build(task.make(), "reference"), chain([0], repeat(skipped))

    def step() -> float:
        for _ in range(next(batches_left_out)):
            single.step()
        return float(np.mean([single.step() for _ in range(steps_per_call)]))

    return replace(single, optimisers=(), step=step, loss_value=float, steps_per_call=steps_per_call)


def gate_errors(job: Job) -> dict[str, float]:
    made = task.make()
    curve = gate.loss_curve(job, gate.CURVE_STEPS // job.steps_per_call)
    expected = gate.expected_of(on_numpy.build(made, "exact as keras"), made.weights, moves=True)
    return gate.check_job(job, expected, curve, made.weights, made.tolerances)


@pytest.mark.parametrize("steps_per_call", [1, 2, 5, 10])
def test_a_job_of_several_steps_per_call_is_held_against_the_means(steps_per_call: int) -> None:
    assert gate_errors(job_of_calls(steps_per_call))["gate_move_error"] < gate.MOVE


def test_a_call_that_leaves_out_a_batch_is_stopped() -> None:
    with pytest.raises(gate.Mismatch):
        gate_errors(job_of_calls(5, skipped=1))


def test_a_step_of_several_per_call_is_timed_as_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def step() -> None:
        now[0] += 0.020

    job = replace(on_numpy.build(task.make(), "reference"), step=step, steps_per_call=10)
    timed = timing.time_steps(job, 0.2)
    assert timed.settled.median == pytest.approx(0.002)
    assert timed.steps == 10 * len(timed.windows)


# --- the real thing -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_fit_is_held_between_its_calls_and_gives_back_the_losses_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    script = (
        "import os; os.environ['KERAS_BACKEND'] = 'torch'\n"
        "import numpy as np\n"
        "from probes.training_step import on_keras, on_numpy, task\n"
        "made = task.make(inputs=12, hidden=16, classes=4, batch_size=8)\n"
        "fit, plain = on_keras.build(made, 'fit'), on_keras.build(made, 'default')\n"
        "losses = [[job.loss_value(job.step()) for _ in range(4)] for job in (fit, plain)]\n"
        "assert np.allclose(*losses, rtol=1e-5), losses\n"
        "assert all(np.allclose(a, b, rtol=1e-4, atol=1e-6) for a, b in zip(fit.weights(), plain.weights()))\n"
        "fit.load(made.weights)\n"
        "assert fit.loss_value(fit.step()) > 0 and fit.feeding == 'fit'\n"
        "os._exit(0)\n"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
