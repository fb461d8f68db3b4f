"""What anybody may hand in, as Hypothesis strategies: mostly right and wrong in a few places, sometimes wrong altogether."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([0, -0.0, 5e-324, 1e-61, 1e61, 1e308, -1e308, 2**53 + 1, -(2**63), 10**30, 0.1, 1e-9]),
    st.floats(allow_nan=False, allow_infinity=False),
)
ODD_TEXTS = (
    "", " ", "\0", "a\nb", "\u202eabc", "\x1b[31m", "\ud800", "é" * 500, "x" * 5000, "../../etc/passwd", "/dev/zero", "-1", "NaN",
    "2026-02-30T10:00:00+00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-20T10:00:00+00:00", "null", "true",
    "{{ 7*7 }}", "<script>", "'; DROP TABLE runs; --", "[/red]", "%s%n", "keras[jax]", "pytorch", "numpy", "unknown", "none",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(ODD_TEXTS), st.text(max_size=12))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=6,
)
"""Any JSON value, extreme ones more often than chance would have it."""


def places_in(document: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON document, itself not included."""
    pairs = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [inner for key, value in pairs for inner in ((*place, key), *places_in(value, (*place, key)))]


@st.composite
def changed(draw: st.DrawFn, document: Any) -> Any:
    """A JSON document, changed in one to three places: a value replaced, removed, or a name added."""
    copy = json.loads(json.dumps(document))
    for _ in range(draw(st.integers(1, 3))):
        places = places_in(copy)
        if not places:
            return draw(VALUES)
        *path, last = draw(st.sampled_from(places))
        holder = copy
        for key in path:
            holder = holder[key]
        what = draw(st.sampled_from(["replace", "replace", "replace", "remove", "add"]))
        if what == "replace":
            holder[last] = draw(VALUES)
        elif what == "remove":
            del holder[last]
        elif isinstance(holder, dict):
            holder[draw(TEXTS)] = draw(VALUES)
        else:
            holder.append(draw(VALUES))
    return copy


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes with some damage: flips, scribbles, pieces wiped, moved or cut off."""
    spoilt = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        if not spoilt:
            break
        at = draw(st.integers(0, len(spoilt) - 1))
        harm = draw(st.sampled_from(["flip", "scribble", "wipe", "cut", "move"]))
        if harm == "flip":
            spoilt[at] ^= 1 << draw(st.integers(0, 7))
        elif harm == "scribble":
            spoilt[at : at + 16] = draw(st.binary(min_size=1, max_size=16))
        elif harm == "wipe":
            page = at // 4096 * 4096
            spoilt[page : page + 4096] = bytes(len(spoilt[page : page + 4096]))
        elif harm == "cut":
            del spoilt[at:]
        else:
            other = draw(st.integers(0, len(spoilt) - 1))
            piece = spoilt[other : other + 64]
            spoilt[at : at + len(piece)] = piece
    return bytes(spoilt)


YAML_PIECES = (
    "[", "]", "{", "}", ": ", "- ", "\n", "  ", "\t", "#", "&a ", "*a", "<<: ", "!!python/object:os.system ", "| \n", "'", '"', "yes",
    "3.10", "~", "\u2028", "\x00", "\ufeff", "---\n", "...\n", "? ", "\ud800", "1e999", ".nan", "0x1F", "2026-02-30", "not: ",
    "all: ", "any: ", "strong", "weak", "unknown",
)  # fmt: skip


@st.composite
def edited_text(draw: st.DrawFn, text: str, pieces: Sequence[str] = YAML_PIECES) -> str:
    """A text with a few edits: a line removed, doubled or moved, a piece put in or a word replaced."""
    lines = text.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 4))):
        if not lines:
            break
        at = draw(st.integers(0, len(lines) - 1))
        edit = draw(st.sampled_from(["insert", "insert", "replace", "remove", "double", "move"]))
        piece = draw(st.one_of(st.sampled_from(list(pieces)), TEXTS))
        if edit == "insert":
            column = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:column] + piece + lines[at][column:]
        elif edit == "replace":
            words = lines[at].split(" ")
            words[draw(st.integers(0, len(words) - 1))] = piece
            lines[at] = " ".join(words)
        elif edit == "remove":
            del lines[at]
        elif edit == "double":
            lines.insert(at, lines[at])
        else:
            lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
    return "".join(lines)


SOURCE_PIECES = (
    "import torch\n", "from tensorflow import *\n", "(", ")", "[" * 50, "'''", "\x00", "\t", "def ", "lambda: ", "\\\n", "\ufeff", "é",
    "MEASURES = 3\n", "QUESTION = ['a']\n", "TIMED = 'yes'\n", "DOMAINS = 5\n", "DEPTH = {}\n", "9" * 6000, "1 if ", "{[]}", "\ud800",
)  # fmt: skip
