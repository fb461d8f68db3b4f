"""Calls one function of a probe in a further process, with other imports and a deadline of its own; killed when late."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TAIL_BYTES = 4096


@dataclass(frozen=True)
class Answer:
    """The result of a call.

    `value` is what the function returned, as JSON; `error` is empty, or the type of what was raised, "Timeout", or
    the name of the signal that ended the process; `why` is its message; `ended_itself` says that the process ended by itself.
    """

    value: Any = None
    error: str = ""
    why: str = ""
    seconds: float = 0.0
    ended_itself: bool = True


class Call:
    """A call that has been started.

    Args:
        function: "package.module:function"; its packages must be loaded here already.
        arguments: keyword arguments, as JSON.
        blocked: top-level modules whose import must fail there.
        env: variables over those of this process; None takes one away.
        normal_exit: leave through the interpreter's own exit, so that a framework's exit handlers run.
    """

    def __init__(
        self,
        function: str,
        arguments: Mapping[str, Any],
        blocked: Sequence[str] = (),
        env: Mapping[str, str | None] | None = None,
        normal_exit: bool = False,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="subcall-", dir=Path.cwd()))
        package = function.split(":")[0].rpartition(".")[0]
        folder_by_package = {package: str(Path(str(sys.modules[package].__file__)).parent)}
        order: dict[str, Any] = {"function": function, "arguments": dict(arguments), "blocked": list(blocked)}
        order |= {"packages": folder_by_package, "normal_exit": normal_exit}
        (self.folder / "order.json").write_text(json.dumps(order))
        self._begin = time.monotonic()
        self.waited_seconds = 0.0  # in `wait_for_answer` until the process ended
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-P", str(Path(__file__)), str(self.folder), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={name: value for name, value in {**os.environ, **(env or {})}.items() if value is not None},
            )

    def wait_for_answer(self, seconds: float) -> Answer:
        """Wait for the answer for at most `seconds`, then kill the process and its descendants if it is still running."""
        error, begin = "", time.monotonic()
        try:
            status = self.process.wait(seconds)
            if status < 0:
                error = signal.Signals(-status).name
        except subprocess.TimeoutExpired:
            error = "Timeout"
        self.waited_seconds = time.monotonic() - begin
        self.end()
        passed, ended_itself = time.monotonic() - self._begin, error != "Timeout"
        result_file = self.folder / "result.json"
        if result_file.exists() and (not error or not ended_itself):
            return Answer(**json.loads(result_file.read_text()), seconds=passed, ended_itself=ended_itself)
        why = self._last_output_line() if ended_itself else f"no answer within {seconds:g} s"
        return Answer(error=error or "NoAnswer", why=why, seconds=passed, ended_itself=ended_itself)

    def end(self) -> None:
        """Kill the process and its descendants, as long as it has not ended by itself.

        Once it has ended, nothing is killed: its descendants can no longer be told from other processes.
        """
        from probes.machine import processes

        def living_descendants() -> set[int]:
            """Return the ids of the process and its descendants that are alive; none once the process itself has ended."""
            if self.process.poll() is not None:
                return set()
            processes_by_pid = processes.list_processes()
            return {
                pid
                for pid in processes.descendants({self.process.pid}, processes_by_pid)
                if not processes_by_pid[pid].zombie
            }

        processes.end_all(living_descendants)

    def _last_output_line(self) -> str:
        """Return the last line of the process's output."""
        text = (self.folder / "output").read_bytes()[-TAIL_BYTES:].decode(errors="replace")
        return next((line.strip()[:200] for line in reversed(text.splitlines()) if line.strip()), "")


def call_in_process(
    function: str,
    arguments: Mapping[str, Any],
    seconds: float,
    blocked: Sequence[str] = (),
    env: Mapping[str, str | None] | None = None,
) -> Answer:
    """Call a function in a process of its own and wait for its answer; see `Call` for the arguments."""
    return Call(function, arguments, blocked, env).wait_for_answer(seconds)


class Patience:
    """Seconds that several calls share."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def at_most(self, seconds: float) -> float:
        """Return the seconds for the next call: `seconds`, or what is left of the whole."""
        return max(0.1, min(seconds, self._until - time.monotonic()))


def blocked_modules() -> list[str]:
    """Return the modules that may not be imported in this process, to be blocked in another one too."""
    return [name for name, module in sys.modules.items() if module is None]


def _run_order(folder: Path, parent: int) -> None:
    """Run the function that the order file names, and write its result."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from probes.child.main import load_package
    from probes.machine.lifeline import end_with_parent

    sys.path.pop(0)
    if not end_with_parent(signal.SIGKILL, parent):
        os._exit(1)
    order = json.loads((folder / "order.json").read_text())
    for name, package_folder in order["packages"].items():
        if name not in sys.modules:
            load_package(name, Path(package_folder))
    for name in order["blocked"]:
        sys.modules[name] = None  # type: ignore[assignment]  # an import of it now raises ImportError
    module, _, function = order["function"].partition(":")
    try:
        result = {"value": getattr(importlib.import_module(module), function)(**order["arguments"])}
    except (Exception, SystemExit) as error:
        result = {"error": type(error).__name__, "why": " ".join(str(error).split())[:300]}
    (folder / "new.json").write_text(json.dumps(result))
    (folder / "new.json").replace(folder / "result.json")
    if order["normal_exit"]:
        return
    # Leave without the frameworks' own teardown, which may hang or crash after the work is done.
    os._exit(0)


if __name__ == "__main__":
    _run_order(Path(sys.argv[1]), int(sys.argv[2]))
