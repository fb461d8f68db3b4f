"""One child process, started, watched and ended: deadlines, memory, output, and no orphan left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import site
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from probes.boundary import MAX_RUN_BYTES, BadRun
from probes.machine import processes
from probes.machine.scratch import ScratchFolder
from probes.messages import parse_message
from probes.parent.private_names import without_private_names
from probes.plain_text import plain_text
from probes.run import Outcome

CHILD = Path(__file__).parents[1] / "child" / "main.py"
PASSED = ("PATH", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "SYSTEMROOT", "TZ", "CXX",
          # on some CPUs OpenBLAS gives wrong results without these
          "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE",
          "LC_ALL", "LC_CTYPE", "LC_COLLATE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME")  # fmt: skip
UNBUFFERED = {"PYTHONUNBUFFERED": "1"}
HEAP = {"MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "1073741824", "MALLOC_TOP_PAD_": "67108864"}
"""glibc's heap as it comes to be in a long job. Left alone, a young process may give memory back after every step and map it
anew: PyTorch's convolutions then take up to a quarter longer, in some processes and not in others (seen with glibc 2.36)."""

DEADLINES = {"start": 30.0, "import": 60.0, "build": 60.0, "first_step": 180.0, "gate": 60.0, "steps": 60.0,
             "measure": 90.0, "total": 420.0}  # fmt: skip
SCAN_SECONDS = 1.0
GRACE_SECONDS = 1.0
TAIL_BYTES = 8_192
MAX_RESULT_BYTES = 16_000_000
MAX_PROCESSES = 512
WAITING = "waiting"
"""The phase of a child that has imported its framework and waits for its turn (`probes.child.main`)."""


@dataclass(frozen=True)
class Order:
    """What one child is to do, and under which limits.

    `on_begin` is called when its time begins to count, and what it returns stands in the ending; `spec` is what child/main.py
    reads; `memory_bytes` (0: no limit) and `until`, on the monotonic clock, are its limits; `folders` are variables that name a
    place below its own folder.
    """

    on_begin: Callable[[], Any]
    spec: dict[str, Any]
    environment: dict[str, str]
    python: str = sys.executable
    deadlines: dict[str, float] = field(default_factory=dict)
    memory_bytes: int = 0
    until: float = float("inf")
    folders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ending:
    """How a child ended: what its order's `on_begin` returned, its messages, its last phase, and the outcome of the parts it did not
    report on.

    Each message says under `at` how many seconds after the start it came; `seconds` and `cpu_seconds` count from the start too.
    A child that waits for its turn starts with its turn; `import_seconds` went by before that, the waiting left out.
    """

    begun: Any
    messages: list[dict[str, Any]]
    phase: str
    outcome: Outcome
    why: str
    seconds: float
    cpu_seconds: float
    import_seconds: float = 0.0


