"""Text from outside, made fit to be shown: which characters no terminal, page or file should be handed on."""

from __future__ import annotations

import re

MAX_TEXT = 400
"""Characters of a reason, a fact or a word that is measured."""
UNSAFE_CHARACTERS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
"""Control and C1 characters but tab and newline, bidirectional overrides, zero-width and other invisible signs, lone
surrogates: as ranges of a character class."""
UNSAFE = re.compile(f"[{UNSAFE_CHARACTERS}]")
_GAP = re.compile(f"[{UNSAFE_CHARACTERS}\t]+")


def plain_text(text: object, limit: int = MAX_TEXT) -> str:
    """Return the first line of a text, with spaces for tabs and unsafe characters, cut to `limit` characters."""
    lines = str(text).strip().splitlines()
    clean = _GAP.sub(" ", lines[0] if lines else "")
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"
