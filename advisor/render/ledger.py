"""The ledger of claims on a page: by place, each with its review, its verdict here and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from rich.cells import cell_len

from advisor.render.explain.sheet import Library
from advisor.render.text_layout import Line, hang, pad, wrap
from advisor.sentences import sentence
from advisor.text import clean
from advisor.words import REVIEWS, RUN_VERDICTS, VERDICTS

COLUMNS_FROM = 90
"""The width from which a claim stands in columns; below, it stands under its id."""
GAP, MOST_OF_ID = 2, 30


def plain_claim(library: Library, id: str) -> dict[str, Any]:
    """Return a claim of the ledger as plain values."""
    claim, finding = library.pack.claims[id], library.findings[id]
    return {
        "id": id,
        "source": claim.source,
        "kind": claim.kind,
        "review": claim.review.verdict,
        "upheld": claim.review.upheld,
        "verdict": finding.verdict,
        "why": finding.why[library.lang == "zh"],
        "measured": dict(finding.measured),
        "text": claim.claim[library.lang],
    }


def lines(library: Library, ids: Sequence[str], width: int) -> Iterator[Line]:
    """Lay out claims: how many there are of each verdict, then all of them by place.

    Args:
        library: the pack, the findings and the language.
        ids: the claims to list.
        width: cells of the page.
    """
    count = {word: sum(library.findings[id].verdict == word for id in ids) for word in RUN_VERDICTS}
    counts = ", ".join(f"{count[word]} {VERDICTS[word][library.lang]}" for word in RUN_VERDICTS)
    yield from _head(sentence("ledger.claims", library.lang, claims=len(ids), counts=counts), width)
    columns = _Columns.of(library, ids, width)
    for place, inside in by_place(library, ids).items():
        yield from _head(_place(library, place), width)
        for id in inside:
            yield from map(Line, columns.row(library, id) if columns else _claim_below_its_id(library, id, width))


def _head(text: str, width: int) -> Iterator[Line]:
    yield from (Line(line, "bold") for line in wrap(text, width))


def by_place(library: Library, ids: Sequence[str]) -> dict[str, list[str]]:
    """Group claims by where they are made: the sections of the article in order, then the other sources."""
    places: dict[str, list[str]] = {}
    for id in ids:
        places.setdefault(library.pack.claims[id].source, []).append(id)
    return {
        place: places[place] for place in sorted(places, key=lambda place: (not place.startswith("article"), place))
    }


def _place(library: Library, place: str) -> str:
    """Return the head of a place: its section, or what the source is."""
    key, _, section = place.partition(" ")
    return clean(f"{key} {section}" if section else f"{key}{library.colon}{library.pack.sources[key].title}")


def _claim_below_its_id(library: Library, id: str, width: int) -> Iterator[str]:
    claim, finding, lang = library.pack.claims[id], library.findings[id], library.lang
    verdict, review = VERDICTS[finding.verdict], REVIEWS[claim.review.verdict]
    yield from hang("", sentence("ledger.claim", lang, id=id, verdict=verdict, review=review), width, 2, 0)
    yield from hang("", clean(claim.claim[lang]), width, 4, 0)
    yield from hang("", f"- {clean(finding.why[lang == 'zh'])}", width, 4, 0)


class _Columns(Struct, frozen=True):
    """The widths of a table of claims: id, verdict, review, and the words in what is left."""

    id: int
    verdict: int
    review: int
    words: int

    @classmethod
    def of(cls, library: Library, ids: Sequence[str], width: int) -> _Columns | None:
        """Return the columns that fit a page; None where a page is too narrow for any."""
        if width < COLUMNS_FROM or not ids:
            return None
        name = min(max(map(len, ids)), MOST_OF_ID)
        verdict = max(cell_len(VERDICTS[library.findings[id].verdict][library.lang]) for id in ids)
        review = max(cell_len(REVIEWS[library.pack.claims[id].review.verdict][library.lang]) for id in ids)
        return cls(name, verdict, review, width - 2 - name - verdict - review - 3 * GAP)

    def row(self, library: Library, id: str) -> Iterator[str]:
        claim, finding, lang = library.pack.claims[id], library.findings[id], library.lang
        text = wrap(clean(claim.claim[lang]), self.words)
        text += hang("-", clean(finding.why[lang == "zh"]), self.words, 0, 2)
        cells = (
            pad(VERDICTS[finding.verdict][lang], self.verdict),
            pad(REVIEWS[claim.review.verdict][lang], self.review),
        )
        between, names = " " * GAP, wrap(id, self.id)
        for line in range(max(len(text), len(names))):
            name = pad(names[line] if line < len(names) else "", self.id)
            middle = between.join(cells) if line == 0 else " " * (self.verdict + GAP + self.review)
            yield f"  {name}{between}{middle}{between}{text[line] if line < len(text) else ''}".rstrip()
