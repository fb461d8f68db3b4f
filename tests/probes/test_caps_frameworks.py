"""The capability probes on real frameworks: what is known about them must come out. One or two candidates each."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from probes.run import Outcome, Run
from probes.suite import Plan, measure

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("torch", "tensorflow", "keras", "jax")),
        reason="needs all frameworks",
    ),
]
HAS_EXPORT = all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime", "onnxscript"))


def runs(folder: Path, probes: str, candidates: str) -> dict[tuple[str, str], Run]:
    """One session; the last run of each probe and candidate counts, so that a second try does."""
    plan = Plan(tuple(candidates.split()), tuple(probes.split()), budget_seconds=400.0)
    events = [event for event in measure(plan, lock_folder=folder) if isinstance(event, Run)]
    assert all(Run.from_json(run.to_json()) == run for run in events)
    return {(run.probe, run.candidate): run for run in events}


def run_of(folder: Path, probe: str, candidate: str) -> Run:
    return runs(folder, probe, candidate)[probe, candidate]


@pytest.mark.long
def test_export_of_keras_on_torch(tmp_path: Path) -> None:
    run = run_of(tmp_path, "export", "keras[torch]")
    assert run.outcome is Outcome.OK, run.why
    measures = run.measures
    if "timeout" in measures.values():
        pytest.skip("the machine was too busy: an export did not end in time")
    assert measures["savedmodel"] == "fails" and str(measures["savedmodel_error"]).startswith("export: ")
    assert measures["torch_export"] == "works" and measures["torch_export_difference"] < 1e-5
    assert measures["litert"] in ("works", "not-installed") and measures["executorch"] == "absent"
    assert measures["onnx"] == "works" or not HAS_EXPORT


@pytest.mark.long
def test_a_killed_peer_is_an_error_in_pytorch(tmp_path: Path) -> None:
    run = run_of(tmp_path, "peer-loss", "pytorch")
    assert run.outcome is Outcome.OK, run.why
    assert run.measures["survivor"] == "errors" and run.measures["survivor_seconds"] < 30


@pytest.mark.long
def test_keras_has_no_second_worker_on_torch(tmp_path: Path) -> None:
    by_probe = runs(tmp_path, "local-scaling peer-loss", "keras[torch]")
    assert {run.outcome for run in by_probe.values()} == {Outcome.UNSUPPORTED}


@pytest.mark.long
def test_the_weights_of_keras_move_but_its_torch_optimiser_does_not(tmp_path: Path) -> None:
    run = run_of(tmp_path, "backend-switch", "keras[torch]")
    assert run.outcome is Outcome.OK, run.why
    assert (run.measures["switch"], run.measures["backends"], run.measures["same_loss"]) == ("works", 3, True)
    assert run.measures["to_jax"] == run.measures["to_tensorflow"] == "works"
    assert run.measures["resume_on_jax"] in ("works", "fails")


@pytest.mark.long
def test_fast_probes_of_two_candidates(tmp_path: Path) -> None:
    names = "article-names graph-mode error-locality optimizers mixed-precision gradient-check api-coverage footprint"
    by_probe = runs(tmp_path, names, "pytorch keras[jax]")
    assert {run.outcome for run in by_probe.values()} == {Outcome.OK}, [run.why for run in by_probe.values()]

    def of(probe: str, candidate: str, *measures: str) -> tuple[object, ...]:
        return tuple(by_probe[probe, candidate].measures[name] for name in measures)

    graph = ("body_runs", "data_if_in_training", "data_while_in_training", "structured_op_compiled")
    assert of("graph-mode", "pytorch", *graph) == (8, "works", "works", "works")
    assert of("graph-mode", "keras[jax]", *graph[1:]) == ("fails", "fails", "works")
    assert of("graph-mode", "pytorch", "data_if_compiled", "data_if_whole_graph") == ("works", "fails")
    assert of("graph-mode", "keras[jax]", "data_if_run_eagerly") == ("fails",)
    assert by_probe["graph-mode", "keras[jax]"].measures["body_runs"] < 8

    assert of("error-locality", "pytorch", "shape", "shape_both_shapes", "trap") == ("named", True, "warns")
    assert of("error-locality", "keras[jax]", "trap", "trap_by_hand", "loss") == ("repaired", "repaired", "silent")
    assert of("optimizers", "pytorch", "optimizers_same", "adam_definition") == (4, "epsilon after the correction")
    assert of("optimizers", "keras[jax]", "optimizers_same", "adam_definition") == (4, "epsilon before it")
    for candidate in ("pytorch", "keras[jax]"):
        assert of("mixed-precision", candidate, "bfloat16", "weights_dtype") == ("works", "float32")
        assert of("gradient-check", candidate, "formula_agrees", "difference_agrees") == (True, True)
        assert of("api-coverage", candidate, "wrong") == ("none",)
        assert of("footprint", candidate, "disk_mb")[0] > 100  # type: ignore[operator]
    assert of("gradient-check", "keras[jax]", "gradient_api") == ("absent",)
    assert of("article-names", "keras[jax]", "adam_of_samples", "layer_gradient") == ("refused", "absent")
    assert of("article-names", "pytorch", "graph_without_module", "high_level_training") == (True, "absent")


@pytest.mark.long
@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("flax", "optax")), reason="needs Flax and Optax"
)
def test_gradients_and_optimisers_of_jax_by_itself(tmp_path: Path) -> None:
    by_probe = runs(tmp_path, "gradient-check optimizers graph-mode determinism api-coverage", "jax")
    assert by_probe["api-coverage", "jax"].outcome is Outcome.NOT_WRITTEN
    gradients, optimizers, graph = (
        by_probe[name, "jax"].measures for name in ("gradient-check", "optimizers", "graph-mode")
    )
    assert (gradients["formula_agrees"], gradients["difference_agrees"], gradients["computed_in"]) == (
        True,
        True,
        "float64",
    )
    assert (gradients["library_check"], gradients["second_order"]) == ("passes", "works")
    assert (optimizers["optimizers_same"], optimizers["adam_definition"]) == (4, "epsilon after the correction")
    assert (graph["data_if_compiled"], graph["data_if_run_eagerly"]) == ("fails", "works")
    assert (graph["structured_op_compiled"], graph["data_while_in_training"]) == ("works", "fails")
    run = by_probe["determinism", "jax"]
    assert run.outcome is Outcome.TOO_NOISY or run.measures["seed_alone"] == "equal", run.why


@pytest.mark.long
def test_state_and_files_of_pytorch(tmp_path: Path) -> None:
    by_probe = runs(tmp_path, "checkpoint training-log determinism input-pipeline", "pytorch")
    checkpoint = by_probe["checkpoint", "pytorch"].measures
    assert (checkpoint["round_trip"], checkpoint["foreign_code"]) == ("exact", "refused")
    assert by_probe["training-log", "pytorch"].measures["log"] in ("works", "not-installed")
    for name, measured in (("determinism", "reproducible"), ("input-pipeline", "complete")):
        run = by_probe[name, "pytorch"]
        assert run.outcome in (Outcome.OK, Outcome.TOO_NOISY), run.why
        assert run.outcome is Outcome.TOO_NOISY or run.measures[measured] is True
