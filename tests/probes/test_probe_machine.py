"""Facts about the machine: useful, and nothing that says whose it is."""

from __future__ import annotations

import getpass
import json
import platform
import sys
from pathlib import Path

import pytest

from probes.candidates import CANDIDATES
from probes.machine import system
from probes.parent.preflight import missing_modules

FACTS = {
    "os", "arch", "cpu", "cpu_flags", "logical_cores", "usable_cores", "physical_cores", "cpu_quota", "memory_mb",
    "gpus", "python",
}  # fmt: skip


def test_only_facts_from_the_list() -> None:
    facts = system.machine_facts()
    assert set(facts) == FACTS
    assert 1 <= facts["physical_cores"] <= facts["usable_cores"] <= facts["logical_cores"]
    assert facts["memory_mb"] > 100


def test_nothing_private() -> None:
    text = json.dumps(system.machine_facts())
    assert str(Path.home()) not in text
    assert f'"{getpass.getuser()}"' not in text
    assert not platform.node() or f'"{platform.node()}"' not in text


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({"cpu.max": "150000 100000"}, 1.5),
        ({"cpu.max": "max 100000"}, None),
        ({"cpu/cpu.cfs_quota_us": "50000", "cpu/cpu.cfs_period_us": "100000"}, 0.5),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
        ({}, None),
    ],
)
def test_cpu_quota(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], quota: float | None) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    monkeypatch.setattr(system, "CGROUP", tmp_path)
    assert system.cpu_quota() == quota
    assert len(system.worker_cpus()) >= 1
    if quota is not None:
        assert len(system.worker_cpus()) == 1


def test_memory_limits_of_both_kinds_of_control_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "CGROUP", tmp_path)
    whole = system.memory_limit()
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("9223372036854771712")
    assert system.memory_limit() == whole
    (tmp_path / "memory.max").write_text("1000000")
    assert system.memory_limit() == 1_000_000


def printing(folder: Path, name: str, text: bytes) -> Path:
    """A program that prints these bytes, whatever it is asked."""
    (folder / f"{name}.out").write_bytes(text)
    program = folder / name
    program.write_text(f"#!/bin/sh\ncat '{folder}/{name}.out'\n")
    program.chmod(0o755)
    return program


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts")
def test_what_other_programs_print_is_taken_as_text_whatever_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = b"H\xff100\x1b[31m\xe2\x80\xae" + b"x" * 100 + b"\n"
    python = printing(tmp_path, "python", odd)
    printing(tmp_path, "nvidia-smi", odd)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(system, "DRIVER", tmp_path)
    for text in (system.python_version(str(python)), *system.gpu_names()):
        assert text.isprintable() and text.startswith("H") and len(text) in (20, 80)
    assert missing_modules(tuple(CANDIDATES.values())[:1], str(python))[0][1] == []
