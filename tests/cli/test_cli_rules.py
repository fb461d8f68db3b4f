"""`advise rules` and packs laid one over another, as a user meets them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from as_user import AS_OF, Advise

sys.path.insert(0, str(Path(__file__).parent.parent / "verification"))  # sound_pack
from sound_pack import replace_in_file, write_pack

from advisor.knowledge.pack import BUILT_IN
from advisor.verification.table import CHECKS

HEADER = 'name: acme\nversion: "2"\nreviewed: 2026-11-23\nprecedence: 10\nextends: built-in\n'
TEAM = """\
team: {en: The Acme team, zh: Acme 团队}
answers: {team-skill: expert, existing-assets: [tf2-keras]}
banned:
  - stack: "keras[jax]"
    because: {en: The cluster has no JAX., zh: 集群没有 JAX。}
preferred:
  - stack: tensorflow
    because: {en: Our code base is TensorFlow., zh: 我们的代码库基于 TensorFlow。}
    importance: major
"""
QUESTION = """\
questions:
  - id: cloud
    topic: cost
    ask: {en: Which cloud?, zh: 用哪家云？}
    why: {en: Prices differ., zh: 价格不同。}
    assumes: {en: A guess., zh: 猜测。}
    choices:
      - {id: ours, label: {en: our own, zh: 自建}, share: 0.5}
      - {id: theirs, label: {en: rented, zh: 租用}, share: 0.5}
