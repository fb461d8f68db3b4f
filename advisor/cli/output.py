"""Print an answer: results on stdout, warnings on stderr, colour only on a terminal that wants it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.cli.ending import can_show_chinese
from advisor.cli.last import store_last_request
from advisor.cli.options import Format
from advisor.evidence.stacks import load_probed_pack
from advisor.files import write_whole
from advisor.pipeline import Gathered, Request
from advisor.reasoning.advice import Advice
from advisor.reasoning.packages import project_pack, unlisted_packages
from advisor.text import UNSAFE, Lang, clean

if TYPE_CHECKING:
    from rich.console import Console

    from advisor.render.document import Document


def emit_advice(
    advice: Advice,
    gathered: Gathered,
    request: Request,
    lang: Lang,
    output_format: Format,
    output: Path | None = None,
    *,
    force: bool = False,
    details: bool = False,
) -> None:
    """Print or write an answer, and remember it for `advise why`; as text in short, or with `details` whole."""
    pack = project_pack(load_probed_pack(request.pack), advice.profile)
    shown_in = lang if can_show_chinese(sys.stderr) else Lang.EN
    for warning in (*gathered.warnings, *unlisted_packages(pack, advice.profile, places=True)):
        print(f"advise: {clean(warning[shown_in])}", file=sys.stderr)  # noqa: T201
    if output_format == "json":
        from advisor.render.json import render

        emit(render(advice, pack, lang), output, force=force)
    elif output_format == "text":
        from advisor.render.terminal import short_answer, whole_answer

        lay_out = whole_answer if details else short_answer
        lines = list(lay_out(_document(advice, gathered, request, lang), page_width()))
        if output is not None:
            write_whole(output, "\n".join(_without_control_characters(line.text) for line in lines) + "\n", force=force)
        else:
            print_styled((line.text, line.style) for line in lines)
    else:
        from advisor.render.writers import WRITERS

        writer = WRITERS[output_format]
        document = _document(advice, gathered, request, lang, charts=writer.charts)
        emit(writer.write(document, lang), output, force=force)
    store_last_request(request)


def _document(advice: Advice, gathered: Gathered, request: Request, lang: Lang, *, charts: bool = False) -> Document:
    """Return what an answer says, with charts what carries it as well."""
    from advisor.render.answer import document
    from advisor.render.page import Page

    pack = project_pack(load_probed_pack(request.pack), advice.profile)
    page = Page(advice, pack, lang)
    if not charts:
        return document(page)
    from advisor.reasoning.derive import derivation_of

    assert gathered.answer is not None  # computed from what was gathered
    return document(page, derivation_of(gathered.answer), gathered.evidence)


def emit(text: str, output: Path | None = None, *, force: bool = False) -> None:
    """Print text, or write it to a file; control characters are written as JSON escapes."""
    text = UNSAFE.sub(lambda match: json.dumps(match[0])[1:-1], text)
    if output is not None:
        write_whole(output, text + "\n", force=force)
    else:
        print(text)  # noqa: T201


def page_width(widest: int = 100) -> int:
    """Return the width for the layout: the terminal's, at most `widest` columns; 100 where stdout is no terminal."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return 100
    return max(20, min(widest, shutil.get_terminal_size((100, 42)).columns))


def print_styled(lines: Iterable[tuple[str, str]]) -> None:
    """Print lines of text, each with a style; styles are used only on a terminal without NO_COLOR."""
    lines = [(_without_control_characters(text), style) for text, style in lines]
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        print("\n".join(text for text, _ in lines))  # noqa: T201
        return
    from rich.console import Console
    from rich.text import Text as RichText

    console = Console(highlight=False, markup=False, emoji=False)
    with _paged(console) if len(lines) >= console.size.height and sys.stdin.isatty() else nullcontext():
        for text, style in lines:
            console.print(RichText(text, style=style), no_wrap=True, overflow="ignore", crop=False)


def _paged(console: Console) -> AbstractContextManager[object]:
    """Return a context whose lines are shown page by page, as $PAGER does it; less leaves them on the screen at the end."""
    os.environ.setdefault("LESS", "FRX")
    return console.pager(styles=True)


def _without_control_characters(text: str) -> str:
    """Return text without control characters; spaces and line ends stay."""
    return UNSAFE.sub("", text)


def print_table(rows: Sequence[Sequence[str]], right_aligned: Sequence[bool]) -> None:
    """Print rows in aligned columns, the first as a bold heading."""
    from advisor.render.text_layout import columns

    laid = columns([[clean(cell) for cell in row] for row in rows], list(right_aligned))
    print_styled((line, "bold" if number == 0 else "") for number, line in enumerate(laid))
