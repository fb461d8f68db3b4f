"""A real Ray cluster, all of it on this machine in namespaces of its own: mechanism only, nothing is timed.

The Python that has Ray is that of these tests, or what the variable ADVISE_CLUSTER_PYTHON names.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

PYTHON = os.environ.get("ADVISE_CLUSTER_PYTHON", "")
UNSHARE = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
STARTING_SECONDS = 600.0
HERE = Path(__file__).parent


def why_not() -> str:
    """Return why this cannot be run here; empty where it can."""
    if not PYTHON and find_spec("ray") is None:
        return "Ray is not installed (the extra `cluster`)"
    if sys.platform != "linux" or os.geteuid() != 0:
        return "namespaces need root on Linux"
    return "" if subprocess.run([*UNSHARE, "true"], check=False).returncode == 0 else "namespaces are forbidden here"


pytestmark = [pytest.mark.long, pytest.mark.skipif(bool(reason := why_not()), reason=reason)]


class RealCluster:
    """Three raylets: a head without processors, and a node for each label."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.python = folder, PYTHON or sys.executable
        self.process = subprocess.Popen(
            [*UNSHARE, self.python, str(HERE / "ray_cluster.py"), str(folder), "a", "b"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=(folder / "ray.log").open("wb"), text=True,
            env={**os.environ, "HOME": str(folder)},
        )  # fmt: skip
        self.address = self.say("")

    def say(self, line: str) -> str:
        assert self.process.stdin is not None and self.process.stdout is not None
        if line:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        assert answer, (self.folder / "ray.log").read_text()[-2000:]
        return answer

    def command(self, *arguments: str) -> list[str]:
        (inner,) = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        enter = ["nsenter", "-t", inner, "-n", "-p", "-m", sys.executable, "-m", "advisor"]
        return [
            *enter,
            *arguments,
            "--cluster",
            f"ray:{self.address}",
            "--label",
            "pool",
            "--worker-python",
            self.python,
        ]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        variables = {f"XDG_{name}_HOME": str(self.folder / name) for name in ("DATA", "STATE", "CACHE")}
        return subprocess.Popen(
            self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **variables, "RAY_USAGE_STATS_ENABLED": "0"},
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str, str]:
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=STARTING_SECONDS)
        return process.returncode, out, err

    def workers(self) -> list[str]:
        """The working folders of what still runs of the probes on a node."""
        links = (file.readlink() for file in Path("/proc").glob("[0-9]*/cwd") if os.access(file, os.R_OK))
        return [str(link) for link in links if "advise-probe-" in str(link) and str(self.folder) in str(link)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[RealCluster]:
    with tempfile.TemporaryDirectory(
        prefix="advise-ray-", ignore_cleanup_errors=True
    ) as folder:  # Ray's sockets need short paths
        started = RealCluster(Path(folder))
        yield started
        started.process.kill()
        started.process.wait()


def runs_of(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def test_the_kinds_are_told_apart_by_label_and_the_head_is_left_out(cluster: RealCluster) -> None:
    code, out, err = cluster.run("doctor", "--format", "json")
    assert code == 0, err
    found = [row["found"] for row in json.loads(out)]
    assert sum("pool=a" in row for row in found) == 1 and sum("pool=b" in row for row in found) == 1
    assert any("nodes: 2, kinds of node: 2" in row for row in found) and any("open" in row for row in found)


def test_one_node_of_every_kind_is_measured_and_no_run_names_a_node(cluster: RealCluster) -> None:
    code, out, err = cluster.run(
        "probe", "dev-effort", "graph-mode", "--candidate", "pytorch", "--format", "json", "--budget", "5m"
    )
    assert code == 0, err
    runs = runs_of(out)
    assert {run["machine"]["labels"][0] for run in runs} == {"pool=a", "pool=b"} and len(
        {run["session"] for run in runs}
    ) == 2
    assert {run["outcome"] for run in runs} == {"ok"} and {run["machine"]["engine"] for run in runs} == {"ray"}
    assert os.uname().nodename not in out and "127.0.0.1" not in out
    assert cluster.workers() == []


def test_two_nodes_train_together_and_are_known_to_be_one_machine(cluster: RealCluster) -> None:
    """The kinds are those of the labels, so both nodes are of one kind only without them: here each is asked alone."""
    command = [
        word
        for word in cluster.command(
            "probe", "cluster-scaling", "cluster-loss", "--candidate", "pytorch", "--format", "json"
        )
        if word not in ("--label", "pool")
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=STARTING_SECONDS, check=False)
    scaling, loss = runs_of(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (scaling["measures"]["mechanism"], scaling["measures"]["sharded"], scaling["measures"]["machines"]) == (
        "works",
        "works",
        1,
    )
    assert scaling["measures"]["gradient_error"] < 1e-5 and "across_machines" not in scaling["measures"]
    assert loss["measures"]["survivor"] == "errors" and loss["measures"]["resumes"] == "works"
    assert cluster.workers() == []


def test_ctrl_c_ends_every_worker_within_seconds(cluster: RealCluster) -> None:
    with cluster.start("probe", "graph-mode", "--budget", "10m") as process:
        assert process.stderr is not None
        while not any("exact" in line for line in [process.stderr.readline()]):
            assert process.poll() is None
        begin = time.monotonic()
        os.kill(int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]), signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode in (130, -2) and time.monotonic() - begin < 15
    time.sleep(3)
    assert cluster.workers() == []


def test_a_node_that_is_lost_costs_only_its_own_runs(cluster: RealCluster) -> None:
    with cluster.start(
        "probe", "graph-mode", "export", "--candidate", "pytorch", "--format", "json", "--budget", "10m"
    ) as process:
        assert process.stderr is not None
        while not any("exact" in line for line in [process.stderr.readline()]):
            assert process.poll() is None
        assert cluster.say("b") == "removed"
        out, err = process.communicate(timeout=STARTING_SECONDS)
    assert process.returncode == 0 and "the node was lost" in err
    by_label = {run["machine"]["labels"][0]: run["outcome"] for run in runs_of(out)}
    assert by_label["pool=a"] == "ok" and by_label["pool=b"] == "node_lost"
