"""Conditions: those no project meets, those every project meets, and parts that change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from advisor.knowledge.condition import ALWAYS, AnyOf, Condition, Is, Not
from advisor.verification.answer_space import AnswerSpace
from advisor.verification.defect import Diagnostic
from advisor.verification.subject import Subject


class _PlacedCondition(NamedTuple):
    """A condition, where it stands, and what it decides."""

    place: str
    decides: str
    when: Condition


def _pack_conditions(subject: Subject) -> Iterator[_PlacedCondition]:
    """Yield every condition of a pack but those of impossible combinations."""
    pack = subject.pack
    for rule in subject.rules():
        yield _PlacedCondition(subject.place(rule.kind, rule.id, "when"), f"this {rule.kind} applies", rule.when)
    for id, question in pack.questions.items():
        yield _PlacedCondition(subject.place("question", id, "when"), "this question applies", question.when)
    for id, criterion in pack.criteria.items():
        for index, scale in enumerate(criterion.measured):
            place = subject.place("criterion", id, "measured", index, "counts-when")
            yield _PlacedCondition(place, "this measure counts", scale.counts_when)
    for id, claim in pack.claims.items():
        if claim.measured_on is not None:
            place = subject.place("claim", id, "measured-on", "like")
            yield _PlacedCondition(place, "this claim counts in full", claim.measured_on.like)


def _impossible_conditions(subject: Subject) -> Iterator[_PlacedCondition]:
    """Yield the condition of each impossible combination."""
    entries = [entry for entry in subject.places if entry.kind == "impossible"]
    for entry, combination in zip(entries, subject.pack.impossible, strict=True):
        yield _PlacedCondition(entry.place("when"), "this is impossible", combination.when)


def _conditions_with_spaces(subject: Subject) -> Iterator[tuple[_PlacedCondition, AnswerSpace]]:
    """Yield every condition with the projects it is judged on; those of impossible combinations on all combinations."""
    yield from ((placed, subject.spaces.space_of_conditions(placed.when)) for placed in _pack_conditions(subject))
    yield from (
        (placed, subject.all_combinations.space_of_conditions(placed.when))
        for placed in _impossible_conditions(subject)
    )


def unsatisfiable(subject: Subject) -> Iterator[Diagnostic]:
    """Find conditions that no project meets."""
    for placed, space in _conditions_with_spaces(subject):
        if not space.holds(placed.when).any():
            problem = f"no project meets {condition_text(placed.when)}: none of {space.extent} combinations of its answers does"
            yield Diagnostic(
                placed.place, problem, "the choices of a question exclude one another: use `any:` or a list"
            )


def always_true(subject: Subject) -> Iterator[Diagnostic]:
    """Find conditions that decide nothing, because every project meets them."""
    for placed, space in _conditions_with_spaces(subject):
        if placed.when != ALWAYS and space.complete and space.holds(placed.when).all():
            problem = f"every project meets {condition_text(placed.when)}, so {placed.decides} always"
            yield Diagnostic(
                placed.place, problem, "leave `when` out, or name the answers it is really about", space.example(0)
            )


def idle_parts(subject: Subject) -> Iterator[Diagnostic]:
    """Find parts of a condition that could be left out without a difference for any project."""
    for placed in (*_pack_conditions(subject), *_impossible_conditions(subject)):
        space = subject.all_combinations.space_of_conditions(placed.when)
        truth = space.holds(placed.when)
        if space.complete and truth.any() and not truth.all():
            for shorter, part in _shorter_conditions(placed.when):
                if (space.holds(shorter) == truth).all():
                    problem = f"{part} makes no difference in {condition_text(placed.when)}"
                    yield Diagnostic(placed.place, problem, "leave it out, or write what was meant")
                    break


def _shorter_conditions(condition: Condition) -> Iterator[tuple[Condition, str]]:
    """Yield a condition with one part left out, for each part, and that part in words."""
    if isinstance(condition, Is):
        for choice in condition.choices if len(condition.choices) > 1 else ():
            other_choices = tuple(choice_id for choice_id in condition.choices if choice_id != choice)
            yield Is(condition.question, other_choices), f"the choice `{choice}`"
    elif isinstance(condition, Not):
        yield from ((Not(shorter), part) for shorter, part in _shorter_conditions(condition.part))
    else:
        connective = type(condition)
        for index, part in enumerate(condition.parts):
            other_parts = (*condition.parts[:index], *condition.parts[index + 1 :])
            if other_parts:
                yield connective(other_parts), condition_text(part)
            for shorter, left_out in _shorter_conditions(part):
                yield connective((*condition.parts[:index], shorter, *condition.parts[index + 1 :])), left_out


def dead_choices(subject: Subject) -> Iterator[Diagnostic]:
    """Find choices that no project can give."""
    for id, question in subject.pack.questions.items():
        space = subject.spaces.space_of_questions({id})
        for index, choice in enumerate(question.choice_ids):
            if space.complete and not space.holds(Is(id, (choice,))).any():
                problem = f"no project can answer `{choice}`: every combination with it is impossible"
                yield Diagnostic(
                    subject.place("question", id, "choices", index), problem, "check `impossible` and `when`"
                )


def condition_text(condition: Condition) -> str:
    """Return a condition as it is written in YAML."""
    if isinstance(condition, Is):
        choices = ", ".join(condition.choices)
        return f"{{{condition.question}: {choices if len(condition.choices) == 1 else f'[{choices}]'}}}"
    if isinstance(condition, Not):
        return f"{{not: {condition_text(condition.part)}}}"
    parts = [condition_text(part) for part in condition.parts]
    if isinstance(condition, AnyOf):
        return f"{{any: [{', '.join(parts)}]}}"
    return "{" + ", ".join(part[1:-1] for part in parts) + "}"
