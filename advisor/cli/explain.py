"""`advise explain ID [ID]`: anything the advisor knows, in full; two of them side by side."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from advisor.advise import STEPS_BY_SCALE
from advisor.cli.options import (
    evidence_options,
    format_of,
    lang_of,
    output_options,
    pack,
    request_from,
    with_options,
)
from advisor.cli.output import emit, page_width, styled
from advisor.cli.stored import evidence_of
from advisor.errors import Exit
from advisor.evidence import collect, measured
from advisor.evidence.exhibits import exhibits, four_steps
from advisor.evidence.findings import hold
from advisor.knowledge.onboarding import load_onboarding
from advisor.render.explain import layout
from advisor.render.explain.diagram import mermaid
from advisor.render.explain.pages import sheet
from advisor.render.explain.sheet import Library

WIDEST = 200
"""Two pages side by side may be wider than one: cells."""


def register(app: typer.Typer, _questions: object) -> None:
    """Add the command."""
    app.command("explain")(with_options(explain, evidence_options(), output_options()))


def explain(
    id: Annotated[
        str,
        typer.Argument(
            help="A claim, rule, constraint, criterion, question, framework, candidate, source, probe; a concept, "
            "in English or Chinese; or faq, pitfalls, glossary, diagram."
        ),
    ],
    other: Annotated[str | None, typer.Argument(help="Another one, to stand beside it.")] = None,
    options: dict[str, Any] = {},  # noqa: B006
) -> int:
    """What an id or a concept stands for: words, sources, review, verdict here, and for whom it matters."""
    form, library = format_of(options), library_of(options)
    sheets = [sheet(library, word) for word in (id, other) if word is not None]
    if form == "json":
        from advisor.render import json

        documents = [one.plain() for one in sheets]
        emit(json.dumps(documents if other is not None else documents[0]))
    elif other is None and sheets[0].kind == "diagram":
        emit(mermaid(library).rstrip("\n"))
    else:
        width = page_width()
        lines = (
            layout.below(sheets, width) if other is None else layout.beside(sheets[0], sheets[1], page_width(WIDEST))
        )
        styled((line.text, line.style) for line in lines)
    return Exit.OK


def library_of(options: dict[str, Any]) -> Library:
    """Return everything the pages draw on: the pack the options name, and what was measured here."""
    request = request_from(options)
    knowledge, evidence = pack(request.pack), evidence_of(options)
    modules = sorted({module for one in knowledge.candidates.values() for module in one.modules})
    return Library(
        pack=knowledge,
        onboarding=load_onboarding([request.pack], knowledge),
        lang=lang_of(options),
        findings=hold(knowledge, evidence),
        measured=measured.read(knowledge, evidence, STEPS_BY_SCALE["medium"]),
        versions=collect.installed_versions(modules),
        exhibits=exhibits(),
        steps=four_steps(),
    )
