"""`advise explain ID [ID]`: anything the advisor knows, in full; two of them side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from advisor.cli.command import with_shared_options
from advisor.cli.completion import complete_ids
from advisor.cli.explain_library import make_library
from advisor.cli.options import EVIDENCE_OPTIONS, EXPLAINED, LIST_OUTPUT, Options
from advisor.cli.output import emit, page_width, print_styled
from advisor.errors import Exit
from advisor.render.explain import sheet_layout
from advisor.render.explain.diagram import mermaid
from advisor.render.explain.pages import sheet
from advisor.render.markdown import as_markdown

WIDEST = 200
"""Cells two pages side by side may take; one alone is read best at half of it."""


@with_shared_options(*EVIDENCE_OPTIONS, *LIST_OUTPUT, format=EXPLAINED)
def explain(
    id: Annotated[
        str,
        typer.Argument(
            help="A claim, rule, constraint, criterion, question, framework, candidate, source or probe; a concept, "
            "in English or Chinese; or faq, pitfalls, glossary, diagram.",
            autocompletion=complete_ids,
        ),
    ],
    options: Options,
    other: Annotated[
        str | None, typer.Argument(help="Another one, to stand beside it.", autocompletion=complete_ids)
    ] = None,
) -> int:
    """What an id or a concept stands for: its words, sources, review, verdict here, and for whom it matters."""
    output_format, library = options.format, make_library(options)
    sheets = [sheet(library, word) for word in (id, other) if word is not None]
    if output_format == "json":
        from advisor.render import json

        documents = [page.plain() for page in sheets]
        emit(json.dumps(documents if other is not None else documents[0]))
    elif output_format == "markdown":
        emit("\n\n".join(as_markdown(page.parts, page.title) for page in sheets))
    elif other is not None:
        print_styled((line.text, line.style) for line in sheet_layout.beside(sheets[0], sheets[1], page_width(WIDEST)))
    elif sheets[0].kind == "diagram":
        emit(mermaid(library).rstrip("\n"))  # as it is: to be piped into a file
    else:
        print_styled((line.text, line.style) for line in sheet_layout.below(sheets, page_width()))
    return Exit.OK
