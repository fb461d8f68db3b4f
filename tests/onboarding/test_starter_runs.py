"""The starter trains, exports and passes its own test, and every exercise fails before and passes after its solution.

Each stack sees only its own framework, as in a virtual environment of its own: the others are blocked from being imported.
In fresh virtual environments, by the README inside the folder: tests/benchmarks/starters.py.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

import pytest
from decided import Decided
from packaging.utils import canonicalize_name
from starters import DOMAINS, in_domain, kit_of
from starters import STACKS as EVERY_STACK

from advisor.onboarding.kit import Kit
from advisor.onboarding.starter import starter, starter_pins
from advisor.onboarding.team_folder import write_folder

pytestmark = pytest.mark.slow

# Stack → what it imports, and the words of exercise 5 before its solution.
STACKS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "tensorflow": (("tensorflow", "keras"), "they never spoke to each other"),
    "pytorch": (("torch",), "they never spoke to each other"),
    "keras[jax]": (("keras", "jax"), "nothing was split: one device got 8 rows"),
    "jax": (("jax", "flax"), "nothing was split: one device got 8 rows"),
}
OTHERS = ("tensorflow", "torch", "keras", "jax", "pandas", "tensorboard", "flax", "onnx")
MODULES = ("train", "evaluate", "export")

# One process each, for the import of a framework is what takes the time.
PROJECT = """
import runpy, sys, pytest
sys.path.insert(0, "")
package, *modules = sys.argv[1:]
for module in modules:
    try:
        runpy.run_module(f"{package}.{module}", run_name="__main__")
    except SystemExit as ended:
        assert not ended.code, module
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider"]))
"""
EXERCISES = """
import json, sys
from pathlib import Path
import check, judge
said = {}
for folder in (check.HERE, check.HERE / "solutions"):
    for number, name in enumerate(check.NAMES[:4], start=1):
        judge.main(name, str(folder / f"{number}_{name}.py"), "verdict")
        said[f"{folder.name}/{name}"] = Path("verdict").read_text("utf-8")
json.dump(said, open("said.json", "w"))
"""

# Taken at the start of every process: what is not there is not found, as if it were not installed.
ALONE = """
import sys
from importlib.machinery import PathFinder


