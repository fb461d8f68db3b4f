"""Python files that may be anybody's, parsed and never run."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

MOST_BYTES = 1_000_000
"""Of one file; those of the built-in probes have a few thousand."""


def parse_source(file: Path) -> list[ast.stmt]:
    """Return the statements of a Python file that may be anybody's; nothing of it is run.

    Raises:
        SyntaxError: it cannot be read, is too large, or is no Python; without a line where that has none.
    """
    try:
        with file.open("rb") as opened:
            source = opened.read(MOST_BYTES + 1)
        if len(source) > MOST_BYTES:
            raise SyntaxError(f"this file has more than {MOST_BYTES} bytes")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the source: `"\d"` and the like
            return ast.parse(source.decode(), str(file)).body
    except UnicodeDecodeError:
        raise SyntaxError("this is no UTF-8 text") from None
    except (OSError, ValueError, MemoryError, RecursionError) as error:  # a NUL; nested too deep
        raise SyntaxError(f"this cannot be read as Python: {error or type(error).__name__}") from None
