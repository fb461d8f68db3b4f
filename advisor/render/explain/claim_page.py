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
    SETTLED,
    check_words,
    condition_words,
)
from advisor.words import IMPORTANCES, LEVELS, REVIEWS, SOURCE_KINDS, VERDICTS, amount


def sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a claim's page."""
    claim, pick = library.pack.claims[id], library.pick
    yield part("", tuple(_opening(library, claim)))
    yield part(pick("SOURCE", "出处"), [source_row(library, claim.source)])
    yield part(pick("REVIEW", "复核"), _review(library, claim))
    yield part(pick("CHECK", "检验方式"), _check(library, claim))
    yield part(pick("VERDICT HERE", "本机判定"), _verdict(library, id))
    yield part(pick("DISPUTES", "分歧与重复"), _disputes(library, id))
    yield part(pick("WHEN IT MATTERS", "何时起作用"), _matters(library, claim))
    yield part(pick("VERSIONS", "适用版本"), _versions(library, claim))
    yield part(pick("SEE ALSO", "另见"), _see_also(library, id))


def summary(library: Library, id: str) -> str:
    """Return a claim in one line: what it says, and what the review and this machine say of it."""
    claim = library.pack.claims[id].claim[library.lang]
    return library.pick(f"{claim} [{standing(library, id)}]", f"{claim}〔{standing(library, id)}〕")


def in_full(library: Library, id: str) -> Item:
    """Return a claim as a row: what it says, how it stands, and what the review says of it."""
    because = library.pack.claims[id].review.because[library.lang]
    return Item(f"{summary(library, id)}{library.pick(' ', '')}{because}", id)


def standing(library: Library, id: str) -> str:
    """Return where a claim comes from and how it stands: source, review, and a verdict where there is one."""
    claim, lang = library.pack.claims[id], library.lang
    verdict = library.findings[id].verdict
    words = [claim.source.removeprefix("article "), REVIEWS[claim.review.verdict][lang]]
    if claim.review.verdict == "contradictory":
        words.append(SETTLED[claim.review.settled][lang])
    if verdict != "untested":
        words.append(library.pick(f"{VERDICTS[verdict].en} here", f"本机{VERDICTS[verdict].zh}"))
    return library.pick(", ", "，").join(words)


def source_row(library: Library, source: str) -> Item:
    """Return the row of a source: what it is, where it is found and when it was read; a section may follow its key."""
    cited, lang = library.pack.sources[source.split(" ", 1)[0]], library.lang
    kind = SOURCE_KINDS[cited.kind][lang]
    read_on = library.pick(f"{kind}, read {cited.read}", f"{kind}，{cited.read} 查阅")
    about = library.in_brackets(library.pick("; ", "；").join((cited.author, read_on)))
    return Item(f"{cited.title}{about} {cited.link or ''}", source)


def _opening(library: Library, claim: Claim) -> Iterator[Item]:
    yield from library.in_both_languages(claim.claim)
    yield Item(CLAIM_KINDS[claim.kind][library.lang], library.pick("kind", "类别"))
    if claim.says and claim.about:
        levels = library.joined(
            f"{library.name(name)} {LEVELS[level][library.lang]}" for name, level in claim.says.items()
        )
        criterion = library.pack.criteria[claim.about].name[library.lang]
        yield Item(
            f"{criterion}{library.in_brackets(claim.about)}{library.colon}{levels}", library.pick("says", "主张")
        )


def _review(library: Library, claim: Claim) -> Iterator[Item]:
    review, pick, lang = claim.review, library.pick, library.lang
    yield Item(f"{review.because[lang]}{library.in_brackets(str(review.on))}", REVIEWS[review.verdict][lang])
    if review.verdict == "contradictory":
        yield Item(SETTLED[review.settled][lang], pick("settled", "裁定"))
    for id in claim.facts:
        fact = library.pack.facts[id]
        unit = library.pack.units[fact.unit].name[lang]
        yield Item(
            f"{fact.of}{library.colon}{fact.value}{library.in_brackets(unit + library.pick(', ', '，') + str(fact.on or fact.as_of))}",
            pick("number", "数据"),
        )
    yield from (source_row(library, source) for source in review.sources)
    if review.instead:
        yield Item(f"{review.instead}{library.colon}{summary(library, review.instead)}", pick("instead", "替代"))


