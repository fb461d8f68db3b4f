"""A real Ray and a real SLURM, each a head and two nodes, on machines that are namespaces: what a user types, and what goes wrong.

All of them are this machine: mechanism only. Where times are taken nevertheless, the machines claim boots of their own, and a slow
cable decides what is found.
"""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from namespaces import Network, why_no_namespaces
from ray_cluster import RayCluster, why_no_ray
from real_cluster import RealCluster, runs_of, wait_until
from slurm_cluster import SlurmCluster, why_no_slurm

KINDS = {"n1": "small", "n2": "big"}
MBIT = 200.0
PATIENCE = ("--patience", "10s")
PYTORCH = ("--candidate", "pytorch", "--format", "json")
WAYS = ("pytorch", "tensorflow", "keras[jax]", "keras[torch]", "jax")
"""Who can train on several nodes; PyTorch in two ways."""


def start_ray(network: Network, cpus: int, token: str = "") -> RealCluster:
    return RayCluster(network, KINDS, cpus, token)


def start_slurm(network: Network, cpus: int) -> RealCluster:
    return SlurmCluster(network, KINDS, cpus)


def engine(name: str, why_not: Callable[[], str], start: Callable[[Network, int], RealCluster]) -> object:
    reason = why_no_namespaces() or why_not()
    return pytest.param(start, id=name, marks=pytest.mark.skipif(bool(reason), reason=reason))


ENGINES = [engine("ray", why_no_ray, start_ray), engine("slurm", why_no_slurm, start_slurm)]
pytestmark = pytest.mark.long


@pytest.fixture(scope="module", params=ENGINES)
def cluster(request: pytest.FixtureRequest) -> Iterator[RealCluster]:
    with Network("head", *KINDS) as network:
        yield request.param(network, 2)


@pytest.fixture
def fresh(request: pytest.FixtureRequest) -> Iterator[RealCluster]:
    """A cluster of which something is broken."""
    with Network("head", *KINDS) as network:
        yield request.param(network, 2)


def labels_of(out: str) -> dict[str, set[str]]:
    """Return the outcomes by the value of the label."""
    found: dict[str, set[str]] = {}
    for run in runs_of(out):
        found.setdefault(run["machine"]["labels"][0].partition("=")[2], set()).add(run["outcome"])
    return found


def names_nobody(cluster: RealCluster, out: str) -> bool:
    machines = cluster.network.machines.values()
    return not any(f'"{machine.name}' in out or machine.address in out for machine in machines)


def test_the_kinds_are_told_apart_by_label_and_the_head_is_left_out(cluster: RealCluster) -> None:
    code, out, err, _ = cluster.advise("doctor", "--label", cluster.label).end()
    said = " ".join(out.split())
    assert code == 0, err
    assert "nodes: 2, kinds of node: 2" in said and all(f"{cluster.label}={kind}" in said for kind in KINDS.values())
    code, out, _, _ = cluster.advise("doctor").end()
    assert code == 0 and "nodes: 2, machines: 1" in " ".join(out.split())


def test_one_node_of_every_kind_is_measured_and_no_run_names_a_node(cluster: RealCluster) -> None:
    code, out, err, _ = cluster.advise("probe", "dev-effort", "graph-mode", "--label", cluster.label, *PYTORCH).end()
    assert code == 0, err
    assert labels_of(out) == {"small": {"ok"}, "big": {"ok"}} and names_nobody(cluster, out)
    assert {run["machine"]["engine"] for run in runs_of(out)} == {cluster.address.partition(":")[0]}
    assert {run["machine"]["usable_cores"] for run in runs_of(out)} != {1} or Path("/proc/cpuinfo").read_text().count(
        "processor"
    ) == 1
    assert len({run["session"] for run in runs_of(out)}) == 2 and cluster.workers() == []


def test_a_kind_and_a_number_of_nodes_can_be_asked_for(cluster: RealCluster) -> None:
    code, out, _, _ = cluster.advise("probe", "dev-effort", "--label", cluster.label, "--kind", "big", *PYTORCH).end()
    assert code == 0 and labels_of(out).keys() == {"big"}
    code, out, _, _ = cluster.advise("probe", "dev-effort", "--per-kind", "2", *PYTORCH).end()
    assert code == 0 and len({run["session"] for run in runs_of(out)}) == 2
    code, _, err, _ = cluster.advise("probe", "dev-effort", "--label", cluster.label, "--kind", "no-such").end()
    assert code == 2 and f"{cluster.label}=small" in err


def test_two_nodes_train_together_in_every_way_and_fewer_resume(cluster: RealCluster) -> None:
    code, out, err, _ = cluster.advise("probe", "cluster-scaling", "cluster-loss", "--format", "json").end()
    assert code == 0, err
    runs = {(run["probe"], run["candidate"]): run for run in runs_of(out)}
    assert names_nobody(cluster, out) and cluster.workers() == []
    for who in WAYS:
        scaling, loss = (runs[probe, who]["measures"] for probe in ("cluster-scaling", "cluster-loss"))
        assert (scaling["mechanism"], scaling["machines"]) == ("works", 1) and scaling["gradient_error"] < 1e-5, who
        assert "across_machines" not in scaling and not any("_ms" in name for name in scaling)
        assert (loss["survivor"], loss["resumes"]) == ("errors", "works") and loss["survivor_seconds"] < 10, who
    assert runs["cluster-scaling", "pytorch"]["measures"]["sharded"] == "works"
    assert runs["cluster-scaling", "keras[tensorflow]"]["outcome"] == "unsupported"


