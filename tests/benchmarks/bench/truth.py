"""Projects whose truth is known, drawn by a generator the reasoning knows nothing of.

What differs from what the reasoning assumes:

- true values are beta distributed, not normal, and lie between 0 and 1; a stack differs from its framework by a uniform amount;
- true weights differ from the nominal ones by a uniform factor, true answers from the stated shares by a random one;
- what is told of them is wrong in ways of its own (see `telling`).

What is the same: utility is additive, and the ends of a scale mean what they say.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from small_packs import Raw, small_pack

from advisor.knowledge.condition import ALWAYS, Condition, Is, Not
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import Pack

SHARES = {"x": 0.5, "y": 0.3, "z": 0.2}
"""How common the answers to every question are said to be."""
STACKS = ("one", "two", "three")
Values = NDArray[np.float64]


class Setting(Struct, frozen=True):
    """What kind of projects to draw; pairs are the least and the most of a range.

    Attributes:
        criteria: how many.
        stacks: chance that one of the frameworks has three.
        closeness: factor on the differences between candidates; 1 is what the prior expects.
        lead: the best framework's true lead in utility, where it is prescribed; at 0 the two best are equal in everything.
        ruled_out: chance that a rule excludes a framework under one of the answers.
        unknown: share of the questions that stay open.
        sources: how many.
        density: chance that a source speaks of a framework on a criterion.
        repeats: how often a source says the same again.
        silent_copies: chance that a source copies another and counts as a source of its own.
        leaning: spread of each source's leaning to a framework, the same on all criteria.
        reader: spread of what all levels read of a framework have in common, whatever the source: one reader read them. Real
            decisions, on which the reasoning fits what it allows for, cannot tell 0.07 from 0.1.
        discreet: whether sources tend to be silent about what a framework is bad at.
        measured: chance that a criterion is measured.
    """

    criteria: tuple[int, int] = (3, 30)
    stacks: float = 0.5
    closeness: float = 1.0
    lead: tuple[float, float] | None = None
    ruled_out: float = 0.25
    unknown: tuple[float, float] = (0.0, 1.0)
    sources: tuple[int, int] = (2, 5)
    density: tuple[float, float] = (0.2, 0.9)
    repeats: tuple[int, int] = (1, 3)
    silent_copies: float = 0.1
    leaning: float = 0.0
    reader: float = 0.08
    discreet: bool = False
    measured: float = 0.3


class Truth(Struct):
    """A project as it really is.

    Attributes:
        answers: one choice for every question.
        sides: for every criterion when the first of its two sets of values holds, instead of the second.
        both: (candidates, criteria, 2) true values on both sides.
        weights: true weight of every criterion.
    """

    pack: Pack
    answers: Mapping[str, str]
    sides: Mapping[str, Condition]
    both: Values
    weights: Values

    @property
    def values(self) -> Values:
        """The true values under the true answers, (candidates, criteria)."""
        side = [0 if holds(when, self.answers) else 1 for when in self.sides.values()]
        return self.both[:, np.arange(len(side)), side]

    @property
    def merit(self) -> Values:
        """The true utility of every candidate, whether or not it is ruled out."""
        return np.asarray(self.values @ self.weights / self.weights.sum())

    @property
    def utility(self) -> dict[str, float]:
        """The true utility by candidate; 0 where it is ruled out."""
        out = {
            candidate
            for constraint in self.pack.constraints.values()
            if holds(constraint.when, self.answers)
            for name in constraint.excludes
            for candidate in self.pack.members(name)
        }
        return {
            id: 0.0 if id in out else float(worth) for id, worth in zip(self.pack.candidates, self.merit, strict=True)
        }

    def rows_of(self, framework: str) -> list[int]:
        """Return the rows of a framework's stacks among the candidates."""
        return [list(self.pack.candidates).index(stack) for stack in self.pack.stacks(framework)]


def holds(when: Condition, answers: Mapping[str, str]) -> bool:
    """Return whether a condition of a drawn project holds."""
    if isinstance(when, Is):
        return answers[when.question] in when.choices
    if isinstance(when, Not):
        return not holds(when.part, answers)
    return when == ALWAYS


def draw_truth(random: np.random.Generator, setting: Setting) -> Truth:
    """Draw a project."""
    pack = _draw_pack(random, setting)
    answers = {id: _draw_answer(random) for id in pack.questions}
    sides = {id: _draw_condition(random, pack) if random.random() < 0.25 else ALWAYS for id in pack.criteria}
    truth = Truth(pack, answers, sides, _draw_values(random, pack, setting), _draw_weights(random, pack, answers))
    if setting.lead is not None:
        _set_lead(truth, float(random.uniform(*setting.lead)))
    return truth


