"""The pages of a framework and of a candidate: what it is, what speaks for and against it, and how one trains with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.evidence.stacks import ways_of
from advisor.knowledge.claim import Claim
from advisor.knowledge.criterion import LEVEL
from advisor.reasoning.readings import stated_levels
from advisor.render.document import Item, Part, part
from advisor.render.explain.claim_page import in_full
from advisor.render.explain.criterion_page import grounds_of_standing, where_words
from advisor.render.explain.sheet import Library
from advisor.render.explain.terms import ENTRY_KINDS, condition_words
from advisor.render.start_words import download_words
from advisor.words import VERDICTS

GOOD, WEAK = LEVEL["good"], LEVEL["weak"]


def framework_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a framework's page."""
    say, stacks = library.say, library.pack.stacks(id)
    yield part("", tuple(_about(library, id)))
    yield part(say("explain.head-four-steps"), _steps(library, id))
    yield part(say("explain.head-faster-ways"), _ways(stacks))
    article_claim_ids = [
        claim_id
        for claim_id, claim in library.pack.claims.items()
        if _of_article(claim) and _is_about(library, claim, id)
    ]
    for claim_kind, head in (
        ("pro", say("explain.head-strengths")),
        ("con", say("explain.head-weaknesses")),
        ("application-area", say("explain.head-fields")),
    ):
        yield part(
            head,
            (
                in_full(library, claim_id)
                for claim_id in article_claim_ids
                if library.pack.claims[claim_id].kind == claim_kind
            ),
        )
    yield part(say("explain.head-verdicts-here"), _verdicts(library, id))
    yield part(say("explain.head-documented-for"), _documented(library, id, strong=True))
    yield part(say("explain.head-documented-against"), _documented(library, id, strong=False))
    yield part(say("explain.head-ruled-out-when"), _excluded(library, stacks))


def candidate_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a candidate's page."""
    candidate, say = library.pack.candidates[id], library.say
    framework = library.pack.frameworks[candidate.framework]
    opening = [
        Item(
            say("explain.framework-and-home", name=framework.name, id=framework.id, home=framework.home),
            ENTRY_KINDS["framework"][library.lang],
        ),
        Item(candidate.backend, say("explain.label-backend")),
        *_stack(library, id),
    ]
    if candidate.environment:
        variables = ", ".join(f"{name}={value}" for name, value in candidate.environment.items())
        opening.append(Item(variables, say("explain.label-environment")))
    yield part("", tuple(opening))
    yield part(say("explain.head-ruled-out-when"), _excluded(library, (id,)))
    for criterion in library.pack.criteria.values():
        name = criterion.name[library.lang]
        yield part(name.upper() if library.lang == "en" else name, grounds_of_standing(library, id, criterion.id))


def _about(library: Library, id: str) -> Iterator[Item]:
    framework, say = library.pack.frameworks[id], library.say
    yield Item(framework.home, say("explain.label-home"))
    if framework.outside:
        yield Item(say("explain.outside-the-three"))
    stacks = library.pack.stacks(id)
    for stack in stacks:
        if len(stacks) > 1:
            yield Item(library.name(stack), stack)
        yield from _stack(library, stack)


def _stack(library: Library, id: str) -> Iterator[Item]:
    candidate, say = library.pack.candidates[id], library.say
    installed = [f"{name} {library.versions[name]}" for name in candidate.modules if name in library.versions]
    all_installed = len(installed) == len(candidate.modules)
    yield Item(candidate.install, say("explain.label-install"))
    if sizes := download_words(library.pack, candidate, library.lang):
        yield Item(sizes, say("explain.label-download"))
    yield Item(", ".join(installed) if all_installed else say("explain.not-installed"), say("explain.label-here"))


def _steps(library: Library, id: str) -> Iterator[Item]:
    training, code_by_steps = library.onboarding.steps, library.steps.get(id, {})
    if training and code_by_steps and id in training.who:
        yield Item(training.who[id][library.lang])
    names = {step.id: step.name[library.lang] for step in training.steps} if training else {}
    for steps, code in code_by_steps.items():
        label = library.joined(names.get(step, step) for step in steps.split(", "))
        yield Item(code, label, code=True)


def _ways(stacks: Sequence[str]) -> Iterator[Item]:
    """List the documented faster ways to train on any of a framework's stacks: what is to be written, and the page."""
    ways = {(way.name, way.code): way for id in stacks for way in ways_of(id) if way.code}
    for way in ways.values():
        yield Item("\n".join([*way.code, f"# {way.source}"]), way.name, code=True)


def _of_article(claim: Claim) -> bool:
    return claim.source.startswith("article")


def _is_about(library: Library, claim: Claim, framework: str) -> bool:
    """Whether a claim is about the framework itself, or any of its stacks."""
    stacks = set(library.pack.stacks(framework))
    return any(stacks & set(library.pack.members(name)) for name in claim.says)


def _documented(library: Library, framework: str, *, strong: bool) -> Iterator[Item]:
    """List what is documented of a framework, by criterion: at least good, or at most weak, for one of its stacks."""
    stacks = library.pack.stacks(framework)
    order = {id: position for position, id in enumerate(library.pack.criteria)}
    rows: list[tuple[int, Item]] = []
    for id, claim in library.pack.claims.items():
        if _of_article(claim) or not claim.review.upheld or claim.about is None:
            continue
        levels = {name: value for name, value in stated_levels(claim, library.pack) if name in stacks}
        candidates = [name for name, value in levels.items() if (value >= GOOD if strong else value <= WEAK)]
        if candidates:
            only_if = where_words(library, id)
            if len(candidates) < len(stacks):
                names = [library.name(name) for name in candidates]
                words = library.say(
                    "explain.documented-for-some", claim=claim.claim, candidates=names, id=id, only_if=only_if
                )
            else:
                words = library.say("explain.documented", claim=claim.claim, id=id, only_if=only_if)
            criterion = library.pack.criteria[claim.about].name[library.lang]
            rows.append((order[claim.about], Item(words, criterion)))
    yield from (item for _, item in sorted(rows, key=lambda row: row[0]))


def _excluded(library: Library, stacks: tuple[str, ...]) -> Iterator[Item]:
    for id, constraint in library.pack.constraints.items():
        if set(library.pack.excluded(constraint)) & set(stacks):
            condition = condition_words(library.pack, library.lang, constraint.when)
            words = library.say("explain.ruled-out-if", constraint=constraint.constraint, condition=condition)
            yield Item(words, id)


def _verdicts(library: Library, framework: str) -> Iterator[Item]:
    """List what this machine confirmed and refuted of what is said about a framework, repetitions once; count the rest."""
    claims = library.pack.claims
    claim_ids = [id for id, claim in claims.items() if _is_about(library, claim, framework) and claim.same_as is None]
    findings = {id: library.findings[id] for id in claim_ids}
    for word in ("refuted", "confirmed"):
        for id, finding in findings.items():
            if finding.verdict == word:
                why = finding.why[library.lang == "zh"]
                words = library.say("explain.verdict-on-claim", claim=claims[id].claim, id=id, why=why)
                yield Item(words, VERDICTS[word][library.lang])
    for word in ("inconclusive", "untested"):
        count = sum(finding.verdict == word for finding in findings.values())
        if count:
            yield Item(library.say("explain.number-of-claims", count=count), VERDICTS[word][library.lang])
