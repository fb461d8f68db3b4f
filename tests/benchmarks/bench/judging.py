"""The product's judgement of a drawn project: as it is, and with a mistake seeded into it on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from unittest.mock import patch

import numpy as np
from msgspec import Struct
from small_packs import Judged, judge, read

from advisor.knowledge.condition import ALWAYS
from advisor.knowledge.criterion import MeasureScale
from advisor.reasoning.beliefs import MISMATCH, SOURCE_SD, Ground, PooledBelief, StatedValue
from advisor.reasoning.ranking import Ranking, rank, representatives
from advisor.reasoning.scale import measurement_sd, on_scale
from advisor.reasoning.worlds import Worlds
from bench.telling import SCALE, Trial

WORLDS = 1000
Seam = Callable[[], AbstractContextManager[object]]


def _leave_unchanged(worlds: Worlds) -> Worlds:
    """Return the worlds as they are."""
    return worlds


class Mistake(Struct, frozen=True):
    """Something done wrong, in the product's tables, in what is handed to it, or in what it evaluates.

    Attributes:
        during: replaces tables of the product while it judges.
        copies: whether every repetition of a source counts as a source of its own.
        change: what is done to the evaluated worlds.
    """

    name: str
    during: Seam = nullcontext
    copies: bool = False
    change: Callable[[Worlds], Worlds] = _leave_unchanged


def _multiply_spreads(table: Mapping[str, float], factor: float) -> Seam:
    """Return a function that patches a table so that every standard deviation is `factor` times as large."""
    return lambda: patch.dict(table, {key: factor * sd for key, sd in table.items()})  # type: ignore[arg-type]


def stretch(worlds: Worlds) -> Worlds:
    """Return worlds with every criterion stretched until the worst candidate is at 0 and the best at 1."""
    pools = dict(worlds.beliefs)
    for criterion in worlds.criteria:
        beliefs = {candidate: worlds.beliefs[candidate, criterion] for candidate in worlds.candidates}
        means = np.stack([np.broadcast_to(belief.mean, worlds.answers.world_count) for belief in beliefs.values()])
        low, width = means.min(axis=0), np.maximum(np.ptp(means, axis=0), 1e-6)
        for name, belief in beliefs.items():
            pools[name, criterion] = PooledBelief(
                (belief.mean - low) / width, belief.precision * width**2, belief.contributions
            )
    return Worlds(worlds.answers, worlds.weighting, worlds.candidates, worlds.frameworks, worlds.stacks, pools)


RIGHT = Mistake("none")
NO_MISMATCH = Mistake("σx dropped: a probe is taken for the project's own work", _multiply_spreads(MISMATCH, 0.0))
COPIES = Mistake("copies of a source added as independent", copies=True)
TOO_SURE = Mistake("spreads of sources a quarter of what is assumed", _multiply_spreads(SOURCE_SD, 0.25))
TOO_SHY = Mistake("spreads of sources three times what is assumed", _multiply_spreads(SOURCE_SD, 3.0))
MIN_MAX = Mistake("scales stretched over the candidates (min-max)", change=stretch)


class Verdict(Struct, frozen=True):
    """What the product said of a project, beside the truth.

    Attributes:
        utility: true utility by framework: that of the stack that plays for it.
        best_stack: true utility by framework: that of its best stack, whoever plays.
        inside: for every framework that nothing rules out, whether its true utility lies in the middle 90 % of the worlds.
    """

    ranking: Ranking
    utility: Mapping[str, float]
    best_stack: Mapping[str, float]
    inside: tuple[bool, ...]

    @property
    def first(self) -> str:
        """The recommended framework."""
        return self.ranking.frameworks[0].id

    @property
    def lead(self) -> float:
        """The true utility of the recommended framework above the best other one; negative where another is better."""
        return self.utility[self.first] - max(worth for id, worth in self.utility.items() if id != self.first)


def compare_with_truth(trial: Trial, mistake: Mistake = RIGHT, worlds: int = WORLDS) -> Verdict:
    """Let the product judge a project, and compare its answer with the truth."""
    with mistake.during():
        evaluated = mistake.change(judge_trial(trial, mistake, worlds).worlds)
        ranking, played = rank(evaluated), representatives(evaluated)
    pack, utility = trial.truth.pack, trial.truth.utility
    low, high = np.quantile(evaluated.drawn[played], [0.05, 0.95], axis=1)
    true = [utility[evaluated.candidates[row]] for row in played]
    return Verdict(
        ranking,
        dict(zip(evaluated.frameworks, true, strict=True)),
        {id: max(utility[stack] for stack in pack.stacks(id)) for id in evaluated.frameworks},
        () if pack.constraints else tuple(((low <= true) & (true <= high)).tolist()),
    )


def judge_trial(trial: Trial, mistake: Mistake = RIGHT, worlds: int = WORLDS) -> Judged:
    """Evaluate what is stated about a project."""
    return judge(trial.truth.pack, trial.profile, grounds=grounds_of_trial(trial, mistake), worlds=worlds)


def grounds_of_trial(trial: Trial, mistake: Mistake = RIGHT) -> dict[tuple[str, str], list[Ground]]:
    """Return what the sources state and the probes measured, as the product reads claims and runs."""
    grouped: dict[tuple[str, str], list[Ground]] = {}
    for ground in (*_claim_grounds(trial, mistake), *_run_grounds(trial)):
        grouped.setdefault((ground.candidate, ground.criterion), []).append(ground)
    return grouped


def _claim_grounds(trial: Trial, mistake: Mistake) -> Iterator[Ground]:
    """Yield the grounds of the statements of a trial."""
    for statement in trial.statements:
        members = tuple(StatedValue(value, when, statement.source) for value, when in statement.values)
        sd, about = SOURCE_SD[statement.kind], (statement.candidate, statement.criterion)
        if mistake.copies:
            yield from (Ground("claim", f"{statement.source}-{n}", *about, sd, members) for n in range(statement.times))
        else:
            yield Ground("claim", statement.source, *about, sd, members * statement.times)


def _run_grounds(trial: Trial) -> Iterator[Ground]:
    """Yield the grounds of the measurements of a trial."""
    for amount in trial.amounts:
        scale = SCALES[amount.nearness]
        member = StatedValue(on_scale(amount.amount, scale), ALWAYS, "probe.ms")
        yield Ground("run", "probe", amount.candidate, amount.criterion, measurement_sd(scale, amount.error), (member,))


def _make_scale(nearness: str) -> MeasureScale:
    """Return a measure scale of some nearness."""
    label = {"en": "step", "zh": "单步"}
    return read(MeasureScale, {"probe": "probe", "measure": "ms", "label": label, "log": SCALE, "nearness": nearness})


SCALES = {nearness: _make_scale(nearness) for nearness in MISMATCH}
