"""Read YAML somebody else wrote: a strict subset, no surprises, and a place for every error.

The parser itself is in `yaml_events`.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from advisor.errors import error_at
from advisor.text import UNSAFE

MAX_BYTES = 512 * 1024

KeyPath = tuple[str | int, ...]


class YamlSource(Struct, frozen=True):
    """A parsed document: plain values, and where each of them stands.

    Attributes:
        name: the file as the user knows it.
        value: nested dicts, lists, text, numbers and booleans.
        places: (line, column), 1-based, of the value at each path.
        keys: (line, column), 1-based, of the key at each path.
        numbers: the text of each number, by path.
    """

    name: str
    value: Any
    places: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    keys: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    numbers: dict[KeyPath, str] = field(default_factory=dict)

    def as_written(self, path: KeyPath) -> Any:
        """Return the value at a path, a number as it was written: 3.10 is not 3.1 where it names a version."""
        value = self.value
        for part in path:
            value = value[part]
        return self.numbers.get(path, value)

    def place(self, path: KeyPath = (), *, key: bool = False) -> str:
        """Return `file:line:column` of the value or key at `path`, or of its nearest known parent."""
        while path and path not in self.places:
            path, key = path[:-1], False
        line, column = (self.keys if key and path in self.keys else self.places).get(path, (1, 1))
        return f"{self.name}:{line}:{column}"


def parse_yaml(content: bytes, name: str) -> YamlSource:
    """Parse one UTF-8 document of the strict subset.

    Args:
        content: the bytes of the file, at most 512 KiB.
        name: what to call it in errors.

    Raises:
        InputError: not UTF-8, too large or deep, a forbidden feature, or no YAML; with file:line:column.
    """
    from advisor.knowledge.yaml_events import Builder  # a pack that was parsed before needs no parser

    built = Builder(name).build(_decode(content, name))
    return YamlSource(name, built.value, built.places, built.keys, built.numbers)


def _decode(content: bytes, name: str) -> str:
    """Return the text of a file, checked for size, encoding and control characters."""
    if len(content) > MAX_BYTES:
        raise error_at(name, 1, 1, f"{len(content)} bytes is more than {MAX_BYTES}", "split the file")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise error_at(name, line, 1, f"byte {error.start} is not UTF-8", "save the file as UTF-8") from None
    if bad := UNSAFE.search(text.replace("\r\n", "\n")):
        before = text.replace("\r\n", "\n")[: bad.start()]
        line, column = before.count("\n") + 1, bad.start() - before.rfind("\n")
        problem = f"the invisible or control character U+{ord(bad[0]):04X} is not allowed"
        raise error_at(name, line, column, problem, "delete it")
    return text
