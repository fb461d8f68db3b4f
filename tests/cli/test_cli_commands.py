"""The commands beside the answer itself: what they print, in both formats, and how they end."""

from __future__ import annotations

import errno
import json
import os
import re
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from as_user import AS_OF, FRAMEWORKS, Advise
from made_runs import MACHINE, make_run, make_session, write_evidence

from advisor.cli.question_options import RESERVED
from advisor.cli.root import COMMANDS
from advisor.errors import Problem, StoreError
from advisor.evidence.collect import DEFAULT_BUDGET
from advisor.evidence.store import Store
from advisor.knowledge.loading import load_pack
from advisor.text import Lang

LARGE = ("--scale", "large", "--as-of", AS_OF)


def test_the_help_names_every_command_and_every_question(inside: Advise) -> None:
    result = inside("--help")
    assert result.code == 0
    for command in COMMANDS:
        assert re.search(rf"^│ {command} ", result.out, re.MULTILINE)
    for option in (
        "--scale",
        "--use-case",
        "--existing-assets",
        "--answers",
        "--probe",
        "--evidence",
        "--lang",
        "--fail-on",
    ):
        assert re.search(rf"^│ {option} ", result.out, re.MULTILINE)


@pytest.mark.parametrize(
    "command", [name for name in COMMANDS if name not in ("evidence", "rules")] + ["evidence export", "rules check"]
)
def test_every_command_helps(inside: Advise, command: str) -> None:
    result = inside(*command.split(), "--help")
    assert (
        result.code == 0
        and result.out.lstrip().startswith(f"Usage: advise {command}")
        and len(result.out.splitlines()) > 4
    )


def plain(help: str) -> str:
    """Return a help page without its frames, on one line."""
    return " ".join(re.sub("[│╭╮╰╯─]", " ", help).split())


def test_the_help_says_how_long_is_measured(inside: Advise) -> None:
    quick, full = DEFAULT_BUDGET["auto"], DEFAULT_BUDGET["full"]
    assert f"(default {quick:.0f}s; full: {full / 60:.0f}m)" in plain(inside("--help").out)


def test_the_help_lists_options_by_what_they_are_about(inside: Advise) -> None:
    panel, panels = "", {}
    for line in inside("--help").out.splitlines():
        if heading := re.match(r"╭─ (.+?) ─*╮", line):
            panel = heading[1]
        elif option := re.match(r"│ (--[a-z-]+) ", line):
            panels[option[1]] = panel.split(" (")[0]
    expected = {
        "--scale": "Size and machines",
        "--order": "The project as a whole",
        "--store": "Evidence",
        "--format": "Output",
    }
    assert {option: panels[option] for option in expected} == expected


def test_no_question_can_take_the_name_of_an_option(inside: Advise) -> None:
    """Of `advise` itself, and of each command that takes a project."""
    for command in ("", "why", "why-not", "what-if", "onboard", "check"):
        listed = set(re.findall(r"^│ --([a-z-]+) ", inside(*command.split(), "--help").out, re.MULTILINE))
        assert listed - set(load_pack().questions) <= RESERVED, command


def test_the_version_is_the_packages(inside: Advise) -> None:
    from advisor import __version__

    assert inside("--version").out == f"framework-advisor {__version__}\n"


# --- claims and explain ---------------------------------------------------------------------------------------------


def test_the_ledger_counts_what_it_lists(inside: Advise, evidence: Path) -> None:
    listed = inside("claims", "--evidence", evidence, "--format", "json").json
    words = [claim["verdict"] for claim in listed]
    text = inside("claims", "--evidence", evidence).out.splitlines()[0]
    assert text == f"{len(listed)} claims: " + ", ".join(
        f"{words.count(word)} {word}" for word in ("confirmed", "refuted", "inconclusive", "untested")
    )
    assert words.count("confirmed") and words.count("refuted")
    assert all(claim["why"] and claim["text"] and claim["source"] for claim in listed)


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        (("--verdict", "refuted"), lambda claim: claim["verdict"] == "refuted"),
        (("--review", "wrong"), lambda claim: claim["review"] == "wrong"),
        (("--section", "3.3.1"), lambda claim: claim["source"] == "article §3.3.1"),
        (
            ("--verdict", "confirmed", "--section", "3.3.3"),
            lambda claim: claim["verdict"] == "confirmed" and claim["source"] == "article §3.3.3",
        ),
    ],
)
def test_the_ledger_can_be_filtered(inside: Advise, evidence: Path, filters: tuple[str, ...], holds: object) -> None:
    whole = inside("claims", "--evidence", evidence, "--format", "json").json
    filtered = inside("claims", *filters, "--evidence", evidence, "--format", "json").json
    assert filtered == [claim for claim in whole if holds(claim)]  # type: ignore[operator]
    assert 0 < len(filtered) < len(whole)


