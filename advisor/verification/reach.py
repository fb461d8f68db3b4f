"""Reach: what nothing leads to, and what leads to nothing: questions, criteria, claims, candidates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.claim import Claim
from advisor.knowledge.criterion import WEIGHT
from advisor.reasoning.conditions import Conditions
from advisor.verification.answer_space import draw_options, drop_inapplicable, make_columns
from advisor.verification.defect import Diagnostic
from advisor.verification.subject import Subject

TRIED = (400, 4000)
"""Projects in which each question is answered in every way, to see whether its answer can decide; more, where among the first it cannot."""
TIE = 1e-6
"""Utilities closer than this are equal."""
NOBODY, IMPOSSIBLE = -1, -2


def dead_questions(subject: Subject) -> Iterator[Diagnostic]:
    """Find questions whose answer changes the best candidate of no sampled project."""
    for id in subject.pack.questions:
        if not any(_can_decide(subject, id, count) for count in TRIED):
            problem = f"no answer to it changes the best candidate of any of {TRIED[-1]} sampled projects"
            yield Diagnostic(
                subject.place("question", id, "id"), problem, "write a rule or a claim that uses it, or remove it"
            )


def _can_decide(subject: Subject, question: str, project_count: int) -> bool:
    """Return whether some answer to a question changes the best candidate of one of so many sampled projects."""
    options = subject.spaces.sample_of_all.options
    rows = draw_options(options, project_count)
    bests: list[NDArray[np.intp]] = []
    for option in range(len(options[question])):
        best = _best_candidates(subject, {**rows, question: np.full(project_count, option)})
        if any(((best != other) & (best != IMPOSSIBLE) & (other != IMPOSSIBLE)).any() for other in bests):
            return True
        bests.append(best)
    return False


def _best_candidates(subject: Subject, rows: dict[str, NDArray[np.intp]]) -> NDArray[np.intp]:
    """Return the row of the best candidate of each project at mean values; `NOBODY` where all are ruled out."""
    options = subject.spaces.sample_of_all.options
    answers = make_columns(subject.pack, options, drop_inapplicable(subject.pack, options, rows))
    worlds = subject.evaluate_projects(Conditions(answers))
    utility_if_in = np.where(worlds.out, -np.inf, worlds.mean)
    best = np.where(worlds.excluded.all(axis=0), NOBODY, utility_if_in.argmax(axis=0))
    return np.where(answers.possible, best, IMPOSSIBLE)


def dead_criteria(subject: Subject) -> Iterator[Diagnostic]:
    """Find criteria that matter to no project, or that no claim and no measure informs."""
    raised_criteria = {
        id for need in subject.pack.needs.values() for id, importance in need.criteria.items() if WEIGHT[importance] > 0
    }
    informed_criteria = {claim.about for claim in subject.claims_with_levels.values() if claim.review.upheld}
    for id, criterion in subject.pack.criteria.items():
        place = subject.place("criterion", id, "id")
        if WEIGHT[criterion.default] == 0 and id not in raised_criteria:
            yield Diagnostic(
                place, "it matters to no project: its default is `ignore` and no need raises it", "add a need"
            )
        if not criterion.measured and id not in informed_criteria:
            yield Diagnostic(place, "nothing informs it: no upheld claim and no measure", "add a claim or a measure")


def unreachable_claims(subject: Subject) -> Iterator[Diagnostic]:
    """Find claims on a criterion that has no weight in any project they apply to."""
    worlds, space = subject.worlds, subject.spaces.sample_of_all
    for id, claim in subject.claims_with_levels.items():
        row = worlds.criteria.index(claim.about or "")
        rows = [worlds.candidates.index(candidate) for candidate in subject.candidates_of(claim)]
        counting = space.holds(claim.when) & (worlds.weights[row] > 0) & ~worlds.excluded[rows].all(axis=0)
        if not counting.any() and not _has_weight(subject, claim):
            problem = f"no project it applies to gives {claim.about} any weight, so it never counts"
            yield Diagnostic(
                subject.place("claim", id, "when"), problem, "widen `when`, or add a need that raises the criterion"
            )


def _has_weight(subject: Subject, claim: Claim) -> bool:
    """Return whether some project that a claim applies to gives its criterion any weight."""
    assert claim.about is not None
    if WEIGHT[subject.pack.criteria[claim.about].default] > 0:
        return bool(subject.spaces.space_of_conditions(claim.when).holds(claim.when).any())
    for need in subject.pack.needs.values():
        if WEIGHT[need.criteria.get(claim.about, "ignore")] > 0:
            space = subject.spaces.space_of_conditions(claim.when, need.when)
            if (space.holds(claim.when) & space.holds(need.when)).any():
                return True
    return False


def dead_candidates(subject: Subject) -> Iterator[Diagnostic]:
    """Find candidates that are the best of no sampled project; the project in which they come nearest is shown."""
    worlds, space = subject.worlds, subject.spaces.sample_of_all
    utility_in_scope = worlds.mean[[worlds.candidates.index(id) for id in subject.pack.in_scope]]
    for row, candidate in enumerate(worlds.candidates):
        utility_of_rivals = utility_in_scope if candidate in subject.pack.in_scope else worlds.mean
        highest_utility = utility_of_rivals.max(axis=0)
        distance = np.where(worlds.excluded[row], np.inf, highest_utility - worlds.mean[row])
        nearest = int(distance.argmin())
        if distance[nearest] <= TIE:
            continue
        place = subject.place("candidate", candidate, "id")
        if worlds.excluded[row].all():
            yield Diagnostic(place, f"it is ruled out in every one of {space.extent} projects", "check the constraints")
            continue
        winner = int(np.abs(worlds.mean[:, nearest] - highest_utility[nearest]).argmin())
        problem = (
            f"it is the best in none of {space.extent} projects; where it comes closest it is {distance[nearest]:.3f} behind "
            f"{worlds.candidates[winner]}, mostly on {_costliest_criterion(subject, row, winner, nearest)}"
        )
        yield Diagnostic(place, problem, "no change needed if its claims are right", space.example(nearest))


def _costliest_criterion(subject: Subject, row: int, winner: int, world: int) -> str:
    """Return the criterion on which a candidate loses most to another in one project."""
    worlds = subject.worlds

    def loss_on(criterion: str) -> float:
        """Return the utility lost on one criterion."""
        pools = [worlds.beliefs[worlds.candidates[candidate], criterion].mean for candidate in (winner, row)]
        mean_of_winner, mean_of_candidate = (
            float(np.broadcast_to(mean, worlds.answers.world_count)[world]) for mean in pools
        )
        return (mean_of_winner - mean_of_candidate) * float(worlds.weights[worlds.criteria.index(criterion)][world])

    return max(worlds.criteria, key=loss_on)
