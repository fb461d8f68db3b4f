"""`team.yaml`: what a team knows, bans and prefers, in short, as ordinary answers, constraints, needs and claims."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal

from msgspec import Struct, field

from advisor.knowledge.claim import Claim, Review
from advisor.knowledge.condition import ALWAYS, When
from advisor.knowledge.criterion import Criterion
from advisor.knowledge.need import AnswerSet, Constraint, Examples, Need
from advisor.knowledge.source import Source
from advisor.record import Record, ShortString
from advisor.text import Text

FILE = "team.yaml"


class Ban(Record, frozen=True):
    """A framework, candidate or backend the team does not use, and why."""

    stack: ShortString
    because: Text
    when: When = ALWAYS
    instead: Text | None = None


class Preference(Record, frozen=True):
    """A framework, candidate or backend the team would rather use, why, and how much that matters."""

    stack: ShortString
    because: Text
    when: When = ALWAYS
    importance: Literal["minor", "normal", "major"] = "normal"


class Team(Record, frozen=True):
    """`team.yaml`."""

    team: Text
    """Whom it speaks for."""
    answers: AnswerSet = field(default_factory=dict)
    """What holds for all its projects, unless a project says otherwise."""
    banned: tuple[Ban, ...] = ()
    preferred: tuple[Preference, ...] = ()


class ExpandedTeam(Struct, frozen=True):
    """The records made from a team's file, by id."""

    criteria: dict[str, Criterion]
    sources: dict[str, Source]
    needs: dict[str, Need]
    constraints: dict[str, Constraint]
    claims: dict[str, Claim]


NO_EXAMPLES = Examples(applies={}, silent={})
UNMEASURED = Text(en="What a team wants cannot be measured.", zh="团队的意愿无法实测。")


def ids_of_stacks(pack: str, verb: str, stacks: Sequence[str]) -> list[str]:
    """Return the ids of records made from stacks, such as `acme-bans-keras-jax`; a repeated stack gets a number."""
    ids: list[str] = []
    for at, stack in enumerate(stacks):
        earlier = list(stacks[:at]).count(stack)
        name = re.sub("[^a-z0-9]+", "-", stack.lower()).strip("-")
        ids.append(f"{pack}-{verb}-{name}" + (f"-{earlier + 1}" if earlier else ""))
    return ids


def expand_team(team: Team, pack: str, reviewed: date) -> ExpandedTeam:
    """Return the records made from a team's file.

    A ban is a constraint. A preference is a need that makes `PACK-preference` matter, and a claim that the stack is strong
    there: it is weighed against everything else, and shown as a reason like any other.

    Args:
        team: the file.
        pack: the name of its pack.
        reviewed: when that was reviewed last.
    """
    source = Source(id=f"{pack}-team", title=team.team.en, author=pack, read=reviewed, kind="judgement")
    criterion = f"{pack}-preference"
    bans = zip(ids_of_stacks(pack, "bans", [ban.stack for ban in team.banned]), team.banned, strict=True)
    preferences = dict(
        zip(
            ids_of_stacks(pack, "prefers", [preference.stack for preference in team.preferred]),
            team.preferred,
            strict=True,
        )
    )
    return ExpandedTeam(
        criteria={criterion: _make_criterion(criterion, team)} if preferences else {},
        sources={source.id: source},
        constraints={
            id: Constraint(
                constraint=ban.because, source=source.id, when=ban.when, excludes=(ban.stack,), instead=ban.instead,
                examples=NO_EXAMPLES,
            )
            for id, ban in bans
        },
        needs={
            f"{id}-need": Need(
                need=preference.because, source=source.id, when=preference.when, criteria={criterion: preference.importance}, examples=NO_EXAMPLES
            )
            for id, preference in preferences.items()
        },
        claims={id: _make_claim(preference, criterion, source) for id, preference in preferences.items()},
    )  # fmt: skip


def _make_criterion(id: str, team: Team) -> Criterion:
    """Return the criterion that stands for the team's preference."""
    return Criterion(
        id=id,
        topic="team",
        name=Text(en="team preference", zh="团队偏好"),
        about=team.team,
        worst=Text(en="nobody on the team wants it", zh="团队无人愿用"),
        best=Text(en="the team's declared choice", zh="团队明确的首选"),
        default="ignore",
    )


def _make_claim(preference: Preference, criterion: str, source: Source) -> Claim:
    """Return the claim that a preferred stack is strong on that criterion."""
    return Claim(
        claim=preference.because,
        source=source.id,
        kind="criterion",
        about=criterion,
        says={preference.stack: "strong"},
        when=preference.when,
        review=Review(verdict="holds", on=source.read, because=preference.because, sources=(source.id,)),
        uncheckable=UNMEASURED,
    )
