"""A menu by its keys alone, without a terminal: what is returned for what is typed."""

from __future__ import annotations

import io
import re
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from advisor.cli.menu import Menu, Option, choose, is_plain
from advisor.text import Lang

UP, DOWN, LEFT, ENTER, SPACE = "\x1b[A", "\x1b[B", "\x1b[D", "\r", " "
ANSWERS = [Option("none", "nothing", alone=True), Option("one", "the first"), Option("two", "the second " * 9)]
WAYS_OUT = [
    Option("unknown", "I don't know", special=True, key="u"),
    Option("\0back", "Back", special=True, key="b"),
    Option("\0now", "Answer now", special=True, key="a"),
]
Typed = Callable[..., list[str]]


class Terminal(io.StringIO):
    """What is written to a terminal that can show every character."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen() -> Terminal:
    return Terminal()


@pytest.fixture
def pipe() -> Iterator[PipeInput]:
    """What the keys are typed into."""
    with create_pipe_input() as pipe:
        yield pipe


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, screen: Terminal, pipe: PipeInput) -> Iterator[Typed]:
    """Choose from a menu of three answers and three ways out by the keys that are typed."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys, "stdout", Terminal())

    output = Vt100_Output(screen, lambda: Size(rows=40, columns=60), enable_cpr=False)
    with create_app_session(input=pipe, output=output):

        def typed(keys: str, *, several: bool = False, before: tuple[str, ...] = ()) -> list[str]:
            pipe.send_text(keys)
            menu = Menu(
                ask="Which?",
                options=[*ANSWERS, *WAYS_OUT],
                lang=Lang.EN,
                help=["Because it matters."],
                several=several,
                before=before,
            )
            return choose(menu)

        yield typed


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (ENTER, "none"),
        (DOWN + ENTER, "one"),
        (UP + ENTER, "\0now"),  # round the end, past the separator
        (UP * 4 + ENTER, "two"),
        ("3" + ENTER, "two"),
        ("9" + ENTER, "none"),
        ("u", "unknown"),
        ("a", "\0now"),
        (LEFT, "\0back"),
        ("\x7f", "\0back"),
        ("?" + "u" + DOWN + ENTER, "one"),  # a key that hides the help does nothing else
        (DOWN + "？" + " " + ENTER, "one"),  # and the menu is where it was
        *(
            (DOWN + "?" + key + ENTER + "a", "one") for key in (UP, LEFT, "\t", "\x7f", "\x1bOP")
        ),  # nor does one that moves
        ("\x1b[200~pasted\x1b[201~\x1a" + DOWN + ENTER, "one"),
    ],
)
@pytest.mark.parametrize("several", [False, True])
def test_what_is_pointed_to_or_has_a_key_of_its_own_is_chosen(
    typed: Typed, keys: str, chosen: str, several: bool
) -> None:
    assert typed(keys, several=several) == [chosen]


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (DOWN + SPACE + DOWN + SPACE + ENTER, ["one", "two"]),
        (DOWN * 2 + SPACE + UP + SPACE + ENTER, ["one", "two"]),  # in the order of the menu
        (DOWN + SPACE + SPACE + ENTER, ["one"]),  # unmarked: what is pointed to
        (DOWN + SPACE + DOWN + ENTER, ["one"]),
        (DOWN + SPACE + "1" + SPACE + ENTER, ["none"]),  # it excludes the others
        (SPACE + DOWN + SPACE + ENTER, ["one"]),  # and the others exclude it
        (DOWN + SPACE + UP * 2 + SPACE + ENTER, ["\0now"]),  # a way out is taken, not marked
        (DOWN + SPACE + "?" + "x" + ENTER, ["one"]),  # marks outlive the help
        ("i" + ENTER, ["none"]),  # not questionary's key that marks everything else
    ],
)
def test_several_can_be_marked(typed: Typed, keys: str, chosen: list[str]) -> None:
    assert typed(keys, several=True) == chosen


def test_it_begins_with_what_was_chosen_before(typed: Typed) -> None:
    assert typed(ENTER, before=("two",)) == ["two"]
    assert typed(DOWN + ENTER, before=("one",)) == ["two"]
    assert typed(ENTER, several=True, before=("one", "two")) == ["one", "two"]
    assert typed(SPACE + ENTER, several=True, before=("one", "two")) == ["two"]
    assert typed(ENTER, before=("no longer there",)) == ["none"]


@pytest.mark.parametrize("keys", ["\x03", "\x04", "?\x03", "?\x04"])
@pytest.mark.parametrize("several", [False, True])
def test_it_can_be_stopped_also_in_the_help(typed: Typed, keys: str, several: bool) -> None:
    with pytest.raises(KeyboardInterrupt):
        typed(keys, several=several)


def test_escape_leaves_the_help(typed: Typed, pipe: PipeInput) -> None:
    """Only after a while without another key is it known not to begin a longer sequence."""
    threading.Timer(2, pipe.send_text, ["ua"]).start()
    assert typed("?\x1b") == ["unknown"]


@pytest.mark.parametrize(("several", "margin"), [(False, 3), (True, 5)])
def test_lines_are_broken_between_words_and_set_in_below_the_label(
    typed: Typed, screen: Terminal, several: bool, margin: int
) -> None:
    typed(ENTER, several=several)
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue()).replace("\r", "").split("\n")
    first, further = [line for line in lines if "the second the second" in line]
    assert len(first) < 60 and first.index("the second") == margin
    assert further.startswith(" " * margin + "the second")


def test_what_cannot_be_marked_shows_no_mark(typed: Typed, screen: Terminal) -> None:
    typed(ENTER, several=True)
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue()).replace("\r", "").split("\n")
    assert [line.rstrip() for line in lines if "the first" in line or "Answer now" in line] == [
        "   ○ the first",
        "     Answer now",
    ]
    screen.truncate(0)
    typed(UP + ENTER, several=True)
    assert "○ Answer now" not in screen.getvalue() and "○ the first" in screen.getvalue()


def test_the_help_is_shown_on_demand(typed: Typed, screen: Terminal) -> None:
    typed(ENTER)
    assert "Because it matters." not in screen.getvalue()
    typed("?" + "x" + ENTER)
    assert "Because it matters." in screen.getvalue()


@pytest.mark.parametrize(
    ("term", "encoding", "plain"), [("xterm", "utf-8", False), ("dumb", "utf-8", True), ("xterm", "ascii", True)]
)
def test_marks_that_cannot_be_shown_are_not_used(
    monkeypatch: pytest.MonkeyPatch, term: str, encoding: str, plain: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert is_plain() is plain
