"""`advise check` tells what a newer version of this program changed apart from what the project changed, and from the date."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from as_user import Advise

from advisor.knowledge.pack import BUILT_IN

BEFORE = Path(__file__).parent.parent / "fixtures" / "bd7e7cb"
AS_OF = "--as-of=2026-11-25"


@pytest.fixture
def documents_only(tmp_path: Path, inside: Advise) -> Path:
    """The lock of a decision on the built-in pack, brought up to date."""
    return updated(inside, tmp_path, "documents-only")


@pytest.fixture
def own_pack(tmp_path: Path, inside: Advise) -> Path:
    """The lock of a decision on an overlay, brought up to date."""
    return updated(inside, tmp_path, "own-pack", "--pack", BEFORE / "overlays" / "volta")


@pytest.fixture
def volta(tmp_path: Path) -> Path:
    """A copy of an overlay, to be changed: a process reads a folder once, so the decision is brought up to date with the original."""
    return Path(shutil.copytree(BEFORE / "overlays" / "volta", tmp_path / "volta"))


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the built-in pack, to be changed: it stands in for that of a newer version."""
    return Path(
        shutil.copytree(BUILT_IN, tmp_path / "rules", ignore=shutil.ignore_patterns("*.md", "*.py", "__pycache__"))
    )


def updated(inside: Advise, tmp_path: Path, name: str, *options: object) -> Path:
    lock = Path(shutil.copytree(BEFORE / "decisions" / name, tmp_path / name)) / "decision.lock"
    assert inside("check", lock, *options, AS_OF, "--update").code == 0
    assert inside("check", lock, *options, AS_OF, "--format=json").json["steps"] == []
    return lock


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def steps(inside: Advise, lock: Path, *options: object) -> list[tuple[str, str, list[str]]]:
    """Return of every step its kind, whose it is, and what changed."""
    answer = inside("check", lock, *options, AS_OF, "--format=json", "--lang=en").json
    return [(step["kind"], step["whose"], step["changes"]) for step in answer["steps"]]


def test_the_folder_stands_for_the_lock_in_it(inside: Advise, documents_only: Path) -> None:
    assert inside("check", documents_only.parent, AS_OF).out == inside("check", documents_only, AS_OF).out


def test_other_words_in_the_built_in_pack_are_said_to_be_no_more(
    inside: Advise, documents_only: Path, rules: Path
) -> None:
    replaced(rules / "needs/use-case/need-teaching.yaml", "Learners need little code", "Learners want little code")
    reported = steps(inside, documents_only, "--pack", rules)
    assert reported == [("knowledge", "program", ["only words, examples or sources changed"])]


def test_a_rule_that_changed_in_the_built_in_pack_is_of_the_program(
    inside: Advise, documents_only: Path, rules: Path
) -> None:
    replaced(rules / "needs/use-case/need-teaching.yaml", "debugging: normal", "debugging: major")
    reported = steps(inside, documents_only, "--pack", rules)
    assert reported == [("knowledge", "program", ["need-teaching changed"])]


@pytest.mark.parametrize(
    ("file", "old", "new", "change"),
    [
        pytest.param("questions.yaml", "share: 0.6}", "share: 0.59}", "the questions changed", marks=pytest.mark.long),
        pytest.param(
            "criteria.yaml", "default: minor", "default: normal", "the criteria changed", marks=pytest.mark.long
        ),
        ("frameworks.yaml", "torch>=2.9", "torch>=2.10", "the frameworks or their candidates changed"),
        ("install.yaml", "take: jax[cuda13]", "take: jax[cuda12]", "how candidates are installed changed"),
    ],
)
def test_the_vocabulary_that_changed_is_named(
    inside: Advise, documents_only: Path, rules: Path, file: str, old: str, new: str, change: str
) -> None:
    if file == "questions.yaml":  # the shares of a question add up to one
        replaced(
            rules / file, "label: {en: macOS, zh: macOS}, share: 0.15", "label: {en: macOS, zh: macOS}, share: 0.16"
        )
        old, new = "label: {en: Linux, zh: Linux}, share: 0.6", "label: {en: Linux, zh: Linux}, share: 0.59"
    replaced(rules / file, old, new)
    assert steps(inside, documents_only, "--pack", rules) == [("knowledge", "program", [change])]


def test_an_overlay_that_changed_is_of_the_project(inside: Advise, own_pack: Path, volta: Path) -> None:
    replaced(volta / "claims/mlx/volta-mlx-laptops.yaml", "says: {mlx: strong}", "says: {mlx: fair}")
    ((kind, whose, changes),) = steps(inside, own_pack, "--pack", volta)
    assert (kind, whose) == ("overlay", "project")
    assert changes == ["the overlay volta changed", "volta-mlx-laptops changed"]


@pytest.mark.parametrize("name", ["documents-only", "own-pack"])
def test_a_built_in_pack_that_changed_below_an_overlay_is_of_the_program(
    inside: Advise, tmp_path: Path, rules: Path, volta: Path, name: str
) -> None:
    overlay = ("--pack", volta) if name == "own-pack" else ()
    lock = updated(inside, tmp_path, name, *overlay)
    replaced(rules / "needs/use-case/need-teaching.yaml", "debugging: normal", "debugging: major")
    reported = steps(inside, lock, "--pack", rules, *overlay)
    assert reported == [("knowledge", "program", ["need-teaching changed"])]


