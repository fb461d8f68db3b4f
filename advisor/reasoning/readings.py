"""The three readings of the same knowledge: as the article states it, as reviewed, and as measured here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct, field

from advisor.knowledge.claim import Claim
from advisor.knowledge.condition import All, Condition, Not
from advisor.knowledge.criterion import LEVEL
from advisor.knowledge.pack import Pack
from advisor.reasoning.beliefs import (
    OPINION_FACTOR,
    OTHER_WORK_FACTOR,
    SOURCE_SD,
    STALE_FACTOR,
    VERSION_FACTOR,
    Ground,
    StatedValue,
)
from advisor.sentences import text

Reading = Literal["article", "reviewed", "measured"]
READINGS: tuple[Reading, ...] = ("article", "reviewed", "measured")
Verdict = Literal["confirmed", "refuted", "inconclusive", "untested"]
STALE_AFTER = timedelta(days=183)

Grounds = Mapping[tuple[str, str], list[Ground]]
"""(candidate, criterion) → the grounds about it."""


class Finding(Struct, frozen=True):
    """The verdict of runs on a claim.

    Attributes:
        claim: its id.
        why: the numbers or the reason, in both languages as (en, zh).
        measured: the measured values behind the verdict, by candidate; empty when nothing was measured.
        runs: ids of the runs the verdict rests on.
        counted: whether they only counted in source code, which confirms nothing and refutes nothing.
    """

    claim: str
    verdict: Verdict
    why: tuple[str, str]
    measured: Mapping[str, object] = field(default_factory=dict)
    runs: tuple[str, ...] = ()
    counted: bool = False


class ScaledMeasurement(Struct, frozen=True):
    """One measure of one candidate, read on a criterion's scale.

    Attributes:
        value: 0 to 1.
        sd: the standard deviation of the value: standard error and mismatch combined (see `reasoning.scale.measurement_sd`).
        when: the projects it counts for.
        amount: what was measured, in the measure's own unit (a number or an outcome word).
        mode: the mode of a timed measure; empty for others.
        runs: ids of the runs it comes from.
    """

    candidate: str
    criterion: str
    probe: str
    measure: str
    value: float
    sd: float
    when: Condition
    amount: float | str
    mode: str = ""
    runs: tuple[str, ...] = ()


def untested(pack: Pack) -> dict[str, Finding]:
    """Return the findings where nothing was measured: every claim is untested."""
    not_measured = text("findings.nothing-was-measured")
    reasons = {id: claim.uncheckable or not_measured for id, claim in pack.claims.items()}
    return {id: Finding(id, "untested", (why.en, why.zh)) for id, why in reasons.items()}


def is_stale(claim: Claim, as_of: date) -> bool:
    """Return whether a claim's review is older than six months at a date."""
    return as_of - claim.review.on > STALE_AFTER


def versions_out_of_range(claim: Claim, versions: Mapping[str, str]) -> dict[str, str]:
    """Return, by package, the measured versions outside the range a claim applies to; packages without a measured version are left out.

    Args:
        claim: the claim, with the version ranges it applies to, if any.
        versions: package → version, as recorded in the runs.
    """
    ranges = {package: range for package, range in claim.applies_to.items() if package in versions}
    if not ranges:
        return {}
    from packaging.specifiers import SpecifierSet  # slow to import, and most answers have no versions to compare

    return {
        package: versions[package]
        for package, range in ranges.items()
        if not SpecifierSet(range).contains(versions[package], prereleases=True)
    }


def grounds_of(
    reading: Reading,
    pack: Pack,
    findings: Mapping[str, Finding],
    measured: Iterable[ScaledMeasurement],
    as_of: date,
    versions: Mapping[str, str] | None = None,
) -> Grounds:
    """Collect the claims and measurements that count in one reading.

    Args:
        reading: which of the three.
        pack: the knowledge.
        findings: the verdict of the runs on each claim, by the claim's id; used by the measured reading only.
        measured: measurements on the criteria's scales; used by the measured reading only.
        as_of: the date of the answer, for stale reviews.
        versions: package → installed version as recorded in the runs, for claims about other versions.

    Returns:
        The grounds by candidate and criterion.
    """
    measurements = list(measured) if reading == "measured" else []
    measured_already = {(m.candidate, m.criterion, m.probe, m.measure) for m in measurements}
    statements_by_key: dict[tuple[str, str, str], list[tuple[str, StatedValue]]] = {}
    for id, claim in pack.claims.items():
        if not _counts(id, claim, reading, pack, findings):
            continue
        sd = _sd(claim, reading, pack, as_of, versions or {})
        for candidate, value in stated_levels(claim, pack):
            if reading == "measured" and _is_measured(claim, findings.get(id), candidate, measured_already):
                continue
            assert claim.about is not None
            source = original_source(claim, pack)
            key = (f"cause:{claim.cause}" if claim.cause else source, candidate, claim.about)
            stated_values = as_stated(id, claim, value, sd)
            statements_by_key.setdefault(key, []).extend((source, stated) for stated in stated_values)
    grounds: dict[tuple[str, str], list[Ground]] = {}
    for (origin, candidate, criterion), statements in statements_by_key.items():
        grounds.setdefault((candidate, criterion), []).append(_ground(pack, origin, candidate, criterion, statements))
    for measurement in measurements:
        grounds.setdefault((measurement.candidate, measurement.criterion), []).append(_ground_of_run(measurement))
    return grounds


