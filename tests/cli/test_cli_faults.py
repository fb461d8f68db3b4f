"""Every kind of fault that a systematic attack on an early version found, with the input that showed it, replayed by its name.

Each case does what was done then and says what must come of it. Siblings and details are tested where the mended code is tested.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from as_user import AS_OF, Advise, CommandResult
from made_runs import make_exact_runs, make_run, make_session, write_evidence

sys.path.insert(0, str(Path(__file__).parent.parent / "probes"))  # probe_stubs
sys.path.insert(0, str(Path(__file__).parent.parent / "knowledge"))  # pack_folder
from pack_folder import CLAIM, FILES, PackFolder
from probe_stubs import Stubs

from advisor import files
from advisor.errors import StoreError
from advisor.evidence.stacks import load_probed_pack
from advisor.evidence.store import NEWEST_NUMBERS, Store
from advisor.knowledge.folder import Folder
from advisor.knowledge.loading import load_pack, open_packs
from advisor.onboarding import team_folder
from advisor.onboarding.lock import dumps, make_lock
from advisor.onboarding.manifest import MANIFEST_NAME, manifest
from advisor.pipeline import Request
from advisor.pipeline import advise as answer_request
from probes.boundary import BadRun, canonical_json, content_id
from probes.machine import scratch
from probes.parent import results, session
from probes.parent.private_names import without_private_names
from probes.parent.process import child_environment
from probes.records import read_record
from probes.registration import Registration
from probes.run import Outcome, Run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and signals")

ROOT = Path(__file__).parents[2]
LARGE = ("--scale", "large", "--as-of", AS_OF)
UNMEASURED = (*LARGE, "--probe", "none")
TIMED = {"probe": "training-step", "mode": "default", "block": 1}


@dataclass
class Attack:
    """What a case has at hand: commands inside this process and outside, a home, and what can be patched for its time."""

    inside: Advise
    outside: Advise
    home: Path
    patch: pytest.MonkeyPatch

    @property
    def store(self) -> Path:
        """The default store of this home."""
        return self.home / "data" / "framework-advisor" / "evidence.sqlite"

    def refused(self, *arguments: object, code: int = 2) -> str:
        """Run a command that must be refused, and return its complaints."""
        result = self.inside(*arguments)
        assert (result.code, result.out) == (code, ""), (result.code, result.out, result.err)
        return "\n".join(result.complaints)

    def answered(self, *arguments: object) -> CommandResult:
        """Run a command that must succeed."""
        result = self.inside(*arguments)
        assert result.code == 0, result.err
        return result


Case = Callable[[Attack], None]
CASES: dict[str, Case] = {}


def case(name: str) -> Callable[[Case], Case]:
    """Give a case its name: the number of its kind, and the input."""

    def add(function: Case) -> Case:
        CASES[name] = function
        return function

    return add


def signed(**fields: Any) -> str:
    """A run that says whatever it is told to, with the id that belongs to it."""
    content = {**json.loads(make_run(session="bad").to_json()), **fields}
    return canonical_json(content | {"id": content_id(content)})


def change(path: Path, *statements: str) -> None:
    """Change a store behind its back."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def filled_store(path: Path) -> set[str]:
    """Make a store of one session with its plan; return the ids of its runs."""
    runs = make_session()[:40]
    plan = Registration(session="s1", candidates=("pytorch",), probes=("dev-effort",), depth="quick", looks=(5,),
                        budget=9.0, seed=1, started="2026-11-20T10:00:00+00:00")  # fmt: skip
    with Store(path, write=True) as store:
        store.add_registrations([plan])
        store.add(runs)
    change(path, "PRAGMA journal_mode = DELETE")
    return {run.id for run in runs}


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """A stretch that must not take longer; what hung did so for ever."""
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < seconds


# --- F1, F2, F10: values ----------------------------------------------------------------------------------------------


