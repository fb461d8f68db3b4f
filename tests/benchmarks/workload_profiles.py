"""How many answers the measurement at a workload's sizes changes, rightly or wrongly: the projects of workload_profiles.yaml.

    python tests/benchmarks/workload_profiles.py [--record FILE]

Nothing is measured: the step times are those that `size_grid.py` recorded of the jobs in its part `held-out`. How the right answer is
judged stands in workload_profiles.yaml.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from advisor.evidence.ladder import Rung
from advisor.evidence.runs import Evidence
from advisor.knowledge.loading import load_pack
from advisor.knowledge.workload import FAMILIES
from advisor.pipeline import Gathered, Request, compute_advice, profile_of_request
from advisor.reasoning.advice import Advice
from probes.run import Run

HERE = Path(__file__).parent
RECORD = HERE / "size_grid.jsonl.gz"
TIMES = ("first_step_s", "build_s", "import_s")
CLEAR = 0.05


def read_runs(record: Path) -> dict[str, dict[Rung, list[Run]]]:
    """Return the runs of the jobs of other shapes, by family and size, the smallest first."""
    runs: dict[str, dict[tuple[float, str], tuple[Rung, list[Run]]]] = {}
    with gzip.open(record, "rt") as lines:
        for line in map(json.loads, lines):
            if line["part"] != "held-out" or "work" not in line or not line["undisturbed_ms"]:
                continue
            rung = Rung(FAMILIES[line["family"]](**line["sizes"]), line["work"])
            kept = runs.setdefault(line["family"], {}).setdefault((rung.work, str(rung.sizes)), (rung, []))[1]
            kept.append(
                Run(
                    session="record", probe=rung.probe.name, candidate=line["candidate"], outcome="ok", mode=line["mode"],
                    block=line["block"], measures={"step_ms": line["undisturbed_ms"], **{name: line[name] for name in TIMES}},
                    started="2026-11-30T21:00:00+00:00", threads=line["threads"],
                )
            )  # fmt: skip
    return {family: {rung: kept for _, (rung, kept) in sorted(rungs.items())} for family, rungs in runs.items()}


def answer(answers: Mapping[str, str], rungs: Mapping[Rung, list[Run]], job: Rung) -> Advice:
    """Return the advice on a project whose job is the given one, resting on the runs of some rungs."""
    flags = {id: (choice,) for id, choice in {**answers, "workload": str(job.sizes)}.items()}
    request = Request(flags=flags, probing="none", as_of=date(2026, 11, 30))
    pack = load_pack()
    evidence = Evidence(tuple(run for kept in rungs.values() for run in kept))
    return compute_advice(request, pack, profile_of_request(request, pack), Gathered(evidence))


def right_answers(advice: Advice) -> set[str]:
    """Return the frameworks that count as right: the recommended one, and one that is not 5 of 100 behind it."""
    first, *others = advice.frameworks
    return {first.id, *(other.id for other in others if first.p_best - other.p_best < CLEAR)}


def judge(profile: Mapping[str, Any], rungs: Mapping[Rung, list[Run]]) -> tuple[str, str]:
    """Return how measuring did in a project, in a word, and the line to print."""
    *_, job = rungs
    below = {rung: kept for rung, kept in rungs.items() if rung != job}
    without, carried, true = (answer(profile["answers"], part, job) for part in ({}, below, {job: rungs[job]}))
    right = right_answers(true)
    word = "unchanged"
    if carried.framework != without.framework:
        hits = carried.framework in right, without.framework in right
        word = {(True, False): "rightly", (False, True): "wrongly"}.get(hits, "neither")
    elif carried.framework not in right:
        word = "unchanged, not right"
    told = carried.evidence.workload
    times = f"{told.times:.1f} times" if told and told.counts else "does not count"
    shares = " ".join(f"{advice.framework} {100 * advice.p_best:.0f}" + " " * 4 for advice in (without, carried, true))
    return word, f"  {profile['id']:26}{profile['job']:13}{times:16}{shares:60}{word}"


def main() -> int:
    parser = argparse.ArgumentParser(description="What measuring at a workload's sizes changes.")
    parser.add_argument("--record", type=Path, default=RECORD)
    runs = read_runs(parser.parse_args().record)
    counts = Counter[str]()
    print(
        f"  {'project':26}{'job':13}{'carried on':16}{'without, carried on, at its own size: best in so many of 100':60}"
    )
    for profile in yaml.safe_load((HERE / "workload_profiles.yaml").read_text(encoding="utf-8"))["profiles"]:
        if profile["job"] in runs:
            word, line = judge(profile, runs[profile["job"]])
            counts[word] += 1
            print(line, flush=True)
    print(", ".join(f"{word}: {count}" for word, count in counts.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
