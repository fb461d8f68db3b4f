"""Where something from outside comes in, each with what is handed in and with the promise that must hold whatever it is.

A target draws an input, hands it in, and raises `Broken` where a promise was broken. Commands run in this process, from the
arguments to the exit code; nothing is measured.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "evidence"))  # made_runs
sys.path.insert(0, str(Path(__file__).parents[1] / "knowledge"))  # pack_folder
from made_runs import make_run, make_session, write_evidence
from pack_folder import FILES
from strategies import ODD_TEXTS, SOURCE_PIECES, TEXTS, VALUES, changed, damaged, edited_text

from advisor.cli.main import run as run_command
from advisor.cli.root import COMMANDS
from advisor.errors import AdvisorError, InputError
from advisor.evidence.stacks import load_probed_pack
from advisor.evidence.store import Store
from advisor.knowledge.loading import load_pack
from advisor.onboarding import team_folder
from advisor.onboarding.lock import dumps, make_lock
from advisor.pipeline import Request, advise
from probes.boundary import BadRun, canonical_json, content_id
from probes.candidates import CANDIDATES
from probes.catalogue import PROBES
from probes.messages import parse_message
from probes.parent.process import Ending
from probes.parent.results import make_runs
from probes.records import read_record
from probes.registration import Registration
from probes.run import Outcome, Run

EXIT_CODES = (0, 2, 3, 4, 5, 129, 130, 143)
MOST_SECONDS = 20.0
"""Processor time of one command: the slowest sound one takes three."""
MOST_GROWTH_MIB = 700
"""What this process may grow by while it is fuzzed, from after the first command on."""
AS_OF = "2026-11-25"
UNMEASURED = ("--probe", "none", "--as-of", AS_OF)


class Broken(AssertionError):
    """A promise was broken: which, and by what input."""


class World:
    """A home, a working folder, and a folder beside them that nobody may touch."""

    def __init__(self, root: Path) -> None:
        self.root, self.work, self.witness = root, root / "work", root / "witness"
        for folder in (self.work, self.witness / "inside", root / "home"):
            folder.mkdir(parents=True, exist_ok=True)
        (self.witness / "inside" / "file").write_text("not yours")
        self._before = self._fingerprint()
        self._grown = 0

    def clear(self) -> None:
        """Empty the working folder and the home."""
        os.chdir(self.root)
        for folder in (self.work, self.root / "home" / "data", self.root / "home" / "state"):
            shutil.rmtree(folder, ignore_errors=True)
        self.work.mkdir(exist_ok=True)
        os.chdir(self.work)

    def _fingerprint(self) -> str:
        """A hash of all that is beside the working folder and the home."""
        digest = hashlib.sha256(repr(sorted(entry.name for entry in self.root.iterdir())).encode())
        for file in sorted(self.witness.rglob("*")):
            digest.update(f"{file} {file.lstat().st_mode} {file.lstat().st_mtime_ns}".encode())
        return digest.hexdigest()

    def check(self) -> None:
        """Check that nothing outside the given paths was touched, and that memory stays bounded."""
        if self._fingerprint() != self._before:
            raise Broken("something outside the given paths was touched")
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        self._grown = self._grown or grown
        if grown - self._grown > MOST_GROWTH_MIB:
            raise Broken(f"memory: {grown} MiB after {self._grown}")

    def command(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command and check what holds of every one: its exit code, its words, its time.

        Returns:
            The exit code, the output and the complaints.
        """
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="replace"), io.StringIO()
        begin = time.process_time()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run_command(list(arguments))
        spent = time.process_time() - begin
        out.seek(0)
        said, complained = out.read(), err.getvalue()
        if code not in EXIT_CODES or "internal error" in complained or "Traceback" in complained:
            raise Broken(f"exit {code}: {complained[-500:]}")
        if code in (2, 5) and not complained:
            raise Broken(f"exit {code} without a word")
        if spent > MOST_SECONDS:
            raise Broken(f"{spent:.1f} s of processor time")
        if unsafe := re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", complained):
            raise Broken(f"a control character is shown: {unsafe[0]!r}")
        self.check()
        return int(code), said, complained


