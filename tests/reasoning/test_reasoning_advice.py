"""The whole answer: three readings in the same worlds, what was ruled out, what to do next; the same every time."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from small_packs import case_of, judge, measurement, profile

from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import Pack
from advisor.reasoning.assemble import assemble
from advisor.reasoning.readings import Finding

DISPUTED = """
candidates: [alpha, "beta[one]", "beta[two]"]
questions: {scale: {small: 0.6, large: 0.4}, goal: {research: 0.5, product: 0.5}}
sources: {article: article, manual: documentation}
criteria: {speed: major, ease: minor, mute: normal}
needs: {need-ease: {when: {goal: product}, criteria: {ease: major}}}
claims:
  old-praise: {source: article §1, about: speed, says: {alpha: strong, beta: poor}, verdict: outdated, instead: documented}
  documented: {source: manual, about: speed, says: {alpha: weak, beta: good}}
  easy: {source: manual, about: ease, says: {alpha: fair, beta: fair}}
"""


def refuted(*claims: str) -> dict[str, Finding]:
    return {id: Finding(id, "refuted", ("measured otherwise", "实测不符")) for id in claims}


def runs(alpha: float, beta: float) -> list:  # type: ignore[type-arg]
    return [
        measurement(name, "speed", alpha if name == "alpha" else beta, 0.05)
        for name in ("alpha", "beta[one]", "beta[two]")
    ]


# The three readings.


def test_each_reading_can_have_a_leader_of_its_own() -> None:
    advice = assemble(case_of(DISPUTED, measured=runs(0.95, 0.05)))
    assert {name: result.framework for name, result in advice.readings.items()} == {
        "article": "alpha",
        "reviewed": "beta",
        "measured": "alpha",
    }
    assert (advice.candidate, advice.framework) == ("alpha", "alpha")


def test_each_reading_names_the_ground_that_moved_it() -> None:
    readings = assemble(case_of(DISPUTED, measured=runs(0.95, 0.05))).readings
    assert readings["article"].cite == "old-praise"
    assert readings["reviewed"].cite == "documented"
    assert readings["measured"].cite.startswith("probe")


def test_without_runs_the_last_two_readings_agree() -> None:
    readings = assemble(case_of(DISPUTED)).readings
    assert readings["measured"].frameworks == readings["reviewed"].frameworks
    assert readings["measured"].ranking == readings["reviewed"].ranking


def test_the_answer_is_that_of_the_measured_reading() -> None:
    advice = assemble(case_of(DISPUTED, measured=runs(0.95, 0.05)))
    last = advice.readings["measured"]
    assert (advice.framework, advice.candidate, advice.label) == (last.framework, last.candidate, last.label)
    assert advice.frameworks == last.frameworks
    assert (advice.p_best, advice.expected_regret) == (
        advice.frameworks[0].p_best,
        advice.frameworks[0].expected_regret,
    )


def test_a_refuted_claim_counts_for_nothing() -> None:
    with_it = assemble(case_of(DISPUTED, measured=runs(0.5, 0.5)))
    without = assemble(case_of(DISPUTED, measured=runs(0.5, 0.5), findings=refuted("documented")))
    assert with_it.framework == "beta"
    assert "documented" in {reason.claim for reason in with_it.reasons}
    assert without.p_best < with_it.p_best
    assert "documented" not in {reason.claim for reason in (*without.reasons, *without.dissent)}


def test_constraints_hold_in_all_three_readings() -> None:
    advice = assemble(case_of(DISPUTED + "constraints: {no-alpha: {when: {scale: [small, large]}, excludes: alpha}}"))
    assert {result.framework for result in advice.readings.values()} == {"beta"}
    assert advice.excluded == {"alpha": "no-alpha", "beta[one]": None, "beta[two]": None}


def test_a_constraint_that_always_holds_rules_out_the_runner_up() -> None:
    assert assemble(case_of(DISPUTED + "constraints: {no-alpha: {excludes: alpha}}")).framework == "beta"


def test_what_a_constraint_takes_is_not_what_was_measured() -> None:
    pack = DISPUTED + "constraints: {no-alpha: {when: {scale: large}, excludes: alpha, source: manual}}"
    advice = assemble(case_of(pack, measured=runs(0.45, 0.55)))
    assert advice.framework == "beta"
    assert advice.readings["measured"].cite.startswith("probe")


# Grounds.


def test_reasons_speak_for_the_answer_and_dissent_against_it() -> None:
    advice = assemble(
        case_of(
            DISPUTED.replace(
                "easy: {source: manual, about: ease, says: {alpha: fair, beta: fair}}",
                "easy: {source: manual, about: ease, says: {alpha: good, beta: weak}}",
            ),
            profile(goal="research"),
        )
    )
    assert advice.framework == "beta"
    assert [reason.claim for reason in advice.reasons] == ["documented"]
    assert [reason.claim for reason in advice.dissent] == ["easy"]
    assert all(reason.effect > 0 for reason in advice.reasons)
    assert all(reason.effect < 0 for reason in advice.dissent)


def test_every_claim_is_listed_with_its_verdict_and_its_review() -> None:
    advice = assemble(case_of(DISPUTED, findings=refuted("easy")))
    assert [(claim.id, claim.verdict, claim.review) for claim in advice.claims] == [
        ("old-praise", "untested", "outdated"),
        ("documented", "untested", "holds"),
        ("easy", "refuted", "holds"),
    ]


def test_what_no_evidence_or_only_documents_speak_of_is_said() -> None:
    advice = assemble(case_of(DISPUTED, measured=runs(0.6, 0.6)))
    assert advice.limitations.no_evidence == ("mute",), "it matters, and nobody knows"
    assert advice.limitations.documents_only == ("ease",)
    assert assemble(case_of(DISPUTED)).limitations.documents_only == ("speed", "ease")


@pytest.mark.parametrize(
    ("as_of", "warned"), [(date(2026, 11, 25), False), (date(2027, 5, 25), False), (date(2027, 5, 26), True)]
)
def test_claims_it_leans_on_that_were_reviewed_long_ago_are_warned_of(as_of: date, warned: bool) -> None:
    advice = assemble(case_of(DISPUTED, as_of=as_of))
    assert bool(advice.warnings) is warned
    assert not warned or "documented" in advice.warnings[0].en


def test_a_weight_set_by_hand_is_kept_with_the_answer_and_changes_it() -> None:
    pack = DISPUTED.replace(
        "easy: {source: manual, about: ease, says: {alpha: fair, beta: fair}}",
        "easy: {source: manual, about: ease, says: {alpha: strong, beta: poor}}",
    )
    plain, weighed = (
        assemble(case_of(pack, profile(goal="research"))),
        assemble(case_of(pack, profile(goal="research"), weigh={"speed": "ignore"})),
    )
    assert (plain.framework, weighed.framework) == ("beta", "alpha")
    assert (dict(plain.weigh), dict(weighed.weigh)) == ({}, {"speed": "ignore"})


# Nothing left.

NOTHING = (
    DISPUTED
    + """
