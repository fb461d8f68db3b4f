"""What the packages of a project decide, and the pins that contradict each other or a stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from packaging.specifiers import SpecifierSet

from advisor.knowledge.installing import requirements_of
from advisor.knowledge.pack import Pack
from advisor.knowledge.package import Package, normalise
from advisor.knowledge.signal import Certainty
from advisor.reasoning.packages import levels_of, works_on
from advisor.scan.facts import Fact, Repository
from advisor.scan.patterns import is_below
from advisor.scan.sightings import requirement_name, specifier_of
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

    What works equally well on every stack decides nothing; what only an extra, a test or an example needs is not needed; nor is what
    belongs to a project inside the project, or what only a function imports, where there are requirements at the top.
    """
    required: dict[str, list[Fact]] = {}
    for fact in _requirements_at_the_top(repository):
        required.setdefault(requirement_name(fact.value), []).append(fact)
    standings = ("plain",) if required else ("plain", "inside-functions")
    imported: dict[str, list[Fact]] = {}
    for fact in repository.facts:
        if fact.kind != "imports" or fact.region != "core" or fact.standing not in standings:
            continue
        if not _is_own(fact, repository):
            imported.setdefault(fact.value, []).append(fact)
    dependencies = []
    for key, package in pack.packages.items():
        levels = levels_of(pack, package)
        decides = len(levels) < len(pack.candidates) or len(set(levels.values())) > 1
        if not decides or not repository.own_modules.isdisjoint(package.modules):
            continue
        modules = package.modules
        uses = [fact for value, facts in imported.items() if is_below(value, modules) for fact in facts]
        needs = required.get(key, [])
        if needs or uses:
            certainty: Certainty = "high" if needs and uses else "medium"
            facts = (*needs, *sorted(uses, key=lambda fact: -fact.count))
            dependencies.append(Dependency(package, facts, certainty, works_on(pack, package)))
    return dependencies


def _requirements_at_the_top(repository: Repository) -> list[Fact]:
    """Return what installing the project needs; where nothing is said at its top, what the projects inside it need."""
    facts = [
        fact
        for fact in repository.facts
        if fact.kind == "requires" and fact.region in ("core", "notebooks") and fact.standing == "plain"
    ]
    at_the_top = [fact for fact in facts if not project_folder(fact.path)]
    return at_the_top or facts


def project_folder(path: str) -> str:
    """Return the folder of the project that a file of requirements belongs to; empty for the top of the repository."""
    folders = path.split("/")[:-1]
    while folders and (folders[-1].startswith((".", "require", "docker", "conda", "env"))):
        folders.pop()
    return "/".join(folders)


def _is_own(fact: Fact, repository: Repository) -> bool:
    return fact.value.partition(".")[0] in repository.own_modules


def stacks_left(pack: Pack, dependencies: Sequence[Dependency]) -> set[str]:
    """Return the stacks on which all these packages work."""
    left = set(pack.candidates)
    for dependency in dependencies:
        left &= set(levels_of(pack, dependency.package))
    return left


def pin_conflicts(repository: Repository, pack: Pack) -> Iterator[Text]:
    """Yield the frameworks and packages of the table that two files of one project pin to versions which exclude each other."""
    of_interest = {normalise(name) for candidate in pack.candidates.values() for name in candidate.packages} | set(
        pack.packages
    )
    by_name: dict[tuple[str, str], list[Fact]] = {}
    for fact in repository.facts:
        name = requirement_name(fact.value) if fact.kind == "requires" else ""
        if name in of_interest and fact.region == "core" and fact.standing in ("plain", "locked"):
            by_name.setdefault((name, project_folder(fact.path)), []).append(fact)
    for (name, _), facts in by_name.items():
        for at, fact in enumerate(facts[:20]):
            other = next(
                (other for other in facts[at + 1 : 20] if other.path != fact.path and _exclude(fact, other)), None
            )
            if other is not None:
                yield text(
                    "scan.pins-apart",
                    package=name,
                    pin=fact.value,
                    place=fact.place,
                    other=other.value,
                    there=other.place,
                )
                break


def stack_conflicts(repository: Repository, pack: Pack, candidate: str) -> Iterator[Text]:
    """Yield the pins of a project that exclude the versions a stack installs."""
    installs = {
        normalise(requirement.name): requirement.specifier
        for requirement in requirements_of(pack.candidates[candidate].install)
    }
    for fact in repository.facts:
        if fact.kind == "requires" and fact.region == "core" and fact.standing == "plain":
            name = requirement_name(fact.value)
            installed = installs.get(
                name, installs.get({"tensorflow-cpu": "tensorflow", "tensorflow-gpu": "tensorflow"}.get(name, ""))
            )
            if installed is not None and (specifier := specifier_of(fact.value)) and _are_apart(specifier, installed):
                yield text(
                    "scan.pin-against-stack",
                    requirement=fact.value,
                    place=fact.place,
                    stack=pack.candidates[candidate].name,
                    versions=",".join(sorted(map(str, installed), reverse=True)),  # the lower bound first
                )


def _exclude(fact: Fact, other: Fact) -> bool:
    specifiers = specifier_of(fact.value), specifier_of(other.value)
    return bool(specifiers[0] and specifiers[1] and _are_apart(specifiers[0], specifiers[1]))


def _are_apart(specifier: SpecifierSet, other: SpecifierSet) -> bool:
    """Return whether no version fits both."""
    return (specifier & other).is_unsatisfiable()
