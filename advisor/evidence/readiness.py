"""Can this machine measure, and can its timings be trusted? One graded state per thing looked at; nothing is imported."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from advisor.errors import StoreError
from advisor.evidence.collect import installed_versions, is_installed
from advisor.evidence.stacks import stacks
from advisor.evidence.store import Store
from advisor.knowledge.pack import Pack
from advisor.text import Text
from probes.machine import system
from probes.machine.accelerator import INSTALL
from probes.machine.lock import Busy, machine_lock

Grade = Literal["ok", "warn", "missing"]
Look = Callable[[], "State"]
NOTHING = Text(en="-", zh="-")
GIB = 2**30
LEAST_MEMORY, LEAST_FREE, LEAST_DISK, LEAST_SHARED = 4.0, 2.0, 2.0, 0.0625
"""GiB: installed, free at the moment, free for temporary files, and shared memory for data loaders (64 MiB)."""
BUSY_LOAD, BUSY_PRESSURE = 0.5, 0.10
"""Processes per processor, and the share of time somebody waits for one, from which timings are not to be trusted."""
PYTHONS = range(11, 14)


@dataclass(frozen=True)
class State:
    """One thing looked at: ok, a warning with what to do, or missing with how to get it."""

    name: str
    state: Grade
    found: Text
    fix: Text = NOTHING


def machine_states(pack: Pack, store: Path) -> Iterator[State]:
    """Look at everything, frameworks first.

    Args:
        pack: for its candidates.
        store: the evidence store.
    """
    facts = system.facts()
    yield from frameworks(pack)
    yield python()
    yield cores(facts)
    yield memory(facts, system.available_memory())
    yield shared_memory()
    yield load(system.load1(), system.pressure(), facts["logical_cores"])
    yield measuring()
    yield disk()
    yield compiler()
    yield gpu(facts["gpus"], pack)
    yield store_state(store)


def frameworks(pack: Pack) -> Iterator[State]:
    """Every stack: its versions, or how to install it; one from outside only where it is installed."""
    for id in pack.measurable:
        candidate = pack.candidates[id]
        if not is_installed(pack, id) and id not in pack.in_scope:
            continue
        if is_installed(pack, id):
            versions = ", ".join(f"{name} {one}" for name, one in installed_versions(candidate.modules).items())
            yield State(id, "ok", _same(versions))
        else:
            yield State(id, "missing", Text(en="not installed", zh="未安装"), _same(candidate.install))


def python() -> State:
    """The interpreter: one that every framework has wheels for."""
    fine = sys.version_info.minor in PYTHONS
    fix = Text(en="TensorFlow has wheels for 3.11 to 3.13", zh="TensorFlow 仅提供 3.11 至 3.13 的安装包")
    return _graded("Python", fine, _same(f"3.{sys.version_info.minor}"), fix)


def cores(facts: Mapping[str, Any]) -> State:
    """Usable processors, against the quota of a container."""
    usable, logical, physical, quota = (
        facts[name] for name in ("usable_cores", "logical_cores", "physical_cores", "cpu_quota")
    )
    limited = isinstance(quota, int | float)
    found = Text(
        en=f"{usable} usable of {logical}, {physical} physical" + (f", quota {quota:g}" if limited else ""),
        zh=f"可用 {usable} 个，共 {logical} 个，物理核 {physical} 个" + (f"，配额 {quota:g}" if limited else ""),
    )
    fix = Text(
        en="the CPU quota is below the usable cores: processes are held back in the middle of a timing",
        zh="CPU 配额低于可用核数：计时过程中进程会被限流",
    )
    return _graded("cores", not limited or quota >= usable, found, fix)


def memory(facts: Mapping[str, Any], free: int) -> State:
    """Memory in all (of the machine or of its container), and free at the moment."""
    total = facts["memory_mb"] / 1024
    found = Text(en=f"{total:.1f} GiB, {free / GIB:.1f} free", zh=f"{total:.1f} GiB，空闲 {free / GIB:.1f}")
    if total < LEAST_MEMORY:
        return State(
            "memory", "warn", found, Text(en="4 GiB are needed to measure every stack", zh="实测全部技术栈需 4 GiB")
        )
    fix = Text(en="close other programs: a stack needs up to 2 GiB", zh="请关闭其他程序：单个技术栈最多需 2 GiB")
    return _graded("memory", free / GIB >= LEAST_FREE, found, fix)


def shared_memory(place: Path = Path("/dev/shm")) -> State:
    """Shared memory, which data loaders of several processes need."""
    if not place.exists():
        return State("shared memory", "ok", Text(en="not used on this system", zh="本系统不使用"))
    free = shutil.disk_usage(place).free / GIB
    fix = Text(
        en="data loaders with workers need more (containers: --shm-size)",
        zh="多进程数据加载需要更多（容器可用 --shm-size）",
    )
    return _graded("shared memory", free > LEAST_SHARED, _same(f"{free:.2g} GiB"), fix)


def load(average: float | str, pressure: float | str, processors: int) -> State:
    """What others do on the machine now."""
    busy = isinstance(average, float) and average > BUSY_LOAD * processors
    waiting = isinstance(pressure, float) and pressure > BUSY_PRESSURE
    found = Text(en=f"{average}", zh=f"{average}")
    if isinstance(pressure, float):
        found = Text(
            en=f"{average}; {100 * pressure:.0f} % of the time somebody waits for a processor",
            zh=f"{average}；{100 * pressure:.0f} % 的时间有进程在等待处理器",
        )
    fix = Text(en="the machine is busy: timings will be too noisy to decide", zh="机器正忙：计时噪声过大，无法判定")
    return _graded("load", not (busy or waiting), found, fix)


def measuring() -> State:
    """Whether another measurement holds this machine."""
    try:
        with machine_lock():
            return State("measuring", "ok", Text(en="nobody else measures", zh="没有其他实测"))
    except (Busy, OSError, ImportError):
        found = Text(en="another measurement is running", zh="另一次实测正在进行")
        return State("measuring", "warn", found, Text(en="wait for it", zh="请等待其完成"))


def disk() -> State:
    """Free space for temporary files."""
    free = shutil.disk_usage(tempfile.gettempdir()).free / GIB
    found = Text(en=f"{free:.1f} GiB free for temporary files", zh=f"临时文件可用 {free:.1f} GiB")
    return _graded("disk", free >= LEAST_DISK, found, Text(en="free some space", zh="请清理空间"))


def compiler() -> State:
    """A C++ compiler, which torch.compile needs on a CPU."""
    found = next((name for name in (os.environ.get("CXX"), "g++", "clang++") if name and shutil.which(name)), "")
    fix = Text(en="torch.compile on a CPU needs one (Debian: g++)", zh="CPU 上的 torch.compile 需要它（Debian：g++）")
    return _graded("C++ compiler", bool(found), _same(found) if found else Text(en="not found", zh="未找到"), fix)


def gpu(names: list[str], pack: Pack) -> State:
    """The GPUs, and the installed builds that cannot use them."""
    if not names:
        note = Text(en="timings here speak for CPU projects only", zh="此处的计时仅适用于 CPU 项目")
        return State("GPU", "ok", Text(en="none", zh="无"), note)
    installed = [id for id in pack.measurable if is_installed(pack, id)]
    builds = stacks(pack)
    blind = {id: why for id in installed if id in builds and (why := builds[id].without_gpu())}
    if not blind:
        return State("GPU", "ok", _same(", ".join(names)))
    why = "; ".join(dict.fromkeys(blind.values()))
    fix = Text(
        en=f"all are timed on the CPU, because {why}: {INSTALL}",
        zh=f"所有候选都将在 CPU 上计时，因为 {why}：{INSTALL}",
    )
    return State("GPU", "warn", _same(", ".join(names)), fix)


def store_state(path: Path) -> State:
    """The evidence store: readable, and can be written."""
    if not path.exists():
        found = Text(en="nothing measured yet", zh="尚无实测结果")
        return State("evidence", "ok", found, Text(en="measure: advise probe", zh="实测：advise probe"))
    try:
        with Store(path) as store:
            count = store.count()
    except StoreError as error:
        return State("evidence", "warn", _same(error.problems[0].what), _same(error.problems[0].fix or "-"))
    found = Text(en=f"{count} run{'' if count == 1 else 's'} kept", zh=f"已存 {count} 条结果")
    fix = Text(en="it cannot be written: name another one with --store", zh="无法写入：请用 --store 指定其他文件")
    return _graded("evidence", os.access(path, os.W_OK) and os.access(path.parent, os.W_OK), found, fix)


def _graded(name: str, fine: bool, found: Text, fix: Text) -> State:
    return State(name, "ok" if fine else "warn", found, NOTHING if fine else fix)


def _same(text: str) -> Text:
    return Text(en=text, zh=text)
