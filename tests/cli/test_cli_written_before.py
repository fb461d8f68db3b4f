"""What version 0.1.0 wrote is read by this one: answers, decisions, stores, exported runs, overlays, and a model as a probe."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from as_user import Advise

BEFORE = Path(__file__).parent.parent / "fixtures" / "bd7e7cb"
PROFILES = json.loads((BEFORE / "profiles.json").read_text("utf-8"))
DECISIONS = sorted(folder.name for folder in (BEFORE / "decisions").iterdir())
OVERLAYS: Mapping[str, str] = {"team-pack": "acme", "own-pack": "volta"}
"""Decision → the overlay it was made with."""
AS_OF = "--as-of=2026-11-25"
RUNS = 66


def overlay(name: str) -> tuple[str, Path]:
    return "--pack", BEFORE / "overlays" / name


def of_decision(name: str) -> tuple[str | Path, ...]:
    return overlay(OVERLAYS[name]) if name in OVERLAYS else ()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A copy of the store: opening one may write beside it."""
    return Path(shutil.copy(BEFORE / "store.sqlite", tmp_path))


# --- answers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROFILES)
def test_answers_mean_what_they_meant(name: str, inside: Advise) -> None:
    file = BEFORE / "answers" / f"{name}.yaml"
    options = {line["question"]: line["choices"] for line in PROFILES[name] if line["origin"] == "flag"}
    flags = [f"--{question}={choice}" for question, choices in options.items() for choice in choices]
    pack = overlay("volta") if name == "volta" else ()
    answer = inside("--answers", file, *flags, *pack, "--probe=none", AS_OF, "--format=json")
    by_question = [
        sorted(profile, key=lambda line: line["question"]) for profile in (answer.json["profile"], PROFILES[name])
    ]
    assert by_question[0] == by_question[1]


@pytest.mark.parametrize("how", ["option", "file", "what-if"])
def test_a_choice_that_was_renamed_is_understood_and_says_what_it_became(
    how: str, inside: Advise, tmp_path: Path
) -> None:
    """Edge boxes and microcontrollers were one answer."""
    file = tmp_path / "answers.yaml"
    file.write_text("use-case: prototype\ndeploy: [embedded-mcu, batch]\n")
    shown = ("--probe=none", "--format=json", AS_OF)
    if how == "what-if":
        now = inside("what-if", "deploy=embedded-mcu", "--use-case=prototype", *shown).json["after"]
        told = inside("what-if", "deploy=microcontroller", "--use-case=prototype", *shown).json["after"]
        assert now == told
        return
    given = (
        ("--answers", file) if how == "file" else ("--use-case=prototype", "--deploy=embedded-mcu", "--deploy=batch")
    )
    answer = inside(*given, *shown).json
    assert next(line["choices"] for line in answer["profile"] if line["question"] == "deploy") == [
        "batch",
        "microcontroller",
    ]
    assert any("microcontroller" in line and "edge-box" in line for line in answer["warnings"])
    assert inside(*given, *shown, "--fail-on=stale").code == 0


def test_a_choice_under_its_present_name_warns_of_nothing(inside: Advise) -> None:
    answer = inside("--deploy=microcontroller", "--use-case=prototype", "--probe=none", "--format=json", AS_OF).json
    assert not [line for line in answer["warnings"] if "embedded-mcu" in line]


# --- decisions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_stands_or_the_cause_is_named(name: str, inside: Advise) -> None:
    lock = BEFORE / "decisions" / name / "decision.lock"
    answer = inside("check", lock, *of_decision(name), AS_OF, "--format=json")
    assert answer.code == (3 if answer.json["word"] == "flipped" else 0)
    assert answer.json["before"] == json.loads(lock.read_text("utf-8"))["advice"]
    assert answer.json["word"] == "unchanged" or answer.json["because"]


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_is_brought_up_to_date(name: str, inside: Advise, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(BEFORE / "decisions" / name, tmp_path / "team"))
    assert inside("check", folder / "decision.lock", *of_decision(name), AS_OF, "--update").code == 0
    answer = inside("check", folder / "decision.lock", *of_decision(name), AS_OF, "--format=json")
    assert (answer.json["word"], answer.json["steps"]) == ("unchanged", [])


