"""`advise claims`: the ledger with its verdicts on this machine."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from advisor.cli.options import (
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
from advisor.evidence.findings import hold
from advisor.render.layout import hang
from advisor.text import did_you_mean
from advisor.words import REVIEWS, VERDICTS

VERDICT_WORDS = ["confirmed", "refuted", "inconclusive", "untested"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("claims")(with_options(claims, request_options(), output_options()))


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
    """The ledger: every claim, what the review says of it, and what this machine says."""
    knowledge, lang = pack(request_from(options).pack), lang_of(options)
    _check(verdict, VERDICT_WORDS, "--verdict")
    _check(review, list(REVIEWS), "--review")
    wanted = set(knowledge.members(framework)) if framework else set()
    if framework and not wanted:
        raise InputError(
            [
                Problem(
                    "--framework",
                    f"`{framework}` is unknown",
                    did_you_mean(framework, list(knowledge.frameworks)),
                )
            ]
        )
    findings = hold(knowledge, evidence_of(options))
    chosen = [
        (id, claim, findings[id])
        for id, claim in knowledge.claims.items()
        if (not verdict or findings[id].verdict == verdict)
        and (not review or claim.review.verdict == review)
        and (not section or claim.source == f"article §{section}")
        and (not wanted or any(wanted & set(knowledge.members(name)) for name in claim.says))
    ]
    if format_of(options) == "json":
        from advisor.render import json

        emit(json.dumps([
            {"id": id, "source": claim.source, "review": claim.review.verdict, "verdict": found.verdict,
             "why": found.why[lang == "zh"], "measured": dict(found.measured), "text": claim.claim[lang]}
            for id, claim, found in chosen
        ]))  # fmt: skip
        return Exit.OK
    counts = ", ".join(
        f"{sum(f.verdict == word for _, _, f in chosen)} {VERDICTS[word][lang]}" for word in VERDICT_WORDS
    )
    lines = [(f"{len(chosen)} {lang.pick('claims', '条论断')}: {counts}", "bold")]
    for id, claim, found in chosen:
        head = f"{VERDICTS[found.verdict][lang]}  {id}  {claim.source}  ({lang.pick('review', '复核')}: {REVIEWS[claim.review.verdict][lang]})"
        lines.append((head, "bold"))
        lines += [(line, "") for line in hang("", claim.claim[lang], page_width(), 2, 0)]
        lines += [(line, "") for line in hang("", found.why[lang == "zh"], page_width(), 4, 0)]
    styled(lines)
    return Exit.OK


def evidence_of(options: dict[str, Any]) -> Any:
    """Return the evidence the options name: files, else the store."""
    from advisor.evidence import collect
    from advisor.evidence.store import default_store

    request = request_from(options)
    if request.evidence:
        return collect.from_files(request.evidence, request.as_of)
    return collect.from_store(request.store or default_store(), collect.here(pack(request.pack)), request.as_of)


def _check(word: str | None, legal: list[str], option: str) -> None:
    if word is not None and word not in legal:
        raise InputError([Problem(option, f"`{word}` is not legal", did_you_mean(word, legal))])
