"""`advise rules`: check packs of knowledge, begin new parts of them, compare their answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.options import add_group, date_of, one_of
from advisor.cli.output import emit, table
from advisor.errors import Exit
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.verification.defect import Defect
from advisor.verification.subject import Measures
from probes.catalogue import PROBES

FORMATS = ("text", "json")


def register(app: typer.Typer, _questions: object) -> None:
    """Add the commands."""
    add_group(app, "rules", "Packs of knowledge: check.", {"check": check})


def check(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(help="The packs, laid one over another (default: the built-in one).", metavar="[DIR]..."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the checks and what each finds.")] = False,
    as_of: Annotated[
        str | None, typer.Option(help="The date reviews are old at (default: today).", metavar="YYYY-MM-DD")
    ] = None,
    format: Annotated[str, typer.Option(help="text or json.")] = "text",
) -> int:
    """Check a pack: schema, conditions, references, reach, gaps, examples, cases; exit 2 if something is wrong."""
    form = one_of("--format", format, FORMATS)
    if listed:
        return _list(form)
    from advisor.verification.audit import audit

    pack, defects = audit(tuple(folders or (BUILT_IN,)), measures(), date_of(as_of))
    if form == "json":
        from advisor.render import json

        emit(json.dumps([one.document() for one in defects]))
    else:
        emit("\n".join([*map(str, defects), _summary(pack, defects)]))
    grave = {"error", "warning"} if strict else {"error"}
    return Exit.USAGE if any(one.severity in grave for one in defects) else Exit.OK


def measures() -> Measures:
    """Return what can be measured, by probe, and which way is better."""
    return {name: {id: one.better for id, one in probe.measures.items()} for name, probe in PROBES.items()}


def _list(form: str) -> int:
    from advisor.verification.table import CHECKS

    if form == "json":
        from advisor.render import json

        emit(json.dumps([{"check": one.id, "severity": one.severity, "about": one.about} for one in CHECKS]))
    else:
        table([["check", "severity", "finds"], *([one.id, one.severity, one.about] for one in CHECKS)], [False] * 3)
    return Exit.OK


def _summary(pack: Pack | None, defects: Sequence[Defect]) -> str:
    """Say what was checked, and how many defects of each severity there are."""
    counts = Counter(one.severity for one in defects)
    told = ", ".join(f"{counts[word]} {word}{'s' * (counts[word] != 1)}" for word in counts) or "no notes"
    if pack is None:
        return f"{told}; nothing else was checked"
    whole = (
        f"{pack.name} {pack.version}: {len(pack.questions)} questions, {len(pack.criteria)} criteria, "
        f"{len(pack.needs)} rules, {len(pack.constraints)} constraints, {len(pack.claims)} claims, "
        f"{len(pack.sources)} sources"
    )
    return f"{whole}; {told}" if counts["error"] or counts["warning"] else f"{whole}; nothing wrong, {told}"
