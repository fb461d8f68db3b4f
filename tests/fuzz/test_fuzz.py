"""A short fuzz of every place where something from outside comes in, and every input that once broke a promise.

The long run is `python tests/benchmarks/fuzz.py --minutes N`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("pipes, links and limits of POSIX", allow_module_level=True)
sys.path.insert(0, str(Path(__file__).parent))
from corpus import read_corpus
from hypothesis import given, settings
from hypothesis import strategies as st
from targets import TARGETS, Broken, World, new_world, run_target

QUICK = {"a record of a file": 150, "messages of a child": 60, "a manifest": 30, "a pack": 8}
"""How many inputs are tried; of the others, which run whole commands, four."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with new_world() as world:
        yield world


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_handed_in_breaks_a_promise(name: str, world: World) -> None:
    @settings(max_examples=QUICK.get(name, 4))
    @given(st.data())
    def fuzz(data: st.DataObject) -> None:
        run_target(name, world, data.draw(TARGETS[name][0]))

    fuzz()


@pytest.mark.parametrize(("name", "drawn"), read_corpus())
def test_what_broke_a_promise_once_does_not_any_more(name: str, drawn: object, world: World) -> None:
    run_target(name, world, drawn)


def test_a_broken_promise_is_noticed(world: World) -> None:
    with pytest.raises(Broken, match="exit 1"):
        run_target("a command line", world, BrokenWord())


class BrokenWord(list[str]):
    """Words that end a command as no words may."""

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("exit 1")
