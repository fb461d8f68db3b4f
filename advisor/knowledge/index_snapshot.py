"""A snapshot of an index of Python packages: for each package the files of its releases.

The entries of a file are those of the Simple Repository API (PEP 691 and 700): `filename`, `requires-python`, `upload-time`,
`yanked`. `tests/benchmarks/snapshot_index.py` makes one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

import msgspec
from msgspec import Struct
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from advisor.errors import InputError, Problem, error_at
from advisor.files import read_named_file

LIMIT = 200_000_000
"""Bytes of a snapshot that are read; the one of the built-in pack has some ten million."""
PYTHONS = tuple(range(8, 30))
"""The minor versions of Python 3 that a release is asked for."""


class IndexFile(Struct, frozen=True, rename="kebab"):
    """One file of a release."""

    filename: str
    requires_python: str | None = None
    upload_time: datetime | None = None
    yanked: bool | str = False

    @property
    def version(self) -> Version | None:
        """The version it belongs to; None for what is neither a wheel nor a source archive, or has an old name."""
        try:
            if self.filename.endswith(".whl"):
                return parse_wheel_filename(self.filename)[1]
            return parse_sdist_filename(self.filename)[1]
        except ValueError:
            return None

    def pythons(self) -> Iterator[int]:
        """Yield the minor versions of Python 3 a wheel installs on."""
        if not self.filename.endswith(".whl"):
            return
        try:
            allowed = SpecifierSet(self.requires_python or "")
        except InvalidSpecifier:
            allowed = SpecifierSet()
        tags = parse_wheel_filename(self.filename)[3]
        for minor in PYTHONS:
            built_for = any(
                tag.interpreter in ("py3", f"cp3{minor}")
                or (tag.abi == "abi3" and tag.interpreter[:3] == "cp3" and int(tag.interpreter[3:]) <= minor)
                for tag in tags
            )
            if built_for and allowed.contains(f"3.{minor}.99"):
                yield minor


class Release(Struct, frozen=True, dict=True):
    """One version of a package that may be installed.

    Attributes:
        version: of the release.
        files: those that were not withdrawn.
    """

    version: Version
    files: tuple[IndexFile, ...]

    @property
    def uploaded(self) -> date | None:
        """The day its first file was uploaded; None where the index does not say."""
        times = [file.upload_time for file in self.files if file.upload_time]
        return min(times).date() if times else None

    @cached_property
    def pythons(self) -> tuple[int, ...]:
        """The minor versions of Python 3 that one of its wheels installs on."""
        return tuple(sorted({minor for file in self.files for minor in file.pythons()}))

    @property
    def python_range(self) -> str:
        """Its Pythons in words: `3.11-3.14`, or `3.11 or newer` where no newest is named."""
        if not self.pythons:
            return ""
        oldest, newest = self.pythons[0], self.pythons[-1]
        return f"3.{oldest} or newer" if newest == PYTHONS[-1] else f"3.{oldest}-3.{newest}"


class PackagePage(Struct, frozen=True, dict=True):
    """What the index lists for one package."""

    files: tuple[IndexFile, ...] = ()

    @cached_property
    def releases(self) -> dict[Version, Release]:
        """Its versions that were not withdrawn, the oldest first."""
        files: dict[Version, list[IndexFile]] = {}
        for file in self.files:
            if not file.yanked and (version := file.version):
                files.setdefault(version, []).append(file)
        return {version: Release(version, tuple(files[version])) for version in sorted(files)}

    @property
    def newest(self) -> Release | None:
        """Its newest final release, or its newest of any kind where there is no final one; None where there is none."""
        return self.newest_final or next(reversed(self.releases.values()), None)

    @property
    def newest_final(self) -> Release | None:
        """Its newest release that is no candidate; None where there is none."""
        return next((self.releases[version] for version in reversed(self.releases) if not version.is_prerelease), None)

    @property
    def candidate(self) -> Release | None:
        """Its newest release where that is a pre-release, newer than every final one; else None. Nightly builds do not count."""
        newest = next(
            (self.releases[version] for version in reversed(self.releases) if not version.is_devrelease), None
        )
        return newest if newest and newest.version.is_prerelease else None


class IndexSnapshot(Struct, frozen=True):
    """What an index listed on one day.

    Attributes:
        read: the day.
        packages: name as the index writes it → its page; None where the index has no such package.
    """

    read: date
    packages: dict[str, PackagePage | None]

    def page(self, package: str) -> PackagePage | None:
        """Return the page of a package; None where the index has none.

        Raises:
            KeyError: the snapshot does not say.
        """
        return self.packages[canonicalize_name(package)]

    def covers(self, package: str) -> bool:
        """Return whether the snapshot says anything of a package."""
        return canonicalize_name(package) in self.packages


def read_snapshot(file: Path) -> IndexSnapshot:
    """Return the snapshot that a file holds.

    Raises:
        StoreError: the file cannot be read.
        InputError: it is no such snapshot.
    """
    fix = "make one: python tests/benchmarks/snapshot_index.py > index.json"
    content = read_named_file(file, LIMIT, fix)
    if len(content) > LIMIT:
        raise InputError([Problem(str(file), f"it has more than {LIMIT // 10**6} MB", fix)])
    try:
        return msgspec.json.decode(content, type=IndexSnapshot)
    except msgspec.ValidationError as error:
        raise InputError([Problem(str(file), f"this is no snapshot of an index: {error}", fix)]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _json_error(file, content, fix) from None


def _json_error(file: Path, content: bytes, fix: str) -> InputError:
    """Return where a file ceases to be JSON."""
    try:
        json.loads(content.decode("utf-8", "replace"))
    except json.JSONDecodeError as error:
        return error_at(str(file), error.lineno, error.colno, f"this is no JSON: {error.msg}", fix)
    except RecursionError:
        pass
    return InputError([Problem(str(file), "this is no JSON", fix)])
