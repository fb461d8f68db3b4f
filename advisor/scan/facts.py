"""What is seen in a repository: facts, each with its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from advisor.knowledge.signal import Kind, Region
from advisor.text import clean

Standing = Literal["plain", "guarded", "inside-functions", "optional", "locked"]
"""How binding a fact is: unconditional; behind `try` or a test; in the body of a function; of an extra or a development group; a
version in a lock file, whose package may be needed by an extra alone."""
FactKind = Kind | Literal["python", "system", "project"]
"""What can be looked up: under a key of a signal, or a version of Python, an operating system or the project's own name."""


class Fact(Struct, frozen=True):
    """One thing seen in one file.

    Attributes:
        kind: under which key of a signal it is looked up.
        value: what was seen, in the form of that key: `torch.nn`, `weights=imagenet`, `torch>=2.1`; of Python `requires:>=3.10`,
            `image:3.11`, `ci:3.12` or `file:3.12`.
        path: the file, from the root of the repository, with `/`.
        line: where it was seen first, from 1; 0: the file as a whole.
        count: how often it was seen in this file.
        region: which part of the repository the file belongs to; `core` for notebooks where there is no other code.
        cell: the cell of a notebook, from 1; `line` is then counted in the cell.
    """

    kind: FactKind
    value: str
    path: str
    line: int
    count: int = 1
    region: Region = "core"
    standing: Standing = "plain"
    cell: int = 0

    @property
    def place(self) -> str:
        """Where it was seen: `src/model.py:12`, or `train.ipynb:cell 3:2`."""
        cell = f":cell {self.cell}" if self.cell else ""
        return clean(f"{self.path}{cell}") + (f":{self.line}" if self.line else "")


class Unread(Struct, frozen=True):
    """Something that was not read.

    Attributes:
        why: the id of the sentence that says why, `scan.unread-link`.
        path: the first of them.
        count: how many.
    """

    why: str
    path: str
    count: int = 1


class Repository(Struct, frozen=True):
    """Everything that was seen in a repository.

    Attributes:
        facts: in the order of paths.
        files: how many files it has, as far as it was listed.
        read: how many of them were looked into.
        unread: what was not, and why.
        own_modules: the modules it defines itself at its top.
    """

    facts: Sequence[Fact]
    files: int = 0
    read: int = 0
    unread: Sequence[Unread] = ()
    own_modules: frozenset[str] = frozenset()
