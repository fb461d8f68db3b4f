"""Documents as one page that needs nothing else: no request, no script but the filter of its ledger."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from advisor.render.charts import check_installed
from advisor.render.document import Document, Figure, Item, Table
from advisor.sentences import sentence
from advisor.text import Lang, clean

TEMPLATES = Path(__file__).with_name("templates")
FILTER = """\
const controls = document.querySelectorAll("#ledger-filter [data-column]");
const rows = document.querySelectorAll("#ledger tbody tr");
const count = document.getElementById("ledger-count");
function apply() {
  let shown = 0;
  rows.forEach((row) => {
    const fits = [...controls].every((control) => {
      const wanted = control.value.trim().toLowerCase();
      const column = control.dataset.column;
      const content = (column === "text" ? row : row.cells[column]).textContent.toLowerCase();
      return !wanted || (column === "text" ? content.includes(wanted) : content === wanted);
    });
    row.hidden = !fits;
    shown += fits ? 1 : 0;
  });
  count.textContent = shown + " / " + rows.length;
}
controls.forEach((control) => control.addEventListener("input", apply));
document.getElementById("ledger-filter").hidden = false;
apply();
"""


def answer(document: Document, lang: Lang) -> str:
    """Return an answer as a page; the figures are drawings inside it.

    Raises:
        InputError: the report extra is not installed.
    """
    check_installed("--format html")
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_cleaned,
    )
    environment.filters["address"] = lambda svg: "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    environment.tests |= {
        "item": lambda value: isinstance(value, Item),
        "table": lambda value: isinstance(value, Table),
        "figure": lambda value: isinstance(value, Figure),
    }
    digest = base64.b64encode(hashlib.sha256(FILTER.encode()).digest()).decode()
    return environment.get_template("report.html.j2").render(
        document=document,
        say=lambda name: sentence(f"page.{name}", lang),
        script=Markup(FILTER),
        digest=digest,
    )


def _cleaned(value: Any) -> Any:
    """Clean what is no markup of ours."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
