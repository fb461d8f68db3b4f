"""Several renames as one step: all of them, or none where one fails."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import TracebackType


class Renames:
    """Renames files inside one file system; leaving the block by an exception undoes them, the last one first."""

    def __init__(self) -> None:
        self._done: list[tuple[Path, Path]] = []
        self._made: list[Path] = []

    def rename(self, source: Path, target: Path) -> None:
        """Rename a file to a name that is free, and make the folders on the way to it.

        Raises:
            OSError: the target exists, or the file cannot be renamed.
        """
        if target.exists() or target.is_symlink():
            raise FileExistsError(17, "File exists", str(target))
        for parent in reversed(target.parents):
            if not parent.exists():
                parent.mkdir()
                self._made.append(parent)
        source.rename(target)
        self._done.append((source, target))

    def __enter__(self) -> Renames:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if kind is None:
            return
        for source, target in reversed(self._done):
            with contextlib.suppress(OSError):
                target.rename(source)
        for folder in reversed(self._made):
            with contextlib.suppress(OSError):
                folder.rmdir()
