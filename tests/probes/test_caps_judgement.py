"""How capability probes judge: right results, known wrong ones, and the words for both. No framework is started."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from probes.api_coverage import checklist
from probes.api_coverage import task as coverage
from probes.article_names import task as names
from probes.backend_switch.task import judge_transfer
from probes.catalogue import PROBES
from probes.checkpoint.task import judge_opening, judge_round_trip
from probes.child.subcall import Answer
from probes.data_parallel import task as parallel
from probes.determinism.task import compare_bits as bits_word
from probes.error_locality import report as locality
from probes.export import task as export
from probes.footprint import task as footprint
from probes.gradient_check import task as gradients
from probes.graph_mode import task as graph
from probes.input_pipeline import task as pipeline
from probes.machine import contention
from probes.mixed_precision.task import judge_output as precision_word
from probes.optimizers import task as optimizers
from probes.peer_loss.task import judge_survivor
from probes.training_log.task import compare_losses

OWN = ("article-names", "export", "gradient-check", "optimizers", "local-scaling", "peer-loss", "backend-switch", "determinism",
       "mixed-precision", "input-pipeline", "checkpoint", "training-log", "api-coverage", "footprint",
       "edit-latency", "error-locality")  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_every_capability_probe_is_complete(name: str) -> None:
    probe = PROBES[name]
    for file in ("task", "on_tensorflow", "on_pytorch", "on_keras"):
        assert (probe.folder / f"{file}.py").is_file()
    assert probe.question.endswith("?") and not probe.timed
    assert probe.quiet == (name in ("local-scaling", "edit-latency", "determinism", "input-pipeline"))


def test_what_takes_long_is_left_to_the_full_depth() -> None:
    from advisor.evidence.collect import probes_of_depth

    assert {"optimizers", "footprint", "graph-mode"} <= set(probes_of_depth("quick"))
    assert not {"export", "peer-loss", "determinism"} & set(probes_of_depth("quick"))
    assert set(probes_of_depth("full")) == {name for name, probe in PROBES.items() if probe.depth != "cluster"}


# --- export ---------------------------------------------------------------------------------------------------------


def test_an_export_counts_only_with_the_right_numbers() -> None:
    assert export.judge_target("onnx", {"difference": 2e-7, "latency_us": 3.0})["onnx"] == "works"
    wrong = export.judge_target("onnx", {"difference": 0.1, "latency_us": 3.0})
    assert (wrong["onnx"], wrong["onnx_error"]) == ("fails", "reload: wrong numbers")


@pytest.mark.parametrize(
    ("error", "word"),
    [("ImportError", "not-installed"), ("UserError", "fails"), ("Timeout", "timeout"), ("SIGSEGV", "fails")],
)
def test_the_word_for_an_export_that_did_not_come_through(error: str, word: str) -> None:
    measures = export.target_failure("onnx", "export", Answer(error=error, why="because"))
    assert measures == {"onnx": word, "onnx_error": f"export: {error}: because"}


def test_the_right_output_is_that_of_the_layers() -> None:
    task = export.make()
    kernel, bias, last_kernel, last_bias = task.weights
    row = np.maximum(task.x[0] @ kernel + bias, 0) @ last_kernel + last_bias
    assert np.allclose(task.forward(task.x)[0], row, atol=1e-5)


# --- graph mode and data parallel -----------------------------------------------------------------------------------


def test_a_branch_frozen_while_tracing_shows_as_wrong_numbers() -> None:
    task = graph.make()
    frozen = [float(np.mean(np.square(2 * x))) for x in task.batches]
    assert task.attempt("data_if", lambda: frozen) == {"data_if": "fails", "data_if_error": "wrong numbers"}
    assert task.attempt("data_if", task.losses) == {"data_if": "works"}


def test_weights_in_parts_need_the_gradient_and_the_parts() -> None:
    task = parallel.make()
    right = task.gradient()
    assert task.judge_sharded("api", [right, right], True)["sharded"] == "works"
    assert task.judge_sharded("api", [right, right], False)["sharded"] == "no-effect"
    assert task.judge_sharded("api", [right, 2 * right], True)["sharded"] == "fails"


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (Answer(error="RuntimeError", why="connection reset"), "errors"),
        (Answer(error="ValueError", why="closed", ended_itself=False), "errors-then-hangs"),
        (Answer(error="SIGABRT"), "dies"),
        (Answer(error="Timeout", ended_itself=False), "hangs"),
        (Answer(value=None), "continues"),
    ],
)
def test_the_survivor_of_a_killed_peer(answer: Answer, word: str) -> None:
    assert judge_survivor(answer, SimpleNamespace(waited_seconds=1.0))["survivor"] == word  # type: ignore[arg-type]


def test_a_survivor_that_ends_at_once_has_taken_some_time() -> None:
    assert judge_survivor(Answer(error="SIGABRT"), SimpleNamespace(waited_seconds=0.0004))["survivor_seconds"] == 0.01  # type: ignore[arg-type]


# --- mathematics ----------------------------------------------------------------------------------------------------


def test_the_formula_and_the_differences_are_right_about_a_linear_network() -> None:
    task = gradients.make()
    step, (kernel, bias) = 1e-6, task.linear_weights

    def loss(k: Any, b: Any) -> float:
        return float(np.mean(np.square(task.x @ k + b - task.y)))

    moved = (loss(kernel, bias + step) - loss(kernel, bias - step)) / (2 * step)
    assert task.gradient_by_formula()[-1] == pytest.approx(moved, rel=1e-6)
    measures = task.judge(
        [task.gradient_by_formula()[:-1], task.gradient_by_formula()[-1:]], [task.gradient_by_differences()]
    )
    assert measures["formula_agrees"] and measures["difference_agrees"] and measures["computed_in"] == "float64"


@pytest.mark.parametrize("fault", [lambda g: -g, lambda g: g / 2, lambda g: np.append(g[:-1], 0.0)])
def test_a_wrong_gradient_is_seen(fault: Any) -> None:
    task = gradients.make()
    assert not task.judge([fault(task.gradient_by_formula())], [task.gradient_by_differences()])["formula_agrees"]


def test_the_definitions_of_an_optimiser_are_told_apart() -> None:
    task = optimizers.make()
    for name in ("adam", "adamw", "rmsprop"):
        first, other = task.definitions(name).values()
        assert np.max(np.abs(first - other)) > 10 * optimizers.SAME_WITHIN
        for label, path in task.definitions(name).items():
            measures = task.judge({name: lambda path=path: path})
            assert (measures[name], measures[f"{name}_definition"], measures["optimizers_same"]) == ("same", label, 1)


def test_an_optimiser_with_other_constants_differs() -> None:
    task = optimizers.make()
    other = optimizers.Task(task.start, task.curvature, betas=(0.9, 0.999))
    measures = task.judge({"adam": lambda: list(other.adam())})
    assert measures["adam"] == "differs" and "adam_definition" not in measures


def test_adamw_decays_beside_the_gradient() -> None:
    task = optimizers.make()
    plain, decayed = next(task.adam()), next(task.adam(task.weight_decay))
    assert np.allclose(plain - decayed, task.rate * task.weight_decay * task.start)


@pytest.mark.parametrize(
    ("dtype", "error", "word"),
    [
        ("bfloat16", 2e-3, "works"),
        ("bfloat16", 1e-7, "no-effect"),
        ("float32", 2e-3, "no-effect"),
        ("bfloat16", 0.5, "fails"),
    ],
)
def test_mixed_precision_needs_the_type_and_its_error(dtype: str, error: float, word: str) -> None:
    assert precision_word("bfloat16", dtype, error) == word


# --- the checklist --------------------------------------------------------------------------------------------------


def test_the_checklist_counts_what_is_right_alone() -> None:
    table: dict[str, Any] = {name: check.right for name, check in checklist.CHECKS.items()}
    whole = coverage.make().judge(table, lambda x: x, lambda x: x)
    assert whole["covered"] == whole["of"] == len(checklist.CHECKS) and whole["missing"] == whole["wrong"] == "none"
    del table["sort"]
    table |= {"mean": lambda a: a.mean(0), "exp": lambda a: a.no_such_name(), "log": lambda a: 1 / 0}
    partly = coverage.make().judge(table, lambda x: x, lambda x: x)
    assert partly["covered"] == whole["of"] - 4
    assert (partly["missing"], partly["wrong"]) == ("sort, exp", "log, mean")


# --- seeded bugs ----------------------------------------------------------------------------------------------------

CODE = """
import warnings

