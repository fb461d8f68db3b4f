"""Keep what is measured while the store can be written; a store that cannot is told once and costs no answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from advisor.errors import StoreError
from advisor.evidence.store import Store
from advisor.folders import default_store
from advisor.sentences import text
from advisor.sentences.messages import in_both
from advisor.text import Text
from probes.registration import Registration
from probes.run import Run


class Keeper:
    """Writes records to a store until that fails.

    Args:
        store: open for writing; None keeps nothing.
        tell: called with a warning, at most once.
    """

    def __init__(self, store: Store | None, tell: Callable[[Text], None]) -> None:
        self._store = store
        self._tell = tell

    def add_record(self, record: Run | Registration) -> None:
        """Store one run or registration; where that fails, tell so and store no more."""
        if self._store is None:
            return
        try:
            self._store.add_record(record)
        except StoreError as error:
            self._tell(not_kept_warning(error))
            self.close()

    def registrations(self) -> list[Registration]:
        """Return what the sessions that are stored set out to do; none where nothing is kept."""
        return list(self._store.registrations().values()) if self._store else []

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()
        self._store = None


def open_keeper(path_given: Path | None, tell: Callable[[Text], None], *, required: bool = False) -> Keeper:
    """Open the store that measured runs are kept in.

    Args:
        path_given: the store that was named; None for the user's own.
        tell: called with a warning where it cannot be opened now, or not be written later.
        required: raise where it cannot be opened.

    Raises:
        StoreError: it is required, and cannot be opened.
    """
    try:
        return Keeper(Store(path_given or default_store(), write=True), tell)
    except StoreError as error:
        if required:
            raise
        tell(not_kept_warning(error))
        return Keeper(None, tell)


def not_kept_warning(error: StoreError) -> Text:
    """Return the warning that runs are used for this answer and not kept, with the reason."""
    return text("evidence.runs-are-not-kept", why=in_both(error.problems[0]))
