"""What the checks look at: a pack, where it is written, its cases, and the projects there can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from advisor.knowledge.case import ProjectCase
from advisor.knowledge.claim import Claim
from advisor.knowledge.condition import Condition
from advisor.knowledge.need import Examples
from advisor.knowledge.pack import Pack
from advisor.knowledge.places import Places
from advisor.knowledge.team import FILE as TEAM_FILE
from advisor.reasoning.conditions import Conditions
from advisor.reasoning.readings import Grounds, grounds_of
from advisor.reasoning.weighting import weighting
from advisor.reasoning.worlds import Worlds, evaluate
from advisor.verification.answer_space import AnswerSpaces
from advisor.verification.machines import CandidateStart, all_starts

Measures = Mapping[str, Mapping[str, str | None]]
"""By probe, what it measures and which way is better ("lower", "higher", None: neither)."""


RecordType = TypeVar("RecordType")


class Rule(NamedTuple):
    """Anything with a condition."""

    kind: str
    id: str
    when: Condition
    examples: Examples | None


class Subject(Struct, frozen=True, dict=True):
    """A pack to be checked.

    Attributes:
        cases: projects with an expert's answer, which the pack should give as well.
        as_of: the date at which the age of reviews is taken.
        measures: what can be measured; where it is empty, the checks of measures are left out.
    """

    pack: Pack
    places: Places
    cases: Mapping[str, ProjectCase]
    as_of: date
    measures: Measures = field(default_factory=dict)

    @cached_property
    def spaces(self) -> AnswerSpaces:
        """The answer spaces, without impossible combinations."""
        return AnswerSpaces(self.pack)

    @cached_property
    def all_combinations(self) -> AnswerSpaces:
        """The answer spaces, with impossible combinations."""
        return AnswerSpaces(replace(self.pack, impossible=()))

    @cached_property
    def starts(self) -> tuple[CandidateStart, ...]:
        """How to start with every candidate, on every machine there can be."""
        return tuple(all_starts(self.pack))

    @cached_property
    def grounds(self) -> Grounds:
        """The grounds of the claims as reviewed, without measurements."""
        return grounds_of("reviewed", self.pack, {}, (), self.as_of)

    @cached_property
    def worlds(self) -> Worlds:
        """The sample of all projects, evaluated by the claims as reviewed."""
        return self.evaluate_projects(self.spaces.sample_of_all.conditions)

    def evaluate_projects(self, conditions: Conditions) -> Worlds:
        """Evaluate projects by the claims as reviewed, without measurements."""
        return evaluate(self.pack, self.grounds, conditions, weighting(self.pack, conditions))

    @cached_property
    def claims_with_levels(self) -> Mapping[str, Claim]:
        """The claims that give a candidate a level on a criterion."""
        return {id: claim for id, claim in self.pack.claims.items() if claim.says}

    def without_files(self, files: Collection[str]) -> Subject:
        """Return the subject without the rules, claims and cases of some files; claims that others name stay."""
        named_ids = {
            id for claim in self.pack.claims.values() for id in (*claim.disputes, claim.same_as, claim.review.instead)
        }
        named_ids |= {id for contradiction in self.pack.contradictions.values() for id in contradiction.members}

        def records_left(
            record_type: str, records: Mapping[str, RecordType], ids_to_keep: Collection[str | None] = ()
        ) -> dict[str, RecordType]:
            """Return the records of one type that are in none of the files, or whose ids are to be kept."""
            ids_in_files = {id for id in records if self.places.entry(record_type, id).source.name in files}
            return {id: record for id, record in records.items() if id not in ids_in_files or id in ids_to_keep}

        pack = replace(
            self.pack,
            needs=records_left("need", self.pack.needs),
            constraints=records_left("constraint", self.pack.constraints),
            claims=records_left("claim", self.pack.claims, named_ids),
        )
        return replace(self, pack=pack, cases=records_left("case", self.cases))

    def place(self, record_type: str, id: str, *path: str | int, key: bool = False) -> str:
        """Return `file:line:column` of a record in the pack, or of something inside it."""
        return self.places.place(record_type, id, *path, key=key)

    def rules(self) -> Iterator[Rule]:
        """Yield every need, constraint and claim that is written out, not made from a team's file."""
        rules_by_type = (("need", self.pack.needs), ("constraint", self.pack.constraints), ("claim", self.pack.claims))
        for record_type, rules in rules_by_type:
            for id, rule in rules.items():
                if self.pack.files.get(id) != TEAM_FILE:
                    yield Rule(record_type, id, rule.when, rule.examples)

    def candidates_of(self, claim: Claim) -> frozenset[str]:
        """Return the candidates that a claim gives a level."""
        return frozenset(candidate for name in claim.says for candidate in self.pack.members(name))

    @cached_property
    def original_claims(self) -> Mapping[str, str]:
        """For each claim the claim at the end of its chain of repetitions: itself, if it repeats none."""
        return {id: self._find_original(id) for id in self.pack.claims}

    def _find_original(self, id: str) -> str:
        """Follow `same-as` from a claim to the claim that repeats no other."""
        visited = {id}
        while (repeated := self.pack.claims[id].same_as) is not None and repeated not in visited:
            id = repeated
            visited.add(id)
        return id
