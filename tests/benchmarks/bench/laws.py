"""What must never move an answer, or only one way: counted over many drawn projects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec.structs import replace
from small_packs import Judged, judge, small_pack

from advisor.knowledge.condition import ALWAYS
from advisor.knowledge.pack import Pack
from advisor.reasoning.beliefs import Ground, StatedValue
from advisor.reasoning.ranking import Ranking, rank
from bench.judging import COPIES, MIN_MAX, RIGHT, Mistake, grounds_of_trial, judge_trial
from bench.report import Part, Row, row_caught, row_within, row_without_target
from bench.telling import SCALE, Amount, Statement, Trial, draw_trial
from bench.truth import STACKS, Setting

SMALL = Setting(criteria=(3, 8), sources=(1, 3))
MEASURED = replace(SMALL, measured=0.8)
SINGLE = replace(SMALL, stacks=0.0)
WORLDS = 300
AT_ONCE = 200
"""How many dominated candidates are added to one project."""


def check_laws(trials: int) -> Part:
    """Check the laws; at 1 000 trials, on 20 000 dominated candidates and 1 000 raised measurements."""
    rows = [*dominated_rows(20 * trials), *raised_rows(trials), *_invariance_rows(max(trials // 5, 10))]
    return Part("LAWS", rows)


def check_mistakes(trials: int) -> Part:
    """Check that each seeded mistake breaks a law."""
    few = max(trials // 5, 10)
    flips = sum(_count_flips(n, MIN_MAX) for n in range(max(trials // AT_ONCE, 1)))
    return Part(
        "SEEDED MISTAKES: each must break a law",
        [
            row_caught(
                f"{MIN_MAX.name}: orders flipped by a dominated candidate",
                max(trials // AT_ONCE, 1) * AT_ONCE,
                flips,
                high=0,
            ),
            row_caught(f"{COPIES.name}: p_best moved at most", few, shift_by_copies(few, COPIES), high=0.001),
            row_caught(
                "every stack a ticket of its own: p_best moved at most",
                few,
                shift_by_copied_stacks(few, shared=False),
                high=0.01,
            ),
        ],
    )


# Dominated candidates.


def dominated_rows(count: int) -> Iterator[Row]:
    """Add candidates that are no better than another in anything, one at a time and all together."""
    projects = max(count // AT_ONCE, 1)
    yield row_within(
        "orders by regret flipped by one dominated candidate",
        projects * AT_ONCE,
        sum(map(_count_flips, range(projects))),
        high=0,
        digits=0,
    )
    together = sum(
        _order_among(_judge_crowd(n).ranking, _framework_names(n))
        != _order_among(judge_trial(_draw_project(n), worlds=WORLDS).ranking, _framework_names(n))
        for n in range(projects)
    )
    yield row_within(f"the same, {AT_ONCE} of them at once", projects, together, high=0, digits=0)


def _count_flips(n: int, mistake: Mistake = RIGHT) -> int:
    """Count the dominated candidates of a project that, added alone, change the order of the others."""
    names, crowd = _framework_names(n), _judge_crowd(n).worlds
    before = _order_among(rank(mistake.change(crowd.restricted_to(names))), names)
    added = [framework for framework in crowd.frameworks if framework not in names]
    return sum(
        _order_among(rank(mistake.change(crowd.restricted_to([*names, framework]))), names) != before
        for framework in added
    )


def _draw_project(n: int) -> Trial:
    """Draw the project of a number."""
    return draw_trial(SMALL, 2, n)


def _framework_names(n: int) -> list[str]:
    """Return the names of the frameworks of a project."""
    return list(_draw_project(n).truth.pack.frameworks)


def _order_among(ranking: Ranking, among: list[str]) -> list[str]:
    """Return these frameworks in the order of a ranking."""
    return [framework.id for framework in ranking.frameworks if framework.id in among]


def _judge_crowd(n: int) -> Judged:
    """Judge a project with many dominated candidates added to its own."""
    trial, random = _draw_project(n), np.random.default_rng([3, n])
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
            _make_worse(random, statement, name) for statement in trial.statements if statement.candidate == above
        ]
        amounts += [_make_slower(random, amount, name) for amount in trial.amounts if amount.candidate == above]
    truth = replace(trial.truth, pack=_join_packs(pack, small_pack({"candidates": names})))
    return judge_trial(replace(trial, truth=truth, statements=tuple(statements), amounts=tuple(amounts)), worlds=WORLDS)


def _join_packs(pack: Pack, more: Pack) -> Pack:
    """Return a pack with the candidates and frameworks of another added."""
    return replace(
        pack, candidates={**pack.candidates, **more.candidates}, frameworks={**pack.frameworks, **more.frameworks}
    )


def _make_worse(random: np.random.Generator, statement: Statement, name: str) -> Statement:
    """Return the statement about another candidate, with lower values."""
    return replace(
        statement, candidate=name, values=tuple((value * random.random(), when) for value, when in statement.values)
    )


def _make_slower(random: np.random.Generator, amount: Amount, name: str) -> Amount:
    """Return the measurement of another candidate, with a longer time."""
    return replace(amount, candidate=name, amount=amount.amount * float(np.exp(random.exponential())))


# A raised measurement.


def raised_rows(tries: int) -> Iterator[Row]:
    """Raise one measurement of a project at a time, and count what falls.

    A candidate's rank and value never fall. Its p_best never falls where its framework has no other stack; where it has, a
    stack of higher mean that is known better takes over from one that could be anything, and may win fewer worlds.
    """
    falls = {"rank or value": 0, "p_best": 0, "p_best, among several stacks": 0}
    alone = 0
    for n in range(tries):
        before, after, name, single = _judge_raised(n)
        alone += single
        falls["rank or value"] += (
            _place_of(after, name) > _place_of(before, name) or _value_of(after, name) < _value_of(before, name) - 1e-6
        )
        if _p_best_of(after, name) < _p_best_of(before, name) - 1e-6:
            falls["p_best" if single else "p_best, among several stacks"] += 1
    yield row_within(
        "a raised measurement lowers the rank or value of its candidate",
        tries,
        falls["rank or value"],
        high=0,
        digits=0,
    )
    yield row_within("or its p_best, where it is its framework's only stack", alone, falls["p_best"], high=0, digits=0)
    yield row_without_target(
        "or its p_best, where it is one of several (a surer stack takes over)",
        tries - alone,
        str(falls["p_best, among several stacks"]),
    )


def _judge_raised(n: int) -> tuple[Ranking, Ranking, str, bool]:
    """Judge a project before and after one of its measurements is raised."""
    trial, random = draw_trial(MEASURED, 4, n), np.random.default_rng([5, n])
    while not trial.amounts:
        trial = draw_trial(MEASURED, 4, n, int(random.integers(1_000_000)))
    at = int(random.integers(len(trial.amounts)))
    amount = trial.amounts[at]
    better = replace(amount, amount=max(amount.amount * float(np.exp(-random.exponential())), SCALE[1]))
    amounts = (*trial.amounts[:at], better, *trial.amounts[at + 1 :])
    pack = trial.truth.pack
    single = len(pack.stacks(pack.candidates[amount.candidate].framework)) == 1
    before, after = (
        judge_trial(variant, worlds=WORLDS).ranking for variant in (trial, replace(trial, amounts=amounts))
    )
    return before, after, amount.candidate, single


def _place_of(ranking: Ranking, name: str) -> int:
    """Return the place of a candidate in a ranking."""
    return [candidate.id for candidate in ranking.candidates].index(name)


def _value_of(ranking: Ranking, name: str) -> float:
    """Return the value of a candidate in a ranking."""
    return next(candidate.value for candidate in ranking.candidates if candidate.id == name)


def _p_best_of(ranking: Ranking, name: str) -> float:
    """Return the p_best of a candidate in a ranking."""
    return next(candidate.p_best for candidate in ranking.candidates if candidate.id == name)


# What moves nothing.


def _invariance_rows(trials: int) -> Iterator[Row]:
    """Yield the rows of changes that must not move any p_best."""
    yield row_within(
        "three equal stacks: p_best of their framework moved at most", trials, shift_by_copied_stacks(trials), high=0.01
    )
    yield row_within(
        "five copies of every statement: p_best moved at most", trials, shift_by_copies(trials), high=0.001
    )
    yield row_within("a measurement of pure noise: p_best moved at most", trials, shift_by_noise(trials), high=0.005)


def _largest_change(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Return the largest change of any p_best."""
    return max(abs(after[id] - p_best) for id, p_best in before.items())


