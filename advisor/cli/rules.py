"""`advise rules`: check packs of knowledge, begin new parts of them, compare their answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.command import SETTINGS, Group, with_shared_options
from advisor.cli.options import LIST_OUTPUT, Options
from advisor.cli.output import emit, print_styled, print_table
from advisor.cli.parsers import check_word, parse_date
from advisor.cli.question_options import RESERVED
from advisor.errors import Exit, InputError, Problem
from advisor.evidence.stacks import load_probed_pack
from advisor.files import write_whole
from advisor.knowledge.loading import is_overlay_folder
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.verification.defect import Defect
from advisor.verification.subject import Measures
from probes.catalogue import PROBES

BASE = "built-in"
"""What the pack that ships with the program is called here."""


rules = typer.Typer(
    cls=Group, help="Packs of knowledge: check one, begin a part of one, compare the answers of two.", **SETTINGS
)


@rules.command()
@with_shared_options("format")
def check(
    options: Options,
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DIR", help="The packs, laid one over another (default: the built-in one)."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the checks and what each finds.")] = False,
    as_of: Annotated[
        date | None,
        typer.Option(
            "--as-of", parser=parse_date, metavar="YYYY-MM-DD", help="The date reviews are old at (default: today)."
        ),
    ] = None,
) -> int:
    """Check a pack: schema, conditions, references, reach, gaps, examples, cases; exit 2 if something is wrong."""
    output_format = options.format
    if listed:
        return _print_checks(output_format)
    from advisor.verification.audit import audit_packs

    pack, defects = audit_packs(tuple(folders or (BUILT_IN,)), measures_by_probe(), as_of or date.today())
    if output_format == "json":
        from advisor.render import json

        emit(json.dumps([defect.to_dict() for defect in defects]))
    else:
        emit("\n".join([*map(str, defects), _summary_line(pack, defects)]))
    grave = {"error", "warning"} if strict else {"error"}
    return Exit.USAGE if any(defect.severity in grave for defect in defects) else Exit.OK


@rules.command()
def new(
    kind: Annotated[str, typer.Argument(help="claim, rule, constraint, question, case or team (an overlay).")],
    id: Annotated[str, typer.Argument(help="What it will be called, such as need-phone.")],
    pack_folder: Annotated[
        Path | None, typer.Option("--pack", metavar="DIR", help="The pack (default: this folder, or rules/ in it).")
    ] = None,
) -> int:
    """Begin a part of a pack: a file with every key, where FILL IN marks what only you can write."""
    from advisor.knowledge import scaffold

    check_word("rules new", kind, tuple(scaffold.SCAFFOLDS))
    if kind == "question" and id in RESERVED:
        raise InputError([Problem("rules new", f"the question `{id}` has the name of an option", "give it another id")])
    folder = (pack_folder or Path(id)) if kind == "team" else _find_pack_folder(pack_folder)
    pack = load_probed_pack() if kind == "team" else load_probed_pack((folder,))
    file = folder / scaffold.QUESTIONS
    questions = file.read_text("utf-8") if kind == "question" and file.is_file() else None
    files = scaffold.scaffold_files(kind, id, pack, date.today(), questions)
    _write_files(folder, files, grown={scaffold.QUESTIONS} if questions is not None else set())
    emit(f'write what stands behind "FILL IN" and 待填, then: advise rules check {folder}')
    return Exit.OK


def _write_files(folder: Path, files: Mapping[str, str], grown: Collection[str]) -> None:
    """Write new files, and the existing ones that have an addition.

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


def _find_pack_folder(folder_given: Path | None) -> Path:
    """Return the folder of the pack: the one given, else the current folder or rules/ in it.

    Raises:
        InputError: there is no pack in any of them.
    """
    for folder in (folder_given,) if folder_given else (Path(), Path("rules")):
        if (folder / "pack.yaml").is_file():
            return folder
    fix = "name its folder: --pack DIR; to begin one for your team: advise rules new team NAME"
    raise InputError([Problem(str(folder_given or "."), "there is no pack here (no pack.yaml)", fix)])