class Alone(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {blocked} else super().find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = Alone
"""


@dataclass(frozen=True)
class Ran:
    """What came of the folder of one stack."""

    project: subprocess.CompletedProcess[str]
    exercises: Mapping[str, str]
    two_workers: tuple[subprocess.CompletedProcess[str], subprocess.CompletedProcess[str]]


def skip_without(kit: Kit) -> None:
    """Skip a test where a package that the starter installs is missing, and say how to get it."""
    installed = {canonicalize_name(distribution.name) for distribution in distributions()}
    missing = [
        pin.package
        for pin in starter_pins(kit)
        if canonicalize_name(pin.package) not in installed and find_spec(pin.package) is None  # tensorflow-cpu
    ]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}: pip install {' '.join(missing)}")


def run_all(folder: Path, stack: str) -> Ran:
    """Run starter and exercises of a written folder."""
    own = STACKS[stack][0]
    alone = folder / "alone"
    alone.mkdir()
    blocked = [name for name in OTHERS if name not in own]
    (alone / "sitecustomize.py").write_text(ALONE.format(blocked=blocked))
    path = os.pathsep.join([str(alone), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    environment |= {"PYTHONPATH": path, "HOME": str(folder), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}

    def python(inside: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=folder / inside, env=environment, capture_output=True, text=True, check=False
        )

    project = python("starter", "-c", PROJECT, "digits", *MODULES)
    judged = python("exercises", "-c", EXERCISES)
    complaints = folder / "exercises" / "said.json"
    exercises = json.loads(complaints.read_text("utf-8")) if complaints.exists() else {"": judged.stderr}
    return Ran(
        project, exercises, (python("exercises", "check.py", "5"), python("exercises", "check.py", "5", "--solutions"))
    )


@pytest.fixture(scope="module")
def ran() -> dict[str, Ran]:
    """What came of each stack so far: it is run once, when the first test asks for it."""
    return {}


@pytest.fixture(
    params=["pytorch", *(pytest.param(stack, marks=pytest.mark.long) for stack in STACKS if stack != "pytorch")]
)
def stack(
    request: pytest.FixtureRequest, ran: dict[str, Ran], decided: Decided, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A stack whose folder was run."""
    stack = str(request.param)
    skip_without(kit_of(decided, stack))
    if stack not in ran:
        folder = tmp_path_factory.mktemp("team") / "folder"
        write_folder(folder, kit_of(decided, stack))
        ran[stack] = run_all(folder, stack)
    return stack


def test_the_starter_trains_evaluates_exports_and_passes_its_own_test(ran: dict[str, Ran], stack: str) -> None:
    done = ran[stack].project
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    reached = re.search(r"^accuracy (0\.\d+), promised 0\.95$", done.stdout, flags=re.MULTILINE)
    assert reached and float(reached[1]) >= 0.95
    assert "largest difference to the model" in done.stdout and " passed" in done.stdout


def test_every_exercise_fails_before_in_plain_words_and_passes_after(ran: dict[str, Ran], stack: str) -> None:
    complaints = ran[stack].exercises
    before = {name.rpartition("/")[2]: words for name, words in complaints.items() if name.startswith("exercises/")}
    assert set(before) == {"first_gradient", "shape_trap", "control_flow", "export_parity"}, complaints
    assert "fill in the TODO" in before["first_gradient"]
    assert "(8, 1) - (8,) becomes (8, 8)" in before["shape_trap"]
    assert "a plain `if` has nothing to decide by" in before["control_flow"]
    assert re.search("cannot answer 5 rows|division by 16", before["export_parity"])
    assert {name: words for name, words in complaints.items() if name.startswith("solutions/") and words} == {}
    first, second = ran[stack].two_workers
    assert first.returncode == 1 and STACKS[stack][1] in first.stdout, first.stdout
    assert (second.returncode, second.stdout) == (0, "5 two_workers: solved\n")


# --- by domain -------------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("stack", EVERY_STACK)
@pytest.mark.parametrize("domain", [domain for domain, package in DOMAINS.items() if package != "digits"])
def test_the_starter_of_a_domain_trains_exports_and_passes_its_test(
    decided: Decided, stack: str, domain: str, tmp_path: Path
) -> None:
    package, kit = DOMAINS[domain], in_domain(kit_of(decided, stack), domain)
    skip_without(kit)
    for name, text in starter(kit).items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    environment["OMP_NUM_THREADS"] = "1"  # on a busy machine threads wait for each other far longer than they compute
    command = [sys.executable, "-c", PROJECT, package, "baseline", *MODULES]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    reached = re.search(r"accuracy (0\.\d+), promised (0\.\d+)$", done.stdout, flags=re.MULTILINE)
    assert reached and float(reached[1]) >= float(reached[2])
    baselines = [float(share) for share in re.findall(r"on what was held out (0\.\d+)$", done.stdout, re.MULTILINE)]
    assert (baselines and float(reached[2]) > min(baselines)) or domain == "tabular", "there boosting may be as good"
    assert float(reached[1]) > max(baselines) or domain == "tabular"
    assert "largest difference to the model" in done.stdout and " passed" in done.stdout


@pytest.mark.long
def test_two_processes_train_one_pytorch_model(decided: Decided, tmp_path: Path) -> None:
    for name, text in starter(in_domain(kit_of(decided, "pytorch"), "tabular")).items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "tables.train"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-1500:]
    accuracy = float(re.findall(r"accuracy on what was held out: (0\.\d+)", done.stdout)[0])
    assert accuracy > 0.9 and done.stdout.count("epoch  1") == 1
