"""Read YAML somebody else wrote: a strict subset, no surprises, and a place for every error.

PyYAML's own loaders silently keep the last of two equal keys, read `no` as false, follow aliases without a
limit and recurse into nested brackets until the C stack is gone. This loader consumes the parser's event stream
iteratively instead (so depth is bounded before anything is built) and resolves scalars itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from advisor.errors import InputError, Problem
from advisor.text import UNSAFE

MAX_BYTES = 512 * 1024
MAX_DEPTH = 32
MAX_EVENTS = 20_000

Path_ = tuple[str | int, ...]
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?\Z")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class YamlSource:
    """A parsed document: plain values, and where each of them stands.

    Attributes:
        name: the file as the user knows it.
        value: nested dicts, lists, text, numbers and booleans.
        places: (line, column), 1-based, of the value at each path.
        keys: (line, column), 1-based, of the key at each path.
        content: the bytes it was read from; given instead of places, which are then found when they are needed.
    """

    name: str
    value: Any
    places: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    content: bytes | None = None

    def place(self, path: Path_ = (), *, key: bool = False) -> str:
        """Return `file:line:column` of the value (or key) at `path`, or of its nearest known parent."""
        if not self.places and self.content is not None:
            again = parse_yaml(self.content, self.name)
            self.places, self.keys = again.places, again.keys
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
    return _Builder(name).build(_text_of(content, name))


def _text_of(content: bytes, name: str) -> str:
    if len(content) > MAX_BYTES:
        raise _error(name, 1, 1, f"{len(content)} bytes is more than {MAX_BYTES}", "split the file")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(name, line, 1, f"byte {error.start} is not UTF-8", "save the file as UTF-8") from None
    if bad := UNSAFE.search(text.replace("\r\n", "\n")):
        before = text.replace("\r\n", "\n")[: bad.start()]
        line, column = before.count("\n") + 1, bad.start() - before.rfind("\n")
        what = f"the invisible or control character U+{ord(bad[0]):04X} is not allowed"
        raise _error(name, line, column, what, "delete it")
    return text


def _error(name: str, line: int, column: int, what: str, fix: str) -> InputError:
    return InputError([Problem(f"{name}:{line}:{column}", what, fix)])


def _start(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


class _Builder:
    """Turns the event stream into plain values with an explicit stack: (container, path, pending key)."""

    def __init__(self, name: str) -> None:
        self.source = YamlSource(name, None)
        self.stack: list[list[Any]] = []
        self.documents = 0

    def build(self, text: str) -> YamlSource:
        try:
            for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
                if count > MAX_EVENTS:
                    raise self._at(event, f"more than {MAX_EVENTS} elements", "split the file")
                self._take(event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            what = " ".join(filter(None, (error.context, error.problem))) or "not readable"
            raise _error(
                self.source.name,
                line,
                column,
                f"this is not YAML: {what}",
                "check the indentation and colons",
            ) from None
        except yaml.YAMLError as error:
            raise _error(self.source.name, 1, 1, f"this is not YAML: {error}", "save it as plain UTF-8") from None
        if self.documents == 0:
            raise _error(self.source.name, 1, 1, "the file is empty", "write at least one `key: value` line")
        return self.source

    def _at(self, event: Any, what: str, fix: str) -> InputError:
        return _error(self.source.name, *_start(event), what, fix)

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._at(event, "a second document starts here", "one document per file: remove `---`")
        elif isinstance(event, yaml.AliasEvent):
            raise self._at(event, "aliases (*name) are not allowed", "write the value out")
        elif isinstance(event, yaml.NodeEvent):
            self._node(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._end(event)

    def _node(self, event: Any) -> None:
        if event.anchor:
            raise self._at(event, "anchors (&name) are not allowed", "write the value out where it is needed")
        if event.tag and event.tag not in ("!",):
            raise self._at(event, f"tags ({event.tag}) are not allowed", "remove the tag")
        if self._is_key():
            self._key(event)
        elif isinstance(event, yaml.ScalarEvent):
            self._put(event, self._scalar(event))
        else:
            if len(self.stack) >= MAX_DEPTH:
                raise self._at(event, f"nested deeper than {MAX_DEPTH} levels", "flatten it")
            container: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            path = self._put(event, container)
            self.stack.append([container, path, None])

    def _is_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1][0], dict) and self.stack[-1][2] is None

    def _key(self, event: Any) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._at(event, "a key must be plain text", "good: `scale: large`")
        container, path, _ = self.stack[-1]
        key = event.value
        if key == "<<":
            raise self._at(event, "merge keys (<<) are not allowed", "write the keys out")
        if not key:
            raise self._at(event, "an empty key", "good: `scale: large`")
        if key in container:
            first = self.source.keys[(*path, key)][0]
            raise self._at(
                event,
                f"the key `{key}` stands here a second time (first in line {first})",
                "keep one of them",
            )
        container[key] = None
        self.source.keys[(*path, key)] = _start(event)
        self.stack[-1][2] = key

    def _scalar(self, event: Any) -> str | int | float | bool:
        text: str = event.value
        if not event.implicit[0] or event.style in ("'", '"', "|", ">"):
            return text
        if text in ("true", "false"):
            return text == "true"
        if text == "":
            raise self._at(event, "the value is missing", "write one after the colon, or remove the key")
        if _INTEGER.match(text) and len(text) < 16:
            return int(text)
        if _NUMBER.match(text) and abs(float(text)) < 1e300:
            return float(text)
        return text

    def _put(self, event: Any, value: Any) -> Path_:
        if not self.stack:
            self.source.value, path = value, ()
        else:
            container, parent, key = self.stack[-1]
            if isinstance(container, dict):
                container[key], path = value, (*parent, key)
                self.stack[-1][2] = None
            else:
                path = (*parent, len(container))
                container.append(value)
        self.source.places[path] = _start(event)
        return path

    def _end(self, event: Any) -> None:
        self.stack.pop()
