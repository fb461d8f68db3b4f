"""The packages a project must use, as constraints: which stacks each works on, and how well."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from msgspec.structs import replace

from advisor.knowledge.claim import Claim, Review
from advisor.knowledge.condition import AnyOf, Is
from advisor.knowledge.criterion import LEVEL, Criterion, Level
from advisor.knowledge.framework import Framework
from advisor.knowledge.need import Constraint, Examples, Need
from advisor.knowledge.pack import Pack
from advisor.knowledge.package import DEPENDS_ON, Package
from advisor.knowledge.question import Choice, Question
from advisor.reasoning.profile import Profile
from advisor.reasoning.workloads import with_workload_question
from advisor.sentences import text
from advisor.text import Text

FIT = "package-fit"
"""The criterion on which the stacks differ that a package works on, but not equally well."""
TOPIC = "use-case"
NO_EXAMPLES = Examples(applies={}, silent={})


def rule_id(package: str) -> str:
    """Return the id of what is made of a package: what `advise explain` shows it by."""
    return f"package:{package}"


def project_pack(pack: Pack, profile: Profile) -> Pack:
    """Return the pack with what the packages a project depends on require, and the question of its workload; the pack itself without both.

    The question `depends-on` is there with the packages named as its choices, answered; of each that is in the table there is a
    constraint that keeps the stacks it works on and, where it does not work equally well on these, a claim that says so. A framework
    out of scope that a package is made for takes part.

    Args:
        pack: its table of packages, and everything else.
        profile: the known answers.
    """
    pack = with_workload_question(pack, profile)
    named = profile.known(DEPENDS_ON)
    if not named:
        return pack
    packages = {rule_id(id): pack.packages[id] for id in named if id in pack.packages}
    levels = {id: levels_of(pack, package) for id, package in packages.items()}
    unequal = {id: package for id, package in packages.items() if len(set(levels[id].values())) > 1}
    return replace(
        pack,
        questions={**pack.questions, DEPENDS_ON: _question(pack, named)},
        frameworks={id: _joined_by(pack, framework, packages.values()) for id, framework in pack.frameworks.items()},
        constraints={
            **pack.constraints,
            **{
                id: _constraint(pack, package, levels[id])
                for id, package in packages.items()
                if len(levels[id]) < len(pack.candidates)
            },
        },
        criteria={**pack.criteria, FIT: _criterion()} if unequal else pack.criteria,
        needs={**pack.needs, **{id: _need(package) for id, package in unequal.items()}},
        claims={**pack.claims, **{id: _claim(pack, package, levels[id]) for id, package in unequal.items()}},
    )


def levels_of(pack: Pack, package: Package) -> dict[str, Level]:
    """Return how well a package works on each candidate that it works on at all; the most specific name wins."""
    levels: dict[str, Level] = {}
    for name in sorted(package.works_on, key=lambda name: -len(pack.members(name))):
        levels |= dict.fromkeys(pack.members(name), package.works_on[name])
    return {id: levels[id] for id in pack.candidates if id in levels}


def stack_names(pack: Pack, candidates: Collection[str]) -> list[Text]:
    """Return the names of candidates, those of all stacks of a framework as that of the framework."""
    names: list[Text] = []
    for id, framework in pack.frameworks.items():
        stacks = pack.stacks(id)
        meant = [stack for stack in stacks if stack in candidates]
        if stacks and len(meant) == len(stacks):
            names.append(Text(en=framework.name, zh=framework.name))
        else:
            names += [pack.candidates[stack].name for stack in meant]
    return names


def works_on(pack: Pack, package: Package) -> Text:
    """Return in a clause what a package works on: what it is made for, and what else it can be used in."""
    levels = levels_of(pack, package)
    if len(levels) == len(pack.candidates) and len(set(levels.values())) == 1:
        return text("depends.works-on-all", package=package.id)
    best = max(LEVEL[level] for level in levels.values())
    first = stack_names(pack, [id for id, level in levels.items() if LEVEL[level] == best])
    others = stack_names(pack, [id for id, level in levels.items() if LEVEL[level] < best])
    if others:
        return text("depends.works-on-too", package=package.id, stacks=first, others=others)
    return text("depends.works-on-only", package=package.id, stacks=first)


def requirement(pack: Pack, package: Package) -> Text:
    """Return what a package requires in a sentence: on what it works, since when, what else is to be known, who says so and when that was read."""
    clause, source = works_on(pack, package), pack.sources[package.source_id]
    fields = {"clause": clause, "source": source.link or source.title, "read": source.read.isoformat()}
    since = text("depends.since", version=package.since) if package.since else ""
    note = text("depends.note", note=package.note) if package.note else ""
    return text("depends.requirement", since=since, note=note, **fields)


def unlisted_packages(pack: Pack, profile: Profile, *, places: bool = False) -> Iterator[Text]:
    """Yield, for every package that a project depends on and the table does not hold, that it does not count, and the nearest one.

    Args:
        pack: its table of packages.
        profile: the known answers.
        places: whether to say where each was given: to whoever gave it, not in what is kept.
    """
    answer = profile.answers.get(DEPENDS_ON)
    for at, name in enumerate(answer.choices if answer else ()):
        if name not in pack.packages:
            place = answer.places[at] if places and answer and answer.places else ""
            near = get_close_matches(name, list(pack.packages), n=1, cutoff=0.6)
            yield text(
                "depends.unlisted",
                place=text("depends.place", place=place) if place else "",
                package=name,
                hint=text("depends.did-you-mean", package=pack.packages[near[0]].id) if near else "",
            )


def packages_apart(pack: Pack, conflict: Collection[str]) -> list[Package]:
    """Return the packages of a conflict that consists of packages alone: no stack can use all of them; else none."""
    packages = {rule_id(key): package for key, package in pack.packages.items()}
    return [packages[id] for id in conflict] if len(conflict) > 1 and all(id in packages for id in conflict) else []


def _question(pack: Pack, named: Collection[str]) -> Question:
    """Return the question `depends-on`, with the packages named as its choices."""
    written = {id: pack.packages[id].id if id in pack.packages else id for id in named}
    return Question(
        id=DEPENDS_ON,
        topic=TOPIC,
        ask=text("depends.ask"),
        why=text("depends.why"),
        several=True,
        fact=True,
        assumes=text("depends.assumes"),
        choices=tuple(Choice(id, Text(en=name, zh=name), 1 / len(written)) for id, name in written.items()),
    )


def _joined_by(pack: Pack, framework: Framework, packages: Collection[Package]) -> Framework:
    """Return a framework that takes part as well where one of these packages is made for it."""
    made_for_it = tuple(
        package.key
        for package in packages
        if any(pack.candidates[id].framework == framework.id for id in pack.members(next(iter(package.works_on))))
    )
    if not framework.outside or not made_for_it:
        return framework
    return replace(framework, joins_when=AnyOf((framework.joins_when, Is(DEPENDS_ON, made_for_it))))


def _constraint(pack: Pack, package: Package, levels: Mapping[str, Level]) -> Constraint:
    return Constraint(
        constraint=requirement(pack, package),
        source=package.source,
        when=Is(DEPENDS_ON, (package.key,)),
        keeps=tuple(levels),
        instead=text("depends.instead", package=package.id),
        examples=NO_EXAMPLES,
    )


def _criterion() -> Criterion:
    return Criterion(
        id=FIT,
        topic=TOPIC,
        name=text("depends.fit"),
        about=text("depends.fit-about"),
        worst=text("depends.fit-worst"),
        best=text("depends.fit-best"),
        default="ignore",
    )


def _need(package: Package) -> Need:
    return Need(
        need=text("depends.need", package=package.id),
        source=package.source,
        when=Is(DEPENDS_ON, (package.key,)),
        criteria={FIT: "major"},
        examples=NO_EXAMPLES,
    )


def _claim(pack: Pack, package: Package, levels: Mapping[str, Level]) -> Claim:
    because, source = requirement(pack, package), pack.sources[package.source_id]
    return Claim(
        claim=because,
        source=package.source,
        kind="criterion",
        about=FIT,
        says=dict(levels),
        when=Is(DEPENDS_ON, (package.key,)),
        review=Review(verdict="holds", on=source.read, because=because, sources=(source.id,)),
        uncheckable=text("depends.uncheckable"),
    )