def _check(library: Library, claim: Claim) -> Iterator[Item]:
    pick = library.pick
    if claim.check is None:
        assert claim.uncheckable is not None
        yield Item(claim.uncheckable[library.lang], pick("none", "无"))
        return
    check = claim.check
    yield Item(f"{check.probe}{library.colon}{probe_question(library, check.probe)}", pick("probe", "实测"))
    yield Item(measure_words(library, check.probe, check.measure), pick("measure", "测量项"))
    yield Item(check_words(library, check), pick("expectation", "预期"))
    if check.means:
        yield Item(check.means[library.lang], pick("which means", "含义"))


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
        words += [BETTER[spec.better][library.lang]] if spec.better else []
    return label + library.in_brackets(library.joined(words)) if words else label


def _verdict(library: Library, id: str) -> Iterator[Item]:
    finding, lang = library.findings[id], library.lang
    yield Item(finding.why[lang == "zh"], VERDICTS[finding.verdict][lang])
    for candidate, value in finding.measured.items():
        text = amount(value) if isinstance(value, int | float | str) else None
        yield Item(text[lang] if text else str(value), library.name(candidate))


def _disputes(library: Library, id: str) -> Iterator[Item]:
    claims, pick = library.pack.claims, library.pick
    for name, contradiction in library.pack.contradictions.items():
        if id in contradiction.members:
            yield Item(
                f"{name}{library.colon}{contradiction.topic[library.lang]} {contradiction.settled[library.lang]}",
                pick("contradiction", "矛盾"),
            )
    at_odds = dict.fromkeys(
        other for other, claim in claims.items() if id in claim.disputes or other in claims[id].disputes
    )
    yield from (
        Item(f"{other}{library.colon}{summary(library, other)}", pick("at odds with", "与之相左")) for other in at_odds
    )
    original = claims[id].same_as or id
    repeated = [other for other, claim in claims.items() if other != id and original in (other, claim.same_as)]
    yield from (
        Item(f"{other}{library.colon}{summary(library, other)}", pick("same as", "同一说法")) for other in repeated
    )
    if repeated:
        yield Item(pick("However often a source says it, it counts only once.", "同一出处说多少遍都只计一次。"))


def _matters(library: Library, claim: Claim) -> Iterator[Item]:
    pick = library.pick
    if claim.about is None:
        yield Item(
            pick(
                "It favours no framework, so it affects no answer; it is used on these pages.",
                "它不偏向任何框架，因此不影响结论，只用于这里的说明。",
            )
        )
        return
    criterion = library.pack.criteria[claim.about]
    sentence = pick(f"It counts where {criterion.name.en} matters", f"在{criterion.name.zh}重要时起作用")
    if claim.when != ALWAYS:
        condition = condition_words(library, claim.when)
        sentence += pick(f", and only if {condition}", f"，且仅当 {condition}")
    yield Item(sentence + pick(".", "。"))
    if not claim.review.upheld:
        yield Item(
            pick(
                "Counts only in the reading of the article alone; the review keeps it out of the other two.",
                "只计入“仅按文章”这一读法；复核将其排除在另两种读法之外。",
            )
        )
    yield from raised_by(library, claim.about)


def raised_by(library: Library, criterion: str) -> Iterator[Item]:
    """Yield which answers make a criterion matter, and how much it matters without them."""
    pick, lang = library.pick, library.lang
    for id, need in library.pack.needs.items():
        if criterion in need.criteria:
            when = condition_words(library, need.when)
            level = IMPORTANCES[need.criteria[criterion]][lang]
            yield Item(pick(f"if {when}", f"当 {when} 时") + library.in_brackets(id), level)
    yield Item(pick("otherwise", "其余情形"), IMPORTANCES[library.pack.criteria[criterion].default][lang])


def _versions(library: Library, claim: Claim) -> Iterator[Item]:
    out_of_range = versions_out_of_range(claim, library.versions)
    for package, allowed in claim.applies_to.items():
        installed = library.versions.get(package)
        if installed is None:
            state = library.pick("not installed here", "本机未安装")
        elif package in out_of_range:
            state = library.pick(
                f"here {installed}: outside, so it counts less", f"本机为 {installed}：不在范围内，权重降低"
            )
        else:
            state = library.pick(f"here {installed}: inside", f"本机为 {installed}：在范围内")
        yield Item(allowed + library.in_brackets(state), package)


def _see_also(library: Library, id: str) -> Iterator[Item]:
    onboarding, lang, pick = library.onboarding, library.lang, library.pick
    for name, concept in onboarding.glossary.items():
        if id in concept.claims:
            yield Item(f"{name}{library.colon}{concept.name[lang]}", pick("concept", "概念"))
    for name, pitfall in onboarding.pitfalls.items():
        if id in pitfall.claims:
            yield Item(f"{name}{library.colon}{pitfall.name[lang]}", pick("pitfall", "易错点"))
    for name, question in onboarding.faq.items():
        if id in question.claims:
            yield Item(f"{name}{library.colon}{question.question[lang]}", pick("faq", "常见问题"))
