"""The adaptive questionnaire against the whole one: how often both recommend the same, and how many questions it saves.

    python tests/benchmarks/questionnaire.py [--profiles 500] [--seed 0] [--uniform] [--skip 0] [--same 0.98] [--share 0.6]

Each profile is a project with an answer to every question, drawn by the stated shares (with --uniform every choice alike, which is
no project mix anybody expects; with --skip 0.2 one answer in five is "I don't know"). The adaptive questionnaire asks it in
order of value until the leader can hardly be overtaken any more; both sets of answers are then put to the advisor itself.
Exit code 1 where fewer than --same recommend the same framework, or more than --share of the questions were asked on average. A few
dozen profiles run in the tests.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "reasoning"))

from by_hand import holds, shares_by_hand

from advisor.evidence.runs import Evidence
from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import Pack
from advisor.pipeline import Request, make_inputs
from advisor.reasoning.assemble import assemble
from advisor.reasoning.evaluation import AdviceInputs
from advisor.reasoning.next_question import LOOK_AHEAD_WORLDS, first_things_first, plan_questions
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.readings import Grounds, grounds_of

TODAY = date(2026, 11, 25)
DETECTED = {"python": "python-3-12"}


@dataclass(frozen=True)
class Asked:
    """One simulated interview.

    Attributes:
        asked, applicable: how many questions were asked, and how many the whole questionnaire asks.
        same: whether the framework recommended then is the one that the whole questionnaire recommends.
        named: whether it is at least one of those that the whole answer names: it names several where either will do, or where it
            depends.
    """

    asked: int
    applicable: int
    same: bool
    named: bool


def draw_project(pack: Pack, seed: int, *, uniform: bool = False, skip: float = 0.0) -> Profile:
    """Return a project with its questions answered, but for a share of them; inapplicable ones have no answer."""
    random = np.random.default_rng(seed)
    while True:
        answers: dict[str, tuple[str, ...]] = {}
        for id, question in pack.questions.items():
            if id in DETECTED:
                answers[id] = (DETECTED[id],)
            elif holds(question.when, answers):
                shares = None if uniform else shares_by_hand(question, answers)
                answers[id] = (str(random.choice(question.choice_ids, p=shares)),)
        if not any(holds(rule.when, answers) for rule in pack.impossible if not rule.rare):
            known = {id: choices for id, choices in answers.items() if id in DETECTED or random.random() >= skip}
            return Profile({id: Answer(id, choices, "asked") for id, choices in known.items()})


def simulate_interview(pack: Pack, grounds: Grounds, whole: Profile, worlds: int) -> tuple[Profile, list[str]]:
    """Return what is known when the adaptive questionnaire stops, and which questions changed nothing."""
    known, skipped = Profile({id: whole.answers[id] for id in DETECTED}), list[str]()
    while (
        not (seen := plan_questions(pack, grounds, known, world_count=worlds, skipped=skipped)).settled
        and seen.questions
    ):
        question = first_things_first(pack, seen, begun=len(known.answers) > len(DETECTED) or bool(skipped))[0]
        if whole.known(question):
            known = known.with_answer(question, whole.known(question))
        else:
            skipped.append(question)
    return known, skipped


def make_case_inputs(pack: Pack, profile: Profile) -> AdviceInputs:
    """Return what the answer to a project is computed from."""
    return make_inputs(Request(as_of=TODAY), pack, profile, Evidence())


def simulate_project(
    pack: Pack, seed: int, *, uniform: bool = False, skip: float = 0.0, worlds: int = LOOK_AHEAD_WORLDS
) -> Asked:
    """Interview one project, and compare the answer with that of the whole profile."""
    whole = draw_project(pack, seed, uniform=uniform, skip=skip)
    applicable = len(draw_project(pack, seed, uniform=uniform).answers) - len(DETECTED)
    case = make_case_inputs(pack, whole)
    known, skipped = simulate_interview(pack, grounds_of("measured", pack, case.findings, (), TODAY), whole, worlds)
    advice, recommended = assemble(case), assemble(make_case_inputs(pack, known)).framework
    asked = len(known.answers) - len(DETECTED) + len(skipped)
    same = recommended == advice.framework
    return Asked(asked, applicable, same, same or recommended in advice.named)


def sum_up(simulated: list[Asked]) -> tuple[float, float]:
    """Return the share of interviews that recommend the same, and the mean share of applicable questions asked."""
    return float(np.mean([asked.same for asked in simulated])), float(
        np.mean([asked.asked / asked.applicable for asked in simulated])
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="The adaptive questionnaire against the whole one.")
    parser.add_argument("--profiles", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--uniform", action="store_true", help="draw every choice alike")
    parser.add_argument("--skip", type=float, default=0.0, help="share of the answers nobody knows")
    parser.add_argument("--same", type=float, default=0.98)
    parser.add_argument("--share", type=float, default=0.6)
    options = parser.parse_args()
    pack, begin = load_pack(), time.monotonic()
    seeds = range(options.seed, options.seed + options.profiles)
    simulated = [simulate_project(pack, seed, uniform=options.uniform, skip=options.skip) for seed in seeds]
    same, share = sum_up(simulated)
    named = np.mean([interview.named for interview in simulated])
    asked = np.mean([interview.asked for interview in simulated])
    print(
        f"{len(simulated)} profiles: same framework in {100 * same:.1f} %, one that the whole answer names in {100 * named:.1f} %; "
        f"{100 * share:.0f} % of the questions asked ({asked:.2f} on average; {time.monotonic() - begin:.0f} s)"
    )
    return int(same < options.same or share > options.share)


if __name__ == "__main__":
    sys.exit(main())
