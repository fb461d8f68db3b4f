"""Can this machine measure, and can its timings be trusted? One graded state per condition; no framework is imported."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from advisor.errors import StoreError
from advisor.evidence.collect import installed_versions, is_installed
from advisor.evidence.stacks import stacks_of
from advisor.evidence.store import Store
from advisor.knowledge.pack import Pack
from advisor.text import Text
from probes.machine import system
from probes.machine.accelerator import INSTALL
from probes.machine.lock import Busy, machine_lock

Grade = Literal["ok", "warn", "missing"]
NOTHING = Text(en="-", zh="-")
GIB = 2**30
LEAST_MEMORY, LEAST_FREE, LEAST_DISK, LEAST_SHARED = 4.0, 2.0, 2.0, 0.0625
"""GiB: installed, free at the moment, free for temporary files, and shared memory for data loaders (64 MiB)."""
BUSY_LOAD, BUSY_PRESSURE = 0.5, 0.10
"""Processes per processor, and the share of time in which a process waits for one, above which timings are not reliable."""
PYTHONS = range(11, 14)


class State(Struct, frozen=True):
    """One condition: what it is now, and what to do where it is not ok.

    Attributes:
        state: ok, a warning, or missing.
        found: its present state in words.
        fix: what to do, or how to get what is missing.
    """

    name: str
    state: Grade
    found: Text
    fix: Text = NOTHING


def check_machine(pack: Pack, store: Path) -> Iterator[State]:
    """Yield the state of everything that measuring needs, frameworks first.

    Args:
        pack: for its candidates.
        store: the evidence store.
    """
    facts = system.machine_facts()
    yield from check_frameworks(pack)
    yield check_python()
    yield check_cores(facts)
    yield check_memory(facts, system.available_memory())
    yield check_shared_memory()
    yield check_load(system.load_average(), system.cpu_pressure(), facts["logical_cores"])
    yield check_lock()
    yield check_disk()
    yield check_compiler()
    yield check_gpu(facts["gpus"], pack)
    yield check_store(store)


def check_frameworks(pack: Pack) -> Iterator[State]:
    """Yield the state of each candidate: its versions, or how to install it."""
    for id in pack.measurable:
        candidate = pack.candidates[id]
        if is_installed(pack, id):
            versions = ", ".join(f"{name} {version}" for name, version in installed_versions(candidate.modules).items())
            yield State(id, "ok", _untranslated(versions))
        else:
            missed: Grade = "missing" if id in pack.in_scope else "ok"
            yield State(id, missed, Text(en="not installed", zh="未安装"), _untranslated(candidate.install))


def check_python() -> State:
    """Return whether this Python is one that every framework has wheels for."""
    fine = sys.version_info.minor in PYTHONS
    fix = Text(en="TensorFlow has wheels for 3.11 to 3.13", zh="TensorFlow 仅提供 3.11 至 3.13 的安装包")
    return _graded_state("Python", fine, _untranslated(f"3.{sys.version_info.minor}"), fix)


def check_cores(facts: Mapping[str, Any]) -> State:
    """Return the usable processors, and whether a container's quota is below them."""
    usable, logical, physical, quota = (
        facts[name] for name in ("usable_cores", "logical_cores", "physical_cores", "cpu_quota")
    )
    limited = isinstance(quota, int | float)
    text = Text(
        en=f"{usable} usable of {logical}, {physical} physical" + (f", quota {quota:g}" if limited else ""),
        zh=f"可用 {usable} 个，共 {logical} 个，物理核 {physical} 个" + (f"，配额 {quota:g}" if limited else ""),
    )
    fix = Text(
        en="the CPU quota is below the usable cores: processes are held back in the middle of a timing",
        zh="CPU 配额低于可用核数：计时过程中进程会被限流",
    )
    return _graded_state("cores", not limited or quota >= usable, text, fix)


def check_memory(facts: Mapping[str, Any], free: int) -> State:
    """Return the total and the free memory, and whether they suffice to measure."""
    total = facts["memory_mb"] / 1024
    text = Text(en=f"{total:.1f} GiB, {free / GIB:.1f} free", zh=f"{total:.1f} GiB，空闲 {free / GIB:.1f}")
    if total < LEAST_MEMORY:
        return State(
            "memory", "warn", text, Text(en="4 GiB are needed to measure every stack", zh="实测全部技术栈需 4 GiB")
        )
    fix = Text(en="close other programs: a stack needs up to 2 GiB", zh="请关闭其他程序：单个技术栈最多需 2 GiB")
    return _graded_state("memory", free / GIB >= LEAST_FREE, text, fix)


