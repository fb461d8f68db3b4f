"""Does the same question get the same answer: told anew by other sources, and drawn anew by other random numbers?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
from by_hand import random_answers
from small_packs import judge

from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import Pack
from advisor.reasoning import streams
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.ranking import TIE_GAP, Ranking, rank
from advisor.reasoning.worlds import WORLDS
from advisor.words import Label
from bench.judging import Verdict, verdict
from bench.labels import WELL_KNOWN
from bench.report import Part, Row, within, without_target
from bench.telling import draw


def stability(trials: int) -> Part:
    """Check both."""
    return Part("STABILITY", [*_statements_drawn_anew(trials), *drawn_anew(max(trials // 10, 5))])


def _statements_drawn_anew(trials: int) -> Iterator[Row]:
    """Compare answers to the same truth, told twice with independent errors."""
    pairs = [tuple(verdict(draw(WELL_KNOWN, 10, n, telling=telling)) for telling in (0, 1)) for n in range(trials)]
    words: Sequence[Label] = ("clear", "lean", "either-will-do")
    for word in words:
        again = [first.first == other.first for first, other in pairs if first.ranking.label == word]
        what = f"called {word}: independent sources name the same framework"
        same = float(np.mean(again))
        yield (
            within(what, len(again), same, low=0.9)
            if word == "clear"
            else without_target(what, len(again), f"{same:.3f}")
        )
    kept = float(np.mean([_agreement(*pair) for pair in pairs]))
    yield without_target("pairs of frameworks that independent sources put in the same order", trials, f"{kept:.3f}")


def _agreement(first: Verdict, other: Verdict) -> float:
    """Return the share of pairs of frameworks that stand in the same order."""
    order, twin = ([standing.id for standing in each.ranking.frameworks] for each in (first, other))
    pairs = [(a, b) for at, a in enumerate(order) for b in order[at + 1 :]]
    return sum(twin.index(a) < twin.index(b) for a, b in pairs) / len(pairs)


def drawn_anew(profiles: int) -> Iterator[Row]:
    """Answer projects on the built-in pack twice, the second time with every random number another."""
    pack = load_pack()
    known = [_partly(pack, n) for n in range(profiles)]
    once = [_answered(pack, profile) for profile in known]
    with other_numbers():
        again = [_answered(pack, profile) for profile in known]
    moved = [_moved(first, other) for first, other in zip(once, again, strict=True)]
    turned = [
        first for first, other in zip(once, again, strict=True) if first.frameworks[0].id != other.frameworks[0].id
    ]
    apart = [
        ranking
        for ranking in turned
        if ranking.frameworks[1].expected_regret - ranking.frameworks[0].expected_regret > TIE_GAP
    ]
    yield within(
        "other random numbers name another framework, and it was no tie", profiles, len(apart), high=0, digits=0
    )
    yield within("p_best moved by other random numbers, on average", profiles, float(np.mean(moved)), high=0.01)
    yield without_target("  at most", profiles, f"{max(moved):.3f}")


def _answered(pack: Pack, known: Profile) -> Ranking:
    """Decide among the frameworks the program is about."""
    inside = [id for id, framework in pack.frameworks.items() if not framework.outside]
    return rank(judge(pack, known, worlds=WORLDS).worlds.restricted_to(inside))


def _partly(pack: Pack, n: int) -> Profile:
    """Return a project of the built-in pack with some of its answers known."""
    random = np.random.default_rng([11, n])
    share, answers = random.random(), random_answers(pack, n)
    return Profile({id: Answer(id, choices, "flag") for id, choices in answers.items() if random.random() < share})


def _moved(first: Ranking, other: Ranking) -> float:
    again = {standing.id: standing.p_best for standing in other.frameworks}
    return max(abs(standing.p_best - again[standing.id]) for standing in first.frameworks)


@contextmanager
def other_numbers() -> Iterator[None]:
    """Draw every random number from another stream."""
    usual = streams.stream
    streams.uniform.cache_clear()
    try:
        with patch.object(streams, "stream", lambda *key: usual("anew", *key)):
            yield
    finally:
        streams.uniform.cache_clear()
