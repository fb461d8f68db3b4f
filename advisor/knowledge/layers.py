"""Packs laid one over another: what an overlay adds, what it replaces, and which of several wins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import sha256

from msgspec import Struct

from advisor.errors import InputError, Problem
from advisor.knowledge.assembly import assemble_pack
from advisor.knowledge.folder import Folder, KnowledgeFile
from advisor.knowledge.installing import InstallRule
from advisor.knowledge.pack import Pack
from advisor.knowledge.pack_files import FILES, OPTIONAL, Header
from advisor.text import did_you_mean

HEADER = "pack.yaml"


class Layer(Struct, frozen=True, dict=True):
    """One folder of several: its files, read but not yet judged together.

    Attributes:
        files: those that can be read, sound or not.
        refused: the problems of files that are not read.
        recalled: whether the records come from the cache, where they were found sound before; they are not parsed again.
    """

    folder: Folder
    digest: str
    files: Sequence[KnowledgeFile]
    refused: Sequence[Problem] = ()
    recalled: bool = False

    @property
    def label(self) -> str:
        """The name of its folder, for messages."""
        return self.folder.label

    @cached_property
    def sound_files(self) -> list[KnowledgeFile]:
        """The files without problems."""
        return [file for file in self.files if not file.problems]

    @cached_property
    def header(self) -> Header | None:
        """Its `pack.yaml`; None where that is missing or has problems."""
        headers: list[Header] = [file.record for file in self.sound_files if file.name == HEADER]
        return headers[0] if headers else None

    @cached_property
    def file_names(self) -> set[str]:
        """The names of all its files, those with problems included."""
        return {file.name for file in self.files} | {problem.place.partition("/")[2] for problem in self.refused}

    @property
    def missing_files(self) -> list[str]:
        """The files it should have and does not; an overlay needs only `pack.yaml`."""
        if self.header is None and HEADER in self.file_names:
            return []
        overlay = self.header is not None and self.header.extends is not None
        return [name for name in ([HEADER] if overlay else FILES) if name not in self.file_names]

    @property
    def problems(self) -> list[Problem]:
        """The problems of its files, each taken by itself."""
        fix = f"every pack has one; a pack that adds to another says `extends: built-in` in {HEADER}"
        missing_file_problems = [
            Problem(f"{self.label}/{name}", "this file is missing", fix) for name in self.missing_files
        ]
        return [*self.refused, *missing_file_problems, *(problem for file in self.files for problem in file.problems)]

    @property
    def has_sound_vocabulary(self) -> bool:
        """Whether the files that define names are there and sound, so that the names in rules and claims can be checked."""
        vocabulary = self.file_names & {*FILES, *OPTIONAL}
        return not self.missing_files and vocabulary <= {file.name for file in self.sound_files}


def order_layers(layers: Sequence[Layer], base: Layer | None) -> list[Layer]:
    """Return layers from the lowest to the highest.

    Args:
        layers: layers whose vocabulary is sound.
        base: the pack that lies below them where all of them are overlays.

    Raises:
        InputError: two of them are no overlays, two have one name, or one extends a pack that is not there.
    """
    bases = [layer for layer in layers if not is_overlay(layer)]
    if len(bases) > 1:
        first, second = bases[:2]
        problem = f"this pack stands alone, and so does {first.label}"
        fix = f"give one of them, or write `extends: {header_of(first).name}` here"
        raise InputError([Problem(f"{second.label}/{HEADER}", problem, fix)])
    lowest = bases or [base] if base is not None else bases
    overlays = [layer for layer in layers if is_overlay(layer)]
    ordered = sorted([*lowest, *overlays], key=lambda layer: header_of(layer).precedence)
    if problems := list(_misplaced_headers(ordered)):
        raise InputError(problems)
    return ordered


def merge_layers(layers: Sequence[Layer]) -> tuple[Pack, list[Problem]]:
    """Merge layers into one pack, the lowest first.

    Returns:
        The pack, and what is wrong with the ids.
    """
    problems: list[Problem] = []
    merged: Pack | None = None
    for layer in layers:
        pack_of_layer, id_problems = assemble_pack(layer.folder.path, layer.sound_files, layer.digest)
        problems += id_problems
        if merged is not None:
            problems += _conflicting_ids(merged.files, pack_of_layer.files, layer)
        merged = pack_of_layer if merged is None else overlay_pack(merged, pack_of_layer)
    assert merged is not None
    return merged, problems


def overlay_pack(below: Pack, above: Pack) -> Pack:
    """Return two packs as one: a record of the upper pack replaces the lower pack's record with its id, or else is added."""
    return Pack(
        header=below.header,
        overlays=(*below.overlays, above.header, *above.overlays),
        layers={**below.layers, **above.layers},
        overlaid={**below.overlaid, **dict.fromkeys(above.files, above.header.name)},
        digest=sha256(f"{below.digest} {above.digest}".encode()).hexdigest(),
        questions={**below.questions, **above.questions},
        impossible=below.impossible + above.impossible,
        frameworks={**below.frameworks, **above.frameworks},
        candidates={**below.candidates, **above.candidates},
        criteria={**below.criteria, **above.criteria},
        sources={**below.sources, **above.sources},
        needs={**below.needs, **above.needs},
        constraints={**below.constraints, **above.constraints},
        claims={**below.claims, **above.claims},
        contradictions={**below.contradictions, **above.contradictions},
        units={**below.units, **above.units},
        facts={**below.facts, **above.facts},
        install_rules=_upper_first(below.install_rules, above.install_rules),
        targets={**below.targets, **above.targets},
        downloads={**below.downloads, **above.downloads},
        packages={**below.packages, **above.packages},
        workloads={**below.workloads, **above.workloads},
        files={**below.files, **above.files},
        defaults={**below.defaults, **above.defaults},
        folders=below.folders + above.folders,
    )


