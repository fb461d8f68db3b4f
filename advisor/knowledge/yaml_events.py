"""The strict subset of YAML, built from the parser's events one by one.

PyYAML's own loaders silently keep the last of two equal keys, read `no` as false, follow aliases without a
limit and recurse into nested brackets until the C stack is gone. This builder consumes the event stream
iteratively instead (so depth is bounded before anything is built) and resolves scalars itself.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from advisor.errors import InputError, error_at
from advisor.text import UNSAFE

KeyPath = tuple[str | int, ...]

MAX_DEPTH = 32
MAX_EVENTS = 20_000

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?\Z")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _position_of(event: Any) -> tuple[int, int]:
    """Return the line and column where an event starts, counted from 1."""
    return event.start_mark.line + 1, event.start_mark.column + 1


class Builder:
    """Turns the event stream into plain values with an explicit stack: (container, path, pending key)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.value: Any = None
        self.places: dict[KeyPath, tuple[int, int]] = {}
        self.keys: dict[KeyPath, tuple[int, int]] = {}
        self.numbers: dict[KeyPath, str] = {}
        self.stack: list[list[Any]] = []
        self.document_count = 0

    def build(self, text: str) -> Builder:
        """Parse a text into `value`, `places`, `keys` and `numbers`."""
        try:
            for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
                if count > MAX_EVENTS:
                    raise self._error_at(event, f"more than {MAX_EVENTS} elements", "split the file")
                self._handle_event(event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            problem = " ".join(filter(None, (error.context, error.problem))) or "not readable"
            raise error_at(
                self.name,
                line,
                column,
                f"this is not YAML: {problem}",
                "check the indentation and colons",
            ) from None
        except yaml.YAMLError as error:
            raise error_at(self.name, 1, 1, f"this is not YAML: {error}", "save it as plain UTF-8") from None
        if self.document_count == 0:
            raise error_at(self.name, 1, 1, "the file is empty", "write at least one `key: value` line")
        return self

    def _error_at(self, event: Any, problem: str, fix: str) -> InputError:
        """Return the error at the place of an event."""
        return error_at(self.name, *_position_of(event), problem, fix)

    def _handle_event(self, event: Any) -> None:
        """Handle one event of the YAML parser."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.document_count += 1
            if self.document_count > 1:
                raise self._error_at(event, "a second document starts here", "one document per file: remove `---`")
        elif isinstance(event, yaml.AliasEvent):
            raise self._error_at(event, "aliases (*name) are not allowed", "write the value out")
        elif isinstance(event, yaml.NodeEvent):
            self._handle_node(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._close_container(event)

    def _handle_node(self, event: Any) -> None:
        """Handle a scalar, or the start of a mapping or list."""
        if event.anchor:
            raise self._error_at(event, "anchors (&name) are not allowed", "write the value out where it is needed")
        if event.tag:
            raise self._error_at(event, f"tags ({event.tag}) are not allowed", "remove the tag")
        if self._expects_key():
            self._handle_key(event)
        elif isinstance(event, yaml.ScalarEvent):
            value = self._parse_scalar(event)
            path = self._add_value(event, value)
            if isinstance(value, int | float) and not isinstance(value, bool):
                self.numbers[path] = event.value
        else:
            if len(self.stack) >= MAX_DEPTH:
                raise self._error_at(event, f"nested deeper than {MAX_DEPTH} levels", "flatten it")
            container: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            path = self._add_value(event, container)
            self.stack.append([container, path, None])

    def _expects_key(self) -> bool:
        """Return whether the next scalar is a key."""
        return bool(self.stack) and isinstance(self.stack[-1][0], dict) and self.stack[-1][2] is None

    def _handle_key(self, event: Any) -> None:
        """Handle a scalar that is a key of the innermost mapping."""
        if not isinstance(event, yaml.ScalarEvent):
            raise self._error_at(event, "a key must be plain text", "good: `scale: large`")
        container, path, _ = self.stack[-1]
        key = str(self._parse_scalar(event, plain=False))
        if key == "<<":
            raise self._error_at(event, "merge keys (<<) are not allowed", "write the keys out")
        if not key:
            raise self._error_at(event, "an empty key", "good: `scale: large`")
        if key in container:
            first_line = self.keys[(*path, key)][0]
            raise self._error_at(
                event,
                f"the key `{key}` stands here a second time (first in line {first_line})",
                "keep one of them",
            )
        container[key] = None
        self.keys[(*path, key)] = _position_of(event)
        self.stack[-1][2] = key

    def _parse_scalar(self, event: Any, *, plain: bool = True) -> str | int | float | bool:
        """Return the value of a scalar: text, number or truth value."""
        text: str = event.value
        if bad := UNSAFE.search(text):
            raise self._error_at(
                event, f"the invisible or control character U+{ord(bad[0]):04X} is not allowed", "delete it"
            )
        if not plain or not event.implicit[0] or event.style in ("'", '"', "|", ">"):
            return text
        if text in ("true", "false"):
            return text == "true"
        if text == "":
            raise self._error_at(event, "the value is missing", "write one after the colon, or remove the key")
        if _INTEGER.match(text) and len(text) < 16:
            return int(text)
        if _NUMBER.match(text) and abs(float(text)) < 1e300:
            return float(text)
        return text

    def _add_value(self, event: Any, value: Any) -> KeyPath:
        """Put a value into the innermost container and return its path."""
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
        self.places[path] = _position_of(event)
        return path

    def _close_container(self, event: Any) -> None:
        """Leave the innermost container."""
        self.stack.pop()
