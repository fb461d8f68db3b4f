"""`advise evidence list|export|import|merge`: the runs that are kept, and sharing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from advisor.cli.command import Command, Group
from advisor.cli.options import FILE, LIST_OUTPUT, STORE, Options
from advisor.cli.output import emit, page_width, styled
from advisor.cli.stored import store_to_read
from advisor.errors import Exit, InputError, Problem
from advisor.evidence.describe import WHY_STALE
from advisor.evidence.runs import PILOT, Evidence, merged
from advisor.evidence.store import Store, default_store, read_records, write_lines
from advisor.text import Lang, clean
from probes.registration import Registration
from probes.run import Run

JsonObject = dict[str, Any]
force_option = click.option("--force", is_flag=True, help="Overwrite the file.")


@click.command(cls=Group)
def evidence() -> None:
    """The runs that are kept: list, export, import, merge."""


@evidence.command("list", cls=Command, shared=(STORE, *LIST_OUTPUT))
def list_(options: Options) -> int:
    """List what is stored, one line per session and probe: measured here first, elsewhere below; and whether it counts."""
    from advisor.evidence import collect

    path = store_to_read(options.store)
    found = collect.from_store(path, collect.here(options.knowledge), date.today(), newest=-1) if path else Evidence()
    imported: set[str] = set()
    if path is not None:
        with Store(path) as opened:
            imported = opened.read()[1]
    language = options.language
    lines = _lines(found, imported)
    if options.format == "json":
        from advisor.render import json

        emit(json.dumps(lines))
    elif not lines:
        emit(
            language.pick("no runs are stored yet; measure with: advise probe", "尚无已存结果；可用 advise probe 实测")
        )
    else:
        _print(lines, language)
    return Exit.OK


@evidence.command(cls=Command, shared=(STORE,))
@click.argument("file", type=FILE, help="The file to write (JSON lines).")
@force_option
def export(file: Path, force: bool, options: Options) -> int:
    """Write every stored run, and what its session set out to do, as JSON lines, to commit or share."""
    path = store_to_read(options.store)
    runs, registered = ([], {}) if path is None else _stored(path)
    count = write_lines(runs, file, registered=registered.values(), force=force)
    click.echo(f"{count} runs written to {file}", err=True)
    return Exit.OK


@evidence.command("import", cls=Command, shared=(STORE,))
@click.argument("file", type=FILE, help="A file written by export.")
def import_(file: Path, options: Options) -> int:
    """Add runs from a file; they stay marked as measured elsewhere."""
    runs, registered = read_records(file)
    with Store(options.store or default_store(), write=True) as opened:
        opened.register(registered.values())
        new = opened.add(runs, imported=True)
    click.echo(f"{new} of {len(runs)} runs were new", err=True)
    return Exit.OK


@evidence.command(cls=Command)
@click.argument("files", type=FILE, nargs=-1, required=True, help="Files written by export.")
@click.option("--output", type=FILE, metavar="FILE", help="The file to write.")
@force_option
def merge(files: tuple[Path, ...], output: Path | None, force: bool) -> int:
    """Write the runs of several files as one, each run once; no store is touched."""
    if output is None:
        raise InputError([Problem("--output", "the file to write is missing", "good: --output all.jsonl")])
    read = [read_records(file) for file in files]
    registered: dict[str, Registration] = {}
    for _, plans in read:
        registered = plans | registered
    runs = merged(found for found, _ in read)
    count = write_lines(runs, output, registered=registered.values(), force=force)
    click.echo(f"{count} runs of {sum(len(found) for found, _ in read)} written to {output}", err=True)
    return Exit.OK


def _stored(path: Path) -> tuple[list[Run], dict[str, Registration]]:
    with Store(path) as opened:
        return opened.read()[0], opened.registrations()


def _lines(found: Evidence, imported: set[str]) -> list[JsonObject]:
    """One line per session and probe, those measured elsewhere last."""
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in found.runs:
        grouped.setdefault((run.session, run.probe), []).append(run)
    lines = [_line(found, session, name, runs, imported) for (session, name), runs in grouped.items()]
    return sorted(lines, key=lambda line: line["where"] == "elsewhere")


def _line(found: Evidence, session: str, name: str, runs: list[Run], imported: set[str]) -> JsonObject:
    reasons = Counter(why for run in runs if (why := found.why_not(run)) != PILOT)
    plan = found.registered.get(session)
    return {
        "started": min(run.started for run in runs),
        "session": session,
        "probe": name,
        "own": plan is not None and name in plan.own,
        "candidates": len({run.candidate for run in runs}),
        "runs": len(runs),
        "outcomes": dict(Counter(str(run.outcome) for run in runs)),
        "origin": "imported" if all(run.id in imported for run in runs) else "measured",
        "where": "elsewhere" if any((found.where or {}).get(run.id) == "elsewhere" for run in runs) else "here",
        "machine": _machine(runs[-1].machine),
        "counts": "" in reasons,
        "why": "" if "" in reasons else next(iter(dict(reasons.most_common(1))), ""),
    }


def _machine(facts: Mapping[str, Any]) -> str:
    gpus = facts.get("gpus") or ["no GPU"]
    return clean(f"{facts.get('cpu', 'unknown')}, {facts.get('logical_cores', '?')} cores, {gpus[0]}")


def _print(lines: list[JsonObject], lang: Lang) -> None:
    """Print the lines in columns, those that do not fit below."""
    from advisor.render.text_layout import side_by_side

    names = [lang.pick("probe", "实测"), *(line["probe"] + ("*" if line["own"] else "") for line in lines)]
    groups = [
        [lang.pick("started", "开始"), *(line["started"][:16].replace("T", " ") for line in lines)],
        [lang.pick("runs", "运行"), *(str(line["runs"]) for line in lines)],
        [
            lang.pick("outcomes", "结果"),
            *(", ".join(f"{n} {word}" for word, n in line["outcomes"].items()) for line in lines),
        ],
        [lang.pick("counts", "是否采用"), *(_counts(line, lang) for line in lines)],
    ]
    laid = side_by_side(names, groups, page_width(), right=False)
    styled((line, "bold" if number == 0 else "") for number, line in enumerate(laid))
    if any(line["own"] for line in lines):
        styled([(lang.pick("* your own code", "* 自有代码"), "")])


def _counts(line: JsonObject, lang: Lang) -> str:
    if line["counts"]:
        return lang.pick("yes", "是")
    why = "measured elsewhere" if line["where"] == "elsewhere" else line["why"]
    return lang.pick(f"no: {why}", f"否：{WHY_STALE.get(why, why)}")
