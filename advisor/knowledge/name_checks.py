"""Single names held against the legal ones: of candidates, frameworks and backends, and of anything else."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from advisor.knowledge.yaml_source import KeyPath
from advisor.text import clean, did_you_mean

if TYPE_CHECKING:
    from advisor.knowledge.pack import Pack

NameProblem = tuple[KeyPath, bool, str, str]
"""(path in the file, whether the key is meant, what is wrong, what to do)."""


def check_target(pack: Pack, path: KeyPath, name: str, *, at_key: bool = False) -> Iterator[NameProblem]:
    """Check the name of a candidate, framework or backend."""
    if not pack.members(name):
        names = [*pack.frameworks, *(id for id in pack.candidates if id not in pack.frameworks)]
        yield path, at_key, f"unknown candidate or framework `{clean(name)}`", did_you_mean(name, names)


def check_name(
    path: KeyPath, name: str, names: Collection[str], noun: str, *, at_key: bool = False
) -> Iterator[NameProblem]:
    """Check one name against the legal ones."""
    if name not in names:
        yield path, at_key, f"unknown {noun} `{clean(name)}`", did_you_mean(name, list(names))


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, and a single value as a list of one."""
    return value if isinstance(value, list) else [value]
