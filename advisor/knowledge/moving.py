"""What becomes of a framework's names when it is left (`moving/`), read only where a repository is scanned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from msgspec import field

from advisor.errors import InputError, Problem
from advisor.knowledge.folder import Folder
from advisor.knowledge.pack import Pack
from advisor.knowledge.pack_files import Schema
from advisor.record import Limits, Names, Record, ShortString
from advisor.text import Text, did_you_mean, short

FOLDER = "moving"


class GoneNames(Record, frozen=True, kw_only=True):
    """Names that a framework no longer has.

    Attributes:
        names: dotted; a `*` stands for anything.
        methods: of objects of the framework, in files that use it: `fit_generator`.
        arguments: of its functions and classes: `keras.optimizers.*(lr=)`.
        since: from which version on.
        instead: what is written today.
        source: where that was read.
    """

    names: Names = ()
    methods: Names = ()
    arguments: Names = ()
    since: ShortString
    instead: Text
    source: ShortString

    def __post_init__(self) -> None:
        if not (self.names or self.methods or self.arguments):
            raise ValueError("nothing is gone: give names, methods or arguments; good: methods: [fit_generator]")


class Moving(Record, frozen=True, kw_only=True):
    """The names of one framework.

    Attributes:
        modules: what they begin with.
        gone: those it no longer has.
        only_here: those that no other framework has a counterpart of: the work around them is designed anew.
        same_elsewhere: framework → names that are called the same there, save for what they begin with.
        counterparts: name → framework → what stands for it there.
    """

    modules: Annotated[Names, Limits(min_length=1)]
    gone: tuple[GoneNames, ...] = ()
    only_here: Names = ()
    same_elsewhere: dict[ShortString, Names] = field(default_factory=dict)
    counterparts: dict[ShortString, dict[ShortString, ShortString]] = field(default_factory=dict)


SCHEMA = Schema(files={}, folders={FOLDER: Moving}, nested=False)


def load_moving(pack: Pack) -> Mapping[str, Moving]:
    """Return the names of every framework that a pack or an overlay on it has a file for, by framework.

    Raises:
        InputError: all problems of all files at once, each with file:line:column.
    """
    moving, problems = read_moving(pack.folders, pack)
    if problems:
        raise InputError(problems)
    return moving


def read_moving(folders: Sequence[Path], pack: Pack) -> tuple[dict[str, Moving], list[Problem]]:
    """Read these files of packs, of which a later one stands for an earlier; return them by framework, and what is wrong with them."""
    moving: dict[str, Moving] = {}
    problems: list[Problem] = []
    for folder in folders:
        if not (folder / FOLDER).is_dir() or (folder / FOLDER).is_symlink():
            continue
        parsed, refused = Folder(folder, SCHEMA, folder.name).parse_all_files(FOLDER)
        problems += [*refused, *(problem for file in parsed for problem in file.problems)]
        for file in parsed:
            if file.problems:
                continue
            moving[file.id] = file.record
            named = [(file.id, ()), *((id, ("same-elsewhere", id)) for id in file.record.same_elsewhere)]
            named += [
                (id, ("counterparts", name, id)) for name, others in file.record.counterparts.items() for id in others
            ]
            for id, path in named:
                if id not in pack.frameworks:
                    problems.append(
                        Problem(
                            file.source.place(path, key=True),
                            f"unknown framework `{short(id)}`",
                            did_you_mean(id, list(pack.frameworks)),
                        )
                    )
            for at, gone in enumerate(file.record.gone):
                if gone.source.split(" ")[0] not in pack.sources:
                    problems.append(
                        Problem(
                            file.source.place(("gone", at, "source")),
                            f"unknown source `{short(gone.source)}`",
                            did_you_mean(gone.source, list(pack.sources)),
                        )
                    )
    return moving, sorted(problems)
