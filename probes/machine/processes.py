"""The process table: who descends from whom, how much memory they hold, and how to end all of them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
KILL_SECONDS = 2.0
PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """One row of the process table."""

    pid: int
    parent: int
    session: int
    resident_bytes: int
    zombie: bool


def adopt_orphans(enabled: bool) -> None:
    """Have orphaned descendants become children of this process instead of init's (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(enabled), 0, 0, 0)


def list_processes() -> dict[int, Process]:
    """Return all processes that can be seen, by id."""
    processes = _list_from_proc() if PROC.joinpath("self", "stat").exists() else _list_from_ps()
    return {process.pid: process for process in processes}


def resident_bytes(pid: int) -> int:
    """Return the resident bytes of one process; 0 when it has ended, or where reading them is expensive."""
    try:
        return int((PROC / str(pid) / "statm").read_bytes().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return 0


def descendants(roots: Iterable[int], processes_by_pid: dict[int, Process]) -> set[int]:
    """Return the ids of the roots that exist and of all processes below them.

    Args:
        roots: the ids of processes.
        processes_by_pid: the process table (see `list_processes`).
    """
    children_of: dict[int, list[int]] = {}
    for process in processes_by_pid.values():
        children_of.setdefault(process.parent, []).append(process.pid)
    tree: set[int] = set()
    to_visit = [pid for pid in roots if pid in processes_by_pid]
    while to_visit:
        pid = to_visit.pop()
        if pid not in tree:
            tree.add(pid)
            to_visit += children_of.get(pid, ())
    return tree


def adopted_orphans(processes_by_pid: dict[int, Process], own_children: set[int]) -> set[int]:
    """Return the children that came to this process as orphans.

    A measured process begins a session of its own, so whatever descends from it is in another session than ours;
    an ordinary child of this program is not. `own_children` are children that are left out.
    """
    own_pid, own_session = os.getpid(), os.getsid(0)
    return {
        process.pid
        for process in processes_by_pid.values()
        if process.parent == own_pid and process.session != own_session and process.pid not in own_children
    }


def at_home_in(folder: Path) -> set[int]:
    """Return the ids of the other processes that work below a folder, or were started with a home or temporary folder there.

    What left its parent, its group and its session is found all the same, unless it left the folder and its environment as
    well. Of the system's process table only Linux's tells; elsewhere none is found.
    """
    own_pid, pids = os.getpid(), set[int]()
    variables = {f"{name}={folder}".encode() for name in ("HOME", "TMPDIR")}
    for entry in os.scandir(PROC) if PROC.joinpath("self", "stat").exists() else ():
        with contextlib.suppress(OSError):
            if not entry.name.isdigit() or int(entry.name) == own_pid:
                continue
            directory = Path(entry.path, "cwd").readlink()
            told = variables & set(Path(entry.path, "environ").read_bytes().split(b"\0"))
            if (told or folder == directory or folder in directory.parents) and not _is_zombie(Path(entry.path)):
                pids.add(int(entry.name))
    return pids


def _is_zombie(entry: Path) -> bool:
    """Return whether a process of /proc has ended and was not waited for."""
    text = (entry / "stat").read_bytes()
    return text[text.rindex(b")") + 2 :][:1] in b"ZX"


def end_all(find_pids: Callable[[], set[int]]) -> set[int]:
    """Kill the processes that `find_pids` returns until it returns none; return those left after `KILL_SECONDS`.

    Everything is stopped before it is killed, so that nothing can fork while it is being counted.
    """
    deadline = time.monotonic() + KILL_SECONDS
    pids = find_pids()
    while pids and time.monotonic() < deadline:
        for signal_number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal_number)
        time.sleep(0.005)
        pids = find_pids()
    return pids


def reap(pids: Iterable[int]) -> None:
    """Collect adopted processes that have ended."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def _list_from_proc() -> list[Process]:
    """Return all processes as /proc lists them."""
    processes = []
    for entry in os.scandir(PROC):
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, IndexError, ValueError):
            text = Path(entry.path, "stat").read_bytes()
            state, parent, _, session, *fields = text[text.rindex(b")") + 2 :].split()
            held_bytes = int(fields[17]) * _PAGE_BYTES
            processes.append(Process(int(entry.name), int(parent), int(session), held_bytes, state in (b"Z", b"X")))
    return processes


def _list_from_ps() -> list[Process]:
    """Return all processes as `ps` lists them; the process group stands in for the session."""
    command = ["ps", "-axo", "pid=,ppid=,pgid=,rss=,stat="]
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    processes = []
    for line in text.splitlines():
        pid, parent, group, held_kib, state = line.split()[:5]
        processes.append(Process(int(pid), int(parent), int(group), int(held_kib) * 1024, state.startswith("Z")))
    return processes
