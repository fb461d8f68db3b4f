"""What sources say and probes measure of a drawn project: wrong in ways the reasoning does not assume.

- A source errs with 0.7 to 1.4 times the spread assumed of it, by Student's t of 6 degrees, and rounds to one of the five levels;
- now and then one copies another, word for word, and counts as a source of its own;
- what a probe measures lies off the project's own work by 0.7 to 1.4 times the assumed mismatch, by the same t.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from advisor.knowledge.condition import ALWAYS, Condition, Not
from advisor.knowledge.criterion import LEVEL
from advisor.reasoning.beliefs import MISMATCH, SOURCE_SD
from advisor.reasoning.profile import Answer, Profile
from bench.truth import Setting, Truth, Values, draw_truth

LEVELS = np.array(list(LEVEL.values()))
SCALE = (300.0, 3.0)
"""The ends of a measured criterion, worst and best, in its unit; a log scale."""
NEARNESS = ("same-family", "toy-proxy")
WRONG = (0.7, 1.0, 1.4)
"""True spreads as multiples of the assumed ones."""

ConditionalValues = tuple[tuple[float, Condition], ...]
"""What a source says of a candidate on a criterion: values, and when each holds."""


class Statement(Struct, frozen=True):
    """What one source says of one candidate on one criterion, possibly several times over."""

    source: str
    kind: str
    candidate: str
    criterion: str
    values: ConditionalValues
    times: int


class Amount(Struct, frozen=True):
    """What a probe measured of one candidate, in the unit of `SCALE`, with the standard error of its logarithm."""

    candidate: str
    criterion: str
    nearness: str
    amount: float
    error: float


class Trial(Struct, frozen=True):
    """One project: the truth, and all that the reasoning is told of it."""

    truth: Truth
    profile: Profile
    statements: tuple[Statement, ...]
    amounts: tuple[Amount, ...]


def draw_trial(setting: Setting, *seed: int, telling: int = 0) -> Trial:
    """Draw a project and what is stated about it.

    Args:
        setting: what kind of project.
        seed: the same seed gives the same truth.
        telling: another number tells the same truth anew, through other errors.
    """
    truth = draw_truth(np.random.default_rng([*seed, 1]), setting)
    random = np.random.default_rng([*seed, 2, telling])
    open_ = random.uniform(*setting.unknown)
    known = {id: Answer(id, (choice,), "flag") for id, choice in truth.answers.items() if random.random() >= open_}
    return Trial(
        truth, Profile(known), _draw_statements(random, truth, setting), _draw_measurements(random, truth, setting)
    )


def _draw_statements(random: np.random.Generator, truth: Truth, setting: Setting) -> tuple[Statement, ...]:
    """Draw what the sources state."""
    density = random.uniform(*setting.density)
    earlier: dict[tuple[str, str], ConditionalValues] = {}
    statements: list[Statement] = []
    most = setting.reader * np.sqrt(3)  # of a uniform distribution with that spread
    misread = {framework: random.uniform(-most, most) for framework in truth.pack.frameworks}
    for n in range(random.integers(setting.sources[0], setting.sources[1] + 1)):
        copies = random.random() < setting.silent_copies
        for statement in _draw_source(random, truth, setting, f"source-{n}", density, misread):
            key = (statement.candidate, statement.criterion)
            stated = earlier.get(key, statement.values) if copies else statement.values
            earlier[key] = stated
            statements.append(Statement(statement.source, statement.kind, *key, stated, statement.times))
    return tuple(statements)


def _draw_source(
    random: np.random.Generator,
    truth: Truth,
    setting: Setting,
    name: str,
    density: float,
    misread: Mapping[str, float],
) -> list[Statement]:
    """Draw the statements of one source: about whole frameworks, sometimes about single stacks.

    Args:
        random, truth, setting: of the trial.
        name: of the source.
        density: chance that it speaks of a framework on a criterion.
        misread: by framework, how far its levels are read too high in every source.
    """
    kind, times = str(random.choice(list(SOURCE_SD))), int(random.choice(setting.repeats))
    sd, names = SOURCE_SD[kind] * random.choice(WRONG), list(truth.pack.candidates)
    statements = []
    for framework in truth.pack.frameworks:
        leaning, rows = setting.leaning * random.standard_normal(), truth.rows_of(framework)
        leaning += misread[framework]
        for at, (criterion, when) in enumerate(truth.sides.items()):
            chance = density * (2 * truth.values[rows, at].mean() if setting.discreet else 1)
            if random.random() >= chance:
                continue
            apart = len(rows) > 1 and random.random() < 0.3
            for group in [[row] for row in rows] if apart else [rows]:
                stated = _draw_levels(random, truth.both[group, at].mean(axis=0) + leaning, sd, when)
                statements += [Statement(name, kind, names[row], criterion, stated, times) for row in group]
    return statements


def _draw_levels(random: np.random.Generator, true: Values, sd: float, when: Condition) -> ConditionalValues:
    """Return levels for both sides of a criterion: the true ones with a Student's t error, rounded."""
    heard = true + sd * _student_t(random, 2)
    levels = [float(LEVELS[np.abs(LEVELS - value).argmin()]) for value in heard]
    return tuple(zip(levels, (when,) if when == ALWAYS else (when, Not(when)), strict=False))


def _draw_measurements(random: np.random.Generator, truth: Truth, setting: Setting) -> tuple[Amount, ...]:
    """Draw measurements of criteria whose values do not depend on an answer."""
    amounts = []
    for at, (criterion, when) in enumerate(truth.sides.items()):
        if when != ALWAYS or random.random() >= setting.measured:
            continue
        nearness = str(random.choice(NEARNESS))
        mismatch = MISMATCH[nearness] / np.sqrt(2) * random.choice(WRONG)
        for row, candidate in enumerate(truth.pack.candidates):
            error = random.uniform(0.02, 0.15)
            log = np.log(SCALE[0]) + truth.values[row, at] * np.log(SCALE[1] / SCALE[0])
            log += mismatch * _student_t(random, 1)[0] + error * random.standard_normal()
            amounts.append(Amount(candidate, criterion, nearness, float(np.exp(log)), float(error)))
    return tuple(amounts)


def _student_t(random: np.random.Generator, n: int) -> Values:
    """Return Student's t numbers of 6 degrees of freedom, scaled to unit variance."""
    return random.standard_t(6, n) * np.sqrt(4 / 6)
