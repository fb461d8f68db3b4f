"""A probe of the user's own: candidates held against each other without a reference, and errors with file and line."""

from __future__ import annotations

import importlib.util
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from probe_stubs import Stubs

from probes import gate
from probes.candidates import CANDIDATES, Candidate
from probes.catalogue import PROBES, load_own_probes
from probes.child import peers
from probes.child.stack import bare_framework
from probes.job import Job
from probes.parent.tasks import block_tasks
from probes.registration import LOOKS
from probes.run import Outcome, Run
from probes.suite import Plan, measure
from probes.training_step import on_numpy, task

README = Path(__file__).parents[2] / "probes" / "README.md"

# --- the gate among peers -----------------------------------------------------------------------------------------------


def job(scale: float = 1.0) -> Job:
    """A job in float32; with another scale its first weight is off by that factor in the forward output."""
    plain = on_numpy.build(task.make(), "reference")
    return plain if scale == 1.0 else replace(plain, forward=lambda: scale * plain.forward())


def held(peer: Job, place: Path, who: str, whole: bool = True, training_task: Any = None) -> dict[str, Any]:
    return peers.check_against_peers(
        peer, gate.loss_curve(peer, gate.CURVE_STEPS), training_task or task.make(), place / "own.npz", who, whole
    )


def test_the_first_is_taken_as_it_is_and_the_same_work_passes(tmp_path: Path) -> None:
    assert held(job(), tmp_path, "pytorch") == {"gate": "first of its peers"}
    measures = held(job(), tmp_path, "keras[jax]")
    assert measures["gate"] == "passed" and measures["gate_forward_error"] == measures["gate_loss_error"] == 0
    assert held(job(), tmp_path, "tensorflow", whole=False)["gate"] == "loss curve passed"
    assert [file.name for file in tmp_path.iterdir()] == ["own.npz"]


def test_who_computes_something_else_is_stopped_and_both_are_named(tmp_path: Path) -> None:
    held(job(), tmp_path, "pytorch")
    with pytest.raises(gate.Mismatch, match=r"forward output: .*\(what pytorch computed\)"):
        held(job(scale=1.01), tmp_path, "keras[jax]")
    with pytest.raises(gate.Mismatch, match="parameters: 7 instead of 101386"):
        held(replace(job(), parameters=7), tmp_path, "keras[jax]")


def test_a_first_one_with_other_shapes_than_the_task_is_stopped_too(tmp_path: Path) -> None:
    plain = job()
    with pytest.raises(gate.Mismatch, match="weights"):
        held(replace(plain, weights=lambda: plain.weights()[:-1]), tmp_path, "pytorch")


def test_the_tolerance_follows_from_the_shapes_of_the_weights() -> None:
    training_task = task.make()
    stated = training_task.tolerances
    guessed = peers.allowed_errors(
        replace(training_task, tolerances=None), gate.Expected(0, np.zeros((128, 10)), [], [], [])
    )
    assert guessed.forward == pytest.approx(2 * stated.forward)
    assert guessed.loss == pytest.approx(2 * stated.loss)
    assert (
        peers.allowed_errors(training_task, gate.Expected(0, np.zeros((128, 10)), [], [], [])).gradient
        == 2 * stated.gradient
    )


def test_how_far_the_weights_moved_is_compared_among_peers_of_one_definition(tmp_path: Path) -> None:
    def measures(mode: str, who: str, definition: str) -> dict[str, Any]:
        exact = replace(on_numpy.build(task.make(), mode), optimisers=())
        curve = gate.loss_curve(exact, gate.CURVE_STEPS)
        peer = replace(exact, weights=lambda: [weight.astype(np.float32) for weight in exact.weights()])
        return peers.check_against_peers(peer, curve, task.make(), tmp_path / "own.npz", who, True, definition)

    assert measures("exact as keras", "keras[jax]", "keras") == {"gate": "first of its peers"}
    assert "gate_move_error" not in measures("exact as pytorch", "pytorch", "pytorch")
    assert measures("exact as keras", "keras[torch]", "keras")["gate_move_error"] < 1e-5
    with pytest.raises(gate.Mismatch, match=r"the optimisers differ: weights after 10 steps.*what keras\[jax\]"):
        measures("exact as pytorch", "tensorflow", "keras")


# --- a session over own code, without any framework ---------------------------------------------------------------------

