"""`advise evidence list|export|import|merge|remove`: the runs that are kept, and sharing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.cli.command import SETTINGS, Group, with_shared_options
from advisor.cli.options import LIST_OUTPUT, Options
from advisor.cli.output import emit, page_width, print_styled
from advisor.cli.removal import remove
from advisor.cli.stored import store_to_read
from advisor.errors import Exit, InputError, Problem
from advisor.evidence.describe import why_not_used
from advisor.evidence.kinds import kind_text
from advisor.evidence.lines import read_records, write_records
from advisor.evidence.runs import PILOT, Evidence, merge_runs
from advisor.evidence.store import Store, default_store
from advisor.evidence.warnings import damaged_warning
from advisor.sentences import sentence
from advisor.text import Lang, clean
from probes.machine.kind import Kind, kind_of
from probes.registration import Registration
from probes.run import Run

JsonObject = dict[str, Any]
SHORT_ID = 8
"""How many characters of a session's id a screen shows, where they tell the sessions apart."""
Force = Annotated[bool, typer.Option("--force", help="Overwrite the file.")]


evidence = typer.Typer(cls=Group, help="The runs that are kept: list, export, import, merge, remove.", **SETTINGS)


@evidence.command("list")
@with_shared_options("store", *LIST_OUTPUT)
def list_(options: Options) -> int:
    """List what is stored, one line per session and probe: measured here first, elsewhere below; and whether it counts."""
    from advisor.evidence import collect

    path = store_to_read(options.store)
    stored_evidence = (
        collect.read_store(path, collect.inspect_machine(options.knowledge), date.today(), newest=-1)
        if path
        else Evidence()
    )
    imported: set[str] = set()
    if path is not None:
        with Store(path) as opened:
            imported = opened.read()[1]
    language = options.language
    rows = _session_rows(stored_evidence, imported)
    if stored_evidence.damaged:
        typer.echo(f"advise: {damaged_warning(stored_evidence.damaged, options.store)[language]}", err=True)
    if options.format == "json":
        from advisor.render import json

        emit(json.dumps(rows))
    elif not rows:
        emit(sentence("stored.nothing-stored-yet", language))
    else:
        _print_rows(rows, language)
        _print_kinds({kind_of(run.machine) for run in stored_evidence.runs}, language)
    return Exit.OK


@evidence.command()
@with_shared_options("store")
def export(
    file: Annotated[Path, typer.Argument(help="The file to write (JSON lines).")],
    options: Options,
    force: Force = False,
) -> int:
    """Write every stored run, and what its session set out to do, as JSON lines, to commit or share."""
    path = store_to_read(options.store)
    runs, registered = ([], {}) if path is None else _read_store(path)
    count = write_records(runs, file, registered=registered.values(), force=force)
    typer.echo(f"{count} runs written to {file}", err=True)
    return Exit.OK


@evidence.command("import")
@with_shared_options("store")
def import_(file: Annotated[Path, typer.Argument(help="A file written by export.")], options: Options) -> int:
    """Add runs from a file; they stay marked as measured elsewhere."""
    runs, registered = read_records(file)
    with Store(options.store or default_store(), write=True) as opened:
        opened.add_registrations(registered.values())
        new_count = opened.add(runs, imported=True)
    typer.echo(f"{new_count} of {len(runs)} runs were new", err=True)
    return Exit.OK


@evidence.command()
def merge(
    files: Annotated[list[Path], typer.Argument(help="Files written by export.")],
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="The file to write.")] = None,
    force: Force = False,
) -> int:
    """Write the runs of several files as one, each run once; no store is touched."""
    if output is None:
        raise InputError([Problem("--output", "the file to write is missing", "good: --output all.jsonl")])
    contents = [read_records(file) for file in files]
    registered: dict[str, Registration] = {}
    for _, plans in contents:
        registered = plans | registered
    runs = merge_runs(runs_of_file for runs_of_file, _ in contents)
    count = write_records(runs, output, registered=registered.values(), force=force)
    typer.echo(
        f"{count} runs of {sum(len(runs_of_file) for runs_of_file, _ in contents)} written to {output}", err=True
    )
    return Exit.OK


evidence.command()(remove)