def refuse_and_survive(attack: Attack, **fields: Any) -> None:
    """A run is refused where it comes from a file, and ends nothing where an earlier version has stored it."""
    line = signed(**fields)
    (attack.home / "runs.jsonl").write_text(f"{make_run().to_json()}\n{line}\n")
    assert attack.refused("evidence", "import", "runs.jsonl").startswith("runs.jsonl:2:1: this line is no run: ")
    filled_store(attack.store)
    connection = sqlite3.connect(attack.store)
    connection.execute("INSERT INTO runs VALUES ('x', 'bad', 'p', 'c', '2026', 0, ?)", [line])
    connection.commit()
    connection.close()
    assert "1 stored run is damaged" in attack.answered(*UNMEASURED, "--store", attack.store).err
    attack.answered("evidence", "list")
    attack.answered("evidence", "remove", "--damaged", "--yes")
    assert attack.inside("evidence", "list").err == ""


@case("F1 started on 30 February")
def _(attack: Attack) -> None:
    refuse_and_survive(attack, started="2026-02-30T10:00:00+00:00")


@case("F2 an outcome that is a list")
def _(attack: Attack) -> None:
    refuse_and_survive(attack, outcome=[])


@case("F10 a step of 5e-324 ms")
def _(attack: Attack) -> None:
    refuse_and_survive(attack, **TIMED, measures={"step_ms": 5e-324})


@case("F10 a step of 0 ms")
def _(attack: Attack) -> None:
    with pytest.raises(BadRun, match="step_ms"):
        read_record(signed(**TIMED, measures={"step_ms": 0}))


@case("F10 a child with -5 threads")
def _(attack: Attack) -> None:
    stubs = Stubs(attack.home)
    stubs.write_probe(
        odd="import os, sys, json, time\nPIPE = json.loads(sys.argv[1])['result']\n"
        'def measure(task):\n    os.write(PIPE, b\'{"event": "versions", "versions": {}, "threads": -5}\\n\'\n'
        '             b\'{"event": "result", "part": "stub:", "outcome": "ok", "measures": {"value": 1}}\\n\')\n'
        "    time.sleep(0.1)\n    os._exit(0)"
    )
    [run] = stubs.measure_runs("odd")
    assert run.outcome is Outcome.BAD_OUTPUT and "threads: -5" in run.why


# --- F3: special files ------------------------------------------------------------------------------------------------

READERS: dict[str, tuple[str, ...]] = {
    "--evidence": (*LARGE, "--evidence", "FILE"),
    "--answers": ("--probe", "none", "--answers", "FILE"),
    "check": ("check", "FILE"),
    "--from": ("onboard", "team", "--from", "FILE"),
    "import": ("evidence", "import", "FILE"),
    "merge": ("evidence", "merge", "FILE", "--output", "all.jsonl"),
    "--store": (*UNMEASURED, "--store", "FILE"),
}


def refuse_special(reader: str, file: str) -> Case:
    def refuse(attack: Attack) -> None:
        attack.patch.setattr(files, "PIPE_SECONDS", 0.2)
        os.mkfifo(attack.home / "pipe")
        path = attack.home / "pipe" if file == "a pipe nobody writes to" else Path(file)
        with within(60):
            complaint = attack.refused(*(str(path) if word == "FILE" else word for word in READERS[reader]), code=5)
        assert "no file" in complaint or "nothing has come from this pipe" in complaint

    return refuse


for reader in READERS:
    for special in ("a pipe nobody writes to", "/dev/zero"):
        CASES[f"F3 {reader} {special}"] = refuse_special(reader, special)


@case("F3 evidence through a pipe that somebody writes to")
def _(attack: Attack) -> None:
    write_evidence(make_session()[:5], attack.home / "runs.jsonl")
    with subprocess.Popen(["cat", str(attack.home / "runs.jsonl")], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        attack.answered(*LARGE, "--evidence", f"/dev/fd/{writer.stdout.fileno()}")


# --- F4, F5: the machine-wide lock, a store that cannot be written ----------------------------------------------------


@case("F4 a pipe in the place of the lock")
def _(attack: Attack) -> None:
    os.mkfifo(attack.home / "framework-advisor-probes.lock")
    code = "from probes.machine.lock import *\ntry:\n    with machine_lock(): pass\nexcept Busy: pass"
    environment = {"PATH": os.environ["PATH"], "HOME": str(attack.home), "TMPDIR": str(attack.home)}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=15, cwd=ROOT, env=environment)


