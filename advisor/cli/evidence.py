"""`advise evidence list|export|import`: the runs that are kept, and sharing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.options import add_group, one_of
from advisor.cli.output import emit, table
from advisor.cli.stored import store_to_read
from advisor.errors import Exit
from advisor.evidence.store import Store, default_store, read_records, write_lines
from probes.registration import Registration
from probes.run import Run

StoreOption = Annotated[Path | None, typer.Option(help="The evidence store.")]


def register(app: typer.Typer, _questions: object) -> None:
    """Add the commands."""
    commands: dict[str, Callable[..., int]] = {"list": list_, "export": export, "import": import_}
    add_group(app, "evidence", "The runs that are kept: list, export, import.", commands)


def list_(
    store: StoreOption = None,
    format: Annotated[str, typer.Option(help="text or json.")] = "text",
) -> int:
    """List what is stored: one line per session and probe."""
    from advisor.render import json

    runs, imported, _ = _read(store)
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        grouped.setdefault((run.session, run.probe), []).append(run)
    lines = [
        {
            "started": min(run.started for run in found),
            "session": session,
            "probe": name,
            "candidates": len({run.candidate for run in found}),
            "runs": len(found),
            "outcomes": dict(Counter(str(run.outcome) for run in found)),
            "origin": "imported" if all(run.id in imported for run in found) else "measured",
        }
        for (session, name), found in grouped.items()
    ]
    if one_of("--format", format, ("text", "json")) == "json":
        emit(json.dumps(lines))
    elif not lines:
        emit("no runs are stored yet; measure with: advise probe")
    else:
        heads = ["started", "session", "probe", "candidates", "runs", "outcomes", "origin"]
        rows = [heads]
        for line in lines:
            outcomes = line["outcomes"]
            assert isinstance(outcomes, dict)
            words = ", ".join(f"{count} {word}" for word, count in outcomes.items())
            rows.append([words if head == "outcomes" else str(line[head]) for head in heads])
        table(rows, [False, False, False, True, True, False, False])
    return Exit.OK


def export(
    file: Annotated[Path, typer.Argument(help="The file to write (JSON lines).")],
    store: StoreOption = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> int:
    """Write every stored run as JSON lines, to commit or share."""
    runs, _, registered = _read(store)
    count = write_lines(runs, file, registered=registered.values(), force=force)
    typer.echo(f"{count} runs written to {file}", err=True)
    return Exit.OK


def import_(
    file: Annotated[Path, typer.Argument(help="A file written by export.")],
    store: StoreOption = None,
) -> int:
    """Add runs from a file; they stay marked as measured elsewhere."""
    runs, registered = read_records(file)
    with Store(store or default_store(), write=True) as opened:
        opened.register(registered.values())
        new = opened.add(runs, imported=True)
    typer.echo(f"{new} of {len(runs)} runs were new", err=True)
    return Exit.OK


def _read(store: Path | None) -> tuple[list[Run], set[str], dict[str, Registration]]:
    path = store_to_read(store)
    if path is None:
        return [], set(), {}
    with Store(path) as opened:
        return *opened.read(), opened.registrations()
