"""Where no framework ran nothing is measured: what was counted in our own source confirms nothing and moves nothing."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from stamped_runs import read_recorded_runs, stamp_runs

from advisor.evidence.findings import judge_claims
from advisor.evidence.runs import Evidence
from advisor.evidence.stacks import reads_code
from advisor.knowledge.pack import Pack
from advisor.pipeline import Gathered, Request, compute_advice
from advisor.reasoning.advice import Advice
from advisor.reasoning.profile import Answer, Profile
from advisor.render.json import render
from advisor.text import Lang


def advised(pack: Pack, evidence: Evidence) -> Advice:
    profile = Profile({"scale": Answer("scale", ("small",), "flag")})
    return compute_advice(Request(probing="none", as_of=date(2026, 11, 25)), pack, profile, Gathered(evidence))


def test_counts_in_code_alone_are_an_empty_store(built_in: Pack) -> None:
    counted = tuple(run for run in stamp_runs(read_recorded_runs()) if reads_code(run.probe) and run.outcome == "ok")
    assert counted
    without, with_counts = (
        json.loads(render(advised(built_in, evidence), built_in, Lang.EN))
        for evidence in (Evidence(), Evidence(counted))
    )
    assert without["readings"]["measured"] is None and with_counts["readings"]["measured"] is None
    for part in ("frameworks", "ranking", "claims", "reasons", "dissent", "recommendation"):
        assert with_counts[part] == without[part]
    assert {claim["verdict"] for claim in with_counts["claims"]} == {"untested"}
    assert not any(run["counts"] for run in with_counts["evidence"]["runs"])


def test_a_count_confirms_no_claim_beside_runs_of_frameworks(built_in: Pack) -> None:
    findings = judge_claims(built_in, Evidence(tuple(stamp_runs(read_recorded_runs()))))
    checked = [id for id, claim in built_in.claims.items() if claim.check and reads_code(claim.check.probe)]
    assert checked and all(findings[id].verdict == "untested" and findings[id].counted for id in checked)
    assert all("counted in code" in findings[id].why[0] for id in checked)
