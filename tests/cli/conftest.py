"""Homes, interpreters, and `advise` run in a process of its own or inside this one."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "evidence"))  # made_runs
from as_user import FRAMEWORKS, Advise, CommandResult, environment_of, make_interpreter_without
from made_runs import make_session, write_evidence

from advisor.cli.main import run as run_here


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all homes: what is kept there only saves time."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(home: Path, cache: Path) -> dict[str, str]:
    return environment_of(home, cache)


@pytest.fixture
def advise(home: Path, environment: dict[str, str]) -> Advise:
    """Run the command in a process of its own."""

    def advise(
        *arguments: object, env: Mapping[str, str] = {}, python: object = sys.executable, cwd: Path = home, **more: Any
    ) -> CommandResult:
        begin = time.monotonic()
        done = subprocess.run(
            [str(python), "-m", "advisor", *map(str, arguments)],
            **({"stdin": subprocess.DEVNULL, "capture_output": True, "timeout": 300} | more),
            env=environment | env,
            cwd=cwd,
            check=False,
        )
        out, err = ((stream or b"").decode("utf-8", "replace") for stream in (done.stdout, done.stderr))
        return CommandResult(done.returncode, out, err, time.monotonic() - begin)

    return advise


@pytest.fixture
def inside(
    home: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Advise:
    """Run the command in this process: the same from arguments to exit code, without the start."""
    for name in ("LANG", "LC_MESSAGES", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", str(home))
    monkeypatch.chdir(home)

    def inside(*arguments: object) -> CommandResult:
        capsys.readouterr()
        code = run_here([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return CommandResult(code, out, err)

    return inside


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up but complete evidence file: five candidates, five probes."""
    return write_evidence(make_session(), tmp_path_factory.mktemp("evidence") / "runs.jsonl")


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter without any framework."""
    return make_interpreter_without(FRAMEWORKS, tmp_path_factory.mktemp("bare") / "venv")