def test_the_report_says_that_the_nodes_are_one_machine(cluster: RealCluster) -> None:
    code, out, _, _ = cluster.advise("probe", "cluster-scaling", "--candidate", "pytorch").end()
    assert code == 0 and "several nodes are one machine: mechanism only" in " ".join(out.split())
    assert "gradient error" in out and "mechanism" in out  # the heads of the columns


def test_a_busy_node_is_never_measured_and_a_free_one_is_waited_for(cluster: RealCluster) -> None:
    cluster.hold(35, *KINDS)
    code, out, err, seconds = cluster.advise("probe", "dev-effort", "--label", cluster.label, *PYTORCH, *PATIENCE).end()
    assert (code, runs_of(out)) == (4, []) and "busy" in err and seconds < 30
    code, out, err, _ = cluster.advise(
        "probe", "dev-effort", "--label", cluster.label, *PYTORCH, "--patience", "2m"
    ).end()
    assert code == 0 and labels_of(out) == {"small": {"ok"}, "big": {"ok"}}, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_whoever_ends_advise_ends_every_worker_and_what_was_measured_is_kept(cluster: RealCluster, number: int) -> None:
    command = cluster.advise("probe", "dev-effort", "graph-mode", "export", "--label", cluster.label, *PYTORCH)
    command.wait_for("exact pytorch", times=2)
    wait_until(cluster.workers, 30, "no worker has begun")
    begin = time.monotonic()
    command.signal(number)
    code, out, _, _ = command.end()
    if number == signal.SIGINT:
        assert code == 130 and time.monotonic() - begin < 5
        assert {run["outcome"] for run in runs_of(out)} <= {"ok"} and runs_of(out)
    wait_until(lambda: cluster.workers() == [], 5, "a worker was left behind")


def test_a_wrong_label_is_told(cluster: RealCluster) -> None:
    code, out, err, _ = cluster.advise("doctor", "--label", "no-such-label").end()
    assert code == 0 and "no node has the label no-such-label" in " ".join((out + err).split())


@pytest.mark.parametrize("fresh", ENGINES, indirect=True)
@pytest.mark.parametrize("cut", ["power", "cable"])
def test_a_node_that_is_lost_costs_only_its_own_runs(fresh: RealCluster, cut: str) -> None:
    command = fresh.advise("probe", "graph-mode", "export", "--label", fresh.label, *PYTORCH, "--budget", "10m")
    command.wait_for("exact pytorch", times=2)
    if cut == "power":
        fresh.network["n2"].power_off()
    else:
        fresh.network.pull_cable("n2")
    code, out, err, _ = command.end()
    found = labels_of(out)
    assert code == 0 and found["small"] == {"ok"} and "node_lost" in found["big"], err
    assert "the node was lost" in err and names_nobody(fresh, out)


@pytest.mark.parametrize("start", ENGINES)
def test_a_slow_network_is_what_bounds_the_training(start: Callable[[Network, int], RealCluster]) -> None:
    """The exchange takes what the bytes take at the rate of the link; the report and the claims say what holds them up."""
    with Network("head", *KINDS, own_boots=True) as network:
        cluster = start(network, 1)

        def measure() -> dict[str, Any]:
            code, out, err, _ = cluster.advise("probe", "cluster-scaling", *PYTORCH).end()
            assert code == 0, err
            (run,) = runs_of(out)
            measures: dict[str, Any] = run["measures"]
            return measures

        free = measure()
        for name in KINDS:
            network.limit(name, MBIT)
        measures = measure()
        assert measures["efficiency_2"] < free["efficiency_2"] and measures["link_mbit"] < free["link_mbit"]
        expected = 8 * 2**20 * measures["exchanged_mb"] / (1e6 * MBIT) * 1e3
        assert measures["exchange_ms_2"] == pytest.approx(expected, rel=0.25)
        assert measures["link_mbit"] == pytest.approx(MBIT, rel=0.1) and measures["bound_by"] == "network"
        assert (measures["machines"], measures["across_machines"]) == (2, "works")


@pytest.mark.skipif(bool(reason := why_no_namespaces() or why_no_ray()), reason=reason)
def test_only_who_has_the_token_is_let_in() -> None:
    token = secrets.token_hex(32)
    with Network("head", *KINDS) as network:
        cluster = start_ray(network, 2, token)
        code, _, err, seconds = cluster.advise("doctor").end()
        assert code == 4 and "asks for its token" in err and seconds < 60
        code, _, err, seconds = cluster.advise(
            "doctor", RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32)
        ).end()
        assert code == 4 and "asks for its token" in err and seconds < 60
        code, out, err, _ = cluster.advise("doctor", RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=token).end()
        assert code == 0 and "this cluster is open" not in out and token not in out + err
