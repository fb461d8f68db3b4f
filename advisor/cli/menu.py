"""Ask for one or several of a few options: by keys (`menu_by_keys`), or by numbers where the cursor cannot be moved."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

from advisor.cli.ending import Ended
from advisor.cli.menu_parts import Menu as Menu
from advisor.cli.menu_parts import Option as Option
from advisor.cli.output import page_width
from advisor.render.text_layout import wrap
from advisor.sentences import sentence

MARKS = "●○"
"""What questionary shows in front of an option that is marked, and of one that is not."""


def choose(menu: Menu) -> list[str]:
    """Ask, and return the values chosen: one, or those marked.

    Enter takes what is marked, and where nothing is, the option that is pointed to.

    Raises:
        KeyboardInterrupt: Ctrl-C, Ctrl-D, or the input has ended.
        Ended: another signal asked the process to end; the terminal is as it was before.
    """
    if is_plain():
        return _choose_by_number(menu)
    from advisor.cli.menu_by_keys import choose_by_keys

    return choose_by_keys(menu)


def is_plain() -> bool:
    """Return whether the terminal cannot move its cursor, or not show the marks of questionary."""
    try:
        MARKS.encode(sys.stdout.encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return os.environ.get("TERM", "dumb") in ("", "dumb", "unknown")


def print_lines(*paragraphs: str) -> None:
    """Print paragraphs, broken between words."""
    for paragraph in paragraphs:
        print(*wrap(paragraph, page_width()), sep="\n", flush=True)  # noqa: T201


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
        try:
            line = sys.stdin.readline()
        except (KeyboardInterrupt, Ended):
            _end_line()
            raise
        if not line:
            _end_line()
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


def _end_line() -> None:
    """End the line in which an answer was awaited; the terminal may be gone."""
    with contextlib.suppress(OSError):
        print(flush=True)  # noqa: T201


def _go_together(menu: Menu, options: Sequence[Option | None]) -> bool:
    """Return whether several options can be chosen at once."""
    return menu.several and not any(option is None or option.special or option.alone for option in options)
