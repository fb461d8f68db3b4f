"""A menu by arrows and keys, which is taken away again when something is chosen."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

from advisor.cli.ending import SIGNALS, Ended
from advisor.cli.menu_parts import Menu
from advisor.cli.output import page_width
from advisor.render.text_layout import wrap
from advisor.sentences import sentence
from advisor.text import Lang

HELP = "\0help"
"""What is chosen by `?`."""


def choose_by_keys(menu: Menu) -> list[str]:
    """Show the menu until something is chosen, and its help in between; both are taken away again."""
    import questionary
    from prompt_toolkit.key_binding import merge_key_bindings
    from questionary.prompts.common import InquirerControl

    question = _question(menu)
    app = question.application
    control = next(
        window.content for window in app.layout.find_all_windows() if isinstance(window.content, InquirerControl)
    )
    app.key_bindings = merge_key_bindings([app.key_bindings, _key_bindings(menu, control)])
    if menu.several:
        _take_marks_from_ways_out(menu, control)
    _drop_typed_ahead(app)
    while (reply := _run(app)) == [HELP]:
        keys = sentence("menu.keys", menu.lang, keys=sentence("menu.keys-in-help", menu.lang))
        text = _set_in(menu.ask, "", *(line for paragraph in menu.help for line in (paragraph, "")), keys)
        page = questionary.press_any_key_to_continue(text, style=_style(question=""), erase_when_done=True).application
        page.key_bindings = merge_key_bindings([page.key_bindings, _keys_that_go_back()])
        _run(page)
    return reply if isinstance(reply, list) else [reply]


def _take_marks_from_ways_out(menu: Menu, control: Any) -> None:
    """Show blanks where questionary shows that an option is not marked, before those that cannot be."""
    show = control.text
    ways_out = {option.value for option in menu.options if option.special}
    labels = [choice.title for choice in control.choices if choice.value in ways_out]

    def show_without() -> list[tuple[str, str]]:
        parts = list(show())
        for at, (style, text) in enumerate(parts[1:], 1):
            if text in labels:
                parts[at - 1 : at + 1] = [("", " " * len(parts[at - 1][1])), (style, text)]
        return parts

    control.text = show_without


def _drop_typed_ahead(app: Any) -> None:
    """Drop what was typed before the menu is on the screen: nobody answers what they have not seen."""
    from prompt_toolkit.input.typeahead import clear_typeahead

    clear_typeahead(app.input)
    if sys.platform != "win32":
        import termios

        with contextlib.suppress(termios.error, OSError):  # not a terminal, or not any more
            termios.tcflush(app.input.fileno(), termios.TCIFLUSH)


def _question(menu: Menu) -> Any:
    """Return the menu as a question of questionary."""
    import questionary

    values = [option.value for option in menu.options]
    before = [value for value in menu.before if value in values]
    pointed = before[0] if before else None
    margin = "\n" + " " * (5 if menu.several else 3)
    choices = [
        questionary.Choice(
            margin.join(wrap(option.label, page_width() - 6)),
            option.value,
            checked=menu.several and option.value in before,
        )
        for option in menu.options
    ]
    if specials := sum(option.special for option in menu.options):
        choices.insert(-specials, questionary.Separator("----"))
    keys = [sentence("menu.keys-to-mark" if menu.several else "menu.keys-to-choose", menu.lang)]
    if menu.help:
        keys.append(sentence("menu.key-of-help", menu.lang))
    joined = ("; " if menu.lang is Lang.EN else "；").join(keys)
    appearance = {
        "message": _set_in(menu.ask),
        "choices": choices,
        "qmark": f" {_set_in(*menu.above)}\n" if menu.above else "",
        "instruction": "\n " + _set_in(sentence("menu.keys", menu.lang, keys=joined)),
        "pointer": ">",
        "style": _style(),
        "erase_when_done": True,
    }
    if menu.several:
        return questionary.checkbox(initial_choice=pointed, **appearance)
    return questionary.select(default=pointed, **appearance)


def _set_in(*paragraphs: str) -> str:
    """Return paragraphs broken between words; questionary sets the first line in by one blank, and here the others are."""
    return "\n ".join(line for paragraph in paragraphs for line in wrap(paragraph, page_width() - 2))


def _style(question: str = "bold") -> Any:
    """Return how the parts of a menu look."""
    from prompt_toolkit.styles import Style

    return Style(
        [
            ("qmark", "noinherit"),
            ("question", question),
            ("instruction", "italic"),
            ("highlighted", "bold"),
            ("selected", "noreverse"),
        ]
    )


def _key_bindings(menu: Menu, control: Any) -> Any:
    """Return key bindings that add to questionary's, or replace them."""
    from prompt_toolkit.key_binding import KeyBindings

    bindings = KeyBindings()

    def bind(*keys: str, reply: str | None = None) -> None:
        """Let some keys choose a value; without one they do nothing."""
        for key in keys:
            bindings.add(key, eager=True)(lambda event: event.app.exit(result=[reply]) if reply else None)

    bind("c-z", "<bracketed-paste>", *("ai" if menu.several else ""))
    if menu.help:
        bind("?", "？", reply=HELP)
    for option in menu.options:
        if option.key:
            bind(
                option.key, *(("left", "backspace") if option.special and option.key == "b" else ()), reply=option.value
            )
    for digit in range(1, 1 + min(9, sum(not option.special for option in menu.options))):
        bindings.add(str(digit), eager=True)(lambda _event, at=digit - 1: setattr(control, "pointed_at", at))
    bindings.add("c-d", eager=True)(lambda event: event.app.exit(exception=KeyboardInterrupt))
    if not menu.several:
        return bindings
    options = {option.value: option for option in menu.options}

    def mark(_event: Any) -> None:
        """Mark the option pointed to, or unmark it; an option that stands alone and the others exclude each other."""
        option, marked = options[control.get_pointed_at().value], control.selected_options
        if option.value in marked:
            marked.remove(option.value)
        elif not option.special:
            excluded = [value for value in marked if option.alone or options[value].alone]
            control.selected_options = [value for value in marked if value not in excluded] + [option.value]

    def confirm(event: Any) -> None:
        """Choose what is marked, or what is pointed to."""
        pointed, marked = control.get_pointed_at().value, control.selected_options
        chosen = [value for value in options if value in marked]
        event.app.exit(result=[pointed] if options[pointed].special or not marked else chosen)

    bindings.add("space", eager=True)(mark)
    bindings.add("enter", eager=True)(confirm)
    return bindings