def test_where_both_changed_nobody_is_blamed_for_the_other(
    inside: Advise, own_pack: Path, rules: Path, volta: Path
) -> None:
    replaced(rules / "needs/use-case/need-teaching.yaml", "debugging: normal", "debugging: major")
    replaced(volta / "claims/mlx/volta-mlx-laptops.yaml", "says: {mlx: strong}", "says: {mlx: fair}")
    ((kind, whose, changes),) = steps(inside, own_pack, "--pack", rules, "--pack", volta)
    assert (kind, whose) == ("knowledge", "both")
    assert {"need-teaching changed", "volta-mlx-laptops changed"} <= set(changes)


@pytest.mark.parametrize("up_to_date", [False, True])
def test_an_overlay_that_is_forgotten_is_named(inside: Advise, tmp_path: Path, up_to_date: bool) -> None:
    overlay = ("--pack", BEFORE / "overlays" / "acme")
    lock = BEFORE / "decisions" / "team-pack" / "decision.lock"
    if up_to_date:
        lock = updated(inside, tmp_path, "team-pack", *overlay)
    kind, whose, changes = steps(inside, lock)[0]
    assert (kind, whose) == ("overlay", "project") if up_to_date else whose in ("project", "both")
    assert "the overlay acme is missing: lay it over with --pack" in changes


def test_another_version_of_the_program_is_named(inside: Advise, documents_only: Path) -> None:
    program = json.loads(documents_only.read_text("utf-8"))["program"]
    replaced(documents_only, f'"program": "{program}"', '"program": "0.0.9"')
    reported = steps(inside, documents_only)
    assert reported == [("program", "program", [f"framework-advisor 0.0.9 -> {program}"])]


def test_another_label_for_the_same_numbers_is_of_the_program(inside: Advise, documents_only: Path) -> None:
    label = json.loads(documents_only.read_text("utf-8"))["advice"]["label"]
    replaced(documents_only, f'"label": "{label}"', '"label": "not-enough-evidence"')
    ((kind, whose, changes),) = steps(inside, documents_only)
    assert (kind, whose, len(changes)) == ("program", "program", 1)
    assert changes[0].startswith("the same numbers are called ")


def test_answers_and_the_date_are_not_of_the_program(inside: Advise, documents_only: Path) -> None:
    answer = inside("check", documents_only, "--scale=small", "--as-of=2027-08-01", "--format=json").json
    assert [(step["kind"], step["whose"]) for step in answer["steps"]] == [("answers", "project"), ("date", "time")]


@pytest.mark.parametrize(
    ("lang", "heads"),
    [
        ("en", ["CHANGED BY THIS PROGRAM", "CHANGED BY YOUR PROJECT", "CHANGED WITH TIME"]),
        ("zh", ["本程序的改动", "您的项目的改动", "随时间的变化"]),
    ],
)
def test_each_owner_has_a_part_of_the_text(
    inside: Advise, documents_only: Path, rules: Path, lang: str, heads: list[str]
) -> None:
    replaced(rules / "needs/use-case/need-teaching.yaml", "debugging: normal", "debugging: major")
    options = ("--pack", rules, "--scale=small", "--as-of=2027-08-01", "--lang", lang)
    lines = inside("check", documents_only, *options).out.splitlines()
    assert [head for line in lines for head in heads if line.startswith(f"{head} - ")] == heads


# --- the review's day, and what a pull request shows -----------------------------------------------------------------


def test_a_review_is_overdue_from_the_day_after_and_only_stops_where_it_is_asked_to(
    inside: Advise, documents_only: Path
) -> None:
    def on(day: str, *options: object) -> tuple[int, bool, str]:
        done = inside("check", documents_only, f"--as-of={day}", "--format=json", *options)
        return done.code, done.json["overdue"], done.json["review_by"]

    assert on("2026-11-25") == (0, False, "2027-05-27")
    assert on("2027-05-27", "--fail-on=overdue") == (0, False, "2027-05-27")
    code, overdue, _ = on("2027-05-28", "--fail-on=overdue")
    assert code == 3 and overdue
    said = inside("check", documents_only, "--as-of=2027-05-28", "--lang=en").out
    assert "OVERDUE: it was due on 2027-05-27, 1 days ago" in " ".join(said.split())


def test_a_review_that_was_written_down_is_due_six_months_later(inside: Advise, documents_only: Path) -> None:
    assert inside("check", documents_only, "--as-of=2027-06-20", "--update").code == 0
    assert not inside("check", documents_only, "--as-of=2027-06-21", "--format=json").json["overdue"]


def test_the_summary_keeps_our_changes_apart_from_the_teams(inside: Advise, documents_only: Path) -> None:
    page = inside("check", documents_only, AS_OF, "--scale=small", "--format=markdown", "--lang=en").out
    assert page.startswith("# The decision in ") and "\n## CHANGED BY YOUR PROJECT - answers" in page
    assert "**\\-**" not in page and "\n- scale: " in page


def test_sarif_names_every_finding_with_its_rule_and_place(
    inside: Advise, documents_only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(documents_only.parent)
    still = json.loads(inside("check", documents_only, AS_OF, "--format=sarif").out)
    assert (
        still["runs"][0]["results"] == []
        and still["version"] == "2.1.0"
        and set(still) == {"$schema", "version", "runs"}
    )
    late = json.loads(inside("check", documents_only, "--as-of=2028-01-01", "--format=sarif", "--lang=en").out)
    (run,) = late["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert "overdue" in [result["ruleId"] for result in run["results"]]
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"] and result["level"] in ("error", "warning")
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "decision.lock"


def test_a_word_to_fail_on_must_be_one_there_is(inside: Advise, documents_only: Path) -> None:
    done = inside("check", documents_only, "--fail-on=late")
    assert done.code == 2 and "overdue" in done.err