OWN_TASK = """
from dataclasses import dataclass
import numpy as np
@dataclass(frozen=True)
class Task:
    weights: list
    x: object
    y: object
def make():
    random = np.random.default_rng(1)
    w, x, y = (random.standard_normal(shape).astype(np.float32) for shape in ((4, 1), (16, 4), (16, 1)))
    return Task([w], x, y)
"""
OWN_JOB = """
import time
import numpy as np
from probes.job import Job
def build(task, mode):
    w = task.weights[0].copy()
    def gradient():
        return 2 / len(task.x) * task.x.T @ (task.x @ w - task.y)
    def step():
        loss = float(np.mean((task.x @ w - task.y) ** 2))
        w[...] = w - np.float32(0.1 * FACTOR) * gradient()
        time.sleep(0.0005)
        return loss
    def load(weights):
        w[...] = weights[0]
    return Job(step=step, loss_value=float, load=load, weights=lambda: [w.copy()], forward=lambda: task.x @ w,
               gradient=lambda: [gradient()], parameters=4)
"""


def own_session(folder: Path, lock: Path, **files: str) -> dict[str, list[Run]]:
    own = folder / "my_model"
    own.mkdir(parents=True)
    (own / "__init__.py").write_text('QUESTION = "Fast?"\nTIMED = True\n')
    (own / "task.py").write_text(OWN_TASK)
    for name, source in files.items():
        (own / f"on_{name}.py").write_text(source)
    plan = Plan(
        tuple(Candidate(name, (bare_framework(name),)) for name in files), ("my-model",), budget_seconds=60, blocks=2
    )
    runs = [event for event in measure(plan, folder=own, lock_folder=lock) if isinstance(event, Run)]
    return {name: [run for run in runs if run.candidate == name] for name in files}


def test_own_code_is_gated_timed_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    same = OWN_JOB.replace("FACTOR", "1.0")
    runs = own_session(tmp_path / "own", tmp_path, one=same, other=same)
    gates = [run.measures["gate"] for name in runs for run in runs[name] if run.block == 1]
    assert sorted(gates) == ["first of its peers", "passed"]
    assert {run.measures["gate"] for name in runs for run in runs[name] if run.block == 2} == {"loss curve passed"}
    assert all(run.measures["step_ms"] > 0.4 for name in runs for run in runs[name])
    assert list(place.iterdir()) == []


def test_another_learning_rate_is_no_equal_work(tmp_path: Path) -> None:
    same, other = OWN_JOB.replace("FACTOR", "1.0"), OWN_JOB.replace("FACTOR", "1.05")
    runs = own_session(tmp_path / "own", tmp_path, one=same, other=other)
    stopped = [run for name in runs for run in runs[name] if run.outcome is Outcome.QUALITY_MISMATCH]
    assert len(stopped) == 1 and re.match(
        r"the optimisers differ: loss curve: .*\(what (one|other) computed\)", stopped[0].why
    )
    assert len(runs[stopped[0].candidate]) == 1  # it is not measured again


# --- errors in the user's files -------------------------------------------------------------------------------------------

ERRORS = {
    "in the work": (
        "def measure(task):\n    x = 1\n    raise ValueError('so')",
        "on_own.py:3: ValueError in phase measure: so",
    ),
    "at import": ("import math\nmath.no_such", "on_own.py:2: AttributeError in phase import: "),
    "a syntax error": ("def measure(task):\n    return (", "on_own.py:2: SyntaxError in phase import: "),
    "below a library": (
        "import json\ndef measure(task):\n    return json.loads('{')",
        "on_own.py:3: JSONDecodeError in phase measure: ",
    ),
    "a missing module": ("\nimport no_such_module", "on_own.py:2: ModuleNotFoundError in phase import: "),
    "no measure": ("x = 1", "AttributeError in phase measure: "),
}


@pytest.mark.parametrize("case", ERRORS)
def test_an_error_names_the_users_file_and_line(stubs: Stubs, case: str) -> None:
    source, why = ERRORS[case]
    stubs.write_probe(own=source)
    [run] = stubs.measure_runs("own")
    assert run.why.startswith(why)
    assert "Traceback" not in run.why and str(stubs.folder) not in run.why


def test_an_error_in_the_task_names_the_task(stubs: Stubs) -> None:
    stubs.write_probe(own="def measure(task): ...")
    (stubs.folder / "stub" / "task.py").write_text("import numpy\n\n\ndef make():\n    return numpy.no_such\n")
    [run] = stubs.measure_runs("own")
    assert run.why.startswith("task.py:5: AttributeError in phase measure: ")


# --- the worked example of the README -------------------------------------------------------------------------------------


EXAMPLE = Path(__file__).parents[2] / "probes" / "example" / "my_model"


