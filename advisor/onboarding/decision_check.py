"""Does a decision still stand? It is computed again, one change after the other, so that each effect has its cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from advisor import __version__
from advisor.ask import update_answers
from advisor.evidence.collect import CODE_CHANGED
from advisor.evidence.describe import why_not_used
from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.onboarding.knowledge_changes import knowledge_changes
from advisor.onboarding.lock import Lock, LockedStanding, review_by, standing
from advisor.pipeline import Request, make_inputs
from advisor.reasoning.advice import Advice
from advisor.reasoning.assemble import assemble, outdated_answers
from advisor.reasoning.profile import Answer, Profile
from advisor.sentences import text
from advisor.text import Text
from advisor.words import LABELS, SUREST_FIRST

if TYPE_CHECKING:
    from advisor.evidence.collect import Run

DecisionStatus = Literal["unchanged", "shrank", "flipped"]
ChangeKind = Literal["program", "knowledge", "probes", "overlay", "estate", "answers", "runs", "versions", "date"]
Whose = Literal["program", "project", "both", "time"]
"""Who changed something: a newer version of this program, the project, both at once so that their effects cannot be told apart, or nobody."""
LEAST_LOSS = 0.01
"""A lead that shrinks by less, in utility, is not worth a word."""
MOST_NAMED = 8


class Today(Struct, frozen=True):
    """What a decision is held against.

    Attributes:
        pack: the knowledge of today.
        profile: the project's answers of today.
        estate: the answers of the decision with those that the team's repository gives today (see `with_estate`); None where it
            was not scanned.
        fresh: the runs of today; None where there are none to compare with.
        stale: of the decision's own runs, why they would not be used today, by id: too old, or the probe's code changed.
        versions: what is installed here, by package; empty where nothing is.
        as_of: the date.
    """

    pack: Pack
    profile: Profile
    as_of: date
    estate: Profile | None = None
    fresh: Evidence | None = None
    stale: Mapping[str, str] | None = None
    versions: Mapping[str, str] | None = None


class ChangeEffect(Struct, frozen=True):
    """One kind of change, whose it is, what it consists of, and how the recommended framework stands after it."""

    kind: ChangeKind
    whose: Whose
    changes: tuple[Text, ...]
    after: LockedStanding
    word: DecisionStatus


class DecisionCheck(Struct, frozen=True):
    """The verdict on a decision.

    Attributes:
        word: unchanged, the margin shrank, or the recommendation flipped.
        before: how the recommended framework stood when it was decided.
        after: how the recommended framework stands now.
        steps: every kind of change there was, in the order it was applied.
        replayed: whether today's program and knowledge reproduce the decision where nothing else changed.
        advice: the answer of today.
        evidence: the runs it rests on.
        as_of, review_by: the date it was checked on, and the day by which somebody has to look at it again.
    """

    word: DecisionStatus
    before: LockedStanding
    after: LockedStanding
    steps: tuple[ChangeEffect, ...]
    replayed: bool
    advice: Advice
    evidence: Evidence
    as_of: date
    review_by: date

    @property
    def overdue(self) -> bool:
        """Whether the day of the review is over."""
        return self.as_of > self.review_by

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that is so: how it stands, and `overdue` where the day of the review is over."""
        return (self.word, "overdue") if self.overdue else (self.word,)

    @property
    def causes(self) -> tuple[ChangeEffect, ...]:
        """The steps that turned the answer, or took from its lead."""
        return tuple(step for step in self.steps if step.word == self.word) if self.word != "unchanged" else ()


class _Inputs(Struct, frozen=True):
    """What one computation rests on."""

    pack: Pack
    profile: Profile
    evidence: Evidence
    as_of: date


