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
from bench.judging import Verdict, compare_with_truth
from bench.labels import WELL_KNOWN
from bench.report import Part, Row, row_within, row_without_target
from bench.telling import draw_trial


def check_stability(trials: int) -> Part:
    """Check how stable answers are under other sources and other random numbers."""
    return Part("STABILITY", [*_other_sources_rows(trials), *other_numbers_rows(max(trials // 10, 5))])


def _other_sources_rows(trials: int) -> Iterator[Row]:
    """Compare answers to the same truth, stated twice with independent errors."""
    pairs = [
        tuple(compare_with_truth(draw_trial(WELL_KNOWN, 10, n, telling=telling)) for telling in (0, 1))
        for n in range(trials)
    ]
    words: Sequence[Label] = ("clear", "lean", "either-will-do")
    for word in words:
        again = [first.first == other.first for first, other in pairs if first.ranking.label == word]
        what = f"called {word}: independent sources name the same framework"
        same = float(np.mean(again))
        yield (
            row_within(what, len(again), same, low=0.9)
            if word == "clear"
            else row_without_target(what, len(again), f"{same:.3f}")
        )
    kept = float(np.mean([_order_agreement(*pair) for pair in pairs]))
    yield row_without_target(
        "pairs of frameworks that independent sources put in the same order", trials, f"{kept:.3f}"
    )


def _order_agreement(first: Verdict, other: Verdict) -> float:
    """Return the share of pairs of frameworks that are in the same order."""
    order, twin = ([standing.id for standing in each.ranking.frameworks] for each in (first, other))
    pairs = [(a, b) for at, a in enumerate(order) for b in order[at + 1 :]]
    return sum(twin.index(a) < twin.index(b) for a, b in pairs) / len(pairs)


def other_numbers_rows(profiles: int) -> Iterator[Row]:
    """Answer projects on the built-in pack twice, the second time with other random numbers."""
    pack = load_pack()
    known = [_draw_partial_profile(pack, n) for n in range(profiles)]
    once = [_rank_in_scope(pack, profile) for profile in known]
    with drawing_other_numbers():
        again = [_rank_in_scope(pack, profile) for profile in known]
    moved = [_largest_change(first, other) for first, other in zip(once, again, strict=True)]
    turned = [
        first for first, other in zip(once, again, strict=True) if first.frameworks[0].id != other.frameworks[0].id
    ]
    apart = [
        ranking
        for ranking in turned
        if ranking.frameworks[1].expected_regret - ranking.frameworks[0].expected_regret > TIE_GAP
    ]
    yield row_within(
        "other random numbers name another framework, and it was no tie", profiles, len(apart), high=0, digits=0
    )
    yield row_within("p_best moved by other random numbers, on average", profiles, float(np.mean(moved)), high=0.01)
    yield row_without_target("  at most", profiles, f"{max(moved):.3f}")


def _rank_in_scope(pack: Pack, known: Profile) -> Ranking:
    """Rank the frameworks in scope."""
    inside = [id for id, framework in pack.frameworks.items() if not framework.outside]
    return rank(judge(pack, known, worlds=WORLDS).worlds.restricted_to(inside))


def _draw_partial_profile(pack: Pack, n: int) -> Profile:
    """Return a project of the built-in pack with some of its questions answered."""
    random = np.random.default_rng([11, n])
    share, answers = random.random(), random_answers(pack, n)
    return Profile({id: Answer(id, choices, "flag") for id, choices in answers.items() if random.random() < share})


def _largest_change(first: Ranking, other: Ranking) -> float:
    """Return the largest change of any p_best."""
    again = {standing.id: standing.p_best for standing in other.frameworks}
    return max(abs(standing.p_best - again[standing.id]) for standing in first.frameworks)


@contextmanager
def drawing_other_numbers() -> Iterator[None]:
    """Draw every random number from another stream while the block runs."""
    usual = streams.stream
    streams.uniform.cache_clear()
    try:
        with patch.object(streams, "stream", lambda *key: usual("anew", *key)):
            yield
    finally:
        streams.uniform.cache_clear()
