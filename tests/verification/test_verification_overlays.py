"""Overlays are checked together with what they lie on; what is wrong below them is not held against them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sound_pack import DAY, FILES, find_defects, replace_in_file, write_pack

from advisor.knowledge import loading
from advisor.knowledge.loading import load_known_pack, open_packs
from advisor.verification import audit as auditing
from advisor.verification.audit import audit_packs
from probes.catalogue import PROBES

BUILT_IN_MEASURES = {
    name: {id: measure.better for id, measure in probe.measures.items()} for name, probe in PROBES.items()
}

TEAM = """\
team: {en: The Acme team, zh: Acme 团队}
answers: {style: simple}
banned:
  - stack: beta
    because: {en: Nobody maintains it., zh: 无人维护。}
"""


def test_an_empty_overlay_is_sound(folder: Path, overlay: Path) -> None:
    assert find_defects(folder, overlay) == []


def test_what_an_overlay_replaces_is_told(folder: Path, overlay: Path) -> None:
    write_pack(overlay, {"claims/beta/beta-slow.yaml": FILES["claims/beta/beta-slow.yaml"]})
    (defect,) = find_defects(folder, overlay)
    assert (defect.check, defect.severity, defect.place) == ("replaced", "note", "acme/claims/beta/beta-slow.yaml:1:1")
    assert "it replaces the claim beta-slow of mine/claims/beta/beta-slow.yaml:1:1" in defect.what


def test_a_claim_at_odds_with_one_below_is_found(folder: Path, overlay: Path) -> None:
    text = FILES["claims/beta/beta-bound.yaml"].replace("says: {beta: weak}", "says: {beta: strong}")
    write_pack(
        overlay, {"claims/beta-free.yaml": text.replace("kind: con", "kind: pro").replace("traces", "never traces")}
    )
    errors = [defect for defect in find_defects(folder, overlay) if defect.severity == "error"]
    assert [(defect.check, defect.place) for defect in errors] == [
        ("undeclared-dispute", "acme/claims/beta-free.yaml:5:7")
    ]
    assert "the opposite of beta-bound" in errors[0].what


def test_a_ban_that_leaves_a_candidate_nothing_is_told_and_breaks_the_cases_of_the_pack_below(
    folder: Path, overlay: Path
) -> None:
    write_pack(overlay, {"team.yaml": TEAM})
    defects = {(defect.check, defect.place) for defect in find_defects(folder, overlay)}
    assert ("dead-candidate", "mine/frameworks.yaml:13:9") in defects
    assert ("failing-case", "mine/cases/cluster.yaml:8:50") in defects


def test_nothing_a_team_writes_in_short_needs_examples_or_a_document(folder: Path, overlay: Path) -> None:
    prefers = "preferred:\n  - stack: alpha\n    because: {en: Our code is in it., zh: 代码用它。}\n    when: {style: control}\n"
    write_pack(overlay, {"team.yaml": "team: {en: The Acme team, zh: Acme 团队}\n" + prefers})
    assert find_defects(folder, overlay) == []


def test_a_wrong_word_in_a_teams_file_is_found_where_it_stands(folder: Path, overlay: Path) -> None:
    write_pack(overlay, {"team.yaml": TEAM.replace("zh: 无人维护。", "zh: nobody")})
    assert ("language", "acme/team.yaml:5:45") in {
        (defect.check, defect.place) for defect in find_defects(folder, overlay)
    }


@pytest.mark.long
def test_of_an_overlay_of_the_built_in_pack_only_its_own_defects_are_told(overlay: Path) -> None:
    """The built-in pack has notes of its own, and cases that a ban would break: neither is the overlay's fault."""
    replace_in_file(overlay, "pack.yaml", "extends: small", "extends: built-in")
    write_pack(
        overlay, {"needs/scale/need-mine.yaml": FILES["needs/scale/need-speed.yaml"].replace("speed:", "serving:")}
    )
    replace_in_file(overlay, "needs/scale/need-mine.yaml", "applies: {scale: large}", "applies: {scale: small}")
    defects = audit_packs((overlay,), BUILT_IN_MEASURES, DAY)[1]
    assert [(defect.check, defect.place.split(":")[0]) for defect in defects if defect.severity == "error"] == [
        ("failing-example", "acme/needs/scale/need-mine.yaml")
    ]
    assert {defect.place.split(":")[0] for defect in defects} == {"acme/needs/scale/need-mine.yaml"}


