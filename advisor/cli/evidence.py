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
from advisor.cli.parsers import file_parser
from advisor.cli.removal import remove
from advisor.cli.stored import store_to_read
from advisor.errors import Exit, InputError, Problem
from advisor.evidence.describe import why_not_used
from advisor.evidence.kinds import kind_text
from advisor.evidence.lines import iter_records, read_records, write_records
from advisor.evidence.runs import PILOT, Evidence, merge_runs
from advisor.evidence.store import Store
from advisor.evidence.warnings import damaged_warning
from advisor.folders import default_store
from advisor.sentences import sentence
from advisor.text import Lang, clean, short
from probes.machine.kind import Kind, kind_of
from probes.registration import Registration
from probes.run import Run

JsonObject = dict[str, Any]
PAGE_SESSIONS = 10
"""How many sessions the list shows at a time."""
SHORT_ID = 8
"""How many characters of a session's id a screen shows, where they tell the sessions apart."""
Force = Annotated[bool, typer.Option("--force", help="Overwrite the file.")]


evidence = typer.Typer(cls=Group, help="The runs that are kept: list, export, import, merge, remove.", **SETTINGS)


@evidence.command("list")
@with_shared_options("store", *LIST_OUTPUT)
def list_(
    options: Options,
    page: Annotated[
        int,
        typer.Option(
            metavar="NUMBER", min=1, help=f"The {PAGE_SESSIONS} newest sessions (1), those before them (2), …"
        ),
    ] = 1,
    everything: Annotated[bool, typer.Option("--all", help="Every session, however many.")] = False,
) -> int:
    """List what is stored, one line per session and probe: measured here first, elsewhere below; and whether it counts."""
    stored_evidence, imported, sessions = _read_page(options, None if everything else page)
    language = options.language
    rows = _session_rows(stored_evidence, imported)
    if stored_evidence.damaged:
        typer.echo(f"advise: {damaged_warning(stored_evidence.damaged, options.store)[language]}", err=True)
    if not everything and sessions > PAGE_SESSIONS:
        last = min(sessions, page * PAGE_SESSIONS)
        counts = {"first": (page - 1) * PAGE_SESSIONS + 1, "last": last, "all": sessions}
        note = sentence(
            "stored.last-page" if last == sessions else "stored.more-pages", language, **counts, next=page + 1
        )
        typer.echo(f"advise: {note}", err=True)
    if options.format == "json":
        from advisor.render import json

        emit(json.dumps(rows))
    elif not rows:
        emit(sentence("stored.nothing-stored-yet", language))
    else:
        _print_rows(rows, language)
        if _is_where_shown(rows):
            _print_kinds({kind_of(run.machine) for run in stored_evidence.runs}, language)
    return Exit.OK


def _read_page(options: Options, page: int | None) -> tuple[Evidence, set[str], int]:
    """Read the sessions of one page of the list, or every one.

    Returns:
        What is stored of them, the ids of the imported runs, and how many sessions there are.

    Raises:
        InputError: there are fewer pages.
    """
    from advisor.evidence import collect

    path = store_to_read(options.store)
    if path is None:
        return Evidence(), set(), 0
    with Store(path) as opened:
        sessions = [] if opened.doubtful or page is None else opened.list_sessions()
        last_page = max(1, -(-len(sessions) // PAGE_SESSIONS))
        if page is not None and page > last_page:
            raise InputError(
                [Problem("--page", f"there are {last_page} pages", "leave it out for the newest sessions")]
            )
        if page is None or len(sessions) <= PAGE_SESSIONS:
            runs, imported = opened.read()
        else:
            runs, imported = opened.read_sessions_of(sessions[(page - 1) * PAGE_SESSIONS : page * PAGE_SESSIONS])
        plans = opened.registrations()
        here = collect.inspect_machine(options.knowledge)
        judged = collect.judge_stored_runs(runs, imported, here, date.today(), opened.damaged, plans)
    return judged, imported, len(sessions)


@evidence.command()
@with_shared_options("store")
def export(
    file: Annotated[Path, typer.Argument(parser=file_parser("FILE"), help="The file to write (JSON lines).")],
    options: Options,
    force: Force = False,
) -> int:
    """Write every stored run, and what its session set out to do, as JSON lines, to commit or share."""
    path = store_to_read(options.store)
    runs, registered = ([], {}) if path is None else _read_store(path)
    count = write_records(runs, file, registered=registered.values(), force=force)
    typer.echo(f"{count} runs written to {short(file, 100)}", err=True)
    return Exit.OK


@evidence.command("import")
@with_shared_options("store")
def import_(file: Annotated[Path, typer.Argument(help="A file written by export.")], options: Options) -> int:
    """Add runs from a file; they stay marked as measured elsewhere."""
    with Store(options.store or default_store(), write=True) as opened:
        new_count, count = opened.import_records(iter_records(file))
    typer.echo(f"{new_count} of {count} runs were new", err=True)
    return Exit.OK


@evidence.command()
def merge(
    files: Annotated[list[Path], typer.Argument(help="Files written by export.")],
    output: Annotated[
        Path | None, typer.Option(parser=file_parser("--output"), metavar="FILE", help="The file to write.")
    ] = None,
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
        f"{count} runs of {sum(len(runs_of_file) for runs_of_file, _ in contents)} written to {short(output, 100)}",
        err=True,
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
        "engine": clean(str(runs[-1].machine.get("engine", ""))),
        "nodes": plan.cluster["nodes"] if plan is not None and plan.cluster else 1,
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
    if _is_where_shown(rows):
        groups.insert(2, [sentence("stored.kind", lang), *(_where_text(row, lang) for row in rows)])
    laid = side_by_side(names, groups, page_width(), right=False)
    print_styled((line, "bold" if number == 0 else "") for number, line in enumerate(laid))
    if any(row["own"] for row in rows):
        print_styled([(sentence("stored.own-code", lang), "")])


def _print_kinds(kinds: Collection[Kind], lang: Lang) -> None:
    """Print what each kind of machine is."""
    for kind in sorted(kinds):
        print_styled([(sentence("stored.kind-is", lang, id=kind.id, kind=kind_text(kind)), "")])


def _is_where_shown(rows: list[JsonObject]) -> bool:
    """Return whether the rows do not all speak of one machine that was measured by itself."""
    return len({row["kind"] for row in rows}) > 1 or any(row["engine"] for row in rows)


def _where_text(row: JsonObject, lang: Lang) -> str:
    """Return where a row was measured: the kind of machine, and on a cluster how many of its nodes and by which engine."""
    if not row["engine"]:
        return str(row["kind"])
    word = "stored.on-node" if row["nodes"] == 1 else "stored.on-nodes"
    return sentence(word, lang, kind=row["kind"], nodes=row["nodes"], engine=row["engine"])


def _counts_text(row: JsonObject, lang: Lang) -> str:
    """Return "yes", or "no" and the reason, for whether the runs of a row count."""
    if row["counts"]:
        return sentence("stored.counts-yes", lang)
    reason = "measured elsewhere" if row["where"] == "elsewhere" else row["why"]
    return sentence("stored.counts-not", lang, why=why_not_used(reason))
