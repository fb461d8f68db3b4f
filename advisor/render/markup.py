"""Parts of a document in Markdown; what they say is escaped, so that it is shown as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisor.render.document import Item, Part, Table
from advisor.render.listing import inert
from advisor.text import clean

MARKUP = re.compile(r"([\\`*_\[\]<>|&~#!${}]|(?<={)%)")
"""What Markdown, HTML, a formula or a page template inside it could take for markup."""
OPENING = re.compile(r"^([-+=])(?=[-+=\s]|$)|^(\d{1,9})(?=[.)](\s|$))")
"""What would make a list or a heading of the line it opens."""


def escaped(text: str) -> str:
    """Return outside text so that Markdown shows it as it is."""
    plain = MARKUP.sub(r"\\\1", clean(text))
    return OPENING.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\", plain)


def part_lines(section: Part) -> Iterator[str]:
    """Yield what a part says, without its head: a list, and tables."""
    for item in section.items:
        if isinstance(item, Table):
            yield from ("", *_table(item), "")
        elif isinstance(item, Item) and item.code:
            yield from _fenced(item)
        elif isinstance(item, Item):
            label = f"**{escaped(item.label)}** " if item.label else ""
            yield f"- {label}{escaped(item.text)}" if section.head else f"{label}{escaped(item.text)}\n"


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(map(escaped, table.heads))} |"
    yield "".join("|---:" if at in table.numbers else "|---" for at in range(len(table.heads))) + "|"
    yield from (f"| {' | '.join(map(escaped, row))} |" for row in table.rows)


def _fenced(item: Item) -> Iterator[str]:
    """Yield code between fences longer than any inside it."""
    for snippet in (item, *([item.beside] if item.beside else [])):
        code = inert(snippet.text)
        longest = max((len(run) for line in code for run in re.findall("`+", line)), default=0)
        fence = "`" * max(3, longest + 1)
        yield from (f"{escaped(snippet.label)}\n" if snippet.label else "", fence, *code, fence, "")