@contextlib.contextmanager
def new_world() -> Iterator[World]:
    """A world to fuzz in: the environment is its own, and no measurement is ever started."""
    root = Path(tempfile.mkdtemp(prefix="advise-fuzz-"))
    world, before = World(root), Path.cwd()
    home = root / "home"
    (home / "tmp").mkdir()
    variables = {
        "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(home / "tmp"), "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    world._before = world._fingerprint()
    with (
        mock.patch.dict(os.environ, variables),
        mock.patch.object(tempfile, "tempdir", str(home / "tmp")),
        mock.patch("probes.suite.measure", lambda *_, **__: iter(())),
        mock.patch("probes.suite.measure_copies_of", lambda *_, **__: iter(())),
        mock.patch("advisor.files.PIPE_SECONDS", 0.2),
    ):
        try:
            world.clear()
            yield world
        finally:
            os.chdir(before)
            shutil.rmtree(root, ignore_errors=True)


Check = Callable[[World, Any], None]
TARGETS: dict[str, tuple[st.SearchStrategy[Any], Check]] = {}
"""Name → what is handed in, and what is done with it."""


def target(name: str, strategy: st.SearchStrategy[Any]) -> Callable[[Check], Check]:
    """Register a target."""

    def add(check: Check) -> Check:
        TARGETS[name] = strategy, check
        return check

    return add


# --- runs -------------------------------------------------------------------------------------------------------------

PLAN = Registration(
    session="s1", candidates=("pytorch",), probes=("dev-effort",), depth="quick", looks=(5,), budget=9.0, seed=1,
    started="2026-11-20T10:00:00+00:00", own=("mine",),
)  # fmt: skip
SAMPLE_RUNS = [
    make_run(measures={"statements": 12}),
    make_run("training-step", mode="default", block=1, measures={"step_ms": 1.5}, samples={"step_ms": [0.001, 0.002]}),
    make_run("mine", candidate="keras[jax]", outcome="oom", why="too much", noise={"foreign_cpu": 0.1}),
]
RECORDS = [json.loads(record.to_json()) for record in (*SAMPLE_RUNS, PLAN)]


def signed(record: Any) -> str:
    """A record as one line, with the id that belongs to its content where it can have one."""
    with contextlib.suppress(Exception):
        return canonical_json({**record, "id": content_id(record)})
    return json.dumps(record)


CHANGED_RECORDS = st.one_of([changed(record) for record in RECORDS]).map(signed)
LINES = st.one_of(CHANGED_RECORDS, CHANGED_RECORDS, VALUES.map(json.dumps), st.text(max_size=60))


@target("a record of a file", LINES)
def _(_world: World, line: str) -> None:
    try:
        record = read_record(line.encode("utf-8", "surrogatepass"))
    except BadRun as error:
        if not str(error):
            raise Broken("refused without a word") from None
        return
    if read_record(record.to_json()) != record:
        raise Broken("what was accepted is not the same when it is read again")


@target("an evidence file", st.lists(LINES, min_size=1, max_size=4))
def _(world: World, lines: list[str]) -> None:
    sound = "".join(run.to_json() + "\n" for run in SAMPLE_RUNS)
    Path("runs.jsonl").write_bytes(sound.encode() + "\n".join(lines).encode("utf-8", "surrogatepass"))
    code, _, said = world.command("evidence", "import", "runs.jsonl")
    with (
        contextlib.suppress(AdvisorError),
        Store(Path("../home/data/framework-advisor/evidence.sqlite").resolve()) as store,
    ):
        stored = store.count_runs()
        if code == 0 and f"{stored} of " not in said:
            raise Broken(f"{stored} runs are stored, and it said: {said}")
    world.command("--scale", "large", "--evidence", "runs.jsonl", *UNMEASURED)
    world.command("evidence", "list")


# --- stores -----------------------------------------------------------------------------------------------------------


def make_store() -> tuple[bytes, set[str]]:
    """The bytes of a store, and the ids of its runs."""
    runs = make_session()[:30]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evidence.sqlite"
        with Store(path, write=True) as store:
            store.add_registrations([PLAN])
            store.add(runs)
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.close()
        return path.read_bytes(), {run.id for run in runs}


STORE, STORED = make_store()
SCHEMA_CHANGES = (
    "PRAGMA user_version = {number}", "PRAGMA application_id = {number}", "DROP TABLE runs", "DROP TABLE registrations",
    "DROP INDEX runs_by_probe", "CREATE VIEW v AS SELECT * FROM runs", "CREATE TRIGGER t AFTER INSERT ON runs BEGIN SELECT 1; END",
    "ALTER TABLE runs ADD COLUMN more TEXT", "ALTER TABLE runs RENAME COLUMN line TO lines", "CREATE TABLE other (a)",
    "UPDATE runs SET line = {text}", "UPDATE runs SET session = {text} WHERE rowid < 9", "UPDATE runs SET started = {text}",
    "UPDATE runs SET line = CAST({text} AS BLOB) WHERE rowid = 3", "DELETE FROM runs WHERE rowid > 5", "REINDEX",
    "INSERT INTO registrations VALUES ({text}, {text})", "UPDATE sqlite_master SET sql = {text} WHERE name = 'runs'",
    "UPDATE sqlite_master SET rootpage = {number} WHERE type = 'index'", "PRAGMA journal_mode = WAL",
)  # fmt: skip


def read_damaged_store(world: World, command: tuple[str, ...]) -> None:
    """Read a store whatever was done to it: all runs, or a word about what is missing."""
    world.command(*command)
    with contextlib.suppress(AdvisorError), Store(Path("evidence.sqlite")) as store:
        runs, _ = store.read()
        missing = STORED - {run.id for run in runs}
        if missing and not store.damaged and store.count_runs() >= len(STORED):
            raise Broken(f"{len(missing)} runs are missing, and none is damaged")


READING = st.sampled_from(
    [
        ("evidence", "list", "--store", "evidence.sqlite"),
        ("evidence", "export", "all.jsonl", "--store", "evidence.sqlite"),
        ("doctor", "--store", "evidence.sqlite"),
        ("evidence", "remove", "--damaged", "--yes", "--store", "evidence.sqlite"),
        ("evidence", "remove", "s1", "--yes", "--store", "evidence.sqlite"),
        ("--scale", "large", "--store", "evidence.sqlite", *UNMEASURED),
    ]
)


@target("a store with damaged bytes", st.tuples(damaged(STORE), READING))
def _(world: World, drawn: tuple[bytes, tuple[str, ...]]) -> None:
    Path("evidence.sqlite").write_bytes(drawn[0])
    read_damaged_store(world, drawn[1])


@target(
    "a store with another schema",
    st.tuples(
        st.lists(st.tuples(st.sampled_from(SCHEMA_CHANGES), TEXTS, st.integers(-3, 2**31 - 1)), min_size=1, max_size=3),
        READING,
    ),
)
def _(world: World, drawn: tuple[list[tuple[str, str, int]], tuple[str, ...]]) -> None:
    Path("evidence.sqlite").write_bytes(STORE)
    for statement, text, number in drawn[0]:
        literal = "CAST(x'" + text.encode("utf-8", "surrogatepass").hex() + "' AS TEXT)"
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect("evidence.sqlite")) as connection:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute(statement.format(text=literal, number=number))
            connection.commit()
    world.command(*drawn[1])


