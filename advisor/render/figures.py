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


def _ranking(page: Page) -> Figure:
    rows = [
        {"name": page.candidate(standing.id), "share": round(100 * standing.p_best)}
        for standing in page.advice.frameworks
    ]
    title = page.pick(
        "In how many of 100 plausible versions of the project each wins", "在 100 种可能的项目情形中各自胜出的次数"
    )
    about = page.pick(
        "Unknown answers, weights and facts are drawn together; the shares add to 100.",
        "未回答的问题、权重与事实一并抽样；各项之和为 100。",
    )
    heads = (page.pick("framework", "框架"), page.pick("wins", "胜出"), page.pick("expected cost", "预期代价"))
    cells = [
        (page.candidate(standing.id), f"{100 * standing.p_best:.0f}", f"{standing.expected_regret:.3f}")
        for standing in page.advice.frameworks
    ]
    return _figure(title, about, charts.ranking(rows, page.pick("wins in 100", "100 种中胜出")), heads, cells)


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
    title = page.pick("What is thought of each on the criteria that decide", "在起决定作用的标准上对各候选的评估")
    about = page.pick(
        "Dot: mean; line: one standard deviation. 0 and 1 are the fixed ends of each scale.",
        "点为均值，线为一个标准差。0 与 1 为各标准固定的两端。",
    )
    heads = (
        page.pick("criterion", "标准"),
        page.pick("candidate", "候选"),
        page.pick("mean", "均值"),
        page.pick("sd", "标准差"),
    )
    cells = [
        (str(row["criterion"]), str(row["name"]), f"{belief.mean:.2f}", f"{belief.sd:.2f}")
        for row, belief in zip(rows, beliefs, strict=True)
    ]
    return _figure(title, about, charts.beliefs(rows, page.pick("value on the scale", "标度上的值")), heads, cells)


def _shares(page: Page, beliefs: Sequence[BeliefSummary]) -> Figure:
    rows, cells = [], []
    for belief in beliefs:
        name = f"{page.pack.criteria[belief.criterion].name[page.lang]}: {page.candidate(belief.candidate)}"
        for order, (part, share) in enumerate(belief.parts):
            word = BELIEF_SOURCES[part][page.lang]
            rows.append({"name": name, "part": word, "share": 100 * share, "order": order})
            cells.append((name, word, f"{100 * share:.0f} %"))
    title = page.pick("What each belief rests on", "各项评估的依据构成")
    about = page.pick(
        "The share each kind of source contributed; the rest is the weak prior.", "各类依据所占的比例；其余为弱先验。"
    )
    heads = (page.pick("belief", "评估"), page.pick("source", "依据"), page.pick("share", "占比"))
    return _figure(title, about, charts.shares(rows, page.pick("share in %", "占比（%）")), heads, cells)


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
                measurement.mode,
                f"{measurement.ratio:.2f}",
                f"{low:.2f}-{high:.2f}",
                ", ".join(f"{ratio:.2f}" for ratio in usable),
            )
        )
    if rows:
        title = page.pick(f"{probe}: step time, every block", f"{probe}：单步时间，逐轮列出")
        about = page.pick(
            "Multiples of the same step in NumPy in the same block; logarithmic. Line: 90 % interval of the mean over blocks.",
            "以同一轮中 NumPy 同一步骤的倍数表示，对数坐标。线为各轮均值的 90 % 区间。",
        )
        heads = (
            page.pick("candidate", "候选"),
            page.pick("mode", "模式"),
            page.pick("multiple", "倍数"),
            page.pick("90 % interval", "90 % 区间"),
            page.pick("blocks", "各轮"),
        )
        yield _figure(title, about, charts.steps(rows, page.pick("times NumPy", "NumPy 的倍数")), heads, cells)


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
    title = page.pick(f"{probe}: seconds from a cold start", f"{probe}：自冷启动起的耗时")
    about = page.pick(
        "Import, build and first step, then steps at the steady rate; both axes logarithmic.",
        "含导入、构建与首步，其后按稳定速率；两轴均为对数坐标。",
    )
    about = page.pick(" ", "").join([about, *_crossings(page, analysis.crossings)])
    heads = (page.pick("seconds for so many steps", "完成若干步所需秒数"), *(f"{n:,}" for n in TABLE_STEPS))
    cells = [(curve.name, *(f"{curve.seconds_until(n):,.1f}" for n in TABLE_STEPS)) for curve in analysis.curves]
    titles = page.pick("steps", "步数"), page.pick("seconds", "秒")
    yield _figure(title, about, charts.break_even(rows, *titles), heads, cells)


def _crossings(page: Page, crossings: Iterable[Crossing]) -> Iterator[str]:
    """Yield after how many steps a slower start of a candidate pays off; the table shows how the candidates compare."""
    for crossing in crossings:
        if crossing.first.candidate != crossing.then.candidate:
            continue
        steps, span = f"{crossing.steps:,.0f}", f"{crossing.low:,.0f}-{crossing.high:,.0f}".replace("inf", "∞")
        earlier, later = candidate_mode_name(crossing.first), candidate_mode_name(crossing.then)
        yield page.pick(
            f"From step {steps} on (90 % interval {span}) {later} is cheaper than {earlier}.",
            f"自第 {steps} 步起（90 % 区间 {span}），{later} 比 {earlier} 更快。",
        )
