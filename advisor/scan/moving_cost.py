"""What leaving a framework would cost here: the names the code uses, and what becomes of them elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.moving import GoneNames, Moving
from advisor.scan.facts import Repository
from advisor.scan.patterns import is_below, matches_any

HEAVIEST = 5
ORDERED = 8


class MovingCost(Struct, frozen=True):
    """How much of a framework a repository uses. Tests, examples and the like count as well: they move along.

    Attributes:
        names: how many different names.
        uses: how often, in all.
        files: in how many files.
        gone: the names that the framework itself no longer has.
        breaks: what is gone, with what is written today, and the place of the first use.
        only_here: the names that no other framework has.
        counterparts: framework → how many of the names have one there.
        unlisted: how many names the table does not know.
        heaviest: the files with most uses.
        order: the files in the order in which to move them: those with fewest uses first.
    """

    names: int
    uses: int
    files: int
    gone: Sequence[str]
    breaks: Sequence[tuple[GoneNames, str, str]]
    only_here: Sequence[str]
    counterparts: Mapping[str, int]
    unlisted: int
    heaviest: Sequence[tuple[str, int]]
    order: Sequence[str]


def moving_costs(
    repository: Repository, moving: Mapping[str, Moving], frameworks: Sequence[str]
) -> dict[str, MovingCost]:
    """Return what leaving costs for every framework that the code uses.

    Args:
        repository: what was seen.
        moving: the names of each framework.
        frameworks: those that could be moved to, in order.
    """
    costs = {}
    uses_before: set[tuple[str, str]] = set()
    for id, framework in moving.items():
        if cost := _cost(repository, id, framework, frameworks):
            breaks = tuple(use for use in cost.breaks if use[1:] not in uses_before)
            uses_before |= {use[1:] for use in breaks}  # a method in a file of Keras and TensorFlow, once
            costs[id] = replace(cost, breaks=breaks)
    return costs


def _cost(repository: Repository, id: str, framework: Moving, frameworks: Sequence[str]) -> MovingCost | None:
    uses = Counter[str]()
    by_file = Counter[str]()
    first_place: dict[str, str] = {}
    namespaces = _namespaces(framework)
    for fact in repository.facts:
        if fact.kind not in ("names", "imports") or fact.region == "vendored":
            continue
        if not is_below(fact.value, framework.modules) or fact.value.partition(".")[0] in repository.own_modules:
            continue
        if fact.kind == "imports" and fact.value in namespaces:
            continue  # the import of a module by itself is no use of a name
        uses[fact.value] += fact.count
        by_file[fact.path] += fact.count
        first_place.setdefault(fact.value, fact.place)
    if not uses:
        return None
    names = _without_prefixes(sorted(uses))
    gone_of = {name: gone for name in names for gone in framework.gone if matches_any(name, gone.names)}
    only_here = [name for name in names if matches_any(name, framework.only_here) and name not in gone_of]
    has_counterpart = {
        name: {other for other in frameworks if other != id and _has_counterpart(name, other, framework)}
        for name in names
    }
    listed_names = {
        name for name in names if name in gone_of or has_counterpart[name] or matches_any(name, framework.only_here)
    }
    breaks: dict[int, tuple[GoneNames, str, str]] = {}
    for name in names:
        if name in gone_of:
            breaks.setdefault(framework.gone.index(gone_of[name]), (gone_of[name], name, first_place[name]))
    for at, gone in enumerate(framework.gone):
        if (gone.methods or gone.arguments) and (place := _first_use(repository, by_file, gone)):
            breaks.setdefault(at, (gone, *place))
    return MovingCost(
        names=len(names),
        uses=sum(uses.values()),
        files=len(by_file),
        gone=[name for name, _ in uses.most_common() if name in gone_of],
        breaks=tuple(breaks.values()),
        only_here=sorted(only_here, key=lambda name: -uses[name]),
        counterparts={
            other: sum(other in has_counterpart[name] and name not in gone_of for name in names)
            for other in frameworks
            if other != id
        },
        unlisted=len(names) - len(listed_names),
        heaviest=by_file.most_common(HEAVIEST),
        order=_order(by_file),
    )


def _first_use(repository: Repository, files: Collection[str], gone: GoneNames) -> tuple[str, str] | None:
    """Return the method or argument that is gone and is used first in some files, and where; none where all are there."""
    for fact in repository.facts:
        if fact.path in files:
            if fact.kind == "methods" and fact.value in gone.methods:
                return f"{fact.value}()", fact.place
            if fact.kind == "arguments" and matches_any(fact.value, gone.arguments):
                return fact.value, fact.place
    return None


def _namespaces(framework: Moving) -> set[str]:
    """Return what the names of a framework begin with: `torch.nn` of `torch.nn.Linear`."""
    listed = [*framework.counterparts, *framework.only_here, *(name for gone in framework.gone for name in gone.names)]
    return {*framework.modules, *(prefix for name in listed for prefix in _prefixes(name)[1:])}


def _without_prefixes(names: Sequence[str]) -> list[str]:
    """Return names without those that are only the beginning of the next: `keras.layers` beside `keras.layers.Dense`."""
    return [
        name for name, following in zip(names, [*names[1:], ""], strict=True) if not following.startswith(f"{name}.")
    ]


def _has_counterpart(name: str, other: str, framework: Moving) -> bool:
    if matches_any(name, framework.same_elsewhere.get(other, ())):
        return True
    return any(other in framework.counterparts.get(prefix, {}) for prefix in _prefixes(name))


def _prefixes(name: str) -> list[str]:
    """Return a dotted name and everything it begins with, the longest first."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _order(by_file: Counter[str]) -> list[str]:
    """Return the files in which to move first, the least bound first: what is quickly done and tested comes before what is hard."""
    return [path for path, _ in sorted(by_file.items(), key=lambda item: (item[1], item[0]))][:ORDERED]