def check(lock: Lock, evidence: Evidence, today: Today) -> DecisionCheck:
    """Hold a decision against today.

    Args:
        lock: the decision.
        evidence: its own runs.
        today: what there is today.
    """
    basis = _Inputs(today.pack, update_answers(today.pack, lock.answers), evidence, lock.as_of)
    advice = _answer(basis, lock.weigh)
    replayed = lock.pack.digest != today.pack.digest or standing(advice) == lock.advice
    steps: list[ChangeEffect] = []
    before = lock.advice
    for change_kind, whose, changes, apply in _changes(lock, evidence, today, standing(advice)):
        basis = apply(basis)
        advice = _answer(basis, lock.weigh)
        after = standing(advice)
        steps.append(ChangeEffect(change_kind, whose, tuple(changes), after, _status(before, after)))
        before = after
    after = standing(advice)
    return DecisionCheck(
        _status(lock.advice, after),
        lock.advice,
        after,
        tuple(steps),
        replayed,
        advice,
        basis.evidence,
        today.as_of,
        review_by(lock),
    )


def with_estate(decided: Profile, scanned: Mapping[str, Answer]) -> Profile:
    """Return the answers of a decision with what the team's repository says today.

    What was read from the repository is read anew, and falls away where it is no longer there; what a person answered stays.

    Args:
        decided: the answers of the decision.
        scanned: the answers that the repository gives today, by question.
    """
    by_people = {id: answer for id, answer in decided.answers.items() if answer.origin != "scanned"}
    read = {
        id: answer
        for id, answer in scanned.items()
        if id not in by_people or by_people[id].origin in ("detected", "default")
    }
    return Profile({**by_people, **read})


def _answer(basis: _Inputs, weigh: Mapping[str, str]) -> Advice:
    request = Request(weigh=weigh, probing="none", as_of=basis.as_of)
    return assemble(make_inputs(request, basis.pack, basis.profile, basis.evidence))


def _status(before: LockedStanding, after: LockedStanding) -> DecisionStatus:
    if before.framework != after.framework or before.candidate != after.candidate:
        return "flipped"
    weaker = SUREST_FIRST.index(after.label) > SUREST_FIRST.index(before.label)
    return "shrank" if weaker or before.lead - after.lead > LEAST_LOSS else "unchanged"


DecisionChange = tuple[ChangeKind, Whose, Sequence[Text], Callable[[_Inputs], _Inputs]]


def _changes(lock: Lock, evidence: Evidence, today: Today, replayed: LockedStanding) -> Iterator[DecisionChange]:
    """Yield every kind of change there is, with what it does to the basis; `replayed` is what is computed before any of it."""
    yield from _in_program_and_pack(lock, today, replayed)
    reasons = today.stale or {}
    if recoded := {id for id, why in reasons.items() if why == CODE_CHANGED}:
        yield "probes", "program", _shortened(_probes(evidence, recoded)), lambda basis: _without(basis, recoded)
    decided = update_answers(today.pack, lock.answers)
    estate = today.estate or decided
    if changed_estate := _answers(decided, estate):
        yield "estate", "project", changed_estate, lambda basis: replace(basis, profile=estate)
    if answers := _answers(estate, today.profile):
        yield "answers", "project", answers, lambda basis: replace(basis, profile=today.profile)
    fresh = today.fresh
    if fresh is not None and (runs := _runs(evidence, fresh)):
        yield "runs", "project", _shortened(runs), lambda basis: replace(basis, evidence=fresh)
    if versions := _versions(lock, today.versions or {}):
        outdated = {run.id for run in evidence.runs if _other_versions(run, today.versions or {})}
        yield "versions", "project", _shortened(versions), lambda basis: _without(basis, outdated)
    if lock.as_of != today.as_of:
        aged = {id: why for id, why in reasons.items() if id not in recoded}
        date_then = text("check.other-date", old=lock.as_of, new=today.as_of)
        too_old = [text("check.runs-not-used", why=why_not_used(why)) for why in dict.fromkeys(aged.values())]
        yield "date", "time", [date_then, *too_old], lambda basis: replace(_without(basis, aged), as_of=today.as_of)


