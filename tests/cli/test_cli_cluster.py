"""`advise probe --cluster` and `advise doctor --cluster` at the head: the cluster is a program that says what one would say."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from as_user import Advise
from made_runs import MACHINE, make_run

from advisor.evidence.cluster_errors import TELLS, cluster_error
from advisor.evidence.cluster_scope import with_cluster
from advisor.evidence.lines import read_records
from advisor.evidence.lost_nodes import unfinished_runs
from advisor.evidence.store import Store
from advisor.sentences.messages import in_language
from advisor.text import Lang, Text
from probes.machine.kind import kind_of
from probes.registration import Registration
from probes.run import Outcome, Run

BIG = {**MACHINE, "cpu": "Big CPU", "usable_cores": 64, "engine": "ray", "labels": ["pool=a"]}
SMALL = {**MACHINE, "cpu": "Small CPU", "engine": "ray", "labels": ["pool=b"]}
ID = {"big": kind_of(BIG).id, "small": kind_of(SMALL).id}
Event = Mapping[str, Any]
Cluster = Callable[..., str]


def kind_event(machine: Mapping[str, Any], nodes: int = 2, **fields: Any) -> Event:
    shared = {"nodes": nodes, "machines": nodes, "versions": {"torch": "2.13.0"}, "missing": {}, "slowness": 1.0}
    return {"event": "kind", "kind": kind_of(machine).id, "machine": machine, **shared, **fields}


def cluster_event(**fields: Any) -> Event:
    shared = {"engine": "ray", "version": "2.60.0", "open": True, "nodes": 4, "silent": [], "silent_nodes": 0}
    return {"event": "cluster", **shared, "unknown_labels": [], **fields}


def plan_of(session: str, **fields: Any) -> Registration:
    shared: dict[str, Any] = {"candidates": ("pytorch", "jax"), "probes": ("graph-mode",), "depth": "quick", "looks": (5,),
                              "budget": 9.0, "seed": 1, "started": "2026-11-30T10:00:00+00:00", "cluster": {"engine": "ray", "nodes": 1}}  # fmt: skip
    return Registration(session=session, **shared | fields)


def line_of(session: int, kind: str, record: Registration | Run | str) -> Event:
    line = record if isinstance(record, str) else record.to_json()
    return {"event": "line", "session": session, "kind": ID[kind], "line": line}


def end_of(session: int, kind: str, word: str = "ok", why: str = "") -> Event:
    return {"event": "ended", "session": session, "kind": ID[kind], "as": word, "why": why}


TWO_KINDS = [cluster_event(), kind_event(BIG), kind_event(SMALL, missing={"jax": ["flax"]}), {"event": "ready"}]


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    """Return a maker of programs that stand for the cluster's Python: they say events, the second part after an order has come."""

    def make(before: Sequence[Event], after: Sequence[Event] = (), hangs: bool = False) -> str:
        program = tmp_path / "python"
        said = [[json.dumps(event) for event in part] for part in (before, after)]
        program.write_text(
            f"#!{sys.executable} -S\n"
            + textwrap.dedent(f"""
            import json, pathlib, signal, sys, time
            signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
            before, after = {said!r}
            here = pathlib.Path({str(tmp_path)!r})
            (here / "arguments").write_text(json.dumps(sys.argv[1:]))
            print(*before, sep="\\n", flush=True)
            order = sys.stdin.readline()
            (here / "order").write_text(order)
            if order:
                print(*after, sep="\\n", flush=True)
                (here / "said").touch()
                time.sleep(600 if {hangs} else 0)
            """),
            "utf-8",
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return str(program)

    return make


def order_in(folder: Path) -> dict[str, Any]:
    order: dict[str, Any] = json.loads((folder / "order").read_text())
    return order


# --- doctor -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_kinds_of_a_cluster_are_shown_and_nothing_is_ordered(
    inside: Advise, cluster: Cluster, tmp_path: Path, lang: str
) -> None:
    python = cluster([cluster_event(silent=["no answer"], silent_nodes=3, unknown_labels=["rack"]), *TWO_KINDS[1:]])
    shown = inside("doctor", "--cluster", "ray:auto", "--label", "pool", "--worker-python", python, "--lang", lang)
    said = " ".join(shown.out.split())
    assert shown.code == 0 and ID["big"] in said and ID["small"] in said
    assert "Big CPU" in said and "pool=a" in said and "torch 2.13.0" in said and "rack" in said
    assert ("this cluster is open" if lang == "en" else "没有访问控制") in said
    assert (tmp_path / "order").read_text() == ""
    assert json.loads((tmp_path / "arguments").read_text()) == [
        "-m",
        "probes.cluster",
        "ray:auto",
        "--label",
        "pool",
        "--patience",
        "20",
    ]


