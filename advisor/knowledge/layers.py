"""Packs laid one over another: what an overlay adds, what it replaces, and which of several has the last word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from advisor.errors import InputError, Problem
from advisor.knowledge.compiled import recall
from advisor.knowledge.pack import (
    BUILT_IN,
    Loaded,
    Measures,
    Pack,
    assemble,
    contents_of,
    digest_of,
    load_file,
    load_pack,
)
from advisor.knowledge.pack_files import FILES, Header
from advisor.knowledge.places import Places
from advisor.knowledge.yaml_source import parse_yaml
from advisor.text import did_you_mean

HEADER = "pack.yaml"


@dataclass(frozen=True)
class Opened:
    """A pack, and where everything in it is written."""

    pack: Pack
    places: Places


@dataclass(frozen=True)
class Layer:
    """One folder of several: its files, read but not yet judged together."""

    folder: Path
    digest: str
    loaded: Sequence[Loaded]
    refused: Sequence[Problem]
    recalled: bool
    """Found sound before, and not parsed again."""

    @property
    def sound(self) -> list[Loaded]:
        """The files that are right by themselves."""
        return [one for one in self.loaded if not one.problems]

    @property
    def header(self) -> Header | None:
        """Its `pack.yaml`, if that is sound."""
        found: list[Header] = [one.record for one in self.sound if one.name == HEADER]
        return found[0] if found else None

    @property
    def missing(self) -> list[str]:
        """The files it should have; only a pack that stands alone needs all of them."""
        names = {one.name for one in self.loaded} | {problem.place.partition("/")[2] for problem in self.refused}
        overlay = self.header is not None and self.header.extends is not None
        return [name for name in ([HEADER] if overlay else FILES) if name not in names]

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with its files, each by itself."""
        fix = f"every pack has one; a pack that adds to another says `extends: built-in` in {HEADER}"
        missing = [Problem(f"{self.folder.name}/{name}", "this file is missing", fix) for name in self.missing]
        return [*self.refused, *missing, *(problem for one in self.loaded for problem in one.problems)]

    @property
    def judgeable(self) -> bool:
        """Whether its vocabulary is sound, so that the names in its rules and claims can be judged."""
        vocabulary = {one.name for one in self.loaded if "/" not in one.name}
        return not self.missing and vocabulary <= {one.name for one in self.sound}


@cache
def known_pack(folders: tuple[Path, ...] = (BUILT_IN,)) -> Pack:
    """Return the pack that folders make together, read once per process (see `open_packs`)."""
    if len(folders) == 1 and (folders[0] == BUILT_IN or not is_overlay(folders[0])):
        return load_pack(folders[0])
    return open_packs(folders, fresh=False).pack


def is_overlay(folder: Path) -> bool:
    """Say whether a folder adds to another pack; where its header cannot be read, reading the pack says what is wrong."""
    try:
        value = parse_yaml((folder / HEADER).read_bytes(), HEADER).value
    except (OSError, InputError):
        return False
    return isinstance(value, dict) and "extends" in value


def open_packs(
    folders: Sequence[Path] = (BUILT_IN,), measures: Measures | None = None, *, fresh: bool = True
) -> Opened:
    """Read packs and lay them one over another.

    The pack that does not say `extends` is the base; without one it is the built-in pack. The others are overlays: they
    hold `pack.yaml` and what they add. The higher `precedence` lies on top; among equals, the one named later. What lies on
    top stands for anything below that has its id; everything else is added.

    Args:
        folders: their roots.
        measures: what can be measured, by probe; given, every probe and measure named must be among them.
        fresh: parse everything anew, whatever an earlier reading kept; without it the places of such a reading are not known.

    Raises:
        InputError: all problems of all files, each with file:line:column.
    """
    layers = [_layer(folder, fresh) for folder in folders]
    problems = [problem for layer in layers for problem in layer.problems]
    if not all(layer.judgeable for layer in layers):
        raise InputError(sorted(problems))
    layers = in_order(layers, fresh)
    pack, twice = _laid(layers)
    problems += twice or _unknown_names(pack, layers, measures)
    if problems:
        raise InputError(sorted(set(problems)))
    places = Places()
    for layer in layers:
        for one in layer.sound if not layer.recalled else ():
            places.add(one.name, one.source, _header(layer).name)
    return Opened(pack, places)


