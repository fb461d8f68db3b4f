"""The promises of SECURITY.md at the counts of a release: kills, writers, a disk that fills up, evil children, signals, strange users, quotas.

    python tests/benchmarks/endurance.py [--kills 500] [--writers 32] [--commits 200] [--disk-steps 64] [--signals 60] [--seed 1]
                                         [--only kills]

Prints what was tried and what was bad, and exits with 1 where anything was. A count of 0 leaves a part out. What needs root (other
users) says so where it is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "evidence"))  # made_runs
from made_runs import make_run

from advisor.errors import StoreError
from advisor.evidence.store import Store
from probes.machine.control_groups import group_folders

ROOT = Path(__file__).resolve().parents[2]
Count = tuple[int, list[str]]
"""How often something was tried, and what was bad."""


def fork(work: Callable[[int], None]) -> tuple[int, int]:
    """Run a function in a forked process, which is given a pipe to acknowledge on.

    Returns:
        Its process id, and the end of the pipe to read from.
    """
    end, pipe = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(BaseException):
            os.close(end)
            work(pipe)
            code = 0
        os._exit(code)
    os.close(pipe)
    return pid, end


def read_all(end: int) -> list[str]:
    """Read what was acknowledged, line by line, until the writer has ended."""
    with os.fdopen(end) as lines:
        return lines.read().split()


def write_runs(path: Path, name: str, count: int, pipe: int) -> None:
    """Store runs one by one, and acknowledge each after it was stored."""
    with Store(path, write=True) as store:
        for order in range(count):
            run = make_run(session=name, order=order)
            store.add([run])
            os.write(pipe, f"{run.id}\n".encode())


def find_loss(path: Path, acknowledged: list[str]) -> str:
    """Return what a store has lost of what was acknowledged; empty where it has all, and is in order."""
    try:
        with Store(path, write=True) as store:
            runs, _ = store.read()
            check = store.check(-1)
    except StoreError as error:
        return "" if not acknowledged and not path.exists() else f"it cannot be opened: {error}"
    lost = set(acknowledged) - {run.id for run in runs}
    return f"{len(lost)} runs lost" if lost else "" if check.is_whole else f"not in order: {check}"


def kill_at_random(folder: Path, times: int, dice: random.Random) -> Count:
    """Kill a writer at a random moment; everything it acknowledged must be there, and the store must need no repair."""
    bad, path, acknowledged = [], folder / "killed.sqlite", []
    for number in range(times):
        if number % 50 == 0:  # a new file now and then: its first writes are moments of their own
            path.unlink(missing_ok=True)
            for end in ("-wal", "-shm"):
                path.with_name(path.name + end).unlink(missing_ok=True)
            acknowledged = []
        pid, end = fork(lambda pipe, name=f"k{number}": write_runs(path, name, 10_000, pipe))  # type: ignore[misc]
        time.sleep(dice.uniform(0.0, 0.15))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        acknowledged += read_all(end)
        if loss := find_loss(path, acknowledged):
            bad.append(f"kill {number}: {loss}")
    return times, bad


def kill_at_every_step(folder: Path, most: int) -> Count:
    """Kill a writer at each step of SQLite's program that stores one run, from the first to the last."""
    bad, path, acknowledged = [], folder / "steps.sqlite", list[str]()
    for step in range(1, most + 1):

        def work(pipe: int, step: int = step) -> None:
            with Store(path, write=True) as store:
                left = step

                def count() -> int:
                    nonlocal left
                    left -= 1
                    if left == 0:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return 0

                store.connection.set_progress_handler(count, 1)
                run = make_run(session=f"s{step}")
                store.add([run])
                os.write(pipe, f"{run.id}\n".encode())

        pid, end = fork(work)
        _, status = os.waitpid(pid, 0)
        acknowledged += read_all(end)
        if loss := find_loss(path, acknowledged):
            bad.append(f"step {step}: {loss}")
        if os.WIFEXITED(status):  # it came to its end before that step: there are no more
            return step, bad
    return most, bad


