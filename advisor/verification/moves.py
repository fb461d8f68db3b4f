"""What has moved on the package index since a pack was written: releases, candidates, Pythons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, get_args

import msgspec
from msgspec import Struct
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from advisor.knowledge.fact import Fact
from advisor.knowledge.index_snapshot import IndexSnapshot, PackagePage, Release
from advisor.knowledge.installing import requirements_of
from advisor.knowledge.pack import Pack

MoveKind = Literal["first", "candidate", "python", "bound", "gone", "release", "patch"]
MOVE_KINDS: tuple[MoveKind, ...] = get_args(MoveKind)
"""In order of weight: a package appeared; a candidate of the next release; other Pythons; the newest release outside of a line of
START; withdrawn; a new release, and one that differs in the third number at most."""
NOT_RELEASED = "none"
"""The value of a fact on a package that is announced but not released."""


class Move(Struct, frozen=True):
    """One thing that differs from what the pack says.

    Attributes:
        package: as the pack writes it.
        kind: what sort of change it is.
        was: what the pack says.
        now: what the snapshot says; empty where it has nothing.
        read: the day the pack's value was read; None for a line of START.
        uploaded: the day of what is new; None where the index does not say.
        facts: the pack's numbers that it overtakes.
        claims: claims that lean on them, or are limited to versions before it.
        constraints: exclusions that lean on them.
    """

    package: str
    kind: MoveKind
    was: str
    now: str
    read: date | None = None
    uploaded: date | None = None
    facts: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()


def packages_of_index(pack: Pack) -> list[str]:
    """Return the names of all Python packages a pack has numbers or lines of START of, as an index writes them."""
    names = {fact.of for fact in pack.facts.values() if _is_of_index(fact)}
    names |= {requirement.name for requirement in _requirements(pack)}
    return sorted({canonicalize_name(name) for name in names})


def moves(pack: Pack, snapshot: IndexSnapshot) -> list[Move]:
    """Return what has moved, the weightiest first; packages that the snapshot does not cover are left out."""
    all_moves = [
        *(move for id, fact in pack.facts.items() for move in _moves_of_fact(pack, id, fact, snapshot)),
        *_moves_of_lines(pack, snapshot),
    ]
    return sorted(all_moves, key=lambda move: (MOVE_KINDS.index(move.kind), move.package))


def not_covered(pack: Pack, snapshot: IndexSnapshot) -> list[str]:
    """Return the packages of the pack that the snapshot says nothing of."""
    return [package for package in packages_of_index(pack) if not snapshot.covers(package)]


def without_moved(pack: Pack, moved: list[Move]) -> Pack:
    """Return the pack without the claims and constraints that lean on what has moved by more than a patch."""
    weighty = [move for move in moved if move.kind != "patch"]
    claims = {id for move in weighty for id in move.claims}
    constraints = {id for move in weighty for id in move.constraints}
    return msgspec.structs.replace(
        pack,
        claims={id: claim for id, claim in pack.claims.items() if id not in claims},
        constraints={id: constraint for id, constraint in pack.constraints.items() if id not in constraints},
    )


def _moves_of_fact(pack: Pack, id: str, fact: Fact, snapshot: IndexSnapshot) -> Iterator[Move]:
    """Yield how one number differs from the snapshot."""
    if not _is_of_index(fact) or not snapshot.covers(fact.of):
        return
    page = snapshot.page(fact.of)
    if fact.unit == "release":
        yield from _moves_of_release(pack, id, fact, page)
    elif page and (newest := page.newest) and newest.python_range and newest.python_range != fact.value:
        yield _move(pack, id, fact, "python", newest.python_range, newest)


def _moves_of_release(pack: Pack, id: str, fact: Fact, page: PackagePage | None) -> Iterator[Move]:
    """Yield how the newest release of a package differs from the one a fact names."""
    newest = page.newest if page else None
    if page is None or newest is None:
        if fact.value != NOT_RELEASED:
            yield _move(pack, id, fact, "gone", "", None)
        return
    if fact.value == NOT_RELEASED:
        yield _move(pack, id, fact, "first", str(newest.version), newest)
        return
    recorded = _version(str(fact.value))
    if recorded is None:
        return
    if newest.version > recorded:
        kind: MoveKind = "patch" if newest.version.release[:2] == recorded.release[:2] else "release"
        yield _move(pack, id, fact, kind, str(newest.version), newest)
    elif recorded not in page.releases:
        yield _move(pack, id, fact, "gone", str(newest.version), newest)
    if (candidate := page.candidate) and candidate.version > max(recorded, newest.version):
        further = set(candidate.pythons) - set(newest.pythons)
        pythons = f" ({', '.join(f'3.{minor}' for minor in sorted(further))})" if further else ""
        yield _move(pack, id, fact, "candidate", f"{candidate.version}{pythons}", candidate)


def _move(pack: Pack, id: str, fact: Fact, kind: MoveKind, now: str, release: Release | None) -> Move:
    """Return one move of a fact, with what leans on it."""
    facts = {id}
    if kind in ("candidate", "first"):  # what a candidate changes is as much what is said of the Pythons it serves
        facts |= {other for other, entry in pack.facts.items() if entry.of == fact.of and entry.unit == "python"}
    claims = {name for name, claim in pack.claims.items() if facts & set(claim.facts)}
    if release is not None and kind in ("release", "candidate"):
        claims |= {
            name
            for name, claim in pack.claims.items()
            if (allowed := claim.applies_to.get(fact.of))
            and not SpecifierSet(allowed).contains(release.version.base_version, prereleases=True)
            and SpecifierSet(allowed).contains(str(fact.value), prereleases=True)
        }
    constraints = {name for name, constraint in pack.constraints.items() if facts & set(constraint.facts)}
    return Move(
        package=fact.of,
        kind=kind,
        was=str(fact.value),
        now=now,
        read=fact.as_of,
        uploaded=release.uploaded if release else None,
        facts=tuple(sorted(facts)),
        claims=tuple(sorted(claims)),
        constraints=tuple(sorted(constraints)),
    )


def _moves_of_lines(pack: Pack, snapshot: IndexSnapshot) -> Iterator[Move]:
    """Yield where the newest release of a package lies outside of what a line of START allows."""
    lines: dict[tuple[str, str], None] = dict.fromkeys(
        (requirement.name, str(requirement.specifier)) for requirement in _requirements(pack) if requirement.specifier
    )
    for name, bounds in lines:
        page = snapshot.page(name) if snapshot.covers(name) else None
        if page and (final := page.newest_final) and not SpecifierSet(bounds).contains(final.version):
            yield Move(package=name, kind="bound", was=bounds, now=str(final.version), uploaded=final.uploaded)


def _requirements(pack: Pack) -> Iterator[Requirement]:
    """Yield every requirement that a line of START may name."""
    for candidate in pack.candidates.values():
        yield from (Requirement(str(requirement)) for requirement in requirements_of(candidate.install))
    for rule in pack.install_rules.values():
        yield from map(Requirement, (*filter(None, (rule.take,)), *rule.adds))
    for target in pack.targets.values():
        yield from map(Requirement, target.install)


def _is_of_index(fact: Fact) -> bool:
    """Return whether a number can be looked up on an index of Python packages."""
    return fact.unit in ("release", "python") and fact.source in ("pypi", "pip-resolve")


def _version(text: str) -> Version | None:
    """Return a version; None for what is none."""
    try:
        return Version(text)
    except InvalidVersion:
        return None
