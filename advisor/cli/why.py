"""`advise why` and `advise why-not CANDIDATE`: the derivation behind an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from advisor.cli.command import with_project_options, with_shared_options
from advisor.cli.completion import complete_frameworks_and_candidates
from advisor.cli.last import request_options, request_to_explain
from advisor.cli.options import EVIDENCE_OPTIONS, EXPLAINED, LIST_OUTPUT, REQUEST_OPTIONS, Options
from advisor.cli.output import emit, page_width, print_styled
from advisor.errors import Exit, InputError, Problem
from advisor.evidence.stacks import load_probed_pack
from advisor.knowledge.pack import Pack
from advisor.pipeline import derive_answer, gather_evidence, profile_of_request
from advisor.reasoning.derivation import Derivation
from advisor.reasoning.packages import project_pack
from advisor.render.document import Part
from advisor.render.explanation import why as why_parts
from advisor.render.explanation import why_document, why_not_document
from advisor.render.explanation import why_not as why_not_parts
from advisor.render.markdown import as_markdown
from advisor.render.page import Page
from advisor.render.terminal import as_text
from advisor.sentences import sentence
from advisor.text import did_you_mean, short

OPTIONS = (*REQUEST_OPTIONS, *EVIDENCE_OPTIONS, *LIST_OUTPUT)


@with_project_options
@with_shared_options(*OPTIONS, format=EXPLAINED)
def why(options: Options) -> int:
    """Why the answer is what it is: every rule, claim and number.

    It explains the last answer, changed by the options given here; with --answers, that project alone.
    """
    output_format = options.format
    page, derivation = _derive_answer(options)
    if output_format == "json":
        from advisor.render import json

        emit(json.dumps(why_document(page, derivation)))
    else:
        print_explanation(page, output_format, why_parts(page, derivation), page.say("commands.why-this-framework"))
    return Exit.OK


@with_project_options
@with_shared_options(*OPTIONS, format=EXPLAINED)
def why_not(
    candidate: Annotated[
        str,
        typer.Argument(
            help="A framework, such as tensorflow, or one of its candidates.",
            autocompletion=complete_frameworks_and_candidates,
        ),
    ],
    options: Options,
) -> int:
    """Why not this one: what the article says for it, what it loses by, what was measured, and what would change it.

    It compares with the last answer, changed by the options given here; with --answers, with that project's alone.
    """
    output_format = options.format
    page, derivation = _derive_answer(options, candidate)
    rival = derivation.rivals[0].candidate if derivation.rivals else candidate
    if output_format == "json":
        from advisor.render import json

        emit(json.dumps(why_not_document(page, derivation, rival)))
    else:
        title = page.say("commands.why-not", candidate=candidate)
        print_explanation(page, output_format, why_not_parts(page, derivation), title)
    return Exit.OK


def print_explanation(page: Page, output_format: str, parts: Iterable[Part], title: str) -> None:
    """Print an explanation as text or Markdown."""
    if output_format == "markdown":
        emit(as_markdown(parts, title))
    else:
        print_styled((line.text, line.style) for line in as_text(parts, page_width()))


def _derive_answer(options: Options, candidate: str = "") -> tuple[Page, Derivation]:
    """Return the page of the answer to explain, and its derivation: against one candidate, or against all."""
    request, last_options = request_to_explain(options)
    pack = load_probed_pack(request.pack)
    against = _candidates_named(pack, candidate) if candidate else ()
    profile = profile_of_request(request, pack)
    evidence = gather_evidence(request, pack, profile).evidence
    derivation = derive_answer(request, pack, profile, evidence, against)
    lang, options_here = options.language, request_options(options.request())
    if last_options and options_here and request_options(request) != last_options:
        last_options = sentence("commands.changed-here-by", lang, answers=last_options, options=options_here)
    return Page(derivation.advice, project_pack(pack, profile), lang, last_options), derivation


def _candidates_named(pack: Pack, name: str) -> tuple[str, ...]:
    """Return the candidates that a name stands for.

    Raises:
        InputError: there is no candidate of that name.
    """
    candidates = pack.members(name)
    if not candidates:
        known_names = [*pack.frameworks, *(id for id in pack.candidates if id not in pack.frameworks)]
        raise InputError([Problem("why-not", f"unknown candidate `{short(name)}`", did_you_mean(name, known_names))])
    return candidates
