"""The page of a probe: what it asks, what it measures, what its result reaches, and which claims it can refute."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.evidence.exhibits import Exhibit
from advisor.render.document import Item, Part, part
from advisor.render.explain.claim_page import measure_words, probe_question
from advisor.render.explain.sheet import Library
from advisor.words import VERDICTS

WHEN_MEASURED = {"quick": "explain.by-default", "full": "explain.only-by-name", "cluster": "explain.on-a-cluster"}
"""Depth of a probe → what is said of when it is measured."""


def sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a probe's page."""
    say = library.say
    yield part("", tuple(_opening(library, id)))
    yield part(say("explain.head-measures"), _measures(library, id))
    yield part(say("explain.head-read-on-the-criteria"), _criteria(library, id))
    yield part(say("explain.head-claims-it-checks"), _claims(library, id))


def _opening(library: Library, id: str) -> Iterator[Item]:
    exhibit, say, lang = library.exhibits[id], library.say, library.lang
    if id in library.onboarding.probes:
        note = library.onboarding.probes[id]
        yield from library.in_both_languages(note.question)
        yield Item(note.measured[lang], say("explain.label-what-is-measured"))
        yield Item(note.speaks_for[lang], say("explain.label-speaks-for"))
    else:
        yield Item(probe_question(library, id))
    if exhibit.timed:
        method = say("explain.timed")
    elif exhibit.static:
        method = say("explain.read-from-source-code")
    else:
        method = say("explain.once-per-candidate")
    yield Item(method, say("explain.label-how"))
    yield Item(say(WHEN_MEASURED[exhibit.depth], id=id), say("explain.label-when-measured"))


def _measures(library: Library, id: str) -> Iterator[Item]:
    """List what a criterion or a claim reads, then the rest without what only keeps account of the measuring."""
    measures_read = {
        scale.measure
        for criterion in library.pack.criteria.values()
        for scale in criterion.measured
        if scale.probe == id
    }
    measures_read |= {
        claim.check.measure for claim in library.pack.claims.values() if claim.check and claim.check.probe == id
    }
    exhibit = library.exhibits[id]
    for name in exhibit.measures:
        if name in measures_read:
            yield Item(measure_words(library, id, name))
    unread = [name for name in exhibit.measures if name not in measures_read and _is_listed(exhibit, name)]
    if unread:
        yield Item(", ".join(unread), library.say("explain.label-also"))


def _is_listed(exhibit: Exhibit, name: str) -> bool:
    measure = exhibit.measures[name]
    is_bookkeeping = exhibit.timed or name == "retried" or name.endswith("_error")
    return bool(measure.unit or measure.better) or not is_bookkeeping


def _criteria(library: Library, id: str) -> Iterator[Item]:
    for name, criterion in library.pack.criteria.items():
        for reading in criterion.measured:
            if reading.probe == id:
                measure = measure_words(library, id, reading.measure)
                yield Item(
                    library.say("explain.criterion-and-measure", criterion=criterion.name, measure=measure), name
                )


def _claims(library: Library, id: str) -> Iterator[Item]:
    for name, claim in library.pack.claims.items():
        if claim.check and claim.check.probe == id:
            verdict = VERDICTS[library.findings[name].verdict][library.lang]
            yield Item(library.say("explain.entry", id=name, text=claim.claim), verdict)
