"""The three readings of the same knowledge: as the article says, as reviewed, as measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from advisor.knowledge.claim import LEVEL, Claim
from advisor.knowledge.condition import Condition
from advisor.knowledge.pack import Pack
from advisor.reasoning.beliefs import OPINION_FACTOR, SOURCE_SD, STALE_FACTOR, VERSION_FACTOR, Ground, StatedValue

Reading = Literal["article", "reviewed", "measured"]
READINGS: tuple[Reading, ...] = ("article", "reviewed", "measured")
Verdict = Literal["confirmed", "refuted", "inconclusive", "untested"]
STALE_AFTER = timedelta(days=183)

Grounds = Mapping[tuple[str, str], list[Ground]]
"""(candidate, criterion) → what speaks of it."""


@dataclass(frozen=True)
class Finding:
    """A claim held against runs.

    Attributes:
        why: the numbers or the reason, in both languages as (en, zh).
        measured: the numbers behind it, by candidate; empty when nothing was measured.
        runs: ids of the runs that were used.
    """

    claim: str
    verdict: Verdict
    why: tuple[str, str]
    measured: Mapping[str, object] = field(default_factory=dict)
    runs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScaledMeasurement:
    """One measure of one candidate, read on a criterion's scale.

    Attributes:
        value: on the 0…1 scale.
        sd: standard error and mismatch together, on the same scale.
        when: the projects it speaks for.
        amount: what was measured, in the measure's own unit (a number or an outcome word).
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
    """Return the findings where there is no evidence at all."""
    nothing = ("nothing was measured", "未进行实测")
    return {
        id: Finding(id, "untested", (claim.uncheckable.en, claim.uncheckable.zh) if claim.uncheckable else nothing)
        for id, claim in pack.claims.items()
    }


def is_stale(claim: Claim, as_of: date) -> bool:
    """Whether a claim's review is older than six months at a date."""
    return as_of - claim.review.on > STALE_AFTER


def versions_out_of_range(claim: Claim, versions: Mapping[str, str]) -> dict[str, str]:
    """Return the measured versions a claim does not speak of, by package; unknown versions are no contradiction.

    Args:
        claim: with the version ranges it applies to, if any.
        versions: package → version, as the runs tell them.
    """
    told = {package: allowed for package, allowed in claim.applies_to.items() if package in versions}
    if not told:
        return {}
    from packaging.specifiers import SpecifierSet  # slow to import, and most answers have no versions to compare

    return {
        package: versions[package]
        for package, allowed in told.items()
        if not SpecifierSet(allowed).contains(versions[package], prereleases=True)
    }


def grounds_of(
    reading: Reading,
    pack: Pack,
    findings: Mapping[str, Finding],
    measured: Iterable[ScaledMeasurement],
    as_of: date,
    versions: Mapping[str, str] | None = None,
) -> Grounds:
    """Collect what counts in one reading.

    Args:
        reading: which of the three.
        pack: the knowledge.
        findings: verdicts by claim; used by the measured reading only.
        measured: measurements on the criteria's scales; likewise.
        as_of: the date of the answer, for stale reviews.
        versions: what the runs say is installed, for claims about other versions.

    Returns:
        The grounds by candidate and criterion.
    """
    measurements = list(measured) if reading == "measured" else []
    seen = {(one.candidate, one.criterion, one.probe, one.measure) for one in measurements}
    members: dict[tuple[str, str, str], list[StatedValue]] = {}
    for id, claim in pack.claims.items():
        if not _counts(id, claim, reading, pack, findings):
            continue
        sd = _sd(claim, reading, pack, as_of, versions or {})
        for candidate, value in stated_levels(claim, pack):
            if reading == "measured" and _already_measured(claim, findings.get(id), candidate, seen):
                continue
            assert claim.about is not None
            key = (original_source(claim, pack), candidate, claim.about)
            members.setdefault(key, []).append(StatedValue(value, claim.when, id, sd))
    grounds: dict[tuple[str, str], list[Ground]] = {}
    for (source, candidate, criterion), stated in members.items():
        sd = SOURCE_SD[pack.sources[source].kind]
        grounds.setdefault((candidate, criterion), []).append(
            Ground("claim", source, candidate, criterion, sd, tuple(stated))
        )
    for one in measurements:
        grounds.setdefault((one.candidate, one.criterion), []).append(_measurement(one))
    return grounds


def original_source(claim: Claim, pack: Pack) -> str:
    """Return the source a claim really comes from: that of the claim it repeats."""
    seen = {claim.same_as}
    while claim.same_as is not None and pack.claims[claim.same_as].same_as not in seen:
        claim = pack.claims[claim.same_as]
        seen.add(claim.same_as)
    return (pack.claims[claim.same_as] if claim.same_as else claim).source_id


def stated_levels(claim: Claim, pack: Pack) -> Iterator[tuple[str, float]]:
    """Yield (candidate, value) for everything a claim speaks of; the most specific name wins."""
    values: dict[str, tuple[int, float]] = {}
    for name, level in claim.says.items():
        members = pack.members(name)
        for candidate in members:
            if candidate not in values or len(members) < values[candidate][0]:
                values[candidate] = (len(members), LEVEL[level])
    for candidate, (_, value) in values.items():
        yield candidate, value


def _counts(id: str, claim: Claim, reading: Reading, pack: Pack, findings: Mapping[str, Finding]) -> bool:
    if not claim.says:
        return False
    if reading == "article":
        return pack.sources[claim.source_id].kind == "article"
    refuted = reading == "measured" and id in findings and findings[id].verdict == "refuted"
    return claim.review.upheld and not refuted


def _already_measured(
    claim: Claim, finding: Finding | None, candidate: str, seen: set[tuple[str, str, str, str]]
) -> bool:
    """A confirmed claim whose own check is read on its criterion would count twice."""
    if claim.check is None or finding is None or finding.verdict != "confirmed":
        return False
    return (candidate, claim.about or "", claim.check.probe, claim.check.measure) in seen


def _sd(claim: Claim, reading: Reading, pack: Pack, as_of: date, versions: Mapping[str, str]) -> float:
    sd = SOURCE_SD[pack.sources[claim.source_id].kind]
    if reading == "article":
        return sd
    if claim.review.verdict == "opinion":
        sd *= OPINION_FACTOR
    if is_stale(claim, as_of):
        sd *= STALE_FACTOR
    return sd * VERSION_FACTOR if versions_out_of_range(claim, versions) else sd


def _measurement(one: ScaledMeasurement) -> Ground:
    return Ground(
        "run",
        one.probe,
        one.candidate,
        one.criterion,
        one.sd,
        (StatedValue(one.value, one.when, f"{one.probe}.{one.measure}"),),
    )
