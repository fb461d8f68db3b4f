"""The NVIDIA GPUs granted to this process: what the scheduler or container shows of the machine's, with their memory.

`nvidia-smi` lists the devices whose files this process may open, so that a container or a job in a device control group sees its
own alone; of these CUDA uses those that `CUDA_VISIBLE_DEVICES` names, up to the first that does not exist
(CUDA C++ Programming Guide, "CUDA Environment Variables"). A GPU that is split is replaced by its MIG devices.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from probes.plain_text import plain_text

DRIVER = Path("/proc/driver/nvidia/gpus")
DEVICES = Path("/dev")
MOST = 64
QUERY = ("--query-gpu=name,uuid,memory.total,mig.mode.current", "--format=csv,noheader,nounits")
GPU_LINE = re.compile(r"GPU \d+: (?P<name>.*) \(UUID: (?P<uuid>GPU-[^)]*)\)")
MIG_LINE = re.compile(r"\s+MIG (?P<name>\S*?(?P<gib>\d+)gb\S*)\s.*\(UUID: (?P<uuid>MIG-[^)]*)\)")


@dataclass(frozen=True)
class Gpu:
    """One device: its model, its memory in MiB (0: unknown), and by what CUDA names it."""

    name: str
    memory_mb: int = 0
    uuid: str = ""


def granted_gpus() -> list[Gpu]:
    """Return the devices this process may use, in the order in which CUDA numbers them for it."""
    tool = shutil.which("nvidia-smi")
    gpus = list(_listed_by_tool(tool)) if tool else []
    gpus = gpus or list(_listed_by_driver())
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return list(_named_gpus(gpus, visible) if visible is not None else gpus)[:MOST]


def _named_gpus(gpus: list[Gpu], visible: str) -> Iterator[Gpu]:
    """Yield the devices that a value of `CUDA_VISIBLE_DEVICES` names, by number or by the beginning of a UUID."""
    for name in (part.strip() for part in visible.split(",")):
        if name.isdigit():
            matching = gpus[int(name) : int(name) + 1]
        else:
            matching = [gpu for gpu in gpus if len(name) > len("GPU-") and gpu.uuid.startswith(name)]
        if len(matching) != 1:
            return
        yield matching[0]


def _listed_by_tool(tool: str) -> Iterator[Gpu]:
    """Yield the devices that nvidia-smi lists, a split one as its parts."""
    split_gpus = False
    gpus = []
    for line in _printed_lines(tool, *QUERY):
        name, uuid, memory, mig = (*(field.strip() for field in line.split(",")), "", "", "")[:4]
        gpus.append(Gpu(plain_text(name, 80), int(memory) if memory.isdigit() else 0, plain_text(uuid, 80)))
        split_gpus = split_gpus or mig == "Enabled"
    parts = _mig_devices(_printed_lines(tool, "-L")) if split_gpus else {}
    for gpu in gpus:
        yield from parts.get(gpu.uuid) or [gpu]


def _mig_devices(lines: tuple[str, ...]) -> dict[str, list[Gpu]]:
    """Return the MIG devices of each GPU, by its UUID, from what `nvidia-smi -L` prints; their memory is that of their profile."""
    devices: dict[str, list[Gpu]] = {}
    whole = Gpu("")
    for line in lines:
        if match := GPU_LINE.match(line):
            whole = Gpu(match["name"], uuid=match["uuid"])
        elif match := MIG_LINE.match(line):
            name = plain_text(f"{whole.name} MIG {match['name']}", 80)
            devices.setdefault(whole.uuid, []).append(Gpu(name, int(match["gib"]) * 1024, match["uuid"]))
    return devices


def _listed_by_driver() -> Iterator[Gpu]:
    """Yield the devices in the driver's own files that this process may open; without their memory, which is not in there."""
    for file in sorted(DRIVER.glob("*/information")):
        facts: dict[str, str] = {}
        with contextlib.suppress(OSError):
            lines = file.read_text(errors="replace").splitlines()
            facts = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        minor = facts.get("Device Minor", "")
        if "Model" in facts and (not minor or os.access(DEVICES / f"nvidia{minor}", os.R_OK | os.W_OK)):
            yield Gpu(plain_text(facts["Model"], 80), uuid=plain_text(facts.get("GPU UUID", ""), 80))


@cache
def _printed_lines(tool: str, *arguments: str) -> tuple[str, ...]:
    """Return the lines a program prints, once per process; none where it fails."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        printed = subprocess.run(
            [tool, *arguments], capture_output=True, text=True, errors="replace", timeout=10, check=True
        )
        return tuple(line for line in printed.stdout.splitlines() if line.strip())
    return ()
