"""A timed task in other sizes: its name, its gate against peers, and a real process that trains it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

from probes import gate
from probes.candidates import CANDIDATES
from probes.catalogue import PROBES, name_without_sizes, resize
from probes.child import peers
from probes.child.timing import time_steps
from probes.parent.tasks import block_tasks
from probes.run import Outcome, Run
from probes.suite import Plan, measure

SIZED = resize(PROBES["cnn-step"], {"side": 8, "channels": (1, 4, 4, 8), "classes": 3, "batch_size": 4})


def test_the_name_tells_the_sizes_and_the_probe() -> None:
    assert SIZED.name == "cnn-step[8x1.4.4.8x3x4]"
    assert name_without_sizes(SIZED.name) == "cnn-step"
    assert name_without_sizes("keras[jax]") == "keras[jax]" and name_without_sizes("my-model") == "my-model"
    assert not SIZED.has_reference and PROBES["cnn-step"].has_reference


def test_no_reference_is_run_in_other_sizes() -> None:
    tasks = block_tasks([CANDIDATES["pytorch"]], [SIZED, PROBES["linear-step"]], "quick", 1, 1)
    assert next([(probe.name, mode) for probe, mode in task.parts if mode == "reference"] for task in tasks) == [
        ("linear-step", "reference")
    ]
    spec = tasks[1].child_spec([0], "cpu", "/peers")
    assert next(part["sizes"] for part in spec["parts"]) == SIZED.sizes


def test_a_quick_look_at_a_users_size_leaves_out_eager_training_where_the_compiled_form_is_measured() -> None:
    def modes(candidate: str, depth: str) -> list[str]:
        """Return the modes in which the task is measured in its sizes."""
        tasks = block_tasks([CANDIDATES[candidate]], [SIZED], depth, 1, 1)
        return [mode for task in tasks for _, mode in task.parts]

    assert modes("tensorflow", "quick") == ["production"]
    assert "default" in modes("tensorflow", "full")
    assert all("default" in modes(candidate, "quick") for candidate in CANDIDATES if candidate != "tensorflow")


def test_losses_that_differ_from_the_first_of_the_peers_are_a_mismatch(tmp_path: Path) -> None:
    task, file = SimpleNamespace(tolerances=gate.tolerances([4], [4])), tmp_path / "sized.json"
    assert peers.check_loss_curve([2.0, 1.5], task, file, "pytorch") == {"gate": "first of its peers"}
    passed = peers.check_loss_curve([2.0, 1.50001], task, file, "tensorflow")
    assert passed["gate"] == "loss curve passed" and 0 < passed["gate_loss_error"] < 1e-4
    for curve in ([2.0, 1.6], [2.0, float("nan")]):
        with pytest.raises(gate.Mismatch, match="what pytorch computed"):
            peers.check_loss_curve(curve, task, file, "keras[jax]")


def test_a_long_step_is_timed_in_few_windows() -> None:
    """Nine windows, no more: of a step of half a second a usual timing would make forty."""
    now = [0.0]

    def step() -> None:
        now[0] += 0.5

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("probes.child.timing.time.perf_counter", lambda: now[0])
        timed = time_steps(SimpleNamespace(step=step, sync=lambda: None, steps_per_call=1), 0.35, 0.35, 9)  # type: ignore[arg-type]
    assert timed.steps == 9 and timed.settled.steady


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs PyTorch")
def test_a_process_trains_the_task_in_its_sizes(tmp_path: Path) -> None:
    plan = Plan(("pytorch",), (SIZED,), blocks=1, budget_seconds=120)
    runs = [event for event in measure(plan, lock_folder=tmp_path) if isinstance(event, Run)]
    assert {run.probe for run in runs} == {SIZED.name}
    assert [run.mode for run in runs] == ["default", "channels-last"]
    assert runs[0].outcome in (Outcome.OK, Outcome.TOO_NOISY, Outcome.NO_STEADY_STATE), runs[0].why
    kernels = 9 * (1 * 4 + 4 * 4 + 4 * 8) + 2 * (4 + 4 + 8)
    assert runs[0].measures["parameters"] == kernels + 8 * 3 + 3
    assert runs[0].measures["gate"] == "first of its peers"
