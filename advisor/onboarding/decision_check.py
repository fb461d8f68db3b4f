"""Does a decision still stand? It is computed again, one change after the other, so that each effect has its cause."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from advisor.evidence.describe import WHY_STALE
from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.onboarding.lock import Lock, LockedStanding, rule_digests, standing
from advisor.pipeline import Request, make_inputs
from advisor.reasoning.advice import Advice
from advisor.reasoning.assemble import assemble
from advisor.reasoning.profile import Profile
from advisor.text import Text
from advisor.words import LABELS, REVIEWS, SUREST_FIRST

if TYPE_CHECKING:
    from advisor.evidence.collect import Run

DecisionStatus = Literal["unchanged", "shrank", "flipped"]
ChangeKind = Literal["knowledge", "answers", "runs", "versions", "date"]
LEAST_LOSS = 0.01
"""A lead that shrinks by less, in utility, is not worth a word."""
MOST_NAMED = 8


@dataclass(frozen=True)
class Today:
    """What a decision is held against.

    Attributes:
        pack: the knowledge of today.
        profile: the project's answers of today.
        fresh: the runs of today; None where there are none to compare with.
        stale: of the decision's own runs, why they would not be used today, by id: too old, or the probe's code changed.
        versions: what is installed here, by package; empty where nothing is.
        as_of: the date.
    """

    pack: Pack
    profile: Profile
    as_of: date
    fresh: Evidence | None = None
    stale: Mapping[str, str] | None = None
    versions: Mapping[str, str] | None = None


@dataclass(frozen=True)
class ChangeEffect:
    """One kind of change, what it consists of, and how the recommended framework stands after it."""

    kind: ChangeKind
    changes: tuple[Text, ...]
    after: LockedStanding
    word: DecisionStatus


@dataclass(frozen=True)
class DecisionCheck:
    """The verdict on a decision.

    Attributes:
        word: unchanged, the margin shrank, or the recommendation flipped.
        before: how the recommended framework stood when it was decided.
        after: how the recommended framework stands now.
        steps: every kind of change there was, in the order it was applied.
        replayed: whether today's program and knowledge reproduce the decision where nothing else changed.
        advice: the answer of today.
        evidence: the runs it rests on.
    """

    word: DecisionStatus
    before: LockedStanding
    after: LockedStanding
    steps: tuple[ChangeEffect, ...]
    replayed: bool
    advice: Advice
    evidence: Evidence

    @property
    def causes(self) -> tuple[ChangeEffect, ...]:
        """The steps that turned the answer, or took from its lead."""
        return tuple(step for step in self.steps if step.word == self.word) if self.word != "unchanged" else ()


@dataclass(frozen=True)
class _Inputs:
    """What one computation rests on."""

    pack: Pack
    profile: Profile
    evidence: Evidence
    as_of: date


def check(lock: Lock, evidence: Evidence, now: Today) -> DecisionCheck:
    """Hold a decision against today.

    Args:
        lock: the decision.
        evidence: its own runs.
        now: what there is today.
    """
    basis = _Inputs(now.pack, lock.answers, evidence, lock.as_of)
    advice = _answer(basis, lock.weigh)
    replayed = lock.pack.digest != now.pack.digest or standing(advice) == lock.advice
    steps: list[ChangeEffect] = []
    before = lock.advice
    for change_kind, changes, apply in _changes(lock, evidence, now):
        basis = apply(basis)
        advice = _answer(basis, lock.weigh)
        after = standing(advice)
        steps.append(ChangeEffect(change_kind, changes, after, _status(before, after)))
        before = after
    after = standing(advice)
    return DecisionCheck(
        _status(lock.advice, after), lock.advice, after, tuple(steps), replayed, advice, basis.evidence
    )


def _answer(basis: _Inputs, weigh: Mapping[str, str]) -> Advice:
    request = Request(weigh=weigh, probe="none", as_of=basis.as_of)
    return assemble(make_inputs(request, basis.pack, basis.profile, basis.evidence))


def _status(before: LockedStanding, after: LockedStanding) -> DecisionStatus:
    if before.framework != after.framework or before.candidate != after.candidate:
        return "flipped"
    weaker = SUREST_FIRST.index(after.label) > SUREST_FIRST.index(before.label)
    return "shrank" if weaker or before.lead - after.lead > LEAST_LOSS else "unchanged"


DecisionChange = tuple[ChangeKind, tuple[Text, ...], Callable[[_Inputs], _Inputs]]


def _changes(lock: Lock, evidence: Evidence, now: Today) -> Iterator[DecisionChange]:
    """Yield every kind of change there is, with what it does to the basis."""
    if lock.pack.digest != now.pack.digest:
        yield "knowledge", _knowledge(lock, now.pack), lambda basis: basis
    if answers := _answers(lock.answers, now.profile):
        yield "answers", answers, lambda basis: replace(basis, profile=now.profile)
    fresh = now.fresh
    if fresh is not None and (runs := _runs(evidence, fresh)):
        yield "runs", runs, lambda basis: replace(basis, evidence=fresh)
    if now.stale:
        reasons = tuple(Text(en=why, zh=WHY_STALE.get(why, why)) for why in dict.fromkeys(now.stale.values()))
        yield "runs", reasons, lambda basis: _without(basis, set(now.stale or ()))
    if versions := _versions(lock, now.versions or {}):
        outdated = {run.id for run in evidence.runs if _other_versions(run, now.versions or {})}
        yield "versions", versions, lambda basis: _without(basis, outdated)
    if lock.as_of != now.as_of:
        text = Text(en=f"{lock.as_of} is now {now.as_of}", zh=f"{lock.as_of} → {now.as_of}")
        yield "date", (text,), lambda basis: replace(basis, as_of=now.as_of)


def _knowledge(lock: Lock, pack: Pack) -> tuple[Text, ...]:
    """Say which rules and claims changed, reviews first."""
    then, today = lock.pack.rules, rule_digests(pack)
    changes = []
    for id in sorted(set(then) | set(today)):
        if then.get(id) == today.get(id):
            continue
        review, was = pack.claims[id].review.verdict if id in pack.claims else None, lock.pack.reviews.get(id)
        if id not in today:
            changes.append(Text(en=f"{id} was removed", zh=f"{id} 已删除"))
        elif id not in then:
            changes.append(Text(en=f"{id} is new", zh=f"新增 {id}"))
        elif review and was and review != was:
            now_called, once_called = REVIEWS[review], REVIEWS[was]
            changes.insert(
                0,
                Text(
                    en=f"{id}: review {once_called.en} -> {now_called.en}",
                    zh=f"{id}：复核结论由“{once_called.zh}”变为“{now_called.zh}”",
                ),
            )
        else:
            changes.append(Text(en=f"{id} changed", zh=f"{id} 有改动"))
    if not changes:
        changes = [Text(en="questions, criteria or candidates changed", zh="问题、选择标准或候选有改动")]
    return _shortened(changes)


def _answers(then: Profile, now: Profile) -> tuple[Text, ...]:
    changes = []
    for id in dict.fromkeys([*then.answers, *now.answers]):
        before, after = then.known(id), now.known(id)
        if before != after:
            old_choices, new_choices = "+".join(before) or "unknown", "+".join(after) or "unknown"
            changes.append(Text(en=f"{id}: {old_choices} -> {new_choices}", zh=f"{id}：{old_choices} → {new_choices}"))
    return tuple(changes)


def _runs(then: Evidence, now: Evidence) -> tuple[Text, ...]:
    before, after = {run.id: run for run in then.runs}, {run.id: run for run in now.runs}
    changed = [run for id, run in {**before, **after}.items() if (id in before) != (id in after)]
    grouped: dict[str, int] = {}
    for run in changed:
        grouped[f"{run.probe} on {run.candidate}"] = grouped.get(f"{run.probe} on {run.candidate}", 0) + 1
    texts = [
        Text(en=f"{count} runs of {ran} differ", zh=f"{ran}：{count} 次运行不同")
        for ran, count in sorted(grouped.items())
    ]
    return _shortened(texts)


def _versions(lock: Lock, installed: Mapping[str, str]) -> tuple[Text, ...]:
    """Say which versions changed since; what is not installed here is no change."""
    return _shortened(
        [
            Text(en=f"{package} {then} -> {installed[package]}", zh=f"{package} {then} → {installed[package]}")
            for package, then in lock.evidence.versions.items()
            if installed.get(package, then) != then
        ]
    )


def _other_versions(run: Run, installed: Mapping[str, str]) -> bool:
    return any(installed.get(package, then) != then for package, then in run.versions.items())


def _without(basis: _Inputs, ids: Collection[str]) -> _Inputs:
    """Return a basis without some of its runs."""
    kept = tuple(run for run in basis.evidence.runs if run.id not in ids)
    return replace(basis, evidence=replace(basis.evidence, runs=kept))


def _shortened(texts: Sequence[Text]) -> tuple[Text, ...]:
    if len(texts) <= MOST_NAMED:
        return tuple(texts)
    more = len(texts) - MOST_NAMED
    return (*texts[:MOST_NAMED], Text(en=f"and {more} more", zh=f"另有 {more} 项"))


def standing_text(locked: LockedStanding) -> Text:
    """Say how a framework stands, in a few words."""
    label = LABELS[locked.label]
    share = round(100 * locked.p_best)
    return Text(
        en=f"{locked.candidate}, {label.en.lower()}, wins {share} of 100, lead {locked.lead:.3f}",
        zh=f"{locked.candidate}，{label.zh}，100 种情形中胜出 {share} 种，领先 {locked.lead:.3f}",
    )
