"""SLURM as an engine, by programs that stand for sinfo, salloc and srun and do their work on this machine."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from probes.cluster.agent import own_address
from probes.cluster.launcher import ClusterError, Ended, Node
from probes.cluster.packing import packed_probes
from probes.cluster.process_team import ProcessTeam
from probes.cluster.slurm_nodes import SlurmNodes, parse_sinfo

SINFO = """n2|big,nvme|64|2|16|512000+|gpu:h200:8(S:0-1)|all|mixed
n2|big,nvme|64|2|16|512000+|gpu:h200:8(S:0-1)|gpu|mixed
n1|small|2|1|2|8000|(null)|all|idle
n3|big|64|2|16|512000|(null)|all|down*
n4|big|64|2|16|512000|(null)|all|drained
n5|big|64|2|16|512000|(null)|all|idle*
"""
PROGRAMS = {
    "sinfo": f'[ "$1" = --version ] && echo slurm-wlm 22.05.8 && exit\ncat <<"E"\n{SINFO}E\n',
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
    first, second = parse_sinfo(SINFO)  # the freest first
    assert (first.id, first.resources["CPU"], first.labels["features"]) == ("n1", 2.0, "small")
    assert (second.id, second.resources["memory_mb"], second.labels["nvme"]) == ("n2", 512_000.0, "yes")


def test_workers_are_started_on_whole_nodes_and_the_allocation_ends_with_them(programs: Path) -> None:
    slurm = SlurmNodes("", packed_probes(), 20.0)
    assert slurm.version == "22.05.8"
    write(programs / "salloc", f"echo $$ > {programs}/pid\n{PROGRAMS['salloc']}")
    team = slurm.request(slurm.nodes()).team(10.0)
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
    team = SlurmNodes("", b"", 20.0).request([Node("n1")]).team(1.0)
    assert team is not None


def test_a_request_that_waits_too_long_is_taken_back(programs: Path) -> None:
    write(programs / "salloc", f"echo $$ > {programs}/pid\nexec sleep 600\n")
    request = SlurmNodes("", b"", 20.0).request([Node("n1")])
    holder = lambda: Path(f"/proc/{(programs / 'pid').read_text().strip()}")  # noqa: E731
    assert request.team(1.0) is None and holder().exists()
    request.withdraw()
    assert not Path(f"/proc/{(programs / 'pid').read_text().strip()}").exists()


@pytest.mark.parametrize(
    ("said", "status"),
    [("srun: error: Node failure on n1\nsrun: error: Aborting", None), ("srun: error: n1: task 0: Killed", 1)],
    ids=["node lost", "task killed"],
)
def test_a_node_that_is_lost_is_told_from_a_task_that_failed(programs: Path, said: str, status: int | None) -> None:
    write(programs / "srun", f'cat > /dev/null\necho "{said}" >&2\nexit 1\n')
    team = SlurmNodes("", b"x", 20.0).request([Node("n1")]).team(10.0)
    assert team is not None
    team.start(0, ["-c", ""])
    ((_, ended),) = [each for each in all_of(team, 1) if isinstance(each[1], Ended)]
    assert isinstance(ended, Ended) and ended.status == status
    team.release()


def test_a_node_that_fails_is_lost_although_srun_ends_with_0_and_its_name_is_kept_to_itself(programs: Path) -> None:
    write(programs / "srun", "cat > /dev/null\necho 'srun: error: Node failure on n1' >&2\nexit 0\n")
    team = SlurmNodes("", b"x", 20.0).request([Node("n1")]).team(10.0)
    assert team is not None
    team.start(0, ["-c", ""])
    ((_, ended),) = [each for each in all_of(team, 1) if isinstance(each[1], Ended)]
    assert ended == Ended(None, "node failure")
    team.release()


def test_what_is_measured_sees_all_processors_and_gpus_of_its_node(programs: Path) -> None:
    """A step of one task has one processor of its node, and none of the GPUs of an exclusive job, unless it asks for them."""
    for name in ("salloc", "srun"):
        write(programs / name, f'echo "$@" > {programs}/{name}.said\n' + PROGRAMS[name])
    slurm = SlurmNodes("", packed_probes(), 20.0)
    team = slurm.request([slurm.nodes()[1]]).team(10.0)
    assert team is not None
    team.start(0, ["-c", ""])
    all_of(team, 1)
    team.release()
    said = {name: (programs / f"{name}.said").read_text() for name in ("salloc", "srun")}
    assert "--exclusive --mem=0 --gres=gpu:h200:8 -w n2" in said["salloc"]
    assert "--overlap --cpu-bind=none --gres=gpu:h200:8" in said["srun"] and "--exact" not in said["srun"]


def test_nodes_that_are_busy_are_told_from_a_cluster_that_fails(programs: Path) -> None:
    said = "srun: error: Unable to allocate resources: "
    write(programs / "srun", f"cat > /dev/null\necho '{said}Requested nodes are busy' >&2\nexit 1\n")
    slurm = SlurmNodes("", b"x", 1.0)
    assert set(slurm.look(slurm.nodes()).values()) == {"busy"}  # type: ignore[arg-type]
    write(programs / "srun", f"cat > /dev/null\necho '{said}Invalid account' >&2\nexit 1\n")
    assert set(slurm.look(slurm.nodes()).values()) == {f"{said}Invalid account"}  # type: ignore[arg-type]


def test_a_partition_that_is_not_there_is_told(programs: Path) -> None:
    write(programs / "sinfo", "[ $1 = --version ] && echo slurm 22.05.8\nexit 0\n")
    with pytest.raises(ClusterError) as absent:
        SlurmNodes("gpu", b"", 20.0)
    assert (absent.value.word, absent.value.why) == ("no-partition", "gpu")


def test_a_worker_is_told_to_stop_and_says_its_last_words(programs: Path) -> None:
    """By a signal that srun hands on to everything on the node, the worker included."""
    team = SlurmNodes("", packed_probes(), 20.0).request([Node("n1")]).team(10.0)
    assert team is not None
    code = "import time\ntry:\n print('begun', flush=True)\n time.sleep(99)\nexcept KeyboardInterrupt:\n print('last words', flush=True)"
    team.start(0, ["-c", code])
    assert next(team.lines(60.0)) == (0, "begun")
    team.stop()
    assert [said for _, said in all_of(team, 1)] == ["last words", Ended(0, "last words")]
    team.release()


def test_the_address_of_a_node_is_that_by_which_the_network_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own name may stand for the loopback, as Debian writes it into /etc/hosts."""
    monkeypatch.setattr("socket.gethostname", lambda: "no-such-host.invalid")
    monkeypatch.setenv("SLURM_LAUNCH_NODE_IPADDR", "127.0.0.1")
    assert own_address() == "127.0.0.1"


