"""The same knowledge read three ways: as the article says, as reviewed, as measured."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from by_hand import PRIOR
from small_packs import TODAY, judge, measurement, profile, small_pack

from advisor.errors import InputError
from advisor.knowledge.criterion import LEVEL
from advisor.reasoning.readings import (
    STALE_AFTER,
    Finding,
    Grounds,
    Reading,
    ScaledMeasurement,
    Verdict,
    grounds_of,
    is_stale,
    stated_levels,
    untested,
    versions_out_of_range,
)

ONE_PER_REVIEW = """
candidates: [alpha, beta, "gamma[one]", "gamma[two]"]
criteria: {speed: normal, ease: normal}
sources: {article: article, manual: documentation}
claims:
  holds:       {source: article §1, about: speed, says: {alpha: good}, verdict: holds}
  opinion:     {source: article §2, about: speed, says: {alpha: good}, verdict: opinion}
  wrong:       {source: article §3, about: speed, says: {alpha: good}, verdict: wrong}
  outdated:    {source: article §4, about: speed, says: {alpha: good}, verdict: outdated}
  unsettled:   {source: article §5, about: speed, says: {alpha: good}, verdict: contradictory}
  settled-for: {source: article §6, about: speed, says: {alpha: good}, verdict: contradictory, settled: for}
  settled-not: {source: article §7, about: speed, says: {alpha: good}, verdict: contradictory, settled: against}
  documented:  {source: manual, about: speed, says: {alpha: good}, verdict: holds}
  plain:       {source: article §8, verdict: holds}
"""


def grounds_in(
    pack: str,
    reading: Reading,
    verdicts: dict[str, Verdict] | None = None,
    measured: tuple[ScaledMeasurement, ...] = (),
    as_of: date = TODAY,
) -> Grounds:
    findings = {id: Finding(id, verdict, ("-", "-")) for id, verdict in (verdicts or {}).items()}
    return grounds_of(reading, small_pack(pack), findings, measured, as_of)


def counted(grounds: Grounds) -> set[str]:
    """The claims and measures that count."""
    return {stated.id for listed in grounds.values() for ground in listed for stated in ground.stated_values}


def test_the_article_is_taken_at_face_value_both_sides_of_its_contradictions_included() -> None:
    everything = {"holds", "opinion", "wrong", "outdated", "unsettled", "settled-for", "settled-not"}
    assert counted(grounds_in(ONE_PER_REVIEW, "article")) == everything


def test_the_review_drops_what_is_wrong_outdated_or_not_settled_for_and_adds_documents() -> None:
    assert counted(grounds_in(ONE_PER_REVIEW, "reviewed")) == {"holds", "opinion", "settled-for", "documented"}


def test_without_runs_the_measured_reading_is_the_reviewed_one() -> None:
    assert grounds_in(ONE_PER_REVIEW, "measured") == grounds_in(ONE_PER_REVIEW, "reviewed")


@pytest.mark.parametrize("reading", ["article", "reviewed", "measured"])
def test_runs_count_in_the_measured_reading_only(reading: Reading) -> None:
    run = measurement("alpha", "speed", 0.8)
    counted_ids = counted(grounds_in(ONE_PER_REVIEW, reading, {"holds": "refuted"}, (run,)))
    assert ("probe.value" in counted_ids) == (reading == "measured")
    assert ("holds" in counted_ids) == (reading != "measured")


@pytest.mark.parametrize(
    ("verdict", "kept"), [("confirmed", True), ("refuted", False), ("inconclusive", True), ("untested", True)]
)
def test_only_a_refuted_claim_is_dropped(verdict: Verdict, kept: bool) -> None:
    assert ("holds" in counted(grounds_in(ONE_PER_REVIEW, "measured", {"holds": verdict}))) is kept


def test_what_a_run_confirms_is_not_revived_if_the_review_rejected_it() -> None:
    assert "outdated" not in counted(grounds_in(ONE_PER_REVIEW, "measured", {"outdated": "confirmed"}))


CHECKED = """
criteria: {speed: normal, ease: normal}
claims:
  fast: {about: speed, says: {alpha: strong, beta: weak}, check: {probe: probe, measure: value, expect: {better: alpha, than: [beta]}}}
  easy: {about: ease, says: {alpha: good}, check: {probe: probe, measure: value, expect: {better: alpha, than: [beta]}}}
