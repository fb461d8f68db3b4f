"""`advise scan DIR`: the answers that a repository gives for itself, as a file for a person to confirm."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.command import with_shared_options
from advisor.cli.options import LIST_OUTPUT, OUTPUT, Options
from advisor.cli.output import emit
from advisor.cli.scanning import read_project
from advisor.errors import Exit
from advisor.files import write_whole
from advisor.sentences import sentence

WIDTH = 80
"""Cells to which remarks are broken, in a file as on a terminal."""


@with_shared_options("as_of", "pack", *LIST_OUTPUT)
def scan(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The repository; nothing of it is run.")],
    options: Options,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", rich_help_panel=OUTPUT, help="Write the answers file here.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", rich_help_panel=OUTPUT, help="Overwrite --output.")] = False,
) -> int:
    """Which answers does a repository give for itself? An answers file to confirm, each answer with file and line.

    Reads code, pins, notebooks, Dockerfiles, CI and the headers of model files; it runs nothing, follows no link,
    and says what it did not read. What is not sure enough stands in the file as a remark.
    """
    from advisor.knowledge.moving import load_moving
    from advisor.scan.answers_file import answers_file
    from advisor.scan.moving_cost import moving_costs

    pack, lang = options.knowledge, options.language
    moving = load_moving(pack)
    read = read_project(folder, options.folders, lang)
    costs = moving_costs(read.repository, moving, [id for id in pack.frameworks if pack.stacks(id)])
    if options.format == "json":
        from advisor.render import json
        from advisor.scan.scan_document import document

        text = json.dumps(document(read, costs, lang)) + "\n"
    else:
        from advisor.render.text_layout import fold_remarks

        text = fold_remarks(answers_file(read, folder, pack, options.as_of or date.today(), lang, costs), WIDTH)
    if output is None:
        emit(text.rstrip("\n"))
    else:
        write_whole(output, text, force=force)
        note = sentence("scan.written", lang, answers=len(read.answers), folder=folder, output=output)
        print(f"advise: {note}", file=sys.stderr)  # noqa: T201
    return Exit.OK
