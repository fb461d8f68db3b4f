"""Write files whole or not at all, and never over somebody's work."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from advisor.errors import Problem, StoreError
from advisor.text import short


def write_whole(path: Path, text: str, *, force: bool = False, durable: bool = True) -> None:
    """Write a file through a temporary one beside it, so that it is never half there.

    Args:
        path: the file.
        text: all that will be in it.
        force: whether to write over one that exists.
        durable: whether to wait until it would outlive a power cut.

    Raises:
        StoreError: it exists (without `force`), is a link, or cannot be written.
    """
    try:
        if problem := _in_the_way(path, force):
            raise StoreError([problem])
        handle, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=".advise.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
                file.write(text)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            shutil.copymode(path, temporary) if path.exists() else Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise StoreError([Problem(short(path, 100), what, "check the folder")]) from None


def _in_the_way(path: Path, force: bool) -> Problem | None:
    """Say what stands where a file is to be written, if it must stay."""
    if path.is_symlink():
        return Problem(str(path), "this is a link", "name the file itself")
    if path.is_dir():
        return Problem(str(path), "this is a folder", "name a file")
    if path.exists() and not force:
        return Problem(str(path), "this file exists already", "use --force or another name")
    return None
