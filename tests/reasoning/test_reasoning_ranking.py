"""Who wins, how often, at what regret: laws that hold whatever the knowledge says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from drawn_packs import STACKS, order, packs
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace
from small_packs import Raw, case_of, judge, measurement, profile

from advisor.knowledge.pack import Pack
from advisor.reasoning.assemble import assemble
from advisor.reasoning.profile import Profile
from advisor.reasoning.ranking import Doubt, Ranking, rank, tied
from advisor.reasoning.readings import ScaledMeasurement

# Shares.


@given(packs(STACKS))
def test_the_wins_are_shared_out_among_candidates_and_among_frameworks(raw: Raw) -> None:
    judged = judge(raw, worlds=500)
    assert sum(standing.p_best for standing in judged.ranking.candidates) == pytest.approx(1, abs=1e-6)
    assert sum(standing.p_best for standing in judged.ranking.frameworks) == pytest.approx(1, abs=1e-6)
    for framework in judged.ranking.frameworks:
        members = judged.pack.stacks(framework.id)
        assert sum(judged.candidate(id).p_best for id in members) == pytest.approx(framework.p_best, abs=1e-6)


@given(packs(STACKS))
def test_ranks_follow_the_value_framework_first_and_who_is_out_everywhere_stands_last(raw: Raw) -> None:
    judged = judge(raw, worlds=500)
    keys = [(standing.out_share == 1, -standing.value) for standing in judged.ranking.frameworks]
    assert keys == sorted(keys)
    assert all(standing.expected_regret >= 0 for standing in judged.ranking.frameworks)
    of_candidates = [judged.pack.candidates[id].framework for id in judged.ranked]
    assert list(dict.fromkeys(of_candidates)) == order(judged.ranking)


@given(packs())
def test_whoever_is_worth_most_has_the_least_regret(raw: Raw) -> None:
    standings = judge(raw, worlds=500).ranking.frameworks
    best = {round(s.value + s.expected_regret, 4): s for s in standings if s.expected_regret > 0}
    assert len({round(total, 3) for total in best}) <= 1 or max(best) - min(best) < 2e-4
    for standing in standings:  # no regret is less than none
        assert standing.expected_regret > 0 or standing.value >= max(best, default=-1) - 1e-4


def test_the_outcome_is_the_same_every_time(built_in: Pack) -> None:
    assert judge(built_in).ranking == judge(built_in).ranking


# Ties and stacks.

EQUAL = """
candidates: {}
criteria: {{speed: normal, ease: minor}}
claims:
  a: {{about: speed, says: {{alpha: good, beta: good}}}}
  b: {{about: ease, says: {{alpha: fair, beta: fair}}}}
"""


def test_two_equal_frameworks_share_the_worlds() -> None:
    judged = judge(EQUAL.format("[alpha, beta]"), worlds=20_000)
    assert judged.framework("alpha").p_best == pytest.approx(0.5, abs=0.01)
    assert judged.ranking.frameworks[1].expected_regret - judged.ranking.frameworks[0].expected_regret < 0.005


@pytest.mark.parametrize("stacks", [2, 3, 5])
def test_several_equal_stacks_are_no_likelier_than_one(stacks: int) -> None:
    names = ", ".join(f'"beta[{name}]"' for name in ("one", "two", "three", "four", "five")[:stacks])
    single, several = (
        judge(EQUAL.format(candidates), worlds=10_000) for candidates in ('[alpha, "beta[one]"]', f"[alpha, {names}]")
    )
    assert several.framework("beta").p_best == pytest.approx(single.framework("beta").p_best, abs=0.01)
    assert several.framework("beta").expected_regret == pytest.approx(
        single.framework("beta").expected_regret, abs=0.003
    )
    for name in several.pack.stacks("beta"):
        assert several.candidate(name).p_best == pytest.approx(single.framework("beta").p_best / stacks, abs=0.01)


def test_equal_stacks_are_no_likelier_than_one_when_each_was_measured() -> None:
    runs = [measurement(name, "speed", 0.7, 0.1) for name in ("alpha", "beta[one]", "beta[two]", "beta[three]")]
    single = judge(EQUAL.format('[alpha, "beta[one]"]'), measured=runs[:2], worlds=10_000)
    three = judge(EQUAL.format('[alpha, "beta[one]", "beta[two]", "beta[three]"]'), measured=runs, worlds=10_000)
    assert three.framework("beta").p_best == pytest.approx(single.framework("beta").p_best, abs=0.01)


def test_the_recommended_stack_is_the_one_that_plays_for_its_framework() -> None:
    stacks = """
    candidates: [alpha, "beta[one]", "beta[two]"]
    criteria: {{criterion-{}: normal}}
    claims: {{a: {{about: criterion-{}, says: {{alpha: weak, beta: strong}}}}}}
    """
    for n in range(6):
        judged = judge(stacks.format(n, n))
        assert judged.candidate(judged.ranked[0]).value == judged.framework("beta").value


def test_the_order_of_tied_stacks_does_not_matter() -> None:
    judged, other = (
        judge(EQUAL.format(f'[alpha, "beta[{a}]", "beta[{b}]"]')) for a, b in (("one", "two"), ("two", "one"))
    )
    assert other.framework("beta") == judged.framework("beta")


def test_identical_candidates_split_the_worlds_evenly() -> None:
    judged = judge(
        "candidates: [alpha, beta, gamma]\ncriteria: {speed: ignore}\nclaims: {a: {about: speed, says: {alpha: good}}}"
    )
    assert [standing.p_best for standing in judged.ranking.candidates] == [pytest.approx(1 / 3, abs=0.03)] * 3
    assert len({standing.value for standing in judged.ranking.candidates}) == 1


# Exclusion.

RULED_OUT = """
candidates: [alpha, "beta[one]", "beta[two]"]
questions: {scale: {small: 0.5, large: 0.5}}
criteria: {speed: normal}
claims: {a: {about: speed, says: {alpha: fair, beta: strong}}}
constraints:
  no-beta: {when: {scale: large}, excludes: beta}
  no-two: {when: {scale: small}, excludes: "beta[two]"}
