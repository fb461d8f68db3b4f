"""Facts about the machine: useful, and nothing that says whose it is."""

from __future__ import annotations

import getpass
import json
import platform
import sys
from pathlib import Path

import pytest

from probes.candidates import CANDIDATES
from probes.machine import control_groups, gpus, system
from probes.parent.preflight import missing_modules

FACTS = {
    "os", "arch", "cpu", "cpu_flags", "logical_cores", "usable_cores", "physical_cores", "cpu_quota", "memory_mb",
    "gpus", "gpu_memory_mb", "python",
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


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where control groups are mounted, with nothing in it and this process in the root."""
    monkeypatch.setattr(control_groups, "MOUNT", tmp_path / "cgroup")
    monkeypatch.setattr(control_groups, "MEMBERSHIP", tmp_path / "membership")
    return tmp_path / "cgroup"


def write_group(mount: Path, membership: str, files: dict[str, str]) -> None:
    (mount.parent / "membership").write_text(membership)
    for name, text in files.items():
        (mount / name).parent.mkdir(parents=True, exist_ok=True)
        (mount / name).write_text(text + "\n")


SLURM = "4:cpu,cpuacct:/slurm/uid_7/job_1/step_0\n3:memory:/slurm/uid_7/job_1\n0::/\n"


@pytest.mark.parametrize(
    ("membership", "files", "quota"),
    [
        ("", {"cpu.max": "150000 100000"}, 1.5),
        ("", {"cpu.max": "max 100000"}, None),
        ("", {"cpu/cpu.cfs_quota_us": "50000", "cpu/cpu.cfs_period_us": "100000"}, 0.5),
        ("", {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
        ("", {}, None),
        ("0::/user.slice/run-1.scope\n", {"user.slice/run-1.scope/cpu.max": "150000 100000"}, 1.5),
        ("0::/user.slice/run-1.scope\n", {"user.slice/run-2.scope/cpu.max": "150000 100000"}, None),
        ("0::/a/b/c\n", {"a/b/c/cpu.max": "max 100000", "a/cpu.max": "120000 100000", "a/b/cpu.max": "3 2"}, 1.2),
        ("0::/a/b/c\n", {"a/b/c/cpu.max": "50000 100000", "a/cpu.max": "150000 100000"}, 0.5),
        ("0::/../../a\n", {"a/cpu.max": "150000 100000", "cpu.max": "100000 100000"}, 1.0),
        ("0::/docker/1f\n", {"cpu.max": "150000 100000"}, 1.5),
        ("0::/a\n", {"unified/a/cpu.max": "150000 100000"}, 1.5),
        (
            SLURM,
            {
                "cpu,cpuacct/slurm/uid_7/job_1/cpu.cfs_quota_us": "100000",
                "cpu,cpuacct/slurm/uid_7/job_1/cpu.cfs_period_us": "100000",
            },
            1.0,
        ),
        (SLURM, {"cpu/slurm/cpu.cfs_quota_us": "150000", "cpu/slurm/cpu.cfs_period_us": "100000"}, 1.5),
        ("no line of it\n5\n", {"cpu.max": "150000 100000"}, 1.5),
    ],
)
def test_cpu_quota(groups: Path, membership: str, files: dict[str, str], quota: float | None) -> None:
    write_group(groups, membership, files)
    assert system.cpu_quota() == quota
    assert len(system.worker_cpus()) >= 1
    if quota is not None:
        assert len(system.worker_cpus()) == 1


def test_memory_limits_of_both_versions_of_control_groups(groups: Path) -> None:
    whole = system.memory_limit()
    write_group(groups, SLURM, {"memory/memory.limit_in_bytes": "9223372036854771712"})
    assert system.memory_limit() == whole
    write_group(groups, SLURM, {"memory/slurm/memory.limit_in_bytes": "2000000"})
    assert system.memory_limit() == 2_000_000
    write_group(groups, SLURM, {"memory/slurm/uid_7/job_1/memory.limit_in_bytes": "1500000"})
    assert system.memory_limit() == 1_500_000
    write_group(groups, "0::/a/b\n", {"a/b/memory.max": "max", "a/memory.max": "1000000", "a/memory.current": "400000"})
    assert (system.memory_limit(), system.available_memory()) == (1_000_000, 600_000)


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
    monkeypatch.setattr(gpus, "DRIVER", tmp_path)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    for text in (system.python_version(str(python)), *system.gpu_names()):
        assert text.isprintable() and text.startswith("H") and len(text) in (20, 80)
    assert missing_modules(tuple(CANDIDATES.values())[:1], str(python))[0][1] == []


# --- GPUs ---------------------------------------------------------------------------------------------------------------

EIGHT = "".join(f"NVIDIA H100 80GB HBM3, GPU-{number}aaa-bb, 81559, Disabled\n" for number in range(8))
SPLIT = "NVIDIA H100 80GB HBM3, GPU-0aaa-bb, 81559, Enabled\nNVIDIA H100 80GB HBM3, GPU-1aaa-bb, 81559, Disabled\n"
PARTS = """GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-0aaa-bb)
  MIG 1g.10gb     Device  0: (UUID: MIG-c1)
  MIG 2c.3g.40gb  Device  1: (UUID: MIG-c2)
GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-1aaa-bb)
"""


@pytest.fixture
def nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose nvidia-smi prints `query` where it is asked for fields, and `list` where it lists devices."""
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\ncase $1 in -L) cat '{tmp_path}/list';; *) cat '{tmp_path}/query';; esac\n")
    program.chmod(0o755)
    (tmp_path / "list").write_text(PARTS)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts")
@pytest.mark.parametrize(
    ("visible", "granted"),
    [
        (None, [*range(8)]),
        ("3,1", [3, 1]),
        ("GPU-2aaa,GPU-5", [2, 5]),
        ("1,9,2", [1]),
        ("-1", []),
        ("", []),
        ("GPU-", []),
    ],
)
def test_granted_gpus_are_those_that_cuda_shows(
    nvidia_smi: Path, monkeypatch: pytest.MonkeyPatch, visible: str | None, granted: list[int]
) -> None:
    (nvidia_smi / "query").write_text(EIGHT)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert [gpu.uuid for gpu in gpus.granted_gpus()] == [f"GPU-{number}aaa-bb" for number in granted]
    facts = system.machine_facts()
    assert facts["gpus"] == ["NVIDIA H100 80GB HBM3"] * len(granted)
    assert facts["gpu_memory_mb"] == [81559] * len(granted)


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts")
def test_a_gpu_that_is_split_is_granted_in_parts(nvidia_smi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (nvidia_smi / "query").write_text(SPLIT)
    names = [(gpu.name.removeprefix("NVIDIA H100 80GB HBM3"), gpu.memory_mb) for gpu in gpus.granted_gpus()]
    assert names == [(" MIG 1g.10gb", 10240), (" MIG 2c.3g.40gb", 40960), ("", 81559)]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-c2")
    assert [gpu.uuid for gpu in gpus.granted_gpus()] == ["MIG-c2"]


def test_without_a_tool_the_drivers_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two GPUs in the box the container has the device file of one."""
    monkeypatch.setattr(gpus.shutil, "which", lambda tool: None)
    monkeypatch.setattr(gpus, "DRIVER", tmp_path / "driver")
    monkeypatch.setattr(gpus, "DEVICES", tmp_path)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    for minor in range(2):
        file = tmp_path / "driver" / f"0000:0{minor}:00.0" / "information"
        file.parent.mkdir(parents=True)
        file.write_text(f"Model: \t NVIDIA A{minor}\nGPU UUID: \t GPU-{minor}\nDevice Minor: \t {minor}\n")
    (tmp_path / "nvidia1").touch()
    assert gpus.granted_gpus() == [gpus.Gpu("NVIDIA A1", 0, "GPU-1")]