constraints:
  idle: {when: {goal: research}, excludes: beta}
  no-alpha: {when: {scale: large}, excludes: alpha}
  no-one: {when: {goal: product}, excludes: "beta[one]"}
  no-two: {when: {goal: product}, excludes: "beta[two]"}
  only-alpha: {when: {scale: small}, excludes: [beta]}
"""
)


def test_when_everything_is_ruled_out_nothing_is_recommended_and_the_fewest_constraints_are_named() -> None:
    advice = assemble(case_of(NOTHING, profile(scale="large", goal="product")))
    assert (advice.candidate, advice.framework) == (None, None)
    assert advice.conflict == ("no-alpha", "no-one", "no-two")
    assert advice.flips == advice.reasons == advice.dissent == ()
    assert advice.next.setup == ""
    assert dict(advice.excluded) == {"alpha": "no-alpha", "beta[one]": "no-one", "beta[two]": "no-two"}


def test_the_smallest_conflict_is_named_where_there_are_two() -> None:
    whole = NOTHING + "  everybody: {when: {scale: large}, excludes: [alpha, beta]}\n"
    assert assemble(case_of(whole, profile(scale="large", goal="product"))).conflict == ("everybody",)


def test_what_is_certain_is_named_before_what_is_only_possible() -> None:
    whole = (
        NOTHING
        + "  everybody: {when: {scale: small}, excludes: [alpha, beta]}\n  never: {when: {goal: product}, excludes: alpha}\n"
    )
    assert assemble(case_of(whole, profile(goal="product"))).conflict == ("no-one", "no-two", "never")


def test_only_what_every_world_rules_out_is_called_excluded() -> None:
    advice = assemble(case_of(NOTHING, profile(goal="research")))
    assert dict(advice.excluded) == {"alpha": None, "beta[one]": "idle", "beta[two]": "idle"}
    assert advice.candidate == "alpha"


def test_as_long_as_something_is_left_there_is_no_conflict() -> None:
    advice = assemble(case_of(NOTHING, profile(scale="small", goal="product")))
    assert (advice.candidate, advice.conflict) == ("alpha", ())


def test_a_pack_without_a_directional_claim_still_gives_an_answer() -> None:
    advice = assemble(case_of("criteria: {speed: normal}\nclaims: {plain: {kind: concept}}"))
    assert advice.label == "not-enough-evidence"


# The same inputs, the same answer.


def test_equal_cases_give_equal_answers(built_in: Pack) -> None:
    case = case_of(built_in, profile(scale="large"), worlds=500)
    assert repr(assemble(case)) == repr(assemble(case))


def test_the_answer_does_not_depend_on_the_process() -> None:
    program = (
        "from small_packs import case_of, profile; from advisor.knowledge.loading import load_pack; "
        "from advisor.reasoning.assemble import assemble; "
        "print(repr(assemble(case_of(load_pack(), profile(scale='large'), worlds=200))))"
    )
    here = repr(assemble(case_of(load_pack(), profile(scale="large"), worlds=200)))
    for seed in ("1", "2"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": str(Path(__file__).parent),
            "XDG_CACHE_HOME": "/nonexistent",
        }
        ran = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            env=environment,
            check=True,
            encoding="utf-8",
        )
        assert ran.stdout.strip() == here


def test_the_built_in_answer_names_a_candidate_of_its_framework_and_how_to_install_it(built_in: Pack) -> None:
    advice = assemble(case_of(built_in))
    assert advice.candidate is not None
    assert built_in.candidates[advice.candidate].framework == advice.framework
    assert advice.next.setup == built_in.candidates[advice.candidate].install
    assert advice.pack == {"name": "built-in", "version": "1", "digest": built_in.digest}


@pytest.mark.parametrize(
    ("use_case", "known"),
    [
        ("research", {"flexibility": "dynamic-control-flow", "team_skill": "expert"}),
        ("teaching-learning", {"dev_efficiency": "simplest"}),
        ("engineering-production", {"deploy": ("mobile", "browser"), "scale": "large"}),
        ("legacy-maintenance", {"existing_assets": ("tf1", "pytorch")}),
        ("library-author", {"portability": "must-multi-backend"}),
    ],
)
def test_any_project_gets_a_whole_answer(
    built_in: Pack, use_case: str, known: dict[str, str | tuple[str, ...]]
) -> None:
    advice = assemble(case_of(built_in, profile(use_case=use_case, **known), worlds=500))
    assert sum(standing.p_best for standing in advice.frameworks) == pytest.approx(1)
    assert advice.label in ("clear", "lean", "either-will-do", "depends", "not-enough-evidence")
    assert set(advice.readings) == {"article", "reviewed", "measured"}
    assert advice.reasons
    assert all(0 <= part <= 1 for part in (advice.doubt.facts, advice.doubt.weights, advice.doubt.answers))


def test_more_worlds_change_an_answer_by_chance_only(built_in: Pack) -> None:
    few, many = (judge(built_in, profile(scale="medium"), worlds=worlds) for worlds in (2500, 10_000))
    for standing in many.ranking.frameworks:
        assert few.framework(standing.id).p_best == pytest.approx(standing.p_best, abs=0.03)
