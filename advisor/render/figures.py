"""The charts of a page, each with a title, what it shows, and the table that says the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from advisor.evidence.break_even import Crossing, break_even, candidate_mode_name
from advisor.evidence.runs import REFERENCE, Evidence
from advisor.reasoning.advice import Measurement
from advisor.reasoning.derivation import BeliefSummary, Derivation
from advisor.render import charts
from advisor.render.document import Figure, table
from advisor.render.job_size import workload_figure
from advisor.render.measured import shown_measurements
from advisor.render.page import Page
from advisor.words import BELIEF_SOURCES

STEPS = tuple(10 ** (exponent / 4) for exponent in range(25))
"""Numbers of steps the break-even curve is drawn at: 1 to 10⁶."""
TABLE_STEPS = (1, 1_000, 10_000, 100_000, 1_000_000)
"""Those its table tells."""


def _figure(
    title: str, about: str, chart: charts.Drawing, heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> Figure:
    return Figure(title, about, (chart.light, chart.dark, chart.narrow_light, chart.narrow_dark), table(heads, rows))


def figures(page: Page, derivation: Derivation, evidence: Evidence) -> Iterator[Figure]:
    """Yield the charts of an answer.

    Args:
        page: the answer.
        derivation: what the answer is derived from.
        evidence: the runs it rests on, of which every block is shown.
    """
    yield _ranking(page)
    if derivation.beliefs:
        yield _beliefs(page, derivation.beliefs)
        yield _shares(page, derivation.beliefs)
    for probe, mode in _timed(shown_measurements(page)):
        yield from _steps(page, probe, mode, evidence)
        yield from _break_even(page, probe, evidence)
    yield from workload_figure(page)


def _ranking(page: Page) -> Figure:
    rows = [
        {"name": page.candidate(standing.id), "share": round(100 * standing.p_best)}
        for standing in page.advice.frameworks
    ]
    title, about = page.say("figures.wins"), page.say("figures.wins-about")
    heads = (
        page.say("answer.column-framework"),
        page.say("figures.column-wins"),
        page.say("answer.column-value"),
        page.say("answer.column-cost"),
    )
    cells = [
        (
            page.candidate(standing.id),
            f"{100 * standing.p_best:.0f}",
            f"{standing.value:.3f}",
            f"{standing.expected_regret:.3f}",
        )
        for standing in page.advice.frameworks
    ]
    return _figure(title, about, charts.ranking(rows, page.say("figures.axis-wins")), heads, cells)


def _beliefs(page: Page, beliefs: Sequence[BeliefSummary]) -> Figure:
    rows = [
        {
            "criterion": page.pack.criteria[belief.criterion].name[page.lang],
            "name": page.candidate(belief.candidate),
            "mean": belief.mean,
            "low": max(0.0, belief.mean - belief.sd),
            "high": min(1.0, belief.mean + belief.sd),
        }
        for belief in beliefs
    ]
    title, about = page.say("figures.beliefs"), page.say("figures.beliefs-about")
    heads = [page.say(f"figures.column-{name}") for name in ("criterion", "candidate", "mean", "sd")]
    cells = [
        (str(row["criterion"]), str(row["name"]), f"{belief.mean:.2f}", f"{belief.sd:.2f}")
        for row, belief in zip(rows, beliefs, strict=True)
    ]
    return _figure(title, about, charts.beliefs(rows, page.say("figures.axis-value")), heads, cells)


def _shares(page: Page, beliefs: Sequence[BeliefSummary]) -> Figure:
    rows, cells = [], []
    for belief in beliefs:
        name = f"{page.pack.criteria[belief.criterion].name[page.lang]}: {page.candidate(belief.candidate)}"
        for order, (part, share) in enumerate(belief.parts):
            word = BELIEF_SOURCES[part][page.lang]
            rows.append({"name": name, "part": word, "share": 100 * share, "order": order})
            cells.append((name, word, f"{100 * share:.0f} %"))
    title, about = page.say("figures.sources"), page.say("figures.sources-about")
    heads = [page.say(f"figures.column-{name}") for name in ("belief", "source", "share")]
    return _figure(title, about, charts.shares(rows, page.say("figures.axis-share")), heads, cells)


def _timed(measurements: Sequence[Measurement]) -> list[tuple[str, str]]:
    """Return the timed probes of an answer, each with the mode that is shown first."""
    mode_by_probe: dict[str, str] = {}
    for measurement in measurements:
        if measurement.timed and measurement.amount is not None and measurement.ratio is not None:
            mode_by_probe.setdefault(measurement.probe, measurement.mode)
    return list(mode_by_probe.items())


def _steps(page: Page, probe: str, mode: str, evidence: Evidence) -> Iterator[Figure]:
    """Show every block of a timed probe, as multiples of the NumPy step of the same block."""
    by_candidate = {
        measurement.candidate: measurement
        for measurement in page.advice.evidence.measurements
        if measurement.probe == probe and measurement.measure == "step_ms"
    }
    rows, cells = [], []
    for candidate, measurement in sorted(by_candidate.items()):
        blocks = evidence.blocks(probe, measurement.mode or mode, ("ok", "no_steady_state", "too_noisy"))
        reference = blocks.get(REFERENCE, {})
        runs_by_block = blocks.get(candidate, {})
        ratios = [
            _ratio(runs_by_block[block].measures, reference[block].measures)
            for block in sorted(set(runs_by_block) & set(reference))
        ]
        usable = [ratio for ratio in ratios if ratio is not None]
        if measurement.ratio is None or not usable:
            continue
        low, high = measurement.low or measurement.ratio, measurement.high or measurement.ratio
        rows += [{"name": candidate, "ratio": ratio, "low": low, "high": high} for ratio in usable]
        cells.append(
            (
                candidate,
                measurement.way or measurement.mode,
                f"{measurement.ratio:.2f}",
                f"{low:.2f}-{high:.2f}",
                ", ".join(f"{ratio:.2f}" for ratio in usable),
            )
        )
    if rows:
        title, about = page.say("figures.steps", probe=probe), page.say("figures.steps-about")
        heads = [page.say(f"figures.column-{name}") for name in ("candidate", "mode", "multiple", "interval", "blocks")]
        yield _figure(title, about, charts.steps(rows, page.say("figures.axis-times-numpy")), heads, cells)


def _ratio(measures: Mapping[str, Any], reference: Mapping[str, Any]) -> float | None:
    step, base = measures.get("step_ms"), reference.get("step_ms")
    return float(step) / float(base) if step and base else None


def _break_even(page: Page, probe: str, evidence: Evidence) -> Iterator[Figure]:
    """Show how long a number of steps takes from a cold start, and from where on a slow start pays."""
    analysis = break_even(evidence, probe)
    if not analysis.curves:
        return
    rows = [
        {"name": curve.name, "steps": n, "seconds": curve.seconds_until(n)} for curve in analysis.curves for n in STEPS
    ]
    title = page.say("figures.cold-start", probe=probe)
    about = page.pick(" ", "").join([page.say("figures.cold-start-about"), *_crossings(page, analysis.crossings)])
    heads = (page.say("figures.column-seconds"), *(f"{n:,}" for n in TABLE_STEPS))
    cells = [(curve.name, *(f"{curve.seconds_until(n):,.1f}" for n in TABLE_STEPS)) for curve in analysis.curves]
    titles = page.say("figures.axis-steps"), page.say("figures.axis-seconds")
    yield _figure(title, about, charts.break_even(rows, *titles), heads, cells)


def _crossings(page: Page, crossings: Iterable[Crossing]) -> Iterator[str]:
    """Yield after how many steps a slower start of a candidate pays off; the table shows how the candidates compare."""
    for crossing in crossings:
        if crossing.first.candidate != crossing.then.candidate:
            continue
        steps, span = f"{crossing.steps:,.0f}", f"{crossing.low:,.0f}-{crossing.high:,.0f}".replace("inf", "∞")
        earlier, later = candidate_mode_name(crossing.first), candidate_mode_name(crossing.then)
        yield page.say("figures.cheaper-from-step", steps=steps, interval=span, later=later, earlier=earlier)
