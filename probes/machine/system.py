"""Facts about this machine, from an allow-list: never names, addresses, paths or serial numbers."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from probes.machine.control_groups import group_folders
from probes.machine.gpus import granted_gpus
from probes.plain_text import plain_text

MEMORY_SHARE = 0.6
"""Of the memory there is, for a child."""
FREE_SHARE = 0.9
"""Of what is free when a session begins."""
CPU_FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "amx_bf16", "asimd", "sve")
PRESSURE = Path("/proc/pressure/cpu")
UNLIMITED = 2**60
THROTTLED = {"throttled_usec": 1e6, "throttled_time": 1e9}
"""What versions 2 and 1 call the time a group was held back, and its unit per second."""


def machine_facts(python: str = sys.executable) -> dict[str, Any]:
    """Return what a measurement depends on: system, processor, cores, memory in MiB, GPUs granted, Python version."""
    quota, gpus = cpu_quota(), granted_gpus()
    return {
        "os": f"{platform.system()} {platform.release()}",
        "arch": platform.machine(),
        "cpu": cpu_model(),
        "cpu_flags": cpu_flags(),
        "logical_cores": os.cpu_count() or 1,
        "usable_cores": len(usable_cpus()),
        "physical_cores": len(first_cpu_per_core(usable_cpus())),
        "cpu_quota": "none" if quota is None else round(quota, 2),
        "memory_mb": memory_limit() // 2**20,
        "gpus": [gpu.name for gpu in gpus],
        "gpu_memory_mb": [gpu.memory_mb for gpu in gpus],
        "python": python_version(python),
    }


def python_version(python: str = sys.executable) -> str:
    """Return the version of an interpreter; "unknown" where it does not answer."""
    if python == sys.executable:
        return platform.python_version()
    command = [python, "-I", "-c", "import platform; print(platform.python_version())"]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return plain_text(_run_program(command, 10), 20)
    return "unknown"


def usable_cpus() -> list[int]:
    """Return the logical processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def first_cpu_per_core(cpus: Iterable[int]) -> list[int]:
    """Return the first logical processor of each physical core."""
    cpu_by_core: dict[object, int] = {}
    for cpu in cpus:
        topology = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology")
        core = _read_text(topology / "physical_package_id"), _read_text(topology / "core_id")
        cpu_by_core.setdefault(core if all(core) else cpu, cpu)
    return sorted(cpu_by_core.values())


def worker_cpus() -> list[int]:
    """Return the processors every candidate gets: one per physical core, no more than the quota allows."""
    cores = first_cpu_per_core(usable_cpus())
    quota = cpu_quota()
    return cores[: max(1, int(quota))] if quota is not None else cores


def cpu_quota() -> float | None:
    """Return how many processors the control groups of this process allow, the tightest of them; None without a limit."""
    quotas = [quota for folder in group_folders("cpu") if (quota := _quota_of_group(folder)) is not None]
    return min(quotas, default=None)


def _quota_of_group(folder: Path) -> float | None:
    """Return how many processors one control group allows (version 2 or 1); None without a limit."""
    quota_and_period = _read_text(folder / "cpu.max").split()
    if len(quota_and_period) == 2 and all(number.isdigit() for number in quota_and_period):
        return int(quota_and_period[0]) / int(quota_and_period[1])
    quota, period = _read_integer(folder / "cpu.cfs_quota_us"), _read_integer(folder / "cpu.cfs_period_us")
    return quota / period if quota > 0 and period > 0 else None


def most_memory_of_a_child() -> int:
    """Return the bytes a child may hold: beyond them the system would end whatever it chooses."""
    return int(min(MEMORY_SHARE * memory_limit(), FREE_SHARE * available_memory()))


def memory_limit() -> int:
    """Return the memory a process can use, in bytes: of the machine or of its tightest control group, the smaller."""
    machine_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else UNLIMITED
    return min([machine_bytes, *(limit for limit, _ in _memory_of_groups())])


