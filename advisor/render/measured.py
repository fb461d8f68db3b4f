"""The table of what was measured, and what counted of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.evidence.stacks import ways_of
from advisor.evidence.tiers import TIE
from advisor.reasoning.advice import Measurement
from advisor.render.layout import side_by_side
from advisor.render.page import Line, Page, hung
from advisor.text import clean
from advisor.words import amount

QUICK = "training-step"
"""The timing every project gets; another one is named."""
LETTERS = "abcdefghij"
"""Of the tiers of speed, the fastest first."""


def measured(page: Page) -> Iterator[Line]:
    """The table of what was measured, candidates in alphabetical order."""
    if not shown(page):
        yield from hung(page, page.pick("MEASURED", "实测"), nothing(page), 0, 15, "bold")
        return
    yield from hung(page, page.pick("MEASURED", "实测"), machine(page), 0, 11, "bold")
    names, groups = grid(page)
    yield from (Line("  " + line) for line in side_by_side(names, groups, page.width - 2))
    for note in notes(page):
        yield from hung(page, "", note, 2)


def shown(page: Page) -> list[Measurement]:
    """Return what the table shows: of several timings of one measure the one that lies nearest to the project; the JSON has all."""
    found = [one for one in page.advice.evidence.measurements if one.amount is not None]
    nearest: dict[str, str] = {}
    for one in found:
        if one.timed and (one.measure not in nearest or one.probe == page.advice.evidence.tiered):
            nearest[one.measure] = one.probe
    return [one for one in found if not one.timed or nearest[one.measure] == one.probe]


def nothing(page: Page) -> str:
    """Say why nothing was measured."""
    return page.pick("nothing; ", "无；") + (_missing_words(page) or page.pick("documents only", "仅凭文献"))


def machine(page: Page) -> str:
    """Say on what was measured, for how long, and how noisy it was."""
    evidence = page.advice.evidence
    facts = evidence.machine
    gpus = facts.get("gpus") or []
    cores, cpu = clean(str(facts.get("usable_cores", "?"))), clean(str(facts.get("cpu", "CPU")))
    parts = [
        page.pick(f"{cpu}, {cores} cores, ", f"{cpu}，{cores} 核，")
        + (clean(str(gpus[0])) if gpus else page.pick("no GPU", "无 GPU")),
    ]
    if evidence.blocks:
        blocks, seconds = evidence.blocks, f"{evidence.seconds:.0f}"
        parts.append(
            page.pick(f"{blocks} block{'' if blocks == 1 else 's'}, {seconds} s", f"{blocks} 轮，{seconds} 秒")
        )
    if evidence.noise is not None:
        parts.append(page.pick(f"noise {100 * evidence.noise:.1f} %", f"噪声 {100 * evidence.noise:.1f} %"))
    return " | ".join(parts)


def notes(page: Page) -> Iterator[str]:
    """Say what a reader of the table must know beside it."""
    table = shown(page)
    partly = [one for one in table if one.timed and one.counts != "yes" and one.note]
    limits = dict.fromkeys(one.note[page.lang] for one in partly if one.note)
    if limits:
        yield page.pick("; ", "；").join(limits)
    yield from _mode_notes(page, table)
    if missing := _missing_words(page):
        yield f"{page.pick('not measured: ', '未实测：')}{missing}"


def _mode_notes(page: Page, shown: Sequence[Measurement]) -> Iterator[str]:
    """Say in which mode a step was timed where that is not the mode the other columns speak of, and what its letter means."""
    timed = [one for one in shown if one.ratio is not None]
    fast = ", ".join(dict.fromkeys(one.candidate for one in timed if one.mode == "production"))
    ways = ways_of(page.pack)
    slow: dict[str, dict[str, None]] = {}  # what compiles for long → who was timed without it
    for one in timed:
        if one.mode == "default" and one.candidate in ways and ways[one.candidate].when == "apart":
            slow.setdefault(ways[one.candidate].name, {})[one.candidate] = None
    parts, parts_zh = [], []
    if page.advice.evidence.tiered not in ("", QUICK):
        parts.append(f"that of {page.advice.evidence.tiered}")
        parts_zh.append(f"取自 {page.advice.evidence.tiered}")
    if fast:
        means = f" ({ways[fast].name})" if fast in ways else ""
        parts.append(f"{fast} compiled{means}, its other columns eager")
        parts_zh.append(f"{fast} 为编译形式{means.replace(' (', '（').replace(')', '）')}，其余各列为即时执行")
    for name, candidates in slow.items():
        eager = ", ".join(candidates)
        parts.append(f"{eager} eager ({name}: --probe full)")
        parts_zh.append(f"{eager} 为即时执行（{name} 见 --probe full）")
    if len(page.advice.evidence.tiers) > 1:
        last = LETTERS[len(page.advice.evidence.tiers) - 1]
        parts.append(f"a-{last}: tiers {TIE:g}x apart")
        parts_zh.append(f"a-{last} 为梯队，相差 {TIE:g} 倍以上")
    if parts:
        yield page.pick(f"step: {'; '.join(parts)}", f"单步：{'；'.join(parts_zh)}")
    if any(one.why for one in timed):
        yield page.pick(
            "~ too few steady blocks: shown, not counted; again: --probe quick",
            "~ 稳定轮次过少：仅列出，不计入；可用 --probe quick 重测",
        )


def _missing_words(page: Page) -> str:
    """Say for each candidate of which something is missing why it was not measured."""
    found: dict[str, str] = {}
    timed = {one.measure: one.probe for one in shown(page) if one.timed}
    for one in page.advice.evidence.measurements:
        elsewhere = one.timed and timed.get(one.measure, one.probe) != one.probe  # another kind of job stands for it
        if one.why and one.amount is None and not elsewhere:
            found.setdefault(one.candidate, one.why[page.lang])
    by_reason: dict[str, list[str]] = {}
    for candidate, why in found.items():
        by_reason.setdefault(why, []).append(candidate)
    return page.pick("; ", "；").join(f"{', '.join(names)}: {why}" for why, names in by_reason.items())


def grid(page: Page) -> tuple[list[str], list[list[str]]]:
    """Return the measured table as its first column and the others, each with its head first; the timed ones first."""
    found = page.advice.evidence.measurements
    candidates = sorted({one.candidate for one in found})
    columns = [(one.probe, one.measure, one.timed) for one in shown(page)]
    at = {(one.candidate, one.probe, one.measure): one for one in found}
    groups: list[list[str]] = []
    for probe, measure, _ in sorted(dict.fromkeys(columns), key=lambda one: not one[2]):
        groups += _columns_of(page, [at[candidate, probe, measure] for candidate in candidates])
    return ["", *candidates, page.pick("counts for you?", "是否计入结论")], groups


def _columns_of(page: Page, cells: Sequence[Measurement]) -> list[list[str]]:
    """Return one or two columns of a measure: the amounts, and for timed ones the interval over NumPy."""
    first = cells[0]
    unit = f" {first.unit[page.lang]}" if first.unit else ""
    head = first.label[page.lang] + unit
    words = {"yes": page.pick("yes", "是"), "no": page.pick("no", "否"), "partly": page.pick("partly", "部分")}
    counts = words[next((one.counts for one in cells if one.counts != "no"), "no")]
    found = [[head, *(_amount_words(page, cell) for cell in cells), counts]]
    if any(cell.ratio is not None for cell in cells):
        intervals = [_ratio_words(page, c) for c in cells]
        found.append([page.pick("x NumPy 90% int.", "NumPy 倍数 90% 区间"), *intervals, ""])
    return found


def _amount_words(page: Page, cell: Measurement) -> str:
    if cell.amount is None:
        return "-"
    return amount(cell.amount)[page.lang] + ("~" if cell.timed and cell.why else "")


def _ratio_words(page: Page, cell: Measurement) -> str:
    """The multiple of NumPy with its interval, and the letter of its tier where there are several."""
    if cell.ratio is None or cell.low is None or cell.high is None:
        return "-" if cell.ratio is None else f"{cell.ratio:.2f}"
    tiers = page.advice.evidence.tiers
    at = next((number for number, tier in enumerate(tiers) if cell.candidate in tier), None)
    told = at is not None and len(tiers) > 1 and cell.probe == page.advice.evidence.tiered
    letter = LETTERS[at] if told and at is not None else ""
    return f"{cell.ratio:.2f} {cell.low:.2f}-{cell.high:.2f}{letter}"