def _draw_pack(random: np.random.Generator, setting: Setting) -> Pack:
    """Draw candidates, questions, criteria and rules; their names differ by project, since random streams are keyed by them."""
    tag = "".join(random.choice(list("abcdefghijklmnopqrstuvwxyz"), 6))
    candidates = [f"{tag}{letter}" for letter in "abcde"[: random.integers(2, 6)]]
    first = candidates[0]
    if random.random() < setting.stacks:
        candidates[-1:] = [f"{candidates[-1]}[{stack}]" for stack in STACKS]
    questions = {f"q{letter}-{tag}": SHARES for letter in "abcd"}
    criteria = [f"c{n}-{tag}" for n in range(random.integers(setting.criteria[0], setting.criteria[1] + 1))]

    def importance(*odds: float) -> str:
        return str(random.choice(list(WEIGHT), p=odds))

    def when() -> Raw:
        return {str(random.choice(list(questions))): str(random.choice(list(SHARES)))}

    raising = [id for id in criteria if random.random() < 0.6]
    raw: Raw = {
        "candidates": candidates,
        "questions": questions,
        "criteria": {id: importance(0.3, 0.3, 0.25, 0.15) for id in criteria} | {criteria[0]: "normal"},
        "needs": [{"when": when(), "criteria": {id: importance(0, 0.2, 0.4, 0.4)}} for id in raising],
    }
    if random.random() < setting.ruled_out:
        raw["constraints"] = [{"when": when(), "excludes": first}]
    return small_pack(raw)


def _draw_answer(random: np.random.Generator) -> str:
    """Draw a choice by the shares."""
    odds = np.array(list(SHARES.values())) * np.exp(0.3 * random.standard_normal(len(SHARES)))
    return str(random.choice(list(SHARES), p=odds / odds.sum()))


def _draw_condition(random: np.random.Generator, pack: Pack) -> Condition:
    """Draw a condition on one answer."""
    return Is(str(random.choice(list(pack.questions))), (str(random.choice(list(SHARES))),))


def _draw_values(random: np.random.Generator, pack: Pack, setting: Setting) -> Values:
    """Draw the true values of every candidate on every criterion."""
    shape, criteria = random.choice([1.5, 2.0, 3.0]), len(pack.criteria)
    of_frameworks = random.beta(shape, shape, (len(pack.frameworks), criteria, 2))
    middle = of_frameworks.mean(axis=0)
    of_frameworks = middle + setting.closeness * (of_frameworks - middle)
    rows = [list(pack.frameworks).index(candidate.framework) for candidate in pack.candidates.values()]
    own = random.uniform(-0.17, 0.17, (len(rows), criteria, 2))
    own[[rows.count(row) == 1 for row in rows]] = 0
    return np.clip(of_frameworks[rows] + own, 0, 1)


def _draw_weights(random: np.random.Generator, pack: Pack, answers: Mapping[str, str]) -> Values:
    """Return the nominal weights under the true answers, each times a random factor."""
    fired: dict[str, list[float]] = {id: [] for id in pack.criteria}
    for need in pack.needs.values():
        for id, importance in need.criteria.items():
            fired[id] += [WEIGHT[importance]] if holds(need.when, answers) else []
    nominal = [max(fired[id], default=WEIGHT[criterion.default]) for id, criterion in pack.criteria.items()]
    return np.array(nominal) * np.exp(0.35 * random.uniform(-1.7, 1.7, len(nominal)))


def _set_lead(truth: Truth, lead: float) -> None:
    """Shift the other frameworks so that the best one leads by `lead`; for none, make the next one its equal."""
    frameworks = [truth.rows_of(id) for id in truth.pack.frameworks]
    top = int(truth.merit.argmax())
    best = next(at for at, rows in enumerate(frameworks) if top in rows)
    equals = {best, (best + 1) % len(frameworks)} if lead == 0 else {best}
    for at, rows in enumerate(frameworks):
        for row in rows:
            if at in equals:
                truth.both[row] = truth.both[top]
            else:
                _shift_to_merit(truth, row, float(truth.merit[top]) - (lead or 0.15))


def _shift_to_merit(truth: Truth, row: int, merit: float) -> None:
    """Bring a candidate's utility to a level by shifting all its values, as far as the scale allows."""
    for _ in range(30):
        truth.both[row] = np.clip(truth.both[row] + merit - truth.merit[row], 0, 1)