def _in_program_and_pack(lock: Lock, today: Today, replayed: LockedStanding) -> Iterator[DecisionChange]:
    """Yield what the first computation already rests on: today's program, and today's knowledge as far as it is another."""
    knowledge = knowledge_changes(lock.pack, today.pack)
    newer = [*_program(lock), *outdated_answers(today.pack, update_answers(today.pack, lock.answers))]
    built_in, overlay = _shortened(knowledge.built_in), _shortened(knowledge.overlay)
    if overlay and (built_in or newer):
        yield "knowledge", "both", (*newer, *built_in, *overlay), _as_it_is
    elif overlay:
        yield "overlay", "project", overlay, _as_it_is
    elif built_in:
        yield "knowledge", "program", (*newer, *built_in), _as_it_is
    elif newer or replayed != lock.advice:
        yield "program", "program", (*newer, *_otherwise(lock.advice, replayed)), _as_it_is


def _as_it_is(basis: _Inputs) -> _Inputs:
    return basis


def _program(lock: Lock) -> list[Text]:
    """Return the note that another version of this program decided; empty where it was this one."""
    if lock.program == __version__:
        return []
    return [text("check.other-version", name="framework-advisor", old=lock.program, new=__version__)]


def _otherwise(decided: LockedStanding, today: LockedStanding) -> list[Text]:
    """Return what comes out otherwise from the same answers, knowledge and runs; empty where nothing does."""
    if decided == today:
        return []
    if replace(decided, label=today.label) == today:
        return [text("check.called-otherwise", old=LABELS[decided.label], new=LABELS[today.label])]
    return [text("check.other-numbers")]


def _probes(evidence: Evidence, ids: Collection[str]) -> tuple[Text, ...]:
    """Name the probes whose code is another since they made these runs."""
    probes = dict.fromkeys(run.probe for run in evidence.runs if run.id in ids)
    return tuple(text("check.other-code", probe=probe) for probe in probes)


def _answers(decided: Profile, today: Profile) -> tuple[Text, ...]:
    changes = []
    for id in dict.fromkeys([*decided.answers, *today.answers]):
        before, after = decided.known(id), today.known(id)
        if before != after:
            old, new = "+".join(before) or "unknown", "+".join(after) or "unknown"
            changes.append(text("check.other-answer", question=id, old=old, new=new))
    return tuple(changes)


def _runs(decided: Evidence, today: Evidence) -> tuple[Text, ...]:
    before, after = {run.id: run for run in decided.runs}, {run.id: run for run in today.runs}
    changed = [run for id, run in {**before, **after}.items() if (id in before) != (id in after)]
    counts = Counter((run.probe, run.candidate) for run in changed)
    return tuple(
        text("check.runs-differ", count=count, probe=probe, candidate=candidate)
        for (probe, candidate), count in sorted(counts.items())
    )


def _versions(lock: Lock, installed: Mapping[str, str]) -> tuple[Text, ...]:
    """Return which versions changed since; what is not installed here is no change."""
    return tuple(
        text("check.other-version", name=package, old=version, new=installed[package])
        for package, version in lock.evidence.versions.items()
        if installed.get(package, version) != version
    )


def _other_versions(run: Run, installed: Mapping[str, str]) -> bool:
    return any(installed.get(package, version) != version for package, version in run.versions.items())


def _without(basis: _Inputs, ids: Collection[str]) -> _Inputs:
    """Return a basis without some of its runs."""
    runs = tuple(run for run in basis.evidence.runs if run.id not in ids)
    return replace(basis, evidence=replace(basis.evidence, runs=runs))


def _shortened(texts: Sequence[Text]) -> tuple[Text, ...]:
    if len(texts) <= MOST_NAMED:
        return tuple(texts)
    more = len(texts) - MOST_NAMED
    return (*texts[:MOST_NAMED], text("check.and-more", count=more))


def standing_text(locked: LockedStanding) -> Text:
    """Return in a few words how a framework stands."""
    label = LABELS[locked.label]
    label = Text(en=label.en.lower(), zh=label.zh)
    share = round(100 * locked.p_best)
    return text("check.standing", candidate=locked.candidate, label=label, share=share, lead=locked.lead)