@pytest.fixture
def renamed(tmp_path: Path) -> Path:
    """A decision for an edge box or microcontroller, which were one answer."""
    folder = Path(shutil.copytree(BEFORE / "decisions" / "documents-only", tmp_path / "renamed"))
    lock = folder / "decision.lock"
    decision = json.loads(lock.read_text("utf-8"))
    decision["profile"]["deploy"] = {"choices": ["embedded-mcu"], "origin": "flag"}
    lock.write_text(json.dumps(decision), encoding="utf-8")
    return lock


def test_a_decision_with_a_choice_that_was_renamed_is_checked_and_says_what_it_became(
    renamed: Path, inside: Advise
) -> None:
    answer = inside("check", renamed, AS_OF, "--format=json").json
    changes = [change for step in answer["steps"] for change in step["changes"]]
    assert any("embedded-mcu" in change and "edge-box" in change for change in changes)
    assert "project" not in {step["whose"] for step in answer["steps"]}
    assert inside("check", renamed, AS_OF, "--update").code == 0
    assert json.loads(renamed.read_text("utf-8"))["profile"]["deploy"]["choices"] == ["microcontroller"]


def test_a_folder_is_written_from_a_decision_with_a_choice_that_was_renamed(
    renamed: Path, inside: Advise, tmp_path: Path
) -> None:
    choice = ("--choose=pytorch", "--because=an old decision")
    assert inside("onboard", tmp_path / "team", "--from", renamed, *choice).code == 0
    after = json.loads((tmp_path / "team" / "decision.lock").read_text("utf-8"))
    assert after["profile"]["deploy"]["choices"] == ["microcontroller"]


@pytest.mark.parametrize("name", ["against-the-advice", "own-pack"])
def test_the_folder_of_a_decision_is_written_from_its_lock(name: str, inside: Advise, tmp_path: Path) -> None:
    before = json.loads((BEFORE / "decisions" / name / "decision.lock").read_text("utf-8"))
    lock = BEFORE / "decisions" / name / "decision.lock"
    assert inside("onboard", tmp_path / "team", "--from", lock, *of_decision(name)).code == 0
    after = json.loads((tmp_path / "team" / "decision.lock").read_text("utf-8"))
    for part in ("as-of", "lang", "weigh", "profile", "chosen", "deciders"):
        assert after.get(part) == before.get(part)
    named = before.get("chosen", {}).get("candidate", after["advice"]["candidate"])
    assert named.partition("[")[0] in (tmp_path / "team" / "README.md").read_text("utf-8").lower()


def test_what_was_edited_in_a_folder_is_kept_when_it_is_written_anew(inside: Advise, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(BEFORE / "decisions" / "documents-only", tmp_path / "team"))
    guide = folder / "README.md"
    untouched = inside("onboard", folder, "--from", folder / "decision.lock", "--force")
    assert (untouched.code, list(folder.glob("*.kept"))) == (0, [])
    guide.write_text(guide.read_text("utf-8") + "\nAsk Ada.\n", encoding="utf-8")
    assert inside("onboard", folder, "--from", folder / "decision.lock", "--force").code == 0
    assert "Ask Ada." in (folder / "README.md.kept").read_text("utf-8")


# --- stores and runs ----------------------------------------------------------------------------------------------------


def test_a_store_holds_what_it_held(store: Path, inside: Advise) -> None:
    lines = inside("evidence", "list", "--store", store, "--format=json").json
    assert sum(line["runs"] for line in lines) == RUNS
    origins = {line["probe"]: line["origin"] for line in lines}
    assert {probe for probe, origin in origins.items() if origin == "measured"} == {"dev-effort", "my-model"}
    assert [line["probe"] for line in lines if line["own"]] == ["my-model"]


def test_a_store_exports_the_bytes_it_exported(store: Path, inside: Advise, tmp_path: Path) -> None:
    assert inside("evidence", "export", tmp_path / "runs.jsonl", "--store", store).code == 0
    assert (tmp_path / "runs.jsonl").read_bytes() == (BEFORE / "runs.jsonl").read_bytes()


