"""What `.github/SECURITY.md` says is so: its limits are those of the code, its tests exist, and nothing connects or evaluates."""

from __future__ import annotations

import ast
import re
import socket
from pathlib import Path

import pytest

from advisor.cli.main import run as run_command
from advisor.errors import Exit
from advisor.evidence.collect import NEWEST_READ
from advisor.evidence.lines import MAX_FILE_BYTES, MOST_GIVEN
from advisor.files import PIPE_SECONDS
from advisor.knowledge.folder import MAX_FILES
from advisor.knowledge.yaml_events import MAX_DEPTH, MAX_EVENTS
from advisor.knowledge.yaml_source import MAX_BYTES
from probes.boundary import MAX_RUN_BYTES
from probes.parent.process import MAX_PROCESSES, MAX_RESULT_BYTES, PASSED, child_environment

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / ".github" / "SECURITY.md").read_text("utf-8")
LIMITS: dict[str, tuple[float, ...]] = {
    "a YAML file: bytes, levels, elements": (MAX_BYTES, MAX_DEPTH, MAX_EVENTS),
    "a pack: files": (MAX_FILES,),
    "a run: bytes": (MAX_RUN_BYTES,),
    "an evidence file: bytes": (MAX_FILE_BYTES,),
    "runs an answer looks at: stored, given as files": (NEWEST_READ, MOST_GIVEN),
    "a child: bytes on its result pipe, processes": (MAX_RESULT_BYTES, MAX_PROCESSES),
    "a pipe: seconds without a byte": (PIPE_SECONDS,),
}


def rows_below(heading: str) -> list[list[str]]:
    """The rows of the table below a heading, without its head."""
    lines = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")][2:]


def test_the_limits_are_those_of_the_code() -> None:
    stated = {name: tuple(float(number) for number in numbers.split(", ")) for name, numbers in rows_below("Limits")}
    assert stated == {name: tuple(map(float, numbers)) for name, numbers in LIMITS.items()}


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"tests/[\w/]+(?:\.py)?", PAGE)
    assert len(named) > 9 and [path for path in named if not (ROOT / path).exists()] == []


def test_the_exit_codes_are_those_of_the_program() -> None:
    stated = re.search(r"exit code ([\d, or]+)", PAGE)
    assert stated
    codes = {int(code) for code in re.findall(r"\d+", stated[1])}
    assert {int(code) for code in Exit} - codes == {1}, "1 is a fault of the program"


EVALUATING = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
CONNECTING = {"socket", "ssl", "http", "urllib.request", "ftplib", "smtplib", "requests", "httpx", "aiohttp", "asyncio"}
IN_CHILDREN = re.compile(r"probes/(child|jobs|[a-z_]+)/")
"""What runs in a child: there a framework's own processes talk to each other."""


@pytest.mark.parametrize("folder", ["advisor", "probes"])
def test_nothing_connects_unpickles_or_evaluates(folder: str) -> None:
    faults = []
    for file in sorted((ROOT / folder).rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        in_child = IN_CHILDREN.match(name) and not name.startswith(("probes/parent/", "probes/machine/"))
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            imported += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for module in imported:
                if module in EVALUATING or (module in CONNECTING and not in_child):
                    faults.append(f"{name}: imports {module}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
                faults.append(f"{name}:{node.lineno}: {node.func.id}")
    assert faults == []


def test_a_child_is_told_nothing_that_is_not_on_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "https_proxy", "AWS_SECRET_ACCESS_KEY", "LC_SECRET", "PYTHONPATH", "LD_PRELOAD"):
        monkeypatch.setenv(name, "secret")
    environment = child_environment(tmp_path, {})
    assert "secret" not in environment.values()
    own = {"HOME", "TMPDIR", "XDG_CACHE_HOME", "PYTHONUSERBASE", "PYTHONUNBUFFERED"}
    assert {name for name in environment if not name.startswith("MALLOC_")} <= {*PASSED, *own}


def test_an_answer_opens_no_connection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert run_command(["--scale", "large", "--probe", "none"]) == 0
