"""One notion of best: no merit outvotes a requirement, a fact counts once, shares stand on one base, labels follow them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from unittest.mock import patch

import numpy as np
from msgspec.structs import replace
from small_packs import Raw, judge, read

from advisor.knowledge.criterion import LEAST
from advisor.knowledge.need import Constraint
from advisor.knowledge.pack import Pack
from advisor.reasoning import ranking as product
from advisor.reasoning.beliefs import Ground
from advisor.reasoning.ranking import Ranking, Standing, rank
from advisor.reasoning.worlds import Worlds
from bench.judging import RIGHT, Mistake, grounds_of_trial
from bench.report import Part, Row, row_caught, row_within
from bench.telling import Trial, draw_trial
from bench.truth import Setting

SMALL = Setting(criteria=(3, 8), sources=(1, 3), density=(0.5, 1.0))
ALONE = replace(SMALL, criteria=(1, 1), density=(0.9, 1.0))
OPEN = replace(SMALL, criteria=(1, 3), unknown=(0.7, 1.0), ruled_out=1.0, closeness=0.5)
WORLDS = 1000
MOST_MOVED = 0.02
Grounds = dict[tuple[str, str], list[Ground]]


def check_contest(trials: int) -> Part:
    """Check that all frameworks are ranked in one contest."""
    return Part("ONE CONTEST", list(_law_rows(trials)))


def check_mistakes(trials: int) -> Part:
    """Check that each way to split the contest is noticed."""
    few = max(trials // 5, 10)
    former = patch.multiple(product, LEAST_MORE_WINS=1.0, MAJORITY=0.0)
    return Part(
        "SEEDED MISTAKES: each must break a law of the contest",
        [
            row_caught(f"{COMPENSABLE.name}: recommended", trials, count_outvoted(trials, COMPENSABLE), high=0),
            row_caught("a cause counted twice: a share moved on average", few, shift_by_repetition(few, ALONE, cause=False), high=MOST_MOVED),
            row_caught("a group as heavy as all its members: the same", few, shift_by_repetition(few, group=False), high=MOST_MOVED),
            row_caught("shares on two bases: off 1 at most", trials, deviation_from_one(trials, _rank_apart), high=0.005),
            row_caught("labels that ignore who wins most: contradicted", trials, count_contradicted(trials, former), high=0),
        ],
    )  # fmt: skip


def _law_rows(trials: int) -> Iterator[Row]:
    """Yield the rows of the laws of the contest."""
    few = max(trials // 5, 10)
    yield row_within(
        "fails what is required where another meets more: recommended", trials, count_outvoted(trials), high=0
    )
    yield row_within(
        "a criterion told twice in its group: a share moved on average", few, shift_by_repetition(few), high=MOST_MOVED
    )
    yield row_within("the same, nothing else matters", few, shift_by_repetition(few, ALONE), high=MOST_MOVED)
    yield row_within("the shares of all frameworks: off 1 at most", trials, deviation_from_one(trials), high=0.005)
    yield row_within("clear or lean, though another wins more: said", trials, count_contradicted(trials), high=0)


# Requirements.


def _make_compensable(worlds: Worlds) -> Worlds:
    """Return worlds in which failing a requirement costs utility instead of ruling out."""
    changed, cost = replace(worlds), np.float32(0.1) * worlds.failed
    for name in ("uncharged_mean", "uncharged_expected", "uncharged_drawn"):
        vars(changed)[name] = getattr(worlds, name) - cost
    vars(changed)["failed"] = np.zeros_like(worlds.failed)
    return changed


COMPENSABLE = Mistake("a requirement made compensable", change=_make_compensable)


def count_outvoted(trials: int, mistake: Mistake = RIGHT) -> int:
    """Count the projects in which a framework that fails a requirement is recommended over one that meets everything."""
    count = 0
    for n in range(trials):
        trial, random = draw_trial(SMALL, 11, n), np.random.default_rng([12, n])
        criterion = str(random.choice(list(trial.truth.pack.criteria)))
        found = judge(
            _add_requirement(trial.truth.pack, criterion), trial.profile, grounds=grounds_of_trial(trial), worlds=WORLDS
        )
        best = rank(mistake.change(found.worlds)).best
        count += best is not None and best in _find_surpassed(found.worlds, criterion)
    return count


def _add_requirement(pack: Pack, criterion: str) -> Pack:
    """Return the pack with a constraint that requires a criterion of every project."""
    words, nothing = {"en": "required", "zh": "required"}, {"applies": {}, "silent": {}}
    raw: Raw = {"constraint": words, "source": "book", "when": {}, "examples": nothing, "requires": {criterion: "good"}}
    return replace(pack, constraints={**pack.constraints, "required": read(Constraint, raw)})


def _find_surpassed(worlds: Worlds, criterion: str) -> set[str]:
    """Return the candidates that fail the requirement everywhere while another meets it and is never excluded instead."""
    below = {id: worlds.beliefs[id, criterion].mean < LEAST["good"] for id in worlds.candidates}
    excluded = dict(zip(worlds.candidates, worlds.excluded, strict=True))
    return {
        less
        for less in worlds.candidates
        for more in worlds.candidates
        if np.all(below[less]) and not np.any(below[more]) and not np.any(excluded[more] & ~excluded[less])
    }


# Facts that count once.


def shift_by_repetition(trials: int, setting: Setting = SMALL, *, cause: bool = True, group: bool = True) -> float:
    """Return how far a framework's share moves on average when its criterion is stated a second time, in one group.

    Args:
        trials, setting: how many projects, and of what kind.
        cause: whether what is said twice has one cause; else (a mistake) its errors are two.
        group: whether both criteria are in a group; else (a mistake) each weighs as much as the one did.
    """
    moved = []
    for n in range(trials):
        trial = draw_trial(setting, 13, n)
        criterion = next(iter(trial.truth.pack.criteria))
        once, again = _set_cause(grounds_of_trial(trial), criterion, cause), f"{criterion}-again"
        both = once | {
            (id, again): [replace(ground, criterion=again) for ground in about]
            for (id, of), about in once.items()
            if of == criterion
        }
        before = _shares_of(trial, trial.truth.pack, once)
        after = _shares_of(trial, _repeat_criterion(trial.truth.pack, criterion, group), both)
        moved.append(max(abs(after[id] - share) for id, share in before.items()))
    return float(np.mean(moved))


def _set_cause(told: Grounds, criterion: str, cause: bool) -> Grounds:
    """Return the grounds with one common cause for a criterion, if `cause` is true."""
    if not cause:
        return told
    return {
        key: [replace(ground, cause=f"{ground.source}-{key[0]}") for ground in about] if key[1] == criterion else about
        for key, about in told.items()
    }


def _repeat_criterion(pack: Pack, criterion: str, group: bool) -> Pack:
    """Return the pack with a criterion repeated under another id, in a group with it if `group` is true."""
    first, again = replace(pack.criteria[criterion], group="alike" if group else None), f"{criterion}-again"
    needs = {
        id: replace(need, criteria={**need.criteria, again: need.criteria[criterion]})
        if criterion in need.criteria
        else need
        for id, need in pack.needs.items()
    }
    return replace(pack, criteria={**pack.criteria, criterion: first, again: replace(first, id=again)}, needs=needs)


def _shares_of(trial: Trial, pack: Pack, told: Grounds) -> Mapping[str, float]:
    """Return the share of worlds each framework wins."""
    found = judge(pack, trial.profile, grounds=told, worlds=WORLDS).ranking
    return {standing.id: standing.p_best for standing in found.frameworks}


# Shares and labels.


def _rank_together(worlds: Worlds) -> list[Standing]:
    """Rank all frameworks together."""
    return list(rank(worlds).frameworks)


def _rank_apart(worlds: Worlds) -> list[Standing]:
    """Rank one framework among all, and the others among themselves."""
    apart = worlds.frameworks[-1]
    others = rank(worlds.restricted_to(worlds.frameworks[:-1])).frameworks
    return [*others, *(standing for standing in rank(worlds).frameworks if standing.id == apart)]


def deviation_from_one(trials: int, ranked: Callable[[Worlds], list[Standing]] = _rank_together) -> float:
    """Return the largest deviation from 1 of the sum of a project's shares."""
    return max(abs(sum(standing.p_best for standing in ranked(_judge_open_project(n))) - 1) for n in range(trials))


def count_contradicted(trials: int, during: AbstractContextManager[object] | None = None) -> int:
    """Count the projects labelled clear or lean although another framework wins in more worlds."""
    count = 0
    with during or nullcontext():
        for n in range(trials):
            count += _is_contradicted(rank(_judge_open_project(n)))
    return count


def _is_contradicted(found: Ranking) -> bool:
    """Return whether a ranking is labelled clear or lean although another framework wins in more worlds."""
    first, *others = found.frameworks
    most = max(standing.p_best for standing in others)
    return found.label in ("clear", "lean") and most > first.p_best + 0.005


def _judge_open_project(n: int) -> Worlds:
    """Return the worlds of a project with few answers."""
    trial = draw_trial(OPEN, 14, n)
    return judge(trial.truth.pack, trial.profile, grounds=grounds_of_trial(trial), worlds=WORLDS).worlds
