"""Nodes of a cluster by an engine that is made up: what is started where, what is told, and that nothing is left behind."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from probes.cluster import jobs, sessions
from probes.cluster.agent import Agent
from probes.cluster.jobs import SeveralNodesSession
from probes.cluster.kinds import NodesOfKind, group_by_kind
from probes.cluster.knocking import knock, reason_of
from probes.cluster.launcher import ClusterError, Ended, Node
from probes.cluster.packing import packed_probes
from probes.cluster.sessions import run_sessions
from probes.registration import Registration
from probes.run import Outcome, Run

MACHINE = {
    "os": "Linux 6", "arch": "x86_64", "cpu": "EPYC", "usable_cores": 8, "physical_cores": 8, "cpu_quota": "none",
    "memory_mb": 64_000, "gpus": [], "gpu_memory_mb": [],
}  # fmt: skip
Script = Callable[[int, Mapping[str, Any]], list[str | Ended]]


class FakeTeam:
    """Workers whose lines come from a script: by rank and order, everything they say and how they end."""

    def __init__(self, engine: FakeEngine, nodes: Sequence[Node]) -> None:
        self.engine, self.nodes, self.left = engine, nodes, list[tuple[int, str | Ended]]()

    def addresses(self) -> list[tuple[str, int]]:
        return [(f"10.0.0.{rank + 1}", 7000 + rank) for rank in range(len(self.nodes))]

    def start(self, rank: int, arguments: Sequence[str], environment: Mapping[str, str] = {}) -> None:
        if arguments[0] == "-c":  # what is the boot id?
            boots = self.engine.boots
            self.left += [(rank, boots[rank % len(boots)]), (rank, Ended(0))]
            return
        self.engine.started.append((self.nodes[rank].id, list(arguments)))
        order = json.loads(arguments[-1]) if arguments[-1].startswith("{") else {"node": self.nodes[rank].id}
        self.left += [(rank, said) for said in self.engine.script(rank, order)]

    def lines(self, seconds: float) -> Iterator[tuple[int, str | Ended]]:
        said, self.left = self.left, []
        yield from said

    def stop(self) -> None:
        self.engine.stopped += 1
        self.left += [(rank, Ended(130)) for rank in range(len(self.nodes))]

    def release(self) -> None:
        self.engine.held -= {node.id for node in self.nodes}


class FakeRequest:
    def __init__(self, engine: FakeEngine, nodes: Sequence[Node]) -> None:
        self.engine, self.nodes = engine, nodes

    def team(self, seconds: float) -> FakeTeam | None:
        ids = {node.id for node in self.nodes}
        if ids & (self.engine.busy | self.engine.held):
            time.sleep(0.01)
            return None
        self.engine.held |= ids
        return FakeTeam(self.engine, self.nodes)

    def withdraw(self) -> None: ...


class FakeEngine:
    name, version, is_open = "fake", "1", False

    def __init__(self, script: Script, busy: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        self.script, self.busy, self.held = script, busy, set[str]()
        self.started = list[tuple[str, list[str]]]()
        self.stopped = 0
        self.boots: list[str] = []
        self.asked: list[list[str]] = []

    def request(self, nodes: Sequence[Node]) -> FakeRequest:
        self.asked.append([node.id for node in nodes])
        return FakeRequest(self, nodes)

    def close(self) -> None: ...


def nodes_of_kind(count: int = 2, machines: int | None = None, cpu: str = "EPYC") -> NodesOfKind:
    seen = {
        f"{cpu}-{number}": {
            "machine": {**MACHINE, "cpu": cpu}, "versions": {"torch": "2.13"}, "missing": {}, "slowness": 1.0,
            "boot": f"{cpu}-boot-{number if machines is None else number % machines}",
        }
        for number in range(count)
    }  # fmt: skip
    (kind,) = group_by_kind([Node(id, {"CPU": 8}) for id in seen], seen, "fake", [])
    return kind


def told_by(engine: FakeEngine, kinds: Sequence[NodesOfKind], **changes: Any) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    run_sessions(
        engine,
        kinds,
        ["-m", "probes"],
        **{"budget": 10.0, "patience": 0.0, "per_kind": 1, "say": told.append} | changes,
    )  # type: ignore[arg-type]
    assert engine.held == set()
    return told


def ends_of(told: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["as"], event["why"]) for event in told if event["event"] == "ended"]


# --- what is what -------------------------------------------------------------------------------------------------------


def test_kinds_are_told_apart_by_what_nodes_are_and_by_the_labels_asked_for() -> None:
    nodes = [Node(str(number), {"CPU": 8}, {"pool": "ab"[number % 2], "rack": str(number)}) for number in range(4)]
    seen = {
        node.id: {"machine": MACHINE, "versions": {}, "missing": {}, "boot": f"boot-{node.id}", "slowness": 1.0}
        for node in nodes
    }
    (only,) = group_by_kind(nodes, seen, "fake", [])
    assert len(only.nodes) == 4 and "labels" not in only.machine and only.machine["engine"] == "fake"
    by_pool = group_by_kind(nodes, seen, "fake", ["pool"])
    engine = FakeEngine(lambda rank, order: [Ended(0)])
    told_by(engine, by_pool)
    assert [arguments[-2:] for _, arguments in engine.started] == [["--label", "pool=a"], ["--label", "pool=b"]]
    assert [kind.machine["labels"] for kind in by_pool] == [["pool=a"], ["pool=b"]]
    assert not any(f"boot-{number}" in json.dumps(only.to_json()) for number in range(4))
    silent = group_by_kind(nodes, {**seen, "1": "no answer"}, "fake", [])
    assert len(silent[0].nodes) == 3
    lacking = group_by_kind(nodes, {**seen, "2": {**seen["2"], "missing": {"pytorch": ["torch"]}}}, "fake", [])
    assert lacking[0].missing == {"pytorch": ["torch"]}


def test_a_hundred_nodes_cost_the_head_little() -> None:
    kinds = 5
    nodes = [Node(f"n{number}", {"CPU": 8}) for number in range(100)]
    seen = {
        node.id: {
            "machine": {**MACHINE, "cpu": f"CPU {number % kinds}"}, "versions": {"torch": "2.13"}, "missing": {},
            "boot": node.id, "slowness": 1.0,
        }
        for number, node in enumerate(nodes)
    }  # fmt: skip
    line = make_run("pytorch").to_json()
    engine = FakeEngine(lambda rank, order: [*[line] * 200, Ended(0)])
    tracemalloc.start()
    begin = time.process_time()
    grouped = group_by_kind(nodes, seen, "fake", [])
    told = told_by(engine, grouped, per_kind=20)
    seconds, (_, most) = time.process_time() - begin, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(grouped) == kinds and len(ends_of(told)) == 100 and len(told) == 100 * 201
    assert most < 64 * 2**20 and seconds < 20
    print(
        f"100 nodes, 20,000 lines: {seconds:.2f} s, {most / 2**20:.1f} MiB, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss} kB"
    )


# --- one session per node -----------------------------------------------------------------------------------------------


def test_one_node_of_every_kind_is_measured() -> None:
    engine = FakeEngine(lambda rank, order: ["a line", Ended(0)])
    told = told_by(engine, [nodes_of_kind(), nodes_of_kind(cpu="Xeon")])
    assert [event["line"] for event in told if event["event"] == "line"] == ["a line"] * 2
    assert ends_of(told) == [("ok", "")] * 2 and {id.partition("-")[0] for id, _ in engine.started} == {"EPYC", "Xeon"}


def test_several_nodes_of_a_kind_are_different_ones() -> None:
    engine = FakeEngine(lambda rank, order: [Ended(0)])
    told_by(engine, [nodes_of_kind(3)], per_kind=2)
    assert len({id for id, _ in engine.started}) == 2


def test_a_busy_node_gives_way_to_another_of_its_kind() -> None:
    engine = FakeEngine(lambda rank, order: [Ended(0)], busy={"EPYC-0"})
    assert ends_of(told_by(engine, [nodes_of_kind()], patience=5.0)) == [("ok", "")]
    assert [id for id, _ in engine.started] == ["EPYC-1"]


def test_a_place_in_the_queue_is_kept_where_every_node_is_busy() -> None:
    """A request that is taken back every second would never be the first in the queue of a full cluster."""
    engine = FakeEngine(lambda rank, order: [Ended(0)], busy={"EPYC-0", "EPYC-1"})
    assert ends_of(told_by(engine, [nodes_of_kind()], patience=0.4)) == [("busy", "")]
    assert engine.asked[:2] == [["EPYC-0"], ["EPYC-1"]] and len(engine.asked) <= 6
    whole = FakeEngine(lambda rank, order: [Ended(0)], busy={"EPYC-0"})
    assert run_jobs(whole, nodes_of_kind(3), ["cluster-scaling"])[1] == "ok"
    assert whole.asked == [["EPYC-0", "EPYC-1"], ["EPYC-1", "EPYC-2"]]


def test_where_every_node_is_busy_none_is_measured() -> None:
    engine = FakeEngine(lambda rank, order: [Ended(0)], busy={"EPYC-0", "EPYC-1"})
    assert ends_of(told_by(engine, [nodes_of_kind()])) == [("busy", "")] and engine.started == []


def test_a_node_on_which_somebody_else_measures_counts_as_busy() -> None:
    answers = {"EPYC-0": [Ended(4)], "EPYC-1": [Ended(0)]}
    engine = FakeEngine(lambda rank, order: [*answers[order["node"]]])
    assert ends_of(told_by(engine, [nodes_of_kind()], patience=5.0)) == [("ok", "")]


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (["said last", Ended(1)], ("failed", "said last")),
        (["measured", Ended(None, "NodeDiedError")], ("node-lost", "NodeDiedError")),
    ],
    ids=["error", "lost"],
)
def test_the_other_kind_goes_on_where_one_ends_badly(said: list[str | Ended], word: tuple[str, str]) -> None:
    engine = FakeEngine(lambda rank, order: list(said) if order["node"].startswith("EPYC") else [Ended(0)])
    told = told_by(engine, [nodes_of_kind(1), nodes_of_kind(1, cpu="Xeon")])
    assert sorted(ends_of(told)) == sorted([word, ("ok", "")])
    assert [event["line"] for event in told if event["event"] == "line"] == [said[0]]


def test_what_takes_far_longer_than_its_budget_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "OVERTIME_SECONDS", -10.1)
    engine = FakeEngine(lambda rank, order: ["on and on"])
    assert ends_of(told_by(engine, [nodes_of_kind(1)])) == [("too-long", "")] and engine.stopped == 1


def test_an_interrupt_stops_every_worker_and_tells_what_was_said() -> None:
    told: list[dict[str, Any]] = []
    engine = FakeEngine(lambda rank, order: ["first"])

    def say(event: dict[str, Any]) -> None:
        told.append(event)
        if len(told) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_sessions(engine, [nodes_of_kind(1), nodes_of_kind(1, cpu="Xeon")], ["-m", "probes"], 9.0, 0.0, 1, say)  # type: ignore[arg-type]
    assert engine.held == set() and engine.stopped >= 1
    assert sum(event.get("line") == "first" for event in told) == len(engine.started)


# --- the agent on a node ------------------------------------------------------------------------------------------------


def exit_of(agent: Agent) -> tuple[list[str], int]:
    lines: list[str] = []
    until = time.monotonic() + 60
    while not (lines and lines[-1].startswith('{"event": "exit"')) and time.monotonic() < until:
        lines += agent.poll(1.0)
    return lines[:-1], json.loads(lines[-1])["status"]


def test_an_agent_runs_the_probes_it_was_given_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    agent = Agent(packed_probes())
    agent.start(["-c", "import probes.run as run, os; print(run.__file__); print('PYTHONPATH' in os.environ)"], {})
    lines, status = exit_of(agent)
    assert lines == [str(agent.place / "probes" / "run.py"), "False"] and status == 0
    agent.close()
    assert not agent.place.exists()


def test_ctrl_c_reaches_a_worker_although_its_engine_blocks_it() -> None:
    """As Ray does: a blocked SIGINT is inherited, and the worker would never end."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    agent = Agent(packed_probes())
    try:
        agent.start(["-c", "import time; print('here', flush=True); time.sleep(100)"], {})
        assert agent.poll(30.0) == ["here"]
        begin = time.monotonic()
        agent.stop()
        lines, status = exit_of(agent)
        assert status in (-signal.SIGINT, 1, 130) and any("KeyboardInterrupt" in line for line in lines)
        assert time.monotonic() - begin < 3
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        agent.close()


