"""`decision.lock`: everything an answer was computed from, so that it can be computed again elsewhere and later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast

from msgspec import field

from advisor import __version__
from advisor.errors import InputError, Problem
from advisor.evidence.runs import Evidence
from advisor.files import read_named_file
from advisor.knowledge.claim import ReviewVerdict
from advisor.knowledge.criterion import Importance
from advisor.knowledge.pack import Pack
from advisor.knowledge.package import DEPENDS_ON
from advisor.knowledge.validation import read_record
from advisor.knowledge.workload import WORKLOAD
from advisor.knowledge.yaml_source import MAX_BYTES, YamlSource, parse_yaml
from advisor.onboarding.digests import rule_digests, vocabulary_digests
from advisor.onboarding.team_source import is_source
from advisor.pipeline import Request
from advisor.reasoning.advice import Advice
from advisor.reasoning.profile import Answer, Origin, Profile
from advisor.reasoning.readings import STALE_AFTER
from advisor.record import Day, Record, ShortString, plain_values
from advisor.text import did_you_mean, short
from advisor.words import Label

FORMAT_VERSION: Literal[2] = 2
"""Format 1, of version 0.1.0, does not say of which packs the knowledge was made; the digests of its rules are of their words as well."""
LOCK_NAME = "decision.lock"
EVIDENCE_NAME = "evidence.jsonl"
"""The runs an answer leans on, beside the lock."""
DIGITS = 6
LEFT_OUT_IF_EMPTY = ("chosen", "deciders", "source")
"""What is left out where there is none."""


class LockedAnswer(Record, frozen=True):
    """One answer of the project, and how it became known; of a scanned one also where it was read in the repository."""

    choices: tuple[ShortString, ...]
    origin: Literal["asked", "flag", "file", "scanned", "detected", "default"]
    places: tuple[ShortString, ...] = ()


class LockedPack(Record, frozen=True, kw_only=True):
    """The knowledge that was used.

    Attributes:
        digest: of every byte of it.
        layers: the digest of each pack it is made of, by name; empty in format 1.
        overlaid: which overlay a rule or claim is from, by id; those of the pack below are left out.
        vocabulary: a digest of the questions, criteria, frameworks and installing, by file.
        rules: a digest of every need, constraint and claim.
        reviews: the verdict of the review of every claim.
    """

    name: ShortString
    version: ShortString
    digest: ShortString
    layers: dict[str, ShortString] = field(default_factory=dict)
    overlaid: dict[str, ShortString] = field(default_factory=dict)
    vocabulary: dict[str, ShortString] = field(default_factory=dict)
    rules: dict[str, ShortString]
    reviews: dict[str, ReviewVerdict]


class LockedEvidence(Record, frozen=True):
    """The runs that were used: their ids, a digest of their file, and the versions they were made with."""

    runs: tuple[ShortString, ...]
    digest: ShortString
    versions: dict[str, ShortString]


class LockedStanding(Record, frozen=True):
    """How the recommended framework stood; `lead` is what choosing the second would have cost, in utility."""

    framework: ShortString
    candidate: ShortString
    label: Label
    p_best: float
    lead: float


class LockedReason(Record, frozen=True):
    """One line of the derivation: what a criterion added to the lead, and the ground that decided it."""

    criterion: ShortString
    effect: float
    ground: ShortString


class TeamChoice(Record, frozen=True):
    """What the team chose against the advice, and why."""

    candidate: ShortString
    because: ShortString


class Lock(Record, frozen=True, kw_only=True):
    """A decision, as it was made, and by which version of the program."""

    format_version: Literal[1, 2]
    program: ShortString = "0.1.0"
    as_of: Day
    lang: Literal["en", "zh"]
    profile: dict[str, LockedAnswer]
    weigh: dict[str, Importance]
    pack: LockedPack
    evidence: LockedEvidence
    advice: LockedStanding
    derivation: tuple[LockedReason, ...]
    chosen: TeamChoice | None = None
    deciders: tuple[ShortString, ...] = ()
    source: ShortString = ""
    """Where the team gets this program from, as pip is told it; empty where nobody said."""

    @property
    def answers(self) -> Profile:
        """The project's answers, each with its origin."""
        return Profile(
            {
                id: Answer(id, answer.choices, _origin(answer.origin), places=answer.places)
                for id, answer in self.profile.items()
            }
        )


def review_by(lock: Lock) -> date:
    """Return the day by which somebody has to look at a decision again."""
    return lock.as_of + STALE_AFTER


def _origin(word: str) -> Origin:
    return word  # type: ignore[return-value]


