"""Examples: the answers a rule must speak for, and those it must not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from advisor.knowledge.condition import ALWAYS, All, Condition, Is, questions_of
from advisor.verification.conditions import spoken
from advisor.verification.defect import Example, Found
from advisor.verification.subject import Subject


def failing_examples(subject: Subject) -> Iterator[Found]:
    """Find examples that do not hold: a project with these answers for which the rule does not do what is said."""
    for rule in subject.rules():
        if rule.examples is None:
            continue
        for word, answers, wanted in (
            ("applies", rule.examples.applies, True),
            ("silent", rule.examples.silent, False),
        ):
            place = subject.place(rule.kind, rule.id, "examples", word)
            whole = project(answers)
            space = subject.spaces.over(rule.when, whole)
            those = space.holds(whole)
            if not those.any():
                yield Found(place, f"no project has the answers of `{word}`", "change one of them", given(answers))
                continue
            wrong = those & (space.holds(rule.when) != wanted)
            named = {part.question for part in questions_of(All((rule.when, whole)))}
            if (example := space.first(wrong, named)) is not None:
                does = "stays silent" if wanted else "applies"
                what = f"`{word}` does not hold: there is a project with these answers for which it {does}"
                yield Found(place, what, "mend the example, or the condition; name every answer it hangs on", example)


def missing_examples(subject: Subject) -> Iterator[Found]:
    """Find conditions without the answers that meet them and those that do not."""
    for rule in subject.rules():
        if rule.when != ALWAYS and rule.examples is None:
            what = f"{spoken(rule.when)} has no examples"
            fix = "add examples: {applies: {…}, silent: {…}}"
            yield Found(subject.place(rule.kind, rule.id, "when"), what, fix)


def given(answers: Mapping[str, Any]) -> Example:
    """Return answers as written in a file as choices by question."""
    return {id: tuple(value) if isinstance(value, list) else (str(value),) for id, value in answers.items()}


def project(answers: Mapping[str, Any]) -> Condition:
    """Return the condition that exactly the projects with these answers meet (several choices: all of them)."""
    parts = [Is(question, (choice,)) for question, choices in given(answers).items() for choice in choices]
    return All(tuple(parts))
