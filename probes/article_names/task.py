"""Looking a dotted name up, and trying a call."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Task:
    """Nothing but the questions."""

    def judge_name(self, root: Any, dotted: str) -> str:
        """Return whether a dotted name can be reached from a module or class."""
        for part in dotted.split("."):
            if not hasattr(root, part):
                return "absent"
            root = getattr(root, part)
        return "present"

    def judge_call(self, attempt: Callable[[], object]) -> str:
        """Return whether a call is accepted, accepted with a deprecation warning, or refused."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                attempt()
            except (TypeError, ValueError, AttributeError):
                return "refused"
        going = (DeprecationWarning, FutureWarning, PendingDeprecationWarning)
        return "warns" if any(issubclass(warning.category, going) for warning in caught) else "accepted"


def make() -> Task:
    """Return the task."""
    return Task()
