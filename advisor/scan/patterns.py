"""What a scan looks for: all patterns of the signals, gathered so that a file is parsed only where it can hold one."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, cached_property

from msgspec import Struct

from advisor.knowledge.signal import Kind, Signal

IMPORT_LINES = re.compile(rb"^.*\b(?:import|from)\b.*$", re.MULTILINE)


class Patterns(Struct, frozen=True, dict=True):
    """The patterns of all signals.

    Attributes:
        signals: the signals.
        modules: further modules whose use is of interest: those of packages, and of frameworks that may be left.
        further_methods: further methods of interest, those that frameworks no longer have.
        calls_with: calls with an argument, whatever its value: `keras.optimizers.*(lr=)`.
    """

    signals: tuple[Signal, ...]
    modules: tuple[str, ...] = ()
    further_methods: frozenset[str] = frozenset()
    calls_with: frozenset[str] = frozenset()

    def patterns(self, kind: Kind) -> frozenset[str]:
        """Return the patterns of one kind."""
        return frozenset(pattern for signal in self.signals for pattern in signal.patterns(kind))

    @cached_property
    def roots(self) -> frozenset[str]:
        """The first parts of every module and dotted name of interest: `torch`."""
        named = {
            name
            for signal in self.signals
            for names in (signal.imports, signal.names, signal.along_with, signal.trains_with)
            for name in names
        }
        return frozenset(name.partition(".")[0].rstrip("*") for name in {*named, *self.modules} if name[0] != "*")

    @cached_property
    def methods(self) -> frozenset[str]:
        """The methods of interest."""
        return self.patterns("methods") | self.further_methods

    @cached_property
    def argument_names(self) -> frozenset[str]:
        """The keyword arguments of interest."""
        return frozenset(pattern.partition("=")[0] for pattern in self.patterns("arguments"))

    @cached_property
    def arguments_of_calls(self) -> frozenset[str]:
        """The keyword arguments of interest for what is called with them."""
        return frozenset(pattern.rpartition("(")[2].removesuffix("=)") for pattern in self.calls_with)

    @cached_property
    def string_patterns(self) -> tuple[str, ...]:
        """The string literals of interest."""
        return tuple(sorted(self.patterns("strings")))

    @cached_property
    def setting_names(self) -> frozenset[str]:
        """The environment variables of interest."""
        return frozenset(pattern.partition("=")[0] for pattern in self.patterns("settings"))

    @cached_property
    def line_parts(self) -> tuple[str, ...]:
        """The parts of lines of interest, in files of other languages."""
        return tuple(sorted(self.patterns("lines")))

    def is_in_code(self, source: bytes) -> bool:
        """Return whether Python code imports something of interest or sets it, so that it is worth parsing."""
        if any(name.encode() in source for name in self.setting_names):
            return True
        return self._whole_words.search(b"\n".join(IMPORT_LINES.findall(source))) is not None

    def is_in_text(self, source: bytes) -> bool:
        """Return whether a text of another form, such as a notebook, contains a name of interest."""
        return self._whole_words.search(source) is not None

    @cached_property
    def _whole_words(self) -> re.Pattern[bytes]:
        words = [re.escape(word.encode()) for word in sorted({*self.roots, *self.setting_names})]
        return re.compile(rb"(?<![A-Za-z0-9_])(?:%s)(?![A-Za-z0-9_])" % b"|".join(words))


def matches_any(value: str, patterns: Collection[str]) -> bool:
    """Return whether a value is what one of some patterns says."""
    return _expression(tuple(patterns)).fullmatch(value) is not None


@cache
def _expression(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return an expression for what any of some patterns says; for none, one that matches nothing."""
    return re.compile(
        "|".join(".*".join(map(re.escape, pattern.split("*"))) for pattern in patterns) or "(?!)", re.DOTALL
    )


def is_below(name: str, modules: Collection[str]) -> bool:
    """Return whether a dotted name is one of some modules, or inside one of them."""
    return any(name == module or name.startswith(f"{module}.") for module in modules)
