"""One notion of best: no merit outvotes a requirement, a fact counts once, shares stand on one base, labels follow them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from unittest.mock import patch

import numpy as np
from small_packs import Raw, judge, read

from advisor.knowledge.criterion import LEAST
from advisor.knowledge.need import Constraint
from advisor.knowledge.pack import Pack
from advisor.reasoning import ranking as product
from advisor.reasoning.beliefs import Ground
from advisor.reasoning.ranking import Ranking, Standing, rank
from advisor.reasoning.worlds import Worlds
from bench.judging import RIGHT, Mistake, grounds
from bench.report import Part, Row, caught, within
from bench.telling import Trial, draw
from bench.truth import Setting

SMALL = Setting(criteria=(3, 8), sources=(1, 3), density=(0.5, 1.0))
ALONE = replace(SMALL, criteria=(1, 1), density=(0.9, 1.0))
OPEN = replace(SMALL, unknown=(0.7, 1.0))
WORLDS = 1000
MOST_MOVED = 0.02
Grounds = dict[tuple[str, str], list[Ground]]


def contest(trials: int) -> Part:
    """Check that the contest is one."""
    return Part("ONE CONTEST", list(_laws(trials)))


def mistakes(trials: int) -> Part:
    """Check that each way to make it several goes noticed."""
    few = max(trials // 5, 10)
    former = patch.multiple(product, LEAST_MORE_WINS=1.0, MAJORITY=0.0)
    return Part(
        "SEEDED MISTAKES: each must break a law of the contest",
        [
            caught(f"{COMPENSABLE.name}: recommended", trials, outvoted(trials, COMPENSABLE), high=0),
            caught("a cause counted twice: a share moved on average", few, twice_told(few, ALONE, cause=False), high=MOST_MOVED),
            caught("a group as heavy as all its members: the same", few, twice_told(few, group=False), high=MOST_MOVED),
            caught("shares on two bases: off 1 at most", trials, off_one(trials, _on_two_bases), high=0.005),
            caught("labels that ignore who wins most: contradicted", trials, contradicted(trials, former), high=0),
        ],
    )  # fmt: skip


def _laws(trials: int) -> Iterator[Row]:
    few = max(trials // 5, 10)
    yield within("fails what is required where another meets more: recommended", trials, outvoted(trials), high=0)
    yield within("a criterion told twice in its group: a share moved on average", few, twice_told(few), high=MOST_MOVED)
    yield within("the same, nothing else matters", few, twice_told(few, ALONE), high=MOST_MOVED)
    yield within("the shares of all frameworks: off 1 at most", trials, off_one(trials), high=0.005)
    yield within("clear or lean, though another wins more: said", trials, contradicted(trials), high=0)


# Requirements.


def _compensable(worlds: Worlds) -> Worlds:
    """Let what is required count as a merit like others: whoever fails it loses something, and may win all the same."""
    changed, cost = replace(worlds), np.float32(0.1) * worlds.failed
    for name in ("uncharged_mean", "uncharged_expected", "uncharged_drawn"):
        vars(changed)[name] = getattr(worlds, name) - cost
    vars(changed)["failed"] = np.zeros_like(worlds.failed)
    return changed


COMPENSABLE = Mistake("a requirement made compensable", change=_compensable)


def outvoted(trials: int, mistake: Mistake = RIGHT) -> int:
    """Count the projects in which one is recommended that fails what is required, and another meets that and all else."""
    count = 0
    for n in range(trials):
        trial, random = draw(SMALL, 11, n), np.random.default_rng([12, n])
        criterion = str(random.choice(list(trial.truth.pack.criteria)))
        found = judge(_requiring(trial.truth.pack, criterion), trial.profile, grounds=grounds(trial), worlds=WORLDS)
        best = rank(mistake.change(found.worlds)).best
        count += best is not None and best in _surpassed(found.worlds, criterion)
    return count


def _requiring(pack: Pack, criterion: str) -> Pack:
    words, nothing = {"en": "required", "zh": "required"}, {"applies": {}, "silent": {}}
    raw: Raw = {"constraint": words, "source": "book", "when": {}, "examples": nothing, "requires": {criterion: "good"}}
    return replace(pack, constraints={**pack.constraints, "required": read(Constraint, raw)})


def _surpassed(worlds: Worlds, criterion: str) -> set[str]:
    """Return who fails the requirement everywhere while another meets it everywhere and is excluded in no other world."""
    below = {id: worlds.beliefs[id, criterion].mean < LEAST["good"] for id in worlds.candidates}
    excluded = dict(zip(worlds.candidates, worlds.excluded, strict=True))
    return {
        less
        for less in worlds.candidates
        for more in worlds.candidates
        if np.all(below[less]) and not np.any(below[more]) and not np.any(excluded[more] & ~excluded[less])
    }


# Facts that count once.


def twice_told(trials: int, setting: Setting = SMALL, *, cause: bool = True, group: bool = True) -> float:
    """Return how far the share of a framework moves on average when its criterion is told a second time, in one group.

    Args:
        trials, setting: how many projects, and of what kind.
        cause: whether what is said twice has one cause; else (a mistake) its errors are two.
        group: whether both criteria are in a group; else (a mistake) each weighs as much as the one did.
    """
    moved = []
    for n in range(trials):
        trial = draw(setting, 13, n)
        criterion = next(iter(trial.truth.pack.criteria))
        once, again = _with_cause(grounds(trial), criterion, cause), f"{criterion}-again"
        both = once | {
            (id, again): [replace(ground, criterion=again) for ground in about]
            for (id, of), about in once.items()
            if of == criterion
        }
        before = _shares(trial, trial.truth.pack, once)
        after = _shares(trial, _with_again(trial.truth.pack, criterion, group), both)
        moved.append(max(abs(after[id] - share) for id, share in before.items()))
    return float(np.mean(moved))


def _with_cause(told: Grounds, criterion: str, cause: bool) -> Grounds:
    if not cause:
        return told
    return {
        key: [replace(ground, cause=f"{ground.source}-{key[0]}") for ground in about] if key[1] == criterion else about
        for key, about in told.items()
    }


def _with_again(pack: Pack, criterion: str, group: bool) -> Pack:
    first, again = replace(pack.criteria[criterion], group="alike" if group else None), f"{criterion}-again"
    needs = {
        id: replace(need, criteria={**need.criteria, again: need.criteria[criterion]})
        if criterion in need.criteria
        else need
        for id, need in pack.needs.items()
    }
    return replace(pack, criteria={**pack.criteria, criterion: first, again: replace(first, id=again)}, needs=needs)


def _shares(trial: Trial, pack: Pack, told: Grounds) -> Mapping[str, float]:
    found = judge(pack, trial.profile, grounds=told, worlds=WORLDS).ranking
    return {standing.id: standing.p_best for standing in found.frameworks}


# Shares and labels.


def _on_one_base(worlds: Worlds) -> list[Standing]:
    return list(rank(worlds).frameworks)


def _on_two_bases(worlds: Worlds) -> list[Standing]:
    """Rank one framework among all, and the others among themselves."""
    apart = worlds.frameworks[-1]
    others = rank(worlds.restricted_to(worlds.frameworks[:-1])).frameworks
    return [*others, *(standing for standing in rank(worlds).frameworks if standing.id == apart)]


def off_one(trials: int, ranked: Callable[[Worlds], list[Standing]] = _on_one_base) -> float:
    """Return how far the shares of a project's frameworks add up to something else than 1, at most."""
    return max(abs(sum(standing.p_best for standing in ranked(_open_project(n))) - 1) for n in range(trials))


def contradicted(trials: int, during: AbstractContextManager[object] | None = None) -> int:
    """Count the projects that are called clear or leaning though another framework wins in more worlds."""
    count = 0
    with during or nullcontext():
        for n in range(trials):
            count += _contradicts(rank(_open_project(n)))
    return count


def _contradicts(found: Ranking) -> bool:
    first, *others = found.frameworks
    most = max(standing.p_best for standing in others)
    return found.label in ("clear", "lean") and most > first.p_best + 0.005


def _open_project(n: int) -> Worlds:
    trial = draw(OPEN, 14, n)
    return judge(trial.truth.pack, trial.profile, grounds=grounds(trial), worlds=WORLDS).worlds