@case("F5 a disk that is full in mid-measurement")
def _(attack: Attack) -> None:
    def measure(*_: object, **__: object) -> Iterator[Run]:
        yield from make_exact_runs("dev-effort", "statements", {"pytorch": 16, "tensorflow": 17})

    def no_space(*_: object) -> None:
        raise StoreError("cannot write the evidence store: database or disk is full")

    attack.patch.setattr("probes.suite.measure", measure)
    attack.patch.setattr(Store, "add_record", no_space)
    result = attack.answered(*LARGE)
    assert "full" in result.err


# --- F6: corrupted stores ---------------------------------------------------------------------------------------------


@case("F6 an index that has forgotten a row")
def _(attack: Attack) -> None:
    ids = filled_store(attack.store)
    content = bytearray(attack.store.read_bytes())
    connection = sqlite3.connect(attack.store)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'runs_by_probe'").fetchone()
    connection.close()
    entry = b"dev-effort" + make_run().started.encode()
    content[content.index(entry, (root - 1) * 4096) + len(entry)] = 99
    attack.store.write_bytes(content)
    with Store(attack.store) as store:
        assert {run.id for run in store.read()[0]} == ids


@case("F6 a table described in broken UTF-8")
def _(attack: Attack) -> None:
    ids = filled_store(attack.store)
    broken = "CAST(x'435245415445205441424c45a0' AS TEXT)"
    change(
        attack.store,
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_master SET sql = {broken} WHERE name = 'registrations'",
    )
    assert "damaged" in attack.answered(*UNMEASURED, "--store", attack.store).err
    with Store(attack.store) as store:
        assert {run.id for run in store.read()[0]} == ids


@case("F6 a view that never ends")
def _(attack: Attack) -> None:
    attack.store.parent.mkdir(parents=True)
    view = (
        "CREATE VIEW runs AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, "
        "'' AS session, '' AS probe, '' AS candidate, '' AS started, 0 AS imported, '{}' AS line FROM n"
    )
    change(attack.store, view, "PRAGMA application_id = 1633973809", "PRAGMA user_version = 2")
    with within(60):
        assert "it holds the view" in attack.refused(*UNMEASURED, "--store", attack.store, code=5)


@case("F6 a schema of version -1")
def _(attack: Attack) -> None:
    filled_store(attack.store)
    change(attack.store, "PRAGMA user_version = -1")
    assert "no version wrote schema -1" in attack.refused(*UNMEASURED, "--store", attack.store, code=5)


# --- F7: the cache of packs -------------------------------------------------------------------------------------------


def many_files(attack: Attack) -> Path:
    """A pack with enough files to be cached, and a cache of its own."""
    attack.patch.setenv("XDG_CACHE_HOME", str(attack.home / "own-cache"))
    pack = PackFolder(attack.home)
    for number in range(20):
        pack.write(f"claims/many/claim-{number}.yaml", FILES[CLAIM])
    return pack.folder


def cached(folder: Path) -> Path:
    """Read a pack, and return the file it is cached in."""
    load_pack(folder)
    [file] = Path(os.environ["XDG_CACHE_HOME"], "framework-advisor").glob("pack-*.msgpack")
    return file


def passed_over(attack: Attack, spoil: Callable[[Path], None]) -> None:
    """A cache that is not this user's alone is not read: the pack is parsed."""
    folder = many_files(attack)
    before = load_pack(folder)
    spoil(cached(folder))
    parsed, parse = list[str](), Folder.parse_file
    attack.patch.setattr(Folder, "parse_file", lambda *given: parsed.append(given[1]) or parse(*given))
    with within(60):
        assert load_pack(folder) == before and parsed


@case("F7 a cache that anybody may write")
def _(attack: Attack) -> None:
    passed_over(attack, lambda file: file.chmod(0o666))


@case("F7 a cache in a folder that anybody may write")
def _(attack: Attack) -> None:
    passed_over(attack, lambda file: file.parent.chmod(0o777))


@case("F7 a cache of somebody else")
def _(attack: Attack) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    passed_over(attack, lambda file: os.chown(file, 12345, 12345))


