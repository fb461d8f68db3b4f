"""What must never move an answer, or only one way: counted over many drawn projects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from small_packs import Judged, judge, small_pack

from advisor.knowledge.condition import ALWAYS
from advisor.knowledge.pack import Pack
from advisor.reasoning.beliefs import Ground, StatedValue
from advisor.reasoning.ranking import Ranking, rank
from bench.judging import COPIES, MIN_MAX, RIGHT, Mistake, grounds, judged
from bench.report import Part, Row, caught, within, without_target
from bench.telling import SCALE, Amount, Statement, Trial, draw
from bench.truth import STACKS, Setting

SMALL = Setting(criteria=(3, 8), sources=(1, 3))
MEASURED = replace(SMALL, measured=0.8)
SINGLE = replace(SMALL, stacks=0.0)
WORLDS = 300
AT_ONCE = 200
"""How many dominated candidates are added to one project."""


def laws(trials: int) -> Part:
    """Check the laws; 20 000 dominated candidates and 1 000 raised measurements at 1 000 trials."""
    rows = [*dominated(20 * trials), *raised(trials), *_nothing_moves(max(trials // 5, 10))]
    return Part("LAWS", rows)


def mistakes(trials: int) -> Part:
    """Check that a broken law does not go unnoticed."""
    few = max(trials // 5, 10)
    flips = sum(_flips(n, MIN_MAX) for n in range(max(trials // AT_ONCE, 1)))
    return Part(
        "SEEDED MISTAKES: each must break a law",
        [
            caught(
                f"{MIN_MAX.name}: orders flipped by a dominated candidate",
                max(trials // AT_ONCE, 1) * AT_ONCE,
                flips,
                high=0,
            ),
            caught(f"{COPIES.name}: p_best moved at most", few, copied(few, COPIES), high=0.001),
            caught("every stack a ticket of its own: p_best moved at most", few, tickets(few, shared=False), high=0.01),
        ],
    )


# Dominated candidates.


def dominated(count: int) -> Iterator[Row]:
    """Add candidates that are no better than another in anything, one at a time and all together."""
    projects = max(count // AT_ONCE, 1)
    yield within(
        "orders by regret flipped by one dominated candidate",
        projects * AT_ONCE,
        sum(map(_flips, range(projects))),
        high=0,
        digits=0,
    )
    together = sum(
        _order(_crowd(n).ranking, _names(n)) != _order(judged(_project(n), worlds=WORLDS).ranking, _names(n))
        for n in range(projects)
    )
    yield within(f"the same, {AT_ONCE} of them at once", projects, together, high=0, digits=0)


def _flips(n: int, mistake: Mistake = RIGHT) -> int:
    """Count the dominated candidates of a project of which one alone changes the order of the others."""
    names, crowd = _names(n), _crowd(n).worlds
    before = _order(rank(mistake.change(crowd.restricted_to(names))), names)
    added = [framework for framework in crowd.frameworks if framework not in names]
    return sum(
        _order(rank(mistake.change(crowd.restricted_to([*names, framework]))), names) != before for framework in added
    )


def _project(n: int) -> Trial:
    return draw(SMALL, 2, n)


def _names(n: int) -> list[str]:
    return list(_project(n).truth.pack.frameworks)


def _order(ranking: Ranking, among: list[str]) -> list[str]:
    return [framework.id for framework in ranking.frameworks if framework.id in among]


def _crowd(n: int) -> Judged:
    """Judge a project with many dominated candidates beside its own."""
    trial, random = _project(n), np.random.default_rng([3, n])
    pack = trial.truth.pack
    letters = "abcdefghijklmnopqrst"
    names = [f"omega{a}{b}" for a in letters for b in letters][:AT_ONCE]
    safe = [
        id for id in pack.candidates if not any(id in constraint.excludes for constraint in pack.constraints.values())
    ]
    statements, amounts = list(trial.statements), list(trial.amounts)
    for name in names:
        above = str(random.choice(safe))
        statements += [
            _worse(random, statement, name) for statement in trial.statements if statement.candidate == above
        ]
        amounts += [_slower(random, amount, name) for amount in trial.amounts if amount.candidate == above]
    truth = replace(trial.truth, pack=_joined(pack, small_pack({"candidates": names})))
    return judged(replace(trial, truth=truth, statements=tuple(statements), amounts=tuple(amounts)), worlds=WORLDS)


def _joined(pack: Pack, more: Pack) -> Pack:
    return replace(
        pack, candidates={**pack.candidates, **more.candidates}, frameworks={**pack.frameworks, **more.frameworks}
    )


def _worse(random: np.random.Generator, statement: Statement, name: str) -> Statement:
    return replace(
        statement, candidate=name, values=tuple((value * random.random(), when) for value, when in statement.values)
    )


def _slower(random: np.random.Generator, amount: Amount, name: str) -> Amount:
    return replace(amount, candidate=name, amount=amount.amount * float(np.exp(random.exponential())))


# A raised measurement.


def raised(tries: int) -> Iterator[Row]:
    """Raise one measurement and see who falls.

    A candidate's rank and value never fall. Its p_best never falls where its framework has no other stack; where it has, a
    stack of higher mean that is known better takes over from one that could be anything, and may win fewer worlds.
    """
    falls = {"rank or value": 0, "p_best": 0, "p_best, among several stacks": 0}
    alone = 0
    for n in range(tries):
        before, after, name, single = _raise(n)
        alone += single
        falls["rank or value"] += (
            _place(after, name) > _place(before, name) or _value(after, name) < _value(before, name) - 1e-6
        )
        if _p_best(after, name) < _p_best(before, name) - 1e-6:
            falls["p_best" if single else "p_best, among several stacks"] += 1
    yield within(
        "a raised measurement lowers the rank or value of its candidate",
        tries,
        falls["rank or value"],
        high=0,
        digits=0,
    )
    yield within("or its p_best, where it is its framework's only stack", alone, falls["p_best"], high=0, digits=0)
    yield without_target(
        "or its p_best, where it is one of several (a surer stack takes over)",
        tries - alone,
        str(falls["p_best, among several stacks"]),
    )


def _raise(n: int) -> tuple[Ranking, Ranking, str, bool]:
    """Judge a project before and after one of its measurements is raised."""
    trial, random = draw(MEASURED, 4, n), np.random.default_rng([5, n])
    while not trial.amounts:
        trial = draw(MEASURED, 4, n, int(random.integers(1_000_000)))
    at = int(random.integers(len(trial.amounts)))
    amount = trial.amounts[at]
    better = replace(amount, amount=max(amount.amount * float(np.exp(-random.exponential())), SCALE[1]))
    amounts = (*trial.amounts[:at], better, *trial.amounts[at + 1 :])
    pack = trial.truth.pack
    single = len(pack.stacks(pack.candidates[amount.candidate].framework)) == 1
    before, after = (judged(variant, worlds=WORLDS).ranking for variant in (trial, replace(trial, amounts=amounts)))
    return before, after, amount.candidate, single


def _place(ranking: Ranking, name: str) -> int:
    return [candidate.id for candidate in ranking.candidates].index(name)


def _value(ranking: Ranking, name: str) -> float:
    return next(candidate.value for candidate in ranking.candidates if candidate.id == name)


def _p_best(ranking: Ranking, name: str) -> float:
    return next(candidate.p_best for candidate in ranking.candidates if candidate.id == name)


# What moves nothing.


def _nothing_moves(trials: int) -> Iterator[Row]:
    yield within("three equal stacks: p_best of their framework moved at most", trials, tickets(trials), high=0.01)
    yield within("five copies of every statement: p_best moved at most", trials, copied(trials), high=0.001)
    yield within("a measurement of pure noise: p_best moved at most", trials, noise(trials), high=0.005)


def _moved(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    return max(abs(after[id] - p_best) for id, p_best in before.items())


def _shares(ranking: Ranking) -> dict[str, float]:
    return {framework.id: framework.p_best for framework in ranking.frameworks}


def copied(trials: int, mistake: Mistake = RIGHT) -> float:
    """Return how far any p_best moves when every source says everything five times."""
    moved = 0.0
    for n in range(trials):
        trial = draw(SMALL, 6, n)
        single, copies = (
            replace(trial, statements=tuple(replace(statement, times=times) for statement in trial.statements))
            for times in (1, 5)
        )
        moved = max(moved, _moved(*(_shares(judged(variant, mistake, WORLDS).ranking) for variant in (single, copies))))
    return moved


def noise(trials: int) -> float:
    """Return how far any p_best moves when every candidate is measured by something that says nothing."""
    moved = 0.0
    for n in range(trials):
        trial, random = draw(SMALL, 7, n), np.random.default_rng([8, n])
        pack, noisy = trial.truth.pack, grounds(trial)
        criterion = str(random.choice(list(pack.criteria)))
        for name in pack.candidates:
            member = (StatedValue(float(random.random()), ALWAYS, "noise"),)
            noisy.setdefault((name, criterion), []).append(Ground("run", "noise", name, criterion, 1e6, member))
        after = judge(pack, trial.profile, grounds=noisy, worlds=WORLDS).ranking
        moved = max(moved, _moved(_shares(judged(trial, worlds=WORLDS).ranking), _shares(after)))
    return moved


def tickets(trials: int, shared: bool = True) -> float:
    """Return how far the p_best of a framework moves when its one stack becomes three equal ones.

    Args:
        trials: how many projects.
        shared: whether they are stacks of one framework; else (the mistake) each is a framework of its own.
    """
    moved = 0.0
    for n in range(trials):
        trial = draw(SINGLE, 9, n)
        name = list(trial.truth.pack.frameworks)[-1]
        before = _shares(judged(trial, worlds=WORLDS).ranking)[name]
        after = _shares(judged(_tripled(trial, name, shared), worlds=WORLDS).ranking)
        moved = max(moved, abs(sum(p for id, p in after.items() if id.startswith(name)) - before))
    return moved


def _tripled(trial: Trial, name: str, shared: bool) -> Trial:
    ids = [f"{name}[{stack}]" if shared else f"{name}{stack}" for stack in STACKS]
    pack, three = trial.truth.pack, small_pack({"candidates": ids})
    others = replace(
        pack,
        candidates={id: candidate for id, candidate in pack.candidates.items() if id != name},
        frameworks={id: framework for id, framework in pack.frameworks.items() if id != name},
    )

    def each(items: tuple[Statement, ...] | tuple[Amount, ...]) -> Iterator[Statement | Amount]:
        for item in items:
            yield from (replace(item, candidate=id) for id in ids) if item.candidate == name else (item,)

    return replace(
        trial,
        truth=replace(trial.truth, pack=_joined(others, three)),
        statements=tuple(each(trial.statements)),  # type: ignore[arg-type]
        amounts=tuple(each(trial.amounts)),  # type: ignore[arg-type]
    )
