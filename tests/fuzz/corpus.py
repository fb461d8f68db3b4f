"""The inputs that once broke a promise, by target: written by the long run, replayed by the short one."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("corpus.txt")


def read_corpus() -> list[tuple[str, Any]]:
    """Return target and input of every line; an input is a Python literal."""
    lines = FILE.read_text("utf-8").splitlines() if FILE.exists() else []
    return [ast.literal_eval(line) for line in lines if line and not line.startswith("#")]


def add_to_corpus(name: str, drawn: object) -> None:
    """Add an input, once."""
    line = ascii((name, drawn))
    if line not in (FILE.read_text("utf-8").splitlines() if FILE.exists() else []):
        with FILE.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