def in_order(layers: Sequence[Layer], fresh: bool = True) -> list[Layer]:
    """Return layers from the lowest to the highest, the built-in pack below them where none of them stands alone.

    Raises:
        InputError: two of them stand alone, two have one name, or one adds to a pack that is not there.
    """
    alone = [layer for layer in layers if _header(layer).extends is None]
    over = [layer for layer in layers if _header(layer).extends is not None]
    if len(alone) > 1:
        what = f"this pack stands alone, and so does {alone[0].folder.name}"
        fix = f"give one of them, or write `extends: {_header(alone[0]).name}` here"
        raise InputError([Problem(f"{alone[1].folder.name}/{HEADER}", what, fix)])
    base = alone or [_layer(BUILT_IN, fresh or any(map(_redefines, over)))]
    ordered = sorted([*base, *over], key=lambda layer: _header(layer).precedence)
    if problems := list(_misplaced(ordered)):
        raise InputError(problems)
    return ordered


def laid_over(below: Pack, over: Pack) -> Pack:
    """Return two packs as one: what is on top stands for what has its id below, everything else is added."""
    return Pack(
        header=below.header,
        overlays=(*below.overlays, over.header, *over.overlays),
        digest=sha256(f"{below.digest} {over.digest}".encode()).hexdigest(),
        questions={**below.questions, **over.questions},
        impossible=below.impossible + over.impossible,
        frameworks={**below.frameworks, **over.frameworks},
        candidates={**below.candidates, **over.candidates},
        criteria={**below.criteria, **over.criteria},
        sources={**below.sources, **over.sources},
        needs={**below.needs, **over.needs},
        constraints={**below.constraints, **over.constraints},
        claims={**below.claims, **over.claims},
        contradictions={**below.contradictions, **over.contradictions},
        units={**below.units, **over.units},
        facts={**below.facts, **over.facts},
        files={**below.files, **over.files},
        defaults={**below.defaults, **over.defaults},
    )


def _layer(folder: Path, fresh: bool) -> Layer:
    contents, refused = contents_of(folder)
    digest = digest_of(contents)
    known = None if fresh or refused else recall(digest, contents)
    if known is not None:
        loaded = [Loaded(name, content, known[name]) for name, content in contents.items()]
        return Layer(folder, digest, loaded, (), True)
    loaded = [load_file(folder, name, content) for name, content in contents.items()]
    return Layer(folder, digest, loaded, refused, False)


def _header(layer: Layer) -> Header:
    assert layer.header is not None
    return layer.header


def _redefines(layer: Layer) -> bool:
    """Say whether an overlay brings vocabulary, so that the names below it have to be judged again."""
    return any("/" not in one.name and one.name != HEADER for one in layer.loaded)


def _misplaced(layers: Sequence[Layer]) -> Iterator[Problem]:
    names = [_header(layer).name for layer in layers]
    for at, layer in enumerate(layers):
        place, header = f"{layer.folder.name}/{HEADER}", _header(layer)
        others = [*names[:at], *names[at + 1 :]]
        if header.name in names[:at]:
            yield Problem(place, f"two packs are called `{header.name}`", "rename one of them")
        elif header.extends is not None and header.extends not in others:
            what = f"it extends `{header.extends}`, which is not among the packs"
            yield Problem(place, what, did_you_mean(header.extends, others))


def _laid(layers: Sequence[Layer]) -> tuple[Pack, list[Problem]]:
    """Put every layer together and lay them over one another; return what is wrong with their ids."""
    problems: list[Problem] = []
    whole: Pack | None = None
    for layer in layers:
        pack, twice = assemble(layer.sound, layer.digest)
        problems += twice
        if whole is not None:
            problems += _other_kinds(whole.files, pack.files, layer)
        whole = pack if whole is None else laid_over(whole, pack)
    assert whole is not None
    return whole, problems


def _other_kinds(below: Mapping[str, str], over: Mapping[str, str], layer: Layer) -> Iterator[Problem]:
    for id, name in over.items():
        if (under := below.get(id, name)).split("/")[0] != name.split("/")[0]:
            what = f"the pack below has another thing of this name: {under}"
            fix = "rename one, or put it in the same folder to replace that one"
            yield Problem(f"{layer.folder.name}/{name}:1:1", what, fix)


def _unknown_names(pack: Pack, layers: Sequence[Layer], measures: Measures | None) -> list[Problem]:
    """Return every name nobody knows; what was found sound before is passed over."""
    from advisor.knowledge.names import name_problems  # a pack found sound before needs none of it

    claims = {Path(one.name).stem for layer in layers for one in layer.loaded if one.name.startswith("claims/")}
    problems: list[Problem] = []
    for layer in layers:
        if not layer.recalled:
            problems += name_problems(pack, {one.name: one.source for one in layer.sound}, claims, measures)
    return problems