def test_a_broken_case_leaves_the_others_standing(folder: Path) -> None:
    write_pack(folder, {"cases/broken.yaml": "case: 3\n", "cases/alias.yaml": "case: &x 3\n"})
    replace_in_file(folder, "cases/cluster.yaml", "framework: alpha", "framework: beta")
    defects = {(defect.check, defect.place.split(":")[0]) for defect in find_defects(folder)}
    assert defects == {
        ("unreadable", "mine/cases/alias.yaml"),
        ("unreadable", "mine/cases/broken.yaml"),
        ("failing-case", "mine/cases/cluster.yaml"),
    }


# --- however a folder is spelt ----------------------------------------------------------------------------------------


@pytest.fixture
def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small pack in the place of the one that ships with the program."""
    monkeypatch.setattr(loading, "BUILT_IN", folder)
    monkeypatch.setattr(auditing, "BUILT_IN", folder, raising=False)
    monkeypatch.setattr(auditing, "load_known_pack", lambda: open_packs((folder,)).pack, raising=False)
    return folder


SPELLINGS: dict[str, Callable[[Path], Path]] = {
    "absolute": lambda folder: folder,
    "relative": lambda folder: Path(folder.name),
    "with a dot": lambda folder: Path(f"./{folder.name}/"),
    "from inside": lambda folder: Path(),
    "through its parent": lambda folder: Path("..", folder.name),
    "through a link": lambda folder: folder.parent / "link",
}


@pytest.mark.parametrize("spelt", SPELLINGS)
def test_the_built_in_pack_answers_for_all_its_defects_however_it_is_spelt(
    installed: Path, spelt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_in_file(installed, "claims/beta/beta-slow.yaml", "Beta adds a layer.", "'FILL IN: what beta adds'")
    (installed.parent / "link").symlink_to(installed)
    monkeypatch.chdir(installed if spelt in ("from inside", "through its parent") else installed.parent)
    defects = find_defects(SPELLINGS[spelt](installed))
    assert ("unfinished", "mine/claims/beta/beta-slow.yaml:1:13") in {
        (defect.check, defect.place) for defect in defects
    }


def test_the_same_folder_named_twice_is_one_pack(folder: Path, overlay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(overlay)
    assert find_defects(folder, overlay, Path(), Path("..", "mine")) == []


def test_a_pack_is_known_by_its_folder_and_not_by_the_words_that_led_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same relative name in two places is two packs."""
    for place, name in (("here", "alpha-here"), ("there", "alpha-there")):
        write_pack(tmp_path / place / "rules")
        replace_in_file(tmp_path / place / "rules", "pack.yaml", "name: small", f"name: {name}")
    names = []
    for place in ("here", "there"):
        monkeypatch.chdir(tmp_path / place)
        names.append(load_known_pack((Path("rules"),)).name)
    assert names == ["alpha-here", "alpha-there"]


def test_an_overlay_that_is_called_like_the_folder_below_keeps_its_defects(installed: Path, tmp_path: Path) -> None:
    """Its places read like those of the pack below; what stands in its own files is its own."""
    replace_in_file(installed, "claims/beta/beta-slow.yaml", "zh: Beta 多了一层。", "zh: nobody")
    name = "claims/beta/beta-slow.yaml"
    header = 'name: acme\nversion: "2"\nreviewed: 2026-11-23\nprecedence: 10\nextends: small\n'
    files = {"pack.yaml": header, name: (installed / name).read_text(encoding="utf-8")}
    overlay = write_pack(tmp_path / "team" / installed.name, files)
    assert ("language", f"mine/{name}:1:37") in {(defect.check, defect.place) for defect in find_defects(overlay)}


def test_an_overlay_may_speak_of_concepts_of_the_pack_below(installed: Path, overlay: Path) -> None:
    concept = "name: {{en: {0}, zh: {1}}}\ndefinition: {{en: A word., zh: 一个词。}}\n"
    write_pack(installed, {"onboarding/glossary/gradient.yaml": concept.format("gradient", "梯度")})
    text = concept.format("step", "步") + "related: [gradient]\n"
    write_pack(overlay, {"onboarding/glossary/step.yaml": text})
    assert find_defects(overlay) == []