def test_nothing_in_a_store_is_new_to_itself(store: Path, inside: Advise, tmp_path: Path) -> None:
    imported = inside("evidence", "import", BEFORE / "runs.jsonl", "--store", store)
    assert (imported.code, imported.err) == (0, f"0 of {RUNS} runs were new\n")
    test_a_store_exports_the_bytes_it_exported(store, inside, tmp_path)


def test_a_new_store_takes_every_exported_run(inside: Advise, tmp_path: Path) -> None:
    imported = inside("evidence", "import", BEFORE / "runs.jsonl", "--store", tmp_path / "new.sqlite")
    assert (imported.code, imported.err) == (0, f"{RUNS} of {RUNS} runs were new\n")
    assert inside("evidence", "export", tmp_path / "runs.jsonl", "--store", tmp_path / "new.sqlite").code == 0
    lines = (tmp_path / "runs.jsonl").read_text("utf-8").splitlines()
    assert sorted(lines) == sorted((BEFORE / "runs.jsonl").read_text("utf-8").splitlines())


def test_an_answer_reads_every_exported_run(inside: Advise) -> None:
    answer = inside("--scale=large", "--evidence", BEFORE / "runs.jsonl", AS_OF, "--format=json")
    assert (answer.code, len(answer.json["evidence"]["runs"])) == (0, RUNS)


# --- overlays -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.long) for name in OVERLAYS.values()],
)
def test_an_overlay_is_sound(name: str, inside: Advise) -> None:
    checked = inside("rules", "check", BEFORE / "overlays" / name, AS_OF, "--format=json")
    assert [line for line in checked.json if line["severity"] == "error"] == []
    assert checked.code == 0


def test_a_team_has_what_it_bans_and_answers_in_its_answer(inside: Advise) -> None:
    options = ("--use-case=engineering-production", *overlay("acme"), "--probe=none", "--format=json")
    answer = inside(*options).json
    assert {"question": "domain", "choices": ["cv"], "origin": "default"} in answer["profile"]
    excluded = {line["candidate"] for line in answer["ranking"] if line["excluded"]}
    assert excluded == {"tensorflow", "keras[tensorflow]"}


def test_a_framework_of_an_overlay_is_ranked_and_explained(inside: Advise) -> None:
    laptops = inside("--volta-fleet=laptops", *overlay("volta"), "--probe=none", "--format=json").json
    assert "mlx" in {line["framework"] for line in laptops["frameworks"]}
    cluster = inside("--volta-fleet=cluster", *overlay("volta"), "--probe=none", "--format=json").json
    excluded = {line["candidate"]: line["excluded"] for line in cluster["ranking"]}
    assert excluded["mlx"] == "volta-no-mlx-on-cluster"
    page = inside("explain", "volta-mlx-laptops", *overlay("volta"), "--lang=en")
    assert "MLX uses the GPU of our laptops" in page.out


# --- a model as a probe -------------------------------------------------------------------------------------------------


def test_a_model_written_for_it_is_a_probe(inside: Advise) -> None:
    listed = inside("probe", "--path", BEFORE / "own_probe", "--list", "--format=json").json
    assert [(line["name"], line["kind"]) for line in listed] == [("my-model", "timed")]


@pytest.mark.long
@pytest.mark.parametrize("candidate", ["pytorch", "keras[torch]"])
def test_a_model_written_for_it_passes_the_gate(candidate: str, advise: Advise, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    model = shutil.copytree(BEFORE / "own_probe" / "my_model", tmp_path / "my_model")
    options = ("--path", model, "--candidate", candidate, "--budget=60s", "--format=json")
    measured = advise("probe", *options, "--store", tmp_path / "own.sqlite")
    runs = [json.loads(line) for line in measured.out.splitlines()]
    assert {run["measures"].get("gate") for run in runs} <= {"first of its peers", "loss curve passed", "passed", None}
    assert any("gate" in run["measures"] for run in runs), runs
