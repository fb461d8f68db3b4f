"""What one measurement found, as text: a table per probe, every measure with its interval and how its runs ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from advisor import words
from advisor.evidence.break_even import Crossing
from advisor.evidence.findings import RUN_OUTCOMES
from advisor.evidence.intervals import MIN_BLOCKS
from advisor.evidence.session_report import MeasuredValue, ProbeReport, ResultRow, SessionReport
from advisor.evidence.tiers import TIE, CandidateMode
from advisor.render.text_layout import hang, side_by_side
from advisor.text import Lang, Text, clean, short

Styled = tuple[str, str]
INDENT = 2
LONGEST_WORD = 30
NOT_SHOWN = ("same_as", "retried", "steps", "parameters", "thirds_spread", "thirds_allowed", "device", "machine_gflops")
"""Measures of how the measuring went: in the JSON, not in the table. So are the errors behind "gate"."""
UNITS_ZH = {"ms": "毫秒", "s": "秒", "MiB": "MB"}
MODES = {"production": Text(en="compiled", zh="编译"), "reference": Text(en="", zh="")}
UNSTEADY_NOTE = Text(en="~ no steady block: shown, not used for verdicts", zh="~ 无稳定轮次：仅列出，不用于判定")
TIER_NOTE = Text(
    en="tier 1 holds the fastest and all that your own job may not distinguish from it: compared with larger jobs of the same "
    f"kinds, ratios of {TIE:g} and more kept their order in 22 of 25 pairs, smaller ones in 22 of 35, so smaller ones are ties; "
    f"a dash: fewer than {MIN_BLOCKS} usable blocks",
    zh="梯队 1 为最快者及在你自己的任务中未必能与之区分者：与同类更大任务对照，"
    f"比值达到 {TIE:g} 的 25 对中 22 对次序不变，更小的 35 对中仅 22 对不变，故视为持平；有效轮数不足 {MIN_BLOCKS} 者记为 -",
)


def lines(report: SessionReport, lang: Lang, width: int) -> Iterator[Styled]:
    """Lay out a report.

    Args:
        report: what was found.
        lang: the language of the words.
        width: cells of the page.
    """
    for line in hang(lang.pick("MEASURED", "实测"), _head(report, lang), width, 0, 10):
        yield line, "bold"
    for note in report.notes:
        yield from ((line, "") for line in hang("", note[lang], width, 0, 10))
    for probe in report.probes:
        yield "", ""
        yield from _probe(probe, lang, width)
    if any(line.tier for probe in report.probes for line in probe.rows):
        yield "", ""
        yield from ((line, "") for line in hang("", TIER_NOTE[lang], width, INDENT, 0))


def _head(report: SessionReport, lang: Lang) -> str:
    facts = report.machine
    gpus = facts.get("gpus")
    device = clean(str(gpus[0])) if isinstance(gpus, list) and gpus else lang.pick("no GPU", "无 GPU")
    cores = facts.get("usable_cores", "?")
    parts = [lang.pick(f"{cores} cores, {device}", f"{cores} 核，{device}")]
    if report.plan is not None and any(probe.timed for probe in report.probes):
        looks = ", ".join(map(str, report.plan.looks))
        parts.append(lang.pick(f"evaluated after {looks} blocks, margin 5 %", f"在第 {looks} 轮检视，界限 5 %"))
    parts.append(lang.pick(f"{report.seconds:.0f} s", f"{report.seconds:.0f} 秒"))
    parts.append(
        lang.pick(f"{report.runs} runs, {report.failed} failed", f"{report.runs} 次运行，失败 {report.failed} 次")
    )
    return " | ".join(parts)


def _probe(probe: ProbeReport, lang: Lang, width: int) -> Iterator[Styled]:
    own_code = lang.pick(" (own code)", "（自有代码）") if probe.own else ""
    about = f"{probe.name}{own_code}" + (f": {clean(probe.question)}" if lang is Lang.EN else "")
    for line in hang("", about, width, 0, 0):
        yield line, "bold"
    if probe.blocks:
        noise = (
            ""
            if probe.noise is None
            else lang.pick(f", noise {100 * probe.noise:.1f} %", f"，噪声 {100 * probe.noise:.1f} %")
        )
        blocks = f"{probe.blocks} block{'' if probe.blocks == 1 else 's'}"
        yield " " * INDENT + lang.pick(f"{blocks}{noise}", f"{probe.blocks} 轮{noise}"), ""
    names = ["", *(_name(line, lang) for line in probe.rows)]
    for line in side_by_side(names, list(_columns(probe, lang)), width - INDENT, right=probe.timed):
        yield " " * INDENT + line, ""
    if any(line.unsteady for line in probe.rows):
        yield " " * INDENT + UNSTEADY_NOTE[lang], ""
    for sentence in _break_even(probe, lang):
        yield from ((line, "") for line in hang("", sentence, width, INDENT, 0))
    for why in _reasons(probe.rows, lang):
        yield from ((line, "") for line in hang("", why, width, INDENT, 0))


def _break_even(probe: ProbeReport, lang: Lang) -> Iterator[str]:
    """Yield which candidate and mode is done first up to how many steps, and from where on compiling pays."""
    changes = probe.break_even.leader_changes()
    for crossing in changes:
        earlier, later, (steps, spread) = (
            _name(crossing.first, lang),
            _name(crossing.then, lang),
            _steps(crossing, lang),
        )
        yield lang.pick(
            f"break-even: {earlier} finishes first up to {steps} steps {spread}, {later} beyond",
            f"盈亏平衡：{steps} 步以内 {earlier} 先完成{spread}，步数更多时 {later} 更快",
        )
    for crossing in probe.break_even.mode_crossings():
        if crossing not in changes:
            steps, spread = _steps(crossing, lang)
            earlier, later = _name(crossing.first, lang), _name(crossing.then, lang)
            yield lang.pick(
                f"break-even: {later} overtakes {earlier} at {steps} steps {spread}",
                f"盈亏平衡：{steps} 步后 {later} 快于 {earlier}{spread}",
            )


def _steps(crossing: Crossing, lang: Lang) -> tuple[str, str]:
    """The number of steps, and its interval in brackets."""
    if crossing.blocks < 2:
        return f"{crossing.steps:.0f}", lang.pick("(one block, no interval)", "（仅一轮，无区间）")
    if crossing.high == float("inf"):
        return f"{crossing.steps:.0f}", lang.pick(f"({crossing.low:.0f} or more)", f"（不少于 {crossing.low:.0f} 步）")
    return f"{crossing.steps:.0f}", lang.pick(
        f"({crossing.low:.0f}-{crossing.high:.0f})", f"（{crossing.low:.0f}-{crossing.high:.0f}）"
    )


def _name(line: ResultRow | CandidateMode, lang: Lang) -> str:
    mode = MODES[line.mode][lang] if line.mode in MODES else ""
    return f"{line.candidate} {mode}".strip()


def _columns(probe: ProbeReport, lang: Lang) -> Iterator[list[str]]:
    """The columns: how the runs ended, the tier, the step over NumPy's, and each measure that has a value."""
    yield [lang.pick("outcome", "结果"), *(_outcomes(line.outcomes, lang) for line in probe.rows)]
    if any(line.tier for line in probe.rows):
        yield [lang.pick("tier", "梯队"), *(str(line.tier or "-") for line in probe.rows)]
    if any(line.over_reference for line in probe.rows):
        head = lang.pick("x NumPy", "NumPy 倍数")
        yield [head, *(_cell(line.over_reference, line, lang) for line in probe.rows)]
    if any(line.share for line in probe.rows):
        head = lang.pick("% of matmul", "矩阵乘占比 %")
        yield [head, *(f"{100 * line.share:.1f}" if line.share else "-" for line in probe.rows)]
    for name, measure in probe.measures.items():
        if name in NOT_SHOWN or name.startswith("gate_") or not any(name in line.values for line in probe.rows):
            continue
        unit = UNITS_ZH.get(measure.unit, measure.unit) if lang is Lang.ZH else measure.unit
        yield [
            f"{_label(name, lang)} {unit}".strip(),
            *(_cell(line.values.get(name), line, lang) for line in probe.rows),
        ]