"""


def test_an_excluded_candidate_wins_no_world_and_stands_last() -> None:
    judged = judge(RULED_OUT, profile(scale="large"))
    assert judged.ranking.best == "alpha"
    assert judged.framework("alpha").p_best == 1
    for name in ("beta[one]", "beta[two]"):
        assert judged.candidate(name).p_best == 0
        assert judged.candidate(name).excluded_share == 1
    assert judged.ranked[0] == "alpha"


def test_an_excluded_stack_leaves_the_others_of_its_framework() -> None:
    judged = judge(RULED_OUT, profile(scale="small"))
    assert judged.ranking.best == "beta[one]"
    assert judged.candidate("beta[two]").p_best == 0
    assert judged.ranked[-1] == "beta[two]"
    assert judged.framework("beta").excluded_share == 0


def test_exclusion_counts_in_the_worlds_it_holds_in() -> None:
    judged = judge(RULED_OUT)
    large = float(judged.answers.chosen["scale"]["large"].mean())
    assert judged.candidate("beta[one]").excluded_share == pytest.approx(large)
    assert judged.framework("alpha").p_best > large


def test_where_everything_is_excluded_the_world_counts_for_none() -> None:
    half = judge(RULED_OUT + "  nobody: {when: {scale: large}, excludes: alpha}")
    small = judge(RULED_OUT, profile(scale="small"))
    assert half.framework("beta").p_best == pytest.approx(small.framework("beta").p_best, abs=0.03)
    assert sum(standing.p_best for standing in half.ranking.frameworks) == pytest.approx(1)


ALL_PLAYERS_OUT = """
candidates: [alpha, "beta[one]", "beta[two]"]
questions: {scale: {small: 0.8, large: 0.2}}
criteria: {speed: normal}
claims: {a: {about: speed, says: {alpha: good, "beta[one]": strong, "beta[two]": fair}}}
constraints: [{when: {scale: large}, excludes: [alpha, "beta[one]"]}]
"""


def test_the_shares_add_up_to_1_where_only_a_lesser_stack_is_left() -> None:
    judged = judge(ALL_PLAYERS_OUT)
    assert sum(standing.p_best for standing in judged.ranking.frameworks) == pytest.approx(1)
    assert sum(standing.p_best for standing in judged.ranking.candidates) == pytest.approx(1)


def test_where_every_world_excludes_everything_nothing_is_recommended() -> None:
    judged = judge(RULED_OUT + "  nobody: {excludes: [alpha, beta]}")
    assert judged.ranking.best is None
    assert all(standing.p_best == 0 for standing in judged.ranking.candidates)


def test_impossible_worlds_recommend_nothing() -> None:
    judged = judge(
        """
        questions: {a: {x: 0.5, y: 0.5}, b: {y: 0.999, z: 0.001}}
        impossible: [{a: x, b: y}]
        criteria: {speed: major}
        claims: {a: {about: speed, says: {alpha: good}}}
        constraints: {nobody: {when: {b: z}, excludes: [alpha, beta]}}
        """,
        profile(a="x"),
        worlds=5000,
    )
    assert judged.answers.possible.any()
    assert judged.ranking.best is None


# Labels.


def ranked_as(wins: Sequence[float], regret: float, gap: float, sd: float = 0.05) -> Ranking:
    """Frameworks with a stated outcome, told by one source of a stated spread.

    Args:
        wins: the shares of the worlds they win, the one of highest value first.
        regret: of the first.
        gap: by how much the value of each lies below that of the one before.
        sd: of the source.
    """
    names = ("alpha", "beta", "gamma")[: len(wins)]
    measured = [measurement(name, "speed", 0.5, sd) for name in names]
    judged = judge({"candidates": list(names), "criteria": {"speed": "normal"}}, measured=measured, worlds=1000)
    winner = np.searchsorted(np.cumsum(wins), (np.arange(1000) + 0.5) / 1000)
    won = winner == np.arange(len(wins))[:, None]
    vars(judged.worlds)["drawn"] = np.where(won, 0.5 + regret, 0.1).astype(np.float32)
    values = 0.5 - gap * np.arange(len(wins))
    vars(judged.worlds)["expected"] = np.repeat(values[:, None], 1000, axis=1).astype(np.float32)
    return rank(judged.worlds)


@pytest.mark.parametrize(
    ("wins", "regret", "gap", "label"),
    [
        ((0.90, 0.10), 0.0499, 0.2, "clear"),
        ((0.90, 0.10), 0.0501, 0.2, "lean"),
        ((0.89, 0.11), 0.0200, 0.2, "lean"),
        ((0.95, 0.05), 0.0010, 0.0301, "clear"),
        ((0.95, 0.05), 0.0010, 0.0299, "lean"),
        ((0.55, 0.45), 0.1000, 0.0299, "lean"),
        ((0.55, 0.45), 0.1000, 0.0301, "lean"),
        ((0.498, 0.502), 0.1000, 0.0299, "either-will-do"),
        ((0.498, 0.502), 0.1000, 0.0301, "depends"),
        ((0.497, 0.503), 0.1000, 0.0299, "depends"),
        ((0.40, 0.60), 0.0010, 0.2, "depends"),
        ((0.50, 0.30, 0.20), 0.1000, 0.0301, "lean"),
        ((0.499, 0.301, 0.20), 0.1000, 0.0301, "depends"),
        ((0.499, 0.301, 0.20), 0.1000, 0.0299, "either-will-do"),
    ],
)
def test_labels_change_at_their_bounds(wins: tuple[float, ...], regret: float, gap: float, label: str) -> None:
    ranking = ranked_as(wins, regret, gap)
    assert [standing.p_best for standing in ranking.frameworks] == pytest.approx(wins)
    assert ranking.frameworks[0].expected_regret == pytest.approx(regret, abs=1e-6)
    assert ranking.frameworks[1].expected_regret == pytest.approx(regret + gap, abs=1e-6)
    assert ranking.label == label


def test_all_that_are_as_good_as_the_first_are_tied() -> None:
    assert tied(ranked_as((0.4, 0.3, 0.3), 0.1, 0.0149).frameworks) == ("alpha", "beta", "gamma")
    assert tied(ranked_as((0.4, 0.3, 0.3), 0.1, 0.0151).frameworks) == ("alpha", "beta")
    assert tied(ranked_as((0.4, 0.3, 0.3), 0.1, 0.0301).frameworks) == ("alpha",)


def test_who_is_out_everywhere_ties_with_nobody() -> None:
    judged = judge(
        "criteria: {speed: major, ease: minor}\nclaims:\n"
        "  a: {about: speed, says: {alpha: good, beta: strong}}\n  b: {about: ease, says: {alpha: fair, beta: poor}}\n"
        "constraints: [{requires: {ease: fair}}]"
    )
    assert judged.ranking.label == "clear"
    assert judged.framework("beta").p_best == 0
    assert tied([replace(standing, value=0.5) for standing in judged.ranking.frameworks]) == ("alpha",)


@pytest.mark.parametrize(("factor", "label"), [(0.99, "clear"), (1.01, "not-enough-evidence")])
def test_half_of_the_belief_must_come_from_evidence(factor: float, label: str) -> None:
    prior_sd = (0.25**2 + 0.10**2) ** 0.5
    ranking = ranked_as((0.95, 0.05), 0.001, 0.2, sd=factor * prior_sd)
    assert ranking.evidence_share == pytest.approx(1 / (1 + factor**2), abs=1e-4)
    assert ranking.label == label


def test_the_evidence_of_the_lesser_known_of_the_top_two_counts_and_its_best_known_stack() -> None:
    judged = judge(
        'candidates: [alpha, "beta[one]", "beta[two]", gamma]\ncriteria: {speed: normal}',
        measured=[
            measurement("alpha", "speed", 0.9, 0.05),
            measurement("beta[one]", "speed", 0.8, 0.2),
            measurement("gamma", "speed", 0.1, 0.01),
        ],
    )
    assert order(judged.ranking)[:2] == ["alpha", "beta"]
    assert judged.ranking.evidence_share == pytest.approx(0.0725 / (0.0725 + 0.2**2), abs=1e-4)


def test_without_evidence_there_is_not_enough_of_it() -> None:
    assert judge("criteria: {speed: normal}").ranking.label == "not-enough-evidence"


# Doubt.

DOUBTFUL = """
questions: {scale: {small: 0.47, large: 0.53}}
criteria: {speed: minor, ease: minor}
needs: [{when: {scale: large}, criteria: {speed: major}}, {when: {scale: small}, criteria: {ease: major}}]
claims:
  a: {about: speed, says: {alpha: strong, beta: weak}}
  b: {about: ease, says: {alpha: weak, beta: strong}}
