"""The code of Jupyter notebooks, cell by cell, without the magics."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

MAGIC = re.compile(r"^\s*[%!?]|^\s*\w+\s*=\s*[!%]|\?\s*$")
INSTALL = re.compile(r"^\s*[%!]\s*(?:pip3?|python -m pip|conda)\s+install\s")


def cells_of(content: bytes) -> Iterator[tuple[int, str, list[tuple[int, str]]]]:
    """Yield the number of each cell of code, from 1, its Python, and its lines that install something with their numbers.

    A magic becomes an empty line, so that the rest can be parsed and keeps its line numbers; a cell in another language is passed over.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return
    cells = document.get("cells") if isinstance(document, dict) else None
    for number, cell in enumerate(cells if isinstance(cells, list) else (), start=1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", "")
        text = "".join(map(str, source)) if isinstance(source, list) else str(source)
        lines = text.splitlines()
        if lines and lines[0].startswith("%%") and not lines[0].startswith(("%%time", "%%capture", "%%python")):
            continue
        installs = [(at, line) for at, line in enumerate(lines, start=1) if INSTALL.match(line)]
        yield number, "\n".join(_without_magic(line) for line in lines), installs


def _without_magic(line: str) -> str:
    """Return a line of Python, or an empty statement where it is a magic."""
    return re.match(r"\s*", line)[0] + "pass" if MAGIC.search(line) else line  # type: ignore[index]
