"""Adding a framework takes one file, one row of the pack, and one file per probe that is written for it: nothing else.

Done in a copy of the program, for real with MLX where that is installed, and always with a stub that knows nothing but NumPy.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.errors import InputError
from advisor.evidence.collect import measure_now
from advisor.evidence.own_code import load_user_probes
from advisor.knowledge.pack import Pack
from probes.run import Outcome, Run

ROOT = Path(__file__).parents[2]
ANSWERED = ("ok", "too_noisy", "no_steady_state")


@dataclass(frozen=True)
class Added:
    """A framework to add: its files lie in `added/`, in the folder of its name.

    Attributes:
        package: whose version its runs must name.
        device: what it computes on here.
        peak: the memory it says it held on its device, in MiB; None for none.
        threads: how many its object says an operation uses, for each that was asked for.
    """

    id: str
    package: str
    device: str
    peak: float | None
    threads: int

    @property
    def folder(self) -> Path:
        return Path(__file__).parent / "added" / self.id


STUB = Added("toynet", "packaging", "toychip", 7.0, 2)
MLX = Added("mlx", "mlx", "cpu", None, 1)
WITHOUT_MLX = importlib.util.find_spec("mlx") is None


@dataclass(frozen=True)
class Program:
    """A copy of the program with a framework added."""

    root: Path
    added: Added

    def run(self, module: str, *arguments: str) -> str:
        """What a module prints, run as a program in the copy."""
        home = {
            name: str(self.root) for name in ("HOME", "TMPDIR", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        }
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env={**os.environ, **home, "PYTHONPATH": str(self.root)},
            cwd=self.root, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def runs(self, module: str, *arguments: str) -> dict[tuple[str, str, str], dict[str, Any]]:
        """The runs a module prints as JSON lines, by probe, candidate and mode."""
        records = map(json.loads, self.run(module, *arguments).splitlines())
        return {
            (record["probe"], record["candidate"], record["mode"]): record
            for record in records
            if "candidate" in record
        }

    def answer(self) -> dict[str, Any]:
        """An answer that leans on the stored runs."""
        options = ("--scale", "large", "--probe", "none", "--store", "runs.sqlite", "--format", "json")
        answer: dict[str, Any] = json.loads(self.run("advisor", *options))
        return answer

    def stale(self) -> set[str]:
        """Whose stored runs do not count any more because code has changed."""
        runs = self.answer()["evidence"]["runs"]
        return {run["candidate"] for run in runs if run["why"] == "the probe's code changed"}


@pytest.fixture(
    scope="module",
    params=[STUB, pytest.param(MLX, marks=pytest.mark.skipif(WITHOUT_MLX, reason="needs MLX: pip install 'mlx[cpu]'"))],
    ids=lambda added: added.id,
)
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    added: Added = request.param
    root = tmp_path_factory.mktemp(added.id)
    for folder in ("advisor", "probes", "rules"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(added.folder / "probes", root / "probes", dirs_exist_ok=True)
    pack, row = root / "rules" / "frameworks.yaml", yaml.safe_load((added.folder / "row.yaml").read_text("utf-8"))
    known = yaml.safe_load(pack.read_text("utf-8"))
    content = {part: known[part] + row[part] for part in known}
    pack.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    yield Program(root, added)


def test_what_is_added_is_a_file_a_row_and_a_file_per_probe(program: Program) -> None:
    id = program.added.id
    files = {file.relative_to(program.added.folder).as_posix() for file in program.added.folder.rglob("*.*")}
    probes = {f"probes/{probe}/on_{id}.py" for probe in ("linear_regression", "training_step")}
    assert files == {f"probes/frameworks/{id}.py", "row.yaml", *probes}


def test_it_is_timed_like_the_others(program: Program) -> None:
    added = program.added
    arguments = ("--candidates", added.id, "--probes", "training-step", "--blocks", "1", "--budget", "240")
    run = program.runs("probes", *arguments)["training-step", added.id, "default"]
    assert run["outcome"] in ANSWERED, run["why"]
    measures = run["measures"]
    assert measures["gate"] == "passed" and measures["step_ms"] > 0 and measures["import_s"] > 0
    assert (measures["device"], measures.get("device_peak_mb")) == (added.device, added.peak)
    assert measures["peak_mb"] > 10
    assert run["versions"][added.package] == version(added.package)
    assert run["threads"] == added.threads * len(os.sched_getaffinity(0)) or run["threads"] > 0
    assert run["code"]


def test_its_runs_are_kept_and_count_until_its_own_code_changes(program: Program) -> None:
    added = program.added
    probes = ("dev-effort", "linear-regression", "graph-mode", "--candidate", added.id)
    runs = program.runs("advisor", "probe", *probes, "--store", "runs.sqlite", "--format", "json")
    assert runs["linear-regression", added.id, ""]["measures"]["learned"] is True
    assert runs["dev-effort", added.id, ""]["measures"]["statements"] > 5
    unwritten = runs["graph-mode", added.id, ""]
    assert (unwritten["outcome"], unwritten["why"]) == ("not_written", f"no on_{added.id}.py")

    answer = program.answer()
    assert added.id in [framework["framework"] for framework in answer["frameworks"]]
    rows = [measurement for measurement in answer["evidence"]["measurements"] if measurement["candidate"] == added.id]
    assert [row for row in rows if row["probe"] == "dev-effort" and row["amount"] is not None]
    assert not [words for words in answer["scope"]["not_measured"] if "not measurable" in words]

    assert program.stale() == set()
    for file, stale in (("pytorch", set()), (added.id, {added.id})):
        place = program.root / "probes" / "frameworks" / f"{file}.py"
        before = place.read_text("utf-8")
        place.write_text(before + "# changed\n", encoding="utf-8")
        assert program.stale() == stale
        place.write_text(before, encoding="utf-8")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of somebody's own: a probe, and the framework it is written for."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    folder = tmp_path / "own"
    (folder / "tiny").mkdir(parents=True)
    (folder / "tiny" / "__init__.py").write_text('QUESTION = "Does it run?"\nMEASURES = {"ran": {}}\n')
    (folder / "tiny" / "task.py").write_text("def make():\n    return None\n")
    (folder / "tiny" / "on_toynet.py").write_text("def measure(task):\n    return {'ran': True}\n")
    shutil.copytree(STUB.folder / "probes" / "frameworks", folder / "frameworks")
    return folder


def test_a_folder_of_own_probes_may_bring_its_framework(own: Path, built_in: Pack) -> None:
    records = list(measure_now(built_in, ("tiny",), "quick", 60.0, None, lambda progress: None, folder=own))
    (run,) = (record for record in records if isinstance(record, Run))
    assert (run.candidate, run.outcome, run.measures) == ("toynet", Outcome.OK, {"ran": True}), run.why
    assert run.versions["packaging"] == version("packaging")


@pytest.mark.parametrize(
    ("name", "source", "what"),
    [
        ("empty", "", "FRAMEWORK is missing"),
        (
            "other",
            "from probes.frameworks import Framework\nFRAMEWORK = Framework()\nFRAMEWORK.id = 'new'\n",
            "its id is 'new'",
        ),
        ("broken", "raise SystemExit(3)\n", "SystemExit: 3"),
        ("eager", "import torch\n", "it imports torch, and is loaded by a process that never imports a framework"),
        ("spoilt", "class New(\n", "was never closed"),
        ("pytorch", "", "there is such a framework already"),
    ],
)
def test_a_file_that_holds_no_framework_is_named(own: Path, name: str, source: str, what: str) -> None:
    (own / "frameworks" / f"{name}.py").write_text(source)
    with pytest.raises(InputError) as refused:
        load_user_probes(own)
    (problem,) = refused.value.problems
    assert problem.place.startswith(f"frameworks/{name}.py") and what in problem.what