def test_nodes_that_are_one_machine_are_told(inside: Advise, cluster: Cluster) -> None:
    python = cluster([cluster_event(open=False), kind_event(BIG, machines=1), {"event": "ready"}])
    shown = inside("doctor", "--cluster", "ray:auto", "--worker-python", python, "--format", "json").json
    assert any("nodes: 2, machines: 1" in row["fix"] for row in shown) and not any(
        "open" in row["found"] for row in shown
    )


# --- probe --------------------------------------------------------------------------------------------------------------


def good_runs(session: str, machine: Mapping[str, Any]) -> list[Run]:
    return [make_run("graph-mode", who, session=session, machine=dict(machine)) for who in ("pytorch", "jax")]


def test_every_kind_has_a_session_of_its_own_and_no_run_names_a_node(
    inside: Advise, cluster: Cluster, home: Path, tmp_path: Path
) -> None:
    said = [line_of(0, "big", plan_of("one")), line_of(1, "small", plan_of("two"))]
    said += [line_of(0, "big", run) for run in good_runs("one", BIG)]
    said += [
        line_of(0, "big", "   1.0 s  exact  jax  graph-mode"),
        *(line_of(1, "small", run) for run in good_runs("two", SMALL)),
    ]
    python = cluster(TWO_KINDS, [*said, end_of(0, "big"), end_of(1, "small")])
    shown = inside(
        "probe", "graph-mode", "--cluster", "ray:auto", "--label", "pool", "--worker-python", python, "--budget", "30s"
    )
    assert shown.code == 0 and f"Kind {ID['big']}" in shown.out and f"Kind {ID['small']}" in shown.out
    assert f"kind {ID['big']}: 1.0 s exact jax" in " ".join(shown.err.split()) and "this cluster is open" in shown.err
    order = order_in(tmp_path)
    assert order["kinds"] == [ID["big"], ID["small"]] and (order["budget"], order["per_kind"]) == (30.0, 1)
    assert order["arguments"][:4] == ["-m", "probes", "--engine", "ray"] and order["probes"] == []
    inside("evidence", "export", "all.jsonl")
    runs, plans = read_records(home / "all.jsonl")
    assert {run.machine["labels"][0] for run in runs} == {"pool=a", "pool=b"} and {
        run.machine["engine"] for run in runs
    } == {"ray"}
    assert {plan.cluster["engine"] for plan in plans.values()} == {"ray"}
    assert os.uname().nodename not in (home / "all.jsonl").read_text() or len(os.uname().nodename) < 6


def test_the_kind_that_is_named_is_measured_alone(inside: Advise, cluster: Cluster, tmp_path: Path) -> None:
    python = cluster(TWO_KINDS, [end_of(0, "small")])
    inside(
        "probe",
        "graph-mode",
        "--cluster",
        "ray:auto",
        "--worker-python",
        python,
        "--kind",
        "small cpu",
        "--patience",
        "5s",
        "--per-kind",
        "2",
    )
    order = order_in(tmp_path)
    assert (order["kinds"], order["per_kind"]) == ([ID["small"]], 2)
    assert 0 < order["patience"] <= 5.0  # what is left of it once the cluster was joined
    wrong = inside("probe", "graph-mode", "--cluster", "ray:auto", "--worker-python", python, "--kind", "h200")
    assert wrong.code == 2 and "`h200` stands for 0 kinds of node" in wrong.err and ID["big"] in wrong.err