def _p_best_by_framework(ranking: Ranking) -> dict[str, float]:
    """Return the p_best of each framework."""
    return {framework.id: framework.p_best for framework in ranking.frameworks}


def shift_by_copies(trials: int, mistake: Mistake = RIGHT) -> float:
    """Return how far any p_best moves when every source states everything five times."""
    moved = 0.0
    for n in range(trials):
        trial = draw_trial(SMALL, 6, n)
        single, copies = (
            replace(trial, statements=tuple(replace(statement, times=times) for statement in trial.statements))
            for times in (1, 5)
        )
        moved = max(
            moved,
            _largest_change(
                *(_p_best_by_framework(judge_trial(variant, mistake, WORLDS).ranking) for variant in (single, copies))
            ),
        )
    return moved


def shift_by_noise(trials: int) -> float:
    """Return how far any p_best moves when every candidate has a measurement that says nothing."""
    moved = 0.0
    for n in range(trials):
        trial, random = draw_trial(SMALL, 7, n), np.random.default_rng([8, n])
        pack, noisy = trial.truth.pack, grounds_of_trial(trial)
        criterion = str(random.choice(list(pack.criteria)))
        for name in pack.candidates:
            member = (StatedValue(float(random.random()), ALWAYS, "noise"),)
            noisy.setdefault((name, criterion), []).append(Ground("run", "noise", name, criterion, 1e6, member))
        after = judge(pack, trial.profile, grounds=noisy, worlds=WORLDS).ranking
        moved = max(
            moved,
            _largest_change(
                _p_best_by_framework(judge_trial(trial, worlds=WORLDS).ranking), _p_best_by_framework(after)
            ),
        )
    return moved


