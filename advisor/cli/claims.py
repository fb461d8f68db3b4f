"""`advise claims`: the ledger with its verdicts on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, NamedTuple

import typer

from advisor.cli.options import (
    evidence_options,
    format_of,
    lang_of,
    one_of,
    output_options,
    pack,
    request_from,
    with_options,
)
from advisor.cli.output import emit, page_width, styled
from advisor.cli.stored import evidence_of
from advisor.errors import Exit, InputError, Problem
from advisor.evidence.findings import hold
from advisor.knowledge.claim import Claim
from advisor.knowledge.pack import Pack
from advisor.reasoning.readings import Finding
from advisor.render.layout import hang
from advisor.text import Lang, did_you_mean, short
from advisor.words import REVIEWS, VERDICTS

VERDICT_WORDS = ("confirmed", "refuted", "inconclusive", "untested")


class Entry(NamedTuple):
    """One claim of the ledger with what this machine says of it."""

    id: str
    claim: Claim
    found: Finding


def register(app: typer.Typer, _questions: object) -> None:
    """Add the command."""
    app.command("claims")(with_options(claims, evidence_options(), output_options()))


def claims(
    verdict: Annotated[str | None, typer.Option(help="Only these: confirmed, refuted, inconclusive, untested.")] = None,
    framework: Annotated[str | None, typer.Option(help="Only claims about this framework or candidate.")] = None,
    review: Annotated[
        str | None,
        typer.Option(help="Only claims whose review says: holds, outdated, wrong, contradictory, opinion."),
    ] = None,
    section: Annotated[
        str | None, typer.Option(help="Only claims of this section of the article, such as 3.3.1.")
    ] = None,
    options: dict[str, Any] = {},  # noqa: B006
) -> int:
    """The ledger of claims, with review and verdict on this machine."""
    knowledge, lang, form = pack(request_from(options).pack), lang_of(options), format_of(options)
    if verdict is not None:
        one_of("--verdict", verdict, VERDICT_WORDS)
    if review is not None:
        one_of("--review", review, tuple(REVIEWS))
    place = _place(knowledge, section)
    wanted = _members(knowledge, framework)
    findings = hold(knowledge, evidence_of(options))
    chosen = [
        Entry(id, claim, findings[id])
        for id, claim in knowledge.claims.items()
        if verdict in (None, findings[id].verdict)
        and review in (None, claim.review.verdict)
        and place in (None, claim.source)
        and (wanted is None or any(wanted & set(knowledge.members(name)) for name in claim.says))
    ]
    if form == "json":
        from advisor.render import json

        emit(json.dumps([_plain(one, lang) for one in chosen]))
    else:
        styled(_lines(chosen, lang))
    return Exit.OK


SECTION = "article §"


def _place(knowledge: Pack, section: str | None) -> str | None:
    """Return how the source of a section's claims is written; `§3.3.1` and `3.3.1` are the same section."""
    if section is None:
        return None
    number = section.strip().removeprefix("§").strip()
    sources = {claim.source for claim in knowledge.claims.values() if claim.source.startswith(SECTION)}
    known = sorted(source.removeprefix(SECTION) for source in sources)
    if number not in known:
        raise InputError(
            [Problem("--section", f"no claim is of section `{short(section)}`", did_you_mean(number, known))]
        )
    return SECTION + number


def _members(knowledge: Pack, framework: str | None) -> set[str] | None:
    """Return the candidates of a framework, or the one candidate, that is named; None without a name."""
    if framework is None:
        return None
    if not (found := set(knowledge.members(framework))):
        known = list(dict.fromkeys([*knowledge.frameworks, *knowledge.candidates]))
        raise InputError([Problem("--framework", f"`{short(framework)}` is unknown", did_you_mean(framework, known))])
    return found


def _plain(one: Entry, lang: Lang) -> dict[str, Any]:
    return {
        "id": one.id,
        "source": one.claim.source,
        "review": one.claim.review.verdict,
        "verdict": one.found.verdict,
        "why": one.found.why[lang == "zh"],
        "measured": dict(one.found.measured),
        "text": one.claim.claim[lang],
    }


def _lines(chosen: Sequence[Entry], lang: Lang) -> Iterator[tuple[str, str]]:
    count = {word: sum(one.found.verdict == word for one in chosen) for word in VERDICT_WORDS}
    counts = ", ".join(f"{count[word]} {VERDICTS[word][lang]}" for word in VERDICT_WORDS)
    yield f"{len(chosen)} {lang.pick('claims', '条论断')}: {counts}", "bold"
    for id, claim, found in chosen:
        review = f"({lang.pick('review', '复核')}: {REVIEWS[claim.review.verdict][lang]})"
        yield f"{VERDICTS[found.verdict][lang]}  {id}  {claim.source}  {review}", "bold"
        yield from ((line, "") for line in hang("", claim.claim[lang], page_width(), 2, 0))
        yield from ((line, "") for line in hang("", found.why[lang == "zh"], page_width(), 4, 0))
