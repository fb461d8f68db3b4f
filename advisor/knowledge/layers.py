"""Packs laid one over another: what an overlay adds, what it replaces, and which of several has the last word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from advisor.errors import InputError, Problem
from advisor.knowledge.pack import BUILT_IN, FILES, Header, Loaded, Measures, Pack, assemble, load_pack, read_folder
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
    """One folder of several, read but not yet judged."""

    folder: Path
    loaded: list[Loaded]

    @property
    def header(self) -> Header:
        """Its `pack.yaml`."""
        return next(one.record for one in self.loaded if one.name == HEADER)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with its files, each by itself; only a pack that stands alone needs all of them."""
        found = [problem for one in self.loaded for problem in one.problems]
        headers = [one for one in self.loaded if one.name == HEADER]
        alone = not headers or (headers[0].record is not None and headers[0].record.extends is None)
        fix = f"every pack has one; one that only adds to another says `extends: built-in` in {HEADER}"
        names = {one.name for one in self.loaded}
        needed = FILES if alone else (HEADER,)
        return found + [
            Problem(f"{self.folder.name}/{name}", "this file is missing", fix) for name in needed if name not in names
        ]


@cache
def known_pack(folders: tuple[Path, ...] = (BUILT_IN,)) -> Pack:
    """Return the pack that folders make together, read once per process (see `open_packs`)."""
    if len(folders) == 1 and (folders[0] == BUILT_IN or _stands_alone(folders[0])):
        return load_pack(folders[0])
    return open_packs(folders, fresh=False).pack


def open_packs(
    folders: Sequence[Path] = (BUILT_IN,), measures: Measures | None = None, *, fresh: bool = True
) -> Opened:
    """Read packs and lay them one over another.

    The pack that does not say `extends` is the base; without one it is the built-in pack. The others are overlays: they
    hold `pack.yaml` and what they add. A higher `precedence` lies on top; among equals, the one named later. What lies on
    top stands for anything with its id below.

    Args:
        folders: their roots.
        measures: what can be measured, by probe; given, every probe and measure named must be among them.
        fresh: parse everything anew, whatever an earlier reading kept.

    Raises:
        InputError: all problems of all files, each with file:line:column.
    """
    from advisor.knowledge.names import name_problems  # a pack found sound before needs none of it

    layers = [_read(folder, fresh) for folder in folders]
    problems = [problem for layer in layers for problem in layer.problems]
    if problems and not all(_is_judgeable(layer) for layer in layers):
        raise InputError(sorted(problems))  # without these no name can be judged
    layers = in_order(layers, fresh)
    sound = [[one for one in layer.loaded if not one.problems] for layer in layers]
    pack, twice = _laid(sound)
    problems += twice
    claims = {Path(one.name).stem for layer in layers for one in layer.loaded if one.name.startswith("claims/")}
    for files in sound if not twice else []:
        problems += name_problems(pack, {one.name: one.source for one in files}, claims, measures)
    if problems:
        raise InputError(sorted(set(problems)))
    places = Places()
    for files in sound:
        for one in files:
            places.add(one.name, one.source)
    return Opened(pack, places)


def in_order(layers: Sequence[Layer], fresh: bool = False) -> list[Layer]:
    """Return layers from the lowest to the highest, the built-in pack below them where none of them stands alone.

    Raises:
        InputError: two of them stand alone, two have one name, or one adds to a pack that is not there.
    """
    alone = [layer for layer in layers if layer.header.extends is None]
    over = [layer for layer in layers if layer.header.extends is not None]
    if len(alone) > 1:
        what = f"this pack stands alone, and so does {alone[0].folder.name}"
        fix = f"give one of them, or write `extends: {alone[0].header.name}` here"
        raise InputError([Problem(f"{alone[1].folder.name}/{HEADER}", what, fix)])
    ordered = sorted([*(alone or [_read(BUILT_IN, fresh)]), *over], key=lambda one: one.header.precedence)
    if problems := list(_misplaced(ordered)):
        raise InputError(problems)
    return ordered


def _misplaced(layers: Sequence[Layer]) -> Iterable[Problem]:
    names = [layer.header.name for layer in layers]
    for at, layer in enumerate(layers):
        place, header = f"{layer.folder.name}/{HEADER}", layer.header
        if header.name in names[:at]:
            yield Problem(place, f"two packs are called `{header.name}`", "rename one of them")
        elif header.extends is not None and header.extends not in (*names[:at], *names[at + 1 :]):
            others = [name for name in names if name != header.name]
            yield Problem(
                place, f"it extends `{header.extends}`, which is not there", did_you_mean(header.extends, others)
            )


def _stands_alone(folder: Path) -> bool:
    """Say whether a folder holds a pack of its own; one whose header cannot be read does: reading it says what is wrong."""
    try:
        value = parse_yaml((folder / HEADER).read_bytes(), HEADER).value
    except (OSError, InputError):
        return True
    return not isinstance(value, dict) or "extends" not in value


def _read(folder: Path, fresh: bool) -> Layer:
    return Layer(folder, read_folder(folder, fresh)[0])


def _is_judgeable(layer: Layer) -> bool:
    """Say whether the files that hold the vocabulary are sound, so that the names in the others can be judged."""
    sound = {one.name for one in layer.loaded if not one.problems}
    vocabulary = {one.name for one in layer.loaded if "/" not in one.name}
    return HEADER in sound and vocabulary <= sound and (layer.header.extends is not None or set(FILES) <= sound)


def _laid(layers: Sequence[list[Loaded]]) -> tuple[Pack, list[Problem]]:
    """Put every layer together and lay them over one another; return the problems of ids used twice in one of them."""
    problems: list[Problem] = []
    packs = []
    for loaded in layers:
        pack, twice = assemble(loaded)
        packs.append(pack)
        problems += twice
    whole = packs[0]
    for over, loaded in zip(packs[1:], layers[1:], strict=True):
        problems += _other_kinds(whole, over, loaded)
        whole = laid_over(whole, over)
    return whole, problems


def _other_kinds(below: Pack, over: Pack, loaded: list[Loaded]) -> Iterable[Problem]:
    source = {one.name: one.source for one in loaded}
    for id, name in over.files.items():
        under = below.files.get(id, name)
        if under.split("/")[0] != name.split("/")[0]:
            what = f"the pack below has another thing of this name: {under}"
            yield Problem(source[name].place(), what, "rename one, or put it in the same folder to replace it")


def laid_over(below: Pack, over: Pack) -> Pack:
    """Return two packs as one: what is on top stands for what has its id below, everything else is added."""
    digest = sha256(f"{below.digest} {over.digest}".encode()).hexdigest()
    return Pack(
        header=below.header,
        overlays=(*below.overlays, over.header),
        digest=digest,
        questions={**below.questions, **over.questions},
        impossible=below.impossible + over.impossible,
        frameworks={**below.frameworks, **over.frameworks},
        candidates={**below.candidates, **over.candidates},
        criteria={**below.criteria, **over.criteria},
        sources={**below.sources, **over.sources},
        needs={**below.needs, **over.needs},
        constraints={**below.constraints, **over.constraints},
        claims={**below.claims, **over.claims},
        files={**below.files, **over.files},
        defaults={**below.defaults, **over.defaults},
    )
