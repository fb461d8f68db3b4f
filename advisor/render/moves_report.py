"""What has moved since a pack was written, as text and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec

from advisor.impact import Impact, Sides
from advisor.knowledge.index_snapshot import IndexSnapshot
from advisor.knowledge.pack import Pack
from advisor.render import impact_report
from advisor.render.explain.terms import condition_words
from advisor.sentences import sentence
from advisor.text import Lang
from advisor.verification.moves import Move, not_covered, packages_of_index

ComparedAnswers = tuple[Impact, Sides]
"""For which answers the advice differs, and the packs that were compared."""
MOST_CLAIMS = 8
"""So many claims and exclusions are printed under one change; `--format json` has all."""


def lines(
    pack: Pack,
    snapshot: IndexSnapshot,
    moved: Sequence[Move],
    answers: ComparedAnswers | None,
    lang: Lang,
) -> Iterator[tuple[str, str]]:
    """Yield the report line by line, each with its style.

    Args:
        pack: the pack.
        snapshot: what it was held against.
        moved: what has moved, by kind.
        answers: what the answers lose without all that leans on it; None where nothing leans on it.
        lang: the language.
    """
    missing, packages = not_covered(pack, snapshot), packages_of_index(pack)
    yield (
        sentence(
            "refresh.against",
            lang,
            pack=f"{pack.name} {pack.version}",
            day=snapshot.read,
            covered=len(packages) - len(missing),
            packages=len(packages),
        ),
        "bold",
    )
    if missing:
        yield sentence("refresh.not-looked-up", lang, packages=missing), ""
    if not moved:
        yield sentence("refresh.nothing-moved", lang), ""
    for kind, moves in groupby(moved, lambda move: move.kind):
        yield "", ""
        yield sentence(f"refresh.{kind}", lang), "bold"
        for move in moves:
            yield f"  {_change(move, lang)}", ""
            if kind != "patch":
                yield from ((f"      {line}", "") for line in _touched(pack, move, lang))
    if answers:
        yield "", ""
        yield sentence("refresh.answers", lang), "bold"
        yield from list(impact_report.lines(*answers, lang))[1:]


def _change(move: Move, lang: Lang) -> str:
    """Return what a package was and is, in one line."""
    now = move.now or sentence("refresh.nowhere", lang)
    if move.uploaded is None:
        return sentence("refresh.change", lang, package=move.package, was=move.was, now=now)
    return sentence("refresh.change-dated", lang, package=move.package, was=move.was, now=now, uploaded=move.uploaded)


def _touched(pack: Pack, move: Move, lang: Lang) -> Sequence[str]:
    """Return the rules that depend on a package that moved, each with its condition."""
    touched = [
        *(
            sentence(
                "refresh.constraint", lang, id=id, condition=condition_words(pack, lang, pack.constraints[id].when)
            )
            for id in move.constraints
        ),
        *(
            sentence("refresh.claim", lang, id=id, condition=condition_words(pack, lang, pack.claims[id].when))
            for id in move.claims
        ),
    ]
    if (unlisted := len(touched) - MOST_CLAIMS) > 0:
        return [*touched[:MOST_CLAIMS], sentence("impact.more-changes", lang, count=unlisted)]
    return touched


def document(
    pack: Pack, snapshot: IndexSnapshot, moved: Sequence[Move], answers: ComparedAnswers | None
) -> dict[str, Any]:
    """Return the report as plain values; the arguments are those of `lines`."""
    return {
        "pack": {"name": pack.name, "version": pack.version, "digest": pack.digest},
        "index_read": snapshot.read.isoformat(),
        "not_looked_up": not_covered(pack, snapshot),
        "moved": [msgspec.to_builtins(move) for move in moved],
        "answers": impact_report.document(*answers) if answers else None,
    }