"""
LARGE = ("--scale", "large", "--probe", "none", "--as-of", AS_OF)


@pytest.fixture
def acme(home: Path) -> Path:
    return write_pack(home / "acme", {"pack.yaml": HEADER, "team.yaml": TEAM, "questions.yaml": QUESTION})


@pytest.fixture
def small(home: Path) -> Path:
    """A pack that stands alone, here, where nothing measures what it names."""
    folder = write_pack(home / "small")
    replace_in_file(
        folder,
        "criteria.yaml",
        "probe: graph-mode\n        measure: data_if\n",
        "probe: graph-mode\n        measure: data_if_eager\n",
    )
    replace_in_file(folder, "claims/alpha/alpha-free.yaml", "measure: data_if\n", "measure: data_if_eager\n")
    return folder


# check


def test_every_check_is_listed_with_what_it_finds(inside: Advise) -> None:
    result = inside("rules", "check", "--list")
    assert result.code == 0
    for check in CHECKS:
        assert any(
            line.split()[:2] == [check.id, check.severity] and check.about in line for line in result.out.splitlines()
        )
    listed = inside("rules", "check", "--list", "--format", "json").json
    assert [check["check"] for check in listed] == [check.id for check in CHECKS]


def test_a_sound_pack_ends_with_0_and_says_what_was_checked(inside: Advise, small: Path) -> None:
    result = inside("rules", "check", small, "--as-of", AS_OF)
    assert result.code == 0
    assert (
        result.out
        == "small 1: 3 questions, 3 criteria, 4 rules, 1 constraints, 7 claims, 2 sources; nothing wrong, no notes\n"
    )
    assert inside("rules", "check", small, "--as-of", AS_OF, "--format", "json").json == []


def test_a_defect_is_one_line_with_place_proof_and_what_to_do(inside: Advise, small: Path) -> None:
    replace_in_file(small, "needs/scale/need-speed.yaml", "applies: {scale: large}", "applies: {scale: medium}")
    result = inside("rules", "check", small, "--as-of", AS_OF)
    assert result.code == 2
    line, summary = result.out.splitlines()
    assert line.startswith("small/needs/scale/need-speed.yaml:6:12: error failing-example: `applies` does not hold")
    assert "(shown by --scale medium)" in line and " — correct the example" in line
    assert summary.endswith("1 error")


def test_a_defect_as_json_has_its_answers(inside: Advise, small: Path) -> None:
    replace_in_file(small, "needs/scale/need-speed.yaml", "applies: {scale: large}", "applies: {scale: medium}")
    (diagnostic,) = inside("rules", "check", small, "--as-of", AS_OF, "--format", "json").json
    assert set(diagnostic) == {"check", "severity", "place", "what", "fix", "answers", "flags"}
    assert (diagnostic["answers"], diagnostic["flags"]) == ({"scale": ["medium"]}, "--scale medium")


def test_warnings_count_only_where_they_are_asked_to(inside: Advise, small: Path) -> None:
    late = ("rules", "check", small, "--as-of", "2027-09-01")
    result = inside(*late)
    assert result.code == 0 and "warning stale-review" in result.out
    assert inside(*late, "--strict").code == 2


def test_notes_never_count(inside: Advise, small: Path) -> None:
    replace_in_file(small, "constraints/no-phone.yaml", "when: {deploy: phone}", "when: {}")
    result = inside("rules", "check", small, "--as-of", AS_OF, "--format", "json")
    notes = [diagnostic for diagnostic in result.json if diagnostic["severity"] == "note"]
    assert [note["check"] for note in notes] == ["dead-candidate"]
    assert result.code == 2, "its examples do not hold either"


def test_a_wrong_date_is_told(inside: Advise) -> None:
    (complaint,) = inside("rules", "check", "--as-of", "soon").complaints
    assert "`soon` is no date" in complaint


# Packs in layers.


@pytest.mark.long
def test_an_overlay_is_sound_and_its_answers_name_it(inside: Advise, acme: Path) -> None:
    assert inside("rules", "check", acme, "--as-of", AS_OF).code == 0
    document = inside(*LARGE, "--pack", acme, "--format", "json").json
    assert (document["pack"]["name"], document["pack"]["version"]) == ("built-in + acme", "1 + 2")
    assert document["pack"]["digest"] != inside(*LARGE, "--format", "json").json["pack"]["digest"]


def test_what_the_team_takes_for_granted_is_shown_as_such(inside: Advise, acme: Path) -> None:
    document = inside(*LARGE, "--pack", acme, "--format", "json").json
    origins = {entry["question"]: entry["origin"] for entry in document["profile"]}
    assert origins["team-skill"] == origins["existing-assets"] == "default"
    text = " ".join(inside(*LARGE, "--pack", acme, "--details").out.split())
    assert "Packs: built-in + acme" in text
    assert "team default How experienced are the people who will write the code? experts" in text
    assert "The cluster has no JAX. Not met by Keras on JAX." in text


NEW_FRAMEWORK = """\
frameworks:
  - {id: newnet, name: NewNet, home: https://example.org}
candidates:
  - id: newnet
    framework: newnet
    backend: newnet
    name: {en: NewNet, zh: NewNet}
    modules: [newnet]
    packages: [newnet]
    install: pip install newnet
    size-mb: 10
"""


@pytest.fixture
def newnet(home: Path) -> Path:
    """An overlay that adds a framework of which it claims nothing, and for which no probe is written."""
    return write_pack(home / "newnet", {"pack.yaml": HEADER, "frameworks.yaml": NEW_FRAMEWORK})


@pytest.mark.parametrize(
    "how", [("--probe", "none"), ("--probe", "quick", "--budget", "1s")], ids=["documents", "measuring"]
)
def test_a_framework_without_probes_takes_part_and_is_said_not_to_be_measurable(
    inside: Advise, newnet: Path, how: tuple[str, ...]
) -> None:
    result = inside("--scale", "large", *how, "--pack", newnet, "--format", "json")
    assert result.code == 0, result.err
    assert "NewNet (not measurable: no probe is written for it)" in result.json["scope"]["not_measured"]
    assert "newnet" in [framework["framework"] for framework in result.json["frameworks"]]
    assert not [run for run in result.json["evidence"]["runs"] if run["candidate"] == "newnet"]


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_every_format_knows_a_framework_without_probes(inside: Advise, newnet: Path, format: str) -> None:
    result = inside(*LARGE, "--pack", newnet, "--format", format)
    assert result.code == 0 and "NewNet" in result.out


@pytest.mark.parametrize(
    ("code", "kept"),
    [("pytorch", {"pytorch", "keras"}), ("jax", {"keras", "jax"}), ("tf2-keras", {"tensorflow", "keras"})],
)
def test_a_framework_without_claims_does_not_escape_a_limit_of_the_built_in_pack(
    inside: Advise, newnet: Path, code: str, kept: set[str]
) -> None:
    answers = ("--use-case", "legacy-maintenance", "--existing-assets", code, "--probe", "none", "--as-of", AS_OF)
    document = inside(*answers, "--pack", newnet, "--format", "json").json
    out = {row["candidate"] for row in document["ranking"] if row["excluded"]}
    assert "newnet" in out and not out & kept - {"keras"}


def test_a_question_of_an_overlay_is_an_option(inside: Advise, acme: Path) -> None:
    assert "--cloud" in inside("--pack", acme, "--help").out
    assert inside(*LARGE, "--pack", acme, "--cloud", "ours").code == 0
    (complaint,) = inside(*LARGE, "--pack", acme, "--cloud", "mars").complaints
    assert "`mars` is no choice of cloud" in complaint
    assert inside(*LARGE, "--cloud", "ours").code == 2


def test_two_overlays_lie_upon_each_other(inside: Advise, acme: Path, home: Path) -> None:
    over = write_pack(
        home / "vision",
        {"pack.yaml": HEADER.replace("acme", "vision"), "team.yaml": TEAM.replace("expert", "beginner")},
    )
    document = inside(*LARGE, f"--pack={acme}", "--pack", over, "--cloud", "ours", "--format", "json").json
    assert document["pack"]["name"] == "built-in + acme + vision"
    assert {entry["question"]: entry["choices"] for entry in document["profile"]}["team-skill"] == ["beginner"]


def test_a_pack_that_stands_alone_is_used_alone(inside: Advise, small: Path) -> None:
    document = inside("--scale", "large", "--probe", "none", "--pack", small, "--format", "json").json
    assert document["pack"]["name"] == "small"
    assert {framework["framework"] for framework in document["frameworks"]} == {"alpha", "beta"}


def test_a_copy_of_the_built_in_pack_answers_alike(inside: Advise, home: Path) -> None:
    copy = shutil.copytree(BUILT_IN, home / "copy")
    assert inside(*LARGE, "--pack", copy, "--format", "json").out == inside(*LARGE, "--format", "json").out


def test_what_a_copy_of_the_built_in_pack_leaves_out_is_not_explained_from_the_original(
    inside: Advise, home: Path
) -> None:
    assert inside("explain", "is-tensorflow-dead").code == 0
    copy = Path(shutil.copytree(BUILT_IN, home / "copy"))
    (copy / "onboarding/faq/is-tensorflow-dead.yaml").unlink()
    result = inside("explain", "is-tensorflow-dead", "--pack", copy)
    assert (result.code, result.out) == (2, "") and "is-tensorflow-dead" in result.err


def test_why_remembers_the_packs(inside: Advise, acme: Path) -> None:
    assert inside(*LARGE, "--pack", acme).code == 0
    assert "Our code base is TensorFlow." in " ".join(inside("why").out.split())


def test_what_an_overlay_adds_can_be_explained(inside: Advise, acme: Path) -> None:
    for id in (
        "acme-bans-keras-jax",
        "acme-prefers-tensorflow",
        "acme-preference",
        "cloud",
        "tf-pro-distributed",
        "need-keep-code",
    ):
        result = inside("explain", id, "--pack", acme)
        assert result.code == 0 and id in result.out, result.err


def test_a_broken_overlay_gives_no_answer(inside: Advise, acme: Path) -> None:
    replace_in_file(acme, "team.yaml", "stack: tensorflow", "stack: tensorflw")
    result = inside(*LARGE, "--pack", acme)
    assert (result.code, result.out) == (2, "")
    assert result.complaints[0].startswith("acme/team.yaml:7:12: unknown candidate or framework `tensorflw`")


# diff


@pytest.mark.long
def test_the_impact_of_an_overlay_is_told(inside: Advise, acme: Path) -> None:
    result = inside("rules", "diff", "built-in", acme, "--as-of", AS_OF)
    assert result.code == 0
    head, counts, *rest = result.out.splitlines()
    assert head == "built-in 1 -> built-in + acme 1 + 2"
    assert counts.startswith("At mean values another candidate leads for: no answers ")
    assert any(line.startswith("  --") for line in rest)


def test_two_packs_that_stand_alone_can_be_compared(inside: Advise, small: Path, home: Path) -> None:
    other = shutil.copytree(small, home / "other")
    result = inside("rules", "diff", small, other, "--as-of", AS_OF)
    assert result.code == 0 and "No recommendation differs." in result.out
    other = shutil.copytree(small, home / "another")
    replace_in_file(
        Path(other),
        "claims/alpha/alpha-measured.yaml",
        "kind: pro\nabout: speed\nsays: {alpha: good}",
        "kind: con\nabout: speed\nsays: {alpha: poor}",
    )
    document = inside("rules", "diff", small, other, "--as-of", AS_OF, "--format", "json").json
    assert set(document) == {"schema_version", "before", "after", "compared", "shifts"}
    assert all(shift["before"] != shift["after"] and shift["shown_by"] for shift in document["shifts"])
    assert ("alpha", "beta[alpha]") in {(shift["before"], shift["after"]) for shift in document["shifts"]}
    assert "按均值计算" in inside("rules", "diff", small, other, "--as-of", AS_OF, "--lang", "zh").out


def test_a_pack_spelt_in_two_ways_is_compared_with_itself(inside: Advise, small: Path) -> None:
    document = inside("rules", "diff", "small", small, "--as-of", AS_OF, "--format", "json").json
    assert document["shifts"] == [] and document["compared"]["cases"] == {"differ": 0, "of": 1}


# new


def test_a_new_part_is_written_where_it_is_said(inside: Advise, acme: Path, home: Path) -> None:
    result = inside("rules", "new", "claim", "our-claim", "--pack", acme)
    assert result.code == 0
    assert result.out.splitlines()[0] == f"wrote {acme}/claims/general/our-claim.yaml"
    assert (acme / "claims/general/our-claim.yaml").is_file()
    checked = inside("rules", "check", acme, "--as-of", AS_OF)
    assert checked.code == 2 and "error unfinished" in checked.out


def test_a_new_part_goes_into_the_pack_one_stands_in(
    inside: Advise, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small)
    assert inside("rules", "new", "rule", "need-more").out.startswith("wrote needs/scale/need-more.yaml\n")


def test_nothing_is_written_over(inside: Advise, acme: Path) -> None:
    before = {file: file.read_bytes() for file in acme.rglob("*") if file.is_file()}
    (complaint,) = inside("rules", "new", "claim", "tf-pro-distributed", "--pack", acme).complaints
    assert "exists already" in complaint
    (complaint,) = inside("rules", "new", "team", "acme", "--pack", acme).complaints
    assert "this file exists already" in complaint
    assert before == {file: file.read_bytes() for file in acme.rglob("*") if file.is_file()}


def test_a_team_begins_with_a_folder_of_its_own(inside: Advise, home: Path) -> None:
    result = inside("rules", "new", "team", "blue")
    assert result.code == 0 and (home / "blue/team.yaml").is_file()
    assert inside(*LARGE, "--pack", home / "blue").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("poem", "x"), ("poem", "claim, rule, constraint, question, case, team")),
        (("claim", "Not An Id", "--pack", "acme"), ("is not a valid id", "need-phone")),
        (("claim", "x", "--pack", "nowhere"), ("no pack here", "advise rules new team")),
        (("claim", "x"), ("no pack here", "--pack DIR")),
    ],
    ids=str,
)
def test_a_wrong_beginning_is_one_line(
    inside: Advise, acme: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    result = inside("rules", "new", *arguments)
    assert (result.code, result.out) == (2, "")
    (complaint,) = result.complaints
    assert all(word in complaint for word in words), complaint


def test_a_question_is_not_called_like_an_option(inside: Advise, acme: Path) -> None:
    (complaint,) = inside("rules", "new", "question", "budget", "--pack", acme).complaints
    assert "has the name of an option" in complaint