def shift_by_copied_stacks(trials: int, shared: bool = True) -> float:
    """Return how far the p_best of a framework moves when its one stack becomes three equal ones.

    Args:
        trials: how many projects.
        shared: whether they are stacks of one framework; else (the mistake) each is a framework of its own.
    """
    moved = 0.0
    for n in range(trials):
        trial = draw_trial(SINGLE, 9, n)
        name = list(trial.truth.pack.frameworks)[-1]
        before = _p_best_by_framework(judge_trial(trial, worlds=WORLDS).ranking)[name]
        after = _p_best_by_framework(judge_trial(_triple_stack(trial, name, shared), worlds=WORLDS).ranking)
        moved = max(moved, abs(sum(p for id, p in after.items() if id.startswith(name)) - before))
    return moved


def _triple_stack(trial: Trial, name: str, shared: bool) -> Trial:
    """Return the trial with one stack replaced by three equal ones."""
    ids = [f"{name}[{stack}]" if shared else f"{name}{stack}" for stack in STACKS]
    pack, three = trial.truth.pack, small_pack({"candidates": ids})
    others = replace(
        pack,
        candidates={id: candidate for id, candidate in pack.candidates.items() if id != name},
        frameworks={id: framework for id, framework in pack.frameworks.items() if id != name},
    )

    def copy_items(items: tuple[Statement, ...] | tuple[Amount, ...]) -> Iterator[Statement | Amount]:
        """Yield each item, those of the stack once per copy."""
        for item in items:
            yield from (replace(item, candidate=id) for id in ids) if item.candidate == name else (item,)

    return replace(
        trial,
        truth=replace(trial.truth, pack=_join_packs(others, three)),
        statements=tuple(copy_items(trial.statements)),  # type: ignore[arg-type]
        amounts=tuple(copy_items(trial.amounts)),  # type: ignore[arg-type]
    )
