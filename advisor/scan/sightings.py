"""Which signals fire in a repository, and what each of them saw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Literal

from msgspec import Struct
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from advisor.knowledge.package import normalise
from advisor.knowledge.signal import KINDS, Kind, Signal
from advisor.scan.facts import Fact, Repository
from advisor.scan.patterns import is_below, matches_any


class Sighting(Struct, frozen=True):
    """A signal that fired, and the facts it saw."""

    id: str
    signal: Signal
    facts: tuple[Fact, ...]

    @property
    def count(self) -> int:
        """How often it was seen."""
        return sum(fact.count for fact in self.facts)


def find_sightings(repository: Repository, signals: Mapping[str, Signal]) -> dict[str, Sighting]:
    """Return the signals that fire, by id.

    Args:
        repository: what was seen.
        signals: all signals.
    """
    matcher = _Matcher(repository)
    fired: dict[str, Sighting] = {}
    undecided = dict(signals)
    while undecided:  # a signal waits for those it depends on
        ready = {
            id: signal for id, signal in undecided.items() if not {*signal.unless, *signal.only_with} & set(undecided)
        }
        for id, signal in list((ready or undecided).items()):
            silenced = not fired.keys().isdisjoint(signal.unless) or (
                signal.only_with and fired.keys().isdisjoint(signal.only_with)
            )
            if not silenced and (facts := matcher.facts_of(signal)):
                fired[id] = Sighting(id, signal, facts)
            del undecided[id]
    return {id: fired[id] for id in signals if id in fired}


class _Matcher(Struct, frozen=True, dict=True):
    """Looks the patterns of signals up in the facts of a repository."""

    repository: Repository

    @cached_property
    def facts_by_kind(self) -> Mapping[str, Sequence[Fact]]:
        """The facts by kind."""
        facts: dict[str, list[Fact]] = {}
        for fact in self.repository.facts:
            facts.setdefault(fact.kind, []).append(fact)
        return facts

    @cached_property
    def facts_by_value(self) -> Mapping[str, Mapping[str, Sequence[Fact]]]:
        """The facts by kind and value: a value is looked up once, however many files hold it."""
        by_value: dict[str, dict[str, list[Fact]]] = {}
        for kind, facts in self.facts_by_kind.items():
            for fact in facts:
                by_value.setdefault(kind, {}).setdefault(fact.value, []).append(fact)
        return by_value

    @cached_property
    def imports_by_file(self) -> Mapping[str, frozenset[str]]:
        """The modules each file imports, in whatever way."""
        imports: dict[str, set[str]] = {}
        for fact in self.facts_by_kind.get("imports", ()):
            if not self._is_own(fact.value):
                imports.setdefault(fact.path, set()).add(fact.value)
        return {path: frozenset(modules) for path, modules in imports.items()}

    @cached_property
    def core_imports(self) -> frozenset[str]:
        """The modules that the code of the project itself imports without condition."""
        return frozenset(
            fact.value
            for fact in self.facts_by_kind.get("imports", ())
            if fact.standing in ("plain", "inside-functions") and fact.region == "core" and not self._is_own(fact.value)
        )

    @cached_property
    def names_by_file(self) -> Mapping[str, frozenset[str]]:
        """The dotted names each file uses."""
        names: dict[str, set[str]] = {}
        for kind in ("names", "imports"):
            for fact in self.facts_by_kind.get(kind, ()):
                names.setdefault(fact.path, set()).add(fact.value)
        return {path: frozenset(used) for path, used in names.items()}

    def facts_of(self, signal: Signal) -> tuple[Fact, ...]:
        """Return what a signal saw where it fires; else nothing."""
        facts = [fact for kind in KINDS for fact in self._seen(signal, kind)]
        if sum(fact.count for fact in facts) < signal.least:
            return ()
        if len({fact.value.partition(".")[0] for fact in facts}) < signal.least_different:
            return ()
        return tuple(
            sorted(
                facts,
                key=lambda fact: (
                    KINDS.index(fact.kind) if fact.kind in KINDS else 99,
                    -fact.count,
                    fact.path.count("/"),  # what lies at the top says most
                    fact.path,
                    fact.line,
                ),
            )
        )

    def _seen(self, signal: Signal, kind: Kind) -> Iterator[Fact]:
        patterns = signal.patterns(kind)
        if not patterns:
            return
        for value, facts in self.facts_by_value.get("requires" if kind == "pins" else kind, {}).items():
            if _agrees(value, kind, patterns):
                yield from (fact for fact in facts if self._counts(fact, signal, kind))

    def _counts(self, fact: Fact, signal: Signal, kind: Kind) -> bool:
        """Return whether a fact counts for a signal: where it stands, and what stands beside it."""
        if fact.region != "core" and fact.region not in signal.where:
            return False
        if fact.standing in ("inside-functions", "guarded") and fact.standing not in signal.where:
            return False
        if fact.standing == "optional" or (fact.standing == "locked" and kind != "pins"):
            return False
        if signal.paths and not matches_any(fact.path, signal.paths):
            return False
        if kind in ("imports", "names") and self._is_own(fact.value):
            return False
        if signal.along_with and not self._any_below("imports", fact.path, signal.along_with):
            return False
        return kind != "imports" or self._trains(fact, signal)

    def _trains(self, fact: Fact, signal: Signal) -> bool:
        """Return whether a file that imports a framework uses it for more than data, or nothing else could be meant."""
        if not signal.trains_with or not self._any_below("core", "", signal.competes_with):
            return True
        return self._any_below("names", fact.path, signal.trains_with)

    @cached_property
    def answers_of_files(self) -> dict[tuple[str, str, tuple[str, ...]], bool]:
        """What `_any_below` has answered: it is asked again for every fact of a file."""
        return {}

    def _any_below(self, of: Literal["imports", "names", "core"], path: str, modules: tuple[str, ...]) -> bool:
        """Return whether a file imports or names something of some modules, or the code of the project as a whole imports it."""
        key = (of, path, modules)
        if key not in self.answers_of_files:
            by_file = self.imports_by_file if of == "imports" else self.names_by_file
            names = self.core_imports if of == "core" else by_file.get(path, frozenset())
            self.answers_of_files[key] = any(is_below(name, modules) for name in names)
        return self.answers_of_files[key]

    def _is_own(self, dotted: str) -> bool:
        return dotted.partition(".")[0] in self.repository.own_modules


def _agrees(value: str, kind: Kind, patterns: tuple[str, ...]) -> bool:
    """Return whether what was seen is what one of some patterns says."""
    if kind == "imports":
        return is_below(value, patterns)
    if kind == "requires":
        return matches_any(requirement_name(value), patterns)
    if kind == "pins":
        return any(_is_pinned_below(value, pattern) for pattern in patterns)
    return matches_any(value, patterns)


@cache
def requirement_name(requirement: str) -> str:
    """Return the name in a requirement, `torch` of `torch>=2.1`."""
    return re.split(r"[^A-Za-z0-9.\[\]-]", requirement, maxsplit=1)[0]


def specifier_of(requirement: str) -> SpecifierSet | None:
    """Return the versions a requirement allows; None where that cannot be read."""
    try:
        return SpecifierSet(requirement[len(requirement_name(requirement)) :])
    except InvalidSpecifier:
        return None


def _is_pinned_below(requirement: str, pattern: str) -> bool:
    """Return whether a requirement, `tensorflow==1.15`, allows only versions below the bound of a pattern, `tensorflow<2`."""
    name, _, bound = pattern.partition("<")
    specifier = specifier_of(requirement)
    if requirement_name(requirement) != normalise(name) or not specifier:
        return False
    try:
        limit = Version(bound)
        highest = [
            Version(part.version.removesuffix(".*"))
            for part in specifier
            if part.operator in ("==", "<", "<=", "~=", "===")
        ]
    except InvalidVersion:
        return False
    exclusive = {Version(part.version) for part in specifier if part.operator == "<"}
    return any(version < limit or (version == limit and version in exclusive) for version in highest)
