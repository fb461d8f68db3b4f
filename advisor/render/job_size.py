"""What an answer says of the size of the user's job: what was measured, how far away, each way, and what it decided."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.evidence.ladder import FARTHEST
from advisor.evidence.stacks import way_name
from advisor.reasoning.measured_workload import WorkloadCrossing, WorkloadEvidence
from advisor.reasoning.workloads import workload_of
from advisor.render import charts
from advisor.render.document import Figure, Item, Table, table
from advisor.render.page import Page


def workload_items(page: Page) -> Iterator[Item | Table]:
    """Yield what was measured for the size of the user's job, and what that decided; nothing where no workload is named."""
    summary = page.advice.evidence.workload
    if summary is None:
        return
    work = _number(summary.work / 1e9)
    if summary.label[page.lang] == summary.sizes:
        yield Item(page.say("workload.job-by-sizes", sizes=summary.sizes, work=work))
    else:
        yield Item(page.say("workload.job", label=summary.label, sizes=summary.sizes, work=work))
    workload = workload_of(page.pack, page.advice.profile)
    if workload and workload.preset and workload.preset.differs:
        yield Item(page.say("workload.differs", differs=workload.preset.differs))
    yield Item(_status(page, summary))
    if summary.ways:
        yield _ways(page, summary)
    if summary.counts:
        yield from (Item(_crossing(page, crossing)) for crossing in summary.crossings)
        yield Item(_decided(page, summary))


def workload_in_short(page: Page) -> Iterator[str]:
    """Yield in one sentence which way is fastest at the size of the user's job; nothing where none is named or nothing was measured."""
    summary = page.advice.evidence.workload
    if summary is None or summary.status == "not-measured":
        return
    fields: dict[str, object] = {"times": _number(summary.times), "spread": f"{summary.spread:.1f}"}
    if summary.status != "too-far":
        first, *others = summary.ways
        other = next((way for way in others if way.candidate != first.candidate), None)
        fields["fastest"] = _name(page, first.candidate, first.mode)
        fields["others"] = (
            page.say("workload.short-other", name=_name(page, other.candidate, other.mode), ratio=f"{other.ratio:.2f}")
            if other
            else ""
        )
    yield page.say(f"workload.short-{summary.status}", **fields)


def _status(page: Page, summary: WorkloadEvidence) -> str:
    if summary.status == "not-measured" and summary.tried:
        return page.say("workload.tried", runs=summary.tried)
    from_one_size = summary.status == "carried-on" and len(summary.rungs) == 1
    return page.say(
        "workload.carried-on-one" if from_one_size else f"workload.{summary.status}",
        rungs=len(summary.rungs),
        times=_number(summary.times),
        spread=f"{summary.spread:.1f}",
        farthest=f"{FARTHEST:g}",
    )


def _ways(page: Page, summary: WorkloadEvidence) -> Table:
    """Return a row for each way, the fastest first: step, ratio with interval, hours, and the ratio at each rung."""
    counts = summary.status != "too-far"
    heads = [page.say("workload.column-way")]
    if counts:
        heads += [page.say(f"workload.column-{name}") for name in ("step", "ratio")]
        heads.append(page.say("workload.column-hours", steps=f"{summary.steps:,}"))
    for rung in summary.rungs:
        is_own_size = rung.work == summary.work
        heads.append(
            page.say(
                "workload.column-rung-own" if is_own_size else "workload.column-rung",
                times=_number(summary.work / rung.work),
            )
        )
    rows = []
    for way in summary.ways:
        cells = [_name(page, way.candidate, way.mode)]
        if counts:
            interval = f"{way.ratio:.2f} {way.low:.2f}-{way.high:.2f}"
            cells += [
                _number(way.step_ms),
                interval,
                f"{_number(way.hours)} {_number(way.hours_low)}-{_number(way.hours_high)}",
            ]
        rows.append([*cells, *("-" if ratio is None else f"{ratio:.2f}" for ratio in way.at_rungs)])
    return table(heads, rows, numbers=range(1, len(heads)))


def _crossing(page: Page, crossing: WorkloadCrossing) -> str:
    return page.say(
        "workload.overtakes" if crossing.high is not None else "workload.overtakes-open",
        earlier=_name(page, crossing.earlier, crossing.earlier_mode),
        later=_name(page, crossing.later, crossing.later_mode),
        steps=_number(crossing.steps),
        low=_number(crossing.low),
        high=_number(crossing.high or 0.0),
    )


def _decided(page: Page, summary: WorkloadEvidence) -> str:
    advice = page.advice
    same = summary.leader_without == (advice.framework or "")
    return page.say(
        "workload.decided-same" if same else "workload.decided",
        name=page.candidate(advice.framework or ""),
        before=page.candidate(summary.leader_without),
        share=round(100 * summary.share_without),
        now=round(100 * advice.p_best),
    )


def workload_figure(page: Page) -> Iterator[Figure]:
    """Yield the curve of each way's ratio over the size of the job; nothing without at least two sizes."""
    summary = page.advice.evidence.workload
    if summary is None or not summary.ways:
        return
    rows = []
    for way in summary.ways:
        name = _name(page, way.candidate, way.mode)
        points = [
            (rung.work, ratio) for rung, ratio in zip(summary.rungs, way.at_rungs, strict=True) if ratio is not None
        ]
        if summary.status == "carried-on":
            points.append((summary.work, way.ratio))
        rows += [{"name": name, "work": work / 1e9, "ratio": ratio} for work, ratio in points]
    if len({row["work"] for row in rows}) < 2:
        return
    far = {"carried-on": page.say("workload.figure-far"), "too-far": page.say("workload.figure-too-far")}.get(
        summary.status, ""
    )
    drawing = charts.over_size(rows, page.say("workload.axis-work"), page.say("workload.axis-ratio"))
    yield Figure(
        page.say("workload.figure"),
        page.say("workload.figure-about", far=far),
        (drawing.light, drawing.dark, drawing.narrow_light, drawing.narrow_dark),
        _ways(page, summary),
    )


def _name(page: Page, candidate: str, mode: str) -> str:
    """Return the name of a way to train: of the candidate, and the mode where it is not the default."""
    name = page.candidate(candidate)
    return name if mode == "default" else f"{name}, {way_name(candidate, mode)}"


def _number(value: float) -> str:
    """Return a number with two significant digits below a hundred, whole above."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
