"""`advise explain ID`: one rule, claim, criterion, source, question or candidate, in full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer
import yaml

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
from advisor.errors import Exit, InputError, Problem
from advisor.evidence.findings import hold
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.record import as_written
from advisor.render.layout import hang
from advisor.text import Lang, clean, did_you_mean, short
from advisor.words import REVIEWS, VERDICTS
from probes.catalogue import PROBES


def register(app: typer.Typer, _questions: object) -> None:
    """Add the command."""
    app.command("explain")(with_options(explain, evidence_options(), output_options()))


def explain(
    id: Annotated[
        str,
        typer.Argument(help="A rule, constraint, claim, criterion, question, source, probe, framework or candidate."),
    ],
    options: dict[str, Any],
) -> int:
    """What an id stands for: its words, source, review and verdict."""
    knowledge, lang = pack(request_from(options).pack), lang_of(options)
    kind, record = find(knowledge, id)
    if format_of(options) == "json":
        from advisor.render import json

        body = as_written(record)
        emit(json.dumps({"id": id, "kind": kind, "record": body}))
        return Exit.OK
    styled(_page(knowledge, id, kind, record, lang, options))
    return Exit.OK


def find(knowledge: Pack, id: str) -> tuple[str, Any]:
    """Return what an id names, and its kind.

    Raises:
        InputError: nothing is called so; names the nearest.
    """
    shelves: dict[str, Any] = {
        "claim": knowledge.claims,
        "rule": knowledge.needs,
        "constraint": knowledge.constraints,
        "criterion": knowledge.criteria,
        "question": knowledge.questions,
        "candidate": knowledge.candidates,
        "framework": knowledge.frameworks,
        "source": knowledge.sources,
        "probe": PROBES,
    }
    for kind, shelf in shelves.items():
        if id in shelf:
            return kind, shelf[id]
    known = [name for shelf in shelves.values() for name in shelf]
    near = did_you_mean(id, known)
    fix = near if near.startswith("did") else "see `advise claims` for the ids of claims"
    raise InputError([Problem("explain", f"nothing is called `{short(id)}`", fix)])


def _page(
    knowledge: Pack, id: str, kind: str, record: Any, lang: Lang, options: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    yield f"{kind} {id}", "bold"
    if kind == "claim":
        yield from _claim(knowledge, id, record, lang, options)
    elif kind == "probe":
        yield from _item("", record.question)
        yield from _item(lang.pick("measures", "测量项"), ", ".join(record.measures))
    else:
        if id in knowledge.files:
            file = knowledge.files[id]
            folders = (*reversed(request_from(options).pack), BUILT_IN)
            text = next(folder / file for folder in folders if (folder / file).is_file()).read_text("utf-8")
        else:
            body = as_written(record)
            text = yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=90)
        yield from (("  " + line, "") for line in text.rstrip().splitlines())


def _item(label: str, text: str) -> Iterator[tuple[str, str]]:
    yield from ((line, "") for line in hang(label, clean(text), page_width(), 2, 14))


def _claim(knowledge: Pack, id: str, claim: Any, lang: Lang, options: dict[str, Any]) -> Iterator[tuple[str, str]]:
    finding = hold(knowledge, evidence_of(options))[id]
    yield from _item("en", claim.claim.en)
    yield from _item("zh", claim.claim.zh)
    source = knowledge.sources[claim.source_id]
    yield from _item(lang.pick("source", "出处"), f"{claim.source}: {source.title} ({source.author}, {source.read})")
    if claim.says:
        levels = ", ".join(f"{name} {level}" for name, level in claim.says.items())
        yield from _item(lang.pick("says", "主张"), f"{knowledge.criteria[claim.about].name[lang]}: {levels}")
    review = claim.review
    yield from _item(
        lang.pick("review", "复核"),
        f"{REVIEWS[review.verdict][lang]} ({review.on}): {review.because[lang]} [{', '.join(review.sources)}]",
    )
    if review.instead:
        yield from _item(
            lang.pick("instead", "替代"), f"{review.instead}: {knowledge.claims[review.instead].claim[lang]}"
        )
    if claim.check:
        yield from _item(lang.pick("check", "检验"), f"{claim.check.probe}, {claim.check.measure}")
    else:
        yield from _item(lang.pick("no check", "无法检验"), claim.uncheckable[lang])
    yield from _item(
        lang.pick("verdict here", "本机判定"),
        f"{VERDICTS[finding.verdict][lang]}: {finding.why[lang == 'zh']}",
    )
    disputed = [other for other, one in knowledge.claims.items() if id in one.disputes or other in claim.disputes]
    for other in dict.fromkeys(disputed):
        yield from _item(lang.pick("disputed by", "与之相左"), f"{other}: {knowledge.claims[other].claim[lang]}")