def check_shared_memory(place: Path = Path("/dev/shm")) -> State:
    """Return the free shared memory, which data loaders of several processes need."""
    if not place.exists():
        return State("shared memory", "ok", Text(en="not used on this system", zh="本系统不使用"))
    free = shutil.disk_usage(place).free / GIB
    fix = Text(
        en="data loaders with workers need more (containers: --shm-size)",
        zh="多进程数据加载需要更多（容器可用 --shm-size）",
    )
    return _graded_state("shared memory", free > LEAST_SHARED, _untranslated(f"{free:.2g} GiB"), fix)


def check_load(average: float | str, pressure: float | str, processors: int) -> State:
    """Return how busy the machine is now."""
    busy = isinstance(average, float) and average > BUSY_LOAD * processors
    waiting = isinstance(pressure, float) and pressure > BUSY_PRESSURE
    text = Text(en=f"{average}", zh=f"{average}")
    if isinstance(pressure, float):
        text = Text(
            en=f"{average}; {100 * pressure:.0f} % of the time somebody waits for a processor",
            zh=f"{average}；{100 * pressure:.0f} % 的时间有进程在等待处理器",
        )
    fix = Text(en="the machine is busy: timings will be too noisy to decide", zh="机器正忙：计时噪声过大，无法判定")
    return _graded_state("load", not (busy or waiting), text, fix)


def check_lock() -> State:
    """Return whether another measurement is running on this machine."""
    try:
        with machine_lock():
            return State("measuring", "ok", Text(en="nobody else measures", zh="没有其他实测"))
    except (Busy, OSError, ImportError):
        text = Text(en="another measurement is running", zh="另一次实测正在进行")
        return State("measuring", "warn", text, Text(en="wait for it", zh="请等待其完成"))


def check_disk() -> State:
    """Return the free space for temporary files."""
    free = shutil.disk_usage(tempfile.gettempdir()).free / GIB
    text = Text(en=f"{free:.1f} GiB free for temporary files", zh=f"临时文件可用 {free:.1f} GiB")
    return _graded_state("disk", free >= LEAST_DISK, text, Text(en="free some space", zh="请清理空间"))


def check_compiler() -> State:
    """Return the C++ compiler, which torch.compile needs on a CPU."""
    program = next((name for name in (os.environ.get("CXX"), "g++", "clang++") if name and shutil.which(name)), "")
    fix = Text(en="torch.compile on a CPU needs one (Debian: g++)", zh="CPU 上的 torch.compile 需要它（Debian：g++）")
    return _graded_state(
        "C++ compiler", bool(program), _untranslated(program) if program else Text(en="not found", zh="未找到"), fix
    )


def check_gpu(names: list[str], pack: Pack) -> State:
    """Return the GPUs, and which installed builds cannot use them."""
    if not names:
        note = Text(en="timings here speak for CPU projects only", zh="此处的计时仅适用于 CPU 项目")
        return State("GPU", "ok", Text(en="none", zh="无"), note)
    installed = [id for id in pack.measurable if is_installed(pack, id)]
    builds = stacks_of(pack)
    blind = {id: why for id in installed if id in builds and (why := builds[id].why_no_gpu())}
    if not blind:
        return State("GPU", "ok", _untranslated(", ".join(names)))
    why = "; ".join(dict.fromkeys(blind.values()))
    fix = Text(
        en=f"all are timed on the CPU, because {why}: {INSTALL}",
        zh=f"所有候选都将在 CPU 上计时，因为 {why}：{INSTALL}",
    )
    return State("GPU", "warn", _untranslated(", ".join(names)), fix)


def check_store(path: Path) -> State:
    """Return whether the evidence store can be read and written."""
    if not path.exists():
        text = Text(en="nothing measured yet", zh="尚无实测结果")
        return State("evidence", "ok", text, Text(en="measure: advise probe", zh="实测：advise probe"))
    try:
        with Store(path) as store:
            count = store.count_runs()
    except StoreError as error:
        return State(
            "evidence", "warn", _untranslated(error.problems[0].what), _untranslated(error.problems[0].fix or "-")
        )
    text = Text(en=f"{count} run{'' if count == 1 else 's'} kept", zh=f"已存 {count} 条结果")
    fix = Text(en="it cannot be written: name another one with --store", zh="无法写入：请用 --store 指定其他文件")
    return _graded_state("evidence", os.access(path, os.W_OK) and os.access(path.parent, os.W_OK), text, fix)


def _graded_state(name: str, fine: bool, text: Text, fix: Text) -> State:
    """Return a state that is "ok", or a warning with what to do."""
    return State(name, "ok" if fine else "warn", text, NOTHING if fine else fix)


def _untranslated(text: str) -> Text:
    """Return a text that is the same in both languages."""
    return Text(en=text, zh=text)
