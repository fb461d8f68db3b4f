"""The real frameworks: what is known about them must come out of the probes.

By default Keras stands on JAX only; on TensorFlow and on PyTorch it is in the longer suite.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.candidates import CANDIDATES
from probes.run import Outcome, Run
from probes.suite import Plan, measure

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("torch", "tensorflow", "keras", "jax")),
        reason="needs all frameworks",
    ),
]
PROBES = ("linear-regression", "graph-mode", "data-parallel", "training-step")
MODES = {"tensorflow", "keras[jax]", "jax"}
BUDGET_SECONDS = 1200.0
"""Enough on a machine with half a core: where there is time left, it is not used."""
Found = dict[tuple[str, str, str], Run]
HAS_FLAX = all(importlib.util.find_spec(name) for name in ("flax", "optax"))
JAX = pytest.param("jax", marks=pytest.mark.skipif(not HAS_FLAX, reason="needs Flax and Optax"))
KERAS_ON_TENSORFLOW, KERAS_ON_TORCH = (
    pytest.param(id, marks=pytest.mark.long) for id in ("keras[tensorflow]", "keras[torch]")
)
STACKS = ("pytorch", "tensorflow", "keras[jax]", JAX, KERAS_ON_TENSORFLOW, KERAS_ON_TORCH)


@pytest.fixture(scope="module")
def measured(candidates_asked: frozenset[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    """One session over the candidates that are asked about, one block of the timed probe."""
    lock = Path(tmp_path_factory.mktemp("lock"))
    asked = candidates_asked | {"tensorflow", "keras[jax]"}  # tests without a candidate ask about these
    plan = Plan(tuple(id for id in CANDIDATES if id in asked), PROBES, budget_seconds=BUDGET_SECONDS, blocks=1)
    runs = [event for event in measure(plan, lock_folder=lock) if isinstance(event, Run)]
    assert all(Run.from_json(run.to_json()) == run for run in runs)
    yield {(run.probe, run.candidate, run.mode): run for run in runs}


@pytest.mark.parametrize("candidate", STACKS)
def test_linear_regression_is_learned_by_the_textbook_gradient(measured: Found, candidate: str) -> None:
    run = measured["linear-regression", candidate, ""]
    assert run.outcome is Outcome.OK, run.why
    assert run.measures["learned"] and run.measures["gradient_agrees"]
    assert run.measures["gradient_error"] < 1e-6
    assert run.measures["test_mse"] == pytest.approx(0.01, rel=0.3)


@pytest.mark.parametrize("candidate", [*STACKS, "numpy"])
def test_training_step_passes_the_gate(measured: Found, candidate: str) -> None:
    run = measured["training-step", candidate, "reference" if candidate == "numpy" else "default"]
    assert run.outcome in (Outcome.OK, Outcome.NO_STEADY_STATE, Outcome.TOO_NOISY), run.why
    measures = run.measures
    assert measures["gate"] == "passed"
    assert measures["parameters"] == 101_386
    assert run.block == 1 and run.threads >= 1
    if run.outcome is not Outcome.TOO_NOISY:  # a busy machine makes steps a hundred times slower
        assert 0.1 < measures["step_ms"] < 500
        assert measures["steps"] >= 40
        assert len(run.samples["step_seconds"]) >= 9


def test_a_candidate_never_loads_the_others(measured: Found) -> None:
    loaded = {who: set(run.versions) for (probe, who, _), run in measured.items() if probe == "training-step"}
    own = {
        "pytorch": {"torch"},
        "tensorflow": {"tensorflow", "keras"},
        "keras[tensorflow]": {"tensorflow", "keras"},
        "keras[torch]": {"torch", "keras"},
        "keras[jax]": {"jax", "jaxlib", "keras"},
        **({"jax": {"jax", "jaxlib", "flax", "optax"}} if HAS_FLAX else {}),
    }
    measured_stacks = own.keys() & loaded.keys()
    assert "tensorflow" in measured_stacks
    for stack in measured_stacks:
        assert loaded[stack] == {"python", "numpy", *own[stack]}


def test_production_modes_of_the_quick_depth(measured: Found) -> None:
    modes = {candidate for (_, candidate, mode), run in measured.items() if mode == "production" and run.measures}
    asked = {candidate for _, candidate, _ in measured}
    assert modes == (MODES & asked if HAS_FLAX else (MODES & asked) - {"jax"})
    assert measured["training-step", "keras[jax]", "production"].measures["same_as"] == "default"


@pytest.mark.parametrize(
    ("candidate", "execution", "data_if", "breakpoint_reached"),
    [
        ("tensorflow", "eager", "works", True),
        ("pytorch", "eager", "works", True),
        pytest.param("keras[torch]", "eager", "works", True, marks=pytest.mark.long),
        pytest.param("keras[tensorflow]", "traced", "fails", False, marks=pytest.mark.long),
        ("keras[jax]", "traced", "fails", False),
        pytest.param("jax", "traced", "fails", False, marks=JAX.marks),
    ],
)
def test_graph_mode(measured: Found, candidate: str, execution: str, data_if: str, breakpoint_reached: bool) -> None:
    measures = measured["graph-mode", candidate, ""].measures
    assert measures["execution"] == execution
    assert measures["data_if_in_training"] == data_if
    assert measures["breakpoint_reached"] is breakpoint_reached
    assert measures["data_if_eager"] == "works"
    assert measures["structured_op"] == "works"
    assert ("data_if_in_training_error" in measures) == (data_if == "fails")


def test_tensorflow_one_is_gone(measured: Found) -> None:
    measures = measured["graph-mode", "tensorflow", ""].measures
    assert measures["session_api"] == "absent"
    assert measures["function_with_control_dependencies"] == "absent"
    assert measures["explicit_graph_needed"] is False
    assert measures["data_if_compiled"] == "works"


@pytest.mark.parametrize(
    ("candidate", "mechanism", "split"),
    [
        ("pytorch", "works", True),
        ("tensorflow", "works", True),
        ("keras[jax]", "works", True),
        pytest.param("jax", "works", True, marks=JAX.marks),
        pytest.param("keras[tensorflow]", "no-effect", False, marks=pytest.mark.long),
        pytest.param("keras[torch]", "absent", False, marks=pytest.mark.long),
    ],
)
def test_data_parallel(measured: Found, candidate: str, mechanism: str, split: bool) -> None:
    run = measured["data-parallel", candidate, ""]
    assert (run.outcome, run.measures["mechanism"], run.measures["work_split"]) == (Outcome.OK, mechanism, split)
    if mechanism == "works":
        assert run.measures["gradient_equal"] is True