def child_environment(
    folder: Path, extra: Mapping[str, str], folders: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the whole environment of a child: an allow-list, its own folder and `folders` below it, and `extra`."""
    inherited = {name: value for name, value in os.environ.items() if name in PASSED}
    private_folders = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME"), str(folder))
    private_folders |= {name: str(folder / below) for name, below in (folders or {}).items()}
    if site.ENABLE_USER_SITE:
        private_folders["PYTHONUSERBASE"] = site.getuserbase()  # it would move along with HOME
    return {**inherited, **private_folders, **UNBUFFERED, **HEAP, **extra}


class Child:
    """One running child process; `in_turn` has it wait, once its framework is imported, until it is given its turn."""

    def __init__(self, order: Order, *, in_turn: bool = False) -> None:
        self.order = order
        self.in_turn, self.has_turn = in_turn, not in_turn
        self.begun: Any = None
        self._import_seconds, self._import_cpu_seconds = 0.0, 0.0
        self.messages: list[dict[str, Any]] = []
        self.phase = "start"
        self._verdict: tuple[Outcome, str] | None = None
        self._deadlines = DEADLINES | order.deadlines
        self._text, self._tail, self._received_bytes, self._scanned = b"", b"", 0, 0.0
        self._children_seconds_before = _children_seconds()
        self._scratch = ScratchFolder()
        self._folder = self._scratch.path
        self._start()

    def _start(self) -> None:
        """Start the process, with pipes for its result, its output and its lifeline."""
        result_read_end, result_write_end = os.pipe()
        lifeline_read_end, self._lifeline = os.pipe()
        output_read_end, output_write_end = os.pipe()
        turn_read_end: int | None = None
        self._turn: int | None = None
        if self.in_turn:
            turn_read_end, self._turn = os.pipe()
        pipes = {"result": result_write_end, "lifeline": lifeline_read_end, "turn": turn_read_end}
        passed = [end for end in pipes.values() if end is not None]
        spec = self.order.spec | pipes | {"parent": os.getpid()}
        if not self.in_turn:
            self.begun = self.order.on_begin()
        self.begin = self._entered = time.monotonic()
        try:
            self._process = subprocess.Popen(
                [self.order.python, "-P", "-X", "faulthandler", str(CHILD), json.dumps(spec)],
                stdin=subprocess.DEVNULL,
                stdout=output_write_end,
                stderr=output_write_end,
                cwd=self._folder,
                env=child_environment(self._folder, self.order.environment, self.order.folders),
                pass_fds=passed,
                start_new_session=True,
            )
        finally:
            for end in (*passed, output_write_end):
                os.close(end)
        self.pid = self._process.pid
        self.pipes = {result_read_end: self._on_result, output_read_end: self._on_output}
        for pipe in self.pipes:
            os.set_blocking(pipe, False)
        self._handle = os.pidfd_open(self.pid) if hasattr(os, "pidfd_open") else None

    @property
    def waits(self) -> bool:
        """Whether it has imported its framework and waits for its turn."""
        return self.phase == WAITING and not self.has_turn

    def give_turn(self) -> None:
        """Have a child that waits go on. What it used and took until now is no longer counted as its own."""
        assert self._turn is not None
        self._import_seconds = self._entered - self.begin
        self.has_turn, self.begun = True, self.order.on_begin()
        self._children_seconds_before = _children_seconds() + self._import_cpu_seconds
        self.begin = self._entered = time.monotonic()
        with contextlib.suppress(BrokenPipeError):
            os.write(self._turn, b"!")

    def watched_descriptors(self) -> list[int]:
        """Return the descriptors that wake the parent: both pipes and the end of the process."""
        return [*self.pipes, *([self._handle] if self._handle is not None else [])]

    def check_state(self, known: set[int]) -> bool:
        """Read what has arrived and check every limit; return whether the child is to be finished."""
        self._read_pipes()
        if self._process.poll() is None and self._verdict is None:
            self._verdict = self._check_budget() or (
                None if self.waits else self._check_time() or self._check_memory(known)
            )
        return self._process.poll() is not None or self._verdict is not None

    def finish(self, others: set[int]) -> Ending:
        """End what is left of the child and return how it ended."""
        exit_code = self._process.poll()
        self.kill(others, GRACE_SECONDS if time.monotonic() < self.order.until else 0.0)
        outcome, why = self._verdict or self._outcome_of_exit(exit_code)
        seconds, cpu_seconds = time.monotonic() - self.begin, _children_seconds() - self._children_seconds_before
        begun = self.begun if self.has_turn else self.order.on_begin()  # it ended before its turn
        return Ending(begun, self.messages, self.phase, outcome, why, seconds, cpu_seconds, self._import_seconds)

    def kill(self, others: set[int], grace: float) -> None:
        """End the process, its group, its descendants and those that left the group; `others` are left alone."""
        if self._process.poll() is None and grace > 0:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace)
        os.close(self._lifeline)  # the guard ends the group
        if self._turn is not None:
            os.close(self._turn)
        processes.end_all(lambda: self._living_processes(others))
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(processes.KILL_SECONDS)
        self._read_pipes()
        for descriptor in self.watched_descriptors():
            os.close(descriptor)
        self._scratch.remove()

    def _living_processes(self, others: set[int]) -> set[int]:
        """Return the ids of its living processes: descendants, its session, and orphans adopted from it."""
        root = {self.pid} if self._process.poll() is None else set[int]()  # a reaped id may be anybody's
        processes_by_pid = processes.list_processes()
        orphans = processes.adopted_orphans(processes_by_pid, others | {self.pid})
        processes.reap(pid for pid in orphans if processes_by_pid[pid].zombie)
        session = {process.pid for process in processes_by_pid.values() if process.session == self.pid}
        remaining = processes.descendants({*root, *orphans, *session}, processes_by_pid)
        return {pid for pid in remaining if not processes_by_pid[pid].zombie}

    def _check_budget(self) -> tuple[Outcome, str] | None:
        """Return the outcome of a child that is still there when the time budget is spent; None where it is not."""
        if time.monotonic() >= self.order.until:
            return Outcome.CANCELLED, f"the time budget was spent in phase {self.phase}"
        return None

    def _check_time(self) -> tuple[Outcome, str] | None:
        """Return the outcome of a child that exceeds its time; None where it does not."""
        now = time.monotonic()
        limit_seconds = self._deadlines.get(self.phase, self._deadlines["total"])
        if now - self._entered > limit_seconds:
            return Outcome.TIMEOUT, f"in phase {self.phase} after {limit_seconds:g} s"
        if now - self.begin > self._deadlines["total"]:
            return Outcome.TIMEOUT, f"in phase {self.phase}: {self._deadlines['total']:g} s in all"
        return None

    def _check_memory(self, known: set[int]) -> tuple[Outcome, str] | None:
        """Return the outcome of a child that exceeds its memory: itself at each look, the whole tree once a second."""
        held_bytes = processes.resident_bytes(self.pid)
        now = time.monotonic()
        if now - self._scanned >= SCAN_SECONDS:
            self._scanned = now
            processes_by_pid = processes.list_processes()
            tree = processes.descendants(
                {self.pid, *processes.adopted_orphans(processes_by_pid, known)}, processes_by_pid
            )
            held_bytes = sum(processes_by_pid[pid].resident_bytes for pid in tree)
            if len(tree) > MAX_PROCESSES:
                return Outcome.KILLED, f"more than {MAX_PROCESSES} processes in phase {self.phase}"
        if self.order.memory_bytes and held_bytes > self.order.memory_bytes:
            allowed_mib = self.order.memory_bytes // 2**20
            return Outcome.OOM, f"{held_bytes // 2**20} MiB resident in phase {self.phase}, {allowed_mib} MiB allowed"
        return None

    def _outcome_of_exit(self, status: int | None) -> tuple[Outcome, str]:
        """Return the outcome of the parts without a result, from the exit status."""
        if any(message["event"] == "end" for message in self.messages) and status == 0:
            return Outcome.BAD_OUTPUT, "no result for this part"
        importing = self.phase in ("start", "import")
        if status is not None and status < 0:
            name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
            hint = " (nobody here sent it: perhaps the system ran out of memory)" if name == "SIGKILL" else ""
            outcome = Outcome.IMPORT_CRASH if importing and name != "SIGKILL" else Outcome.KILLED
            return outcome, f"{name} in phase {self.phase}{hint}"
        if importing and status:
            return Outcome.IMPORT_CRASH, f"exit status {status} in phase {self.phase}{self._last_output_line()}"
        return (
            Outcome.BAD_OUTPUT,
            f"exit status {status} in phase {self.phase} without a result{self._last_output_line()}",
        )

    def _last_output_line(self) -> str:
        """Return the last line of the child's output, for a message."""
        lines = [line for line in self._tail.decode(errors="replace").splitlines() if line.strip()]
        return f": {plain_text(without_private_names(lines[-1]), 160)}" if lines else ""

    def _read_pipes(self) -> None:
        """Read what has arrived in the pipes."""
        for pipe, receive in list(self.pipes.items()):
            with contextlib.suppress(BlockingIOError):
                for _ in range(64):
                    received = os.read(pipe, 65_536)
                    receive(received)
                    if not received:
                        os.close(pipe)
                        del self.pipes[pipe]
                        break

    def _on_output(self, received: bytes) -> None:
        """Keep the end of the child's output."""
        self._tail = (self._tail + received)[-TAIL_BYTES:]

    def _on_result(self, received: bytes) -> None:
        """Take in what came from the result pipe, message by message."""
        self._received_bytes += len(received)
        *lines, self._text = (self._text + received).split(b"\n")
        try:
            if self._received_bytes > MAX_RESULT_BYTES or len(self._text) > MAX_RUN_BYTES:
                raise BadRun(f"more than {MAX_RUN_BYTES} bytes in a line or {MAX_RESULT_BYTES} in all")
            for message in filter(None, map(parse_message, lines)):
                self._receive(message)
        except BadRun as error:
            self._verdict = self._verdict or (Outcome.BAD_OUTPUT, f"on the result pipe: {plain_text(error, 160)}")

    def _receive(self, message: dict[str, Any]) -> None:
        """Take in one message: a phase, or something for the results."""
        if message["event"] == "phase":
            self.phase, self._entered = plain_text(message["phase"], 20), time.monotonic()
            if self.waits:
                self._import_cpu_seconds = message.get("cpu_seconds", 0.0)
        else:
            self.messages.append(message | {"at": time.monotonic() - self.begin})


def _children_seconds() -> float:
    """Return the CPU seconds of all children that have been waited for."""
    times = os.times()
    return times.children_user + times.children_system
