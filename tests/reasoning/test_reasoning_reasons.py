"""Why one leads another: the lead is split among the grounds, and nothing is lost on the way."""

from __future__ import annotations

from itertools import permutations

import pytest
from by_hand import COST
from hypothesis import given
from hypothesis import strategies as st
from small_packs import Judged, Raw, judge, measurement, profile

from advisor.knowledge.pack import Pack
from advisor.reasoning import reasons as module
from advisor.reasoning.advice import Reason
from advisor.reasoning.readings import Finding
from advisor.reasoning.reasons import LEAST_EFFECT, reasons

TOLD = """
questions: {scale: {small: 0.5, large: 0.5}}
sources: {article: article}
criteria: {speed: normal, ease: normal, mute: major}
needs:
  need-speed: {when: {scale: large}, criteria: {speed: major}}
  likes-speed: {criteria: {speed: minor}}
claims:
  fast: {source: article §1, about: speed, says: {alpha: strong, beta: weak}}
  easy: {about: ease, says: {alpha: poor, beta: good}}
"""


def reasons_of(judged: Judged, winner: str = "alpha", other: str = "beta", **more: object) -> tuple[Reason, ...]:
    measured = {(m.candidate, m.probe, m.measure): m for m in more.pop("measured", ())}  # type: ignore[attr-defined]
    return reasons(judged.pack, judged.worlds, judged.conditions, winner, other, more.pop("findings", {}), measured)  # type: ignore[arg-type]


