"""What the probes say about themselves, what they are made of, and that they are a tower of their own."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from probes import catalogue
from probes.candidates import CANDIDATES, find
from probes.fingerprint import SHAPING, fingerprint

FOLDER = catalogue.BUILT_IN
PARENT = sorted(
    {file for wing in (".", "parent", "machine") for file in (FOLDER / wing).glob("*.py")} - {FOLDER / "gate.py"}
)
CAPABILITIES = (
    "api-coverage", "article-names", "backend-switch", "checkpoint", "determinism", "edit-latency", "error-locality", "export", "footprint",
    "gradient-check", "hardware-seen", "input-pipeline", "local-scaling", "mixed-precision", "optimizers", "peer-loss",
    "training-log",
)  # fmt: skip
EVERY = sorted(FOLDER.rglob("*.py"))


def test_the_probes_there_are() -> None:
    timed = {name: probe.timed for name, probe in catalogue.PROBES.items()}
    assert timed == {
        "linear-regression": False,
        "training-step": True,
        "linear-step": True,
        "cnn-step": True,
        "recurrent-step": True,
        "transformer-step": True,
        "gan-step": True,
        "tabular-step": True,
        "graph-mode": False,
        "data-parallel": False,
        "dev-effort": False,
        **dict.fromkeys(CAPABILITIES, False),
    }
    assert all(probe.question.endswith("?") for probe in catalogue.PROBES.values())


def test_measures_say_what_is_better() -> None:
    step = catalogue.PROBES["training-step"].measures["step_ms"]
    assert (step.unit, step.better, step.exact) == ("ms", "lower", False)
    learned = catalogue.PROBES["linear-regression"].measures["learned"]
    assert (learned.better, learned.exact) == ("higher", True)
    assert catalogue.PROBES["dev-effort"].measures["statements"].better == "lower"


def test_a_folder_is_read_without_running_it(tmp_path: Path) -> None:
    probe = tmp_path / "own_model"
    probe.mkdir()
    (probe / "__init__.py").write_text('QUESTION = "Fast?"\nTIMED = True\nraise SystemExit("not to be run")\n')
    found = catalogue.load(tmp_path)
    assert list(found) == ["own-model"]
    assert "step_ms" in found["own-model"].measures
    (probe / "__init__.py").write_text("QUESTION = open('/etc/passwd').read()\n")
    with pytest.raises(ValueError, match=r"own_model/__init__.py:1: QUESTION must be a literal"):
        catalogue.load(tmp_path)


@pytest.mark.parametrize("file", EVERY, ids=lambda file: str(file.relative_to(FOLDER)))
def test_no_probe_imports_the_advisor(file: Path) -> None:
    assert "advisor" not in top_level_imports(file)


@pytest.mark.parametrize("file", PARENT, ids=lambda file: file.name)
def test_the_parent_side_needs_only_the_standard_library(file: Path) -> None:
    assert top_level_imports(file) - {"probes"} <= set(sys.stdlib_module_names)


def test_the_parent_really_imports_nothing_else() -> None:
    script = "import sys, probes.suite, probes.__main__, probes.dev_effort.count; print(*sys.modules)"
    command = [sys.executable, "-S", "-c", script]
    text = subprocess.run(command, capture_output=True, text=True, check=True, cwd=FOLDER.parent).stdout
    loaded = {name.split(".")[0] for name in text.split()}
    assert loaded - {"probes", "__main__"} <= set(sys.stdlib_module_names) | {"__mp_main__"}


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*/on_keras.py")), ids=lambda file: file.parent.name)
def test_marked_keras_code_is_keras_alone(file: Path) -> None:
    top = {name for node in ast.parse(file.read_text()).body for name in imported(node)}
    assert not top & {"tensorflow", "torch", "jax"}


def test_every_candidate_keeps_the_other_frameworks_out() -> None:
    assert set(CANDIDATES["pytorch"].blocks) >= {"tensorflow", "jax", "keras", "pandas"}
    assert set(CANDIDATES["keras[jax]"].blocks) >= {"tensorflow", "torch"}
    assert "scipy" not in CANDIDATES["keras[jax]"].blocks
    assert "keras" not in CANDIDATES["tensorflow"].blocks
    assert CANDIDATES["keras[torch]"].env == {"KERAS_BACKEND": "torch"}
    assert all(not set(one.imports) & set(one.blocks) for one in CANDIDATES.values())
    with pytest.raises(KeyError, match="known: tensorflow"):
        find("mxnet")


def test_the_fingerprint_follows_the_code(tmp_path: Path) -> None:
    original = FOLDER / "linear_regression"
    copy = tmp_path / "one"
    shutil.copytree(original, copy)
    assert fingerprint(copy) == fingerprint(original)
    changed = tmp_path / "two"
    shutil.copytree(original, changed)
    (changed / "task.py").write_text((original / "task.py").read_text() + "# other\n")
    assert fingerprint(changed) != fingerprint(original)
    assert all((FOLDER / name).is_file() for name in SHAPING)


def top_level_imports(file: Path) -> set[str]:
    return {name for node in ast.walk(ast.parse(file.read_text())) for name in imported(node)}


def imported(node: ast.AST) -> set[str]:
    """The top-level modules a statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return {node.module.split(".")[0]}
    return set()