@case("F7 a pipe in the place of the cache")
def _(attack: Attack) -> None:
    def replace(file: Path) -> None:
        file.unlink()
        os.mkfifo(file)

    passed_over(attack, replace)


@case("F7 a link under the name of the temporary file")
def _(attack: Attack) -> None:
    folder = many_files(attack)
    file, victim = cached(folder), attack.home / "victim"
    victim.write_text("mine")
    file.unlink()
    file.with_suffix(f".{os.getpid()}").symlink_to(victim)
    assert cached(folder).exists() and victim.read_text() == "mine"
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@case("F7 an overlay read a second time")
def _(attack: Attack) -> None:
    below, overlay = many_files(attack), attack.home / "acme"
    (overlay / "claims" / "acme").mkdir(parents=True)
    (overlay / "pack.yaml").write_text(
        'name: acme\nversion: "1"\nreviewed: 2026-11-23\nprecedence: 10\nextends: small\n'
    )
    for number in range(20):
        (overlay / "claims" / "acme" / f"acme-{number}.yaml").write_text(FILES[CLAIM], "utf-8")
    first = open_packs((below, overlay), fresh=False).pack
    attack.patch.setattr(Folder, "parse_file", None)  # nothing is parsed a second time
    assert open_packs((below, overlay), fresh=False).pack == first


# --- F8: a team's folder ----------------------------------------------------------------------------------------------


def small_folder(attack: Attack) -> Path:
    """A folder written from templates that say their name, as a decision writes its own."""
    attack.patch.setattr(team_folder, "FILES", {name: lambda _: "text of a decision" for name in team_folder.FILES})
    attack.patch.setattr(team_folder, "FOLDERS", {"starter": lambda _: {"digits/train.py": "train()"}})
    attack.patch.setattr(team_folder, "possible_names", lambda _: {"digits/train.py", "tests/test_step.py"})
    team_folder.write_folder(attack.home / "team", None)  # type: ignore[arg-type]
    return attack.home / "team"