def lead(judged: Judged, winner: str, other: str) -> float:
    """The difference of mean utilities."""
    rows = [judged.worlds.mean[judged.worlds.candidates.index(name)].astype(float) for name in (winner, other)]
    return float((rows[0] - rows[1]).mean())


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the small effects as well."""
    monkeypatch.setattr(module, "LEAST_EFFECT", 1e-9)


# The sum.


@pytest.mark.parametrize("scale", [(), ("small",), ("large",)])
@pytest.mark.usefixtures("whole")
def test_effects_add_up_to_the_lead(scale: tuple[str, ...]) -> None:
    judged = judge(TOLD, profile(scale=scale) if scale else None)
    for winner, other in permutations(("alpha", "beta")):
        assert sum(reason.effect for reason in reasons_of(judged, winner, other)) == pytest.approx(
            lead(judged, winner, other), abs=1e-6
        )


def test_what_is_left_out_is_small() -> None:
    judged = judge(TOLD)
    reasons_listed = reasons_of(judged)
    assert all(abs(reason.effect) >= LEAST_EFFECT for reason in reasons_listed)
    assert sum(reason.effect for reason in reasons_listed) == pytest.approx(
        lead(judged, "alpha", "beta"), abs=4 * LEAST_EFFECT
    )


@pytest.mark.parametrize("known", [{}, {"scale": "large", "hardware": "cpu"}, {"domain": "tabular"}], ids=str)
@pytest.mark.usefixtures("whole")
def test_effects_add_up_on_the_built_in_pack_for_stacks_that_nothing_excludes(
    built_in: Pack, known: dict[str, str]
) -> None:
    judged = judge(
        built_in,
        profile(
            **{"use_case": "research", "python": "python-3-12", "portability": "single-ok", "os": "linux", **known}
        ),
    )
    free = [name for at, name in enumerate(judged.worlds.candidates) if not judged.worlds.excluded[at].any()]
    assert len(free) >= 2
    for winner, other in permutations(free, 2):
        assert sum(reason.effect for reason in reasons_of(judged, winner, other)) == pytest.approx(
            lead(judged, winner, other), abs=1e-5
        )


LEVEL = st.sampled_from(["poor", "weak", "fair", "good", "strong"])
CLAIM = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["book", "blog"]),
        "about": st.sampled_from(["speed", "ease"]),
        "says": st.fixed_dictionaries({}, optional={"alpha": LEVEL, "beta": LEVEL}).filter(bool),
        "when": st.sampled_from([{}, {"scale": "large"}]),
    }
)


@given(st.lists(CLAIM, min_size=1, max_size=6), st.lists(st.tuples(st.floats(0, 1), st.floats(0.03, 0.5)), max_size=2))
def test_effects_add_up_whatever_is_said_and_measured(claims: list[Raw], measured: list[tuple[float, float]]) -> None:
    pack = {
        "questions": {"scale": {"small": 0.6, "large": 0.4}},
        "sources": {"blog": "report"},
        "criteria": {"speed": "normal", "ease": "minor"},
        "needs": [{"when": {"scale": "large"}, "criteria": {"ease": "major"}}],
        "claims": {f"claim-{at}": claim for at, claim in enumerate(claims)},
    }
    runs = [
        measurement(name, "speed", *value_and_sd)
        for name, value_and_sd in zip(("alpha", "beta"), measured, strict=False)
    ]
    judged = judge(pack, measured=runs, worlds=200)
    grounds = sum(len(ones) for ones in judged.grounds.values())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_measured_text", lambda *_: None)
        total = sum(reason.effect for reason in reasons_of(judged))
    assert total == pytest.approx(lead(judged, "alpha", "beta"), abs=grounds * LEAST_EFFECT + 1e-5)


@pytest.mark.usefixtures("whole")
def test_effects_add_up_where_some_worlds_exclude_one_of_the_two() -> None:
    judged = judge(TOLD + "constraints: [{when: {scale: large}, excludes: alpha}]")
    assert lead(judged, "alpha", "beta") < 0
    assert sum(reason.effect for reason in reasons_of(judged)) == pytest.approx(lead(judged, "alpha", "beta"), abs=1e-5)
    (out,) = [reason for reason in reasons_of(judged) if reason.criterion == "scale"]
    assert (out.rule, out.claim, out.candidate, out.verdict) == ("constraint-0", None, "alpha", "untested")
    large = float(judged.answers.chosen["scale"]["large"].mean())
    assert out.effect == pytest.approx(-COST * large, abs=1e-6)


@pytest.mark.usefixtures("whole")
def test_what_is_required_and_not_met_is_a_reason() -> None:
    judged = judge(TOLD + "constraints: {easy: {when: {scale: large}, requires: {ease: fair}}}")
    assert sum(reason.effect for reason in reasons_of(judged)) == pytest.approx(lead(judged, "alpha", "beta"), abs=1e-5)
    (unmet,) = [reason for reason in reasons_of(judged) if reason.rule == "easy"]
    large = float(judged.answers.chosen["scale"]["large"].mean())
    assert (unmet.candidate, unmet.effect) == ("alpha", pytest.approx(-COST * large, abs=1e-6))


# What a reason names.


def test_a_reason_names_claim_source_criterion_rule_and_verdict() -> None:
    fast, easy = reasons_of(
        judge(TOLD, profile(scale="large")), findings={"fast": Finding("fast", "confirmed", ("-", "-"))}
    )
    assert (fast.claim, fast.source, fast.criterion, fast.rule) == ("fast", "article §1", "speed", "need-speed")
    assert (fast.verdict, fast.probe, fast.candidate) == ("confirmed", None, "alpha")
    assert fast.effect > 0 > easy.effect
    assert (easy.claim, easy.rule, easy.verdict, easy.candidate) == ("easy", None, "untested", "alpha")


def test_the_rule_named_is_the_one_that_gives_the_criterion_its_weight() -> None:
    for known, rule in (
        (profile(scale="small"), "likes-speed"),
        (profile(scale="large"), "need-speed"),
        (None, "need-speed"),
    ):
        assert [reason.rule for reason in reasons_of(judge(TOLD, known)) if reason.criterion == "speed"] == [rule]


def test_the_strongest_reason_comes_first() -> None:
    effects = [abs(reason.effect) for reason in reasons_of(judge(TOLD))]
    assert effects == sorted(effects, reverse=True)


def test_seen_from_the_other_side_every_effect_is_reversed() -> None:
    judged = judge(TOLD)
    there = {reason.criterion: reason.effect for reason in reasons_of(judged, "alpha", "beta")}
    back = {reason.criterion: reason.effect for reason in reasons_of(judged, "beta", "alpha")}
    assert there == pytest.approx({criterion: -effect for criterion, effect in back.items()})


def test_a_criterion_speaks_once_with_the_ground_that_decides_it() -> None:
    judged = judge(TOLD + "  slow: {source: book, about: speed, says: {alpha: fair, beta: strong}}\n")
    (speed,) = [reason for reason in reasons_of(judged) if reason.criterion == "speed"]
    assert (speed.claim, speed.effect < 0) == ("slow", True)


def test_a_ground_that_speaks_for_both_alike_is_no_reason() -> None:
    assert (
        reasons_of(judge("criteria: {speed: normal}\nclaims: {a: {about: speed, says: {alpha: good, beta: good}}}"))
        == ()
    )


def test_a_measurement_is_a_reason_with_its_numbers(built_in: Pack) -> None:
    runs = [
        measurement("pytorch", "ease-of-use", 0.3, 0.01, measure="dev-effort.statements"),
        measurement("keras[torch]", "ease-of-use", 0.9, 0.01, measure="dev-effort.statements"),
    ]
    judged = judge(built_in, profile(dev_efficiency="simplest"), measured=runs)
    (reason,) = [
        reason
        for reason in reasons_of(judged, "keras[torch]", "pytorch", measured=runs)
        if reason.verdict == "measured"
    ]
    assert (reason.claim, reason.probe, reason.source) == (None, "dev-effort.statements", "dev-effort")
    assert reason.effect > 0
    assert "0.9" in reason.text.en
    assert "PyTorch 0.3" in reason.text.en
