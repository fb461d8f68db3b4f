"""Sources: what nobody cites, what cites nothing, what was read or reviewed too long ago, or speaks of other versions."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import SpecifierSet

from advisor.knowledge.claim import Claim
from advisor.knowledge.installing import requirements_of
from advisor.knowledge.onboarding import sources_cited
from advisor.knowledge.pack import Pack
from advisor.knowledge.team import FILE as TEAM_FILE
from advisor.reasoning.readings import STALE_AFTER, is_stale
from advisor.verification.defect import Diagnostic
from advisor.verification.subject import Subject


def unused_sources(subject: Subject) -> Iterator[Diagnostic]:
    """Find sources that nothing cites."""
    pack = subject.pack
    rules = [rule.source for rule in pack.needs.values()] + [rule.source for rule in pack.constraints.values()]
    cited_sources = {source.split(" ", 1)[0] for source in rules}
    cited_sources |= {fact.source for fact in pack.facts.values()}
    for rule in pack.install_rules.values():
        cited_sources |= {rule.source.split(" ", 1)[0], *filter(None, (rule.page, rule.index))}
    for target in pack.targets.values():
        cited_sources |= {target.source.split(" ", 1)[0], *filter(None, (target.page,))}
    cited_sources |= {package.source_id for package in pack.packages.values()}
    cited_sources |= {preset.source_id for preset in pack.workloads.values()}
    for claim in pack.claims.values():
        cited_sources |= {claim.source_id, *claim.review.sources}
    cited_sources |= sources_cited(pack.folders)
    for id in subject.pack.sources:
        if id not in cited_sources:
            yield Diagnostic(subject.place("source", id, "id"), f"nothing cites `{id}`", "cite it, or remove it")


def unused_facts(subject: Subject) -> Iterator[Diagnostic]:
    """Find dated numbers that neither a claim nor a constraint uses."""
    pack = subject.pack
    used_facts = {fact for claim in pack.claims.values() for fact in claim.facts}
    used_facts |= {fact for constraint in pack.constraints.values() for fact in constraint.facts}
    for id in pack.facts:
        if id not in used_facts:
            yield Diagnostic(
                subject.place("fact", id, "id"),
                f"nothing uses `{id}`",
                "name it in a claim or a constraint, or remove it",
            )


def stale_facts(subject: Subject) -> Iterator[Diagnostic]:
    """Find numbers that were read more than six months ago."""
    for id, fact in subject.pack.facts.items():
        if (age := subject.as_of - fact.as_of) > STALE_AFTER:
            problem = f"it was read {age.days} days before {subject.as_of}, more than {STALE_AFTER.days}"
            yield Diagnostic(subject.place("fact", id, "as-of"), problem, "look it up again, and give the new date")


def uncited_claims(subject: Subject) -> Iterator[Diagnostic]:
    """Find claims that rest on judgement alone: neither they nor their reviews cite any other source."""
    kinds = {id: source.kind for id, source in subject.pack.sources.items()}
    for id, claim in subject.pack.claims.items():
        if subject.pack.files.get(id) == TEAM_FILE:
            continue
        if {kinds[source] for source in (claim.source_id, *claim.review.sources)} == {"judgement"}:
            problem = "it rests on judgement alone: neither it nor its review cites anything that could be looked up"
            yield Diagnostic(subject.place("claim", id, "source"), problem, "name a document, a report or a run")


def stale_reviews(subject: Subject) -> Iterator[Diagnostic]:
    """Find reviews older than six months: their claims count less until somebody looks again."""
    days = STALE_AFTER.days
    for id, claim in subject.pack.claims.items():
        if is_stale(claim, subject.as_of):
            age = (subject.as_of - claim.review.on).days
            problem = f"it was reviewed {age} days before {subject.as_of}, more than {days}"
            yield Diagnostic(
                subject.place("claim", id, "review", "on"), problem, "review it again, and give the new date"
            )


def future_dates(subject: Subject) -> Iterator[Diagnostic]:
    """Find reviews and readings with a date in the future."""
    for id, claim in subject.pack.claims.items():
        if claim.review.on > subject.as_of:
            yield Diagnostic(
                subject.place("claim", id, "review", "on"),
                f"{claim.review.on} is after {subject.as_of}",
                "correct the date",
            )
    for id, source in subject.pack.sources.items():
        if source.read > subject.as_of:
            yield Diagnostic(
                subject.place("source", id, "read"), f"{source.read} is after {subject.as_of}", "correct the date"
            )
        if source.as_of and source.as_of > source.read.isoformat():
            problem = f"its data are of {source.as_of}, after it was read on {source.read}"
            yield Diagnostic(subject.place("source", id, "as-of"), problem, "correct one of the dates")


def odd_versions(subject: Subject) -> Iterator[Diagnostic]:
    """Find version ranges that are empty, of unrelated packages, or that no version the pack installs lies in."""
    for id, claim in subject.pack.claims.items():
        for package, versions in claim.applies_to.items():
            place = subject.place("claim", id, "applies-to", package)
            specifiers = SpecifierSet(versions)
            if package not in _packages_of(subject.pack, claim):
                problem = f"`{package}` is not a package of the candidates it is about"
                yield Diagnostic(place, problem, f"name one of {', '.join(sorted(_packages_of(subject.pack, claim)))}")
            elif specifiers.is_unsatisfiable():
                yield Diagnostic(place, f"no version satisfies `{versions}`", 'good: ">=2.0,<3"')
            elif claim.says and claim.review.upheld and not _is_installable(subject.pack, claim, package, specifiers):
                problem = f"`{versions}` leaves out every version of {package} that the pack would install"
                yield Diagnostic(place, problem, "widen the range, or reject the claim in its review")


def _packages_of(pack: Pack, claim: Claim) -> set[str]:
    """Return the packages a claim may be limited to: those of its candidates, and others there are facts about."""
    candidates = {candidate for name in claim.says for candidate in pack.members(name)} or set(pack.candidates)
    all_packages = {package for candidate in pack.candidates.values() for package in candidate.packages}
    own_packages = {package for candidate in candidates for package in pack.candidates[candidate].packages}
    return own_packages | ({fact.of for fact in pack.facts.values()} - all_packages)


def _is_installable(pack: Pack, claim: Claim, package: str, specifiers: SpecifierSet) -> bool:
    """Return whether a version that the pack installs lies in a range; any does where the pack names none."""
    installed_ranges = [
        requirement.specifier
        for candidate in pack.candidates.values()
        for requirement in requirements_of(candidate.install)
        if requirement.name == package and requirement.bounds
    ]
    return not installed_ranges or any(
        not (specifiers & installed_range).is_unsatisfiable() for installed_range in installed_ranges
    )
