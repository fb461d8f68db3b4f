"""`advise claims`: the ledger with its verdicts on this machine, and where the article disagrees with itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Annotated, Any

import typer

from advisor.cli.command import with_shared_options
from advisor.cli.explain_library import make_library
from advisor.cli.options import EVIDENCE_OPTIONS, LIST_OUTPUT, Options
from advisor.cli.output import emit, page_width, print_styled
from advisor.cli.parsers import word_parser
from advisor.errors import Exit, InputError, Problem
from advisor.knowledge.pack import Pack
from advisor.render import ledger
from advisor.render.explain import sheet_layout
from advisor.render.explain.records import contradiction_sheet
from advisor.render.explain.sheet import Library
from advisor.render.explain.terms import CLAIM_KINDS
from advisor.sentences import sentence
from advisor.text import did_you_mean, short
from advisor.words import REVIEWS, RUN_VERDICTS

SECTION = "article §"
WIDEST = 200

ClaimFilter = Callable[[str], bool]
"""Whether a claim, by its id, is to be listed."""


def _filter_option(name: str, words: Collection[str]) -> Any:
    """Return the option that keeps only the claims with one of these words."""
    option = f"--{name}"
    return typer.Option(
        option, parser=word_parser(option, words), metavar=name.upper(), help=f"Only these: {', '.join(words)}."
    )


@with_shared_options(*EVIDENCE_OPTIONS, *LIST_OUTPUT)
def claims(
    options: Options,
    verdict: Annotated[str | None, _filter_option("verdict", RUN_VERDICTS)] = None,
    framework: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only claims about this framework or candidate.")
    ] = None,
    review: Annotated[str | None, _filter_option("review", REVIEWS)] = None,
    section: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER", help="Only claims of this section of the article and those inside it, such as 3.3."
        ),
    ] = None,
    kind: Annotated[str | None, _filter_option("kind", CLAIM_KINDS)] = None,
    contradictions: Annotated[
        bool,
        typer.Option(
            "--contradictions", help="Where the article disagrees with itself: both sides, and how it was settled."
        ),
    ] = False,
) -> int:
    """The ledger of claims, with review and verdict on this machine; filters can be combined."""
    output_format, library = options.format, make_library(options)
    filters = list(_filters(library, verdict, framework, review, section, kind))
    claim_ids = [id for id in library.pack.claims if all(keeps(id) for keeps in filters)]
    if contradictions:
        _show_contradictions(library, claim_ids, output_format)
    elif output_format == "json":
        from advisor.render import json

        emit(json.dumps([ledger.plain_claim(library, id) for id in claim_ids]))
    else:
        print_styled((line.text, line.style) for line in ledger.lines(library, claim_ids, page_width(WIDEST)))
    return Exit.OK


def _show_contradictions(library: Library, claim_ids: list[str], output_format: str) -> None:
    """Print the contradictions in which any of these claims takes part."""
    contradictions = {
        id: contradiction
        for id, contradiction in library.pack.contradictions.items()
        if set(contradiction.members) & set(claim_ids)
    }
    if output_format == "json":
        from advisor.render import json

        documents = (
            {"id": id, "topic": contradiction.topic[library.lang], "settled": contradiction.settled[library.lang]}
            | {"members": [ledger.plain_claim(library, member) for member in contradiction.members]}
            for id, contradiction in contradictions.items()
        )
        emit(json.dumps(list(documents)))
        return
    sheets = [contradiction_sheet(library, id) for id in contradictions]
    lines = sheet_layout.below(sheets, page_width())
    head = sentence("commands.contradictions", library.lang, count=len(contradictions))
    print_styled([(head, "bold"), *((line.text, line.style) for line in lines)])


def _filters(
    library: Library,
    verdict: str | None,
    framework: str | None,
    review: str | None,
    section: str | None,
    kind: str | None,
) -> Iterator[ClaimFilter]:
    """Yield the filters that every listed claim must pass.

    Raises:
        InputError: a value that no claim has; the error names the legal ones.
    """
    pack = library.pack
    if verdict is not None:
        yield lambda id: library.findings[id].verdict == verdict
    if review is not None:
        yield lambda id: pack.claims[id].review.verdict == review
    if kind is not None:
        yield lambda id: pack.claims[id].kind == kind
    if section is not None:
        sources = _sources_of_section(pack, section)
        yield lambda id: pack.claims[id].source in sources
    if framework is not None:
        members = _candidates_named(pack, framework)
        yield lambda id: bool(members & _candidates_of(pack, id))


def _sources_of_section(pack: Pack, section: str) -> set[str]:
    """Return the sources of an article section and its subsections; `§3.3` and `3.3` name the same one."""
    number = section.strip().removeprefix("§").strip()
    sources = {claim.source for claim in pack.claims.values() if claim.source.startswith(SECTION)}
    matching_sources = {
        source
        for source in sources
        if source == SECTION + number or source.startswith((f"{SECTION}{number}.", f"{SECTION}{number}-"))
    }
    if not number or not matching_sources:
        numbers = sorted(source.removeprefix(SECTION) for source in sources)
        problem = f"no claim is of section `{short(section)}`"
        raise InputError([Problem("--section", problem, did_you_mean(number, numbers))])
    return matching_sources


def _candidates_named(pack: Pack, name: str) -> set[str]:
    """Return the candidates that a name stands for: of a framework, of a backend (`backend:torch`), or the one of that id."""
    if not (members := set(pack.members(name))):
        names = list(dict.fromkeys([*pack.frameworks, *pack.candidates]))
        raise InputError([Problem("--framework", f"`{short(name)}` is unknown", did_you_mean(name, names))])
    return members


def _candidates_of(pack: Pack, id: str) -> set[str]:
    """Return the candidates a claim is about: those it gives a level, and those of the folder its file is in."""
    folder = pack.files[id].split("/")[1] if id in pack.files else ""
    names = [*pack.claims[id].says, *([folder] if folder in pack.frameworks else [])]
    return {candidate for name in names for candidate in pack.members(name)}
