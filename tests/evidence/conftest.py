"""The built-in pack, and claims written inline."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from advisor.evidence.findings import judge_claims
from advisor.evidence.runs import Evidence
from advisor.knowledge.claim import Claim
from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import Pack
from advisor.knowledge.validation import read_record
from advisor.knowledge.yaml_source import YamlSource, parse_yaml
from advisor.reasoning.readings import Finding
from probes.run import Run

CLAIM = """
claim: {en: A claim., zh: 论断。}
source: article §3.3.1
kind: pro
review: {verdict: holds, on: 2026-11-23, because: {en: So., zh: 如此。}, sources: [ran]}
"""

Judge = Callable[[str, list[Run]], Finding]


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack()


@pytest.fixture
def judge(pack: Pack) -> Judge:
    """Hold one claim, whose check is given as YAML, against runs."""

    def judge(check: str, runs: list[Run]) -> Finding:
        written = parse_yaml((CLAIM + check).encode(), "claim.yaml").value
        only = replace(pack, claims={"it": read_record(Claim, YamlSource("it.yaml", written))})
        return judge_claims(only, Evidence(tuple(runs)))["it"]

    return judge
