"""The strict subset of YAML, built from the parser's events one by one.

PyYAML's own loaders silently keep the last of two equal keys, read `no` as false, follow aliases without a
limit and recurse into nested brackets until the C stack is gone. This builder consumes the event stream
iteratively instead (so depth is bounded before anything is built) and resolves scalars itself.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from advisor.errors import InputError, place_error
from advisor.text import UNSAFE

KeyPath = tuple[str | int, ...]

MAX_DEPTH = 32
MAX_EVENTS = 20_000

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?\Z")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _start(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


class Builder:
    """Turns the event stream into plain values with an explicit stack: (container, path, pending key)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.value: Any = None
        self.places: dict[KeyPath, tuple[int, int]] = {}
        self.keys: dict[KeyPath, tuple[int, int]] = {}
        self.stack: list[list[Any]] = []
        self.documents = 0

    def build(self, text: str) -> Builder:
        """Fill in value, places and keys from a text."""
        try:
            for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
                if count > MAX_EVENTS:
                    raise self._at(event, f"more than {MAX_EVENTS} elements", "split the file")
                self._take(event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            problem = " ".join(filter(None, (error.context, error.problem))) or "not readable"
            raise place_error(
                self.name,
                line,
                column,
                f"this is not YAML: {problem}",
                "check the indentation and colons",
            ) from None
        except yaml.YAMLError as error:
            raise place_error(self.name, 1, 1, f"this is not YAML: {error}", "save it as plain UTF-8") from None
        if self.documents == 0:
            raise place_error(self.name, 1, 1, "the file is empty", "write at least one `key: value` line")
        return self

    def _at(self, event: Any, problem: str, fix: str) -> InputError:
        return place_error(self.name, *_start(event), problem, fix)

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
        if event.tag:
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
        key = str(self._scalar(event, plain=False))
        if key == "<<":
            raise self._at(event, "merge keys (<<) are not allowed", "write the keys out")
        if not key:
            raise self._at(event, "an empty key", "good: `scale: large`")
        if key in container:
            first_line = self.keys[(*path, key)][0]
            raise self._at(
                event,
                f"the key `{key}` stands here a second time (first in line {first_line})",
                "keep one of them",
            )
        container[key] = None
        self.keys[(*path, key)] = _start(event)
        self.stack[-1][2] = key

    def _scalar(self, event: Any, *, plain: bool = True) -> str | int | float | bool:
        text: str = event.value
        if bad := UNSAFE.search(text):
            raise self._at(event, f"the invisible or control character U+{ord(bad[0]):04X} is not allowed", "delete it")
        if not plain or not event.implicit[0] or event.style in ("'", '"', "|", ">"):
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

    def _put(self, event: Any, value: Any) -> KeyPath:
        if not self.stack:
            self.value, path = value, ()
        else:
            container, parent, key = self.stack[-1]
            if isinstance(container, dict):
                container[key], path = value, (*parent, key)
                self.stack[-1][2] = None
            else:
                path = (*parent, len(container))
                container.append(value)
        self.places[path] = _start(event)
        return path

    def _end(self, event: Any) -> None:
        self.stack.pop()