def test_a_node_that_is_lost_costs_only_what_it_had_not_measured(inside: Advise, cluster: Cluster, home: Path) -> None:
    said = [
        line_of(0, "big", plan_of("one")),
        line_of(0, "big", good_runs("one", BIG)[0]),
        end_of(0, "big", "node-lost", "NodeDiedError"),
    ]
    said += [
        line_of(1, "small", plan_of("two")),
        *(line_of(1, "small", run) for run in good_runs("two", SMALL)),
        end_of(1, "small"),
    ]
    shown = inside("probe", "graph-mode", "--cluster", "ray:auto", "--worker-python", cluster(TWO_KINDS, said))
    assert shown.code == 0 and f"kind {ID['big']}: the node was lost (NodeDiedError)" in shown.err
    inside("evidence", "export", "all.jsonl")
    outcomes = {(run.session, run.candidate): run.outcome for run in read_records(home / "all.jsonl")[0]}
    assert outcomes == {
        ("one", "pytorch"): Outcome.OK, ("one", "jax"): Outcome.NODE_LOST,
        ("two", "pytorch"): Outcome.OK, ("two", "jax"): Outcome.OK,
    }  # fmt: skip


@pytest.mark.parametrize("word", ["busy", "failed", "too-long", "node-lost", "too-few"])
def test_where_nothing_at_all_was_measured_the_exit_code_says_so(inside: Advise, cluster: Cluster, word: str) -> None:
    python = cluster(TWO_KINDS, [end_of(0, "big", word), end_of(1, "small", word)])
    shown = inside("probe", "graph-mode", "--cluster", "ray:auto", "--worker-python", python, "--patience", "2m")
    assert shown.code == 4 and shown.err.count("advise: kind ") == 2
    if word == "busy":
        assert f"kind {ID['big']}: every node was busy for 120 s" in shown.err


def test_jobs_on_several_nodes_are_ordered_by_size(inside: Advise, cluster: Cluster, tmp_path: Path) -> None:
    python = cluster(TWO_KINDS, [end_of(0, "big")])
    inside(
        "probe",
        "cluster-scaling",
        "--cluster",
        "ray:auto",
        "--worker-python",
        python,
        "--nodes",
        "1,2,4",
        "--kind",
        ID["big"],
    )
    order = order_in(tmp_path)
    assert (order["probes"], order["sizes"], order["arguments"]) == (["cluster-scaling"], [1, 2, 4], [])
    assert {"pytorch", "tensorflow", "jax", "keras[jax]", "keras[torch]"} <= set(order["candidates"])
    wrong = inside("probe", "cluster-scaling", "--cluster", "ray:auto", "--worker-python", python, "--nodes", "3")
    assert wrong.code == 2 and "--nodes" in wrong.err
    alone = inside("probe", "cluster-loss")
    assert alone.code == 2 and "`cluster-loss` needs several nodes" in alone.err


def test_an_own_model_runs_on_nodes_only_after_consent_and_keeps_the_folder_of_the_head(
    inside: Advise, cluster: Cluster, home: Path, tmp_path: Path
) -> None:
    from probes.fingerprint import folder_id

    inside("probe", "--new", "my_net")
    there = plan_of("one", probes=("my-net",), own=("my-net",), folders={"my-net": "deadbeef"})
    python = cluster(TWO_KINDS, [line_of(0, "big", there), end_of(0, "big")])
    asked = ("probe", "--path", "my_net", "--cluster", "ray:auto", "--worker-python", python, "--kind", ID["big"])
    refused = inside(*asked)
    assert refused.code == 2 and "--yes" in refused.err and not (tmp_path / "order").exists()
    inside(*asked, "--yes")
    assert order_in(tmp_path)["arguments"][-2:] == ["--path", "own/my_net"]
    (store,) = home.rglob("evidence.sqlite")
    with Store(store) as opened:
        (plan,) = opened.registrations().values()
    assert plan.folders == {"my-net": folder_id(home / "my_net")}


def test_ctrl_c_keeps_what_was_measured_and_ends_within_seconds(
    inside: Advise, cluster: Cluster, home: Path, tmp_path: Path
) -> None:
    said = [line_of(0, "big", plan_of("one")), line_of(0, "big", good_runs("one", BIG)[0])]
    python = cluster(TWO_KINDS, said, hangs=True)

    def interrupt() -> None:
        until = time.monotonic() + 60
        while not (tmp_path / "said").exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    shown = inside("probe", "graph-mode", "--cluster", "ray:auto", "--worker-python", python, "--kind", ID["big"])
    assert shown.code == 130
    inside("evidence", "export", "all.jsonl")
    assert [run.candidate for run in read_records(home / "all.jsonl")[0]] == ["pytorch"]