def contents_below(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@case("F8 a folder in the place of decision.lock")
def _(attack: Attack) -> None:
    team = small_folder(attack)
    (team / "decision.lock").unlink()
    (team / "decision.lock").mkdir()
    (team / "README.md").write_text("edited")
    before = contents_below(team)
    with pytest.raises(StoreError, match="this is a folder, where a file belongs"):
        team_folder.write_folder(team, None, force=True)  # type: ignore[arg-type]
    assert contents_below(team) == before


@case("F8 a disk that fails in the middle")
def _(attack: Attack) -> None:
    team = small_folder(attack)
    (team / "README.md").write_text("edited")
    before, real, left = contents_below(team), Path.rename, [4]

    def rename(source: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        return real(source, target)

    attack.patch.setattr(Path, "rename", rename)
    with pytest.raises(StoreError, match="No space left"):
        team_folder.write_folder(team, None, force=True)  # type: ignore[arg-type]
    assert contents_below(team) == before
    assert [file.name for file in attack.home.iterdir() if file.name.startswith(files.UNFINISHED)] == []


@case("F8 a hostile files.sha256")
def _(attack: Attack) -> None:
    team = small_folder(attack)
    (team / "thesis.md").write_text("the work of years")
    (team / MANIFEST_NAME).write_text(manifest({**{n: b.decode() for n, b in contents_below(team).items()}}))
    team_folder.write_folder(team, None, force=True)  # type: ignore[arg-type]
    assert (team / "thesis.md").read_text() == "the work of years"


# --- F9, F14: what a kill leaves behind -------------------------------------------------------------------------------

SESSION = """
import sys; sys.path.insert(0, {root!r})
from pathlib import Path
from probes.candidates import Candidate
from probes.child.stack import bare_framework
from probes.suite import Plan, measure
plan = Plan((Candidate("evil", (bare_framework("evil"),)),), ("stub",))
for event in measure(plan, folder=Path({folder!r}), lock_folder=Path({lock!r})): pass
"""


@case("F9 kill -9 while a probe has a daemon of its own")
def _(attack: Attack) -> None:
    stubs = Stubs(attack.home)
    stubs.write_probe(
        evil="import os, time\ndef note():\n    open(PIDS, 'a').write(f'{os.getpid()}\\n')\n"
        "def measure(task):\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n            note()\n"
        "            time.sleep(1000)\n        os._exit(0)\n    time.sleep(1000)"
    )
    script = SESSION.format(root=str(ROOT), folder=str(stubs.folder), lock=str(stubs.lock))
    command = subprocess.Popen([sys.executable, "-c", script], env=os.environ | {"TMPDIR": str(attack.home)})
    stubs.wait_for_pids(1)
    command.kill()
    command.wait(60)
    assert stubs.surviving_pids() == []


@case("F14 folders of children that a kill left behind")
def _(attack: Attack) -> None:
    held = scratch.ScratchFolder()
    left = attack.home / f"{scratch.PREFIX}left"
    foreign, young = attack.home / "probe-mine", attack.home / f"{scratch.PREFIX}young"
    for folder in (left, foreign, young):
        (folder / "inside").mkdir(parents=True)
    for folder in (left, foreign, held.path):
        os.utime(folder, (time.time() - 3600,) * 2)
    result = attack.answered("doctor")
    assert "1" in next(line for line in result.out.splitlines() if line.startswith("leftovers"))
    assert [folder.exists() for folder in (left, foreign, young, held.path)] == [False, True, True, True]
    held.remove()


# --- F11: decision.lock -----------------------------------------------------------------------------------------------


def lock_file(attack: Attack, **profile: object) -> Path:
    """A lock whose answers say whatever they are told to."""
    request = Request(flags={"scale": ("large",)}, probing="none", as_of=date.fromisoformat(AS_OF))
    advice, gathered = answer_request(request)
    document = json.loads(dumps(make_lock(request, load_probed_pack(request.pack), advice, gathered.evidence, "en")))
    document["profile"] |= {id: {"choices": [choice], "origin": "flag"} for id, choice in profile.items()}
    (attack.home / "decision.lock").write_text(json.dumps(document))
    return attack.home / "decision.lock"


@case("F11 a lock whose system is 1e308")
def _(attack: Attack) -> None:
    file = lock_file(attack, os=1e308)
    for command in (("check", file), ("onboard", "team", "--from", file)):
        assert "decision.lock:1:" in attack.refused(*command)


@case("F11 a lock whose scale is keras")
def _(attack: Attack) -> None:
    complaint = attack.refused("onboard", "team", "--from", lock_file(attack, scale="keras"))
    assert "the question scale has no choice `keras`" in complaint


@case("F11 as of 9999-12-31 and 0001-01-01")
def _(attack: Attack) -> None:
    file = lock_file(attack)
    for day in ("9999-12-31", "0001-01-01"):
        assert attack.inside("check", file, "--as-of", day).code in (0, 3)
        attack.answered("--scale", "large", "--probe", "none", "--as-of", day)


# --- F12: paths -------------------------------------------------------------------------------------------------------


@case("F12 probe --path to a link to itself")
def _(attack: Attack) -> None:
    (attack.home / "loop").symlink_to("loop")
    assert "loop: this folder cannot be read" in attack.refused("probe", "--path", "loop")


# --- F13: containers --------------------------------------------------------------------------------------------------


@case("F13 no passwd entry and no home")
def _(attack: Attack) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "advisor", *UNMEASURED]
    try:
        result = subprocess.run(
            command, capture_output=True, timeout=300, check=False, user=54321, cwd="/", env=environment
        )
    except PermissionError:
        pytest.skip("this interpreter can be started by root alone")
    assert (result.returncode, b"PyTorch" in result.stdout) == (0, True), result.stderr


@case("F13 a report where there is no home")
def _(attack: Attack) -> None:
    """The same as above, for the library of the charts: the program itself hides this user's entry."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    code = (
        "import pwd, sys; pwd.getpwuid = {}.__getitem__; from advisor.cli.main import run; sys.exit(run(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, *UNMEASURED, "--format", "html", "--output", "report.html"]
    result = subprocess.run(command, capture_output=True, timeout=300, check=False, cwd=attack.home, env=environment)
    assert (result.returncode, result.stderr) == (0, b"")
    assert (attack.home / "report.html").is_file()


@case("F13 PYTHONOPTIMIZE=2")
def _(attack: Attack) -> None:
    result = attack.outside(*UNMEASURED, "--format", "html", env={"PYTHONOPTIMIZE": "2"})
    assert result.code == 2 and "unset PYTHONOPTIMIZE" in result.err
    assert attack.outside(*UNMEASURED, env={"PYTHONOPTIMIZE": "2"}).code == 0


@case("F13 the memory that is free, and no second try")
def _(attack: Attack) -> None:
    assert Outcome.OOM not in results.RETRIED
    attack.patch.setattr("probes.machine.system.available_memory", lambda: 2**30)
    plan = session.Plan((), ())
    assert (
        session.Session(plan, (), (), session.Budget(9.0), sys.executable, session.Decided, {}, None).memory_bytes
        <= 2**30
    )


# --- F15 to F18: what is shown and said -------------------------------------------------------------------------------


@case("F15 a file whose name turns the line around")
def _(attack: Attack) -> None:
    filled_store(attack.store)
    result = attack.answered("evidence", "export", "\u202eruns.jsonl")
    assert "\u202e" not in result.err and "40 runs written" in result.err


@case("F16 SIGINT, SIGTERM and SIGHUP in the questionnaire")
def _(attack: Attack) -> None:
    pexpect = pytest.importorskip("pexpect")
    from as_user import environment_of

    for number, code in ((2, 130), (15, 143), (1, 129)):
        environment = environment_of(attack.home, Path(os.environ["XDG_CACHE_HOME"])) | {"TERM": "xterm"}
        child = pexpect.spawn(sys.executable, ["-m", "advisor"], env=environment, cwd=str(attack.home), timeout=20)
        child.expect(r"\?25")
        time.sleep(0.5)
        child.kill(number)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == code, number


@case("F17 the same bytes on another machine")
def _(attack: Attack) -> None:
    stated = (*UNMEASURED, "--python", "python-3-12", "--os", "linux", "--format", "json")
    here = attack.answered(*stated).out
    attack.patch.setattr(platform, "system", lambda: "Darwin")
    attack.patch.setattr(platform, "node", lambda: "elsewhere")
    assert attack.answered(*stated).out == here
    assert "--python" in (ROOT / "README.md").read_text("utf-8").split("same bytes", 1)[1][:80]


@case("F18 an exception that tells the host, the home and LC_SECRET")
def _(attack: Attack) -> None:
    attack.patch.setenv("LC_SECRET", "token")
    attack.patch.setenv("LC_ALL", "C.UTF-8")
    environment = child_environment(attack.home, {})
    assert "LC_SECRET" not in environment and environment["LC_ALL"] == "C.UTF-8"
    attack.patch.setattr(platform, "node", lambda: "laptop-of-ada.example")
    attack.patch.setattr("getpass.getuser", lambda: "ada-l")
    attack.patch.setenv("HOME", "/homes/ada")
    from probes.parent import private_names

    private_names._private_patterns.cache_clear()
    text = without_private_names("no /homes/ada/data on laptop-of-ada.example (laptop-of-ada) for ada-l", attack.home)
    private_names._private_patterns.cache_clear()
    assert text == "no ~/data on HOST (HOST) for USER"


# --- F19: growth ------------------------------------------------------------------------------------------------------


@case("F19 a store of many runs: the newest are read by their index")
def _(attack: Attack) -> None:
    filled_store(attack.store)
    with Store(attack.store) as store:
        plan = store.connection.execute(f"EXPLAIN QUERY PLAN {NEWEST_NUMBERS}", [10]).fetchall()
        assert store.read(newest=7)[0] == store.read()[0][-7:]
    assert "TEMP B-TREE" not in str(plan), "they would be sorted anew each time"


LONG = {"F16 SIGINT, SIGTERM and SIGHUP in the questionnaire"}


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.long if name in LONG else ()) for name in CASES])
def test_what_broke_once_holds(
    name: str, inside: Advise, advise: Advise, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    CASES[name](Attack(inside, advise, home, monkeypatch))


def test_every_kind_of_fault_is_replayed() -> None:
    assert {name.split()[0] for name in CASES} == {f"F{number}" for number in range(1, 20)}
