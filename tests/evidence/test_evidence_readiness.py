"""The graded states of `advise doctor`: each can be good and each can be bad, said in both languages."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from collections import namedtuple
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from made_runs import MACHINE, make_run

from advisor.evidence import readiness
from advisor.evidence.readiness import NOTHING, State, check_machine
from advisor.evidence.stacks import load_probed_pack
from advisor.evidence.store import Store
from advisor.knowledge.pack import Pack
from probes.candidates import CANDIDATES, Candidate
from probes.machine.lock import machine_lock

GIB = 2**30
Usage = namedtuple("Usage", "total used free")


def test_everything_is_looked_at_once_and_said_in_both_languages(pack: Pack, tmp_path: Path) -> None:
    states = list(check_machine(pack, tmp_path / "none.sqlite"))
    names = [state.name for state in states]
    assert len(set(names)) == len(names)
    assert set(names) == {
        *pack.measurable, "Python", "cores", "memory", "shared memory", "load", "measuring", "disk", "C++ compiler", "GPU", "evidence", "leftovers",
    }  # fmt: skip
    for state in states:
        assert state.present.en and state.present.zh
        assert (state.fix is not NOTHING) or state.grade == "ok"


def test_a_stack_from_outside_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "is_installed", lambda pack, candidate: False)
    states = {state.name: state for state in readiness.check_frameworks(load_probed_pack())}
    assert (states["jax"].grade, states["pytorch"].grade) == ("ok", "missing")
    assert "pip install" in states["jax"].fix.en


@pytest.mark.parametrize(("quota", "state"), [("none", "ok"), (2.0, "ok"), (1.5, "warn")])
def test_cores_against_the_quota(quota: float | str, state: str) -> None:
    check = readiness.check_cores({**MACHINE, "cpu_quota": quota})
    assert check.grade == state
    assert ("quota" in check.present.en) is (quota != "none")


@pytest.mark.parametrize(
    ("total", "free", "state", "word"),
    [
        (16000, 8 * GIB, "ok", "-"),
        (2000, 2 * GIB, "warn", "4 GiB are needed"),
        (16000, GIB // 2, "warn", "close other programs"),
    ],
)
def test_memory_in_all_and_free(total: int, free: int, state: str, word: str) -> None:
    check = readiness.check_memory({**MACHINE, "memory_mb": total}, free)
    assert check.grade == state and word in check.fix.en


@pytest.mark.parametrize(
    ("average", "pressure", "state"),
    [(0.3, 0.0, "ok"), (0.3, "unknown", "ok"), ("unknown", "unknown", "ok"), (1.8, 0.0, "warn"), (0.3, 0.4, "warn")],
)
def test_load_and_pressure(average: float | str, pressure: float | str, state: str) -> None:
    assert readiness.check_load(average, pressure, 2).grade == state


def test_another_measurement_is_noticed_and_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert readiness.check_lock().grade == "ok"
    with machine_lock():
        assert readiness.check_lock().grade == "warn"
    with machine_lock():
        pass


@pytest.mark.parametrize(("free", "state"), [(50.0, "ok"), (0.01, "warn")])
def test_disk_and_shared_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: float, state: str) -> None:
    monkeypatch.setattr(readiness.shutil, "disk_usage", lambda place: Usage(100 * GIB, 0, int(free * GIB)))
    assert readiness.check_disk().grade == readiness.check_shared_memory(tmp_path).grade == state
    assert readiness.check_shared_memory(tmp_path / "none").grade == "ok"


@pytest.mark.parametrize(("there", "state"), [({"g++"}, "ok"), ({"clang++"}, "ok"), ({"my-cc"}, "ok"), (set(), "warn")])
def test_the_compiler(monkeypatch: pytest.MonkeyPatch, there: set[str], state: str) -> None:
    monkeypatch.setenv("CXX", "my-cc")
    monkeypatch.setattr(shutil, "which", lambda name: name if name in there else None)
    assert readiness.check_compiler().grade == state


def installed(**versions: str) -> Any:
    def version(name: str) -> str:
        with contextlib.suppress(KeyError):
            return versions[name.replace("-", "_")]
        raise PackageNotFoundError(name)

    return version


@pytest.mark.parametrize(
    ("candidate", "versions", "why"),
    [
        ("pytorch", {"torch": "2.13.0+cpu"}, "torch is the CPU build"),
        ("pytorch", {"torch": "2.13.0+cu128"}, ""),
        ("keras[torch]", {"torch": "2.13.0", "keras": "3"}, ""),
        ("tensorflow", {"tensorflow_cpu": "2.21"}, "tensorflow-cpu is the CPU build"),
        ("tensorflow", {"tensorflow": "2.21"}, "tensorflow lacks its CUDA libraries"),
        ("tensorflow", {"tensorflow": "2.21", "nvidia_cudnn_cu12": "9"}, ""),
        ("keras[jax]", {"jax": "0.10"}, "jax lacks its CUDA plugin"),
        ("keras[jax]", {"jax": "0.10", "jax_cuda12_plugin": "0.10"}, ""),
    ],
)
def test_a_build_says_by_its_name_whether_it_can_use_a_gpu(candidate: str, versions: dict[str, str], why: str) -> None:
    assert CANDIDATES[candidate].why_no_gpu(installed(**versions)) == why


def test_a_gpu_that_a_build_cannot_use_names_the_install(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "is_installed", lambda pack, id: True)
    build = "torch is the CPU build"
    monkeypatch.setattr(Candidate, "why_no_gpu", lambda candidate: build if "torch" in candidate.imports else "")
    state = readiness.check_gpu(["NVIDIA H100"], pack)
    assert (
        state.grade == "warn" and "framework-advisor[gpu]" in state.fix.en and "torch is the CPU build" in state.fix.zh
    )
    monkeypatch.setattr(Candidate, "why_no_gpu", lambda candidate: "")
    assert readiness.check_gpu(["NVIDIA H100"], pack).grade == "ok"
    assert "CPU projects" in readiness.check_gpu([], pack).fix.en


def test_the_store(tmp_path: Path) -> None:
    path = tmp_path / "evidence.sqlite"
    assert readiness.check_store(path).present.en == "nothing measured yet"
    with Store(path, write=True) as store:
        store.add([make_run()])
    assert readiness.check_store(path) == State("evidence", "ok", readiness.check_store(path).present)
    assert readiness.check_store(path).present.en.startswith("1 run kept; every page")
    path.write_bytes(b"no database at all" * 100)
    assert readiness.check_store(path).grade == "warn"


def change(path: Path, statement: str) -> None:
    """Change a store behind its back."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_store_is_checked_page_by_page_and_counted_against_its_table(tmp_path: Path) -> None:
    path = tmp_path / "evidence.sqlite"
    with Store(path, write=True) as store:
        store.add([make_run(order=order) for order in range(9)])
    assert readiness.check_store(path).present.en == (
        "9 runs kept; every page of the store is in order, and so are the newest 9 runs"
    )
    change(path, "UPDATE runs SET line = replace(line, 'pytorch', 'pytorsh') WHERE rowid < 3")
    state = readiness.check_store(path)
    assert (state.grade, state.present.en) == ("warn", "9 runs kept; of the newest 9, 2 are damaged and left out")
    assert "advise evidence remove --damaged" in state.fix.en
    change(path, "UPDATE sqlite_master SET rootpage = 2 WHERE name = 'runs_by_probe'")
    state = readiness.check_store(path)
    assert state.grade == "warn" and state.present.en.startswith("the store is damaged: its table holds 9 runs")
    assert "advise evidence export" in state.fix.en


def test_half_written_files_are_swept_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = tmp_path / "framework-advisor"
    folder.mkdir()
    for name, age in ((".advise.old", 3600), (".advise.young", 1), ("last.json", 3600)):
        (folder / name).write_text("half")
        os.utime(folder / name, (time.time() - age,) * 2)
    assert readiness.sweep().present.en == "removed: 0 folders of killed measurements, 1 half-written files"
    assert sorted(file.name for file in folder.iterdir()) == [".advise.young", "last.json"]
    assert readiness.sweep().present.en == "nothing was left behind by killed measurements"
