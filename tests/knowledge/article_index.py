"""The article's claims as the fact check judged them, and what of the ledger does not agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from advisor.knowledge.criterion import LEVEL
from advisor.knowledge.pack import Pack
from advisor.knowledge.yaml_source import parse_yaml

CHECKED: Mapping[str, Mapping[str, Any]] = parse_yaml(
    Path(__file__).with_name("article_checked.yaml").read_bytes(), "article_checked.yaml"
).value


def find_disagreements(pack: Pack, id: str) -> Iterator[str]:
    """Yield where the ledger differs from the fact check about a claim of the article."""
    wanted, claim = CHECKED[id], pack.claims.get(id)
    if claim is None:
        yield "it is not in the ledger"
        return
    if claim.review.verdict != wanted["verdict"]:
        yield f"its review says {claim.review.verdict}, the check {wanted['verdict']}"
    if claim.same_as != wanted.get("repeats"):
        yield f"it repeats {claim.same_as}, by the check {wanted.get('repeats')}"
    if missing := set(wanted.get("against", ())) - set(claim.disputes):
        yield f"it does not dispute {', '.join(sorted(missing))}"
    favoured, disfavoured = set(wanted.get("favours", ())), set(wanted.get("disfavours", ()))
    for name in favoured | disfavoured:
        if name not in claim.says:
            yield f"it says nothing of {name}"
    for name, level in claim.says.items():
        side = LEVEL[level] - LEVEL["fair"]
        if (
            (side > 0 and name not in favoured)
            or (side < 0 and name not in disfavoured)
            or (side == 0 and name in favoured | disfavoured)
        ):
            yield f"it puts {name} at {level}, which is not what the check found it to say"
