"""SLURM as an engine, by programs that stand for sinfo, salloc and srun and do their work on this machine."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from probes.cluster.launcher import ClusterError, Ended, Node
from probes.cluster.packing import packed_probes
from probes.cluster.process_team import ProcessTeam
from probes.cluster.slurm_nodes import SlurmNodes, parse_sinfo

SINFO = """n1|small|2|8000|(null)|all|idle
n2|big,nvme|64|512000+|gpu:h200:8|all|mixed
n2|big,nvme|64|512000+|gpu:h200:8|gpu|mixed
n3|big|64|512000|(null)|all|down*
n4|big|64|512000|(null)|all|drained
n5|big|64|512000|(null)|all|idle*
"""
PROGRAMS = {
    "sinfo": f'[ "$1" = --version ] && echo slurm 22.05.8 && exit\ncat <<"E"\n{SINFO}E\n',
    "salloc": 'echo "salloc: Granted job allocation 7" >&2\nexec cat\n',
    "srun": 'while [ "$1" != -w ]; do shift; done\nexport NODE="$2"\nshift 2\nexec "$@"\n',
}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, body in PROGRAMS.items():
        write(tmp_path / name, body)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    return tmp_path


def write(file: Path, body: str) -> None:
    file.write_text(f"#!/bin/sh\n{body}")
    file.chmod(0o755)


def all_of(team: ProcessTeam, count: int) -> list[tuple[int, str | Ended]]:
    said: list[tuple[int, str | Ended]] = []
    until = time.monotonic() + 120
    while sum(isinstance(what, Ended) for _, what in said) < count and time.monotonic() < until:
        said += team.lines(1.0)
    return said


def test_the_living_nodes_are_listed_once_each() -> None:
    first, second = parse_sinfo(SINFO)
    assert (first.id, first.resources["CPU"], first.labels["features"]) == ("n1", 2.0, "small")
    assert (second.id, second.resources["memory_mb"], second.labels["nvme"]) == ("n2", 512_000.0, "yes")


def test_workers_are_started_on_whole_nodes_and_the_allocation_ends_with_them(programs: Path) -> None:
    slurm = SlurmNodes("", packed_probes())
    assert slurm.version == "22.05.8"
    write(programs / "salloc", f"echo $$ > {programs}/pid\n{PROGRAMS['salloc']}")
    team = slurm.reserve(slurm.nodes(), 10.0)
    holder = Path(f"/proc/{(programs / 'pid').read_text().strip()}")
    assert team is not None and holder.exists()
    code = "import os, probes; print(os.environ['NODE'], os.environ['RANK'])"
    for rank in (0, 1):
        team.start(rank, ["-c", code], {"RANK": str(rank)})
    said = all_of(team, 2)
    assert sorted(line for _, line in said if isinstance(line, str)) == ["n1 0", "n2 1"]
    assert {rank: ended.status for rank, ended in said if isinstance(ended, Ended)} == {0: 0, 1: 0}
    team.release()
    assert not holder.exists()


def test_inside_an_allocation_nothing_is_queued(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "42")
    write(programs / "salloc", "exit 1\n")
    team = SlurmNodes("", b"").reserve([Node("n1")], 1.0)
    assert team is not None


def test_a_request_that_waits_too_long_is_taken_back(programs: Path) -> None:
    write(programs / "salloc", f"echo $$ > {programs}/pid\nexec sleep 600\n")
    assert SlurmNodes("", b"").reserve([Node("n1")], 1.0) is None
    assert not Path(f"/proc/{(programs / 'pid').read_text().strip()}").exists()


@pytest.mark.parametrize(
    ("said", "status"),
    [("srun: error: Node failure on n1\nsrun: error: Aborting", None), ("srun: error: n1: task 0: Killed", 1)],
    ids=["node lost", "task killed"],
)
def test_a_node_that_is_lost_is_told_from_a_task_that_failed(programs: Path, said: str, status: int | None) -> None:
    write(programs / "srun", f'cat > /dev/null\necho "{said}" >&2\nexit 1\n')
    team = SlurmNodes("", b"x").reserve([Node("n1")], 10.0)
    assert team is not None
    team.start(0, ["-c", ""])
    ((_, ended),) = [each for each in all_of(team, 1) if isinstance(each[1], Ended)]
    assert isinstance(ended, Ended) and ended.status == status
    team.release()


def test_without_slurm_and_where_it_fails_there_is_a_word(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(programs / "sinfo", "echo 'slurm_load_partitions: Unable to contact slurm controller' >&2; exit 1\n")
    with pytest.raises(ClusterError, match="Unable to contact") as failed:
        SlurmNodes("", b"")
    assert failed.value.word == "slurm-failed"
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ClusterError) as absent:
        SlurmNodes("", b"")
    assert absent.value.word == "no-slurm"


@pytest.mark.slow
def test_every_row_of_sinfo_is_looked_at_once(programs: Path) -> None:
    slurm = SlurmNodes("", packed_probes())
    seen = slurm.look([*slurm.nodes(), Node("n9", {"CPU": 2.0, "memory_mb": 8000.0}, slurm.nodes()[0].labels)])
    assert seen.keys() == {"n1", "n2", "n9"} and all(isinstance(each, dict) for each in seen.values()), json.dumps(seen)
    assert seen["n9"]["machine"] == seen["n1"]["machine"] and seen["n9"]["boot"] == "n9"  # type: ignore[index]
    assert sys.version.split()[0] == seen["n1"]["machine"]["python"]  # type: ignore[index]
