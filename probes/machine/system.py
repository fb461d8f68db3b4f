"""Facts about this machine, from an allow-list: never names, addresses, paths or serial numbers."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from probes.plain_text import plain_text

CPU_FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "amx_bf16", "asimd", "sve")
CGROUP = Path("/sys/fs/cgroup")
PRESSURE = Path("/proc/pressure/cpu")
DRIVER = Path("/proc/driver/nvidia/gpus")
UNLIMITED = 2**60


def machine_facts(python: str = sys.executable) -> dict[str, Any]:
    """Return what a measurement depends on: system, processor, cores, memory in MiB, GPUs, Python version."""
    quota = cpu_quota()
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
        "gpus": gpu_names(),
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
    """Return how many processors a control group allows (version 2 or 1); None without a limit."""
    quota_and_period = _read_text(CGROUP / "cpu.max").split()
    if len(quota_and_period) == 2 and quota_and_period[0].isdigit():
        return int(quota_and_period[0]) / int(quota_and_period[1])
    for folder in (CGROUP / "cpu", CGROUP / "cpu,cpuacct"):
        quota, period = _read_integer(folder / "cpu.cfs_quota_us"), _read_integer(folder / "cpu.cfs_period_us")
        if quota > 0 and period > 0:
            return quota / period
    return None


def memory_limit() -> int:
    """Return the memory a process can use, in bytes: of the machine or of its control group, the smaller."""
    machine_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else UNLIMITED
    group_files = (CGROUP / "memory.max", CGROUP / "memory" / "memory.limit_in_bytes")
    limits = [limit for limit in map(_read_integer, group_files) if 0 < limit < UNLIMITED]
    return min([machine_bytes, *limits])


def available_memory() -> int:
    """Return the memory that is free at the moment, in bytes: of the machine or of its control group, the smaller."""
    free = [UNLIMITED]
    for line in _read_text(Path("/proc/meminfo")).splitlines():
        if line.startswith("MemAvailable:"):
            free.append(int(line.split()[1]) * 1024)
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        if 0 < _read_integer(CGROUP / limit) < UNLIMITED:
            free.append(max(0, _read_integer(CGROUP / limit) - _read_integer(CGROUP / used)))
    least = min(free)
    return least if least < UNLIMITED else memory_limit()


def cpu_model() -> str:
    """Return the processor's name."""
    return _cpuinfo_field("model name") or platform.processor() or "unknown"


def cpu_flags() -> list[str]:
    """Return the vector extensions that change how fast a framework is."""
    flags = set((_cpuinfo_field("flags") or _cpuinfo_field("Features")).split())
    return [flag for flag in CPU_FLAGS if flag in flags]


def gpu_names() -> list[str]:
    """Return the names of NVIDIA devices: from the driver's files, else from nvidia-smi if there is one."""
    names = []
    for file in sorted(DRIVER.glob("*/information")):
        names += [line.split(":", 1)[1].strip() for line in _read_text(file).splitlines() if line.startswith("Model:")]
    if not names and (tool := shutil.which("nvidia-smi")):
        command = [tool, "--query-gpu=name", "--format=csv,noheader"]
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            names = [line.strip() for line in _run_program(command, 5).splitlines() if line.strip()]
    return [plain_text(name, 80) for name in names[:16]]


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
    """Return the seconds this control group was held back by its CPU quota (version 2 or 1); None where not counted."""
    for file, unit in ((CGROUP / "cpu.stat", 1e6), (CGROUP / "cpu" / "cpu.stat", 1e9)):
        for line in _read_text(file).splitlines():
            name, _, value = line.partition(" ")
            if name in ("throttled_usec", "throttled_time") and value.isdigit():
                return int(value) / unit
    return None


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
