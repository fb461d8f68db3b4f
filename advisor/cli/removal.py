"""`advise evidence remove`: take sessions, or what is damaged, out of the evidence store."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.cli.command import shares
from advisor.cli.options import LIST_OUTPUT, Options
from advisor.cli.output import emit
from advisor.cli.stored import store_to_read
from advisor.errors import Exit, InputError, Problem
from advisor.evidence.store import Removal, Store
from advisor.text import Lang, clean, did_you_mean, short
from probes.run import Run

PLACE = "evidence remove"
MOST_LISTED = 20


@shares("store", *LIST_OUTPUT)
def remove(
    options: Options,
    sessions: Annotated[
        list[str] | None,
        typer.Argument(help="Sessions, by how `advise evidence list` shows them.", metavar="[SESSION]..."),
    ] = None,
    damaged: Annotated[bool, typer.Option("--damaged", help="Remove rows that are damaged, of any session.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
) -> int:
    """Remove the runs of sessions, or damaged rows: all that is named, or nothing where something goes wrong.

    It says what it will remove, and asks; where there is no terminal to ask on, it needs --yes.
    """
    form, language = options.format, options.language
    if not sessions and not damaged:
        fix = "name sessions as `advise evidence list` shows them, or give --damaged"
        raise InputError([Problem(PLACE, "nothing is named that is to be removed", fix)])
    path = store_to_read(options.store)
    named, removal = _planned(path, sessions or [], damaged)
    if path is None or not (removal.runs or removal.plans):
        _report(removal, False, form, language)
        return Exit.OK
    if form == "text":
        emit("\n".join(_lines(removal, language)))
    agreed = yes or _agreed(removal, form, language)
    if agreed:
        with Store(path, write=True, repair=True) as opened:
            removal = opened.remove(named, damaged=damaged)
    _report(removal, agreed, form, language)
    return Exit.OK


def _planned(path: Path | None, given: Sequence[str], damaged: bool) -> tuple[Collection[str], Removal]:
    """Return the sessions that are named, and everything that would be removed.

    Raises:
        InputError: there is no such session; all of them at once.
    """
    if path is None:
        return _named(given, ()), Removal((), ())
    with Store(path) as opened:
        named = _named(given, opened.sessions())
        return named, opened.rows_of(named, damaged=damaged)


def _named(given: Sequence[str], known: Collection[str]) -> set[str]:
    found, problems = set[str](), []
    for one in given:
        meant = [session for session in known if clean(session) == clean(one)]
        meant = meant or [session for session in known if clean(session).startswith(clean(one))]
        if len(meant) == 1:
            found.update(meant)
        elif meant:
            listed = ", ".join(sorted(map(clean, meant))[:MOST_LISTED])
            problems.append(Problem(PLACE, f"several sessions begin with `{short(one)}`", f"which one: {listed}"))
        else:
            fix = did_you_mean(one, sorted(map(clean, known))) if known else "no runs are stored"
            problems.append(Problem(PLACE, f"there is no session `{short(one)}`", fix))
    if problems:
        raise InputError(problems)
    return found


def _agreed(removal: Removal, form: str, lang: Lang) -> bool:
    """Ask.

    Raises:
        InputError: there is nobody to ask.
    """
    if form == "json" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        what = f"this would remove {_counts(removal, Lang.EN)}"
        raise InputError([Problem("--yes", what, "say --yes to remove them without being asked")])
    import questionary

    return bool(questionary.confirm(lang.pick("Remove them?", "确定删除？"), default=False).unsafe_ask())


def _sessions(removal: Removal) -> list[dict[str, Any]]:
    """Return what is said of each session, the oldest first."""
    plans = {row.session for row in removal.plans if row.record}
    runs = [row.record for row in removal.runs if isinstance(row.record, Run)]
    grouped: dict[str, list[Run]] = {session: [] for session in sorted(plans)}
    for run in runs:
        grouped.setdefault(run.session, []).append(run)
    found = [
        {
            "session": session,
            "started": min((run.started for run in own), default=""),
            "probes": len({run.probe for run in own}),
            "runs": len(own),
        }
        for session, own in grouped.items()
    ]
    return sorted(found, key=lambda one: str(one["started"]))


def _lines(removal: Removal, lang: Lang) -> Iterator[str]:
    for one in _sessions(removal):
        session, started = clean(one["session"]), one["started"][:16].replace("T", " ") or "-"
        yield lang.pick(
            f"session {session}, {started}: {one['runs']} runs of {one['probes']} probes",
            f"实测 {session}，{started}：{one['probes']} 项，共 {one['runs']} 次运行",
        )
    for row in removal.damaged[:MOST_LISTED]:
        yield lang.pick(f"damaged: {row.place}: {clean(row.why)}", f"已损坏：{row.place}：{clean(row.why)}")
    if (more := len(removal.damaged) - MOST_LISTED) > 0:
        yield lang.pick(f"and {more} more damaged rows", f"另有 {more} 条已损坏的记录")


def _counts(removal: Removal, lang: Lang) -> str:
    """Say how much it is."""
    sessions = _sessions(removal)
    runs = sum(one["runs"] for one in sessions)
    parts = []
    if sessions:
        parts.append(
            lang.pick(
                f"{runs} run{'s' * (runs != 1)} of {len(sessions)} session{'s' * (len(sessions) != 1)}",
                f"{len(sessions)} 次实测的 {runs} 条结果",
            )
        )
    if removal.damaged:
        n = len(removal.damaged)
        parts.append(lang.pick(f"{n} damaged row{'s' * (n != 1)}", f"{n} 条已损坏的记录"))
    return lang.pick(" and ", "和").join(parts)


def _report(removal: Removal, removed: bool, form: str, lang: Lang) -> None:
    if form == "json":
        from advisor.render import json

        damaged = [{"place": row.place, "why": row.why} for row in removal.damaged]
        emit(json.dumps({"removed": removed, "sessions": _sessions(removal), "damaged": damaged}))
    elif removed:
        emit(lang.pick(f"removed: {_counts(removal, lang)}", f"已删除{_counts(removal, lang)}"))
    elif removal.runs or removal.plans:
        emit(lang.pick("nothing was removed", "未删除任何内容"))
    else:
        emit(lang.pick("there is nothing to remove: no row is damaged", "没有可删除的内容：没有损坏的记录"))
