"""A framework from outside is measured where the answers name it, or where it may lead; nowhere else."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.evidence import contestants
from advisor.evidence.collect import probes_with_missing_runs
from advisor.evidence.contestants import join_contestants
from advisor.evidence.runs import Evidence
from advisor.evidence.stacks import load_probed_pack
from advisor.knowledge.pack import Pack
from advisor.pipeline import Request, make_inputs
from advisor.reasoning.profile import Answer, Profile


def joined(pack: Pack, **answers: str) -> Pack:
    """The pack of an answer to these answers."""
    profile = Profile({id: Answer(id, (choice,), "flag") for id, choice in answers.items()})
    return join_contestants(pack, make_inputs(Request(), pack, profile, Evidence()))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contestants, "is_installed", lambda pack, candidate: True)


@pytest.mark.parametrize(
    "answers",
    [{"existing_assets": "jax"}, {"team_knows": "jax"}, {"hardware": "tpu"}],
    ids=lambda answers: str(*answers),
)
def test_jax_is_measured_where_the_answers_name_it(answers: dict[str, str]) -> None:
    pack = joined(load_probed_pack(), **{id.replace("_", "-"): choice for id, choice in answers.items()})
    assert "jax" in pack.contestants and set(pack.in_scope) < set(pack.contestants)


@pytest.mark.parametrize("answers", [{}, {"scale": "large"}, {"hardware": "cpu"}], ids=str)
@pytest.mark.usefixtures("installed")
def test_it_is_not_measured_where_nothing_names_it_and_another_leads(answers: dict[str, str]) -> None:
    pack = joined(load_probed_pack(), **answers)
    assert pack.contestants == pack.in_scope and "jax" in pack.measurable


@pytest.mark.usefixtures("installed")
def test_it_is_measured_where_its_mean_value_leads() -> None:
    pack = load_probed_pack()
    praise = {"jax": "strong", **dict.fromkeys(set(pack.frameworks) - {"jax"}, "poor")}
    claims = {id: replace(claim, says=praise) if claim.says else claim for id, claim in pack.claims.items()}
    assert "jax" in joined(replace(pack, claims=claims)).contestants


def test_what_is_not_installed_is_not_looked_at_to_see_whether_it_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contestants, "is_installed", lambda pack, candidate: False)
    monkeypatch.setattr(contestants, "evaluate_readings", None)
    assert joined(load_probed_pack()).joined == frozenset()


def test_runs_of_a_joined_framework_are_missed() -> None:
    pack = load_probed_pack()
    named = joined(pack, **{"team-knows": "jax"})
    assert probes_with_missing_runs(named, Evidence(), ["dev-effort"]) == ("dev-effort",)
