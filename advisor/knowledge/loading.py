"""Packs read from their folders: whole or not at all, from the cache where their contents were found sound before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from advisor.errors import InputError, Problem
from advisor.files import read_untrusted_file
from advisor.knowledge.compiled import cache_records, read_cached_records
from advisor.knowledge.folder import Folder, KnowledgeFile, digest_of, resolve_folders
from advisor.knowledge.layers import (
    HEADER,
    Layer,
    header_of,
    is_overlay,
    merge_layers,
    order_layers,
    redefines_vocabulary,
)
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.knowledge.pack_files import PACK_SCHEMA
from advisor.knowledge.places import Places
from advisor.knowledge.yaml_source import MAX_BYTES, parse_yaml

Measures = Mapping[str, Collection[str]]
"""What can be measured, by probe."""


class Opened(Struct, frozen=True):
    """A pack, and where everything in it is written."""

    pack: Pack
    places: Places


def load_known_pack(folders: Sequence[Path] = (BUILT_IN,)) -> Pack:
    """Return the pack that folders make together, read once per process (see `open_packs`)."""
    return load_resolved_pack(resolve_folders(folders))


@cache
def load_resolved_pack(folders: tuple[Path, ...]) -> Pack:
    """Return the pack of folders that are already resolved, read once per process."""
    return open_packs(folders, fresh=False).pack


def load_pack(folder: Path = BUILT_IN, measures: Measures | None = None, *, fresh: bool = False) -> Pack:
    """Read the pack of one folder (see `open_packs`)."""
    return open_packs((folder,), measures, fresh=fresh).pack


def open_packs(
    folders: Sequence[Path] = (BUILT_IN,), measures: Measures | None = None, *, fresh: bool = True
) -> Opened:
    """Read packs and lay them one over another.

    The pack that does not say `extends` is the base; without one it is the built-in pack. The others are overlays: they
    hold `pack.yaml` and what they add. The higher `precedence` lies on top; among equals, the one named later. What lies on
    top replaces anything below that has its id; everything else is added.

    Args:
        folders: their roots.
        measures: what can be measured, by probe; given, every probe and measure named must be among them.
        fresh: parse everything anew, whatever an earlier reading kept; without it the places of such a reading are not known.

    Raises:
        InputError: all problems of all files, each with file:line:column.
    """
    fresh = fresh or measures is not None
    roots, built_in = resolve_folders(folders), BUILT_IN.resolve()
    contents_by_root = {root: _read_contents(root) for root in dict.fromkeys((*roots, built_in))}
    together = digest_of({str(at): c.digest.encode() for at, c in enumerate(contents_by_root.values())})
    layers = [_make_layer(contents_by_root[root], together, fresh) for root in roots]
    problems = [problem for layer in layers for problem in layer.problems]
    if not all(layer.has_sound_vocabulary for layer in layers):
        raise InputError(sorted(problems))
    changed = any(redefines_vocabulary(layer) for layer in layers if not layer.recalled)
    base = _make_layer(contents_by_root[built_in], together, fresh or changed) if all(map(is_overlay, layers)) else None
    layers = order_layers(layers, base)
    pack, id_problems = merge_layers(layers)
    problems += id_problems or _find_unknown_names(pack, layers, measures)
    if problems:
        raise InputError(sorted(set(problems)))
    for layer in layers:
        if not layer.recalled:  # sound by itself, or with just these others
            digest = layer.digest if len(layers) == 1 else f"{layer.digest} {together}"
            cache_records(digest, {file.name: file.record for file in layer.files})
    return Opened(pack, _collect_places(layers))


def is_overlay_folder(folder: Path) -> bool:
    """Return whether a folder holds an overlay; False where its header cannot be read."""
    try:
        value = parse_yaml(read_untrusted_file(folder / HEADER, MAX_BYTES), HEADER).value
    except (OSError, InputError):
        return False
    return isinstance(value, dict) and "extends" in value


class _Contents(Struct, frozen=True):
    """The files of a folder, read and not yet parsed.

    Attributes:
        refused: the problems of files that are not read.
    """

    folder: Folder
    digest: str
    files: Mapping[str, bytes]
    refused: Sequence[Problem]


def _read_contents(root: Path) -> _Contents:
    """Read the files of a folder."""
    folder = Folder(root, PACK_SCHEMA, root.name)
    files, refused = folder.read_contents()
    return _Contents(folder, digest_of(files), files, refused)


def _make_layer(contents: _Contents, together: str, fresh: bool) -> Layer:
    """Make a layer of a folder's files: from the cache, or by parsing them.

    Args:
        contents: the folder's files.
        together: the digest of all folders that are laid one over another here.
        fresh: parse them, whatever is in the cache.
    """
    digest, files = contents.digest, contents.files
    for kept_as in () if fresh or contents.refused else (digest, f"{digest} {together}"):
        if (records := read_cached_records(kept_as, files)) is not None:
            recalled = [KnowledgeFile(name, record) for name, record in records.items()]
            return Layer(contents.folder, digest, recalled, recalled=True)
    parsed = [contents.folder.parse_file(name, content) for name, content in files.items()]
    return Layer(contents.folder, digest, parsed, contents.refused)


def _find_unknown_names(pack: Pack, layers: Sequence[Layer], measures: Measures | None) -> list[Problem]:
    """Return every unknown name; layers found sound before are not checked again."""
    if all(layer.recalled for layer in layers):
        return []
    from advisor.knowledge.names import find_name_problems  # a pack found sound before needs none of it

    claims = {Path(name).stem for layer in layers for name in layer.file_names if name.startswith("claims/")}
    problems: list[Problem] = []
    for layer in layers:
        if not layer.recalled:
            problems += find_name_problems(
                pack, {file.name: file.source for file in layer.sound_files}, claims, measures
            )
    return problems


def _collect_places(layers: Sequence[Layer]) -> Places:
    """Return where every record of the layers is written."""
    places = Places()
    for layer in layers:
        for file in layer.sound_files if not layer.recalled else ():
            places.add_file(file.name, file.source, header_of(layer).name)
    return places
