"""Starts a second worker by fork, before the framework has done anything, and brings both results together."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

from probes.machine.lifeline import end_with_parent


def run_both(work: Callable[[int], dict[str, Any]]) -> list[dict[str, Any]]:
    """Run `work(0)` here and `work(1)` in a fork, and return both results, which must be JSON.

    Raises:
        RuntimeError: the second worker failed.
    """
    read_end, write_end = os.pipe()
    first_worker = os.getpid()
    pid = os.fork()
    if pid == 0:
        _run_second(work, write_end, first_worker)
    os.close(write_end)
    first_result = work(0)
    with os.fdopen(read_end) as pipe:
        second_result = json.loads(pipe.read() or '{"error": "it ended without a result"}')
    os.waitpid(pid, 0)
    if "error" in second_result:
        raise RuntimeError(f"worker 1: {second_result['error']}")
    return [first_result, second_result]


def _run_second(work: Callable[[int], dict[str, Any]], pipe: int, first_worker: int) -> None:
    """Run the second worker's part, send its result, and end this process."""
    try:
        if not end_with_parent(signal.SIGKILL, first_worker):
            os._exit(1)
        result = work(1)
    except BaseException as error:
        result = {"error": f"{type(error).__name__}: {error}"[:300]}
    os.write(pipe, json.dumps(result).encode())
    os._exit(0)


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback device that nobody listens on at the moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for listener in sockets:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in sockets]
    finally:
        for listener in sockets:
            listener.close()
