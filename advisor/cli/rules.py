"""`advise rules check`: lint a pack of knowledge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.options import add_group, one_of
from advisor.cli.output import emit
from advisor.errors import Exit, InputError
from advisor.knowledge.pack import BUILT_IN, load_pack
from probes.catalogue import PROBES


def register(app: typer.Typer, _questions: object) -> None:
    """Add the commands."""
    add_group(app, "rules", "Packs of knowledge: check.", {"check": check})


def check(
    folder: Annotated[Path, typer.Argument(help="The pack (default: the built-in one).")] = BUILT_IN,
    format: Annotated[str, typer.Option(help="text or json.")] = "text",
) -> int:
    """Check a pack: schema and names, all files in one run; exit 2 if something is wrong."""
    from advisor.render import json

    form = one_of("--format", format, ("text", "json"))
    try:
        pack = load_pack(folder, {name: probe.measures for name, probe in PROBES.items()})
    except InputError as error:
        if form == "json":
            emit(json.dumps([{"place": p.place, "what": p.what, "fix": p.fix} for p in error.problems]))
        else:
            emit("\n".join(map(str, error.problems)) + f"\n{len(error.problems)} problems")
        return Exit.USAGE
    if form == "json":
        emit("[]")
    else:
        emit(
            f"{pack.header.name} {pack.header.version}: {len(pack.questions)} questions, {len(pack.criteria)} criteria, "
            f"{len(pack.needs)} rules, {len(pack.constraints)} constraints, {len(pack.claims)} claims, "
            f"{len(pack.sources)} sources; nothing wrong"
        )
    return Exit.OK