def write_together(folder: Path, writers: int, commits: int) -> Count:
    """Have several processes store runs at once; each of them must be there."""
    path = folder / "together.sqlite"
    children = [fork(lambda pipe, name=f"w{n}": write_runs(path, name, commits, pipe)) for n in range(writers)]  # type: ignore[misc]
    acknowledged, bad = [], []
    for pid, end in children:
        acknowledged += read_all(end)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            bad.append("a writer failed")
    if len(acknowledged) != writers * commits:
        bad.append(f"{len(acknowledged)} of {writers * commits} were acknowledged")
    if loss := find_loss(path, acknowledged):
        bad.append(loss)
    return writers * commits, bad


def fill_disk(folder: Path, steps: int) -> Count:
    """Let no file grow beyond 4, 8, 12, … KiB: a writer must end with a word, and nothing it acknowledged be lost."""
    bad = []
    for step in range(steps):
        path = folder / f"full{step}.sqlite"

        def work(pipe: int, path: Path = path, step: int = step) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096 * step, resource.RLIM_INFINITY))
            try:
                write_runs(path, "full", 10_000, pipe)
            except StoreError as error:
                os.write(pipe, b"said\n" if "evidence store" in str(error) else b"")

        pid, end = fork(work)
        said = read_all(end)
        os.waitpid(pid, 0)
        if said[-1:] != ["said"]:
            bad.append(f"{4 * step} KiB: it ended without a word")
        if loss := find_loss(path, said[:-1]):
            bad.append(f"{4 * step} KiB: {loss}")
    return steps, bad


