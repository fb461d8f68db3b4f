"""The page of a claim: who says it, whether it still holds, what was measured, who disputes it, and for whom it matters."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.evidence.findings import measure_label
from advisor.knowledge.claim import Claim
from advisor.knowledge.condition import ALWAYS
from advisor.reasoning.readings import versions_out_of_range
from advisor.render.document import Item, Part, part
from advisor.render.explain.sheet import Library
from advisor.render.explain.terms import (
    BETTER,
    CLAIM_KINDS,
    ENTRY_KINDS,
    MEASURED_BY,
    SETTLED,
    check_words,
    condition_words,
)
from advisor.words import IMPORTANCES, LEVELS, REVIEWS, SOURCE_KINDS, VERDICTS, amount


def sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a claim's page."""
    claim, say = library.pack.claims[id], library.say
    yield part("", tuple(_opening(library, claim)))
    yield part(say("explain.head-source"), [source_row(library, claim.source)])
    yield part(say("explain.head-review"), _review(library, claim))
    yield part(say("explain.head-measured-on"), _measured_on(library, claim))
    yield part(say("explain.head-check"), _check_items(library, claim))
    yield part(say("explain.head-verdict-here"), _verdict(library, id))
    yield part(say("explain.head-disputes"), _disputes(library, id))
    yield part(say("explain.head-when-claim-matters"), _matters(library, claim))
    yield part(say("explain.head-versions"), _versions(library, claim))
    yield part(say("explain.head-see-also"), _see_also(library, id))


def summary(library: Library, id: str) -> str:
    """Return a claim in one line: what it says, and what the review and this machine say of it."""
    claim = library.pack.claims[id].claim
    return library.say("explain.claim-and-standing", claim=claim, standing=standing(library, id))


def in_full(library: Library, id: str) -> Item:
    """Return a claim as a row: what it says, how it stands, and what the review says of it."""
    claim = library.pack.claims[id]
    words = library.say(
        "explain.claim-in-full", claim=claim.claim, standing=standing(library, id), because=claim.review.because
    )
    return Item(words, id)


def standing(library: Library, id: str) -> str:
    """Return where a claim comes from and how it stands: source, review, and a verdict where there is one."""
    place = library.pack.claims[id].source.removeprefix("article ")
    return library.say("explain.standing", place=place, review=review_words(library, id))


def review_words(library: Library, id: str) -> str:
    """Return how a claim stands: its review, and a verdict where there is one."""
    claim, verdict = library.pack.claims[id], library.findings[id].verdict
    words = REVIEWS[claim.review.verdict][library.lang]
    if claim.review.verdict == "contradictory":
        settlement = library.say(SETTLED[claim.review.settled])
        words = library.say("explain.review-and-settlement", review=words, settlement=settlement)
    if verdict != "untested":
        words = library.say("explain.review-and-verdict", review=words, verdict=VERDICTS[verdict])
    return words


def source_row(library: Library, source: str) -> Item:
    """Return the row of a source: what it is, where it is found and when it was read; a section may follow its key."""
    cited = library.pack.sources[source.split(" ", 1)[0]]
    words = library.say(
        "explain.source-with-older-data" if cited.as_of else "explain.source",
        title=cited.title,
        author=cited.author,
        kind=SOURCE_KINDS[cited.kind],
        date=cited.read,
        of=cited.as_of,
        link=cited.link or "",
    )
    return Item(words, source)


def _opening(library: Library, claim: Claim) -> Iterator[Item]:
    yield from library.in_both_languages(claim.claim)
    yield Item(CLAIM_KINDS[claim.kind][library.lang], library.say("explain.label-kind"))
    if claim.says and claim.about:
        levels = [f"{library.name(name)} {LEVELS[level][library.lang]}" for name, level in claim.says.items()]
        criterion = library.pack.criteria[claim.about].name
        words = library.say("explain.says", criterion=criterion, id=claim.about, levels=levels)
        yield Item(words, library.say("explain.label-says"))


def _review(library: Library, claim: Claim) -> Iterator[Item]:
    review, say, lang = claim.review, library.say, library.lang
    yield Item(f"{review.because[lang]}{library.in_brackets(str(review.on))}", REVIEWS[review.verdict][lang])
    if review.verdict == "contradictory":
        yield Item(say(SETTLED[review.settled]), say("explain.label-settled"))
    for id in claim.facts:
        fact = library.pack.facts[id]
        unit, cited = library.pack.units[fact.unit].name, library.pack.sources[fact.source]
        date = fact.on or cited.as_of or fact.as_of
        words = say("explain.number-of-date", of=fact.of, value=fact.value, unit=unit, date=date)
        yield Item(words, say("explain.label-number"))
    yield from (source_row(library, source) for source in review.sources)
    if review.instead:
        instead = say("explain.entry", id=review.instead, text=summary(library, review.instead))
        yield Item(instead, say("explain.label-instead"))


def _measured_on(library: Library, claim: Claim) -> Iterator[Item]:
    measured_on, say = claim.measured_on, library.say
    if measured_on is None:
        return
    not_told = say("explain.source-does-not-tell")
    yield Item(measured_on.hardware or not_told, say("explain.label-hardware"))
    yield Item(measured_on.versions or not_told, say("explain.label-versions"))
    yield Item(measured_on.precision or not_told, say("explain.label-precision"))
    yield Item(say(MEASURED_BY[measured_on.by]), say("explain.label-measured-by"))
    like = condition_words(library.pack, library.lang, measured_on.like)
    yield Item(say("explain.less-sure-elsewhere", like=like), say("explain.label-like"))


