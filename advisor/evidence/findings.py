"""Claims held against runs: confirmed, refuted, inconclusive or untested, the last two always with why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from advisor import words
from advisor.evidence.intervals import Judgement
from advisor.evidence.paired_comparison import compare, measure_value
from advisor.evidence.runs import Evidence
from advisor.knowledge.claim import Claim, ClaimCheck
from advisor.knowledge.pack import Pack
from advisor.reasoning.readings import Finding, Verdict
from advisor.text import Text
from probes.catalogue import PROBES, Measure

OUTCOMES: Mapping[str, tuple[str, str]] = {
    "partial": ("only in part", "只完成一部分"),
    "not_installed": ("not installed", "未安装"),
    "not_written": ("no probe file for it", "尚无对应的实测文件"),
    "import_error": ("import failed", "导入失败"),
    "import_crash": ("crashed at import", "导入时崩溃"),
    "oom": ("out of memory", "内存不足"),
    "killed": ("killed", "进程被终止"),
    "timeout": ("timed out", "超时"),
    "bad_output": ("unreadable result", "结果不可读"),
    "quality_mismatch": ("not the same computation", "未通过等价性检验"),
    "no_steady_state": ("no steady state", "未达稳态"),
    "too_noisy": ("too noisy", "噪声过大"),
    "cancelled": ("cancelled", "已取消"),
    "unsupported": ("unsupported here", "此处不支持"),
}


NOT_TRIED = ("not-installed", "timeout", "unsupported")
"""Words of a measure that say it could not be tried, not how it went."""
UNDECIDED = ("no_steady_state", "too_noisy", "quality_mismatch", "partial")
"""Outcomes that measured something, but nothing that decides."""


@dataclass
class _Part:
    """The judgement of one comparison inside a check."""

    judgement: Judgement | None
    en: str
    zh: str
    runs: list[str] = field(default_factory=list)


def judge_claims(pack: Pack, evidence: Evidence) -> dict[str, Finding]:
    """Hold every claim of a pack against the evidence.

    Args:
        pack: the ledger.
        evidence: the runs that may be leaned on.

    Returns:
        One finding per claim, in the order of the ledger.
    """
    return {id: _find(id, claim, pack, evidence) for id, claim in pack.claims.items()}


def _find(id: str, claim: Claim, pack: Pack, evidence: Evidence) -> Finding:
    if claim.check is None:
        assert claim.uncheckable is not None
        return Finding(id, "untested", (claim.uncheckable.en, claim.uncheckable.zh))
    check = claim.check
    parts = _parts(check, pack, evidence)
    verdict, deciding = _verdict(parts)
    measured = _amounts(check, evidence)
    why = ("; ".join(dict.fromkeys(one.en for one in deciding)), "；".join(dict.fromkeys(one.zh for one in deciding)))
    if check.means and verdict in ("confirmed", "refuted"):
        why = (f"{why[0]}. {check.means.en}", f"{why[1]}。{check.means.zh}")
    runs = tuple(sorted({run for part in parts for run in part.runs}))
    return Finding(id, verdict, why, measured, runs)


def _verdict(parts: Sequence[_Part]) -> tuple[Verdict, list[_Part]]:
    """A claim about several is confirmed by all, refuted by any, untested if a part could not be tried."""
    for word in ("refuted", "inconclusive"):
        if chosen := [part for part in parts if part.judgement == word]:
            missing = [part for part in parts if part.judgement is None]
            return ("untested", missing) if missing and word != "refuted" else (word, chosen)
    missing = [part for part in parts if part.judgement is None]
    return ("untested", missing) if missing else ("confirmed", list(parts))


def _parts(check: ClaimCheck, pack: Pack, evidence: Evidence) -> list[_Part]:
    expect = check.expect
    if expect.better is not None:
        pairs = [(a, b) for a in pack.members(expect.better) for name in expect.than for b in pack.members(name)]
        return [_compare(check, pack, evidence, a, b, expect.by, same=False) for a, b in pairs if a != b]
    if expect.equal:
        every = [c for name in expect.equal for c in pack.members(name)]
        pairs = [(every[0], other) for other in every[1:]]
        return [_compare(check, pack, evidence, a, b, expect.within, same=True) for a, b in pairs]
    return [_value(check, pack, evidence, c) for name in expect.each for c in pack.members(name)]


def _measure(check: ClaimCheck) -> Measure:
    probe = PROBES.get(check.probe)
    return probe.measures.get(check.measure, Measure()) if probe else Measure()


def _is_timed(check: ClaimCheck) -> bool:
    return check.probe in PROBES and PROBES[check.probe].timed


def measure_label(pack: Pack, probe: str, measure: str) -> Text:
    """Return what a measure is called: as its criterion says, else its own name."""
    for criterion in pack.criteria.values():
        for reading in criterion.measured:
            if (reading.probe, reading.measure) == (probe, measure):
                return reading.label
    plain = measure.replace("_", "-")
    return words.MEASURES.get(plain, Text(en=plain, zh=plain))


def _value(check: ClaimCheck, pack: Pack, evidence: Evidence, candidate: str) -> _Part:
    """Judge "this candidate's measure is, or is at most, …"."""
    expect = check.expect
    run = evidence.exact(check.probe).get(candidate)
    if run is None or check.measure not in run.measures:
        return _missing(check, evidence, candidate)
    amount = run.measures[check.measure]
    if amount in NOT_TRIED:
        word = words.amount(amount)
        return _Part(None, f"not measured: {candidate} {word.en}", f"未实测：{candidate} {word.zh}", [run.id])
    if expect.is_ is not None:
        holds = amount_word(amount) in expect.is_
    elif expect.at_most is not None:
        holds = isinstance(amount, int | float) and amount <= expect.at_most
    else:
        holds = isinstance(amount, int | float) and expect.at_least is not None and amount >= expect.at_least
    label, word = measure_label(pack, check.probe, check.measure), words.amount(amount)
    en, zh = f"{label.en}: {candidate} {word.en}", f"{label.zh}：{candidate} {word.zh}"
    return _Part("confirmed" if holds else "refuted", en, zh, [run.id])


def _compare(check: ClaimCheck, pack: Pack, evidence: Evidence, a: str, b: str, margin: float, *, same: bool) -> _Part:
    """Judge "a is better than b" (or equals it); the ratio is oriented so that above 1 is in favour of a."""
    sign = -1.0 if _measure(check).better == "higher" else 1.0
    if _is_timed(check):
        return _compare_timed(check, evidence, a, b, margin, sign, same=same)
    runs = evidence.exact(check.probe)
    for candidate in (a, b):
        if not isinstance(runs[candidate].measures.get(check.measure) if candidate in runs else None, int | float):
            return _missing(check, evidence, candidate)
    x, y = (float(runs[c].measures[check.measure]) for c in (a, b))
    if x <= 0 or y <= 0:
        return _Part(
            "inconclusive", f"{a} {amount_word(x)}, {b} {amount_word(y)}", f"{a} {amount_word(x)}，{b} {amount_word(y)}"
        )
    log = sign * math.log(y / x)
    holds = abs(log) <= math.log1p(margin) if same else log > math.log1p(margin)
    label = measure_label(pack, check.probe, check.measure)
    en = f"{label.en}: {a} {amount_word(x)}, {b} {amount_word(y)}; exact"
    zh = f"{label.zh}：{a} {amount_word(x)}，{b} {amount_word(y)}；精确值"
    return _Part("confirmed" if holds else "refuted", en, zh, [runs[a].id, runs[b].id])


def _compare_timed(
    check: ClaimCheck, evidence: Evidence, a: str, b: str, margin: float, sign: float, *, same: bool
) -> _Part:
    mode = check.mode or "default"
    blocks = evidence.blocks(check.probe, mode)
    for candidate in (a, b):
        if candidate not in blocks:
            return _missing(check, evidence, candidate)
    found = compare(evidence, check.probe, mode, check.measure, a, b, sign=sign)
    judgement, why = found.equal(margin) if same else found.faster(margin)
    if found.interval is None:
        return _Part("inconclusive", why.en, why.zh)
    one = found.interval
    spread = f"{one.ratio:.2f} ({one.low:.2f}-{one.high:.2f})"
    en = f"{b} over {a} {spread}, {one.blocks} blocks: {why.en}"
    zh = f"{b} 比 {a} {spread}，{one.blocks} 轮：{why.zh}"
    return _Part(judgement, en, zh, list(found.runs))


def _missing(check: ClaimCheck, evidence: Evidence, candidate: str) -> _Part:
    """Say why there is no measurement of a candidate."""
    failed = evidence.failures(check.probe).get(candidate)
    if failed is None:
        return _Part(None, f"not measured: {candidate}", f"未实测：{candidate}")
    en, zh = OUTCOMES.get(str(failed.outcome), (str(failed.outcome), str(failed.outcome)))
    if failed.outcome in UNDECIDED:
        return _Part("inconclusive", f"{candidate}: {en}", f"{candidate}：{zh}", [failed.id])
    return _Part(None, f"not measured: {candidate} {en}", f"未实测：{candidate} {zh}", [failed.id])


def _amounts(check: ClaimCheck, evidence: Evidence) -> dict[str, object]:
    """Return what was measured, by candidate: the value, or for timed probes the median over blocks."""
    if not _is_timed(check):
        runs = evidence.exact(check.probe)
        return {c: run.measures[check.measure] for c, run in sorted(runs.items()) if check.measure in run.measures}
    found: dict[str, object] = {}
    for candidate, blocks in sorted(evidence.blocks(check.probe, check.mode or "default").items()):
        values = sorted(value for run in blocks.values() if (value := measure_value(run, check.measure)))
        if values:
            found[candidate] = values[len(values) // 2]
    return found


def amount_word(amount: object) -> str:
    """Return a measured value as a word: true, false, an outcome, or a number with three digits."""
    if isinstance(amount, bool):
        return "true" if amount else "false"
    if isinstance(amount, int | float):
        return f"{amount:.3g}" if not float(amount).is_integer() else str(int(amount))
    return str(amount)