def run_evil_children(_folder: Path, times: int) -> Count:
    """Run the tests of evil children so many times."""
    bad = []
    for _ in range(times):
        command = [sys.executable, "-m", "pytest", "tests/probes/test_probe_evil_children.py", "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        bad += [done.stdout[-800:]] if done.returncode else []
    return times, bad


def environment_in(home: Path) -> dict[str, str]:
    """The environment of a user who has nothing but this home."""
    packages = [path for path in sys.path if path.endswith("site-packages")]
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TERM": "xterm",
            "PYTHONPATH": os.pathsep.join([str(ROOT), *packages]), "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip


def signal_questionnaires(folder: Path, times: int, dice: random.Random) -> Count:
    """Send the questionnaire a signal at a random moment: the exit code is the signal's, and the terminal as it was."""
    import termios

    import pexpect

    bad = []
    for number in range(times):
        sent, code = dice.choice([(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
        child = pexpect.spawn(
            sys.executable, ["-m", "advisor"], env=environment_in(folder), cwd=str(folder), timeout=60
        )
        before = termios.tcgetattr(child.child_fd)
        with contextlib.suppress(pexpect.EOF, pexpect.TIMEOUT):
            child.expect(r"\?25")
        time.sleep(dice.uniform(0.1, 1.5))
        child.kill(sent)
        with contextlib.suppress(pexpect.EOF):
            try:
                child.expect(pexpect.EOF)
            except pexpect.TIMEOUT:
                bad.append(f"signal {number}: {sent.name} is ignored")
                child.kill(signal.SIGKILL)
                continue
        after = termios.tcgetattr(child.child_fd)
        child.close()
        if child.exitstatus != code or after != before:
            bad.append(f"signal {number}: {sent.name} ended it with {child.exitstatus}, the terminal {after == before}")
    return times, bad


def answer_as_stranger(folder: Path, python: str) -> Count:
    """Answer as a user without passwd entry and home, and as one whose home cannot be written.

    Args:
        python: an interpreter that every user may start; it finds the packages of this one.
    """
    home = folder / "read-only"
    home.mkdir()
    home.chmod(0o555)
    cases = {
        "no passwd entry and no home": {"user": 54321, "env": {**environment_in(home), "HOME": ""}},
        "no home variable": {"user": 54321, "env": {n: v for n, v in environment_in(home).items() if n != "HOME"}},
        "a home that cannot be written": {"user": 54321, "env": environment_in(home)},
    }
    bad = []
    for name, options in cases.items():
        for command in (("--scale", "large", "--probe", "none"), ("doctor",), ("evidence", "list"), ("claims",)):
            done = subprocess.run(
                [python, "-m", "advisor", *command], cwd="/", capture_output=True, text=True, check=False, **options
            )  # type: ignore[call-overload]
            if done.returncode != 0:
                bad.append(f"{name}, {command[0]}: exit {done.returncode}: {done.stderr[-200:]}")
    return len(cases) * 4, bad


def limit_by_groups(_folder: Path) -> Count:
    """Put a process into control groups of its own, one in the other: the tightest limit of both is the one it is told of."""
    bad, cases = [], [(1.5, None, 1.5), (1.5, 0.5, 0.5), (0.5, 1.5, 0.5), (None, 0.75, 0.75), (None, None, None)]
    outer = next(folder for folder in group_folders("cpu") if folder.is_dir()) / f"advise-endurance-{os.getpid()}"
    inner = outer / "inner"
    inner.mkdir(parents=True)
    try:
        if not (inner / "cpu.cfs_quota_us").exists() and not (inner / "cpu.max").exists():
            for folder in (outer.parent, outer):
                (folder / "cgroup.subtree_control").write_text("+cpu")
        for outer_limit, inner_limit, tightest in cases:
            for folder in (inner, outer):
                limit_group(folder, None)  # version 1 refuses an outer limit below the inner one
            limit_group(outer, outer_limit)
            with contextlib.suppress(OSError):
                limit_group(inner, inner_limit)
            script = "import os, sys; open(sys.argv[1], 'w').write(str(os.getpid())); from probes.machine import system; print(system.cpu_quota())"
            told = subprocess.run(
                [sys.executable, "-c", script, str(inner / "cgroup.procs")],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            if told.stdout.strip() != str(tightest):
                bad.append(f"{outer_limit} outside, {inner_limit} inside: {told.stdout.strip()} {told.stderr[-200:]}")
    finally:
        inner.rmdir()
        outer.rmdir()
    return len(cases), bad


def limit_group(folder: Path, cores: float | None) -> None:
    """Limit a control group, of version 1 or 2, to so many processors; None lifts the limit."""
    if (folder / "cpu.cfs_quota_us").exists():
        (folder / "cpu.cfs_quota_us").write_text(str(-1 if cores is None else int(cores * 100_000)))
    else:
        (folder / "cpu.max").write_text("max 100000" if cores is None else f"{int(cores * 100_000)} 100000")


def can_make_groups() -> bool:
    """Return whether this user may make control groups that limit processors."""
    return any(folder.is_dir() and os.access(folder, os.W_OK) for folder in group_folders("cpu"))


def parts(options: argparse.Namespace, folder: Path) -> Iterator[tuple[str, int, Callable[[], Count]]]:
    """Yield the parts: name, count, and what does it."""
    dice = random.Random(options.seed)
    yield "kills", options.kills, lambda: kill_at_random(folder, options.kills, dice)
    yield "kills at every step", options.kills, lambda: kill_at_every_step(folder, max(options.kills, 1))
    yield "writers", options.writers, lambda: write_together(folder, options.writers, options.commits)
    yield "full disk", options.disk_steps, lambda: fill_disk(folder, options.disk_steps)
    yield "evil children", options.evil, lambda: run_evil_children(folder, options.evil)
    yield "signals", options.signals, lambda: signal_questionnaires(folder, options.signals, dice)
    yield "strange users", int(os.geteuid() == 0), lambda: answer_as_stranger(folder, options.python)
    yield "quotas", int(can_make_groups()), lambda: limit_by_groups(folder)


def main() -> int:
    """Do every part, print the counts, and return 1 where anything was bad."""
    parser = argparse.ArgumentParser(description="The promises of SECURITY.md at the counts of a release.")
    for name, count in (
        ("kills", 500),
        ("writers", 32),
        ("commits", 200),
        ("disk-steps", 64),
        ("signals", 60),
        ("evil", 1),
    ):
        parser.add_argument(f"--{name}", type=int, default=count)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--python", default=sys.executable, help="for strange users: an interpreter everybody may start"
    )
    parser.add_argument("--only")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="advise-endurance-"))
    folder.chmod(0o755)
    failed = False
    try:
        for name, count, work in parts(options, folder):
            if options.only not in (None, name):
                continue
            if count == 0:
                print(
                    f"{name:24} left out" + (" (needs root)" if name in ("strange users", "quotas") else ""), flush=True
                )
                continue
            begin = time.monotonic()
            tried, bad = work()
            failed |= bool(bad)
            print(f"{name:24} {tried:6} tried, {len(bad)} bad, {time.monotonic() - begin:.0f} s", flush=True)
            for line in bad[:10]:
                print(f"    {line}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"seed {options.seed}, Python {sys.version.split()[0]}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
