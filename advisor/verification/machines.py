"""Every machine there can be, as far as a pack asks about machines, and how each candidate starts on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from advisor.knowledge.condition import comparisons_of
from advisor.knowledge.pack import Pack
from advisor.reasoning.conditions import known_answers
from advisor.reasoning.profile import Profile
from advisor.reasoning.start import Start, start_of

MACHINE = ("hardware", "os", "python")
"""The questions that say what a machine is."""


def possible_machines(pack: Pack) -> Iterator[Mapping[str, tuple[str, ...]]]:
    """Yield the answers that describe every machine that can exist, as far as the pack asks about machines."""
    machine_questions = [id for id in MACHINE if id in pack.questions]
    options = [[(), *((choice,) for choice in pack.questions[id].choice_ids)] for id in machine_questions]
    for combination in product(*options):
        answers = {id: choices for id, choices in zip(machine_questions, combination, strict=True) if choices}
        known_columns = known_answers(pack.questions, Profile({}).with_answers(answers))
        if not any(bool(known_columns.holds(rule.when)) for rule in pack.impossible if not rule.rare):
            yield answers


CandidateStart = tuple[str, Mapping[str, tuple[str, ...]], Start]
"""(candidate, answers, how to start with it)."""


def all_starts(pack: Pack) -> Iterator[CandidateStart]:
    """Yield how to start with every candidate on every machine that can exist, and for every target on each system and Python."""
    for candidate in pack.candidates:
        for answers in possible_machines(pack):
            yield candidate, answers, start_of(pack, Profile({}).with_answers(answers), candidate)
        for question, choice in targets_of(pack):
            for python in pack.questions["python"].choice_ids if "python" in pack.questions else ():
                for os in pack.questions["os"].choice_ids if "os" in pack.questions else ():
                    answers = {question: (choice,), "os": (os,), "python": (python,)}
                    yield candidate, answers, start_of(pack, Profile({}).with_answers(answers), candidate)


def targets_of(pack: Pack) -> list[tuple[str, str]]:
    """Return the (question, choice) pairs about where the model runs that some target of the pack names."""
    named_answers = {
        (part.question, choice)
        for target in pack.targets.values()
        for part in comparisons_of(target.when)
        if part.question not in MACHINE
        for choice in part.choices
    }
    return sorted(pair for pair in named_answers if pair[0] in ("deploy", "called-from"))
