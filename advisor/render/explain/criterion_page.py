"""The page of a criterion: its scale, what is measured for it, whom it matters to, and where each candidate stands."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.condition import ALWAYS
from advisor.knowledge.criterion import MeasureScale
from advisor.reasoning.readings import stated_levels
from advisor.render.document import Item, Part, part
from advisor.render.explain.claim_page import measure_words, raised_by, standing
from advisor.render.explain.sheet import Library
from advisor.render.explain.terms import condition_words, level_word
from advisor.words import amount


def sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a criterion's page."""
    criterion, pick, lang = library.pack.criteria[id], library.pick, library.lang
    yield part("", library.in_both_languages(criterion.about))
    ends = [Item(criterion.worst[lang], "0"), Item(criterion.best[lang], "1")]
    yield part(pick("ITS SCALE, FIXED", "固定的刻度"), tuple(ends))
    yield part(pick("MEASURED BY", "由哪些实测提供"), (_scale(library, scale) for scale in criterion.measured))
    yield part(pick("WHEN IT MATTERS", "何时重要"), raised_by(library, id))
    yield from _standings(library, id)


def _standings(library: Library, id: str) -> Iterator[Part]:
    """Yield where the candidates stand; those on the same grounds stand together."""
    together: dict[tuple[Item, ...], list[str]] = {}
    for candidate in library.pack.candidates:
        together.setdefault(tuple(grounds_of_standing(library, candidate, id)), []).append(library.name(candidate))
    for rows, names in together.items():
        head = library.joined(names)
        yield part(head.upper() if library.lang == "en" else head, rows)
    if unknown := together.get(()):
        none = library.pick("nothing is known but the prior", "除先验外一无所知")
        yield part(library.pick("NO EVIDENCE", "尚无依据"), (Item(f"{library.joined(unknown)}{library.colon}{none}"),))


def _scale(library: Library, scale: MeasureScale) -> Item:
    pick, words = library.pick, [measure_words(library, scale.probe, scale.measure)]
    if ends := scale.log or scale.linear:
        over = pick(" times the NumPy reference", " 倍 NumPy 参照") if scale.over_reference else ""
        unit = f" {scale.unit[library.lang]}" if scale.unit else ""
        scale_type = library.in_brackets(
            pick("log scale", "对数刻度") if scale.log else pick("linear scale", "线性刻度")
        )
        ends_in_words = pick(f"{ends[0]:g} is 0, {ends[1]:g} is 1", f"{ends[0]:g} 记 0，{ends[1]:g} 记 1")
        words.append(f"{ends_in_words}{over}{unit}{scale_type}")
    elif scale.levels:
        words.append(
            library.joined(f"{amount(word)[library.lang]} = {value:g}" for word, value in scale.levels.items())
        )
    if scale.counts_when != ALWAYS:
        condition = condition_words(library, scale.counts_when)
        words.append(pick(f"counts only if {condition}", f"仅当 {condition} 时计入"))
    return Item(pick("; ", "；").join(words), scale.probe)


def grounds_of_standing(library: Library, candidate: str, criterion: str) -> Iterator[Item]:
    """Yield the grounds of a candidate's value on a criterion: what was measured, then what claims say.

    Claims that the review rejects, or that a run refuted, are left out: they count in the article's reading only.
    """
    for measurement in library.measured:
        if (measurement.candidate, measurement.criterion) == (candidate, criterion):
            value = amount(measurement.amount)[library.lang]
            text = f"{measure_words(library, measurement.probe, measurement.measure)}{library.colon}{value}"
            note = library.in_brackets(
                library.pick(f"measured here, {measurement.value:.2f}", f"本机实测，{measurement.value:.2f}")
            )
            yield Item(text + note, level_word(measurement.value, library.lang))
    for id, claim in library.pack.claims.items():
        counts = claim.about == criterion and claim.review.upheld and library.findings[id].verdict != "refuted"
        value_of = dict(stated_levels(claim, library.pack)) if counts else {}
        if candidate in value_of:
            yield Item(
                _claim_words(library, id) + where_words(library, id), level_word(value_of[candidate], library.lang)
            )


def _claim_words(library: Library, id: str) -> str:
    """Return what a claim says; of one that repeats another, only that it does."""
    claim = library.pack.claims[id]
    words = library.pick(f"as {claim.same_as}", f"同 {claim.same_as}") if claim.same_as else claim.claim[library.lang]
    return words + library.in_brackets(f"{id}{library.pick('; ', '；')}{standing(library, id)}")


def where_words(library: Library, id: str) -> str:
    """Return where a claim counts, to be put after it; nothing if that is everywhere."""
    when = library.pack.claims[id].when
    if when == ALWAYS:
        return ""
    words = condition_words(library, when)
    return library.pick(f" Only if {words}.", f" 仅当 {words}。")
