"""Looking a dotted name up, and trying a call."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Task:
    """Nothing but the questions."""

    def name(self, root: Any, dotted: str) -> str:
        """Whether a dotted name can be reached from a module or class."""
        for part in dotted.split("."):
            if not hasattr(root, part):
                return "absent"
            root = getattr(root, part)
        return "present"

    def call(self, attempt: Callable[[], object]) -> str:
        """Whether a call is accepted, accepted under a warning that it will go, or refused."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                attempt()
            except (TypeError, ValueError, AttributeError):
                return "refused"
        going = (DeprecationWarning, FutureWarning, PendingDeprecationWarning)
        return "warns" if any(issubclass(warning.category, going) for warning in caught) else "accepted"


def make() -> Task:
    """The task."""
    return Task()
