"""How a command is ended from outside: by a signal, or because its output has gone."""

from __future__ import annotations

import codecs
import errno
import os
import signal
import sys
from typing import IO, Any, TextIO

SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""What ends a command, beside Ctrl-C."""
PLAIN = {
    "—": "-",
    "–": "-",
    "…": "...",
    "“": '"',
    "”": '"',
    "’": "'",
    "×": "x",
    "≥": ">=",
    "≤": "<=",
    "→": "->",
    "±": "+-",
    "§": "sec. ",
}
"""What English is written with on a terminal that has only the characters of ASCII."""


class Ended(BaseException):
    """A signal arrived: unwind, so that children are ended, files closed and the terminal is as it was.

    Args:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def raise_ended(number: int, _frame: object) -> None:
    """Handle a signal by an exception.

    Raises:
        Ended: always.
    """
    raise Ended(number)


def handle_signals() -> None:
    """End by an exception where a signal asks for it; one that is ignored, as under nohup, stays so."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, raise_ended)


def prepare_streams() -> None:
    """Make output streams that never fail on a character, and one that says so where there is no output."""
    codecs.register_error("advise", _plain_character)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):  # in this order each gets its own number back
        stream = getattr(sys, name)
        if stream is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115
            setattr(sys, name, _Closed(stream) if name == "stdout" else stream)
        elif name != "stdin" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="advise")


class _Closed:
    """Standard output where it was closed before the command began: nothing can be written to it.

    Args:
        placeholder: holds the stream's number, so that no file gets it.
    """

    def __init__(self, placeholder: IO[Any]) -> None:
        self._placeholder = placeholder
        self.encoding, self.errors = "utf-8", "strict"

    def write(self, _text: str) -> int:
        """Refuse to write.

        Raises:
            OSError: always.
        """
        raise OSError(errno.EBADF, "standard output is closed")

    def flush(self) -> None:
        """Do nothing: there is never anything to write."""

    def isatty(self) -> bool:
        """Return that it is no terminal."""
        return False

    def fileno(self) -> int:
        """Return the number of the stream."""
        return self._placeholder.fileno()


def require_output() -> None:
    """Find out that nothing can be printed before minutes are spent on what to print.

    Raises:
        OSError: standard output is closed.
    """
    sys.stdout.write("")


def can_show_chinese(stream: TextIO) -> bool:
    """Return whether the encoding of a stream has Chinese characters; in ASCII they would be question marks. Text in memory has none."""
    try:
        "中文，。".encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _plain_character(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for characters that an output cannot show, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(PLAIN.get(character, "?") for character in error.object[error.start : error.end]), error.end
