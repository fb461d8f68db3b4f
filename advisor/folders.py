"""The user's own folders: where runs, answers and copies of what was read are kept; None where this user has no home."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from advisor.errors import Problem, StoreError

NAME = "framework-advisor"


def data_folder() -> Path | None:
    """Return the folder in which runs are kept; None without a home."""
    import platformdirs

    return _folder_of(platformdirs.user_data_path)


def default_store() -> Path:
    """Return the path of the evidence store that is used unless `--store` names another.

    Raises:
        StoreError: this user has no home to keep it in.
    """
    folder = data_folder()
    if folder is None:
        raise StoreError([Problem("", "no runs are kept: this user has no home folder", "set HOME, or --store FILE")])
    return folder / "evidence.sqlite"


def state_folder() -> Path | None:
    """Return the folder of the last answer and of unfinished ones; None without a home."""
    import platformdirs

    return _folder_of(platformdirs.user_state_path)


def cache_folder() -> Path | None:
    """Return the folder of what is kept only to save time; None without a home."""
    import platformdirs

    return _folder_of(platformdirs.user_cache_path)


def _folder_of(path_of: Callable[..., Path]) -> Path | None:
    """Return a folder of the user; None where there is no home to find it in."""
    try:
        folder = path_of(NAME, appauthor=False)
    except RuntimeError:  # neither HOME nor an entry among the users
        return None
    return folder if folder.is_absolute() else None