def _read_store(path: Path) -> tuple[list[Run], dict[str, Registration]]:
    """Return the runs of a store, and its registrations by session."""
    with Store(path) as opened:
        return opened.read()[0], opened.registrations()


def _session_rows(evidence: Evidence, imported: set[str]) -> list[JsonObject]:
    """Return one row per session and probe; those measured elsewhere come last."""
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in evidence.runs:
        grouped.setdefault((run.session, run.probe), []).append(run)
    rows = [_session_row(evidence, session, name, runs, imported) for (session, name), runs in grouped.items()]
    return sorted(rows, key=lambda row: row["where"] == "elsewhere")


def _session_row(evidence: Evidence, session: str, probe: str, runs: list[Run], imported: set[str]) -> JsonObject:
    """Return one row of the list: what a session measured with one probe, and whether it counts."""
    reasons = Counter(why for run in runs if (why := evidence.why_not(run)) != PILOT)
    plan = evidence.registered.get(session)
    return {
        "started": min(run.started for run in runs),
        "session": session,
        "probe": probe,
        "own": plan is not None and probe in plan.own,
        "candidates": len({run.candidate for run in runs}),
        "runs": len(runs),
        "outcomes": dict(Counter(str(run.outcome) for run in runs)),
        "origin": "imported" if all(run.id in imported for run in runs) else "measured",
        "where": "elsewhere" if any((evidence.where or {}).get(run.id) == "elsewhere" for run in runs) else "here",
        "machine": _machine_text(runs[-1].machine),
        "kind": kind_of(runs[-1].machine).id,
        "counts": "" in reasons,
        "why": "" if "" in reasons else next(iter(dict(reasons.most_common(1))), ""),
    }


def _short_ids(sessions: Sequence[str]) -> list[str]:
    """Return the session ids to show: their first characters where these are unique, else the whole ids."""
    ids = [clean(session) for session in sessions]
    short_ids = [session[:SHORT_ID] for session in ids]
    return short_ids if len(set(short_ids)) == len(set(ids)) else ids


def _machine_text(facts: Mapping[str, Any]) -> str:
    """Return the processor, core count and first GPU of a machine in one line."""
    gpus = facts.get("gpus") or ["no GPU"]
    return clean(f"{facts.get('cpu', 'unknown')}, {facts.get('logical_cores', '?')} cores, {gpus[0]}")


def _print_rows(rows: list[JsonObject], lang: Lang) -> None:
    """Print the rows as columns; columns that do not fit the width go below."""
    from advisor.render.text_layout import side_by_side

    names = [sentence("stored.probe", lang), *(row["probe"] + ("*" if row["own"] else "") for row in rows)]
    groups = [
        [sentence("stored.started", lang), *(row["started"][:16].replace("T", " ") for row in rows)],
        [sentence("stored.session", lang), *_short_ids([row["session"] for row in rows])],
        [sentence("stored.runs", lang), *(str(row["runs"]) for row in rows)],
        [
            sentence("stored.outcomes", lang),
            *(", ".join(f"{count} {word}" for word, count in row["outcomes"].items()) for row in rows),
        ],
        [sentence("stored.counts", lang), *(_counts_text(row, lang) for row in rows)],
    ]
    if len({row["kind"] for row in rows}) > 1:
        groups.insert(2, [sentence("stored.kind", lang), *(row["kind"] for row in rows)])
    laid = side_by_side(names, groups, page_width(), right=False)
    print_styled((line, "bold" if number == 0 else "") for number, line in enumerate(laid))
    if any(row["own"] for row in rows):
        print_styled([(sentence("stored.own-code", lang), "")])


def _print_kinds(kinds: Collection[Kind], lang: Lang) -> None:
    """Print what each kind of machine is, where there are several."""
    for kind in sorted(kinds) if len(kinds) > 1 else ():
        print_styled([(sentence("stored.kind-is", lang, id=kind.id, kind=kind_text(kind)), "")])


def _counts_text(row: JsonObject, lang: Lang) -> str:
    """Return "yes", or "no" and the reason, for whether the runs of a row count."""
    if row["counts"]:
        return sentence("stored.counts-yes", lang)
    reason = "measured elsewhere" if row["where"] == "elsewhere" else row["why"]
    return sentence("stored.counts-not", lang, why=why_not_used(reason))