"""


def test_a_confirmed_claim_does_not_count_beside_the_measurement_that_confirmed_it() -> None:
    grounds = grounds_in(
        CHECKED, "measured", {"fast": "confirmed", "easy": "confirmed"}, (measurement("alpha", "speed", 0.8),)
    )
    sides = {key: [ground.side for ground in listed] for key, listed in grounds.items()}
    assert sides[("alpha", "speed")] == ["run"]
    assert sides[("beta", "speed")] == ["claim"], "nothing measured here of beta"
    assert sides[("alpha", "ease")] == ["claim"], "its criterion was not what was measured"


@pytest.mark.parametrize("verdict", ["inconclusive", "untested"])
def test_a_claim_that_is_not_confirmed_stands_beside_the_measurement(verdict: Verdict) -> None:
    grounds = grounds_in(CHECKED, "measured", {"fast": verdict}, (measurement("alpha", "speed", 0.8),))
    assert [ground.side for ground in grounds[("alpha", "speed")]] == ["claim", "run"]


def test_another_measure_of_the_same_criterion_leaves_a_confirmed_claim_alone() -> None:
    run = measurement("alpha", "speed", 0.8, measure="probe.other")
    grounds = grounds_in(CHECKED, "measured", {"fast": "confirmed"}, (run,))
    assert [ground.side for ground in grounds[("alpha", "speed")]] == ["claim", "run"]


def test_without_evidence_every_claim_is_untested_and_says_why() -> None:
    findings = untested(small_pack(CHECKED + "  big: {kind: trend}\n"))
    assert {finding.verdict for finding in findings.values()} == {"untested"}
    assert findings["fast"].why == ("nothing was measured", "未进行实测")
    assert findings["big"].why == ("no probe", "no probe")


# One source, one ground.


def test_all_that_one_source_says_of_a_candidate_and_a_criterion_is_one_ground() -> None:
    (only,) = grounds_in(ONE_PER_REVIEW, "article")[("alpha", "speed")]
    assert len(only.stated_values) == 7
    assert {ground.source for ground in grounds_in(ONE_PER_REVIEW, "reviewed")[("alpha", "speed")]} == {
        "article",
        "manual",
    }


COPIES = """
criteria: {speed: normal}
sources: {blog: report}
claims:
  first: {source: book, about: speed, says: {alpha: strong}}
