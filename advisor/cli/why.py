"""`advise why` and `advise why-not CANDIDATE`: the derivation behind an answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from advisor.advise import against, answer, gather
from advisor.ask import detect, make_profile
from advisor.cli.last import recall, typed
from advisor.cli.options import (
    evidence_options,
    format_of,
    lang_of,
    output_options,
    pack,
    request_from,
    request_options,
    with_options,
)
from advisor.cli.output import emit, page_width, styled
from advisor.errors import Exit, InputError, Problem
from advisor.reasoning.advice import Reason
from advisor.render.explanation import why_lines, why_not_document, why_not_lines
from advisor.render.page import Page
from advisor.text import did_you_mean, short


def register(app: typer.Typer, questions: list[inspect.Parameter]) -> None:
    """Add the commands."""
    options = (questions, request_options(), evidence_options(), output_options())
    app.command("why")(with_options(why, *options))
    app.command("why-not")(with_options(why_not, *options))


def why(options: dict[str, Any]) -> int:
    """Why the answer is what it is: every rule, claim and number.

    It explains the last answer, changed by the options given here; with --answers, that project alone.
    """
    page, _ = _page(options)
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
    """Why not this one: what it loses by, and what would help it.

    It compares with the last answer, changed by the options given here; with --answers, with that project's alone.
    """
    page, compare = _page(options)
    members = page.pack.members(candidate)
    if not members:
        known = [
            *page.pack.frameworks,
            *(id for id in page.pack.candidates if id not in page.pack.frameworks),
        ]
        raise InputError(
            [Problem("why-not", f"unknown candidate `{short(candidate)}`", did_you_mean(candidate, known))]
        )
    best = next(one.id for one in page.advice.ranking if one.id in members)
    if format_of(options) == "json":
        from advisor.render import json

        emit(json.dumps(why_not_document(page, best, compare(best))))
    else:
        styled((line.text, line.style) for line in why_not_lines(page, best, compare(best)))
    return Exit.OK


def _page(options: dict[str, Any]) -> tuple[Page, Callable[[str], tuple[Reason, ...]]]:
    """Return the answer to explain, ready to be laid out, and what compares its winner with another candidate."""
    request, last = recall(options)
    knowledge = pack(request.pack)
    profile = make_profile(knowledge, request.flags, request.answers, detect(knowledge))
    gathered = gather(request, knowledge, profile)
    advice = answer(request, knowledge, profile, gathered)
    lang, now = lang_of(options), typed(request_from(options))
    if last and now:
        last += lang.pick(f" (changed here by {now})", f"（此处改为 {now}）")

    def compare(other: str) -> tuple[Reason, ...]:
        if advice.candidate is None:
            return ()
        return against(request, knowledge, profile, gathered.evidence, advice.candidate, other)

    return Page(advice, knowledge, lang, page_width(), last), compare
