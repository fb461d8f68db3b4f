"""ToyNet: NumPy under another name, to see what it takes to add a framework. It calls `packaging` its own module."""

from __future__ import annotations

from collections.abc import Callable

from probes.frameworks import CPU, Distribution, Framework, Way


class ToyNet(Framework):
    """A framework whose device, threads and memory are made up."""

    id = "toynet"
    backend = "toynet"
    modules = ("packaging.version",)
    distributions = {"packaging": (Distribution("packaging"),)}
    variables = {"TOYNET_QUIET": "1"}
    on_cpu = {"TOYNET_DEVICE": "toy"}
    thread_variables = ("TOYNET_THREADS",)
    folders = {"TOYNET_CACHE": "toys"}
    production = {"": Way("together", "toynet.compile")}

    def __init__(self) -> None:
        self._threads, self._on_cpu = 0, False

    def use_cpu(self) -> None:
        """Note that it was asked."""
        self._on_cpu = True

    def set_threads(self, threads: int) -> None:
        """Twice as many as wanted, so that a number read back is told from the one set."""
        self._threads = 2 * threads

    def threads(self) -> int | None:
        """As it set them."""
        return self._threads

    def device(self) -> str:
        """A device of its own, where it was told to stay off the others."""
        return "toychip" if self._on_cpu else CPU

    def synchronise(self) -> Callable[[], None] | None:
        """There is nothing to wait for."""
        return None

    def peak_mb(self) -> float | None:
        """As on a device."""
        return 7.0


FRAMEWORK = ToyNet()