def test_the_example_is_a_probe_that_knows_every_way() -> None:
    [probe] = load_own_probes(EXAMPLE).values()
    assert probe.timed and probe.is_own and probe.production is True
    assert all(probe.uses_mode(file) for file in ("pytorch", "tensorflow", "keras", "numpy"))
    named = set(re.findall(r"example/my_model/(\w+\.py)", README.read_text("utf-8")))
    assert named == {file.name for file in EXAMPLE.glob("*.py")}


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("torch", "keras", "jax", "tensorflow")),
    reason="needs PyTorch, TensorFlow, Keras and JAX",
)
def test_the_example_passes_the_gate_in_every_way(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "my_model", ignore=shutil.ignore_patterns("__pycache__")))
    candidates = tuple(CANDIDATES[name] for name in ("pytorch", "tensorflow", "keras[jax]"))
    plan = Plan(candidates, ("my-model",), budget_seconds=280, blocks=1)
    runs = [event for event in measure(plan, folder=folder, lock_folder=tmp_path) if isinstance(event, Run)]
    ways = {(run.candidate, run.mode): run for run in runs}
    assert {("pytorch", "production"), ("tensorflow", "production"), ("tensorflow", "default")} <= set(ways)
    compiler_missing = ways["pytorch", "production"].outcome is Outcome.UNSUPPORTED
    for way, run in ways.items():
        if way != ("pytorch", "production") or not compiler_missing:
            assert run.measures.get("gate") == "passed" or run.candidate == "numpy", run
            assert run.measures["parameters"] == 1409 and run.measures["step_ms"] > 0


# --- which ways are measured ----------------------------------------------------------------------------------------------

WITH_MODE = "def build(task, mode):\n    return 1 if mode == 'production' else 2\n"
WITHOUT = "def build(task, mode):\n    mode_of_day = 'mode'\n    return mode_of_day\n"


def own_model(folder: Path, **files: str) -> Path:
    own = folder / "my_model"
    own.mkdir(parents=True)
    (own / "__init__.py").write_text('QUESTION = "Fast?"\nTIMED = True\n')
    (own / "task.py").write_text("def make(): ...\n")
    for name, source in files.items():
        (own / f"on_{name}.py").write_text(source)
    return own


@pytest.mark.parametrize("depth", ["quick", "full"])
def test_every_way_of_an_own_model_is_measured_at_every_depth(tmp_path: Path, depth: str) -> None:
    own = own_model(tmp_path, pytorch=WITH_MODE, tensorflow=WITH_MODE, keras=WITHOUT)
    [probe] = load_own_probes(own).values()
    candidates = [CANDIDATES[id] for id in ("pytorch", "tensorflow", "keras[torch]", "keras[tensorflow]")]
    modes = [
        (task.candidate.id, mode) for task in block_tasks(candidates, [probe], depth, 1, 1) for _, mode in task.parts
    ]
    assert sorted(modes) == [
        ("keras[tensorflow]", "default"), ("keras[torch]", "default"), ("pytorch", "default"), ("pytorch", "production"),
        ("tensorflow", "default"), ("tensorflow", "production"),
    ]  # fmt: skip


def test_a_built_in_probe_leaves_what_compiles_for_long_to_full_depth() -> None:
    tasks = {depth: block_tasks([CANDIDATES["pytorch"]], [PROBES["training-step"]], depth, 1, 1) for depth in LOOKS}
    modes = {depth: {mode for task in tasks[depth] for _, mode in task.parts} for depth in tasks}
    quick = {"default", "fused", "reference"}
    assert modes == {"quick": quick, "full": quick | {"production", "compiled-step"}}


def test_a_file_that_cannot_be_read_knows_no_other_mode(tmp_path: Path) -> None:
    [probe] = load_own_probes(own_model(tmp_path, pytorch="def build(task", keras="x = 1\n")).values()
    assert not any(probe.uses_mode(file) for file in ("pytorch", "keras", "tensorflow"))


# --- an LSTM --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_lstm_is_told_what_to_do_with_its_second_bias_and_then_agrees(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from probes.jobs.pytorch import Weights, freeze_second_biases

    units, inputs = 5, 3
    random = np.random.default_rng(1)
    shapes = ((inputs, 4 * units), (units, 4 * units), (4 * units,))
    kernel, recurrent, bias = (random.standard_normal(shape).astype(np.float32) for shape in shapes)
    model = torch.nn.LSTM(inputs, units, batch_first=True)
    with pytest.raises(gate.Mismatch, match=r"4 tensors instead of 3.*bias_hh_l0 .*freeze_second_biases\(model\)"):
        Weights(model).load([kernel, recurrent, bias])
    freeze_second_biases(model)
    weights = Weights(model)
    weights.load([kernel, recurrent, bias])
    features = random.standard_normal((2, 4, inputs)).astype(np.float32)

    def sigmoid(x: Any) -> Any:
        return 1 / (1 + np.exp(-x))

    state = cell = np.zeros((2, units))
    for step in range(4):  # Keras's order of gates: input, forget, candidate, output
        i, f, c, o = np.split(features[:, step] @ kernel + state @ recurrent + bias, 4, axis=1)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(c)
        state = sigmoid(o) * np.tanh(cell)
    output = model(torch.from_numpy(features))[0][:, -1].detach().numpy()
    assert np.allclose(output, state, atol=1e-5) and weights.count() == kernel.size + recurrent.size + bias.size
