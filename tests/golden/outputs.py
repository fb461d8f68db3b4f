"""What `advise` prints for the projects and commands of `projects.yaml`, word for word; see `record.py` and `test_golden.py`.

Every command runs in this process, in a folder, a home and a language of its own, and measures nothing. What depends on the machine
or on the version of a library, and what a change of the probes' code would change everywhere, is taken out (see `normalised.py`).
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "evidence"))

from normalised import folder_text, normalise
from stamped_runs import read_recorded_runs, stamp_runs

from advisor.cli.main import run

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
EVIDENCE = ("--evidence", "evidence.jsonl")
UNLESS_GIVEN: Mapping[str, str] = {
    "--as-of": "2026-11-25",
    "--os": "linux",
    "--python": "python-3-12",
    "--lang": "en",
}
EVERY_PROJECT: Mapping[str, str] = {
    "answer.en.txt": "",
    "answer.evidence.en.txt": "EVIDENCE",
    "answer.en.json": "--format json",
}
COMMANDS = ("why", "why-not", "what-if", "onboard")
TEAM_FOLDER = "team"
RUN_ID = re.compile(r"\b[0-9a-f]{12}\b")
ENVIRONMENT: Mapping[str, str] = {"COLUMNS": "100", "TERM": "dumb"}
IN_THE_HOME: Mapping[str, str] = {
    "HOME": "",
    "USERPROFILE": "",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "XDG_CONFIG_HOME": "config",
}
UNSET = ("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "NO_COLOR", "ADVISE_DEBUG")


@dataclass(frozen=True)
class Output:
    """One command line, and the file in `expected/` that holds what it prints."""

    file: str
    arguments: tuple[str, ...]


def list_outputs() -> list[Output]:
    """Return every output that is recorded."""
    described = _read_projects()
    projects = [
        Output(f"projects/{name}/{file}", _project_arguments(name, project, shlex.split(more)))
        for name, project in described["projects"].items()
        for file, more in {**EVERY_PROJECT, **project.get("also", {})}.items()
    ]
    commands = [Output(file, _insert_evidence(shlex.split(line))) for file, line in described["commands"].items()]
    return projects + commands


def _read_projects() -> dict[str, Any]:
    """Read projects.yaml."""
    described: dict[str, Any] = yaml.safe_load((HERE / "projects.yaml").read_text("utf-8"))
    return described


def _project_arguments(name: str, project: Mapping[str, Any], more: list[str]) -> tuple[str, ...]:
    """Return the arguments that ask about a project."""
    command = more[: len(more) - len(more[1:])] if more and more[0] in COMMANDS else []
    rest = more[len(command) :]
    options = shlex.split(project["options"]) if "options" in project else ["--answers", f"answers/{name}.yaml"]
    missing = [
        word for option, value in UNLESS_GIVEN.items() if option not in options + rest for word in (option, value)
    ]
    if "EVIDENCE" not in rest:
        missing += ["--probe", "none"]
    return _insert_evidence([*command, *rest, *options, *missing])


def _insert_evidence(words: list[str]) -> tuple[str, ...]:
    """Return the words with EVIDENCE replaced by the options of the recorded evidence."""
    return tuple(part for word in words for part in (EVIDENCE if word == "EVIDENCE" else (word,)))


class Workplace:
    """A folder with everything the command lines name; use it as a context, for it changes the process's folder and environment."""

    def __enter__(self) -> Workplace:
        self._stack = contextlib.ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="golden-"))) / "work"
        self._recorded_id = _write_inputs(self.folder)
        self._stack.enter_context(_clean_environment(self.folder.parent / "home"))
        self._stack.enter_context(contextlib.chdir(self.folder))
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()

    def run_output(self, output: Output) -> str:
        """Run a command line and return what it prints and writes, without what depends on the machine."""
        shutil.rmtree(self.folder.parent / "home", ignore_errors=True)  # no last answer, no store
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(list(output.arguments))
        shown = normalise(output.file, self._restore_ids(out.getvalue()))
        if (self.folder / TEAM_FOLDER).is_dir():
            shown += folder_text(self.folder / TEAM_FOLDER)
            shutil.rmtree(self.folder / TEAM_FOLDER)
        return _make_transcript(output, shown, self._restore_ids(err.getvalue()), code)

    def _restore_ids(self, text: str) -> str:
        """Return a text with the id of every run as it was recorded: stamping changed it."""
        return RUN_ID.sub(lambda id: self._recorded_id.get(id[0], id[0]), text)


def _write_inputs(folder: Path) -> dict[str, str]:
    """Write the files that command lines name; return the recorded id of every stamped run."""
    for name in ("answers", "packs"):
        shutil.copytree(HERE / name, folder / name)
    shutil.copytree(HERE.parent / "fixtures" / "bd7e7cb" / "decisions", folder / "decisions")
    for name, project in _read_projects()["projects"].items():
        if "answers" in project:
            content = yaml.safe_dump(project["answers"], sort_keys=False) if project["answers"] else ""
            (folder / "answers" / f"{name}.yaml").write_text(content or "{}\n", encoding="utf-8")
    before = read_recorded_runs()
    after = stamp_runs(before)
    lines = "".join(run.to_json() + "\n" for run in after)
    (folder / "evidence.jsonl").write_text(lines, encoding="utf-8")
    return {new.id: old.id for old, new in zip(before, after, strict=True) if new.id != old.id}


@contextlib.contextmanager
def _clean_environment(home: Path) -> Iterator[None]:
    """Set an empty home, no language and a fixed width while the block runs."""
    before = dict(os.environ)
    os.environ.update(ENVIRONMENT)
    os.environ.update({name: str(home / inside) for name, inside in IN_THE_HOME.items()})
    os.environ["XDG_CACHE_HOME"] = str(home.parent / "cache")
    for name in UNSET:
        os.environ.pop(name, None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _make_transcript(output: Output, shown: str, stderr: str, code: int) -> str:
    """Return the text of an expected file: command line, output, errors and exit code."""
    head = f"$ advise {shlex.join(output.arguments)}\n" if output.file.endswith(".txt") else ""
    errors = f"--- stderr\n{stderr}" if stderr else ""
    return head + shown + errors + (f"--- exit code {code}\n" if code else "")
