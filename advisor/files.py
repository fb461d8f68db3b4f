"""Write files whole or not at all, and never over somebody's work."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from advisor.errors import Problem, StoreError


def write_whole(path: Path, text: str, *, force: bool = False) -> None:
    """Write a file through a temporary one beside it, so that it is never half there.

    Raises:
        StoreError: it exists (without `force`), is a link, or cannot be written.
    """
    if path.is_symlink() or (path.exists() and not force):
        raise StoreError([Problem(str(path), "this file exists already", "use --force or another name")])
    try:
        handle, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(path, temporary) if path.exists() else Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError([Problem(str(path), f"cannot be written: {error.strerror}", "check the folder")]) from None