def _ground(
    pack: Pack, origin: str, candidate: str, criterion: str, statements: list[tuple[str, StatedValue]]
) -> Ground:
    """Return the ground that several statements of one source, or of one cause, make up; the surest of their sources represents it."""
    sd_of = {source: SOURCE_SD[pack.sources[source].kind] for source, _ in statements}
    source = min(sd_of, key=lambda id: (sd_of[id], id))
    values = tuple(stated for _, stated in statements)
    cause = origin.removeprefix("cause:") if origin.startswith("cause:") else ""
    return Ground("claim", source, candidate, criterion, sd_of[source], values, cause)


def original_source(claim: Claim, pack: Pack) -> str:
    """Return the id of the source a claim goes back to: that of the claim it repeats (`same-as`), if it repeats one."""
    visited = {claim.same_as}
    while claim.same_as is not None and pack.claims[claim.same_as].same_as not in visited:
        claim = pack.claims[claim.same_as]
        visited.add(claim.same_as)
    return (pack.claims[claim.same_as] if claim.same_as else claim).source_id


def stated_levels(claim: Claim, pack: Pack) -> Iterator[tuple[str, float]]:
    """Yield (candidate, value 0 to 1) for every candidate a claim gives a level; where several of its names fit, the most specific counts."""
    values: dict[str, tuple[int, float]] = {}
    for name, level in claim.says.items():
        candidates = pack.members(name)
        for candidate in candidates:
            if candidate not in values or len(candidates) < values[candidate][0]:
                values[candidate] = (len(candidates), LEVEL[level])
    for candidate, (_, value) in values.items():
        yield candidate, value


def as_stated(id: str, claim: Claim, value: float, sd: float) -> Iterator[StatedValue]:
    """Yield what a claim states of one candidate: once, or once for the projects its numbers are from and once, less surely, for others.

    Args:
        id: the claim's.
        claim: it.
        value: the level it gives the candidate, 0 to 1.
        sd: the standard deviation of that value where the project's work is like what the source measured.
    """
    if claim.measured_on is None:
        yield StatedValue(value, claim.when, id, sd)
        return
    like = claim.measured_on.like
    yield StatedValue(value, All((claim.when, like)), id, sd)
    yield StatedValue(value, All((claim.when, Not(like))), id, sd * OTHER_WORK_FACTOR)


def _counts(id: str, claim: Claim, reading: Reading, pack: Pack, findings: Mapping[str, Finding]) -> bool:
    if not claim.says:
        return False
    if reading == "article":
        return pack.sources[claim.source_id].kind == "article"
    refuted = reading == "measured" and id in findings and findings[id].verdict == "refuted"
    return claim.review.upheld and not refuted


def _is_measured(
    claim: Claim, finding: Finding | None, candidate: str, measured: set[tuple[str, str, str, str]]
) -> bool:
    """Return whether a measurement that is itself a ground already says what the claim says: counting both would count it twice."""
    if claim.check is None or finding is None or not (finding.verdict == "confirmed" or finding.counted):
        return False
    return (candidate, claim.about or "", claim.check.probe, claim.check.measure) in measured


def _sd(claim: Claim, reading: Reading, pack: Pack, as_of: date, versions: Mapping[str, str]) -> float:
    sd = SOURCE_SD[pack.sources[claim.source_id].kind]
    if reading == "article":
        return sd
    if claim.review.verdict == "opinion":
        sd *= OPINION_FACTOR
    if is_stale(claim, as_of):
        sd *= STALE_FACTOR
    return sd * VERSION_FACTOR if versions_out_of_range(claim, versions) else sd


def _ground_of_run(measurement: ScaledMeasurement) -> Ground:
    return Ground(
        side="run",
        source=measurement.probe,
        candidate=measurement.candidate,
        criterion=measurement.criterion,
        sd=measurement.sd,
        stated_values=(StatedValue(measurement.value, measurement.when, f"{measurement.probe}.{measurement.measure}"),),
    )