def available_memory() -> int:
    """Return the memory that is free at the moment, in bytes: of the machine or of its fullest control group, the smaller."""
    free = [UNLIMITED]
    for line in _read_text(Path("/proc/meminfo")).splitlines():
        if line.startswith("MemAvailable:"):
            free.append(int(line.split()[1]) * 1024)
    free += [max(0, limit - used) for limit, used in _memory_of_groups()]
    least = min(free)
    return least if least < UNLIMITED else memory_limit()


def _memory_of_groups() -> Iterator[tuple[int, int]]:
    """Yield limit and use in bytes of each control group of this process that limits its memory (version 2 or 1)."""
    for folder in group_folders("memory"):
        for limit_file, use_file in (
            ("memory.max", "memory.current"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        ):
            if 0 < (limit := _read_integer(folder / limit_file)) < UNLIMITED:
                yield limit, _read_integer(folder / use_file)


def cpu_model() -> str:
    """Return the processor's name."""
    return _cpuinfo_field("model name") or platform.processor() or "unknown"


def cpu_flags() -> list[str]:
    """Return the vector extensions that change how fast a framework is."""
    flags = set((_cpuinfo_field("flags") or _cpuinfo_field("Features")).split())
    return [flag for flag in CPU_FLAGS if flag in flags]


def gpu_names() -> list[str]:
    """Return the names of the NVIDIA devices granted to this process."""
    return [gpu.name for gpu in granted_gpus()]


def load_average() -> float | str:
    """Return the load average of the last minute, or "unknown"."""
    try:
        return round(os.getloadavg()[0], 2)
    except (OSError, AttributeError):
        return "unknown"


def busy_seconds() -> float | None:
    """Return the CPU seconds that all processors have been busy since the start, stolen time included."""
    seconds = _cpu_seconds()
    return sum(seconds) - seconds[3] - seconds[4] if seconds else None


def stolen_seconds() -> float | None:
    """Return the CPU seconds that the host of a virtual machine gave to others since it started."""
    seconds = _cpu_seconds()
    return seconds[7] if seconds else None


def throttled_seconds() -> float | None:
    """Return the longest that a control group of this process was held back by its quota, in seconds; None where not counted."""
    seconds = [
        int(value) / unit
        for folder in group_folders("cpu")
        for name, _, value in (line.partition(" ") for line in _read_text(folder / "cpu.stat").splitlines())
        if (unit := THROTTLED.get(name)) and value.isdigit()
    ]
    return max(seconds, default=None)


def cpu_pressure() -> float | str:
    """Return the share of the last ten seconds in which some process waited for a processor, 0 to 1, or "unknown"."""
    for field in _read_text(PRESSURE).split():
        name, _, value = field.partition("=")
        if name == "avg10":
            return round(float(value) / 100, 4)
    return "unknown"


def _cpu_seconds() -> list[float]:
    """Return the seconds of all processors by kind: user, nice, system, idle, waiting, interrupts (two), stolen; or nothing."""
    fields = _read_text(Path("/proc/stat")).split("\n", 1)[0].split()
    if fields[:1] != ["cpu"]:
        return []
    return [int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in fields[1:9]]


def _run_program(command: list[str], seconds: float) -> str:
    """Run another program and return what it prints."""
    completed = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=seconds, check=True)
    return completed.stdout


def _cpuinfo_field(field: str) -> str:
    """Return a field of /proc/cpuinfo; empty where it is missing."""
    for line in _read_text(Path("/proc/cpuinfo")).splitlines():
        name, _, value = line.partition(":")
        if name.strip() == field:
            return value.strip()
    return ""


def _read_text(path: Path) -> str:
    """Return the text of a file; empty where it cannot be read."""
    with contextlib.suppress(OSError):
        return path.read_text(errors="replace").strip()
    return ""


def _read_integer(path: Path) -> int:
    """Return the whole number in a file; 0 where there is none."""
    text = _read_text(path)
    return int(text) if text.lstrip("-").isdigit() else 0
