"""Parts of a document as a piece of HTML to stand in another page: a cell of a notebook, a dashboard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from advisor.render.document import Item, Part, Table
from advisor.text import clean


def as_fragment(parts: Iterable[Part], title: str) -> str:
    """Return parts as HTML without a script, a style sheet or a request; colours and letters are those of the page around it."""
    lines = ['<div class="advise">', f"<h3>{_plain(title)}</h3>"]
    for section in parts:
        if section.items:
            lines += [f"<h4>{_plain(section.head)}</h4>"] if section.head else []
            lines += _part(section)
    return "\n".join([*lines, "</div>"])


def _plain(text: str) -> str:
    return escape(clean(text))


def _part(section: Part) -> Iterator[str]:
    """Yield what a part says: a list, with tables between; drawings are left out."""
    for item in section.items:
        if isinstance(item, Table):
            yield from _table(item)
        elif isinstance(item, Item) and item.code:
            yield f"<pre>{escape(item.text)}</pre>"
        elif isinstance(item, Item) and item.text:
            label = f"<b>{_plain(item.label)}</b> " if item.label else ""
            yield f"<p>{label}{_plain(item.text)}</p>"


def _table(table: Table) -> Iterator[str]:
    yield "<table>"
    yield f"<thead><tr>{''.join(f'<th>{_plain(head)}</th>' for head in table.heads)}</tr></thead><tbody>"
    for row in table.rows:
        cells = (
            f'<td style="text-align:{"right" if at in table.numbers else "left"}">{_plain(cell)}</td>'
            for at, cell in enumerate(row)
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table>"