@rules.command()
@with_shared_options("as_of", *LIST_OUTPUT)
def diff(
    base: Annotated[str, typer.Argument(help=f"The pack to compare with: {BASE}, or a folder.")],
    overlays: Annotated[
        list[Path],
        typer.Argument(metavar="OVERLAY", help="The overlays laid over it, or one pack that stands alone."),
    ],
    options: Options,
) -> int:
    """For which answers the advice differs, and the fewest answers that show each difference."""
    from advisor.impact import Sides, case_answers, compare_packs
    from advisor.render import impact_report as report

    base_folders = (BUILT_IN,) if base == BASE else (Path(base),)
    before = load_probed_pack(base_folders)
    standalone_pack = load_probed_pack(overlays) if len(overlays) == 1 and not is_overlay_folder(overlays[0]) else None
    after = standalone_pack or load_probed_pack((*base_folders, *overlays))
    sides = Sides(before, after, options.as_of or date.today())
    folders = {folder for pack in sides.packs for folder in pack.folders}
    impact = compare_packs(sides, case_answers(folders, sides.packs))
    if options.format == "json":
        from advisor.render import json

        emit(json.dumps(report.document(impact, sides)))
    else:
        print_styled(report.lines(impact, sides, options.language))
    return Exit.OK


@rules.command()
@with_shared_options("as_of", *LIST_OUTPUT)
def refresh(
    index: Annotated[Path, typer.Argument(metavar="INDEX.json", help="A snapshot of the package index.")],
    options: Options,
    overlays: Annotated[
        list[Path] | None, typer.Option("--pack", metavar="DIR", help="Look at a team's pack too, laid over ours.")
    ] = None,
) -> int:
    """What has moved on the package index since the pack was written, and which answers that touches; needs no network.

    The snapshot is made by: python tests/benchmarks/snapshot_index.py > index.json
    """
    from advisor.impact import Sides, case_answers, compare_packs
    from advisor.knowledge.index_snapshot import read_snapshot
    from advisor.render import moves_report as report
    from advisor.verification.moves import moves, without_moved

    snapshot = read_snapshot(index)
    pack = load_probed_pack((BUILT_IN, *(overlays or ())))
    moved = moves(pack, snapshot)
    remaining = without_moved(pack, moved)
    answers = None
    if (remaining.claims, remaining.constraints) != (pack.claims, pack.constraints):
        sides = Sides(pack, remaining, options.as_of or date.today())
        answers = compare_packs(sides, case_answers(pack.folders, sides.packs), thorough=False), sides
    if options.format == "json":
        from advisor.render import json

        emit(json.dumps(report.document(pack, snapshot, moved, answers)))
    else:
        print_styled(report.lines(pack, snapshot, moved, answers, options.language))
    return Exit.OK


def measures_by_probe() -> Measures:
    """Return which way each measure of each probe is better."""
    return {name: {id: measure.better for id, measure in probe.measures.items()} for name, probe in PROBES.items()}


def _print_checks(output_format: str) -> int:
    """Print the pack checks: id, severity and what each finds."""
    from advisor.verification.table import CHECKS

    if output_format == "json":
        from advisor.render import json

        emit(json.dumps([{"check": check.id, "severity": check.severity, "about": check.about} for check in CHECKS]))
    else:
        print_table(
            [["check", "severity", "finds"], *([check.id, check.severity, check.about] for check in CHECKS)],
            [False] * 3,
        )
    return Exit.OK


def _summary_line(pack: Pack | None, defects: Sequence[Defect]) -> str:
    """Return in words what the pack contains, and how many defects of each severity were found."""
    counts = Counter(defect.severity for defect in defects)
    tally = ", ".join(f"{counts[word]} {word}{'s' * (counts[word] != 1)}" for word in counts) or "no notes"
    if pack is None:
        return f"{tally}; nothing else was checked"
    contents = (
        f"{pack.name} {pack.version}: {len(pack.questions)} questions, {len(pack.criteria)} criteria, "
        f"{len(pack.needs)} rules, {len(pack.constraints)} constraints, {len(pack.claims)} claims, "
        f"{len(pack.sources)} sources"
    )
    return f"{contents}; {tally}" if counts["error"] or counts["warning"] else f"{contents}; nothing wrong, {tally}"