def _check_items(library: Library, claim: Claim) -> Iterator[Item]:
    say = library.say
    if claim.check is None:
        assert claim.uncheckable is not None
        yield Item(claim.uncheckable[library.lang], say("explain.label-no-check"))
        return
    check = claim.check
    question = say("explain.entry", id=check.probe, text=probe_question(library, check.probe))
    yield Item(question, ENTRY_KINDS["probe"][library.lang])
    yield Item(measure_words(library, check.probe, check.measure), say("explain.label-measure"))
    yield Item(check_words(library, check), say("explain.label-expectation"))
    if check.means:
        yield Item(check.means[library.lang], say("explain.label-which-means"))


def probe_question(library: Library, probe: str) -> str:
    """Return what a probe asks, in the language of the page where it is written down in it."""
    if probe in library.onboarding.probes:
        return library.onboarding.probes[probe].question[library.lang]
    return library.exhibits[probe].question if probe in library.exhibits else ""


def measure_words(library: Library, probe: str, measure: str) -> str:
    """Return what a measure is called, its unit, and which end of it is better."""
    label = measure_label(library.pack, probe, measure)[library.lang]
    words = [] if label in (measure, measure.replace("_", "-")) else [measure]
    if probe in library.exhibits and measure in library.exhibits[probe].measures:
        spec = library.exhibits[probe].measures[measure]
        words += [spec.unit] if spec.unit else []
        words += [library.say(BETTER[spec.better])] if spec.better else []
    return library.say("explain.measure-with-notes", measure=label, notes=words) if words else label


def _verdict(library: Library, id: str) -> Iterator[Item]:
    finding, lang = library.findings[id], library.lang
    yield Item(finding.why[lang == "zh"], VERDICTS[finding.verdict][lang])
    for candidate, value in finding.measured.items():
        text = amount(value) if isinstance(value, int | float | str) else None
        yield Item(text[lang] if text else str(value), library.name(candidate))


def _disputes(library: Library, id: str) -> Iterator[Item]:
    claims, say = library.pack.claims, library.say
    for name, contradiction in library.pack.contradictions.items():
        if id in contradiction.members:
            words = say(
                "explain.topic-and-settlement", id=name, topic=contradiction.topic, settled=contradiction.settled
            )
            yield Item(words, ENTRY_KINDS["contradiction"][library.lang])
    at_odds = dict.fromkeys(
        other for other, claim in claims.items() if id in claim.disputes or other in claims[id].disputes
    )
    for other in at_odds:
        yield Item(say("explain.entry", id=other, text=summary(library, other)), say("explain.label-at-odds-with"))
    original = claims[id].same_as or id
    repeated = [other for other, claim in claims.items() if other != id and original in (other, claim.same_as)]
    for other in repeated:
        yield Item(say("explain.entry", id=other, text=summary(library, other)), say("explain.label-same-as"))
    if repeated:
        yield Item(say("explain.counts-once"))


def _matters(library: Library, claim: Claim) -> Iterator[Item]:
    say = library.say
    if claim.about is None:
        yield Item(say("explain.favours-nobody"))
        return
    criterion = library.pack.criteria[claim.about].name
    if claim.when == ALWAYS:
        yield Item(say("explain.counts-where", criterion=criterion))
    else:
        condition = condition_words(library.pack, library.lang, claim.when)
        yield Item(say("explain.counts-where-only-if", criterion=criterion, condition=condition))
    if not claim.review.upheld:
        yield Item(say("explain.counts-in-article-only"))
    yield from raised_by(library, claim.about)


def raised_by(library: Library, criterion: str) -> Iterator[Item]:
    """Yield which answers make a criterion matter, and how much it matters without them."""
    say, lang = library.say, library.lang
    for id, need in library.pack.needs.items():
        if criterion in need.criteria:
            condition = condition_words(library.pack, library.lang, need.when)
            importance = IMPORTANCES[need.criteria[criterion]][lang]
            yield Item(say("explain.if-by-rule", condition=condition, rule=id), importance)
    yield Item(say("explain.otherwise"), IMPORTANCES[library.pack.criteria[criterion].default][lang])


def _versions(library: Library, claim: Claim) -> Iterator[Item]:
    out_of_range = versions_out_of_range(claim, library.versions)
    for package, allowed in claim.applies_to.items():
        installed = library.versions.get(package)
        if installed is None:
            state = library.say("explain.version-not-installed", allowed=allowed)
        elif package in out_of_range:
            state = library.say("explain.version-outside", allowed=allowed, version=installed)
        else:
            state = library.say("explain.version-inside", allowed=allowed, version=installed)
        yield Item(state, package)


def _see_also(library: Library, id: str) -> Iterator[Item]:
    onboarding, lang, say = library.onboarding, library.lang, library.say
    for name, concept in onboarding.glossary.items():
        if id in concept.claims:
            yield Item(say("explain.entry", id=name, text=concept.name), ENTRY_KINDS["concept"][lang])
    for name, pitfall in onboarding.pitfalls.items():
        if id in pitfall.claims:
            yield Item(say("explain.entry", id=name, text=pitfall.name), ENTRY_KINDS["pitfall"][lang])
    for name, question in onboarding.faq.items():
        if id in question.claims:
            yield Item(say("explain.entry", id=name, text=question.question), ENTRY_KINDS["faq"][lang])
