"""Mutants of a pack: one small change each, of the kind a careless hand makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from advisor.knowledge.claim import Claim
from advisor.knowledge.condition import ALWAYS, All, Condition, Is, Not
from advisor.knowledge.criterion import LEVEL
from advisor.knowledge.pack import Pack

MIRRORED = {"poor": ("strong",), "weak": ("good",), "fair": ("strong", "poor"), "good": ("weak",), "strong": ("poor",)}
LEVELS = tuple(LEVEL)
STEPS = ("ignore", "minor", "normal", "major")


@dataclass(frozen=True, eq=False)
class Mutant:
    """A pack with one change.

    Attributes:
        operator: the kind of change.
        kind, target: what was changed: need, constraint or claim, and its id.
        detail: the change in words.
    """

    operator: str
    kind: str
    target: str
    detail: str
    pack: Pack

    def __str__(self) -> str:
        return f"{self.operator:13} {self.target}: {self.detail}"


def make_mutants(pack: Pack) -> Iterator[Mutant]:
    """Yield every mutant of a pack."""
    for kind, shelf in (("need", "needs"), ("constraint", "constraints"), ("claim", "claims")):
        records: Mapping[str, Any] = getattr(pack, shelf)
        for id, written in records.items():
            keeps = kind == "constraint" and written.keeps
            record = replace(written, excludes=pack.excluded(written), keeps=()) if keeps else written
            yield Mutant(
                "delete", kind, id, "deleted", replace(pack, **{shelf: {k: v for k, v in records.items() if k != id}})
            )
            for operator, detail, changed in (*_changed_conditions(record, pack), *CHANGES[kind](record)):
                yield Mutant(operator, kind, id, detail, replace(pack, **{shelf: {**records, id: changed}}))


Change = tuple[str, str, Any]


def _changed_conditions(record: Any, pack: Pack) -> Iterator[Change]:
    """Yield the changes of a record's condition."""
    if record.when != ALWAYS:
        yield "widen", "applies always", replace(record, when=ALWAYS)
        for operator, detail, when in _reshape(record.when, pack):
            yield operator, detail, replace(record, when=when)


def _reshape(condition: Condition, pack: Pack, inverted: bool = False) -> Iterator[tuple[str, str, Condition]]:
    """Yield a condition with one part or choice more or fewer; inside `not`, widening narrows."""
    wider, narrower = ("narrow", "widen") if inverted else ("widen", "narrow")
    if isinstance(condition, Is):
        missing = [id for id in pack.questions[condition.question].choice_ids if id not in condition.choices]
        for choice in missing[:1] if len(missing) > 1 else []:
            yield wider, f"also {condition.question}={choice}", Is(condition.question, (*condition.choices, choice))
        for choice in condition.choices if len(condition.choices) > 1 else ():
            rest = tuple(kept for kept in condition.choices if kept != choice)
            yield narrower, f"not {condition.question}={choice}", Is(condition.question, rest)
    elif isinstance(condition, Not):
        yield from ((name, detail, Not(part)) for name, detail, part in _reshape(condition.part, pack, not inverted))
    else:
        kind = type(condition)
        for at, part in enumerate(condition.parts):
            before, after = condition.parts[:at], condition.parts[at + 1 :]
            if len(condition.parts) > 1:
                yield (wider if kind is All else narrower), f"without part {at + 1}", kind((*before, *after))
            for name, detail, changed in _reshape(part, pack, inverted):
                yield name, detail, kind((*before, changed, *after))


def _changed_needs(record: Any) -> Iterator[Change]:
    """Yield the changes of a need."""
    for criterion, level in record.criteria.items():
        at = STEPS.index(level)
        for operator, step in (("raise", at + 1), ("lower", at - 1)):
            if 0 <= step < len(STEPS):
                changed = {**record.criteria, criterion: STEPS[step]}
                yield operator, f"{criterion} {level} -> {STEPS[step]}", replace(record, criteria=changed)
        if len(record.criteria) > 1:
            left = {id: it for id, it in record.criteria.items() if id != criterion}
            yield "drop", f"without {criterion}", replace(record, criteria=left)


def _changed_constraints(record: Any) -> Iterator[Change]:
    """Yield the changes of a constraint."""
    for name in record.excludes if len(record.excludes) > 1 else ():
        left = tuple(id for id in record.excludes if id != name)
        yield "drop", f"does not exclude {name}", replace(record, excludes=left)
    for criterion, level in record.requires.items():
        at = LEVELS.index(level)
        for operator, step in (("raise", at + 1), ("lower", at - 1)):
            if 0 <= step < len(LEVELS):
                changed = {**record.requires, criterion: LEVELS[step]}
                yield operator, f"requires {criterion} {level} -> {LEVELS[step]}", replace(record, requires=changed)
        if len(record.requires) > 1:
            left_over = {id: it for id, it in record.requires.items() if id != criterion}
            yield "drop", f"does not require {criterion}", replace(record, requires=left_over)


def _changed_claims(record: Claim) -> Iterator[Change]:
    """Yield the changes of a claim."""
    for name, level in record.says.items():
        for other in MIRRORED[level]:
            yield "flip", f"{name} {level} -> {other}", replace(record, says={**record.says, name: other})
    review = record.review
    verdict = "wrong" if review.upheld else "holds"
    yield (
        "review",
        f"{review.verdict} -> {verdict}",
        replace(record, review=replace(review, verdict=verdict, settled=None)),
    )
    if review.instead:
        yield "instead", f"without instead: {review.instead}", replace(record, review=replace(review, instead=None))
    for other in record.disputes:
        left = tuple(id for id in record.disputes if id != other)
        yield "dispute", f"does not dispute {other}", replace(record, disputes=left)
    if record.same_as:
        yield "same-as", f"no repetition of {record.same_as}", replace(record, same_as=None)


CHANGES = {"need": _changed_needs, "constraint": _changed_constraints, "claim": _changed_claims}
