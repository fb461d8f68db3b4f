"""Our dataclasses behave as those of the standard library, of which they are a cheaper make."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import field, fields, is_dataclass, replace
from typing import Any

import pytest

from advisor.dataclass import dataclass

Decorator = Callable[..., Any]
Two = tuple[Any, Any]


def both(make: Callable[[Decorator], Any]) -> Two:
    """Return one class as the standard library makes it, and as we do."""
    return make(dataclasses.dataclass), make(dataclass)


def frozen(decorator: Decorator) -> Any:
    @decorator(frozen=True)
    class Point:
        """A point."""

        x: float
        y: float = 2.0
        names: tuple[str, ...] = ()
        more: dict[str, int] = field(default_factory=dict)

    return Point


def by_name(decorator: Decorator) -> Any:
    @decorator(frozen=True, kw_only=True)
    class Point:
        """A point."""

        first: int = 1
        then: str

        def __post_init__(self) -> None:
            if self.first < 0:
                raise ValueError("negative")

    return Point


def changeable(decorator: Decorator) -> Any:
    @decorator
    class Point:
        """A point."""

        x: float
        seen: list[int] = field(default_factory=list)

    return Point


def particular(decorator: Decorator) -> Any:
    @decorator(frozen=True)
    class Point:
        """A point."""

        x: float
        seen: dict[str, int] = field(default_factory=dict, hash=False)
        note: str = field(default="", compare=False)
        secret: str = field(default="", repr=False)

    return Point


def empty(decorator: Decorator) -> Any:
    @decorator(frozen=True)
    class Nothing:
        """No fields at all."""

    return Nothing


def happened(call: Callable[[], Any]) -> Any:
    """Return what a call gives, in words; or which error it raises."""
    try:
        return repr(call()).replace("<locals>.", "")
    except Exception as error:
        return type(error)


TRIED: dict[str, tuple[Callable[[Decorator], Any], Callable[[Any], Any]]] = {
    "by position": (frozen, lambda kind: kind(1, 3, ("a",), {"b": 1})),
    "with defaults": (frozen, lambda kind: kind(1)),
    "by name": (frozen, lambda kind: kind(names=("a",), x=4)),
    "nothing given": (frozen, lambda kind: kind()),
    "too much given": (frozen, lambda kind: kind(1, 2, (), {}, 5)),
    "given twice": (frozen, lambda kind: kind(1, x=2)),
    "unknown": (frozen, lambda kind: kind(1, z=2)),
    "unknown in place of one": (frozen, lambda kind: kind(1, 2, (), z=2)),
    "fields": (frozen, lambda kind: [(one.name, one.default, one.kw_only) for one in fields(kind)][:3]),
    "variables": (frozen, lambda kind: sorted(vars(kind(1)).items())),
    "replaced": (frozen, lambda kind: replace(kind(1, 3), y=5)),
    "as a dict": (frozen, lambda kind: dataclasses.asdict(kind(1, more={"a": 1}))),
    "equal": (frozen, lambda kind: kind(1) == kind(1, 2.0)),
    "not equal": (frozen, lambda kind: kind(1) == kind(2)),
    "equal to another": (frozen, lambda kind: kind(1) == 1),
    "own default each": (frozen, lambda kind: kind(1).more is kind(1).more),
    "hash of what cannot be": (frozen, lambda kind: hash(kind(1))),
    "changed": (frozen, lambda kind: setattr(kind(1), "x", 2)),
    "deleted": (frozen, lambda kind: delattr(kind(1), "x")),
    "matched": (frozen, lambda kind: kind.__match_args__),
    "copied": (frozen, lambda kind: copy.copy(kind(1, 5))),
    "deep": (frozen, lambda kind: copy.deepcopy(kind(1, 5, more={"a": 1}))),
    "named only": (by_name, lambda kind: kind(then="b")),
    "hashed": (by_name, lambda kind: len({kind(then="b"), kind(then="b", first=1), kind(then="c")})),
    "position where there is none": (by_name, lambda kind: kind(1, "b")),
    "checked after": (by_name, lambda kind: kind(first=-1, then="b")),
    "checked when replaced": (by_name, lambda kind: replace(kind(then="b"), first=-1)),
    "left unhashable": (changeable, lambda kind: hash(kind(1))),
    "changed in place": (changeable, lambda kind: setattr(kind(1), "x", 2)),
    "a field that is not hashed": (particular, lambda kind: len({kind(1), kind(1), kind(1, {"a": 1}), kind(2)})),
    "a field that is not compared": (
        particular,
        lambda kind: (kind(1, note="a") == kind(1), len({kind(1, note="a"), kind(1)})),
    ),
    "a field that is not shown": (particular, lambda kind: kind(1, secret="a")),
    "no fields": (empty, lambda kind: (kind(), kind() == kind(), len({kind(), kind()}))),
    "is one": (empty, lambda kind: is_dataclass(kind)),
}


@pytest.mark.parametrize("tried", TRIED)
def test_it_does_what_the_standard_one_does(tried: str) -> None:
    make, call = TRIED[tried]
    standard, ours = both(make)
    assert happened(lambda: call(ours)) == happened(lambda: call(standard))


@dataclass(frozen=True)
class Kept:
    """Can be pickled, for it has a name of its own."""

    x: int
    y: int = 2


def test_it_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Kept(1))) == Kept(1)


def test_a_wrong_call_says_what_is_wrong() -> None:
    with pytest.raises(TypeError, match=r"Kept: 0 values by position, missing \['x'\], unknown \['z'\]"):
        Kept(z=1)  # type: ignore[call-arg]


def test_making_one_compiles_nothing() -> None:
    program = """
import builtins, advisor.dataclass
calls = []
real = builtins.exec
builtins.exec = lambda *given: (calls.append(1), real(*given))
@advisor.dataclass.dataclass(frozen=True)
class A:
    'One.'
    x: int = 1
print(len(calls), A())
import dataclasses
dataclasses.dataclass(A)
print(len(calls) > 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "0 A(x=1)\nTrue\n"