def test_claims_without_evidence_are_all_untested(inside: Advise) -> None:
    result = inside("claims", "--format", "json")
    assert {claim["verdict"] for claim in result.json} == {"untested"}


def test_claims_speak_chinese(inside: Advise, evidence: Path) -> None:
    out = inside("claims", "--evidence", evidence, "--lang", "zh").out
    assert "条论断" in out and not re.search(r"\b(confirmed|refuted|untested|review)\b", out)


@pytest.mark.parametrize(
    ("id", "kind", "zh"),
    [
        ("k-pro-highlevel", "claim", "论断"),
        ("no-raw-code-on-several", "constraint", "硬性约束"),
        ("ease-of-use", "criterion", "选择标准"),
        ("scale", "question", "问题"),
        ("keras[jax]", "candidate", "候选"),
        ("article", "source", "出处"),
        ("training-step", "probe", "实测"),
    ],
)
def test_every_kind_of_thing_can_be_explained(inside: Advise, id: str, kind: str, zh: str) -> None:
    for lang, word in (("en", kind), ("zh", zh)):
        result = inside("explain", id, "--lang", lang)
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith(f"{word} {id}") and len(result.out.splitlines()) > 2
    document = inside("explain", id, "--format", "json").json
    assert (document["id"], document["kind"]) == (id, kind) and document["record"]


def test_every_id_an_answer_names_can_be_explained(inside: Advise, evidence: Path) -> None:
    answer = inside(*LARGE, "--evidence", evidence, "--format", "json").json
    ids = {
        reason[part]
        for reason in (*answer["reasons"], *answer["dissent"])
        for part in ("rule", "claim", "criterion", "candidate")
    }
    ids |= {reason["probe"].split(".")[0] for reason in (*answer["reasons"], *answer["dissent"]) if reason["probe"]}
    ids |= {flip["question"] for flip in answer["flips"]}
    assert len(ids - {None}) > 10
    for id in sorted(ids - {None}):
        assert inside("explain", id, "--format", "json").code == 0, id


def test_the_explanation_of_a_claim_has_source_review_and_verdict(inside: Advise, evidence: Path) -> None:
    out = inside("explain", "k-con-backend-limits", "--evidence", evidence).out
    assert "article §3.3.3" in out and "data-parallel" in out and "confirmed" in out


# --- why ------------------------------------------------------------------------------------------------------------


def test_why_shows_rules_grounds_and_readings(inside: Advise, evidence: Path) -> None:
    result = inside("why", *LARGE, "--evidence", evidence)
    assert (result.code, result.err) == (0, "")
    for head in ("RULES THAT", "FOR PYTORCH", "AGAINST PYTORCH", "THE THREE READINGS"):
        assert head in result.out
    assert re.search(r"^  [+]0\.\d{3}  ", result.out, re.MULTILINE) and re.search(
        r"^  -0\.\d{3}  ", result.out, re.MULTILINE
    )


def test_why_as_json_is_the_answer_and_its_derivation(inside: Advise, evidence: Path) -> None:
    question = (*LARGE, "--evidence", evidence, "--format", "json")
    explained, answer = inside("why", *question).json, inside(*question).json
    assert explained.pop("derivation")["rivals"]
    assert explained == answer


@pytest.mark.parametrize(
    "candidate",
    [
        "tensorflow",
        "keras",
        "keras[jax]",
        "pytorch",
    ],
)
def test_why_not_any_of_them(inside: Advise, evidence: Path, candidate: str) -> None:
    result = inside("why-not", candidate, *LARGE, "--evidence", evidence)
    assert (result.code, result.err) == (0, "") and result.out
    document = inside("why-not", candidate, *LARGE, "--evidence", evidence, "--format", "json").json
    assert document["candidate"].startswith(candidate)
    assert document["recommendation"]["framework"] == "pytorch"
    if candidate != "pytorch":
        assert document["loses_by"] and all(row["effect"] > 0 for row in document["loses_by"])
        assert "LOSES BY" in result.out and "SPEAKS FOR" in result.out