"""


def test_the_copies_of_a_claim_in_one_source_weigh_as_one() -> None:
    copies = "".join(f"  copy-{n}: {{source: book §{n}, about: speed, says: {{alpha: strong}}}}\n" for n in range(5))
    once, often = grounds_in(COPIES, "reviewed"), grounds_in(COPIES + copies, "reviewed")
    assert [ground.sd for ground in often[("alpha", "speed")]] == [ground.sd for ground in once[("alpha", "speed")]]


def test_a_claim_copied_into_another_source_weighs_as_one() -> None:
    copied = COPIES + "  copy: {source: blog, about: speed, says: {alpha: strong}, same-as: first}\n"
    assert len(grounds_in(copied, "reviewed")[("alpha", "speed")]) == 1


# Spread.


def sd_of(pack: str, reading: Reading = "reviewed", as_of: date = TODAY) -> float:
    ((only,),) = grounds_in(pack, reading, as_of=as_of).values()
    (member,) = only.stated_values
    assert member.sd is not None
    return member.sd


def one_claim(more: str = "", kind: str = "documentation") -> str:
    return f"""
    criteria: {{speed: normal}}
    sources: {{it: {kind}}}
    claims: {{a: {{source: it, about: speed, says: {{alpha: good}}{more}}}}}
    """


@pytest.mark.parametrize(
    ("kind", "sd"),
    [("measurement", 0.10), ("installed-source", 0.10), ("documentation", 0.12), ("index", 0.14), ("report", 0.18), ("article", 0.20), ("judgement", 0.22), ("hearsay", 0.25)],
)  # fmt: skip
def test_the_spread_of_a_claim_is_that_of_its_kind_of_source(kind: str, sd: float) -> None:
    assert sd_of(one_claim(kind=kind)) == pytest.approx(sd)


def test_an_opinion_weighs_less_once_reviewed() -> None:
    assert sd_of(one_claim(", verdict: opinion")) == pytest.approx(1.5 * 0.12)
    assert sd_of(one_claim(", verdict: opinion", "article"), "article") == pytest.approx(0.20)


@pytest.mark.parametrize(("days", "stale"), [(0, False), (183, False), (184, True), (4000, True)])
def test_a_review_older_than_six_months_weighs_less(days: int, stale: bool) -> None:
    later = date(2026, 11, 23) + timedelta(days=days)
    assert timedelta(days=183) == STALE_AFTER
    assert is_stale(small_pack(one_claim()).claims["a"], later) is stale
    assert sd_of(one_claim(), as_of=later) == pytest.approx(0.12 * (1.5 if stale else 1))
    assert sd_of(one_claim(kind="article"), "article", later) == pytest.approx(0.20), "the article is read as it stands"


@pytest.mark.parametrize(
    ("versions", "wider"),
    [
        ({}, False),
        ({"torch": "2.1"}, False),
        ({"keras": "3.15.1"}, False),
        ({"keras": "3.15.1+cpu"}, False),
        ({"keras": "2.15.0"}, True),
        ({"keras": "4.0.0"}, True),
    ],
)
def test_a_claim_about_other_versions_than_those_measured_weighs_less(versions: dict[str, str], wider: bool) -> None:
    pack = small_pack(one_claim(', applies-to: {keras: ">=3,<4"}'))
    ((only,),) = grounds_of("measured", pack, {}, (), TODAY, versions).values()
    assert only.stated_values[0].sd == pytest.approx(0.12 * (1.5 if wider else 1))
    assert versions_out_of_range(pack.claims["a"], versions) == (versions if wider else {})


MEASURED_ON = ", measured-on: {hardware: 1 GPU, by: maker, like: {domain: vision}}"


def in_two_domains(more: str) -> str:
    return "\n    questions: {domain: {vision: 0.5, tables: 0.5}}" + one_claim(more, "report")


def sd_in(domain: str, more: str, measured: tuple[ScaledMeasurement, ...] = ()) -> float:
    belief = judge(in_two_domains(more), profile(domain=domain), measured=measured).worlds.beliefs["alpha", "speed"]
    return float(belief.precision - PRIOR) ** -0.5


def test_published_numbers_weigh_less_for_other_work_than_they_were_measured_on() -> None:
    assert sd_in("vision", MEASURED_ON) == pytest.approx(0.18, rel=1e-5)
    assert sd_in("tables", MEASURED_ON) == pytest.approx(1.4 * 0.18, rel=1e-5)
    assert sd_in("tables", "") == pytest.approx(0.18, rel=1e-5), "a claim that tells of no job counts alike everywhere"


def test_where_the_kind_of_work_is_open_published_numbers_weigh_more_in_some_worlds() -> None:
    judged = judge(in_two_domains(MEASURED_ON))
    sds = (judged.worlds.beliefs["alpha", "speed"].precision - PRIOR) ** -0.5
    assert sorted({round(float(sd), 3) for sd in sds}) == [0.18, 0.252]


def test_a_measurement_of_the_own_code_outweighs_published_numbers() -> None:
    pack = in_two_domains(MEASURED_ON)
    run = measurement("alpha", "speed", 0.2, sd=0.03)
    belief = judge(pack, profile(domain="vision"), measured=(run,)).worlds.beliefs["alpha", "speed"]
    shares = {ground.side: float(share) for ground, share, _ in belief.parts}
    assert shares["run"] > 0.9 > 0.1 > shares["claim"]


def test_a_claim_without_levels_was_measured_on_nothing() -> None:
    with pytest.raises(InputError, match="`measured-on` tells how sure levels are"):
        small_pack("claims: {a: {source: book, measured-on: {by: maker, like: {domain: vision}}}}")


def test_a_source_is_as_sure_of_a_level_as_the_surest_of_its_claims_that_name_it() -> None:
    mixed = one_claim().replace("{a: {", "{b: {source: it, about: speed, says: {alpha: good}, verdict: opinion}, a: {")
    for pack in (one_claim(), mixed):
        assert judge(pack).worlds.beliefs["alpha", "speed"].precision == pytest.approx(1 / 0.12**2 + PRIOR, rel=1e-6)


def test_a_measurement_brings_its_own_spread_and_the_projects_it_speaks_for() -> None:
    run = measurement("alpha", "speed", 0.8, sd=0.07)
    ((only,),) = grounds_in("criteria: {speed: normal}", "measured", measured=(run,)).values()
    assert (only.sd, only.stated_values[0].value, only.stated_values[0].when) == (0.07, 0.8, run.when)


# Names.


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("{gamma: good}", {"gamma[one]": "good", "gamma[two]": "good"}),
        ('{gamma: good, "gamma[two]": weak}', {"gamma[one]": "good", "gamma[two]": "weak"}),
        ('{"gamma[two]": weak, gamma: good}', {"gamma[one]": "good", "gamma[two]": "weak"}),
        ('{"backend:one": poor}', {"gamma[one]": "poor"}),
        ('{gamma: good, "backend:one": poor}', {"gamma[one]": "poor", "gamma[two]": "good"}),
        ("{alpha: fair}", {"alpha": "fair"}),
    ],
)
def test_a_level_for_a_framework_or_backend_is_one_for_its_stacks_and_the_most_specific_name_wins(
    says: str, expected: dict[str, str]
) -> None:
    pack = small_pack(f"""
    candidates: [alpha, "gamma[one]", "gamma[two]"]
    criteria: {{speed: normal}}
    claims: {{a: {{about: speed, says: {says}}}}}
    """)
    assert dict(stated_levels(pack.claims["a"], pack)) == {name: LEVEL[level] for name, level in expected.items()}


def test_levels_are_five_equal_bands_of_the_scale() -> None:
    assert [LEVEL[level] for level in ("poor", "weak", "fair", "good", "strong")] == [0.1, 0.3, 0.5, 0.7, 0.9]
