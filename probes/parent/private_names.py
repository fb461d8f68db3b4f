"""What a user's own code may say of this machine and its user, taken out of texts that are kept and shared."""

from __future__ import annotations

import contextlib
import getpass
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

LEAST_LENGTH = 3
"""A shorter name of a user or host is left in: it is a part of too many words."""
GENERAL = {"root", "user", "users", "home", "localhost", "admin", "ubuntu", "debian", "test", "host", "python"}
"""Names that tell nothing about anybody, and that stand in messages for what they mean."""


def without_private_names(text: str, folder: Path | None = None) -> str:
    """Return a text without the home folder, the user's name and the host's: `~`, `USER` and `HOST` stand for them.

    Args:
        text: for example the message of an exception.
        folder: a folder of which only the name may be told, such as that of the user's own probes.
    """
    if folder is not None and len(str(folder)) > 1:
        text = text.replace(str(folder), folder.name)
    for pattern, stands_for in _private_patterns().items():
        text = pattern.sub(stands_for, text)
    return text


@cache
def _private_patterns() -> Mapping[re.Pattern[str], str]:
    """Return a pattern for each private name of this process, with what is written instead; paths come first."""
    paths = {re.compile(re.escape(path) + r"(?![\w-])"): "~" for path in _home_paths() if len(path) > 1}
    names = {re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])"): word for name, word in _own_names()}
    return {**paths, **names}


def _home_paths() -> Iterator[str]:
    """Yield the home folder as it is written, and as it is with links followed; nothing where there is none."""
    with contextlib.suppress(RuntimeError, OSError):
        home = Path.home()
        yield str(home)
        if (resolved := str(home.resolve())) != str(home):
            yield resolved


def _own_names() -> Iterator[tuple[str, str]]:
    """Yield the names of the user and of the host that tell anything, each with the word that stands for it."""
    named = []
    with contextlib.suppress(Exception):  # no passwd entry, and no variable either
        named.append((getpass.getuser(), "USER"))
    named += [(platform.node(), "HOST"), (platform.node().partition(".")[0], "HOST")]
    for name, word in named:
        if len(name) >= LEAST_LENGTH and name.lower() not in GENERAL | set(sys.stdlib_module_names):
            yield name, word
