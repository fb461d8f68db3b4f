"""`advise scan DIR`: the answers that a repository gives for itself, as a file for a person to confirm."""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from advisor.cli.command import with_shared_options
from advisor.cli.options import LIST_OUTPUT, OUTPUT, Options
from advisor.cli.output import emit
from advisor.errors import Exit
from advisor.files import write_whole
from advisor.sentences import sentence
from advisor.text import Lang

if TYPE_CHECKING:
    from advisor.scan.proposals import Scan

SECONDS_BETWEEN = 2.0
"""How often progress is told where stderr is no terminal."""


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
    from advisor.scan.moving import moving_costs

    pack, lang = options.knowledge, options.language
    moving = load_moving(pack)
    read = read_project(folder, options)
    costs = moving_costs(read.repository, moving, [id for id in pack.frameworks if pack.stacks(id)])
    if options.format == "json":
        from advisor.render import json
        from advisor.scan.document import document

        text = json.dumps(document(read, costs, lang)) + "\n"
    else:
        text = answers_file(read, folder, pack, options.as_of or date.today(), lang, costs)
    if output is None:
        emit(text.rstrip("\n"))
    else:
        write_whole(output, text, force=force)
        note = sentence("scan.written", lang, answers=len(read.answers), folder=folder, output=output)
        print(f"advise: {note}", file=sys.stderr)  # noqa: T201
    return Exit.OK


def read_project(folder: Path, options: Options) -> Scan:
    """Scan a repository for the answers that a pack asks for, and say on stderr how far it is."""
    from advisor.knowledge.moving import load_moving
    from advisor.knowledge.signals import load_signals
    from advisor.scan.proposals import scan_repository

    pack = options.knowledge
    modules = [module for framework in load_moving(pack).values() for module in framework.modules]
    with _Progress(options.language) as progress:
        return scan_repository(folder, pack, load_signals(pack), modules, progress.show)


class _Progress:
    """One line on stderr that is written over on a terminal; elsewhere a line every few seconds."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self.last = time.monotonic()
        self.on_terminal = sys.stderr.isatty()
        self.shown = False

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: Any) -> None:
        if self.shown and self.on_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)  # noqa: T201

    def show(self, done: int, all: int) -> None:
        """Say how many files were looked at."""
        now = time.monotonic()
        if now - self.last < (0.1 if self.on_terminal else SECONDS_BETWEEN):
            return
        self.last, self.shown = now, True
        line = sentence("scan.progress", self.lang, done=done, all=all)
        print(f"\r{line}\x1b[K" if self.on_terminal else line, end="" if self.on_terminal else "\n", file=sys.stderr, flush=True)  # noqa: T201
