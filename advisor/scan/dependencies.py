"""What the packages of a project decide: those that work on some stacks only, and pins that contradict each other or a stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from advisor.knowledge.pack import Pack
from advisor.knowledge.package import Package
from advisor.knowledge.signal import Certainty
from advisor.reasoning.packages import levels_of, works_on
from advisor.scan.facts import Fact, Repository
from advisor.scan.sightings import requirement_name, specifier_of
from advisor.scan.wanted import is_below
from advisor.sentences import text
from advisor.text import Text


class Dependency(Struct, frozen=True):
    """A package of the table that the project needs.

    Attributes:
        facts: where it is required or imported.
        certainty: high where it is both.
        why: what it works on, in a clause.
    """

    package: Package
    facts: tuple[Fact, ...]
    certainty: Certainty
    why: Text


def find_dependencies(repository: Repository, pack: Pack) -> list[Dependency]:
    """Return the packages of the table that installing needs or the code imports, those that decide something.

    What works equally well on every stack decides nothing, and what only an extra, a test or an example needs is not needed.
    """
    required: dict[str, list[Fact]] = {}
    for fact in repository.facts:
        if fact.kind == "requires" and fact.region == "core" and fact.standing == "plain":
            required.setdefault(requirement_name(fact.value), []).append(fact)
    imported = [
        fact
        for fact in repository.facts
        if fact.kind == "imports" and fact.region == "core" and fact.standing in ("plain", "inside-functions")
        and fact.value.partition(".")[0] not in repository.own_modules
    ]  # fmt: skip
    dependencies = []
    for key, package in pack.packages.items():
        levels = levels_of(pack, package)
        if len(levels) == len(pack.candidates) and len(set(levels.values())) == 1:
            continue
        uses = [fact for fact in imported if is_below(fact.value, package.modules)]
        needs = required.get(key, [])
        if needs or uses:
            certainty: Certainty = "high" if needs and uses else "medium"
            dependencies.append(Dependency(package, (*needs, *sorted(uses, key=lambda fact: -fact.count)), certainty, works_on(pack, package)))
    return dependencies


def stacks_left(pack: Pack, dependencies: Sequence[Dependency]) -> set[str]:
    """Return the stacks on which all these packages work."""
    left = set(pack.candidates)
    for dependency in dependencies:
        left &= set(levels_of(pack, dependency.package))
    return left


def pin_conflicts(repository: Repository) -> Iterator[Text]:
    """Yield the packages that two files pin to versions which exclude each other."""
    by_name: dict[str, list[Fact]] = {}
    for fact in repository.facts:
        if fact.kind == "requires" and fact.region == "core" and fact.standing in ("plain", "locked"):
            by_name.setdefault(requirement_name(fact.value), []).append(fact)
    for name, facts in by_name.items():
        for at, fact in enumerate(facts[:20]):
            other = next((other for other in facts[at + 1 : 20] if other.path != fact.path and _exclude(fact, other)), None)
            if other is not None:
                yield text("scan.pins-apart", package=name, one=fact.value, place=fact.place, other=other.value, there=other.place)
                break


def stack_conflicts(repository: Repository, pack: Pack, candidate: str) -> Iterator[Text]:
    """Yield the pins of a project that exclude the versions a stack installs."""
    installs = {
        requirement.name.lower(): requirement.specifier
        for word in pack.candidates[candidate].install.split('"')[1::2]
        if (requirement := Requirement(word))
    }
    for fact in repository.facts:
        if fact.kind == "requires" and fact.region == "core" and fact.standing == "plain":
            name = requirement_name(fact.value)
            wanted = installs.get(name, installs.get({"tensorflow-cpu": "tensorflow", "tensorflow-gpu": "tensorflow"}.get(name, "")))
            if wanted is not None and (specifier := specifier_of(fact.value)) and _are_apart(specifier, wanted):
                yield text("scan.pin-against-stack", requirement=fact.value, place=fact.place, stack=pack.candidates[candidate].name, versions=str(wanted))


def _exclude(fact: Fact, other: Fact) -> bool:
    specifiers = specifier_of(fact.value), specifier_of(other.value)
    return bool(specifiers[0] and specifiers[1] and _are_apart(specifiers[0], specifiers[1]))


def _are_apart(one: SpecifierSet, other: SpecifierSet) -> bool:
    """Return whether no version fits both, as far as the versions named in them show."""
    versions: list[Version] = []
    for part in (*one, *other):
        try:
            version = Version(part.version.removesuffix(".*"))
        except InvalidVersion:
            return False
        parts = (*version.release, 0, 0)[:3]
        versions += [version, Version(f"{parts[0]}.{parts[1]}.{parts[2] + 1}"), Version(f"{parts[0]}.{parts[1] + 1}"), Version(f"{parts[0] + 1}")]
        if part.operator == "<":
            versions += [Version(f"{parts[0]}.{max(parts[1] - 1, 0)}.99")] + ([Version(f"{parts[0] - 1}.99")] if parts[0] else [])
    return not any(one.contains(version, prereleases=True) and other.contains(version, prereleases=True) for version in versions)
