"""`advise why` and `advise why-not CANDIDATE`: the derivation behind an answer."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from advisor.advise import answer, gather
from advisor.ask import detect, make_profile
from advisor.cli.last import recall
from advisor.cli.options import (
    format_of,
    lang_of,
    output_options,
    pack,
    question_options,
    request_from,
    request_options,
    with_options,
)
from advisor.cli.output import emit, page_width, styled
from advisor.errors import Exit, InputError, Problem
from advisor.render.explanation import why_lines, why_not_document, why_not_lines
from advisor.render.terminal import Page
from advisor.text import clean, did_you_mean


def register(app: typer.Typer) -> None:
    """Add the commands."""
    options = (question_options(), request_options(), output_options())
    app.command("why")(with_options(why, *options))
    app.command("why-not")(with_options(why_not, *options))


def why(options: dict[str, Any]) -> int:
    """Why the last answer (or the one these options give) is what it is: every rule, claim and number."""
    page = _page(options)
    if format_of(options) == "json":
        from advisor.render import json

        emit(json.render(page.advice, page.lang))
    else:
        styled((line.text, line.style) for line in why_lines(page))
    return Exit.OK


def why_not(
    candidate: Annotated[str, typer.Argument(help="A framework or candidate, such as tensorflow or keras[jax].")],
    options: dict[str, Any],
) -> int:
    """Why not this one: what it loses by, what speaks for it, and what would have to be true."""
    page = _page(options)
    members = page.pack.members(candidate)
    if not members:
        known = [
            *page.pack.frameworks,
            *(id for id in page.pack.candidates if id not in page.pack.frameworks),
        ]
        raise InputError(
            [Problem("why-not", f"unknown candidate `{clean(candidate)}`", did_you_mean(candidate, known))]
        )
    best = next(one.id for one in page.advice.ranking if one.id in members)
    request = recall(request_from(options))[0]
    if format_of(options) == "json":
        from advisor.render import json

        emit(json.dumps(why_not_document(page, request, best)))
    else:
        styled((line.text, line.style) for line in why_not_lines(page, request, best))
    return Exit.OK


def _page(options: dict[str, Any]) -> Page:
    request, is_last = recall(request_from(options))
    knowledge = pack(request.pack)
    profile = make_profile(knowledge, request.flags, request.answers, detect(knowledge))
    advice = answer(request, knowledge, profile, gather(request, knowledge, profile))
    command = " ".join(
        f"--{q} {c}" for q, one in profile.answers.items() if one.origin != "detected" for c in one.choices
    )
    return Page(advice, knowledge, lang_of(options), page_width(), command if is_last else "")
