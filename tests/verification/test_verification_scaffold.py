"""A new part of a pack has every key, is sound but for what only a person can write, and lies over nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sound_pack import DAY, MEASURES, find_defects, replace_in_file, write_pack

from advisor.errors import InputError
from advisor.knowledge.case import ProjectCase
from advisor.knowledge.claim import Claim
from advisor.knowledge.loading import load_known_pack, load_pack, load_resolved_pack
from advisor.knowledge.need import Constraint, Need
from advisor.knowledge.pack import BUILT_IN
from advisor.knowledge.question import Question
from advisor.knowledge.scaffold import SCAFFOLDS, scaffold_files
from advisor.knowledge.yaml_source import parse_yaml
from advisor.record import yaml_key
from advisor.verification.audit import audit_packs
from probes.catalogue import PROBES

PARTS = [kind for kind in SCAFFOLDS if kind != "team"]
QUESTIONS = "questions.yaml"


def begin(folder: Path, kind: str, id: str) -> list[str]:
    """Write a new part into a pack; return its files."""
    questions = folder / QUESTIONS
    text = questions.read_text(encoding="utf-8") if questions.is_file() else None
    files = scaffold_files(kind, id, load_known_pack((folder,)), DAY, text)
    write_pack(folder, files)
    load_resolved_pack.cache_clear()
    return list(files)


@pytest.mark.parametrize("kind", PARTS)
def test_a_scaffold_is_sound_but_for_what_is_to_be_filled_in(folder: Path, kind: str) -> None:
    files = begin(folder, kind, "brand-new")
    defects = find_defects(folder)
    assert {defect.check for defect in defects} == {"unfinished"}, [str(defect) for defect in defects]
    assert {defect.file for defect in defects} == {f"mine/{name}" for name in files}


@pytest.mark.parametrize("kind", PARTS)
@pytest.mark.parametrize("key", ["several", "fact"])
def test_a_scaffold_needs_no_question_of_a_kind(folder: Path, kind: str, key: str) -> None:
    text = (folder / QUESTIONS).read_text(encoding="utf-8").replace("    several: true\n", "")
    (folder / QUESTIONS).write_text(text.replace("    assumes:", f"    {key}: true\n    assumes:"), encoding="utf-8")
    begin(folder, kind, "brand-new")
    assert {defect.check for defect in find_defects(folder)} == {"unfinished"}


@pytest.mark.parametrize(
    "kind", [kind if kind == "question" else pytest.param(kind, marks=pytest.mark.long) for kind in PARTS]
)
def test_a_scaffold_in_an_overlay_is_named_after_what_lies_below(overlay: Path, kind: str) -> None:
    replace_in_file(overlay, "pack.yaml", "extends: small", "extends: built-in")
    files = begin(overlay, kind, "brand-new")
    defects = audit_packs(
        (overlay,),
        {name: {id: measure.better for id, measure in probe.measures.items()} for name, probe in PROBES.items()},
        DAY,
    )[1]
    own = [defect for defect in defects if defect.file.startswith("acme/")]
    assert {defect.check for defect in own} == {"unfinished"}, [str(defect) for defect in own]
    assert {defect.file for defect in own} == {f"acme/{name}" for name in files}
    assert [str(defect) for defect in defects if defect.severity == "error" and defect not in own] == []


def test_a_teams_overlay_is_sound_but_for_what_is_to_be_filled_in(folder: Path, tmp_path: Path) -> None:
    files = scaffold_files("team", "acme", load_pack(folder), DAY)
    defects = audit_packs((folder, write_pack(tmp_path / "acme", files)), MEASURES, DAY)[1]
    own = [defect for defect in defects if defect.file.startswith("acme/")]
    assert {defect.check for defect in own} == {"unfinished"}
    assert {defect.file for defect in own} == {"acme/team.yaml"}


@pytest.mark.parametrize(
    ("kind", "record", "left_out"),
    [
        ("claim", Claim, {"applies-to", "facts", "measured-on", "check", "disputes", "same-as", "cause"}),
        ("rule", Need, {"note"}),
        ("constraint", Constraint, {"keeps", "requires", "facts"}),
        ("case", ProjectCase, {"never"}),
    ],
)
def test_a_scaffold_has_every_key_in_order(folder: Path, kind: str, record: type, left_out: set[str]) -> None:
    (name,) = begin(folder, kind, "brand-new")
    text = (folder / name).read_text(encoding="utf-8")
    keys = list(parse_yaml(text.encode(), name).value)
    assert keys == [yaml_key(name) for name in record.__struct_fields__ if yaml_key(name) not in left_out]  # type: ignore[arg-type]
    assert len(text.splitlines()) <= 35


def test_a_question_brings_a_rule_that_uses_it(folder: Path) -> None:
    assert set(begin(folder, "question", "cost")) == {QUESTIONS, "needs/scale/need-cost.yaml"}
    pack = load_pack(folder)
    assert list(pack.questions) == ["scale", "deploy", "style", "cost"]
    assert {yaml_key(name) for name in Question.__struct_fields__} >= set(
        parse_yaml((folder / QUESTIONS).read_bytes(), "q").value["questions"][-1]
    )


def test_a_question_is_added_behind_the_others_and_nothing_else_is_touched(folder: Path) -> None:
    before = (folder / QUESTIONS).read_text(encoding="utf-8")
    begin(folder, "question", "cost")
    after = (folder / QUESTIONS).read_text(encoding="utf-8")
    start, end = before.split("impossible:")
    assert after.startswith(start) and after.endswith(f"impossible:{end}")
    begin(folder, "question", "risk")
    assert list(load_pack(folder).questions) == ["scale", "deploy", "style", "cost", "risk"]


def test_a_question_is_added_to_the_built_in_pack(tmp_path: Path) -> None:
    """Whatever its comments and indentation are."""
    folder = Path(shutil.copytree(BUILT_IN, tmp_path / "rules"))
    begin(folder, "question", "brand-new")
    assert list(load_pack(folder).questions)[-1] == "brand-new"


@pytest.mark.parametrize("indent", [0, 2, 4])
def test_a_question_is_indented_as_the_others_are(folder: Path, indent: int) -> None:
    text = (folder / QUESTIONS).read_text(encoding="utf-8")
    head, rest = text.split("\n", 1)
    asked, impossible = rest.split("impossible:")
    moved = "\n".join(" " * indent + line[2:] if line.strip() else line for line in asked.split("\n"))
    (folder / QUESTIONS).write_text(f"{head}\n{moved}impossible:{impossible}", encoding="utf-8")
    begin(folder, "question", "cost")
    assert list(load_pack(folder).questions)[-1] == "cost"


def test_a_flow_list_of_questions_is_not_taken_apart(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        scaffold_files("question", "cost", load_pack(folder), DAY, "questions: [{id: a}]\n")
    assert "the questions are not written one below the other" in str(caught.value)


@pytest.mark.parametrize("id", ["Big", "a_b", "../out", "-x", "a b", "", "need:", "x" * 40 + "/y"])
def test_an_id_that_is_none_is_refused(folder: Path, id: str) -> None:
    with pytest.raises(InputError) as caught:
        scaffold_files("claim", id, load_pack(folder), DAY)
    assert "is not a valid id" in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "id"), [("claim", "alpha-fast"), ("rule", "alpha-fast"), ("question", "scale"), ("question", "speed")]
)
def test_an_id_that_is_taken_is_refused(folder: Path, kind: str, id: str) -> None:
    with pytest.raises(InputError) as caught:
        scaffold_files(kind, id, load_pack(folder), DAY)
    assert "exists already" in str(caught.value)