def right():
    return True

def quiet():
    return False

def warned():
    warnings.warn("shapes differ")
    return False

def inner():
    raise ValueError("matrices 6x11 and 7x5")  # bug: shape

def outer():
    return inner()

def late():
    found = outer
    return found() + 1
"""


@pytest.fixture
def code(tmp_path: Path) -> tuple[dict[str, Any], str]:
    file = tmp_path / "user.py"
    file.write_text(CODE)
    names: dict[str, Any] = {}
    exec(compile(CODE, str(file), "exec"), names)
    return names, str(file)


@pytest.mark.parametrize(
    ("function", "word"), [("right", "repaired"), ("quiet", "silent"), ("warned", "warns"), ("outer", "named")]
)
def test_the_word_for_a_bug(code: tuple[dict[str, Any], str], function: str, word: str) -> None:
    names, file = code
    assert locality.report_bug("shape", names[function], file, (11, 7))["shape"] == word


def test_where_an_exception_points(code: tuple[dict[str, Any], str]) -> None:
    names, file = code
    measures = locality.report_bug("shape", names["late"], file, (11, 7))
    assert (measures["shape_error"], measures["shape_depth"], measures["shape_both_shapes"]) == ("ValueError", 3, True)
    assert locality.report_bug("shape", names["late"], file, (1, 7))["shape_both_shapes"] is False  # not the 1 of 11
    assert locality.report_bug("dtype", names["late"], file, (11, 7))["dtype"] == "elsewhere"


def test_names_and_calls() -> None:
    task = names.make()
    assert (task.judge_name(np, "linalg.inv"), task.judge_name(np, "linalg.no_such.inv")) == ("present", "absent")

    def going() -> None:
        warnings.warn("use another", DeprecationWarning, stacklevel=1)

    assert task.judge_call(lambda: int("1")) == "accepted"
    assert task.judge_call(lambda: int("one")) == task.judge_call(lambda: dict(1)) == "refused"  # type: ignore[call-overload]
    assert task.judge_call(going) == "warns"
    with pytest.raises(ZeroDivisionError):
        task.judge_call(lambda: 1 / 0)


# --- state, files, machine ------------------------------------------------------------------------------------------


def test_a_restart_is_exact_close_or_different() -> None:
    saved = Answer(value=[1.0, 2.0])
    assert judge_round_trip(saved, Answer(value=[1.0, 2.0]))["round_trip"] == "exact"
    assert judge_round_trip(saved, Answer(value=[1.0, 2.0000001]))["round_trip"] == "close"
    assert judge_round_trip(saved, Answer(value=[1.0, 2.1]))["round_trip"] == "differs"
    assert (
        judge_round_trip(saved, Answer(error="KeyError", why="optimizer"))["round_trip_error"] == "KeyError: optimizer"
    )


def test_foreign_code_is_refused_run_or_not_there() -> None:
    assert judge_opening(Answer(error="UnpicklingError"))["foreign_code"] == "refused"
    assert judge_opening(Answer(value=True))["foreign_code"] == "run"
    assert judge_opening(Answer(value=None))["foreign_code"] == "carries-none"


def test_equal_bits() -> None:
    assert bits_word([Answer(value={"bits": "a"}), Answer(value={"bits": "a"})]) == "equal"
    assert bits_word([Answer(value={"bits": "a"}), Answer(value={"bits": "b"})]) == "differs"


def test_weights_that_move_and_training_that_does_not() -> None:
    measures = judge_transfer("jax", Answer(value={"output": [1.0], "resume_error": "TypeError: torch_adam"}), [1.0])
    assert (measures["to_jax"], measures["resume_on_jax"], measures["to_error"]) == (
        "works",
        "fails",
        "jax: TypeError: torch_adam",
    )
    assert judge_transfer("jax", Answer(value={"output": [2.0]}), [1.0])["to_jax"] == "fails"
    assert judge_transfer("jax", Answer(error="ModuleNotFoundError"), [1.0])["to_jax"] == "not-installed"


def test_a_log_must_hold_the_values() -> None:
    assert compare_losses([1.0, 0.5], {"scalars": [], "tensors": [1.0, 0.5]}) == {
        "log": "works",
        "written_as": "tensors",
    }
    assert compare_losses([1.0, 0.5], {"scalars": [1.0, 0.4], "tensors": []})["log"] == "fails"


def test_a_stack_is_what_it_requires_here(monkeypatch: pytest.MonkeyPatch) -> None:
    required = {
        "stack": ["Lib_A>=1", "other; sys_platform == 'nowhere'", "extra-only; extra == 'gpu'"],
        "lib-a": ["deep[fast]"],
        "deep": ["stack", "quick; extra == 'fast'"],
        "quick": None,
    }

    def requires(name: str) -> list[str] | None:
        if name not in required:
            raise footprint.importlib.metadata.PackageNotFoundError(name)
        return required[name]

    monkeypatch.setattr(footprint.importlib.metadata, "requires", requires)
    assert footprint.required_distributions(["Stack"]) == {"stack", "lib-a", "deep", "quick"}


def test_a_pipeline_must_deliver_every_row_once_and_shuffled() -> None:
    task = pipeline.make()
    batches = list(task.numpy_batches())
    assert task._has_all_rows(batches)
    assert not task._has_all_rows(batches[:-1])
    assert not task._has_all_rows([*batches[:-1], batches[0]])
    assert not task._has_all_rows([task.normalise(task.x)])


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Makes ten seconds pass, on two cores, with so many CPU seconds used by others and one by this process."""

    def passes(others: float) -> None:
        busy, now, own = iter([100.0, 101.0 + others]), iter([0.0, 10.0]), iter([3.0, 4.0])
        monkeypatch.setattr(contention, "busy_seconds", lambda: next(busy))
        monkeypatch.setattr(contention, "_own_seconds", lambda: next(own))
        monkeypatch.setattr(contention, "time", SimpleNamespace(monotonic=lambda: next(now)))
        monkeypatch.setattr(contention.os, "cpu_count", lambda: 2)

    return passes


@pytest.mark.parametrize(("others", "quiet"), [(0.0, True), (5.0, False)])
def test_work_of_others_is_noticed(machine: Callable[[float], None], others: float, quiet: bool) -> None:
    machine(others)
    with contention.Contention() as stretch:
        pass
    assert (stretch.share, stretch.is_quiet) == (others / 20, quiet)
    if not quiet:
        with pytest.raises(contention.TooNoisy, match="25 % of the machine"):
            stretch.require_quiet()


@pytest.mark.parametrize(("others", "error"), [(0.0, RuntimeError), (5.0, contention.TooNoisy)])
def test_a_failure_on_a_busy_machine_is_noise(
    machine: Callable[[float], None], others: float, error: type[Exception]
) -> None:
    machine(others)
    with pytest.raises(error), contention.Contention():
        raise RuntimeError("no answer in time")