"""


def doubt_of(
    pack: Raw | str, known: Profile | None = None, runs: Sequence[ScaledMeasurement] = (), worlds: int = 2000
) -> Doubt:
    """The doubt about the recommended framework."""
    return assemble(case_of(pack, known, measured=runs, worlds=worlds)).doubt


@given(packs(STACKS))
def test_every_part_of_the_doubt_is_a_share(raw: Raw) -> None:
    assert all(0 <= share <= 1 for share in astuple(doubt_of(raw, worlds=300)))


@given(packs(), st.sampled_from(["small", "large"]))
def test_known_answers_leave_no_doubt_about_answers(raw: Raw, scale: str) -> None:
    judged = judge(raw, profile(scale=scale), worlds=300)
    best = sorted(float(row.max()) for row in judged.worlds.mean)
    assume(best[-1] - best[-2] > 1e-4)
    assert doubt_of(raw, profile(scale=scale), worlds=300).answers in (0, 1)


def test_exact_measurements_leave_no_doubt_about_facts() -> None:
    values = (("alpha", 0.8), ("beta", 0.4))
    runs = [measurement(name, id, value, 1e-4) for id in ("speed", "ease") for name, value in values]
    assert doubt_of(DOUBTFUL, runs=runs) == Doubt(1, 1, 1)


def test_a_single_criterion_leaves_no_doubt_about_weights() -> None:
    doubt = doubt_of("criteria: {speed: normal}\nclaims: {a: {about: speed, says: {alpha: good, beta: fair}}}")
    assert (doubt.weights, doubt.answers) == (1, 1)
    assert doubt.facts < 1


def test_each_kind_of_doubt_shows_in_its_own_part() -> None:
    open_, known = doubt_of(DOUBTFUL), doubt_of(DOUBTFUL, profile(scale="large"))
    assert open_.answers == pytest.approx(0.5, abs=0.05)
    assert known.answers == 1
    assert open_.facts == pytest.approx(known.facts, abs=0.02), "large is the most common answer"
    assert 0.9 < known.facts < 1
    assert 0.9 < known.weights < 1


def test_a_tie_of_weights_shows_in_the_weights() -> None:
    tied = DOUBTFUL.replace("needs: [", "needs: [{criteria: {speed: normal, ease: normal}}] # [")
    assert doubt_of(tied).weights == pytest.approx(0.5, abs=0.05)


def test_the_doubt_about_facts_grows_with_their_spread() -> None:
    def facts(sd: float) -> float:
        runs = [measurement("alpha", "speed", 0.7, sd), measurement("beta", "speed", 0.5, sd)]
        return doubt_of("criteria: {speed: normal}", runs=runs).facts

    shares = [facts(sd) for sd in (0.02, 0.1, 0.3)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.95  # the rest is what all levels of a framework may have in common
    assert shares[-1] < 0.8


def test_the_doubt_of_an_answer_without_any_evidence_can_be_told() -> None:
    doubt = doubt_of("criteria: {speed: normal}")
    assert doubt.facts == pytest.approx(0.5, abs=0.03)
    assert (doubt.weights, doubt.answers) == (0.5, 0.5)


APART = """
questions:
  goal: {learn: 0.5, work: 0.5}
  hardware: {gpu: 0.6, cpu: 0.4}
  os: {choices: {linux: 0.5, macos: 0.5}}
  deploy: {choices: {server: 0.9, phone: 0.1}, when: {goal: work}}
impossible: [{hardware: gpu, os: macos}]
criteria: {speed: normal}
claims: {a: {about: speed, says: {alpha: strong, beta: weak}}}
"""


def test_the_doubt_leaves_out_questions_that_do_not_apply() -> None:
    ruled = APART + "constraints: [{when: {deploy: server}, excludes: alpha}]"
    assert (
        doubt_of(ruled, profile(goal="learn", hardware="cpu")).facts
        == doubt_of(APART, profile(goal="learn", hardware="cpu")).facts
    )


def test_the_doubt_is_that_of_a_project_that_can_exist() -> None:
    ruled = APART + "constraints: [{when: {hardware: gpu}, excludes: alpha}]"
    assert (
        doubt_of(ruled, profile(goal="learn", os="macos")).facts
        == doubt_of(APART, profile(goal="learn", os="macos")).facts
    )