def test_why_speaks_of_the_last_answer(inside: Advise, evidence: Path) -> None:
    earlier = inside(
        "--scale=large", "--deploy=mobile", "--weigh=community=major", "--evidence", evidence, "--format", "json"
    ).json
    again = inside("why", "--format", "json").json
    for part in ("recommendation", "profile", "weigh", "ranking"):
        assert again[part] == earlier[part]
    assert inside("why").out.startswith("The last answer: advise --scale large --deploy mobile")
    assert inside("why-not", "tensorflow").code == 0


def test_why_after_an_answers_file(inside: Advise, home: Path) -> None:
    (home / "a.yaml").write_text("scale: large\nuse-case: research\n")
    earlier = inside("--answers", "a.yaml", "--probe", "none", "--format", "json").json
    (home / "a.yaml").unlink()
    again = inside("why", "--format", "json").json
    assert (again["recommendation"], again["profile"]) == (earlier["recommendation"], earlier["profile"])
    changed = inside("why", "--scale", "small", "--format", "json").json["profile"]
    assert {entry["question"]: entry["origin"] for entry in changed if entry["origin"] != "detected"} == {
        "use-case": "file",
        "scale": "flag",
    }


def test_what_was_asked_on_a_terminal_is_known_as_such_from_then_on(inside: Advise) -> None:
    from advisor.cli.interview import Interview
    from advisor.cli.last import store_last_request
    from advisor.pipeline import Request

    sitting = Interview(load_pack(), Request(probing="none"), Lang.EN, {"scale": ["large"]})
    assert sitting.profile().answers["scale"].origin == "asked"
    store_last_request(Request(flags={"scale": ["large"]}, origin="asked", probing="none"))
    profile = inside("why", "--format", "json").json["profile"]
    assert {entry["question"]: entry["origin"] for entry in profile}["scale"] == "asked"


def test_why_keeps_or_takes_the_date(inside: Advise) -> None:
    earlier = inside("--scale", "large", "--probe", "none", "--as-of", "2028-01-01", "--format", "json").json
    again = inside("why", "--format", "json").json
    assert again["as_of"] == earlier["as_of"] == "2028-01-01"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"flags": 1}',
        '{"flags": {"no": ["x"]}, "weigh": {}, "evidence": [], "store": null, "pack": "/none", "probe": "none"}',
    ],
)
def test_a_damaged_last_answer_is_no_traceback(inside: Advise, home: Path, content: str) -> None:
    assert inside("--scale", "large", "--probe", "none").code == 0
    kept = [file for file in (home / "state").rglob("*") if file.is_file()]
    assert kept
    for file in kept:
        file.write_text(content)
    result = inside("why")
    assert (result.code, result.out) == (2, "") and len(result.complaints) == 1


# --- evidence -------------------------------------------------------------------------------------------------------


def test_runs_are_imported_listed_and_exported(inside: Advise, home: Path, evidence: Path) -> None:
    assert inside("evidence", "list").out.startswith("no runs are stored yet")
    assert inside("evidence", "list", "--format", "json").json == []
    count = len(evidence.read_text().splitlines())
    assert f"{count} of {count} runs were new" in inside("evidence", "import", evidence).err
    assert f"0 of {count} runs were new" in inside("evidence", "import", evidence).err
    listed = inside("evidence", "list", "--format", "json").json
    assert sum(session["runs"] for session in listed) == count
    assert {session["origin"] for session in listed} == {"imported"}
    assert len(inside("evidence", "list").out.splitlines()) == len(listed) + 1
    result = inside("evidence", "export", "out.jsonl")
    assert (result.code, result.out) == (0, "")
    assert sorted((home / "out.jsonl").read_text().splitlines()) == sorted(evidence.read_text().splitlines())
    assert inside("evidence", "export", "out.jsonl").code == 5
    assert inside("evidence", "export", "out.jsonl", "--force").code == 0