def test_without_slurm_and_where_it_fails_there_is_a_word(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(programs / "sinfo", "echo 'slurm_load_partitions: Unable to contact slurm controller' >&2; exit 1\n")
    with pytest.raises(ClusterError, match="Unable to contact") as failed:
        SlurmNodes("", b"", 20.0)
    assert failed.value.word == "slurm-failed"
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ClusterError) as absent:
        SlurmNodes("", b"", 20.0)
    assert absent.value.word == "no-slurm"


@pytest.mark.slow
def test_every_row_of_sinfo_is_looked_at_once(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slurm = SlurmNodes("", packed_probes(), 20.0)
    seen = slurm.look([*slurm.nodes(), replace(slurm.nodes()[0], id="n9")])
    assert seen.keys() == {"n1", "n2", "n9"} and all(isinstance(each, dict) for each in seen.values()), json.dumps(seen)
    assert seen["n9"]["machine"] == seen["n1"]["machine"] and seen["n9"]["boot"] == "n9"  # type: ignore[index]
    whole = seen["n2"]["machine"]  # type: ignore[index]
    assert (whole["usable_cores"], whole["physical_cores"]) == (64, 32) and whole["memory_mb"] >= 512_000
    monkeypatch.setenv("SLURM_JOB_ID", "42")  # which may have a part of the node alone
    part = SlurmNodes("", packed_probes(), 20.0).look(slurm.nodes()[1:])["n2"]
    assert part["machine"]["usable_cores"] == len(os.sched_getaffinity(0))  # type: ignore[index]
    assert sys.version.split()[0] == seen["n1"]["machine"]["python"]  # type: ignore[index]
