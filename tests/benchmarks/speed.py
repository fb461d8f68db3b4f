"""How fast the reasoning is, in ratios of one run: to bare NumPy, and to the smallest pack.

    python tests/benchmarks/speed.py [--times 15] [--check]

Measured in turns in one process, after the imports, by the processor time this process spent; so other work on the machine
disturbs little. Printed are the least and the median of all turns, and the median ratio within a turn:

- a whole answer from 10 000 worlds of the built-in pack (target: 60 ms on a quiet machine), and evaluating the worlds alone,
  beside what the weighted sums cost in bare NumPy;
- 500 synthetic rules over the columns of 100 000 profiles (target: twice the bare NumPy of the same conditions and maxima);
- reading the built-in pack anew and from its cache, beside the smallest pack.

With --check the exit code is 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial, reduce
from pathlib import Path

from msgspec.structs import replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does, and it has to be said before numpy is there

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "verification"))  # a small pack is that of its tests

import numpy as np
from numpy.typing import NDArray
from sound_pack import FILES, write_pack

from advisor.evidence.runs import Evidence
from advisor.knowledge.condition import All, AnyOf, Condition, Is, Not
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.loading import load_pack
from advisor.knowledge.need import Need
from advisor.knowledge.pack import Pack
from advisor.pipeline import Request, make_inputs
from advisor.reasoning.assemble import assemble
from advisor.reasoning.conditions import AnswerColumns, Conditions
from advisor.reasoning.evaluation import AdviceInputs, evaluate_readings
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.weighting import weighting
from advisor.reasoning.worlds import WORLDS

RULES, PROFILES = 500, 100_000
MOST_MS, MOST_TIMES = 60.0, 2.0
SMALLEST = {name: text for name, text in FILES.items() if "/" not in name}
"""The least that is a pack: the vocabulary alone, without rules and claims."""

Work = Callable[[], object]
Seconds = Mapping[str, list[float]]


def time_in_turns(times: int, works: Mapping[str, Work]) -> Seconds:
    """Time every piece of work once per turn, in an alternating order; the first turn is dropped."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(times + 1):
        for name in reversed(works) if turn % 2 else works:
            begin = time.process_time()
            works[name]()
            if turn:
                seconds[name].append(time.process_time() - begin)
    return seconds


def median_ratio(times: Seconds, name: str, other: str) -> float:
    """Return the median over the turns of how many times as long one took as the other."""
    return statistics.median(a / max(b, 1e-9) for a, b in zip(times[name], times[other], strict=True))


def print_times(title: str, times: Seconds, *ratios: tuple[str, str]) -> None:
    """Print the times of each piece of work, and the ratios asked for."""
    print(f"\n{title}")
    for name, seconds in times.items():
        print(f"  {name:<44} least {1e3 * min(seconds):8.1f} ms   median {1e3 * statistics.median(seconds):8.1f} ms")
    for name, other in ratios:
        print(f"  {name} : {other} = {median_ratio(times, name, other):.2f}")


# 10 000 worlds.


def time_answer(times: int) -> float:
    """Time a whole answer; return the least milliseconds it took."""
    scale = Profile({"scale": Answer("scale", ("large",), "flag")})
    case = make_inputs(Request(as_of=date(2026, 11, 23)), load_pack(), scale, Evidence())
    works = {
        "a whole answer": partial(assemble, case),
        "its worlds": partial(evaluate_readings, case),
        "the weighted sums in bare NumPy": make_bare_sums(case),
    }
    seconds = time_in_turns(times, works)
    title = f"{WORLDS} worlds of the built-in pack, scale = large, no evidence (target: {MOST_MS:.0f} ms for a whole answer)"
    print_times(title, seconds, ("its worlds", "the weighted sums in bare NumPy"))
    return 1e3 * min(seconds["a whole answer"])


def make_bare_sums(case: AdviceInputs) -> Work:
    """Return the work of drawing weights and summing means and variances of both readings that differ, without rules or claims."""
    criteria, candidates, random = len(case.pack.criteria), len(case.pack.candidates), np.random.default_rng(0)
    nominal = random.random((criteria, WORLDS), dtype=np.float32)
    means, variances = random.random((2, 2 * candidates, criteria), dtype=np.float32)

    def draw_and_sum() -> NDArray[np.float32]:
        """Draw the weights and sum up, once."""
        drawn = nominal * np.exp(np.float32(0.35) * random.standard_normal((criteria, WORLDS), dtype=np.float32))
        shares = drawn / drawn.sum(axis=0)
        error = random.standard_normal((2 * candidates, WORLDS), dtype=np.float32)
        return np.asarray(means @ shares + np.sqrt(variances @ shares**2) * error)

    return draw_and_sum


# 500 rules, 100 000 profiles.


