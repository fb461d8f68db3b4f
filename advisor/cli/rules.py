"""`advise rules`: check packs of knowledge, begin new parts of them, compare their answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.cli.options import (
    TAKEN,
    add_group,
    date_of,
    format_of,
    lang_of,
    one_of,
    output_options,
    pack,
    with_options,
)
from advisor.cli.output import emit, styled, table
from advisor.errors import Exit, InputError, Problem
from advisor.files import write_whole
from advisor.knowledge.layers import is_overlay
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.verification.defect import Defect
from advisor.verification.subject import Measures
from probes.catalogue import PROBES

FORMATS = ("text", "json")
BASE = "built-in"
"""What the pack that ships with the program is called here."""


def register(app: typer.Typer, _questions: object) -> None:
    """Add the commands."""
    commands: dict[str, Callable[..., Any]] = {"check": check, "new": new, "diff": with_options(diff, output_options())}
    add_group(app, "rules", "Packs of knowledge: check one, begin a part of one, compare the answers of two.", commands)


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

    whole, defects = audit(tuple(folders or (BUILT_IN,)), measures(), date_of(as_of))
    if form == "json":
        from advisor.render import json

        emit(json.dumps([one.document() for one in defects]))
    else:
        emit("\n".join([*map(str, defects), _summary(whole, defects)]))
    grave = {"error", "warning"} if strict else {"error"}
    return Exit.USAGE if any(one.severity in grave for one in defects) else Exit.OK


def new(
    kind: Annotated[
        str, typer.Argument(help="claim, rule, constraint, question, case or team (an overlay).", metavar="KIND")
    ],
    id: Annotated[str, typer.Argument(help="What it will be called, such as need-phone.", metavar="ID")],
    pack_folder: Annotated[
        Path | None, typer.Option("--pack", help="The pack (default: this folder, or rules/ in it).", metavar="DIR")
    ] = None,
) -> int:
    """Begin a part of a pack: a file with every key, where FILL IN marks what only you can write."""
    from advisor.verification import scaffold

    one_of("rules new", kind, tuple(scaffold.SCAFFOLDS))
    if kind == "question" and id in TAKEN:
        raise InputError([Problem("rules new", f"the question `{id}` has the name of an option", "give it another id")])
    folder = (pack_folder or Path(id)) if kind == "team" else _pack_here(pack_folder)
    knowledge = pack() if kind == "team" else pack((folder,))
    file = folder / scaffold.QUESTIONS
    questions = file.read_text("utf-8") if kind == "question" and file.is_file() else None
    files = scaffold.scaffold_files(kind, id, knowledge, date_of(None), questions)
    _write(folder, files, grown={scaffold.QUESTIONS} if questions is not None else set())
    emit(f'write what stands behind "FILL IN" and 待填, then: advise rules check {folder}')
    return Exit.OK


def _write(folder: Path, files: Mapping[str, str], grown: Collection[str]) -> None:
    """Write new files, and those that have grown; nothing else is ever written over.

    Raises:
        InputError: a new file is there already.
    """
    for name in files:
        if name not in grown and (folder / name).exists():
            raise InputError([Problem(str(folder / name), "this file exists already", "choose another id or folder")])
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, text, force=name in grown)
        emit(f"{'added to' if name in grown else 'wrote'} {folder / name}")


def _pack_here(named: Path | None) -> Path:
    """Return the folder of the pack that is named, or that one stands in.

    Raises:
        InputError: there is none.
    """
    for folder in (named,) if named else (Path(), Path("rules")):
        if (folder / "pack.yaml").is_file():
            return folder
    fix = "name its folder: --pack DIR; to begin one for your team: advise rules new team NAME"
    raise InputError([Problem(str(named or "."), "there is no pack here (no pack.yaml)", fix)])


def diff(
    base: Annotated[str, typer.Argument(help=f"The pack to compare with: {BASE}, or a folder.", metavar="BASE")],
    overlays: Annotated[
        list[Path],
        typer.Argument(help="The overlays laid over it, or one pack that stands alone.", metavar="OVERLAY..."),
    ],
    as_of: Annotated[
        str | None, typer.Option(help="The date of the answers (default: today).", metavar="YYYY-MM-DD")
    ] = None,
    options: dict[str, Any] = {},  # noqa: B006
) -> int:
    """For which answers the advice differs, and the fewest answers that show each difference."""
    from advisor.render import impact_report as report
    from advisor.verification.impact import Sides, case_answers, compare

    lang, form, day = lang_of(options), format_of(options), date_of(as_of)
    below = (BUILT_IN,) if base == BASE else (Path(base),)
    before = pack(below)
    alone = pack(tuple(overlays)) if len(overlays) == 1 and not is_overlay(overlays[0]) else None
    above = tuple(overlays) if alone else (*below, *overlays)
    sides = Sides(before, alone or pack(above), day)
    found = compare(sides, case_answers({*below, *above}, sides.packs))
    if form == "json":
        from advisor.render import json

        emit(json.dumps(report.document(found, sides)))
    else:
        styled(report.lines(found, sides, lang))
    return Exit.OK


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
