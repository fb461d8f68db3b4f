"""Dataclasses whose methods are shared instead of compiled for each class.

`dataclasses.dataclass` writes and compiles the source of up to six methods per class: for the eighty classes behind an answer that
is a tenth of the whole run. The classes made here are dataclasses all the same, for `fields`, `replace`, `asdict`, pydantic and type
checkers; only their methods look the fields up when they are called.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(kind=None, /, *, frozen=False, kw_only=False):
        """Make a class a dataclass: with or without arguments, as the standard library's decorator."""
        if kind is None:
            return lambda kind: dataclass(kind, frozen=frozen, kw_only=kw_only)
        made = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(kind)
        every, missing = dataclasses.fields(made), dataclasses.MISSING
        assert all(one.init for one in every), "a field that is no argument needs the standard library's decorator"
        made._names = frozenset(one.name for one in every)
        made._made = {one.name: one.default_factory for one in every if one.default_factory is not missing}
        made._defaults = {one.name: one.default for one in every if one.default is not missing}
        made._needed = made._names - made._made.keys() - made._defaults.keys()
        made._checks = hasattr(made, "__post_init__")
        made._values = _getter(one.name for one in every if one.compare)
        made._hashed = _getter(one.name for one in every if (one.compare if one.hash is None else one.hash))
        made.__init__, made.__repr__, made.__eq__ = _init, _repr, _eq
        made.__hash__ = _hash if frozen else None
        if frozen:
            made.__setattr__, made.__delattr__ = _refuse, _refuse
        return made


def _getter(names: Iterable[str]) -> Any:
    """Return a function that gives the values of some fields of an instance, to be compared or hashed."""
    known = list(names)
    return staticmethod(attrgetter(*known) if known else bool)


def _init(self: Any, *given: Any, **named: Any) -> None:
    kind, values = type(self), self.__dict__
    values.update(zip(kind.__match_args__, given))  # noqa: B905
    values.update(named)
    if values.keys() != kind._names or len(values) != len(given) + len(named):  # not simply all of them
        if len(values) != len(given) + len(named) or not kind._needed <= values.keys() <= kind._names:
            raise TypeError(_wrong(kind, given, named))
        for name, value in kind._defaults.items():
            values.setdefault(name, value)
        for name, make in kind._made.items():
            if name not in values:
                values[name] = make()
    if kind._checks:
        self.__post_init__()


def _wrong(kind: Any, given: tuple[Any, ...], named: dict[str, Any]) -> str:
    """Say what is wrong with the arguments of a class."""
    missing = sorted(kind._needed - {*kind.__match_args__[: len(given)], *named})
    unknown = sorted(named.keys() - kind._names)
    return f"{kind.__name__}: {len(given)} values by position, missing {missing}, unknown {unknown}"


def _repr(self: Any) -> str:
    said = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{type(self).__qualname__}({said})"


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self._values(self) == self._values(other)


def _hash(self: Any) -> int:
    return hash(self._hashed(self))


def _refuse(self: Any, name: str, *_value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change `{name}`")