def test_a_worker_that_ignores_ctrl_c_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.cluster.agent.GRACE_SECONDS", 0.3)
    agent = Agent(packed_probes())
    agent.start(
        ["-c", "import signal, time; signal.signal(2, signal.SIG_IGN); print(1, flush=True); time.sleep(99)"], {}
    )
    agent.poll(30.0)
    agent.stop()
    assert exit_of(agent)[1] == -signal.SIGKILL
    agent.close()


def test_what_travels_is_code_alone(tmp_path: Path) -> None:
    import io
    import zipfile

    (tmp_path / "my_model").mkdir()
    (tmp_path / "my_model" / "task.py").write_text("X = 1\n")
    (tmp_path / "my_model" / "secret.csv").write_text("private\n")
    names = zipfile.ZipFile(io.BytesIO(packed_probes(tmp_path / "my_model"))).namelist()
    assert "own/my_model/task.py" in names and "probes/suite.py" in names
    assert all(name.endswith(".py") for name in names)


# --- the address --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("http://head:8265", "page-of-ray"),
        ("head", "no-address"),
        ("ftp://head:1", "no-address"),
        ("no-such-host.invalid:6379", "unknown-host"),
        ("127.0.0.1:1", "nobody-answers"),
        ("ray://127.0.0.1:1", "nobody-answers"),
    ],
)
def test_a_wrong_address_is_told_within_seconds(address: str, word: str) -> None:
    begin = time.monotonic()
    with pytest.raises(ClusterError) as caught:
        knock(address)
    assert caught.value.word == word and time.monotonic() - begin < 20


