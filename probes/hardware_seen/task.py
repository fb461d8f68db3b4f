"""The accelerators of the machine by the word of the system, and the comparison with what a framework sees."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probes.child.subcall import blocked_modules, call_in_process
from probes.frameworks import all_frameworks
from probes.machine.accelerator import HIDDEN

DEADLINE_SECONDS = 30.0
HIDING = (*HIDDEN, *(name for framework in all_frameworks().values() for name in framework.on_cpu))
"""Environment variables that hide devices from a framework."""
NVIDIA, AMD = Path("/proc/driver/nvidia/gpus"), Path("/sys/class/kfd/kfd/topology/nodes")


@dataclass(frozen=True)
class Task:
    """How many accelerators the machine has."""

    present: int

    def measure(self, module: str) -> dict[str, Any]:
        """Ask `list_devices()` of a module, which returns the kind of every device and what the build was made for.

        Raises:
            RuntimeError: the framework could not list its devices.
        """
        answer = call_in_process(
            f"{module}:list_devices", {}, DEADLINE_SECONDS, blocked_modules(), dict.fromkeys(HIDING)
        )
        if answer.error:
            raise RuntimeError(f"{answer.error}: {answer.why}")
        kinds = sorted(str(kind).lower() for kind in answer.value["devices"])
        accelerators_seen = sum(kind != "cpu" for kind in kinds)
        return {
            "seen": share_word(accelerators_seen, self.present),
            "accelerators_present": self.present,
            "accelerators_seen": accelerators_seen,
            "devices": ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)),
            "built_for": answer.value["built_for"],
        }


def share_word(count_seen: int, count_present: int) -> str:
    """Return in a word whether all, some or none of the accelerators are seen."""
    if not count_present:
        return "nothing-to-see" if not count_seen else "all"
    return "all" if count_seen >= count_present else "some" if count_seen else "none"


def count_accelerators() -> int:
    """Return how many accelerators the system has: NVIDIA, AMD, or the one inside an Apple processor."""
    nvidia = len(list(NVIDIA.iterdir())) if NVIDIA.is_dir() else 0
    amd = (
        sum("\nsimd_count 0\n" not in f"\n{_read_properties(node / 'properties')}" for node in AMD.iterdir())
        if AMD.is_dir()
        else 0
    )
    return nvidia + amd + int(sys.platform == "darwin" and platform.machine() == "arm64")


def _read_properties(file: Path) -> str:
    """Return the properties of an AMD node; those of a CPU where they cannot be read."""
    try:
        return file.read_text()
    except OSError:
        return "simd_count 0\n"


def make() -> Task:
    """Return the task on this machine."""
    return Task(count_accelerators())
