"""The training tasks in the real frameworks: everybody does the reference's work, in every mode of the quick depth.

By default PyTorch and JAX stand for those that run step by step and those that compile; all others are in the longer suite.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
from resized import SMALL, write_resized

from probes.candidates import CANDIDATES
from probes.catalogue import PROBES
from probes.run import Outcome, Run
from probes.suite import Plan, measure

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("torch", "tensorflow", "keras", "jax", "sklearn")),
        reason="needs all frameworks and scikit-learn",
    ),
]
SIZES = {name: sizes for name, sizes in SMALL.items() if name != "training_step"}  # test_probe_frameworks has that
TASKS = tuple(name.replace("_", "-") for name in SIZES)
MEASURED = (Outcome.OK, Outcome.NO_STEADY_STATE, Outcome.TOO_NOISY)
Found = dict[tuple[str, str, str], Run]
HAS_FLAX = all(importlib.util.find_spec(name) for name in ("flax", "optax"))
JAX = pytest.param("jax", marks=pytest.mark.skipif(not HAS_FLAX, reason="needs Flax and Optax"))
DEFAULT = ("pytorch", "jax")
OTHERS = [pytest.param(id, marks=pytest.mark.long) for id in CANDIDATES if id not in DEFAULT]


@pytest.fixture(scope="module")
def measured(candidates_asked: frozenset[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    """One block of all tasks in small sizes, of the candidates that are asked about: one process for each."""
    folder, lock = (Path(tmp_path_factory.mktemp(name)) for name in ("tasks", "lock"))
    plan = Plan(tuple(id for id in CANDIDATES if id in candidates_asked), TASKS, budget_seconds=900.0, blocks=1)
    events = measure(plan, folder=write_resized(folder, SIZES), lock_folder=lock)
    runs = [event for event in events if isinstance(event, Run)]
    yield {(run.probe, run.candidate, run.mode): run for run in runs}


@pytest.mark.parametrize("probe", TASKS)
@pytest.mark.parametrize("candidate", ["pytorch", JAX, *OTHERS, "numpy"])
def test_everybody_passes_the_gate(measured: Found, probe: str, candidate: str) -> None:
    modes = {mode: run for (name, who, mode), run in measured.items() if (name, who) == (probe, candidate)}
    usual = {"reference"} if candidate == "numpy" else {"default"}
    fast = {"channels-last"} if probe == "cnn-step" else {"fused"} & set(PROBES[probe].ways)
    further = {"tensorflow": {"production"}, "keras[jax]": {"production"}, "jax": {"production"}, "pytorch": fast}
    assert set(modes) == usual | further.get(candidate, set())
    for run in modes.values():
        assert run.outcome in MEASURED, run.why
        assert run.measures["gate"] == "passed"
        assert run.measures["gate_forward_error"] < 1e-5
        assert run.measures["gflops"] > 0
    timed = [run for (name, _, _), run in measured.items() if name == probe and run.outcome in MEASURED]
    assert len({run.measures["parameters"] for run in timed}) == 1


def test_the_net_on_the_table_learns_everywhere_as_well_as_in_numpy(measured: Found) -> None:
    own = {
        who: run.measures["accuracy"]
        for (probe, who, _), run in measured.items()
        if probe == "tabular-step" and run.outcome in MEASURED
    }
    assert own["numpy"] > 0.85
    assert all(abs(accuracy - own["numpy"]) < 0.03 for accuracy in own.values())
    boosting = measured["tabular-step", "numpy", "reference"].measures
    assert boosting["boosting_accuracy"] > 0.9 and boosting["boosting_seconds"] > 0
