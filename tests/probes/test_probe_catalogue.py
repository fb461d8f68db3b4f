"""What the probes say about themselves, what they are made of, and that they are a tower of their own."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from probes import catalogue
from probes.candidates import CANDIDATES, find_candidate
from probes.fingerprint import code_hash
from probes.frameworks import packages_of

FOLDER = catalogue.BUILT_IN
PARENT = sorted(
    {file for wing in (".", "parent", "machine") for file in (FOLDER / wing).glob("*.py")} - {FOLDER / "gate.py"}
)
CAPABILITIES = (
    "api-coverage", "article-names", "backend-switch", "checkpoint", "determinism", "edit-latency", "error-locality", "export", "footprint",
    "gradient-check", "input-pipeline", "local-scaling", "mixed-precision", "optimizers", "peer-loss",
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
        **dict.fromkeys((*CAPABILITIES, "cluster-scaling", "cluster-loss"), False),
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
    probes = catalogue.load_probes(tmp_path)
    assert list(probes) == ["own-model"]
    assert "step_ms" in probes["own-model"].measures
    (probe / "__init__.py").write_text("QUESTION = open('/etc/passwd').read()\n")
    with pytest.raises(ValueError, match=r"own_model/__init__.py:1: QUESTION must be a literal"):
        catalogue.load_probes(tmp_path)


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
    assert set(CANDIDATES["jax"].blocks) >= {"tensorflow", "torch", "keras"}
    assert {"flax", "optax"} <= set(CANDIDATES["keras[jax]"].blocks) - set(CANDIDATES["jax"].blocks)
    assert "keras" not in CANDIDATES["tensorflow"].blocks
    assert CANDIDATES["keras[torch]"].env == {"KERAS_BACKEND": "torch"}
    assert all(not set(packages_of(candidate.imports)) & set(candidate.blocks) for candidate in CANDIDATES.values())
    with pytest.raises(KeyError, match=r"known: .*tensorflow"):
        find_candidate("mxnet")


HASHES = """
import json
from probes.candidates import CANDIDATES, REFERENCE
from probes.catalogue import PROBES
from probes.fingerprint import code_hash

candidates = {**CANDIDATES, REFERENCE.id: REFERENCE}.items()
print(json.dumps({f"{name} {id}": code_hash(probe, one) for name, probe in PROBES.items() for id, one in candidates}))
"""


def hashes(root: Path) -> dict[str, str]:
    """The code hash of every probe and candidate of a copy of the probes, as "probe candidate"."""
    done = subprocess.run([sys.executable, "-c", HASHES], capture_output=True, text=True, check=True, cwd=root)
    printed: dict[str, str] = json.loads(done.stdout)
    return printed


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A copy of the probes, and its hashes."""
    root = tmp_path_factory.mktemp("tree")
    shutil.copytree(FOLDER, root / "probes", ignore=shutil.ignore_patterns("__pycache__"))
    return root, hashes(root)


TORCH, KERAS = {"pytorch", "keras[torch]"}, {"keras[tensorflow]", "keras[torch]", "keras[jax]"}
EVERYBODY = {*CANDIDATES, "numpy"}


@pytest.mark.parametrize(
    ("file", "probes", "candidates"),
    [
        ("child/timing.py", set(catalogue.PROBES), EVERYBODY),
        ("gate.py", set(catalogue.PROBES), EVERYBODY),
        ("jobs/reference.py", set(catalogue.PROBES), EVERYBODY),
        ("frameworks/__init__.py", set(catalogue.PROBES), EVERYBODY),
        ("frameworks/pytorch.py", set(catalogue.PROBES), TORCH),
        ("jobs/pytorch.py", set(catalogue.PROBES), TORCH),
        ("frameworks/keras.py", set(catalogue.PROBES), KERAS),
        ("frameworks/jax.py", set(catalogue.PROBES), {"keras[jax]", "jax"}),
        ("cnn_step/task.py", {"cnn-step"}, EVERYBODY),
        ("cnn_step/on_numpy.py", {"cnn-step"}, EVERYBODY),
        ("cnn_step/on_pytorch.py", {"cnn-step"}, TORCH),
        ("training_step/on_tensorflow.py", {"training-step", "tabular-step", "dev-effort"}, {"tensorflow", "keras[tensorflow]"}),
        ("parent/session.py", set(), set()),
        ("machine/system.py", set(), set()),
        ("suite.py", set(), set()),
    ],
)  # fmt: skip
def test_a_change_makes_stale_what_it_shapes_and_nothing_else(
    tree: tuple[Path, dict[str, str]], file: str, probes: set[str], candidates: set[str]
) -> None:
    root, before = tree
    changed = root / "probes" / file
    original = changed.read_text()
    changed.write_text(original + "# other\n")
    after = hashes(root)
    changed.write_text(original)
    stale = {name for name, hash in after.items() if before[name] != hash}
    assert stale == {f"{probe} {candidate}" for probe in probes for candidate in candidates}


def test_another_frameworks_file_beside_them_changes_nothing(tree: tuple[Path, dict[str, str]]) -> None:
    root, before = tree
    added = [root / "probes" / name for name in ("cnn_step/on_new.py", "frameworks/new.py", "jobs/new.py")]
    added[0].write_text("def build(task, mode): ...\n")
    added[1].write_text(
        "from probes.frameworks import Framework\n\n\nclass New(Framework):\n    id = 'new'\n\n\nFRAMEWORK = New()\n"
    )
    added[2].write_text("")
    after = hashes(root)
    for file in added:
        file.unlink()
    assert after.items() > before.items() and {name.split()[1] for name in after} == {*EVERYBODY, "new"}


def test_the_same_code_elsewhere_has_the_same_hash(tmp_path: Path) -> None:
    own = tmp_path / "linear_regression"
    shutil.copytree(FOLDER / "linear_regression", own)
    (copy,) = catalogue.load_probes(own).values()
    original = catalogue.PROBES["linear-regression"]
    assert code_hash(copy, CANDIDATES["pytorch"]) == code_hash(original, CANDIDATES["pytorch"])


@pytest.mark.parametrize("probe", catalogue.PROBES.values(), ids=lambda probe: probe.name)
def test_a_probe_names_the_probes_whose_files_it_uses(probe: catalogue.Probe) -> None:
    names = {name for file in probe.folder.glob("*.py") for name in imports(file) if name.startswith("probes.")}
    folders = {name.split(".")[1] for name in names} & {other.folder.name for other in catalogue.PROBES.values()}
    assert folders - {probe.folder.name} <= set(probe.uses)


def imports(file: Path) -> set[str]:
    """The modules a file imports, in full."""
    nodes = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)]
    return {f"{node.module}.{alias.name}" for node in nodes for alias in node.names}


def top_level_imports(file: Path) -> set[str]:
    return {name for node in ast.walk(ast.parse(file.read_text())) for name in imported(node)}


def imported(node: ast.AST) -> set[str]:
    """The top-level modules a statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return {node.module.split(".")[0]}
    return set()
