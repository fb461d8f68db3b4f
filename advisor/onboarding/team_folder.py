"""The team's folder: which files it holds, and how they are written: all of them or none, and never over somebody's work."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from advisor.errors import Problem, StoreError
from advisor.files import UNFINISHED
from advisor.onboarding import manifest
from advisor.onboarding.decision import decision_record
from advisor.onboarding.guide import guide
from advisor.onboarding.html_report import html_report
from advisor.onboarding.kit import Kit
from advisor.onboarding.lock import EVIDENCE_NAME, LOCK_NAME, dumps, evidence_lines
from advisor.onboarding.renames import Renames
from advisor.onboarding.starter import exercises, possible_names, starter

FILES: Mapping[str, Callable[[Kit], str]] = {
    "README.md": guide,
    "DECISION.md": decision_record,
    "report.html": html_report,
    LOCK_NAME: lambda kit: dumps(kit.lock),
    EVIDENCE_NAME: lambda kit: evidence_lines(kit.evidence),
}
"""Name → what makes its content."""
FOLDERS: Mapping[str, Callable[[Kit], Mapping[str, str]]] = {"starter": starter, "exercises": exercises}
"""Name → what makes the files inside it."""
KEPT = ".kept"
REPLACED = ".replaced"
"""Where the files of an earlier decision are until all new ones are in place."""


class FolderResult(Struct, frozen=True):
    """What became of a folder.

    Attributes:
        names: what was written; a folder ends with a slash.
        kept: files that were edited since an earlier decision → where they are now.
        removed: files of an earlier decision that belong to another stack, and that nobody had edited.
    """

    names: tuple[str, ...]
    kept: Mapping[str, str]
    removed: tuple[str, ...]


def write_folder(folder: Path, kit: Kit, *, force: bool = False) -> FolderResult:
    """Write the folder whole or not at all.

    Args:
        folder: where; it may exist if it is empty, or with `force` if it holds an earlier decision.
        kit: what it is made from.
        force: replace the files of an earlier decision. What was edited since is kept aside, files of another stack go,
            and whatever else is there stays.

    Raises:
        StoreError: something is in the way, or the disk says no.
    """
    contents = {name: make(kit) for name, make in FILES.items()}
    for inside, make_all in FOLDERS.items():
        contents |= {f"{inside}/{name}": content for name, content in make_all(kit).items()}
    try:
        before = _earlier_files(folder)
        _check_target(folder, list(contents), force, before)
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=UNFINISHED))
        try:
            for name, content in {**contents, manifest.MANIFEST_NAME: manifest.manifest(contents)}.items():
                file = temporary / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content, encoding="utf-8", newline="\n")
            temporary.chmod(0o755)
            kept_as, removed = _move_into_place(temporary, folder, contents, before)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        problem = f"cannot be written: {error.strerror or error}"
        raise StoreError([Problem(str(folder), problem, "check the disk and its permissions")]) from None
    names = dict.fromkeys(re.sub(r"/.*", "/", name) for name in (*contents, manifest.MANIFEST_NAME))
    return FolderResult(tuple(names), kept_as, removed)


def _earlier_files(folder: Path) -> dict[str, str]:
    """Return what an earlier decision wrote, by the folder's manifest: only what a decision can write is believed of it."""
    possible = {*FILES, *(f"{inside}/{name}" for inside in FOLDERS for name in possible_names(inside))}
    return {name: digest for name, digest in manifest.recorded_digests(folder).items() if name in possible}


def _check_target(folder: Path, names: list[str], force: bool, before: Iterable[str]) -> None:
    """Refuse what would be written through a link or over somebody's work, before anything is changed."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise StoreError([Problem(str(folder), "this is not a folder", "name a new folder")])
    existing = [name for name in names if (folder / name).exists() or (folder / name).is_symlink()]
    touched = dict.fromkeys((*names, manifest.MANIFEST_NAME, *before))
    paths = {path.as_posix(): None for name in touched for path in (*reversed(Path(name).parents[:-1]), Path(name))}
    links = [path for path in paths if (folder / path).is_symlink()]
    if links:
        raise StoreError([Problem(str(folder / links[0]), "this is a link", "name a folder without links")])
    files = [path for path in paths if (folder / path).is_file() and path not in touched]
    folders = [name for name in touched if (folder / name).is_dir()]
    if files or folders:
        problem = "this is a folder, where a file belongs" if folders else "this is a file, where a folder belongs"
        raise StoreError([Problem(str(folder / [*folders, *files][0]), problem, "move it away")])
    if folder.exists() and not force and any(folder.iterdir()):
        problem = f"this folder is not empty{f' and holds {existing[0]}' if existing else ''}"
        raise StoreError(
            [Problem(str(folder), problem, "name a new folder, or use --force to write over an earlier decision")]
        )


def _move_into_place(
    temporary: Path, folder: Path, contents: Mapping[str, str], before: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Move what was made into place: the whole folder at once where there is none, else file by file.

    Returns:
        What was edited, with where it is kept, and what was removed.
    """
    if not folder.exists():
        temporary.rename(folder)
        return {}, ()
    edited = [
        name for name in {**before, **contents} if _is_edited(folder / name, before.get(name), contents.get(name))
    ]
    stale = [name for name in before if name not in contents and name not in edited and (folder / name).is_file()]
    with Renames() as renames:
        kept_as = {name: _set_aside(renames, folder, name) for name in edited}
        for name in stale:
            renames.rename(folder / name, temporary / REPLACED / name)
        for name in (*contents, manifest.MANIFEST_NAME):
            if (folder / name).exists():
                renames.rename(folder / name, temporary / REPLACED / name)
            renames.rename(temporary / name, folder / name)
    for name in stale:
        _drop_empty(folder / name, folder)
    return kept_as, tuple(stale)


def _is_edited(file: Path, before: str | None, content: str | None) -> bool:
    """Whether a file holds something that neither an earlier decision wrote nor this one writes."""
    ours = {before, manifest.digest(content.encode()) if content is not None else None}
    return file.is_file() and manifest.digest(file.read_bytes()) not in ours


def _set_aside(renames: Renames, folder: Path, name: str) -> str:
    """Rename a file so that nothing is written over it; return its new name."""
    number = 1
    while (folder / (aside := f"{name}{KEPT}{number if number > 1 else ''}")).exists():
        number += 1
    renames.rename(folder / name, folder / aside)
    return aside


def _drop_empty(file: Path, folder: Path) -> None:
    """Remove the folders a file was the last in."""
    for parent in file.parents:
        if parent == folder or (parent.exists() and any(parent.iterdir())):
            return
        if parent.exists():
            parent.rmdir()
