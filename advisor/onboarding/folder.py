"""The team's folder: which files it holds, and how they are written: all of them or none."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from advisor.errors import Problem, StoreError
from advisor.onboarding.decision import decision_record
from advisor.onboarding.guide import guide
from advisor.onboarding.kit import Kit
from advisor.onboarding.lock import EVIDENCE, NAME, dumps, evidence_lines
from advisor.onboarding.report import report
from advisor.onboarding.starter import exercises, starter

FILES: Mapping[str, Callable[[Kit], str]] = {
    "README.md": guide,
    "DECISION.md": decision_record,
    "report.html": report,
    NAME: lambda kit: dumps(kit.lock),
    EVIDENCE: lambda kit: evidence_lines(kit.evidence),
}
"""Name → what makes its content."""
FOLDERS: Mapping[str, Callable[[Kit], Mapping[str, str]]] = {"starter": starter, "exercises": exercises}
"""Name → what makes the files inside it."""


def write_folder(folder: Path, kit: Kit, *, force: bool = False) -> list[str]:
    """Write the folder whole or not at all.

    Args:
        folder: where; it may exist if it is empty, or with `force` if it holds an earlier decision.
        kit: what it is made from.
        force: replace the files of an earlier decision; whatever else is there stays.

    Returns:
        The names of what was written; a folder ends with a slash.

    Raises:
        StoreError: something is in the way, or the disk says no.
    """
    contents = {name: make(kit) for name, make in FILES.items()}
    for inside, make_all in FOLDERS.items():
        contents |= {f"{inside}/{name}": content for name, content in make_all(kit).items()}
    _refuse(folder, list(contents), force)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".advise."))
        try:
            for name, content in contents.items():
                file = temporary / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content, encoding="utf-8", newline="\n")
            temporary.chmod(0o755)
            _put(temporary, folder, list(contents))
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise StoreError([Problem(str(folder), what, "check the disk and its permissions")]) from None
    return list(dict.fromkeys(re.sub(r"/.*", "/", name) for name in contents))


def _refuse(folder: Path, names: list[str], force: bool) -> None:
    """Refuse what would be written through a link or over somebody's work."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise StoreError([Problem(str(folder), "this is no folder", "name a new folder")])
    taken = [name for name in names if (folder / name).exists() or (folder / name).is_symlink()]
    ways = {way.as_posix(): None for name in names for way in (*reversed(Path(name).parents[:-1]), Path(name))}
    links = [way for way in ways if (folder / way).is_symlink()]
    if links:
        raise StoreError([Problem(str(folder / links[0]), "this is a link", "name a folder without links")])
    if folder.exists() and not force and any(folder.iterdir()):
        what = f"this folder is not empty{f' and holds {taken[0]}' if taken else ''}"
        raise StoreError(
            [Problem(str(folder), what, "name a new folder, or use --force to write over an earlier decision")]
        )


def _put(made: Path, folder: Path, names: list[str]) -> None:
    """Move what was made into place: the whole folder at once where there is none, else file by file."""
    if not folder.exists():
        made.rename(folder)
        return
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).replace(folder / name)
