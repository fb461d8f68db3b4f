"""Claims judged by runs: confirmed, refuted, inconclusive or untested, each with the reason."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from advisor import words
from advisor.evidence.cluster_scope import with_cluster
from advisor.evidence.intervals import Judgement
from advisor.evidence.paired_comparison import compare, measure_value
from advisor.evidence.runs import Evidence
from advisor.evidence.stacks import reads_code
from advisor.knowledge.claim import Claim, ClaimCheck
from advisor.knowledge.pack import Pack
from advisor.reasoning.readings import Finding, Verdict
from advisor.sentences import text
from advisor.text import Text
from probes.catalogue import PROBES, Measure
from probes.run import Run

NOT_TRIED = ("not-installed", "timeout", "unsupported")
"""Values of a measure that say it could not be tried."""
UNDECIDED = ("no_steady_state", "too_noisy", "quality_mismatch", "partial")
"""Outcomes of runs that measured something which decides nothing."""


class _Part(Struct, frozen=True):
    """The result of one comparison within a claim check.

    Attributes:
        judgement: None where nothing was measured.
        reason: the numbers, or why there are none.
        runs: ids of the runs compared.
    """

    judgement: Judgement | None
    reason: Text
    runs: tuple[str, ...] = ()


def judge_claims(pack: Pack, evidence: Evidence) -> dict[str, Finding]:
    """Judge every claim of a pack by the evidence.

    Args:
        pack: the claims.
        evidence: the runs.

    Returns:
        One finding per claim, in the order of the pack.
    """
    return {id: _judge_claim(id, claim, pack, evidence) for id, claim in pack.claims.items()}


def _judge_claim(id: str, claim: Claim, pack: Pack, evidence: Evidence) -> Finding:
    """Return the verdict on one claim, with its reasons, the measured amounts and the runs."""
    check = claim.check
    if check is None:
        assert claim.uncheckable is not None
        return Finding(id, "untested", (claim.uncheckable.en, claim.uncheckable.zh))
    parts = _judge_parts(check, pack, evidence)
    verdict, deciding = _combine_parts(parts)
    reasons = [part.reason for part in deciding]
    en = "; ".join(dict.fromkeys(reason.en for reason in reasons))
    zh = "；".join(dict.fromkeys(reason.zh for reason in reasons))
    why = Text(en=en, zh=zh)
    if check.means and verdict in ("confirmed", "refuted"):
        why = text("findings.what-it-means", reasons=why, meaning=check.means)
    runs = tuple(sorted({run for part in parts for run in part.runs}))
    amounts, counted = _amounts_by_candidate(check, evidence), bool(runs) and reads_code(check.probe)
    if counted:
        verdict, why = "untested", text("evidence.counted", text=why)
    return Finding(id, verdict, (why.en, why.zh), amounts, runs, counted=counted)


def _combine_parts(parts: Sequence[_Part]) -> tuple[Verdict, list[_Part]]:
    """Return the verdict on a claim and the parts that decide it.

    One refuted part refutes the claim; else one part without a measurement leaves it untested, else one inconclusive part
    inconclusive; else it is confirmed.
    """
    for judgement in ("refuted", "inconclusive"):
        if deciding := [part for part in parts if part.judgement == judgement]:
            missing = [part for part in parts if part.judgement is None]
            return ("untested", missing) if missing and judgement != "refuted" else (judgement, deciding)
    missing = [part for part in parts if part.judgement is None]
    return ("untested", missing) if missing else ("confirmed", list(parts))


def _judge_parts(check: ClaimCheck, pack: Pack, evidence: Evidence) -> list[_Part]:
    """Judge each comparison or amount that a claim check consists of."""
    expect = check.expect
    if expect.better is not None:
        pairs = [(a, b) for a in pack.members(expect.better) for name in expect.than for b in pack.members(name)]
        return [_judge_comparison(check, pack, evidence, a, b, expect.by, same=False) for a, b in pairs if a != b]
    if expect.equal:
        equal = [candidate for name in expect.equal for candidate in pack.members(name)]
        return [
            _judge_comparison(check, pack, evidence, equal[0], other, expect.within, same=True) for other in equal[1:]
        ]
    candidates = (candidate for name in expect.each for candidate in pack.members(name))
    return [_judge_value(check, pack, evidence, candidate) for candidate in candidates]


def _measure_of(check: ClaimCheck) -> Measure:
    """Return the measure that a claim check is about."""
    probe = PROBES.get(check.probe)
    return probe.measures.get(check.measure, Measure()) if probe else Measure()


def _is_timed(check: ClaimCheck) -> bool:
    """Return whether a claim check is about a timed probe."""
    return check.probe in PROBES and PROBES[check.probe].timed


def measure_label(pack: Pack, probe: str, measure: str) -> Text:
    """Return the label of a measure: the one its criterion gives it, else its own name."""
    for criterion in pack.criteria.values():
        for scale in criterion.measured:
            if (scale.probe, scale.measure) == (probe, measure):
                return scale.label
    name = measure.replace("_", "-")
    return words.MEASURES.get(name, Text(en=name, zh=name))


def _judge_value(check: ClaimCheck, pack: Pack, evidence: Evidence, candidate: str) -> _Part:
    """Judge the claim that a candidate's measure has one of the expected values, or is at most or at least a number."""
    expect = check.expect
    run = evidence.exact(check.probe).get(candidate)
    if run is None or check.measure not in run.measures:
        return _judge_missing(check, evidence, candidate)
    value = run.measures[check.measure]
    word = words.amount(value)
    if value in NOT_TRIED:
        return _Part(None, text("findings.not-measured-because", candidate=candidate, why=word), (run.id,))
    if expect.is_ is not None:
        holds = amount_word(value) in expect.is_
    elif expect.at_most is not None:
        holds = isinstance(value, int | float) and value <= expect.at_most
    else:
        holds = isinstance(value, int | float) and expect.at_least is not None and value >= expect.at_least
    label = measure_label(pack, check.probe, check.measure)
    reason = text("findings.amount", measure=label, candidate=candidate, amount=word)
    return _Part("confirmed" if holds else "refuted", with_cluster(run, reason), (run.id,))