def time_rules(times: int) -> float:
    """Time synthetic rules over columns; return the ratio to bare NumPy."""
    random, built_in = np.random.default_rng(0), load_pack()
    criteria = {id: replace(criterion, group=None) for id, criterion in built_in.criteria.items()}
    rules = dict(make_rule(built_in, random, n) for n in range(RULES))
    pack = replace(built_in, criteria=criteria, needs=rules, constraints={})
    columns = draw_columns(pack, random)
    answers = AnswerColumns(PROFILES, columns, np.array(True))

    def ours() -> NDArray[np.float32]:
        return weighting(pack, Conditions(answers)).weights

    plain = partial(evaluate_by_hand, pack, columns)
    assert np.array_equal(ours(), plain()), "both must say the same"
    seconds = time_in_turns(times, {"rules over columns": ours, "the same in bare NumPy": plain})
    title = f"{RULES} rules x {PROFILES} profiles, columns in, weights out (target: {MOST_TIMES:.0f} times bare NumPy)"
    print_times(title, seconds, ("rules over columns", "the same in bare NumPy"))
    return median_ratio(seconds, "rules over columns", "the same in bare NumPy")


def make_rule(pack: Pack, random: np.random.Generator, n: int) -> tuple[str, Need]:
    """Return a rule of two to four comparisons, some of them negated, some joined by `any`."""
    parts: list[Condition] = []
    for id in random.choice(list(pack.questions), random.integers(2, 5), replace=False):
        choices = pack.questions[str(id)].choice_ids
        some = random.choice(choices, random.integers(1, len(choices)), replace=False)
        condition = Is(str(id), tuple(map(str, some)))
        parts.append(Not(condition) if random.random() < 0.2 else condition)
    when: Condition = AnyOf(tuple(parts)) if random.random() < 0.25 else All(tuple(parts))
    criterion, level = str(random.choice(list(pack.criteria))), str(random.choice(["minor", "normal", "major"]))
    like = next(iter(pack.needs.values()))
    return f"rule-{n}", replace(like, when=when, criteria={criterion: level})


def draw_columns(pack: Pack, random: np.random.Generator) -> dict[str, dict[str, NDArray[np.bool_]]]:
    """Return one choice per question and profile, as columns of booleans."""
    columns = {}
    for id, question in pack.questions.items():
        chosen = random.integers(0, len(question.choice_ids), PROFILES)
        columns[id] = {choice: chosen == at for at, choice in enumerate(question.choice_ids)}
    return columns


def evaluate_by_hand(pack: Pack, columns: Mapping[str, Mapping[str, NDArray[np.bool_]]]) -> NDArray[np.float32]:
    """Evaluate every condition column by column and keep the highest weight, as one would write it by hand."""

    def holds(when: Condition) -> NDArray[np.bool_]:
        if isinstance(when, Is):
            return reduce(np.logical_or, [columns[when.question][choice] for choice in when.choices])
        if isinstance(when, Not):
            return ~holds(when.part)
        return reduce(np.logical_and if isinstance(when, All) else np.logical_or, map(holds, when.parts))

    row = {id: at for at, id in enumerate(pack.criteria)}
    weights = np.full((len(row), PROFILES), -1, dtype=np.float32)
    for need in pack.needs.values():
        for criterion, importance in need.criteria.items():
            weight = weights[row[criterion]]
            np.maximum(weight, np.float32(WEIGHT[importance]), out=weight, where=holds(need.when))
    default = np.array([WEIGHT[criterion.default] for criterion in pack.criteria.values()], dtype=np.float32)
    return np.where(weights < 0, default[:, None], weights)


# Reading a pack.


def time_packs(times: int) -> None:
    """Time reading the built-in pack, compared with the smallest one."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder  # what others keep there is none of our business
        smallest = write_pack(Path(folder, "smallest"), SMALLEST)
        timings = time_in_turns(
            times,
            {
                "the built-in pack, anew": lambda: load_pack(fresh=True),
                "the built-in pack, from its cache": load_pack,
                "the smallest pack": lambda: load_pack(smallest),
            },
        )
    print_times("Reading a pack", timings, *((name, "the smallest pack") for name in list(timings)[:2]))


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed of the reasoning, in ratios of one run.")
    parser.add_argument("--times", type=int, default=15, help="turns (default 15)")
    parser.add_argument("--check", action="store_true", help="exit 1 where a target is missed")
    options = parser.parse_args()
    gc.disable()  # as the command does
    least_ms, times_bare = time_answer(options.times), time_rules(max(options.times // 3, 2))
    time_packs(options.times)
    fine = least_ms <= MOST_MS and times_bare <= MOST_TIMES
    print("\nboth targets reached" if fine else "\nNOT ALL TARGETS REACHED")
    return int(options.check and not fine)


if __name__ == "__main__":
    sys.exit(main())
