"""Probing by value of information against probing everything, on evidence recorded in full.

    python tests/benchmarks/probing.py [--profiles 200] [--seed 0] [--same 0.98] [--time 0.5]

The recorded runs (recorded_full.jsonl.gz, one session of every probe at full depth, five blocks of all ways to train, torch.compile
among them, on two cores without a GPU on 2026-11-24; raw samples left out) are revealed probe by probe. For each profile, half of its answers unknown and every second one trained on a CPU so that timings
count, the plan picks the probe worth most per second, its runs are revealed, the answer is reckoned anew, and so on until
nothing can change it. Compared with revealing all that bears on the project: whether both recommend the same framework, and the
recorded seconds. The runs count as if today's probes had made them: their code is not what is tested. Exit code 1 where fewer than
--same agree or more than --time of the seconds were used. A few profiles run in the tests.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from questionnaire import DETECTED, TODAY, draw_project

from advisor.evidence import collect
from advisor.evidence.planning import expected_seconds, plan_probes
from advisor.evidence.runs import Evidence
from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import Pack
from advisor.pipeline import Request, make_inputs
from advisor.reasoning.assemble import assemble
from advisor.reasoning.evaluation import AdviceInputs, evaluate_readings
from advisor.reasoning.profile import Profile
from probes.run import Run

RECORDED = Path(__file__).with_name("recorded_full.jsonl.gz")


@dataclass(frozen=True)
class Probed:
    """One profile: whether both ways recommend the same, and the seconds of each."""

    same: bool
    seconds: float
    exhaustive: float


def read_recorded() -> Evidence:
    """Return all recorded runs, as if the present probes had made them here."""
    with gzip.open(RECORDED, "rt", encoding="utf-8") as file:
        return Evidence(tuple(map(Run.from_json, file)))


def draw_profile(pack: Pack, seed: int) -> Profile:
    """Return a project of which half the questions are answered; every second one trains on a CPU."""
    random, whole = np.random.default_rng([seed, 1]), draw_project(pack, seed)
    kept = {id: answer for id, answer in whole.answers.items() if id in DETECTED or random.random() < 0.5}
    known = Profile({id: answer for id, answer in kept.items() if id not in ("hardware", "os") or seed % 2})
    return known if seed % 2 else known.with_answer("hardware", ("cpu",))


def make_case_inputs(pack: Pack, profile: Profile, evidence: Evidence) -> AdviceInputs:
    """Return what the answer to a project is computed from."""
    return make_inputs(Request(as_of=TODAY), pack, profile, evidence)


def evidence_of_probes(evidence: Evidence, probes: set[str]) -> Evidence:
    """Return the evidence with the runs of these probes alone."""
    return Evidence(tuple(run for run in evidence.runs if run.probe in probes))


def simulate_probing(pack: Pack, evidence: Evidence, seed: int) -> Probed:
    """Measure the probes of one project as the plan says, and compare the answer with that of all probes."""
    profile = draw_profile(pack, seed)
    there = {run.probe for run in evidence.runs}
    all_ = {name for name in collect.relevant_probes(pack, profile) if name in there}
    took = {name: expected_seconds(name, evidence, len(pack.measurable)) for name in all_}
    known: set[str] = set()
    while known != all_:
        now = evidence_of_probes(evidence, known)
        worlds = evaluate_readings(make_case_inputs(pack, profile, now))[0]["measured"].worlds
        chosen = plan_probes(pack, worlds, sorted(all_ - known), now).chosen
        if not chosen:
            break
        known.add(chosen[0].probe)
    first = assemble(make_case_inputs(pack, profile, evidence_of_probes(evidence, known))).framework
    whole = assemble(make_case_inputs(pack, profile, evidence_of_probes(evidence, all_))).framework
    return Probed(first == whole, sum(took[name] for name in known), sum(took.values()))


def sum_up(simulated: list[Probed]) -> tuple[float, float]:
    """Return the share of profiles with the same recommendation, and the share of the seconds that were used."""
    seconds, exhaustive = sum(probed.seconds for probed in simulated), sum(probed.exhaustive for probed in simulated)
    return float(np.mean([probed.same for probed in simulated])), seconds / exhaustive


def main() -> int:
    parser = argparse.ArgumentParser(description="Probing by value of information against probing everything.")
    parser.add_argument("--profiles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--same", type=float, default=0.98)
    parser.add_argument("--time", type=float, default=0.5)
    options = parser.parse_args()
    pack, evidence, begin = load_pack(), read_recorded(), time.monotonic()
    simulated = [
        simulate_probing(pack, evidence, seed) for seed in range(options.seed, options.seed + options.profiles)
    ]
    same, share = sum_up(simulated)
    print(
        f"{len(simulated)} profiles: same framework in {100 * same:.1f} %, {100 * share:.0f} % of the probe time "
        f"({time.monotonic() - begin:.0f} s)"
    )
    return int(same < options.same or share > options.time)


if __name__ == "__main__":
    sys.exit(main())
