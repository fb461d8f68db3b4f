"""The formats of an answer, each a small writer of one document: a new one is a file beside these and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import cast

from msgspec import Struct

from advisor.render.document import Document
from advisor.text import Lang


class Writer(Struct, frozen=True):
    """A format that answers are written in.

    Attributes:
        module: below `advisor.render`: its function `answer` takes the document and the language and returns text.
        charts: whether it shows charts, and the whole ledger with them.
    """

    module: str
    charts: bool = False

    def write(self, document: Document, lang: Lang) -> str:
        """Return a document in this format."""
        write = import_module(f"advisor.render.{self.module}").answer  # only what is asked for is imported
        return cast(Callable[[Document, Lang], str], write)(document, lang)


WRITERS: Mapping[str, Writer] = {"markdown": Writer("markdown"), "html": Writer("html", charts=True)}
"""Format → its writer. Text is written at the width of its page (`terminal`), and JSON is the advice itself (`json`)."""