def _keys_that_go_back() -> Any:
    """Return key bindings that leave the help by each key that a person can press, also by those that move or edit elsewhere."""
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.keys import Keys

    stop, not_pressed = {Keys.ControlC, Keys.ControlD}, {Keys.Any, Keys.CPRResponse, Keys.Ignore, Keys.SIGINT}
    bindings = KeyBindings()
    for key in {*Keys} - stop - not_pressed:
        bindings.add(key, eager=True)(lambda event: event.app.exit())
    return bindings


def _run(app: Any) -> Any:
    """Run a question of questionary and return the reply.

    Raises:
        KeyboardInterrupt: the user has stopped, or the terminal is gone.
        Ended: another signal asked the process to end.
    """
    with _ending(app) as raise_pending:
        try:
            reply = app.run(handle_sigint=False, set_exception_handler=False)
        except (EOFError, OSError) as error:  # the terminal is gone
            raise_pending()
            raise KeyboardInterrupt from error
        raise_pending()
    return reply


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

    def stop(*_: object) -> None:
        """End the application, once, where a signal came."""
        if pending and app.is_running and app.future is not None and not app.future.done():
            app.exit(exception=pending[0])

    def raise_pending() -> None:
        """Raise what a signal asked for; nothing where none came."""
        if pending:
            raise pending[0]

    handled = [number for number in (signal.SIGINT, *SIGNALS) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in handled}
    app.after_render += stop  # for a signal that came before the loop began
    try:
        yield raise_pending
    finally:
        app.after_render -= stop
        for number, handler in before.items():
            signal.signal(number, handler)