def test_runs_from_elsewhere_do_not_count_here_but_do_as_a_file(inside: Advise, evidence: Path) -> None:
    inside("evidence", "import", evidence, "--store", "s.sqlite")
    stored = inside(*LARGE, "--probe", "none", "--store", "s.sqlite", "--format", "json").json
    assert {claim["verdict"] for claim in stored["claims"]} == {"untested"}
    assert not any(run["counts"] for run in stored["evidence"]["runs"])
    file = inside(*LARGE, "--evidence", evidence, "--format", "json").json
    assert any(run["counts"] for run in file["evidence"]["runs"])


def test_runs_that_do_not_count_are_listed_with_the_reason(inside: Advise, evidence: Path) -> None:
    answer = inside("--scale", "large", "--evidence", evidence, "--as-of", "2027-11-23", "--format", "json").json
    runs = answer["evidence"]["runs"]
    assert len(runs) == len(evidence.read_text().splitlines())
    assert {run["counts"] for run in runs} == {False} and "six months" in runs[0]["why"]


def test_a_store_and_its_export_give_the_same_bytes(inside: Advise, home: Path) -> None:
    """The same runs, once as this machine's store and once as a file for somebody who has nothing."""
    from advisor.evidence.collect import inspect_machine

    at = inspect_machine(load_pack())
    runs = [
        run.with_changes(machine=dict(at.machine), code=at.code[run.probe, run.candidate], versions={})
        for run in make_session()
    ]
    with Store(home / "s.sqlite", write=True) as store:
        store.add(runs)
    stored = inside(*LARGE, "--probe", "none", "--store", "s.sqlite", "--format", "json")
    assert any(run["counts"] for run in stored.json["evidence"]["runs"])
    assert inside("evidence", "export", "runs.jsonl", "--store", "s.sqlite").code == 0
    (home / "s.sqlite").unlink()
    assert inside(*LARGE, "--evidence", "runs.jsonl", "--format", "json").out == stored.out


def test_two_evidence_files_are_one_evidence(inside: Advise, tmp_path: Path, evidence: Path) -> None:
    lines = evidence.read_text().splitlines(keepends=True)
    for name, part in (("one", lines[:20]), ("two", lines[20:])):
        (tmp_path / name).write_text("".join(part))
    question = (*LARGE, "--format", "json")
    split = inside(*question, "--evidence", tmp_path / "two", "--evidence", tmp_path / "one")
    assert split.out == inside(*question, "--evidence", evidence).out