def make_lock(
    request: Request,
    pack: Pack,
    advice: Advice,
    evidence: Evidence,
    lang: str,
    chosen: TeamChoice | None = None,
    deciders: Iterable[str] = (),
    source: str = "",
) -> Lock:
    """Lock an answer.

    Args:
        request: what was asked, for the weights set by hand.
        pack: the knowledge it rests on.
        advice: the answer.
        evidence: the runs it rests on (see `used_runs`).
        lang: the language of the team's folder.
        chosen: what the team chose, if it is not what is recommended.
        deciders: who answers for the decision.
        source: where the team gets this program from (see `team_source.team_source`).

    Raises:
        InputError: nothing is recommended.
    """
    if advice.candidate is None:
        fix = "change an answer: advise why shows which of them rule everything out"
        raise InputError([Problem("", "there is nothing to decide: the answers rule every candidate out", fix)])
    lines = evidence_lines(evidence)
    return Lock(
        format_version=FORMAT_VERSION,
        program=__version__,
        as_of=request.as_of,
        lang="zh" if lang == "zh" else "en",
        profile={
            id: LockedAnswer(
                choices=answer.choices,
                origin=answer.origin,
                places=answer.places if answer.origin == "scanned" else (),
            )
            for id, answer in sorted(advice.profile.answers.items())
        },
        weigh=cast("dict[str, Importance]", dict(sorted(advice.weigh.items()))),
        pack=LockedPack(
            name=advice.pack["name"],
            version=advice.pack["version"],
            digest=advice.pack["digest"],
            layers=dict(pack.layers),
            overlaid=dict(sorted(pack.overlaid.items())),
            vocabulary=vocabulary_digests(pack),
            rules=rule_digests(pack),
            reviews={id: claim.review.verdict for id, claim in sorted(pack.claims.items())},
        ),
        evidence=LockedEvidence(
            runs=tuple(sorted(run.id for run in evidence.runs)),
            digest=hashlib.sha256(lines.encode()).hexdigest(),
            versions=dict(advice.evidence.versions),
        ),
        advice=standing(advice),
        derivation=tuple(
            LockedReason(
                criterion=reason.criterion,
                effect=_rounded(reason.effect),
                ground=reason.claim or reason.probe or reason.rule or "-",
            )
            for reason in (*advice.reasons, *advice.dissent)
        ),
        chosen=chosen,
        deciders=tuple(deciders),
        source=source,
    )


def standing(advice: Advice) -> LockedStanding:
    """Return how the recommended framework stands."""
    leader, *rivals = advice.frameworks
    rival_regret = min((framework.expected_regret for framework in rivals if framework.excluded_share < 1), default=1.0)
    return LockedStanding(
        framework=leader.id,
        candidate=advice.candidate or leader.id,
        label=advice.label,
        p_best=_rounded(advice.p_best),
        lead=_rounded(rival_regret - leader.expected_regret),
    )


def _rounded(value: float) -> float:
    return round(float(value), DIGITS) + 0.0


def used_runs(evidence: Evidence) -> Evidence:
    """Return the evidence without the runs that may not be leaned on: stale ones, and those measured elsewhere."""
    return Evidence(tuple(run for run in evidence.runs if evidence.counts(run)))


def evidence_lines(evidence: Evidence) -> str:
    """Return runs as JSON lines, in the order of their ids."""
    return "".join(f"{run.to_json()}\n" for run in sorted(evidence.runs, key=lambda run: run.id))


def dumps(lock: Lock) -> str:
    """Return a lock as JSON: keys in a fixed order, no chance in it."""
    values = {key: value for key, value in plain_values(lock).items() if value or key not in LEFT_OUT_IF_EMPTY}
    values["profile"] = {
        id: {key: value for key, value in answer.items() if value or key != "places"}
        for id, answer in values["profile"].items()
    }
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def read_lock(file: Path, pack: Pack | None = None) -> Lock:
    """Read a lock somebody committed.

    Args:
        file: the lock.
        pack: the knowledge it is to be read with; given, every question, choice and candidate in it must be known there.

    Raises:
        StoreError: it cannot be read.
        InputError: it is no lock, or names what the pack does not know; with file:line:column.
    """
    content = read_named_file(file, MAX_BYTES, f"name the {LOCK_NAME} that advise onboard wrote")
    source = parse_yaml(content, str(file))
    lock = read_record(Lock, source)
    if pack is not None and (problems := list(_unknown_names(lock, source, pack))):
        raise InputError(problems)
    return lock


def has_same_names(lock: Lock, pack: Pack) -> bool:
    """Return whether the questions and candidates of a lock's knowledge are those of a pack: nothing was renamed since."""
    today = vocabulary_digests(pack)
    return all(lock.pack.vocabulary.get(part) == today[part] for part in ("questions", "frameworks"))


def _unknown_names(lock: Lock, source: YamlSource, pack: Pack) -> Iterator[Problem]:
    """Yield every question, choice and candidate of a lock that a pack does not know."""
    for id, answer in lock.profile.items():
        if id in (DEPENDS_ON, WORKLOAD):  # a package or preset that is not known any more does not count
            continue
        if id not in pack.questions:
            problem = f"the pack has no question `{short(id)}`"
            yield Problem(source.place(("profile", id), key=True), problem, did_you_mean(id, [*pack.questions]))
            continue
        legal, former = pack.questions[id].choice_ids, pack.questions[id].choices_by_former_id
        for index, choice in enumerate(answer.choices):
            if choice not in (*legal, *former):
                problem = f"the question {id} has no choice `{short(choice)}`"
                yield Problem(source.place(("profile", id, "choices", index)), problem, did_you_mean(choice, legal))
    if lock.source and not is_source(lock.source):
        fix = "write it anew: advise onboard DIR --from decision.lock --source ADDRESS"
        yield Problem(source.place(("source",)), f"`{short(lock.source)}` is no address and no wheel", fix)
    if lock.chosen is not None and lock.chosen.candidate not in pack.candidates:
        name = lock.chosen.candidate
        problem = f"the pack has no candidate `{short(name)}`"
        yield Problem(source.place(("chosen", "candidate")), problem, did_you_mean(name, [*pack.candidates]))


def locked_evidence(file: Path, locked: LockedEvidence, runs: Iterable[Any]) -> Evidence:
    """Return the runs beside a lock that belong to it.

    Args:
        file: where they were read, for errors.
        locked: what the lock says of them.
        runs: those of the file.

    Raises:
        InputError: some are missing.
    """
    run_by_id = {run.id: run for run in runs}
    missing = [id for id in locked.runs if id not in run_by_id]
    if missing:
        problem = f"{len(missing)} runs of the decision are not in it, the first: {missing[0]}"
        raise InputError([Problem(str(file), problem, "restore the file as it was committed with the decision")])
    return Evidence(tuple(run_by_id[id] for id in locked.runs))
