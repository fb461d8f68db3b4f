"""The framework advisor: asks, reasons and explains; it never imports a deep-learning framework.

For programs: `from advisor import advise, advise_many` (see `advisor.library`), imported when they are first named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.library import Leaders as Leaders
    from advisor.library import advise as advise
    from advisor.library import advise_many as advise_many

__version__ = "0.1.0"
SCHEMA_VERSION = 1
"""Of every JSON object a command prints: the next one where a field is renamed or removed, not where one is added."""
__all__ = ["Leaders", "__version__", "advise", "advise_many"]


def __getattr__(name: str) -> object:
    """Import the library when something of it is asked for: the command line starts without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from advisor import library

    return getattr(library, name)
