"""`advise evidence remove`: take sessions, or what is damaged, out of the evidence store."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.cli.command import with_shared_options
from advisor.cli.options import LIST_OUTPUT, Options
from advisor.cli.output import emit
from advisor.cli.stored import store_to_read
from advisor.errors import Exit, InputError, Problem
from advisor.evidence.store import Store
from advisor.evidence.store_rows import SelectedRows
from advisor.sentences import sentence
from advisor.text import Lang, clean, did_you_mean, short
from probes.run import Run

COMMAND = "evidence remove"
MOST_LISTED = 20


@with_shared_options("store", *LIST_OUTPUT)
def remove(
    options: Options,
    sessions: Annotated[
        list[str] | None,
        typer.Argument(help="Sessions, by how `advise evidence list` shows them.", metavar="SESSION"),
    ] = None,
    damaged: Annotated[bool, typer.Option("--damaged", help="Remove rows that are damaged, of any session.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
) -> int:
    """Remove the runs of sessions, or damaged rows: all that is named, or nothing where something goes wrong.

    It says what it will remove, and asks; where there is no terminal to ask on, it needs --yes.
    """
    output_format, language = options.format, options.language
    if not sessions and not damaged:
        fix = "name sessions as `advise evidence list` shows them, or give --damaged"
        raise InputError([Problem(COMMAND, "nothing is named that is to be removed", fix)])
    path = store_to_read(options.store)
    ids, removal = _plan_removal(path, sessions or [], damaged)
    if path is None or not (removal.runs or removal.registrations):
        _print_result(removal, False, output_format, language)
        return Exit.OK
    if output_format == "text":
        emit("\n".join(_removal_lines(removal, language)))
    agreed = yes or _confirm_removal(removal, output_format, language)
    if agreed:
        with Store(path, write=True, repair=True) as opened:
            removal = opened.remove(ids, damaged=damaged)
    _print_result(removal, agreed, output_format, language)
    return Exit.OK


def _plan_removal(path: Path | None, ids: Sequence[str], damaged: bool) -> tuple[Collection[str], SelectedRows]:
    """Return the sessions that are named, and the rows that would be removed.

    Raises:
        InputError: some of the sessions do not exist; all of them are listed.
    """
    if path is None:
        return _matching_sessions(ids, ()), SelectedRows((), ())
    with Store(path) as opened:
        sessions = _matching_sessions(ids, opened.read_sessions())
        return sessions, opened.find_rows(sessions, damaged=damaged)


def _matching_sessions(ids: Sequence[str], stored: Collection[str]) -> set[str]:
    """Return the sessions that the ids stand for: each a whole id, or the unique beginning of one."""
    sessions, problems = set[str](), []
    for id in ids:
        matches = [session for session in stored if clean(session) == clean(id)]
        matches = matches or [session for session in stored if clean(session).startswith(clean(id))]
        if len(matches) == 1:
            sessions.update(matches)
        elif matches:
            listed = ", ".join(sorted(map(clean, matches))[:MOST_LISTED])
            problems.append(Problem(COMMAND, f"several sessions begin with `{short(id)}`", f"which one: {listed}"))
        else:
            fix = did_you_mean(id, sorted(map(clean, stored))) if stored else "no runs are stored"
            problems.append(Problem(COMMAND, f"there is no session `{short(id)}`", fix))
    if problems:
        raise InputError(problems)
    return sessions


def _confirm_removal(removal: SelectedRows, output_format: str, lang: Lang) -> bool:
    """Ask whether to remove the rows, and return the answer.

    Raises:
        InputError: there is no terminal to ask on.
    """
    if output_format == "json" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        problem = f"this would remove {_counts_text(removal, Lang.EN)}"
        raise InputError([Problem("--yes", problem, "say --yes to remove them without being asked")])
    from advisor.cli.menu import Menu, Option, choose

    no = Option("no", sentence("stored.keep-runs", lang), key="n")
    yes = Option("yes", sentence("stored.remove-runs", lang), key="y")
    return choose(Menu(ask=sentence("stored.remove-them", lang), options=[no, yes], lang=lang)) == ["yes"]


def _session_summaries(removal: SelectedRows) -> list[dict[str, Any]]:
    """Return a summary of each session that would be removed, the oldest first."""
    plans = {row.session for row in removal.registrations if row.record}
    runs = [row.record for row in removal.runs if isinstance(row.record, Run)]
    grouped: dict[str, list[Run]] = {session: [] for session in sorted(plans)}
    for run in runs:
        grouped.setdefault(run.session, []).append(run)
    summaries = [
        {
            "session": session,
            "started": min((run.started for run in session_runs), default=""),
            "probes": len({run.probe for run in session_runs}),
            "runs": len(session_runs),
        }
        for session, session_runs in grouped.items()
    ]
    return sorted(summaries, key=lambda summary: str(summary["started"]))


def _removal_lines(removal: SelectedRows, lang: Lang) -> Iterator[str]:
    """Yield one line per session and damaged row that would be removed."""
    for summary in _session_summaries(removal):
        session, started = clean(summary["session"]), summary["started"][:16].replace("T", " ") or "-"
        runs, probes = summary["runs"], summary["probes"]
        yield sentence("stored.session-to-remove", lang, session=session, started=started, runs=runs, probes=probes)
    for row in removal.damaged[:MOST_LISTED]:
        yield sentence("stored.damaged-row", lang, place=row.place, why=clean(row.why))
    if (unlisted := len(removal.damaged) - MOST_LISTED) > 0:
        yield sentence("stored.more-damaged-rows", lang, count=unlisted)


def _counts_text(removal: SelectedRows, lang: Lang) -> str:
    """Return in words how many runs and damaged rows there are."""
    summaries, damaged_rows = _session_summaries(removal), len(removal.damaged)
    damaged = sentence(
        "stored.one-damaged-row" if damaged_rows == 1 else "stored.damaged-rows", lang, count=damaged_rows
    )
    if not summaries:
        return damaged
    stored_runs = sum(summary["runs"] for summary in summaries)
    runs = sentence("stored.one-run" if stored_runs == 1 else "stored.several-runs", lang, count=stored_runs)
    id = "stored.one-session" if len(summaries) == 1 else "stored.several-sessions"
    sessions = sentence(id, lang, count=len(summaries))
    runs_of_sessions = sentence("stored.runs-of-sessions", lang, runs=runs, sessions=sessions)
    if not damaged_rows:
        return runs_of_sessions
    return sentence("stored.runs-and-damaged-rows", lang, runs=runs_of_sessions, damaged=damaged)


def _print_result(removal: SelectedRows, removed: bool, output_format: str, lang: Lang) -> None:
    """Print what was removed, or that nothing was."""
    if output_format == "json":
        from advisor.render import json

        damaged = [{"place": row.place, "why": row.why} for row in removal.damaged]
        emit(json.dumps({"removed": removed, "sessions": _session_summaries(removal), "damaged": damaged}))
    elif removed:
        emit(sentence("stored.removed", lang, what=_counts_text(removal, lang)))
    elif removal.runs or removal.registrations:
        emit(sentence("stored.nothing-was-removed", lang))
    else:
        emit(sentence("stored.nothing-to-remove", lang))
