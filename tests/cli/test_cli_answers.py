"""Answers: valid, the same bytes every time, one screen, in both languages, however the answers were given."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from as_user import AS_OF, PROFILES, Advise
from jsonschema import Draft202012Validator
from rich.cells import cell_len

from advisor.render.json import SCHEMA

ANSWER = ("--probe", "none", "--format", "json", "--lang", "en", "--as-of", AS_OF)
VALIDATOR = Draft202012Validator(
    json.loads(SCHEMA.read_text("utf-8")), format_checker=Draft202012Validator.FORMAT_CHECKER
)
CHINESE = re.compile("[\u4e00-\u9fff]")


def complaints(document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:120]}" for error in VALIDATOR.iter_errors(document)]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_an_answer_is_valid_and_adds_up(inside: Advise, profile: tuple[str, ...]) -> None:
    result = inside(*profile, *ANSWER)
    assert (result.code, result.err) == (0, "")
    answer = result.json
    assert complaints(answer) == []
    ranking, best = answer["ranking"], answer["recommendation"]
    won = sum(framework["p_best"] for framework in answer["frameworks"])
    assert 0.9 < won < 1.001  # below 1 only by worlds whose answers leave nothing
    assert sum(row["p_best"] for row in ranking) == pytest.approx(won, abs=0.001)
    assert best["framework"] == answer["frameworks"][0]["framework"]
    left = [framework for framework in answer["frameworks"] if framework["excluded_share"] < 1]
    assert best["expected_regret"] == pytest.approx(min(framework["expected_regret"] for framework in left), abs=1e-4)
    assert best["candidate"] == ranking[0]["candidate"]
    assert next(row for row in ranking if row["candidate"] == best["candidate"])["excluded"] is None
    assert {claim["verdict"] for claim in answer["claims"]} == {"untested"}
    assert "this machine" in answer["scope"]["not_measured"]


def test_the_same_share_is_written_the_same_everywhere(inside: Advise) -> None:
    for profile in ("unknown", "large", "research"):
        answer = inside(*PROFILES[profile], *ANSWER).json
        for name in ("p_best", "expected_regret"):
            assert answer["frameworks"][0][name] == answer["recommendation"][name]


def test_with_evidence_an_answer_is_valid_and_shows_it(inside: Advise, evidence: Path) -> None:
    result = inside("--scale", "large", "--evidence", evidence, *ANSWER)
    assert (result.code, complaints(result.json)) == (0, [])
    answer = result.json
    assert {claim["verdict"] for claim in answer["claims"]} >= {"confirmed", "refuted", "untested"}
    steps = {
        measurement["candidate"]: measurement
        for measurement in answer["evidence"]["measurements"]
        if measurement["measure"] == "step_ms"
    }
    assert set(steps) == {row["candidate"] for row in answer["ranking"]}
    assert all(step["low"] <= step["ratio"] <= step["high"] and step["blocks"] == 5 for step in steps.values())
    assert all(run["counts"] and run["why"] for run in answer["evidence"]["runs"])
    assert "several machines" in answer["scope"]["not_measured"]


def test_an_excluded_candidate_names_its_constraint(inside: Advise) -> None:
    answer = inside(*PROFILES["several-backends"], *ANSWER).json
    excluded = {row["candidate"]: row["excluded"] for row in answer["ranking"]}
    assert excluded["pytorch"] == excluded["tensorflow"] == "no-raw-code-on-several"
    assert answer["recommendation"]["framework"] == "keras"


def test_the_schema_refuses_what_is_no_answer(inside: Advise) -> None:
    """The validation above can fail: a wrong label, a missing part, a stray field."""
    answer = inside("--scale", "large", *ANSWER).json
    assert complaints(answer) == []
    assert complaints(answer | {"stray": 1})
    assert complaints({key: value for key, value in answer.items() if key != "flips"})
    assert complaints(answer | {"recommendation": answer["recommendation"] | {"label": "sure"}})


# --- the same bytes -------------------------------------------------------------------------------------------------


def test_the_same_question_gives_the_same_bytes(advise: Advise) -> None:
    first, second = (advise("--scale", "large", "--probe", "none", "--format", "json") for _ in range(2))
    assert first.code == second.code == 0
    assert first.out == second.out and first.out.endswith("}\n")


def test_neither_locale_clock_hashing_nor_folder_change_the_bytes(
    advise: Advise, home: Path, tmp_path: Path, evidence: Path
) -> None:
    question = ("--scale", "large", "--deploy", "mobile", "--evidence", evidence, *ANSWER)
    first = advise(*question, env={"PYTHONHASHSEED": "1"})
    other = tmp_path / "somewhere else"
    other.mkdir()
    elsewhere = {
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "tr_TR.UTF-8",
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "2",
        "COLUMNS": "40",
    }
    elsewhere |= {"HOME": str(other), "XDG_DATA_HOME": str(other), "XDG_CACHE_HOME": str(other), "PYTHONOPTIMIZE": "1"}
    second = advise(*question, env=elsewhere, cwd=other)
    assert first.code == second.code == 0
    assert first.out == second.out


def test_the_text_is_the_same_too(advise: Advise) -> None:
    first, second = (advise("--scale", "large", "--probe", "none", env={"PYTHONHASHSEED": seed}) for seed in ("1", "2"))
    assert first.out == second.out


def test_a_damaged_cache_changes_nothing(advise: Advise, home: Path) -> None:
    own = {"XDG_CACHE_HOME": str(home / "cache")}
    first = advise("--scale", "large", *ANSWER, env=own)
    kept = [file for file in (home / "cache").rglob("*") if file.is_file()]
    for content in (b"", b'{"pack.yaml": {}}', b"\xff"):
        for file in kept:
            file.write_bytes(content)
        assert advise("--scale", "large", *ANSWER, env=own).out == first.out
        if not kept:
            break


def test_a_home_that_cannot_be_written_is_no_obstacle(advise: Advise, home: Path) -> None:
    (home / "file").write_text("")
    nowhere = {
        name: str(home / "file" / "below") for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    }
    result = advise("--scale", "large", "--probe", "none", env=nowhere)
    assert (result.code, result.err) == (0, "")


# --- flags, files, detection ----------------------------------------------------------------------------------------


def without_origin(answer: dict[str, Any]) -> dict[str, Any]:
    profile = [{key: value for key, value in entry.items() if key != "origin"} for entry in answer["profile"]]
    return answer | {"profile": profile}


def test_flags_and_a_file_give_the_same_answer(inside: Advise, home: Path) -> None:
    (home / "advise.yaml").write_text(
        "deploy: [cloud-server, mobile]\nscale: large\nos: unknown\nuse-case: engineering-production\n"
    )
    by_file = inside("--answers", "advise.yaml", *ANSWER)
    by_flag = inside(
        "--scale=large",
        "--use-case=engineering-production",
        "--deploy=mobile",
        "--deploy=cloud-server",
        "--os=unknown",
        *ANSWER,
    )
    assert by_file.code == by_flag.code == 0
    assert without_origin(by_file.json) == without_origin(by_flag.json)
    origins = {entry["question"]: entry["origin"] for entry in by_file.json["profile"]}
    assert origins["scale"] == "file" and "os" not in origins
    assert {entry["origin"] for entry in by_flag.json["profile"]} == {"flag", "detected"}


def test_a_flag_wins_over_the_file_and_both_over_detection(inside: Advise, home: Path) -> None:
    (home / "a.yaml").write_text("scale: small\nos: macos\npython: python-3-11\n")
    answer = inside("--answers", "a.yaml", "--scale", "large", "--os", "linux", *ANSWER).json
    known = {entry["question"]: (entry["choices"], entry["origin"]) for entry in answer["profile"]}
    assert known == {"scale": (["large"], "flag"), "os": (["linux"], "flag"), "python": (["python-3-11"], "file")}


def test_unknown_is_as_good_as_not_said(inside: Advise) -> None:
    result = inside("--scale=large", "--hardware=unknown", "--domain=unknown", *ANSWER)
    assert result.out == inside("--scale=large", *ANSWER).out


def test_a_detected_answer_gives_way_to_a_given_one() -> None:
    from advisor.ask import make_profile
    from advisor.knowledge.loading import load_pack

    profile = make_profile(load_pack(), {"hardware": ["nvidia-gpu"]}, None, {"os": "macos"})
    assert profile.known("hardware") == ("nvidia-gpu",)
    assert profile.known("os") == ()


def test_age_of_the_knowledge_comes_from_the_date_asked_for(inside: Advise) -> None:
    question = ("--scale", "large", "--probe", "none", "--format", "json")
    now, later = (inside(*question, "--as-of", day).json for day in (AS_OF, "2028-01-01"))
    assert (now["warnings"], now["as_of"]) == ([], AS_OF)
    assert later["warnings"] and later["as_of"] == "2028-01-01"
    assert later["recommendation"]["p_best"] != now["recommendation"]["p_best"]


def test_weights_by_hand_count_and_are_told(inside: Advise) -> None:
    plain, weighed = (
        inside("--scale", "large", *more, *ANSWER).json for more in ((), ("--weigh", "ease-of-use=major"))
    )
    assert weighed["weigh"] == {"ease-of-use": "major"}
    share = {
        name: {framework["framework"]: framework["p_best"] for framework in answer["frameworks"]}
        for name, answer in (("plain", plain), ("weighed", weighed))
    }
    assert share["weighed"]["keras"] > share["plain"]["keras"]


# --- one screen -----------------------------------------------------------------------------------------------------

HEADS_EN = ("What is known of the project", "How the answer moved", "For ", "Measured", "The article's claims", "Start")
HEADS_ZH = ("已知的项目情况", "结论如何变化", "支持 ", "实测", "文章论断的核验", "开始使用")
LABELS = re.compile(
    r"\b(CLEAR|LEAN|EITHER WILL DO|IT DEPENDS|NOT ENOUGH EVIDENCE)\b|明确|倾向|两者皆可|视情况而定|证据不足"
)
SCREENS = [
    (name, lang)
    for name in PROFILES
    for lang in ("en", "zh")
    if lang == "en" or name in ("large", "production", "kept-tf1", "several-backends")
]


@pytest.mark.parametrize(("name", "lang"), SCREENS)
def test_an_answer_is_short_and_its_first_and_last_line_are_the_verdict(
    inside: Advise, evidence: Path, monkeypatch: pytest.MonkeyPatch, name: str, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    result = inside(*PROFILES[name], "--evidence", evidence, "--lang", lang, "--as-of", AS_OF)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert len(lines) <= 21 and max(map(cell_len, lines)) <= 60 and not re.search(r"[ \t]$", result.out, re.MULTILINE)
    recommended = re.split("[,，：]| \\(|（", lines[0].partition("】")[2] or lines[0])[0]
    assert LABELS.search(lines[0]) and LABELS.search(lines[-1]) and recommended in lines[-1]
    assert lang == "zh" or not CHINESE.search(result.out)


@pytest.mark.parametrize(("name", "lang"), [("large", "en"), ("production", "zh")])
def test_the_whole_answer_has_every_part_at_any_width(
    inside: Advise, evidence: Path, monkeypatch: pytest.MonkeyPatch, name: str, lang: str
) -> None:
    for width in (60, 100):
        monkeypatch.setenv("COLUMNS", str(width))
        result = inside(*PROFILES[name], "--details", "--evidence", evidence, "--lang", lang, "--as-of", AS_OF)
        lines = result.out.splitlines()
        assert max(map(cell_len, lines)) <= width
        for head in HEADS_EN if lang == "en" else HEADS_ZH:
            assert f"\n{head}" in result.out, head
        assert LABELS.search(lines[0]) and LABELS.search(lines[-1])
        assert lang == "zh" or not CHINESE.search(result.out)


@pytest.mark.parametrize(("lang", "begin", "end"), [("en", "Measured", "The article's"), ("zh", "实测", "文章论断")])
def test_the_measured_table_is_aligned_and_in_order(
    inside: Advise, evidence: Path, lang: str, begin: str, end: str
) -> None:
    out = inside("--scale", "large", "--details", "--evidence", evidence, "--lang", lang).out
    table = out[out.index(f"\n{begin}\n") : out.index(f"\n{end}")]
    rows = [line for line in table.splitlines() if line.strip().startswith(("keras[", "pytorch", "tensorflow"))]
    names = [row.split()[0] for row in rows[:5]]
    assert len(rows) >= 5 and names == sorted(names) and len({cell_len(row) for row in rows[:5]}) == 1


@pytest.fixture
def chinese(inside: Advise, evidence: Path) -> Any:
    question = (*PROFILES["production"], "--weigh=ease-of-use=major", "--evidence", evidence, "--as-of", "2027-08-01")
    return inside(*question, "--format", "json", "--lang", "zh").json


def test_texts_of_a_chinese_answer_are_chinese(chinese: Any) -> None:
    assert chinese["lang"] == "zh"
    texts = [row["text"] for part in ("claims", "reasons", "dissent") for row in chinese[part]]
    texts += [run["why"] for run in chinese["evidence"]["runs"]]
    texts += [reading["because"] for reading in chinese["readings"].values() if reading and reading["because"]]
    texts += [*chinese["scope"]["not_measured"], *chinese["warnings"]]
    texts += [claim["why"] for claim in chinese["claims"] if claim["verdict"] == "untested"]
    assert len(texts) > 200 and chinese["warnings"]
    assert [text for text in texts if not CHINESE.search(text)] == []


def test_what_was_measured_is_said_in_chinese(inside: Advise, evidence: Path) -> None:
    answer = inside("--scale=large", "--evidence", evidence, "--format=json", "--lang=zh", "--as-of", AS_OF).json
    reasons = [claim["why"] for claim in answer["claims"] if claim["verdict"] in ("confirmed", "refuted")]
    assert len(reasons) > 20
    assert [why for why in reasons if not CHINESE.search(why)] == []


def test_numbers_and_ids_do_not_depend_on_the_language(inside: Advise, evidence: Path) -> None:
    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: bare(member)
                for key, member in value.items()
                if key not in ("lang", "text", "why", "because", "label", "unit", "note", "not_measured")
            }
        return [bare(item) for item in value] if isinstance(value, list) else value

    question = ("--scale", "large", "--evidence", evidence, "--format", "json", "--as-of", AS_OF)
    en, zh = (inside(*question, "--lang", lang).json for lang in ("en", "zh"))
    assert bare(en) == bare(zh)


@pytest.mark.parametrize(
    ("variable", "value", "lang"),
    [("LC_ALL", "zh_CN.UTF-8", "zh"), ("LC_ALL", "C", "en"), ("LC_ALL", "de_DE.UTF-8", "en")],
)
def test_the_language_is_the_locales_unless_asked_for(
    inside: Advise, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, lang: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert inside("--scale=large", "--probe=none", "--format=json").json["lang"] == lang
    assert inside("--scale=large", "--probe=none", "--format=json", "--lang=zh").json["lang"] == "zh"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_reason_inside_a_sentence_does_not_end_it(inside: Advise, lang: str) -> None:
    assert not re.search(r"。[；，）]|\.\)[;.]", inside("--scale", "large", "--probe", "none", "--lang", lang).out)
