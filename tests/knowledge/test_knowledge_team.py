"""`team.yaml` stands for ordinary answers, constraints, needs and claims."""

from __future__ import annotations

from pathlib import Path

import pytest
from pack_folder import PackFolder

from advisor.ask import make_profile
from advisor.errors import InputError
from advisor.knowledge.condition import ALWAYS, Is
from advisor.knowledge.loading import load_known_pack, open_packs
from advisor.knowledge.pack import Pack

TEAM = """\
team: {en: The Acme team, zh: Acme 团队}
answers: {scale: large, deploy: [server]}
banned:
  - stack: "beta[alpha]"
    because: {en: Nobody maintains it., zh: 无人维护。}
    instead: {en: Use Alpha., zh: 请用 Alpha。}
  - stack: beta
    because: {en: Not on clusters., zh: 集群上不用。}
    when: {scale: large}
preferred:
  - stack: alpha
    because: {en: Our code is in it., zh: 我们的代码用它。}
  - stack: "backend:alpha"
    because: {en: Our people know it., zh: 我们熟悉它。}
    when: {deploy: server}
    importance: major
"""


@pytest.fixture
def folders(folder: PackFolder, tmp_path: Path) -> tuple[Path, Path]:
    acme = tmp_path / "acme"
    acme.mkdir()
    (acme / "pack.yaml").write_text('name: acme\nversion: "1"\nreviewed: 2026-11-20\nprecedence: 5\nextends: small\n')
    (acme / "team.yaml").write_text(TEAM, encoding="utf-8")
    return folder.folder, acme


@pytest.fixture
def pack(folders: tuple[Path, Path]) -> Pack:
    return load_known_pack(folders)


def test_a_ban_is_a_constraint(pack: Pack) -> None:
    always, large = pack.constraints["acme-bans-beta-alpha"], pack.constraints["acme-bans-beta"]
    assert (always.excludes, always.when, always.constraint.en) == (("beta[alpha]",), ALWAYS, "Nobody maintains it.")
    assert always.instead is not None and always.instead.en == "Use Alpha."
    assert (large.excludes, large.when) == (("beta",), Is("scale", ("large",)))


def test_a_preference_is_a_need_and_a_claim_about_a_criterion_of_its_own(pack: Pack) -> None:
    need, claim = pack.needs["acme-prefers-backend-alpha-need"], pack.claims["acme-prefers-backend-alpha"]
    assert need.criteria == {"acme-preference": "major"}
    assert need.when == claim.when == Is("deploy", ("server",))
    assert (claim.about, claim.says) == ("acme-preference", {"backend:alpha": "strong"})
    assert pack.needs["acme-prefers-alpha-need"].criteria == {"acme-preference": "normal"}
    assert pack.criteria["acme-preference"].default == "ignore"


def test_its_rules_cite_the_team(pack: Pack) -> None:
    source = pack.sources["acme-team"]
    assert (source.title, source.kind, source.read.isoformat()) == ("The Acme team", "judgement", "2026-11-20")
    assert {pack.constraints["acme-bans-beta"].source, pack.claims["acme-prefers-alpha"].source_id} == {"acme-team"}


def test_a_stack_banned_twice_for_different_projects_stays_banned_for_both(folders: tuple[Path, Path]) -> None:
    text = TEAM.replace('stack: "beta[alpha]"', "stack: beta")
    (folders[1] / "team.yaml").write_text(text, encoding="utf-8")
    constraints = load_known_pack(folders).constraints
    assert [id for id in constraints if id.startswith("acme")] == ["acme-bans-beta", "acme-bans-beta-2"]


def test_its_answers_hold_unless_the_project_says_otherwise(pack: Pack) -> None:
    profile = make_profile(pack, {"deploy": ["none"]})
    assert (profile.known("scale"), profile.answers["scale"].origin) == (("large",), "default")
    assert (profile.known("deploy"), profile.answers["deploy"].origin) == (("none",), "flag")
    assert make_profile(pack, {"scale": ["unknown"]}).known("scale") == ()


def test_its_answers_win_over_what_this_machine_says(pack: Pack) -> None:
    assert make_profile(pack, {}, None, {"scale": "small"}).known("scale") == ("large",)


def test_an_answer_that_cannot_be_true_with_what_is_given_gives_way(pack: Pack) -> None:
    profile = make_profile(pack, {"deploy": ["phone"]})
    assert (profile.known("deploy"), profile.known("scale")) == (("phone",), ())


@pytest.mark.parametrize(
    ("old", "new", "place", "what"),
    [
        ("stack: beta\n", "stack: gamma\n", "7:12", "unknown candidate or framework `gamma`"),
        ("scale: large, deploy", "scale: huge, deploy", "2:18", "`huge` is no choice of scale"),
        ("scale: large, deploy", "scal: large, deploy", "2:11", "unknown question `scal`"),
        ("scale: large, deploy", "scale: [small, large], deploy", "2:18", "scale takes one choice"),
        ("when: {deploy: server}", "when: {deploy: moon}", "15:20", "`moon` is no choice of deploy"),
        ("importance: major", "importance: ignore", "16:17", "`preferred.1.importance` is 'ignore'"),
        ("because: {en: Not on clusters., zh: 集群上不用。}", "reason: x", "7:5", "the key `because` is missing"),
    ],
)
def test_what_is_wrong_in_it_is_told_at_its_place(
    folders: tuple[Path, Path], old: str, new: str, place: str, what: str
) -> None:
    assert old in TEAM
    (folders[1] / "team.yaml").write_text(TEAM.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        open_packs(folders)
    assert any(
        str(problem).startswith(f"acme/team.yaml:{place}: ") and what in str(problem)
        for problem in caught.value.problems
    ), [str(problem) for problem in caught.value.problems]


def test_what_stands_for_it_has_its_place(folders: tuple[Path, Path]) -> None:
    places = open_packs(folders).places
    assert places.place("constraint", "acme-bans-beta", "when") == "acme/team.yaml:9:11"
    assert places.place("claim", "acme-prefers-alpha") == "acme/team.yaml:11:5"


def test_a_pack_that_stands_alone_may_speak_for_a_team(folder: PackFolder) -> None:
    folder.write("team.yaml", TEAM)
    assert "small-bans-beta" in folder.load().constraints
    assert folder.load().defaults == {"scale": ("large",), "deploy": ("server",)}
