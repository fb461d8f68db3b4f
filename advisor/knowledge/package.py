"""Packages that a project may have to use, and the stacks each of them works on: the table behind `depends-on`."""

import re
from typing import Annotated

from advisor.knowledge.criterion import Level
from advisor.knowledge.installing import PipText
from advisor.record import Limits, Names, Record, ShortString
from advisor.text import Text

DEPENDS_ON = "depends-on"
"""What a project answers with the packages it must use. Nobody is asked it, and what is not named is not depended on."""
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
"""The name of a package, as Python packaging defines it."""


def normalise(name: str) -> str:
    """Return the name of a package as the index compares it: lower case, runs of `-`, `_` and `.` as one hyphen (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Package(Record, frozen=True, kw_only=True):
    """One package: what it works on, and who says so.

    Attributes:
        id: its name on the package index.
        works_on: candidates, frameworks or `backend:…` → how well it works there. What is not named cannot use it at all. The first is
            what the package is made for: an answer that depends on it takes that framework into account, even one out of scope.
        since: the version from which this is so, where it was otherwise before.
        needs: a requirement of its own that leaves out the versions a candidate installs, `tensorflow<2.16`; it is then not installed
            beside it.
        imports_as: the modules it is imported as, where they are not called like it.
        note: what else is to be known: how it is used elsewhere, what it brings along, whether it is maintained.
        source: where that was read.
    """

    id: Annotated[ShortString, Limits(pattern="^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")]
    works_on: Annotated[dict[str, Level], Limits(min_length=1)]
    since: ShortString | None = None
    needs: PipText | None = None
    imports_as: Names = ()
    note: Text | None = None
    source: ShortString

    @property
    def key(self) -> str:
        """Its name as the index compares it."""
        return normalise(self.id)

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules it is imported as."""
        return self.imports_as or (self.key.replace("-", "_"),)

    @property
    def source_id(self) -> str:
        """The id of its source, without the place in it."""
        return self.source.split(" ", 1)[0]


class PackagesFile(Record, frozen=True):
    """`packages.yaml`."""

    packages: tuple[Package, ...]
