"""The answer as one page that needs nothing else: no request, no script but the filter of its ledger."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.evidence.runs import Evidence
from advisor.knowledge.claim import Claim
from advisor.reasoning.advice import JudgedClaim, Measurement, Reason
from advisor.reasoning.derivation import Derivation
from advisor.render import charts
from advisor.render.figures import figures
from advisor.render.measured import machine
from advisor.render.page import Page
from advisor.render.terminal import source_of, standing
from advisor.text import Lang, clean
from advisor.words import LABELS, READINGS, REVIEWS, TOPICS, VERDICTS, amount

TEMPLATES = Path(__file__).with_name("templates")
FILTER = """\
const controls = document.querySelectorAll("#ledger-filter [data-column]");
const rows = document.querySelectorAll("#ledger tbody tr");
const count = document.getElementById("ledger-count");
function apply() {
  let shown = 0;
  rows.forEach((row) => {
    const fits = [...controls].every((one) => {
      const wanted = one.value.trim().toLowerCase();
      const found = one.dataset.column === "text" ? row.textContent.toLowerCase() : row.dataset[one.dataset.column];
      return !wanted || (one.dataset.column === "text" ? found.includes(wanted) : found === wanted);
    });
    row.hidden = !fits;
    shown += fits ? 1 : 0;
  });
  count.textContent = shown + " / " + rows.length;
}
controls.forEach((one) => one.addEventListener("input", apply));
document.getElementById("ledger-filter").hidden = false;
apply();
"""


@dataclass(frozen=True)
class ReasonRow:
    """One ground for or against."""

    topic: str
    text: str
    basis: str
    cite: str
    effect: str


@dataclass(frozen=True)
class LedgerRow:
    """One row of the ledger."""

    id: str
    section: str
    verdict: str
    verdict_word: str
    review: str
    review_word: str
    text: str
    why: str


def render(page: Page, found: Derivation, evidence: Evidence, remark: str = "") -> str:
    """Return an answer as a page.

    Args:
        page: the answer.
        found: what carries it.
        evidence: the runs it rests on, for the charts that show every block.
        remark: what is said before everything else.

    Raises:
        InputError: the report extra is not installed.
    """
    charts.check_installed("--format html")
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_inert,
    )
    from markupsafe import Markup

    digest = base64.b64encode(hashlib.sha256(FILTER.encode()).digest()).decode()
    return environment.get_template("report.html.j2").render(
        page=page,
        remark=remark,
        advice=page.advice,
        pick=page.pick,
        name=page.candidate,
        label=LABELS[page.advice.label][page.lang],
        readings=list(_readings(page)),
        good=[_ground(page, one) for one in page.advice.reasons],
        bad=[_ground(page, one) for one in page.advice.dissent],
        figures=list(figures(page, found, evidence)),
        machine=machine(page),
        measured=_measured(page),
        entries=list(_entries(page)),
        verdicts={one: VERDICTS[one][page.lang] for one in ("confirmed", "refuted", "inconclusive", "untested")},
        reviews={one: words[page.lang] for one, words in REVIEWS.items()},
        script=Markup(FILTER),
        digest=digest,
    )


def _inert(value: Any) -> Any:
    """Clean what is no markup of ours; a space at either end stays, for it parts a text from its neighbours."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    before, after = (" " if end == " " else "" for end in (value[:1], value[-1:]))
    return f"{before}{clean(value)}{after}"


def _readings(page: Page) -> Iterator[tuple[str, str, int, str, str]]:
    for name, one in page.advice.readings.items():
        leader = page.candidate(one.framework) if one.framework else page.pick("nothing", "无")
        because = one.because[page.lang] if one.because else ""
        claim = page.pack.claims.get(one.cite)
        cite = source_of(claim.source) if claim else one.cite
        yield READINGS[name][page.lang], leader, round(100 * one.frameworks[0].p_best), because, cite


def _ground(page: Page, one: Reason) -> ReasonRow:
    topic = TOPICS[one.topic][page.lang]
    return ReasonRow(topic, one.text[page.lang], standing(page, one), source_of(one.source), f"{one.effect:+.3f}")


def _measured(page: Page) -> tuple[list[str], list[list[str]]]:
    """Return the measured table: a head of candidates, then a row per measure."""
    candidates = sorted(page.pack.measurable)
    at: dict[tuple[str, str], dict[str, Measurement]] = {}
    for one in page.advice.evidence.measurements:
        at.setdefault((one.probe, one.measure), {})[one.candidate] = one
    words = {"yes": page.pick("yes", "是"), "no": page.pick("no", "否"), "partly": page.pick("partly", "部分")}
    rows = []
    for cells in at.values():
        if all(cell.amount is None for cell in cells.values()):
            continue
        first = next(iter(cells.values()))
        unit = f" ({first.unit[page.lang]})" if first.unit else ""
        counts = next((cell.counts for cell in cells.values() if cell.counts != "no"), "no")
        rows.append([first.label[page.lang] + unit, *(_cell(page, cells.get(id)) for id in candidates), words[counts]])
    return [page.pick("measure", "测量项"), *candidates, page.pick("counts for you?", "是否计入结论")], rows


def _cell(page: Page, one: Measurement | None) -> str:
    if one is None or one.amount is None:
        return one.why[page.lang] if one and one.why else "-"
    return amount(one.amount)[page.lang] + ("~" if one.timed and one.why else "")


def _entries(page: Page) -> Iterator[LedgerRow]:
    """Yield the ledger: the article's claims first, in the order of its sections."""
    for one in sorted(page.advice.claims, key=lambda one: (not one.source.startswith("article"), one.source, one.id)):
        yield _entry(page, one, page.pack.claims[one.id])


def _entry(page: Page, one: JudgedClaim, claim: Claim) -> LedgerRow:
    lang: Lang = page.lang
    return LedgerRow(
        one.id, source_of(claim.source), one.verdict, VERDICTS[one.verdict][lang],
        claim.review.verdict, REVIEWS[claim.review.verdict][lang], one.text[lang], one.why[lang],
    )  # fmt: skip