# --- packs, answers, locks, manifests ---------------------------------------------------------------------------------


@target(
    "a pack", st.sampled_from(sorted(FILES)).flatmap(lambda name: st.tuples(st.just(name), edited_text(FILES[name])))
)
def _(world: World, drawn: tuple[str, str]) -> None:
    name, text = drawn
    for file, content in {**FILES, name: text}.items():
        Path("pack", file).parent.mkdir(parents=True, exist_ok=True)
        Path("pack", file).write_bytes(content.encode("utf-8", "surrogatepass"))
    try:
        pack = load_pack(Path("pack"))
    except InputError as error:
        if not all(problem.place for problem in error.problems):
            raise Broken(f"a problem without a place: {error}") from None
        return
    world.command("--scale", "large", "--pack", "pack", *UNMEASURED)
    world.command("explain", next(iter(pack.criteria), "glossary"), "--pack", "pack")


ANSWERS = """\
# a project
scale: large
hardware: [nvidia-gpu, cpu]
domain: cv
deploy: [mobile, cloud-server]
existing-assets: [pytorch]
team-skill: expert
depends-on: [numpy]
"""


@target("an answers file", edited_text(ANSWERS))
def _(world: World, text: str) -> None:
    Path("advise.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    world.command("--answers", "advise.yaml", *UNMEASURED)


@cache
def make_lock_document() -> Any:
    """A lock as it is written today."""
    request = Request(flags={"scale": ("large",)}, probing="none", as_of=date.fromisoformat(AS_OF))
    advice, gathered = advise(request)
    return json.loads(dumps(make_lock(request, load_probed_pack(request.pack), advice, gathered.evidence, "en")))


@target("a lock", st.deferred(lambda: changed(make_lock_document())))
def _(world: World, document: Any) -> None:
    Path("decision.lock").write_text(json.dumps(document), "utf-8", errors="surrogatepass")
    world.command("check", "decision.lock", "--as-of", AS_OF)


MANIFEST_LINES = st.one_of(
    st.tuples(st.sampled_from(["0" * 64, "f" * 64, hashlib.sha256(b"mine").hexdigest()]), st.sampled_from(
        ["README.md", "mine.md", "../witness/inside/file", "/etc/passwd", "starter/digits/train.py", "decision.lock", "starter",
         "a/../../x", "starter/../mine.md", ".", "..", "files.sha256"])).map("  ".join),
    st.text(max_size=40),
)  # fmt: skip


@target(
    "a manifest",
    st.tuples(st.lists(MANIFEST_LINES, max_size=6), st.sampled_from(["", "decision.lock", "starter", "report.html"])),
)
def _(world: World, drawn: tuple[list[str], str]) -> None:
    lines, folder_in_place = drawn
    team = Path("team")
    (team / "starter" / "digits").mkdir(parents=True)
    for name in ("mine.md", "starter/mine.py"):
        (team / name).write_text("mine")
    if folder_in_place and not (team / folder_in_place).exists():
        (team / folder_in_place).mkdir()
    (team / "files.sha256").write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    texts = {name: lambda _: "text of a decision" for name in team_folder.FILES}
    with (
        mock.patch.object(team_folder, "FILES", texts),
        mock.patch.object(team_folder, "FOLDERS", {"starter": lambda _: {"digits/train.py": "train()"}}),
        contextlib.suppress(AdvisorError),
    ):
        team_folder.write_folder(team, None, force=True)  # type: ignore[arg-type]
    for name in ("mine.md", "starter/mine.py"):
        if (team / name).read_text() != "mine":
            raise Broken(f"{name} is not what it was")
    world.check()


# --- children, own probes, trees, command lines -----------------------------------------------------------------------

MESSAGES = [
    {"event": "phase", "phase": "measure"},
    {"event": "versions", "versions": {"torch": "2.13.0"}, "threads": 2, "device": "cpu"},
    {"event": "part", "part": "dev-effort:"},
    {"event": "result", "part": "dev-effort:", "outcome": "ok", "measures": {"statements": 5}},
    {
        "event": "result",
        "part": "training-step:default",
        "outcome": "ok",
        "measures": {"step_ms": 1.0},
        "samples": {"step_ms": [0.1]},
    },
    {"event": "end"},
]
CHILD_LINES = st.one_of([changed(message).map(json.dumps) for message in MESSAGES] + [st.text(max_size=40)])


@target("messages of a child", st.lists(CHILD_LINES, min_size=1, max_size=8))
def _(_world: World, lines: list[str]) -> None:
    messages = []
    for line in [json.dumps(message) for message in MESSAGES[:2]] + lines:
        try:
            messages.append(parse_message(line.encode("utf-8", "surrogatepass")))
        except BadRun:
            break
    ending = Ending(
        None, [m | {"at": 0.1} for m in messages if m], "measure", Outcome.BAD_OUTPUT, "exit status 1", 1.0, 1.0
    )
    parts = [(PROBES["dev-effort"], ""), (PROBES["training-step"], "default")]

    def make(probe: Any, mode: str, **fields: Any) -> Run:
        return make_run(probe.name, mode=mode, block=1 if mode else None, **fields)

    for run in make_runs(ending, parts, make):
        read_record(run.to_json())  # what is stored can be read again


OWN_PROBE = {
    "__init__.py": 'QUESTION = "How fast is it?"\nTIMED = False\nMEASURES = {"loss": {"unit": "", "better": "lower"}}\n',
    "task.py": "def make():\n    return None\n",
    "on_pytorch.py": "def measure(task):\n    return {'loss': 1}\n",
}


@target(
    "a folder of own probes",
    st.sampled_from(sorted(OWN_PROBE)).flatmap(
        lambda name: st.tuples(
            st.just(name), edited_text(OWN_PROBE[name], SOURCE_PIECES), st.sampled_from(["", "mine", "Mine!", "a b"])
        )
    ),
)
def _(world: World, drawn: tuple[str, str, str]) -> None:
    name, text, folder = drawn
    for file, content in {**OWN_PROBE, name: text}.items():
        Path("own", folder, file).parent.mkdir(parents=True, exist_ok=True)
        Path("own", folder, file).write_bytes(content.encode("utf-8", "surrogatepass"))
    world.command("probe", "--path", "own", "--list")
    world.command("probe", "--path", "own")


TREE_FILES = st.dictionaries(
    st.sampled_from(
        [
            "requirements.txt",
            "pyproject.toml",
            "setup.py",
            "train.py",
            "nb.ipynb",
            "environment.yml",
            "Dockerfile",
            "m.pt",
        ]
    ),
    st.one_of(
        edited_text("import torch\nimport tensorflow as tf\ntf.Session()\n", SOURCE_PIECES),
        edited_text(
            "torch>=2.0\ntensorflow==1.15\n-r other.txt\n",
            (*SOURCE_PIECES, "-r requirements.txt\n", "@ file:///etc/passwd"),
        ),
        changed({"cells": [{"cell_type": "code", "source": ["import torch\n"]}], "nbformat": 4}).map(json.dumps),
        st.sampled_from(ODD_TEXTS),
    ),
    min_size=1,
    max_size=3,
)

if "scan" in COMMANDS:

    @target("a tree that is scanned", TREE_FILES)
    def _(world: World, tree: Mapping[str, str]) -> None:
        Path("tree").mkdir()
        for name, text in tree.items():
            Path("tree", name).write_bytes(text.encode("utf-8", "surrogatepass"))
        world.command("scan", "tree", "--format", "json")


WORDS = st.sampled_from(
    [
        *COMMANDS, "list", "export", "import", "merge", "remove", "check", "new", "--scale", "--hardware", "--probe", "--budget", "--format",
        "--evidence", "--answers", "--store", "--pack", "--as-of", "--weigh", "--lang", "--fail-on", "--details", "--force", "--output",
        "--yes", "--damaged", "--candidate", "--depth", "--path", "--seed", "--choose", "--because", "--from", "--help", "--version",
        "large", "nvidia-gpu", "none", "auto", "json", "html", "zh", "90s", "-1", "community=major", "2026-11-25", "9999-12-31",
        "pytorch", "keras[jax]", "runs.jsonl", "missing", "out", "decision.lock", "/dev/zero", "/dev/null", ".", "loop", "--", "-", "=",
        "scale=large", "k-pro-highlevel", "training-step", *CANDIDATES,
    ]
)  # fmt: skip


@target("a command line", st.lists(st.one_of(WORDS, WORDS, WORDS, TEXTS), max_size=7))
def _(world: World, words: list[str]) -> None:
    write_evidence(SAMPLE_RUNS, Path("runs.jsonl"))
    Path("loop").symlink_to("loop")
    arguments = [
        word.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape").replace("\0", "") for word in words
    ]
    world.command(*arguments)


def run_target(name: str, world: World, drawn: Any) -> None:
    """Hand in one input in an empty folder; whatever is raised, a promise was broken."""
    world.clear()
    try:
        TARGETS[name][1](world, drawn)
    except Broken:
        raise
    except Exception as error:
        raise Broken(f"{type(error).__name__}: {error}") from error
