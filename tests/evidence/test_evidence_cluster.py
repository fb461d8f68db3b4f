"""Claims on several machines: what two machines showed decides them, and what one machine shows as two nodes does not."""

from __future__ import annotations

from typing import Any

import pytest
from made_runs import MACHINE, make_run

from advisor.evidence.findings import judge_claims
from advisor.evidence.runs import Evidence
from advisor.evidence.session_report import session_report
from advisor.knowledge.pack import Pack
from advisor.render.probed import report_parts
from advisor.render.terminal import as_text
from advisor.text import Lang
from probes.catalogue import PROBES
from probes.records import read_record

CLAIMS = {
    "tf-distributed-documented": "tensorflow",
    "jax-distributed-documented": "jax",
    "keras-torch-ddp-loop": "keras[torch]",
}
"""Claim → the candidate that it is about."""
ONE_MACHINE = {"workers": 2, "machines": 1, "gradient_error": 3e-7, "mechanism": "works", "sharded": "absent"}
TWO_MACHINES = {
    **ONE_MACHINE, "machines": 2, "across_machines": "works", "step_ms_1": 40.0, "step_ms_2": 250.0, "efficiency_2": 0.08,
    "exchange_ms_2": 212.0, "exchanged_mb": 5.04, "link_mbit": 199.0, "bound_by": "network",
}  # fmt: skip


def judged(pack: Pack, measures: dict[str, Any]) -> dict[str, tuple[str, str]]:
    machine = {**MACHINE, "engine": "ray", "labels": ["pool=a"]}
    made = [make_run("cluster-scaling", who, machine=machine, measures=measures) for who in CLAIMS.values()]
    runs = [read_record(run.to_json()) for run in made]
    findings = judge_claims(pack, Evidence(tuple(runs)))  # type: ignore[arg-type]
    return {claim: (findings[claim].verdict, findings[claim].why[0]) for claim in CLAIMS}


@pytest.mark.parametrize(("word", "verdict"), [("works", "confirmed"), ("fails", "refuted")])
def test_two_machines_decide_claims_on_several(built_in: Pack, word: str, verdict: str) -> None:
    for found, why in judged(built_in, {**TWO_MACHINES, "across_machines": word}).values():
        assert found == verdict and "cluster: 2 nodes of kind " in why and "at 0.2 Gbit/s" in why
        assert "bound by the network" in why


def test_two_nodes_that_are_one_machine_decide_none(built_in: Pack) -> None:
    assert {verdict for verdict, _ in judged(built_in, ONE_MACHINE).values()} == {"untested"}


def told(measures: dict[str, Any], lang: Lang = Lang.EN) -> str:
    runs = [read_record(make_run("cluster-scaling", "pytorch", measures=measures).to_json())]
    report = session_report(runs, {"cluster-scaling": PROBES["cluster-scaling"]})  # type: ignore[arg-type]
    return " ".join(" ".join(line.text for line in as_text(report_parts(report, lang), 100)).split())


def test_the_report_says_what_bounds_the_training_or_that_nothing_was_timed() -> None:
    slow = told(TWO_MACHINES)
    assert "bound by the network, 2 nodes at 0.2 Gbit/s; of a step the exchange takes: pytorch 212 of 250 ms" in slow
    assert "mechanism only" not in slow and "受网络限制" in told(TWO_MACHINES, Lang.ZH)
    assert "several nodes are one machine: mechanism only" in told(ONE_MACHINE)
    assert "bound by the network" not in told({**TWO_MACHINES, "bound_by": "computing"})


def test_every_column_of_the_report_has_its_head() -> None:
    """A long word would make a sentence of its column, and sentences have no heads."""
    said = told({**ONE_MACHINE, "api": "torch.nn.parallel.DistributedDataParallel", "sharded_api": "x" * 200})
    assert all(head in said for head in ("mechanism", "api", "sharded api", "gradient error", "machines"))
