"""Many projects at once: 500 rules over 100 000 profiles, against the same rules as bare NumPy.

    python tests/benchmarks/columns.py [--rules 500] [--profiles 100000] [--times 5] [--at-most 2]

The rules are synthetic: two to four conditions each over the questions of the built-in pack, raising one of its criteria. Both
sides get the same columns of booleans and return the same weights; the bare side compares columns and takes maxima, nothing
else. Prints both medians and their ratio; with --at-most the exit code is 1 where it is larger. Also timed: 10 000 worlds of
the built-in pack, all three readings with everything an answer holds.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from advisor.evidence.runs import Evidence
from advisor.knowledge.condition import All, Condition, Is, Not
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.need import Need
from advisor.knowledge.pack import Pack, load_pack
from advisor.pipeline import Request, make_case
from advisor.reasoning.assemble import assemble
from advisor.reasoning.beliefs import Conditions
from advisor.reasoning.many import Projects, draw
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.worlds import stakes


def synthetic(pack: Pack, rules: int, random: np.random.Generator) -> Pack:
    """The pack with synthetic rules in place of its own."""
    one = next(iter(pack.needs.values()))
    words = {"need": one.need, "source": one.source, "examples": one.examples}
    needs = {}
    for at in range(rules):
        parts = []
        for id in random.choice([*pack.questions], random.integers(2, 5), replace=False):
            legal = pack.questions[id].choice_ids
            chosen = random.choice(legal, random.integers(1, len(legal)), replace=False)
            part: Condition = Is(str(id), tuple(map(str, chosen)))
            parts.append(Not(part) if random.random() < 0.2 else part)
        criterion, level = str(random.choice([*pack.criteria])), str(random.choice(["minor", "normal", "major"]))
        needs[f"rule-{at}"] = Need(when=All(tuple(parts)), criteria={criterion: level}, **words)
    return replace(pack, needs=needs, constraints={})


def columns(pack: Pack, profiles: int, random: np.random.Generator) -> Projects:
    given = {}
    for id, question in pack.questions.items():
        picked = random.integers(0, len(question.choice_ids), profiles)
        given[id] = np.stack([picked == at for at in range(len(question.choice_ids))])
    return Projects(profiles, given)


def bare(pack: Pack, projects: Projects) -> np.ndarray:
    """What the rules say, with nothing but column operations."""
    chosen = {
        id: dict(zip(question.choice_ids, projects.given[id], strict=True)) for id, question in pack.questions.items()
    }
    weights = np.full((len(pack.criteria), projects.count), -1, dtype=np.float32)
    rows = {id: row for row, id in enumerate(pack.criteria)}
    for need in pack.needs.values():
        holds: Any = None
        for part in need.when.parts:  # type: ignore[union-attr]
            test = part.part if isinstance(part, Not) else part
            column = chosen[test.question][test.choices[0]]
            for choice in test.choices[1:]:
                column = column | chosen[test.question][choice]
            column = ~column if isinstance(part, Not) else column
            holds = column if holds is None else holds & column
        for id, level in need.criteria.items():
            np.maximum(weights[rows[id]], WEIGHT[level], out=weights[rows[id]], where=holds)
    default = np.array([WEIGHT[one.default] for one in pack.criteria.values()], dtype=np.float32)
    return np.where(weights < 0, default[:, None], weights)


def timed(times: int, *works: Callable[[], Any]) -> list[float]:
    """Median seconds of each piece of work, in turns."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(times):
        for own, work in zip(found, works, strict=True):
            begin = time.perf_counter()
            work()
            own.append(time.perf_counter() - begin)
    return [statistics.median(own) for own in found]


def main() -> int:
    parser = argparse.ArgumentParser(description="Column-wise evaluation against bare NumPy.")
    parser.add_argument("--rules", type=int, default=500)
    parser.add_argument("--profiles", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--at-most", type=float)
    options = parser.parse_args()
    random, built_in = np.random.default_rng(0), load_pack()
    pack = synthetic(built_in, options.rules, random)
    projects = columns(pack, options.profiles, random)

    def ours() -> np.ndarray:
        return stakes(pack, Conditions(draw(pack, projects, 1))).weights

    assert np.array_equal(ours(), bare(pack, projects))
    own, plain = timed(options.times, ours, lambda: bare(pack, projects))
    print(
        f"{options.rules} rules x {options.profiles} profiles: {own:.3f} s, bare NumPy {plain:.3f} s, ratio {own / plain:.2f}"
    )

    large = Profile({"scale": Answer("scale", ("large",), "flag")})
    case = make_case(Request(as_of=date(2026, 11, 23)), built_in, large, Evidence())
    gc.disable()  # as the command does
    (answer,) = timed(4 * options.times, lambda: assemble(case))
    print(f"10 000 worlds of the built-in pack, a whole answer: {1e3 * answer:.0f} ms")
    return int(options.at_most is not None and own / plain > options.at_most)


if __name__ == "__main__":
    sys.exit(main())
