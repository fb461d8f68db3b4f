"""Examples: the answers a rule must speak for, and those it must not."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.condition import ALWAYS, All, Condition, Is, Not, comparisons_of
from advisor.knowledge.need import AnswerSet
from advisor.knowledge.pack import Pack
from advisor.verification.condition_checks import condition_text
from advisor.verification.defect import Diagnostic
from advisor.verification.subject import Subject


def failing_examples(subject: Subject) -> Iterator[Diagnostic]:
    """Find examples that fail: the rule applies where `silent` says it does not, or the reverse."""
    for rule in subject.rules():
        if rule.examples is None:
            continue
        for key, answers, expected in (
            ("applies", rule.examples.applies, True),
            ("silent", rule.examples.silent, False),
        ):
            place = subject.place(rule.kind, rule.id, "examples", key)
            project_of_example = exact_condition(subject.pack, answers)
            space = subject.spaces.space_of_conditions(rule.when, project_of_example)
            matching = space.holds(project_of_example)
            if not matching.any():
                yield Diagnostic(place, f"no project has the answers of `{key}`", "change one of them", answers)
                continue
            failing = matching & (space.holds(rule.when) != expected)
            questions = {comparison.question for comparison in comparisons_of(All((rule.when, project_of_example)))}
            if (example := space.first_example(failing, questions)) is not None:
                does = "to which the rule does not apply" if expected else "to which the rule applies"
                problem = f"`{key}` does not hold: there is a project with these answers {does}"
                yield Diagnostic(
                    place, problem, "correct the example or the condition; name every answer it depends on", example
                )


def missing_examples(subject: Subject) -> Iterator[Diagnostic]:
    """Find conditions without examples."""
    for rule in subject.rules():
        if rule.when != ALWAYS and rule.examples is None:
            problem = f"{condition_text(rule.when)} has no examples"
            fix = "add examples: {applies: {…}, silent: {…}}"
            yield Diagnostic(subject.place(rule.kind, rule.id, "when"), problem, fix)


def exact_condition(pack: Pack, answers: AnswerSet) -> Condition:
    """Return the condition that exactly the projects with these answers meet."""
    parts: list[Condition] = []
    for question, choices in answers.items():
        parts += [Is(question, (choice,)) for choice in choices]
        other_choices = tuple(id for id in pack.questions[question].choice_ids if id not in choices)
        parts += [Not(Is(question, other_choices))] if other_choices else []
    return All(tuple(parts))