def test_an_unwritable_store_is_a_warning_under_auto(
    inside: Advise, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is to be measured here: the budget is spent before it begins."""
    (home / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "file"))
    result = inside("--scale", "large", "--budget", "0")
    assert result.code == 0 and result.out.startswith("PyTorch")
    assert any("store" in complaint for complaint in result.err.splitlines())


def test_a_busy_machine_is_a_warning_under_auto_and_an_error_when_asked_for(inside: Advise, home: Path) -> None:
    from probes.machine.lock import machine_lock

    with machine_lock(home / "state" / "framework-advisor"):
        assert "未能实测：本机正在进行另一次实测" in inside(*LARGE, "--budget", "1", "--lang", "zh").err
        result = inside("--scale", "large", "--budget", "1")
        assert result.code == 0 and result.out.startswith("PyTorch")
        assert "another measurement is running" in result.err
        asked = inside("--scale", "large", "--probe", "quick", "--budget", "1")
        assert (asked.code, asked.out) == (4, "")
        assert "advise: another measurement is running" in asked.err
        assert inside("probe", "dev-effort").code == 4


def test_a_store_that_cannot_be_written_is_told_before_measuring_and_costs_nothing(
    inside: Advise, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "file"))
    result = inside("--scale", "large", "--probe", "quick", "--budget", "0.5")
    first, *further = result.err.splitlines()
    assert "are used for this answer and not kept" in first and "So far" in further[0]
    assert result.err.count("not kept") == 1
    assert result.code == 0 and result.out.startswith("PyTorch")
    assert inside("probe", "dev-effort").code == 0
    named = inside("--scale", "large", "--probe", "quick", "--store", str(home / "file" / "store.sqlite"))
    assert (named.code, named.out) == (5, "") and "So far" not in named.err


def test_a_store_that_breaks_while_measuring_keeps_the_runs_for_the_answer(
    inside: Advise, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError([Problem("store", "database or disk is full")])

    monkeypatch.setattr(Store, "add", full)
    result = inside("probe", "dev-effort", "--format", "json")
    assert result.code == 0 and len(result.out.splitlines()) >= 5
    assert result.err.count("database or disk is full") == 1


def test_stored_runs_that_are_left_aside_are_told(inside: Advise) -> None:
    assert inside("--scale", "large", "--probe", "none").err == ""
    inside("probe", "dev-effort")
    told = inside("--scale", "large", "--probe", "none").err
    assert "--probe none leaves the" in told and "--store " in told
    store = told.rsplit(" ", 1)[1].strip()
    assert inside("--scale", "large", "--probe", "none", "--store", store).err == ""


def test_the_doctor_names_in_chinese_what_it_looks_at(inside: Advise) -> None:
    shown = inside("doctor", "--lang", "zh").out
    assert "内存" in shown and not re.search(
        "^(cores|memory|shared|load|measuring|disk|evidence|leftovers) ", shown, re.M
    )
    named = {state["name"] for state in inside("doctor", "--lang", "zh", "--format", "json").json}
    assert {"cores", "memory"} < named  # a program reads one name


def test_a_folder_without_answers_is_told_those_of_the_last_answer(inside: Advise, home: Path) -> None:
    assert "--from decision.lock" in inside("onboard", "team").err
    inside(*LARGE, "--probe", "none")
    result = inside("onboard", "team")
    assert result.code == 2 and "advise onboard team --scale large" in result.err
    assert not (home / "team").exists()


@pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed: a second warning says so")
def test_without_a_home_there_is_an_answer_and_one_warning(
    inside: Advise, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert inside("--scale", "large", "--probe", "none").err == ""
    result = inside("--scale", "large", "--budget", "0.5")
    assert result.code == 0 and result.out.startswith("PyTorch")
    warnings = [line for line in result.err.splitlines() if line.startswith("advise: ")]
    assert len(warnings) == 1 and "this user has no home folder" in warnings[0]
    assert "no home folder" in inside("doctor").out
    asked = inside("why")
    assert asked.code == 2 and "no home folder to keep one in; give the answers here" in asked.err
    assert inside("evidence", "list").code == 0
    assert not (Path.cwd() / "~").exists()


def test_without_a_temporary_folder_there_is_an_answer_and_one_warning(
    inside: Advise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", no_temporary_folder)
    result = inside("--scale", "large", "--budget", "1")
    assert result.code == 0 and result.out.startswith("PyTorch")
    (warning,) = result.complaints
    assert "nothing was measured: there is no folder for temporary files" in warning and "TMPDIR" in warning
    assert "no folder for temporary files can be written" in inside("doctor").out


def no_temporary_folder() -> str:
    raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")


def no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_a_static_probe_needs_no_framework_and_is_stored(inside: Advise) -> None:
    result = inside("probe", "dev-effort")
    assert result.code == 0 and "statements" in result.out
    lines = inside("probe", "dev-effort", "--format", "json").out.splitlines()
    assert len(lines) == 5 and {json.loads(line)["outcome"] for line in lines} == {"ok"}
    assert sum(session["runs"] for session in inside("evidence", "list", "--format", "json").json) == 10


# --- doctor ---------------------------------------------------------------------------------------------------------


def test_the_doctor_grades(advise: Advise) -> None:
    result = advise("doctor", "--format", "json")
    assert result.code == 0
    states = {check["name"]: check for check in result.json}
    assert {check["state"] for check in states.values()} <= {"ok", "warn", "missing"}
    assert {"tensorflow", "pytorch", "keras[jax]", "Python", "cores", "memory", "disk"} <= set(states)
    for check in states.values():
        assert check["found"] and (check["state"] != "missing" or check["fix"].startswith("pip install"))


def test_the_doctor_says_the_same_in_words(inside: Advise) -> None:
    out = inside("doctor").out
    for check in inside("doctor", "--format", "json").json:
        assert re.search(rf"^{re.escape(check['name'])} +{check['state']} ", out, re.MULTILINE)


def test_made_up_runs_are_of_no_real_machine(evidence: Path, tmp_path: Path) -> None:
    """The tests above rely on it: what is imported from made_runs was measured elsewhere."""
    from probes.machine import system

    assert MACHINE["cpu"] != system.machine_facts()["cpu"]
    assert write_evidence([make_run()], tmp_path / "x").exists() and len(FRAMEWORKS) == 4