def test_where_somebody_listens_nothing_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        knock(f"ray://127.0.0.1:{server.getsockname()[1]}")
        knock("auto")


def caused(said: str, cause: str) -> Exception:
    error = ConnectionError(said)
    error.__cause__ = RuntimeError(cause)
    return error


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (RuntimeError("Version mismatch: The cluster was started with: Ray: 2.60.0 Python: 3.12.1"), "other-version"),
        (RuntimeError("Unauthenticated: InvalidAuthToken"), "refused"),
        (
            caused(
                "Failed to connect to Ray cluster at 10.0.0.1:6379", "AuthenticationError: RPC error: InvalidAuthToken"
            ),
            "refused",
        ),
        (caused("Failed to connect to Ray cluster", 'File "lib/python3.11/node.py", of version 2'), "not-joined"),
        (ImportError("Ray Client requires pip package `ray[client]`."), "no-client"),
        (ConnectionError("Could not find any running Ray instance."), "no-ray-here"),
        (ConnectionError("Failed to connect to Ray cluster at 10.0.0.1:6379."), "not-joined"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_ray_says_gets_a_word(error: Exception, word: str) -> None:
    assert reason_of(error).word == word


def test_why_ray_refuses_is_told_in_one_line() -> None:
    other = RuntimeError("Version mismatch: The cluster was started with:\n    Ray: 2.60.0\n    Python: 3.11.7\n")
    assert reason_of(other).why == "Version mismatch: The cluster was started with: Ray: 2.60.0 Python: 3.11.7"
    server = "Initialization failure from server:\nTraceback (most recent call last):\n  File x\nAttributeError: 'JobConfig' object has no attribute 'y'\n"
    refused = reason_of(ConnectionAbortedError(server))
    assert (refused.word, refused.why) == ("other-version", "AttributeError: 'JobConfig' object has no attribute 'y'")
    silent = reason_of(caused("", "Could not read 'temp_dir' from GCS. Did GCS start successfully?"))
    assert silent.word == "other-version" and silent.why.startswith("Could not read")


# --- jobs on several nodes ----------------------------------------------------------------------------------------------


def scaling_script(step: Mapping[int, float], least: Mapping[int, float], error: float = 3e-7) -> Script:
    def script(rank: int, order: Mapping[str, Any]) -> list[str | Ended]:
        if "address" in order:
            return [*(['{"link_mbit": 200.0}'] if rank == 0 else []), Ended(0)]
        world = len(order["addresses"])
        said: list[dict[str, Any]] = [{"way": "replicated", "gradient_error": error, "api": "DDP"}]
        if order["timed"]:
            said += [
                {"way": "replicated", "step_ms": step[world]},
                {"way": "replicated", "least_step_ms": least[world]},
            ]
        return [json.dumps(message) for message in [*said, {"done": True, "versions": {"torch": "2.13.0"}}]]

    return script


def run_jobs(
    engine: FakeEngine, of: NodesOfKind, probes: Sequence[str], sizes: Sequence[int] = (1, 2)
) -> tuple[list[Any], str]:
    engine.boots = sorted(of.machines)
    told: list[dict[str, Any]] = []
    SeveralNodesSession(engine, of, sizes, probes, ["pytorch"], 100.0, 0.0).run(told.append)  # type: ignore[arg-type]
    assert engine.held == set()
    lines = [json.loads(event["line"]) for event in told if event["event"] == "line" and event["line"].startswith("{")]
    return [Registration.from_record(line) if "record" in line else Run.from_record(line) for line in lines], told[-1][
        "as"
    ]


def test_two_machines_are_timed_and_judged() -> None:
    engine = FakeEngine(scaling_script({1: 50.0, 2: 250.0}, {1: 10.0, 2: 222.0}))
    (plan, run), word = run_jobs(engine, nodes_of_kind(2), ["cluster-scaling"])
    assert word == "ok" and plan.cluster == {"engine": "fake", "nodes": 2}
    assert run.measures == {
        "workers": 2, "machines": 2, "gradient_error": 3e-7, "mechanism": "works", "across_machines": "works", "api": "DDP",
        "sharded": "absent", "step_ms_1": 50.0, "step_ms_2": 250.0, "efficiency_2": 0.1, "exchange_ms_2": 212.0,
        "exchanged_mb": pytest.approx(5.0391, abs=1e-3), "bound_by": "network", "link_mbit": 200.0,
    }  # fmt: skip
    assert [len(json.loads(order[-1])["addresses"]) for _, order in engine.started if "rank" in order[1]] == [
        1,
        2,
        2,
        2,
        2,
        1,
    ]


def test_where_computing_takes_longer_the_network_is_not_blamed() -> None:
    engine = FakeEngine(scaling_script({1: 50.0, 2: 30.0}, {1: 1.0, 2: 4.0}))
    (_, run), _ = run_jobs(engine, nodes_of_kind(2), ["cluster-scaling"])
    assert run.measures["bound_by"] == "computing" and run.measures["efficiency_2"] == pytest.approx(0.83, abs=0.01)


def test_nodes_that_are_one_machine_prove_the_gradient_and_nothing_else() -> None:
    engine = FakeEngine(scaling_script({1: 50.0, 2: 30.0}, {1: 1.0, 2: 4.0}))
    (_, run), _ = run_jobs(engine, nodes_of_kind(2, machines=1), ["cluster-scaling"])
    assert run.measures == {
        "workers": 2, "machines": 1, "gradient_error": 3e-7, "mechanism": "works", "api": "DDP", "sharded": "absent"
    }  # fmt: skip


@pytest.mark.parametrize("error", [1.0, 0.5, 2e-5], ids=["sum for mean", "one half twice", "too far"])
def test_a_wrong_gradient_is_found(error: float) -> None:
    engine = FakeEngine(scaling_script({1: 50.0, 2: 30.0}, {1: 1.0, 2: 4.0}, error))
    (_, run), _ = run_jobs(engine, nodes_of_kind(2), ["cluster-scaling"])
    assert (run.measures["mechanism"], run.measures["across_machines"]) == ("fails", "fails")


def test_a_job_that_fails_says_why_and_one_whose_node_is_lost_ends_the_session() -> None:
    failing = FakeEngine(lambda rank, order: [json.dumps({"error": "RuntimeError", "why": "refused"}), Ended(3)])
    (_, run), word = run_jobs(failing, nodes_of_kind(2, machines=1), ["cluster-scaling"])
    assert (run.outcome, run.why, word) == (Outcome.BAD_OUTPUT, "on 1 nodes: RuntimeError: refused", "ok")
    lost = FakeEngine(lambda rank, order: [Ended(None, "NodeDiedError")])
    (_, run), word = run_jobs(lost, nodes_of_kind(2, machines=1), ["cluster-scaling"])
    assert (run.outcome, word) == (Outcome.NODE_LOST, "node-lost")


def test_fewer_nodes_than_asked_for_are_told() -> None:
    assert run_jobs(FakeEngine(lambda rank, order: []), nodes_of_kind(1), ["cluster-scaling"], [2, 4])[1] == "too-few"


@pytest.mark.parametrize(
    ("survivor", "word"),
    [
        ([json.dumps({"error": "RuntimeError", "why": "closed by peer"}), Ended(3)], "errors"),
        ([Ended(-6)], "dies"),
        ([json.dumps({"done": True, "versions": {}})], "continues"),
        ([], "hangs"),
    ],
)
def test_what_the_survivor_does_gets_a_word(monkeypatch: pytest.MonkeyPatch, survivor: list[Any], word: str) -> None:
    from probes.cluster_loss.task import small_task

    monkeypatch.setattr(jobs, "SURVIVING_SECONDS", 0.5)
    task = small_task()
    kernels = [kernel.astype(float) for kernel in task.kernels]
    for _ in range(20):
        kernels = [kernel - task.rate * step for kernel, step in zip(kernels, task.gradient(kernels), strict=True)]

    def script(rank: int, order: Mapping[str, Any]) -> list[str | Ended]:
        if not order["falls"]:
            assert order["checkpoint"] == {"steps": 5, "kernels": []} and len(order["addresses"]) == 1
            ended = {"kernels": [kernel.tolist() for kernel in kernels]}
            return [json.dumps(ended), json.dumps({"done": True, "versions": {}})]
        if rank == 1:
            return [json.dumps({"falls": True}), Ended(-9)]
        return [json.dumps({"api": "DDP"}), json.dumps({"checkpoint": {"steps": 5, "kernels": []}}), *survivor]

    (_, run), _ = run_jobs(FakeEngine(script), nodes_of_kind(2), ["cluster-loss"], [2])
    assert (run.outcome, run.measures["survivor"]) == (Outcome.OK, word)
    assert run.measures["resumes"] == "works" and run.measures["resumed_loss_error"] < 1e-12


def test_a_job_that_resumes_elsewhere_is_found_out() -> None:
    from probes.cluster_loss.task import loss_error, small_task

    assert loss_error([kernel.tolist() for kernel in small_task().kernels]) > 1e-2


# --- records ------------------------------------------------------------------------------------------------------------


def make_run(candidate: str) -> Run:
    return Run(session="s", probe="graph-mode", candidate=candidate, outcome=Outcome.OK, machine=MACHINE)


def make_plan(**changes: Any) -> Registration:
    fields: dict[str, Any] = {"session": "s", "candidates": ("pytorch",), "probes": ("graph-mode",), "depth": "quick",
                              "looks": (5,), "budget": 9.0, "seed": 1, "started": "2026-11-30T10:00:00+00:00"}  # fmt: skip
    return Registration(**fields | changes)


def test_a_plan_tells_its_cluster_and_one_from_before_reads_as_it_was_written() -> None:
    there = make_plan(cluster={"engine": "ray", "nodes": 2})
    assert Registration.from_json(there.to_json()) == there
    before = make_plan()
    assert "cluster" not in before.to_json() and Registration.from_json(before.to_json()) == before
    with pytest.raises(ValueError, match="nodes"):
        Registration.from_json(make_plan(cluster={"engine": "ray", "nodes": 0}).to_json())


# --- this machine as a cluster ------------------------------------------------------------------------------------------


def start_driver(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "probes.cluster", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip


@pytest.mark.slow
def test_the_driver_measures_here_and_ends_with_whoever_asked(tmp_path: Path) -> None:
    """Closing its standard input is what becomes of it when `advise` is killed: nothing is left, on this machine either."""
    with start_driver(tmp_path, "local:2") as driver:
        assert driver.stdin is not None and driver.stdout is not None
        cluster, kind, ready = (json.loads(driver.stdout.readline()) for _ in range(3))
        assert (cluster["engine"], kind["nodes"], kind["machines"], ready["event"]) == ("local", 2, 1, "ready")
        sleeping = ["-c", "import time; print('here', flush=True); time.sleep(600)"]
        order = {"kinds": [kind["kind"]], "arguments": sleeping, "budget": 600, "patience": 5, "per_kind": 1}
        driver.stdin.write(json.dumps(order) + "\n")
        driver.stdin.flush()
        assert json.loads(driver.stdout.readline())["line"] == "here"
        begin = time.monotonic()
        driver.stdin.close()
        assert driver.wait(30) == 130 and time.monotonic() - begin < 20
    running = [file for file in Path("/proc").glob("[0-9]*/cwd") if _is_below(file, tmp_path)]
    assert running == [] and not list(tmp_path.glob("advise-probe-*"))


def _is_below(link: Path, folder: Path) -> bool:
    try:
        return link.readlink().is_relative_to(folder)
    except OSError:
        return False


def test_what_a_framework_says_of_its_peers_keeps_their_addresses_to_itself() -> None:
    from probes.cluster.rank import _why

    order = {"addresses": ["10.0.0.1:7000"], "place": 0}
    assert (
        "10.0.0.2" not in (why := _why(RuntimeError("Connection closed by peer [10.0.0.2]:24978."), order))
        and "a peer" in why
    )