def _judge_comparison(
    check: ClaimCheck, pack: Pack, evidence: Evidence, a: str, b: str, margin: float, *, same: bool
) -> _Part:
    """Judge the claim that candidate a is better than b, or equal to it.

    Args:
        margin: relative; smaller differences do not matter.
        same: whether the claim says that they are equal.
    """
    sign = -1.0 if _measure_of(check).better == "higher" else 1.0  # a log ratio above 0 is in favour of a
    if _is_timed(check):
        return _judge_timed_comparison(check, evidence, a, b, margin, sign, same=same)
    runs = evidence.exact(check.probe)
    for candidate in (a, b):
        if not isinstance(runs[candidate].measures.get(check.measure) if candidate in runs else None, int | float):
            return _judge_missing(check, evidence, candidate)
    amount_a, amount_b = (float(runs[candidate].measures[check.measure]) for candidate in (a, b))
    amounts = text("findings.amounts", a=a, amount_a=amount_word(amount_a), b=b, amount_b=amount_word(amount_b))
    if amount_a <= 0 or amount_b <= 0:
        return _Part("inconclusive", amounts)
    log_ratio = sign * math.log(amount_b / amount_a)
    holds = abs(log_ratio) <= math.log1p(margin) if same else log_ratio > math.log1p(margin)
    label = measure_label(pack, check.probe, check.measure)
    reason = text("findings.amounts-exact", measure=label, amounts=amounts)
    return _Part("confirmed" if holds else "refuted", reason, (runs[a].id, runs[b].id))


def _judge_timed_comparison(
    check: ClaimCheck, evidence: Evidence, a: str, b: str, margin: float, sign: float, *, same: bool
) -> _Part:
    """Judge the same claim from the paired blocks of a timed probe."""
    mode = check.mode or "default"
    blocks = evidence.blocks(check.probe, mode)
    for candidate in (a, b):
        if candidate not in blocks:
            return _judge_missing(check, evidence, candidate)
    comparison = compare(evidence, check.probe, mode, check.measure, a, b, sign=sign)
    judgement, why = comparison.judge_equal(margin) if same else comparison.judge_faster(margin)
    interval = comparison.interval
    if interval is None:
        return _Part("inconclusive", why)
    ratio, low, high, blocks_compared = interval.ratio, interval.low, interval.high, interval.blocks
    reason = text("findings.ratio", a=a, b=b, ratio=ratio, low=low, high=high, blocks=blocks_compared, why=why)
    return _Part(judgement, reason, comparison.runs)


def _judge_missing(check: ClaimCheck, evidence: Evidence, candidate: str) -> _Part:
    """Return the judgement where there is no measurement of a candidate: why there is none."""
    failed = evidence.failures(check.probe).get(candidate)
    if failed is None:
        return _Part(None, text("findings.not-measured", candidate=candidate))
    why = outcome_words(failed)
    if failed.outcome in UNDECIDED:
        return _Part("inconclusive", text("findings.undecided", candidate=candidate, why=why), (failed.id,))
    return _Part(None, text("findings.not-measured-because", candidate=candidate, why=why), (failed.id,))


def _amounts_by_candidate(check: ClaimCheck, evidence: Evidence) -> dict[str, object]:
    """Return what was measured, by candidate: the value, or for timed probes the upper median over the blocks."""
    if not _is_timed(check):
        runs = evidence.exact(check.probe)
        return {
            candidate: run.measures[check.measure]
            for candidate, run in sorted(runs.items())
            if check.measure in run.measures
        }
    medians: dict[str, object] = {}
    for candidate, blocks in sorted(evidence.blocks(check.probe, check.mode or "default").items()):
        values = sorted(value for run in blocks.values() if (value := measure_value(run, check.measure)))
        if values:
            medians[candidate] = values[len(values) // 2]
    return medians


def amount_word(amount: object) -> str:
    """Return a measured value as a word: true, false, an outcome, or a number with three significant digits."""
    if isinstance(amount, bool):
        return "true" if amount else "false"
    if isinstance(amount, int | float):
        return f"{amount:.3g}" if not float(amount).is_integer() else str(int(amount))
    return str(amount)


def outcome_words(run: Run) -> Text:
    """Return how a run ended, in words; the outcome itself where there are none."""
    outcome = str(run.outcome)
    return words.RUN_OUTCOMES.get(outcome, Text(en=outcome, zh=outcome))
