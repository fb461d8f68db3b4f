"""Ask for one or several of a few options on a terminal: by arrows and keys, or by numbers where the cursor cannot be moved."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from advisor.cli.ending import SIGNALS, Ended
from advisor.cli.output import page_width
from advisor.render.text_layout import wrap
from advisor.sentences import sentence
from advisor.text import Lang

Fragments = list[tuple[str, str]]
"""Pieces of text as prompt_toolkit takes them: style and text."""
POINTER, MARKED, UNMARKED = "> ", "[x] ", "[ ] "


class Option(Struct, frozen=True):
    """One thing that can be chosen.

    Attributes:
        value: what is returned.
        label: what is shown.
        special: a way out of the question instead of an answer: never marked together with others.
        alone: it excludes every other option.
        key: a letter that chooses it at once.
    """

    value: str
    label: str
    special: bool = False
    alone: bool = False
    key: str = ""


class Menu(Struct, frozen=True):
    """What is asked, and what can be chosen.

    Attributes:
        ask: the question.
        options: at least one; special ones last.
        lang: the language of the instructions.
        above: paragraphs above the question.
        help: paragraphs shown when `?` is pressed.
        several: whether several options may be marked.
        before: values chosen earlier, marked or pointed to at the beginning.
    """

    ask: str
    options: Sequence[Option]
    lang: Lang
    above: Sequence[str] = ()
    help: Sequence[str] = ()
    several: bool = False
    before: Sequence[str] = ()


def choose(menu: Menu) -> list[str]:
    """Ask, and return the values chosen: one, or those marked.

    Enter takes what is marked, and where nothing is, the option that is pointed to.

    Raises:
        KeyboardInterrupt: Ctrl-C, Ctrl-D, or the input has ended.
        Ended: another signal asked the process to end; the terminal is as it was before.
    """
    return _choose_by_number(menu) if is_plain() else _Screen(menu).run()


def is_plain() -> bool:
    """Return whether the terminal cannot move its cursor."""
    return os.environ.get("TERM", "dumb") in ("", "dumb", "unknown")


def print_lines(*paragraphs: str) -> None:
    """Print paragraphs, broken between words."""
    for paragraph in paragraphs:
        print(*wrap(paragraph, page_width()), sep="\n", flush=True)  # noqa: T201


class _Screen:
    """A menu on a terminal that can move its cursor; it is taken away again when something was chosen."""

    def __init__(self, menu: Menu) -> None:
        self.menu = menu
        values = [option.value for option in menu.options]
        self.marked = {value for value in menu.before if menu.several and value in values}
        self.at = next((values.index(value) for value in menu.before if value in values), 0)
        self.helping = False

    def run(self) -> list[str]:
        """Show the menu until something is chosen."""
        from prompt_toolkit.application import Application
        from prompt_toolkit.layout import Layout

        self.app: Any = Application(
            layout=Layout(self._layout()), key_bindings=self._keys(), erase_when_done=True, mouse_support=False
        )
        with _ending(self.app) as raise_pending:
            try:
                reply: list[str] = self.app.run(handle_sigint=False, set_exception_handler=False)
            except (EOFError, OSError) as error:  # the terminal is gone
                raise_pending()
                raise KeyboardInterrupt from error
            raise_pending()
        return reply

    @property
    def _pointed(self) -> Option:
        return self.menu.options[self.at]

    def _layout(self) -> Any:
        """Return the layout: what is above, the options, which scroll where there is no room, and the keys."""
        from prompt_toolkit.data_structures import Point
        from prompt_toolkit.filters import Condition
        from prompt_toolkit.layout import (
            ConditionalContainer,
            FormattedTextControl,
            HSplit,
            ScrollbarMargin,
            Window,
        )

        def fixed(text: Callable[[], Fragments]) -> Window:
            """Return a window as high as its text."""
            return Window(FormattedTextControl(text), dont_extend_height=True)

        def cursor() -> Point:
            """Return where the option pointed to begins: that line is always shown."""
            return Point(0, sum(len(self._option_lines(number)) for number in range(self.at)))

        control = FormattedTextControl(self._options, get_cursor_position=cursor, focusable=True, show_cursor=False)
        scrolls = Condition(lambda: len(self.menu.options) > 8)
        margins = [ScrollbarMargin(display_arrows=True)]
        options = Window(control, dont_extend_height=True, right_margins=[])
        scrolling = Window(control, dont_extend_height=True, right_margins=margins)
        helping = Condition(lambda: self.helping)
        return HSplit(
            [
                fixed(self._above),
                ConditionalContainer(fixed(self._help), helping),
                ConditionalContainer(scrolling, ~helping & scrolls),
                ConditionalContainer(options, ~helping & ~scrolls),
                fixed(self._instruction),
            ]
        )

    @property
    def _width(self) -> int:
        columns: int = self.app.output.get_size().columns
        return max(20, min(100, columns) - 1)

    def _above(self) -> Fragments:
        """Return what stands above the options."""
        lines = [line for paragraph in self.menu.above for line in wrap(paragraph, self._width)]
        asked = wrap(self.menu.ask, self._width)
        return [*(("", line + "\n") for line in lines), *(("bold", line + "\n") for line in asked)]

    def _option_lines(self, number: int) -> list[str]:
        """Return the lines of one option, from the second on set in below its label."""
        option = self.menu.options[number]
        lead = POINTER if number == self.at else " " * len(POINTER)
        if self.menu.several and not option.special:
            lead += MARKED if option.value in self.marked else UNMARKED
        first, *further = wrap(option.label, self._width - len(lead))
        first_special = option.special and number and not self.menu.options[number - 1].special
        return [*(["  ----"] if first_special else []), lead + first, *(" " * len(lead) + line for line in further)]

    def _options(self) -> Fragments:
        """Return the options, the one pointed to in bold."""
        lines = [
            ("bold" if number == self.at else "", line)
            for number in range(len(self.menu.options))
            for line in self._option_lines(number)
        ]
        return [(style, line + ("\n" if number < len(lines) - 1 else "")) for number, (style, line) in enumerate(lines)]

    def _help(self) -> Fragments:
        """Return the help, its paragraphs apart."""
        lines = [line for paragraph in self.menu.help for line in ("", *wrap(paragraph, self._width))]
        return [("", "\n".join(lines))]

    def _instruction(self) -> Fragments:
        """Return which keys do what."""
        several = "menu.keys-to-mark" if self.menu.several else "menu.keys-to-choose"
        parts = [sentence("menu.keys-in-help" if self.helping else several, self.menu.lang)]
        if self.menu.help and not self.helping:
            parts.append(sentence("menu.key-of-help", self.menu.lang))
        text = sentence(
            "menu.keys", self.menu.lang, keys="; ".join(parts) if self.menu.lang is Lang.EN else "；".join(parts)
        )
        return [("", "\n"), ("italic", "\n".join(wrap(text, self._width)))]

    def _keys(self) -> Any:
        """Return what each key does."""
        from prompt_toolkit.key_binding import KeyBindings

        bindings = KeyBindings()

        def bind(*keys: str) -> Callable[[Callable[[], None]], None]:
            """Return a decorator that has a function called for each of some keys; help goes away with any of them."""

            def decorate(function: Callable[[], None]) -> None:
                def press(_event: Any) -> None:
                    self.helping, was_helping = False, self.helping
                    if not was_helping:
                        function()

                for key in keys:
                    bindings.add(key)(press)

            return decorate

        bind("up", "c-p", "k")(lambda: self._move(-1))
        bind("down", "c-n", "j", "tab")(lambda: self._move(1))
        bind("space")(self._mark)
        bind("enter")(self._confirm)
        bind("?", "？")(self._show_help)
        bind("left", "backspace")(self._go_back)
        bind("<any>", "escape")(lambda: None)
        for option in self.menu.options:
            if option.key:
                bind(option.key)(lambda value=option.value: self._exit([value]))  # type: ignore[misc]
        for digit in range(1, 1 + min(9, sum(not option.special for option in self.menu.options))):
            bind(str(digit))(lambda at=digit - 1: self._point(at))  # type: ignore[misc]
        for key in ("c-c", "c-d", "<sigint>"):
            bindings.add(key)(lambda event: event.app.exit(exception=KeyboardInterrupt))
        return bindings

    def _move(self, by: int) -> None:
        self.at = (self.at + by) % len(self.menu.options)

    def _point(self, at: int) -> None:
        self.at = at

    def _show_help(self) -> None:
        self.helping = bool(self.menu.help)

    def _go_back(self) -> None:
        """Choose the option that the left arrow stands for, where there is one."""
        for option in self.menu.options:
            if option.special and option.key == "b":
                self._exit([option.value])

    def _mark(self) -> None:
        """Mark the option pointed to, or unmark it; an option that stands alone and the others exclude each other."""
        option = self._pointed
        if not self.menu.several or option.special:
            return
        if option.value in self.marked:
            self.marked.discard(option.value)
            return
        others = {other.value for other in self.menu.options if other.alone or option.alone}
        self.marked = (self.marked - others) | {option.value}

    def _confirm(self) -> None:
        """Choose what is marked, or what is pointed to."""
        marked = [option.value for option in self.menu.options if option.value in self.marked]
        self._exit(marked if marked and not self._pointed.special else [self._pointed.value])

    def _exit(self, reply: list[str]) -> None:
        self.app.exit(result=reply)


@contextlib.contextmanager
def _ending(app: Any) -> Iterator[Callable[[], None]]:
    """End an application by exceptions where signals arrive while it runs, so that it restores the terminal.

    An exception raised by a signal's handler inside the event loop could hit anywhere; here the loop itself ends it.

    Yields:
        A function that raises what a signal asked for.
    """
    pending: list[BaseException] = []

    def end(number: int, _frame: object) -> None:
        """Remember what to raise, and let the event loop end the application."""
        pending.append(KeyboardInterrupt() if number == signal.SIGINT else Ended(number))
        if app.loop is not None:
            app.loop.call_soon_threadsafe(stop)

    def stop() -> None:
        """End the application, once."""
        if app.is_running and app.future is not None and not app.future.done():
            app.exit(exception=pending[0])

    def raise_pending() -> None:
        """Raise what a signal asked for; nothing where none came."""
        if pending:
            raise pending[0]

    handled = [number for number in (signal.SIGINT, *SIGNALS) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in handled}
    try:
        yield raise_pending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _choose_by_number(menu: Menu) -> list[str]:
    """Ask by printing numbered lines and reading a line."""
    print_lines("", *menu.above, menu.ask)
    answers = [option for option in menu.options if not option.special]
    names = {str(number): option for number, option in enumerate(answers, 1)}
    letters = {option.key or option.value[:1]: option for option in menu.options if option.special}
    default = [option for option in menu.options if option.value in menu.before] or list(menu.options[:1])
    for name, option in (names | letters).items():
        lead = f"{'*' if option in default else ' '} {name:>2}  "
        first, *further = wrap(option.label, page_width() - len(lead))
        print(lead + first, *(" " * len(lead) + line for line in further), sep="\n")  # noqa: T201
    instruction = "menu.numbers" if menu.several else "menu.number"
    print_lines(sentence(instruction, menu.lang))
    while True:
        print(end="> ", flush=True)  # noqa: T201
        line = sys.stdin.readline()
        if not line:
            raise KeyboardInterrupt
        words = line.replace(",", " ").replace("，", " ").split()
        chosen = [(names | letters).get(word) for word in words]
        if not words:
            return [option.value for option in default]
        if words == ["?"] or words == ["？"]:
            print_lines(*(menu.help or [sentence(instruction, menu.lang)]))
        elif None in chosen or (len(words) > 1 and not _go_together(menu, chosen)):
            print_lines(sentence("menu.not-among-them", menu.lang))
        else:
            return [option.value for option in menu.options if option in chosen]


def _go_together(menu: Menu, options: Sequence[Option | None]) -> bool:
    """Return whether several options can be chosen at once."""
    return menu.several and not any(option is None or option.special or option.alone for option in options)
