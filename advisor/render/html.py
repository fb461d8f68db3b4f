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
from advisor.render.head import depends_on, others, recommendation, unmet
from advisor.render.measured import counted, machine
from advisor.render.page import Page
from advisor.render.start_rows import start_rows
from advisor.render.terminal import basis, source_of
from advisor.text import Lang, clean
from advisor.words import READINGS, REVIEWS, RUN_VERDICTS, VERDICTS, amount, topic

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
      const content = column === "text" ? row.textContent.toLowerCase() : row.dataset[column];
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


def render(page: Page, derivation: Derivation, evidence: Evidence, remark: str = "") -> str:
    """Return an answer as a page.

    Args:
        page: the answer.
        derivation: what the answer is derived from.
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
        finalize=_cleaned,
    )
    from markupsafe import Markup

    digest = base64.b64encode(hashlib.sha256(FILTER.encode()).digest()).decode()
    return environment.get_template("report.html.j2").render(
        page=page,
        remark=remark,
        advice=page.advice,
        pick=page.pick,
        name=page.candidate,
        recommendation=recommendation(page),
        about_it=[text for text in (*depends_on(page), others(page), *unmet(page)) if text],
        readings=list(_readings(page)),
        good=[_reason_row(page, reason) for reason in page.advice.reasons],
        bad=[_reason_row(page, reason) for reason in page.advice.dissent],
        start=list(start_rows(page.advice.next.start, page.lang)) if page.advice.next.start is not None else [],
        figures=list(figures(page, derivation, evidence)),
        machine=machine(page),
        measured=_measured(page),
        entries=list(_ledger_rows(page)),
        verdicts={verdict: VERDICTS[verdict][page.lang] for verdict in RUN_VERDICTS},
        reviews={verdict: words[page.lang] for verdict, words in REVIEWS.items()},
        script=Markup(FILTER),
        digest=digest,
    )


def _cleaned(value: Any) -> Any:
    """Clean what is no markup of ours; a space at either end stays, for it parts a text from its neighbours."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    before, after = (" " if end == " " else "" for end in (value[:1], value[-1:]))
    return f"{before}{clean(value)}{after}"


def _readings(page: Page) -> Iterator[tuple[str, str, int, str, str]]:
    for name, reading in page.advice.readings.items():
        leader = page.candidate(reading.framework) if reading.framework else page.pick("nothing", "无")
        because = reading.because[page.lang] if reading.because else ""
        claim = page.pack.claims.get(reading.cite)
        cite = source_of(claim.source) if claim else reading.cite
        yield READINGS[name][page.lang], leader, round(100 * reading.frameworks[0].p_best), because, cite


def _reason_row(page: Page, reason: Reason) -> ReasonRow:
    about, rests_on = topic(reason.topic)[page.lang], basis(page, reason)
    return ReasonRow(about, reason.text[page.lang], rests_on, source_of(reason.source), f"{reason.effect:+.3f}")


def _measured(page: Page) -> tuple[list[str], list[list[str]]]:
    """Return the measured table: a head of candidates, then a row per measure."""
    candidates = sorted({measurement.candidate for measurement in page.advice.evidence.measurements})
    rows_by_measure: dict[tuple[str, str], dict[str, Measurement]] = {}
    for measurement in page.advice.evidence.measurements:
        rows_by_measure.setdefault((measurement.probe, measurement.measure), {})[measurement.candidate] = measurement
    rows = []
    for cells in rows_by_measure.values():
        if all(cell.amount is None for cell in cells.values()):
            continue
        any_cell = next(iter(cells.values()))
        unit = f" ({any_cell.unit[page.lang]})" if any_cell.unit else ""
        counts = counted(cells.values())[page.lang]
        rows.append([any_cell.label[page.lang] + unit, *(_cell(page, cells.get(id)) for id in candidates), counts])
    return [page.pick("measure", "测量项"), *candidates, page.pick("counts for you?", "是否计入结论")], rows


def _cell(page: Page, measurement: Measurement | None) -> str:
    if measurement is None or measurement.amount is None:
        return measurement.why[page.lang] if measurement and measurement.why else "-"
    return amount(measurement.amount)[page.lang] + ("~" if measurement.timed and measurement.why else "")


def _ledger_rows(page: Page) -> Iterator[LedgerRow]:
    """Yield the ledger: the article's claims first, in the order of its sections."""
    for claim in sorted(
        page.advice.claims, key=lambda claim: (not claim.source.startswith("article"), claim.source, claim.id)
    ):
        yield _ledger_row(page, claim, page.pack.claims[claim.id])


def _ledger_row(page: Page, judged: JudgedClaim, claim: Claim) -> LedgerRow:
    lang: Lang = page.lang
    return LedgerRow(
        judged.id, source_of(claim.source), judged.verdict, VERDICTS[judged.verdict][lang],
        claim.review.verdict, REVIEWS[claim.review.verdict][lang], judged.text[lang], judged.why[lang],
    )  # fmt: skip
