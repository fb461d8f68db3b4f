"""What speaks for a proposed answer."""

from __future__ import annotations

from msgspec import Struct

from advisor.knowledge.signal import Certainty
from advisor.text import Text


class Support(Struct, frozen=True):
    """What speaks for a choice.

    Attributes:
        signal: what was seen, in a few words.
        places: where, the first few.
        count: how often in all.
    """

    choice: str
    signal: Text
    places: tuple[str, ...]
    certainty: Certainty
    count: int = 1