# --- what cannot be used ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", TELLS)
def test_every_way_to_fail_is_told_in_both_languages(inside: Advise, cluster: Cluster, word: str) -> None:
    (problem,) = cluster_error(word, "somewhere").problems
    chinese = in_language(problem, Lang.ZH)
    assert chinese.what != problem.what and chinese.fix != problem.fix
    python = cluster([{"event": "failed", "word": word, "why": "somewhere"}])
    shown = inside("doctor", "--cluster", "ray:auto", "--worker-python", python)
    assert shown.code in (2, 4) and problem.what in shown.err and shown.out == ""


def test_a_python_that_is_none_and_a_cluster_that_says_nothing(
    inside: Advise, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advisor.evidence.cluster.JOINING_SECONDS", 3.0)
    none = inside("doctor", "--cluster", "ray:auto", "--worker-python", tmp_path / "none")
    assert none.code == 2 and "--worker-python" in none.err
    silent = inside("doctor", "--cluster", "ray:auto", "--worker-python", cluster([]))
    assert silent.code == 4 and "did not answer" in silent.err
    empty = inside("doctor", "--cluster", "ray:auto", "--worker-python", cluster([cluster_event(), {"event": "ready"}]))
    assert empty.code == 4 and "no node that can be measured on" in empty.err


# --- records ------------------------------------------------------------------------------------------------------------


def test_of_a_lost_node_timed_probes_count_as_measured_with_their_last_block() -> None:
    plan = plan_of("one", probes=("training-step", "graph-mode"))
    runs = [make_run("training-step", "pytorch", session="one", block=block) for block in range(1, 6)]
    runs += [make_run("training-step", "jax", session="one", block=block) for block in range(1, 3)]
    runs += [make_run("graph-mode", "jax", session="one")]
    lost = list(unfinished_runs([plan, *runs], "", BIG))
    assert [(run.probe, run.candidate) for run in lost] == [("training-step", "jax"), ("graph-mode", "pytorch")]
    assert all(run.outcome is Outcome.NODE_LOST and run.machine == BIG and run.code for run in lost)


def test_a_verdict_over_machines_says_for_which_cluster() -> None:
    reason = Text(en="works", zh="可用")
    on_two = make_run("cluster-scaling", "pytorch", measures={"machines": 2, "link_mbit": 940.0, "bound_by": "network"})
    kind = kind_of(on_two.machine).id
    assert (
        with_cluster(on_two, reason).en
        == f"works (cluster: 2 nodes of kind {kind} at 0.94 Gbit/s); bound by the network"
    )
    on_one = make_run("cluster-scaling", "pytorch", measures={"machines": 1})
    assert with_cluster(on_one, reason) is reason


def test_the_list_says_where_on_a_cluster_runs_were_measured(inside: Advise, tmp_path: Path) -> None:
    kind, store = kind_of(BIG).id, tmp_path / "s.sqlite"
    with Store(store, write=True) as opened:
        for session, nodes in (("one", 1), ("two", 2)):
            opened.add([make_run("graph-mode", "pytorch", session=session, machine={**BIG, "engine": "slurm"})])
            opened.add_record(plan_of(session, cluster={"engine": "slurm", "nodes": nodes}))
    shown = inside("evidence", "list", "--store", store)
    assert f"{kind} (slurm)" in shown.out and f"2 × {kind} (slurm)" in shown.out and f"{kind}: " in shown.out
    rows = json.loads(inside("evidence", "list", "--store", store, "--format", "json").out)
    assert {(row["engine"], row["nodes"]) for row in rows} == {("slurm", 1), ("slurm", 2)}


@pytest.mark.slow
def test_this_machine_can_stand_for_a_cluster(advise: Advise) -> None:
    """Real workers: the count of statements, which starts no framework."""
    shown = advise("probe", "dev-effort", "--cluster", "local", "--format", "json", "--quiet")
    assert shown.code == 0 and {json.loads(line)["machine"]["engine"] for line in shown.out.splitlines()} == {"local"}
