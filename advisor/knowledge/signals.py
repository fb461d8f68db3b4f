"""The signals of packs, read only where a repository is scanned or a pack is checked: no answer waits for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from advisor.errors import InputError, Problem
from advisor.knowledge.folder import Folder, KnowledgeFile
from advisor.knowledge.pack import Pack
from advisor.knowledge.pack_files import Schema
from advisor.knowledge.signal import Signal
from advisor.text import did_you_mean, short

FOLDER = "signals"
SCHEMA = Schema(files={}, folders={FOLDER: Signal}, nested=False)


class Signals(Struct, frozen=True):
    """The signals of packs.

    Attributes:
        signals: each by its id; one of a later pack stands for that of an earlier one.
        files: the file each was read from, and what is wrong with it.
        problems: what is wrong with them, in order of place.
    """

    signals: Mapping[str, Signal]
    files: Mapping[str, KnowledgeFile]
    problems: tuple[Problem, ...]


def load_signals(pack: Pack) -> Mapping[str, Signal]:
    """Return the signals of a pack and the overlays on it.

    Raises:
        InputError: all problems of all files at once, each with file:line:column.
    """
    found_signals = read_signals(pack.folders, pack)
    if found_signals.problems:
        raise InputError(found_signals.problems)
    return found_signals.signals


def read_signals(folders: Sequence[Path], pack: Pack) -> Signals:
    """Read the signals of packs.

    Args:
        folders: their roots, in order of precedence: a file of a later one stands for that of an earlier one.
        pack: the questions that signals may answer.
    """
    files: dict[str, KnowledgeFile] = {}
    problems: list[Problem] = []
    for folder in folders:
        if not (folder / FOLDER).is_dir() or (folder / FOLDER).is_symlink():
            continue  # a link has been refused with the pack itself
        parsed, refused = Folder(folder, SCHEMA, folder.name).parse_all_files(FOLDER)
        problems += [*refused, *(problem for file in parsed for problem in file.problems)]
        files |= {file.id: file for file in parsed if not file.problems}
    for file in files.values():
        problems += _unknown_names(file, pack, files)
    return Signals({id: file.record for id, file in files.items()}, files, tuple(sorted(problems)))


def _unknown_names(file: KnowledgeFile, pack: Pack, files: Mapping[str, KnowledgeFile]) -> Iterator[Problem]:
    """Yield the questions, choices and signals that a signal names and nobody knows."""
    signal: Signal = file.record
    speaks_for = [(key, *pair) for key in ("answers", "suggests") for pair in getattr(signal, key).items()]
    for key, question, choices in speaks_for:
        if question not in pack.questions:
            place = file.source.place((key, question), key=True)
            yield Problem(place, f"unknown question `{short(question)}`", did_you_mean(question, list(pack.questions)))
            continue
        legal = pack.questions[question].choice_ids
        for choice in choices:
            if choice not in legal:
                place = file.source.place((key, question))
                yield Problem(place, f"`{short(choice)}` is no choice of {question}", did_you_mean(choice, legal))
    for key, ids in (("unless", signal.unless), ("only-with", signal.only_with)):
        for id in ids:
            if id in files and id != file.id:
                continue
            place = file.source.place((key,))
            yield Problem(place, f"unknown signal `{short(id)}`", did_you_mean(id, list(files)))