def _label(measure: str, lang: Lang) -> str:
    label = words.MEASURES.get(measure.replace("_", "-"))
    return label[lang] if label else measure.replace("_", " ")


def _cell(value: MeasuredValue | None, line: ResultRow, lang: Lang) -> str:
    """A value in words, with its interval if it has one, and a mark where it is of unsteady runs."""
    if value is None:
        return "-"
    amount = short(words.amount(value.amount)[lang], LONGEST_WORD)
    if line.unsteady and not isinstance(value.amount, str | bool):
        amount += "~"
    if value.low is None or value.high is None:
        return amount
    return f"{amount} {words.amount(value.low)[lang]}-{words.amount(value.high)[lang]}"


def _outcomes(outcomes: Mapping[str, int], lang: Lang) -> str:
    """How runs ended: "5 ok", "4 ok, 1 too noisy"; a single one without its number."""
    words_by_outcome = {word: lang.pick(*RUN_OUTCOMES.get(word, ("ok", "正常"))) for word in outcomes}
    if sum(outcomes.values()) == 1:
        return next(iter(words_by_outcome.values()))
    return lang.pick(", ", "，").join(f"{count} {words_by_outcome[word]}" for word, count in outcomes.items())


def _reasons(rows: Sequence[ResultRow], lang: Lang) -> Iterator[str]:
    """Why runs did not end well, each reason once with those it concerns."""
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        if row.why and set(row.outcomes) != {"ok"}:
            by_reason.setdefault(row.why, []).append(_name(row, lang))
    for why, names in by_reason.items():
        yield f"{lang.pick(', ', '、').join(names)}{lang.pick(': ', '：')}{clean(why)}"
