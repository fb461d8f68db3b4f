"""Flips held against brute force: every single changed answer and, where none flips, every pair, reckoned without columns.

    python tests/benchmarks/flips.py [--profiles 200] [--seed 0]

Each profile answers all questions of the built-in pack at random. For every change the whole pack is reckoned anew by plain
loops (tests/reasoning/by_hand.py) and the leading framework compared with what `answer_flips` say. About
three minutes for 200 profiles; exit code 1 at the first difference. A few profiles run in the tests.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "reasoning"))

from by_hand import Answers, framework_utilities, holds, random_answers
from small_packs import judge

from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import Pack
from advisor.reasoning.answer_flips import answer_flip_pairs, answer_flips
from advisor.reasoning.profile import Answer, Profile

Changes = frozenset[tuple[str, str]]


def leader_by_hand(pack: Pack, answers: Answers) -> str | None:
    """Return the best framework of a project, computed by hand; None where it is impossible or tied."""
    if any(holds(rule.when, answers) for rule in pack.impossible if not rule.rare):
        return None
    worth = framework_utilities(pack, answers)
    best, *others = sorted(worth.values(), reverse=True)
    return max(worth, key=lambda id: worth[id]) if best > 0 and best - others[0] > 1e-6 else None


def find_flips_by_hand(pack: Pack, answers: Answers, size: int, before: str) -> set[tuple[Changes, str]]:
    """Return all sets of `size` changed answers that make another framework the best."""
    single = [(q.id, c) for q in pack.questions.values() for c in q.choice_ids if answers[q.id] != (c,)]
    flips = set()
    for changes in combinations(single, size):
        if len({question for question, _ in changes}) == size:
            best = leader_by_hand(pack, {**answers, **{question: (choice,) for question, choice in changes}})
            if best not in (None, before):
                flips.add((frozenset(changes), str(best)))
    return flips


def compare_flips(pack: Pack, seed: int) -> tuple[int, int, bool]:
    """Return how many single changes and pairs flip one random profile, and whether both ways agree on all of them."""
    answers = random_answers(pack, seed)
    before = leader_by_hand(pack, answers)
    if before is None:
        return 0, 0, True
    known = Profile({id: Answer(id, choices, "flag") for id, choices in answers.items()})
    judged = judge(pack, known, worlds=10)
    common = (pack, judged.grounds, known, judged.worlds, {}, before)
    listed = {(frozenset({(flip.question, flip.after[0])}), flip.becomes) for flip in answer_flips(*common)}
    if listed != find_flips_by_hand(pack, answers, 1, before):
        return len(listed), 0, False
    if listed:
        return len(listed), 0, True
    pairs = {(frozenset(pair.changes), pair.becomes) for pair in answer_flip_pairs(*common)}
    return 0, len(pairs), pairs == find_flips_by_hand(pack, answers, 2, before)


def main() -> int:
    parser = argparse.ArgumentParser(description="Flips against brute force.")
    parser.add_argument("--profiles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    pack, begin = load_pack(), time.monotonic()
    singles = pairs = without = 0
    for seed in range(options.seed, options.seed + options.profiles):
        single, pair, same = compare_flips(pack, seed)
        if not same:
            print(f"profile {seed}: what is said is not what brute force finds")
            return 1
        singles, pairs, without = singles + single, pairs + pair, without + (single == 0)
    print(
        f"{options.profiles} profiles: {singles} single answers flip, {without} profiles without one, of which {pairs} pairs "
        f"flip; all as by brute force ({time.monotonic() - begin:.0f} s)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
