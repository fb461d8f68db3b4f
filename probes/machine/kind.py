"""The kind of a machine: what has to be the same for runs of two machines to be read as runs of one.

Hardware alone, and what is granted of it. A kernel update, another Python or other packages leave the kind as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

MEMORY_STEP_GIB = 2
"""Memory is told apart in steps of this: what the firmware keeps for itself differs from one machine to the next."""
Gpus = tuple[tuple[str, int], ...]


@dataclass(frozen=True, order=True)
class Kind:
    """A kind of machine.

    Attributes:
        system: the operating system, without its release.
        arch: the architecture of the processor.
        cpu: the model of the processor.
        cores: the logical processors this process may run on; 0 where a run does not say.
        quota: how many processors its control group allows; 0 without a limit.
        memory_gib: to the nearest 2 GiB; 0 where a run does not say.
        gpus: name and memory in GiB (0: not recorded) of each GPU granted.
        labels: those asked of a cluster for it.
    """

    system: str
    arch: str
    cpu: str
    cores: int = 0
    quota: float = 0.0
    memory_gib: int = 0
    gpus: Gpus = ()
    labels: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Six hexadecimal digits that stand for it wherever it is."""
        content = json.dumps(astuple(self), ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()[:6]


def kind_of(machine: Mapping[str, Any]) -> Kind:
    """Return the kind of the machine that a run's facts describe; facts that an older run does not have count as unknown."""
    return Kind(
        system=str(machine.get("os", "")).split(" ")[0],
        arch=str(machine.get("arch", "")),
        cpu=str(machine.get("cpu", "")),
        cores=int(machine.get("usable_cores", 0)),
        quota=_number(machine.get("cpu_quota")),
        memory_gib=round(machine.get("memory_mb", 0) / 1024 / MEMORY_STEP_GIB) * MEMORY_STEP_GIB,
        gpus=_gpus_of(machine),
        labels=tuple(sorted(str(label) for label in _list(machine.get("labels")))),
    )


def _gpus_of(machine: Mapping[str, Any]) -> Gpus:
    """Return name and memory of each GPU, sorted."""
    names, memory = _list(machine.get("gpus")), _list(machine.get("gpu_memory_mb"))
    amounts = [*memory, *[0] * len(names)][: len(names)]
    return tuple(
        sorted((str(name), round(_number(amount) / 1024)) for name, amount in zip(names, amounts, strict=True))
    )


def _list(value: object) -> list[Any]:
    """Return a list as it is, and nothing for anything else."""
    return value if isinstance(value, list) else []


def _number(value: object) -> float:
    """Return a number as a float; 0 for a word, such as "none"."""
    return float(value) if isinstance(value, int | float) else 0.0
