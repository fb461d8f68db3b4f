"""The page of a criterion: its scale, what is measured for it, whom it matters to, and where each candidate stands."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.condition import ALWAYS
from advisor.knowledge.criterion import Reading
from advisor.reasoning.readings import levels_of
from advisor.render.explain.claim import measure_words, raised_by, standing
from advisor.render.explain.sheet import Library, Row, Section, section
from advisor.render.explain.terms import condition_words, level_word
from advisor.words import amount


def sections(library: Library, id: str) -> Iterator[Section]:
    """Yield the sections of a criterion's page."""
    criterion, pick, lang = library.pack.criteria[id], library.pick, library.lang
    yield Section("", library.both(criterion.about))
    ends = [Row(criterion.worst[lang], "0"), Row(criterion.best[lang], "1")]
    yield Section(pick("ITS SCALE, FIXED", "固定的刻度"), tuple(ends))
    yield from section(pick("MEASURED BY", "由实测提供"), (_reading(library, one) for one in criterion.measured))
    yield from section(pick("WHEN IT MATTERS", "何时重要"), raised_by(library, id))
    for candidate in library.pack.candidates:
        head = library.name(candidate).upper() if lang == "en" else library.name(candidate)
        yield from section(head, stands(library, candidate, id))


def _reading(library: Library, one: Reading) -> Row:
    pick = library.pick
    words = measure_words(library, one.probe, one.measure)
    if ends := one.log or one.linear:
        unit = one.unit[library.lang] if one.unit else ""
        over = pick(" times the NumPy reference", " 倍于 NumPy 参照") if one.over_reference else f" {unit}".rstrip()
        kind = pick("on a log scale", "对数刻度") if one.log else pick("on a linear scale", "线性刻度")
        scale = pick(f"{ends[0]:g} is 0, {ends[1]:g} is 1", f"{ends[0]:g} 记 0，{ends[1]:g} 记 1")
        words += f"{library.pick('; ', '；')}{scale}{over} ({kind})"
    elif one.levels:
        told = (f"{amount(word)[library.lang]} = {value:g}" for word, value in one.levels.items())
        words += library.pick("; ", "；") + library.listed(told)
    if one.counts_when != ALWAYS:
        where = condition_words(library, one.counts_when)
        words += pick(f"; counts only if {where}", f"；仅当 {where} 时计入")
    return Row(words, one.probe)


def stands(library: Library, candidate: str, criterion: str) -> Iterator[Row]:
    """Say on what grounds a candidate stands where on a criterion: what was measured, then what claims say.

    Claims that the review rejects, or that a run refuted, are left out: they count in the article's reading only.
    """
    for one in library.measured:
        if (one.candidate, one.criterion) == (candidate, criterion):
            value = amount(one.amount)[library.lang]
            what = f"{measure_words(library, one.probe, one.measure)}{library.end}{value}"
            where = library.pick("measured here", "本机实测")
            yield Row(f"{what} ({where}, {one.value:.2f})", level_word(one.value, library.lang))
    for id, claim in library.pack.claims.items():
        counts = claim.about == criterion and claim.review.upheld and library.findings[id].verdict != "refuted"
        value_of = dict(levels_of(claim, library.pack)) if counts else {}
        if candidate in value_of:
            text = library.pick(
                f"{claim.claim.en} ({id}; {standing(library, id)})",
                f"{claim.claim.zh}（{id}；{standing(library, id)}）",
            )
            yield Row(text + where_words(library, id), level_word(value_of[candidate], library.lang))


def where_words(library: Library, id: str) -> str:
    """Return where a claim counts, to be put after it; nothing if that is everywhere."""
    when = library.pack.claims[id].when
    if when == ALWAYS:
        return ""
    words = condition_words(library, when)
    return library.pick(f" Only if {words}.", f" 仅当 {words}。")
