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
    criterion, say, lang = library.pack.criteria[id], library.say, library.lang
    yield part("", library.in_both_languages(criterion.about))
    ends = [Item(criterion.worst[lang], "0"), Item(criterion.best[lang], "1")]
    yield part(say("explain.head-scale"), tuple(ends))
    yield part(say("explain.head-measured-by"), (_scale(library, scale) for scale in criterion.measured))
    yield part(say("explain.head-when-criterion-matters"), raised_by(library, id))
    yield from _grounds_by_candidates(library, id)


def _grounds_by_candidates(library: Library, id: str) -> Iterator[Part]:
    """Yield where the candidates stand; those on the same grounds stand together."""
    names_by_grounds: dict[tuple[Item, ...], list[str]] = {}
    for candidate in library.pack.candidates:
        names_by_grounds.setdefault(tuple(grounds_of_standing(library, candidate, id)), []).append(
            library.name(candidate)
        )
    for rows, names in names_by_grounds.items():
        head = library.joined(names)
        yield part(head.upper() if library.lang == "en" else head, rows)
    if unknown := names_by_grounds.get(()):
        prior_only = library.say("explain.only-the-prior", candidates=unknown)
        yield part(library.say("explain.head-no-evidence"), (Item(prior_only),))


def _scale(library: Library, scale: MeasureScale) -> Item:
    say, words = library.say, measure_words(library, scale.probe, scale.measure)
    if ends := scale.log or scale.linear:
        unit = say("explain.times-the-reference") if scale.over_reference else ""
        unit += f" {scale.unit[library.lang]}" if scale.unit else ""
        scale_type = "explain.log-scale" if scale.log else "explain.linear-scale"
        words = say(scale_type, measure=words, worst=f"{ends[0]:g}", best=f"{ends[1]:g}", unit=unit)
    elif scale.levels:
        outcomes = [f"{amount(word)[library.lang]} = {value:g}" for word, value in scale.levels.items()]
        words = say("explain.outcome-scale", measure=words, outcomes=outcomes)
    if scale.counts_when != ALWAYS:
        condition = condition_words(library.pack, library.lang, scale.counts_when)
        words = say("explain.scale-counts-only-if", scale=words, condition=condition)
    return Item(words, scale.probe)


def grounds_of_standing(library: Library, candidate: str, criterion: str) -> Iterator[Item]:
    """Yield the grounds of a candidate's value on a criterion: what was measured, then what claims say.

    Claims that the review rejects, or that a run refuted, are left out: they count in the article's reading only.
    """
    for measurement in library.measured:
        if (measurement.candidate, measurement.criterion) == (candidate, criterion):
            words = library.say(
                "explain.measured-here",
                measure=measure_words(library, measurement.probe, measurement.measure),
                amount=amount(measurement.amount),
                value=f"{measurement.value:.2f}",
            )
            yield Item(words, level_word(measurement.value, library.lang))
    for id, claim in library.pack.claims.items():
        counts = claim.about == criterion and claim.review.upheld and library.findings[id].verdict != "refuted"
        value_of = dict(stated_levels(claim, library.pack)) if counts else {}
        if candidate in value_of:
            yield Item(_claim_words(library, id), level_word(value_of[candidate], library.lang))


def _claim_words(library: Library, id: str) -> str:
    """Return what a claim says, how it stands and where it counts; of one that repeats another, that it does."""
    claim = library.pack.claims[id]
    return library.say(
        "explain.ground-of-claim",
        claim=library.say("explain.as-another-claim", id=claim.same_as) if claim.same_as else claim.claim,
        id=id,
        standing=standing(library, id),
        only_if=where_words(library, id),
    )


def where_words(library: Library, id: str) -> str:
    """Return where a claim counts, to be put after it; nothing if that is everywhere."""
    when = library.pack.claims[id].when
    if when == ALWAYS:
        return ""
    return library.say("explain.only-if", condition=condition_words(library.pack, library.lang, when))
