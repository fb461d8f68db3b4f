"""Laws of changed answers, on the built-in pack: one answer changed at a time over a thousand random projects.

Let one answer change and nothing else. A criterion *gains* where the rules make it more important than before, and *loses* where
less. Then, for any two candidates x and y that nothing rules out and of which nothing else is said than before:

    if x was not behind y, and is believed at least as good as y on all that gains and no better on all that loses,
    then x is not behind y afterwards.

Asking for a phone, which makes export to small devices important, never lets a candidate that exports worse overtake one that
exports better. (By how much x leads may well shrink: utility is a weighted mean, and a criterion on which both are equal dilutes
it.) What gains and loses is reckoned here from the rules, apart from the code that is tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import permutations

import numpy as np
import pytest
from by_hand import WEIGHT, combinations, random_answers
from numpy.typing import NDArray
from small_packs import TODAY

from advisor.knowledge.condition import All, Condition, Is, Not
from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.reasoning.conditions import AnswerColumns, Conditions
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.readings import grounds_of
from advisor.reasoning.weighting import weighting
from advisor.reasoning.worlds import evaluate

PROJECTS = 1000
ROUNDING = 1e-6
PACK = load_pack(BUILT_IN)

Flags = NDArray[np.bool_]
Chosen = Mapping[str, Mapping[str, Flags]]


@dataclass(frozen=True)
class Projects:
    """Many projects, evaluated at once.

    Attributes:
        weights: (criteria, projects), reckoned here from the rules.
        values: (candidates, criteria, projects) what is believed.
        out: (candidates, projects) who is ruled out, or fails more requirements than another.
        utility: (candidates, projects), as the product has it.
        possible: projects that can exist.
    """

    weights: NDArray[np.float64]
    values: NDArray[np.float32]
    out: Flags
    utility: NDArray[np.float32]
    possible: Flags


def fires(when: Condition, chosen: Chosen) -> Flags:
    """In which projects a condition holds."""
    if isinstance(when, Is):
        return np.logical_or.reduce([chosen[when.question][choice] for choice in when.choices])
    if isinstance(when, Not):
        return ~fires(when.part, chosen)
    parts = [fires(part, chosen) for part in when.parts]
    some = next(iter(next(iter(chosen.values())).values()))
    return np.logical_and.reduce([np.ones_like(some), *parts]) if isinstance(when, All) else np.logical_or.reduce(parts)


def weights_of(pack: Pack, chosen: Chosen) -> NDArray[np.float64]:
    """The highest weight that fires for each criterion, and its default where none does."""
    fired = [(need.criteria, fires(need.when, chosen)) for need in pack.needs.values()]
    rows = []
    for id, criterion in pack.criteria.items():
        raised = [np.where(holds, WEIGHT[criteria[id]], -1) for criteria, holds in fired if id in criteria]
        highest = np.max([np.full_like(fired[0][1], -1, dtype=int), *raised], axis=0)
        rows.append(np.where(highest < 0, WEIGHT[criterion.default], highest))
    weights, groups = np.array(rows, dtype=float), [criterion.group for criterion in pack.criteria.values()]
    for group in set(groups) - {None}:
        members = [row for row, of in enumerate(groups) if of == group]
        weights[members] *= weights[members].max(axis=0) / np.maximum(weights[members].sum(axis=0), 1)
    return weights


def evaluated(answers: AnswerColumns, *, drawn: bool = False) -> Projects:
    """Evaluate the reviewed knowledge, at nominal weights or at those drawn in every world."""
    conditions, n = Conditions(answers), answers.world_count
    worlds = evaluate(PACK, grounds_of("reviewed", PACK, {}, (), TODAY), conditions, weighting(PACK, conditions))
    chosen = {
        question: {id: np.broadcast_to(truth, n) for id, truth in choices.items()}
        for question, choices in answers.chosen.items()
    }
    values = [
        [np.broadcast_to(worlds.beliefs[candidate, k].mean, n) for k in PACK.criteria] for candidate in PACK.candidates
    ]
    utility = worlds.expected if drawn else worlds.mean
    return Projects(weights_of(PACK, chosen), np.array(values), worlds.out, utility, _possible(chosen))


def _possible(chosen: Chosen) -> Flags:
    return ~np.logical_or.reduce([fires(rule.when, chosen) for rule in PACK.impossible if not rule.rare])


# A thousand projects, every question answered.


@cache
def columns() -> Chosen:
    """For every question and choice, in which of the random projects it is given; each has one machine."""
    projects = []
    for seed in range(PROJECTS):
        answers = random_answers(PACK, seed)
        machine = combinations(PACK, answers)[0]
        alone = {id: machine.get(id, answers[id][:1]) for id in answers if PACK.questions[id].each}
        projects.append({**answers, **alone})
    return {
        id: {choice: np.array([choice in answers[id] for answers in projects]) for choice in question.choice_ids}
        for id, question in PACK.questions.items()
    }


@cache
def now() -> Projects:
    return evaluated(AnswerColumns(PROJECTS, columns(), np.array(True)))


def changed(question: str, choice: str, *, added: bool) -> Projects:
    """The same projects with an answer changed to one choice, or with that choice added to the others."""
    before = columns()[question]
    keep = {id: column if added else np.zeros_like(column) for id, column in before.items()}
    replaced = keep | {choice: np.ones_like(before[choice])}
    return evaluated(AnswerColumns(PROJECTS, {**columns(), question: replaced}, np.array(True)))


def changes(question: str) -> Iterator[Projects]:
    for choice in PACK.questions[question].choice_ids:
        yield changed(question, choice, added=False)
        if PACK.questions[question].several is True and choice != "none":
            yield changed(question, choice, added=True)


def counted(before: Projects, after: Projects, *rows: int) -> Flags:
    """Projects that can exist before and after, in which nothing rules these candidates out."""
    ruled_out = (before.out[list(rows)] | after.out[list(rows)]).any(axis=0)
    return before.possible & after.possible & ~ruled_out


def behind(projects: Projects, x: int, y: int) -> Flags:
    return projects.utility[x] < projects.utility[y] - ROUNDING


def overtaken(before: Projects, after: Projects) -> tuple[int, int]:
    """How often the law above applies, and how often it is broken."""
    gain = np.sign(np.round(after.weights - before.weights, 9))
    applies = broken = 0
    for x, y in permutations(range(len(before.values)), 2):
        lead = before.values[x] - before.values[y]
        same = (before.values[[x, y]] == after.values[[x, y]]).all(axis=(0, 1))
        favoured = (lead * gain >= 0).all(axis=0) & gain.any(axis=0)
        case = counted(before, after, x, y) & same & favoured & (before.utility[x] >= before.utility[y])
        applies += int(case.sum())
        broken += int((case & behind(after, x, y)).sum())
    return applies, broken


@pytest.mark.parametrize("question", PACK.questions)
def test_who_is_better_at_what_gains_is_not_overtaken(question: str) -> None:
    assert sum(broken for _, broken in (overtaken(now(), after) for after in changes(question))) == 0


def test_the_law_is_put_to_the_test_often() -> None:
    cases = {id: sum(overtaken(now(), after)[0] for after in changes(id)) for id in PACK.questions}
    assert sum(count > 100 for count in cases.values()) >= 12
    assert sum(cases.values()) > 30_000


@pytest.mark.parametrize(
    ("question", "choice", "criterion"),
    [("deploy", "mobile", "edge-export"), ("scale", "large", "distributed-training"), ("pretrained", "fine-tune", "pretrained-models")],
)  # fmt: skip
def test_asking_for_something_never_lets_anyone_overtake_the_best_at_it(
    question: str, choice: str, criterion: str
) -> None:
    after = changed(question, choice, added=PACK.questions[question].several)
    row = list(PACK.criteria).index(criterion)
    alone = (np.delete(after.weights - now().weights, row, axis=0) == 0).all(axis=0)
    raised = alone & (after.weights[row] > now().weights[row]) & (after.values == now().values).all(axis=(0, 1))
    best = now().values[:, row].max(axis=0)
    cases = 0
    for x, y in permutations(range(len(after.values)), 2):
        case = counted(now(), after, x, y) & raised & (now().values[x, row] == best) & ~behind(now(), x, y)
        cases += int(case.sum())
        assert not (case & behind(after, x, y)).any()
    assert cases > 0


@pytest.mark.parametrize("question", PACK.questions)
def test_who_is_only_spoken_well_of_is_not_overtaken(question: str) -> None:
    """Where a change alters no weight, only claims begin to speak or fall silent."""
    for after in changes(question):
        still = (after.weights == now().weights).all(axis=0)
        up, down = (after.values >= now().values).all(axis=1), (after.values <= now().values).all(axis=1)
        for x, y in permutations(range(len(after.values)), 2):
            case = counted(now(), after, x, y) & still & up[x] & down[y] & (now().utility[x] >= now().utility[y])
            assert not (case & behind(after, x, y)).any()


@pytest.mark.parametrize("question", PACK.questions)
def test_an_answer_that_nothing_listens_to_changes_nothing(question: str) -> None:
    for after in changes(question):
        same = (after.weights == now().weights).all(axis=0) & (after.values == now().values).all(axis=(0, 1))
        same &= (after.out == now().out).all(axis=0)
        assert np.array_equal(after.utility[:, same], now().utility[:, same])


# The same in every world of a project with open questions, at weights drawn anew in each.


@pytest.mark.parametrize("seed", range(20))
def test_the_law_holds_in_every_world_of_a_project_with_open_questions(seed: int) -> None:
    random, answers = np.random.default_rng(seed), random_answers(PACK, 5000 + seed)
    known = {id: Answer(id, choices, "flag") for id, choices in answers.items() if random.random() < 0.5}
    question = str(random.choice(list(known)))
    before = evaluated(draw_worlds(PACK, Profile(known), 300), drawn=True)
    for choice in PACK.questions[question].choice_ids:
        profile = Profile(known).with_answer(question, (choice,))
        _, broken = overtaken(before, evaluated(draw_worlds(PACK, profile, 300), drawn=True))
        assert broken == 0