def _upper_first(below: Mapping[str, InstallRule], above: Mapping[str, InstallRule]) -> dict[str, InstallRule]:
    """Return all rules, those of the upper pack first: where several hold, the first one is followed."""
    return {**above, **{id: rule for id, rule in below.items() if id not in above}}


def header_of(layer: Layer) -> Header:
    """Return the `pack.yaml` of a layer whose vocabulary is sound."""
    assert layer.header is not None
    return layer.header


def is_overlay(layer: Layer) -> bool:
    """Return whether a layer whose vocabulary is sound extends another pack."""
    return header_of(layer).extends is not None


def redefines_vocabulary(layer: Layer) -> bool:
    """Return whether an overlay changes vocabulary, so that the names below it have to be checked again."""
    return any("/" not in file.name and file.name != HEADER for file in layer.files)


def _misplaced_headers(layers: Sequence[Layer]) -> Iterator[Problem]:
    """Yield the problems of layers with one name, or that extend a pack which is not there."""
    names = [header_of(layer).name for layer in layers]
    for at, layer in enumerate(layers):
        place, header = f"{layer.label}/{HEADER}", header_of(layer)
        other_names = [*names[:at], *names[at + 1 :]]
        if header.name in names[:at]:
            yield Problem(place, f"two packs are called `{header.name}`", "rename one of them")
        elif header.extends is not None and header.extends not in other_names:
            problem = f"it extends `{header.extends}`, which is not among the packs"
            yield Problem(place, problem, did_you_mean(header.extends, other_names))


def _conflicting_ids(below: Mapping[str, str], above: Mapping[str, str], layer: Layer) -> Iterator[Problem]:
    """Yield the ids that name a record of another type in the pack below."""
    for id, file_above in above.items():
        if (file_below := below.get(id, file_above)).split("/")[0] != file_above.split("/")[0]:
            problem = f"the pack below has another thing of this name: {file_below}"
            fix = "rename one, or put it in the same folder to replace that one"
            yield Problem(f"{layer.label}/{file_above}:1:1", problem, fix)
