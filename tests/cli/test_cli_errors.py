"""What is wrong is said in one line each: where, what, and what would be right; nobody ever sees a traceback."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from as_user import Advise

from advisor.knowledge.pack import BUILT_IN

LARGE = ("--scale", "large", "--probe", "none")

# arguments → words that must stand in the one complaint: the place, and the legal values or a good example
WRONG: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "choice": (("--scale", "huge"), ("--scale", "huge", "small, medium, large, unknown")),
    "choice with a near one": (
        ("--hardware", "nvidia-gpus"),
        ("--hardware", "did you mean nvidia-gpu?", "cpu, nvidia-gpu, amd-gpu"),
    ),
    "two where one is allowed": (("--scale", "small", "--scale", "large"), ("--scale", "one choice", "small, large")),
    "none and others": (("--deploy", "none", "--deploy", "mobile"), ("--deploy", "none")),
    "impossible together": (
        ("--hardware", "nvidia-gpu", "--os", "macos"),
        ("nvidia-gpu", "macos", "cannot all be true"),
    ),
    "impossible together, whatever is open": (
        ("--existing-assets", "pytorch", "--kept-code", "build-on", "--portability", "must-multi-backend"),
        ("kept-code = build-on", "must-multi-backend", "cannot all be true"),
    ),
    "date": ((*LARGE, "--as-of", "nonsense"), ("--as-of", "nonsense", "2026-11-23")),
    "impossible date": ((*LARGE, "--as-of", "2026-02-30"), ("--as-of", "2026-02-30")),
    "budget": ((*LARGE, "--budget", "x"), ("--budget", "90s, 5m")),
    "negative budget": ((*LARGE, "--budget", "-3"), ("--budget", "90s, 5m")),
    "budget nan": ((*LARGE, "--budget", "nan"), ("--budget", "90s, 5m")),
    "weight of nothing": ((*LARGE, "--weigh", "a=b"), ("--weigh", "`a`", "ease-of-use", "community")),
    "weight": ((*LARGE, "--weigh", "community=b"), ("--weigh", "`b`", "ignore, minor, normal, major")),
    "weight without level": ((*LARGE, "--weigh", "community"), ("--weigh", "ignore, minor, normal, major")),
    "probing": (("--scale", "large", "--probe", "maybe"), ("--probe", "auto, none, quick, full")),
    "language": ((*LARGE, "--lang", "fr"), ("--lang", "en, zh")),
    "format": ((*LARGE, "--format", "yaml"), ("--format", "text, json")),
    "fail-on": ((*LARGE, "--fail-on", "lean,sad"), ("--fail-on", "sad", "lean, tie, depends, unmeasured, stale")),
    "option": (("--skale", "large"), ("--skale", "--scale")),
    "option without value": (("--scale",), ("--scale", "requires an argument")),
    "command": (("recommend",), ("recommend",)),
    "claims verdict": (("claims", "--verdict", "true"), ("--verdict", "confirmed, refuted, inconclusive, untested")),
    "claims framework": (("claims", "--framework", "mxnet"), ("--framework", "tensorflow, pytorch, keras")),
    "claims review": (("claims", "--review", "fine"), ("--review", "holds", "outdated")),
    "explain": (("explain", "k-pro-highlevl"), ("k-pro-highlevl", "did you mean k-pro-highlevel")),
    "explain nothing like it": (("explain", "qqqqqq"), ("qqqqqq", "advise claims")),
    "why-not": (("why-not", "mxnet", *LARGE), ("mxnet", "keras[jax]")),
    "why without an answer": (("why",), ("no last answer", "advise --scale large")),
    "probe": (("probe", "speed"), ("speed", "training-step")),
    "probe candidate": (("probe", "--candidate", "mxnet"), ("--candidate", "keras[jax]")),
    "probe depth": (("probe", "--depth", "deep"), ("--depth", "quick, full")),
    "doctor format": (("doctor", "--format", "html"), ("--format", "text, json")),
    "pack": ((*LARGE, "--pack", "nowhere"), ("nowhere", "pack.yaml")),
    "rules check": (("rules", "check", "nowhere", "--format", "yaml"), ("--format", "text, json")),
    "option before a command": (
        ("--scale", "small", "claims"),
        ("--scale", "before the command `claims`", "advise claims"),
    ),
    "wrong option before a command": (("--scale", "bogus", "doctor"), ("--scale", "before the command `doctor`")),
    "nothing asked": ((), ("no answers", "--scale large", "--answers")),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG.values(), ids=WRONG)
def test_wrong_use_is_one_line_with_the_legal_values(
    inside: Advise, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    result = inside(*arguments)
    assert (result.code, result.out) == (2, "")
    (complaint,) = result.complaints
    assert all(word in complaint for word in words), complaint
    assert complaint.isprintable()


# Where the format itself is wrong, or the last word swallows what follows, there is no asking for JSON.
WRONG_AS_JSON = {
    name: arguments
    for name, arguments in WRONG.items()
    if "--format" not in arguments[0] and name != "option without value"
}


@pytest.mark.parametrize(("arguments", "words"), WRONG_AS_JSON.values(), ids=WRONG_AS_JSON)
def test_with_json_the_error_is_one_json_object(
    inside: Advise, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    result = inside(*arguments, "--format", "json")
    assert (result.code, result.out) == (2, "")
    assert len(result.err.splitlines()) == 1
    error = json.loads(result.err)["error"]
    assert error["exit_code"] == 2
    (problem,) = error["problems"]
    assert set(problem) == {"place", "what", "fix"}
    assert all(word in " ".join(problem.values()) for word in words)


def test_several_wrong_answers_are_all_named_at_once(inside: Advise) -> None:
    result = inside("--scale", "huge", "--hardware", "abacus", "--domain", "cv")
    assert result.code == 2
    assert [re.match(r"--[a-z]+", line).group() for line in result.complaints] == ["--scale", "--hardware"]  # type: ignore[union-attr]


def test_a_hint_has_one_question_mark(inside: Advise) -> None:
    (complaint,) = inside("explain", "k-pro-highlevl").complaints
    assert complaint.endswith("did you mean k-pro-highlevel?")


@pytest.mark.parametrize("group", ["evidence", "rules"])
def test_a_group_without_its_command_is_one_line(inside: Advise, group: str) -> None:
    result = inside(group)
    assert result.code == 2
    (complaint,) = result.complaints
    assert ("list" if group == "evidence" else "check") in complaint


# --- files ----------------------------------------------------------------------------------------------------------

ANSWER_FILES: dict[str, tuple[bytes, str, tuple[str, ...]]] = {
    "question with a typo": (b"scael: large\n", "1:1", ("scael", "did you mean scale?")),
    "choice with a typo": (
        b"use-case: research\nscale: lrage\n",
        "2:8",
        ("lrage", "did you mean large?", "small, medium, large"),
    ),
    "number": (b"scale: 3\n", "1:8", ("`3`", "small, medium, large")),
    "truth value": (b"scale: true\n", "1:8", ("True", "small, medium, large")),
    "mapping": (b"scale: {is: large}\n", "1:8", ("small, medium, large",)),
    "duplicate key": (b"scale: large\nscale: small\n", "2:1", ("scale",)),
    "several": (b"scale: [small, large]\n", "1:8", ("one choice",)),
    "none and others": (b"deploy: [none, mobile]\n", "1:9", ("none",)),
    "a list": (b"- scale\n", "1:1", ("scale: large",)),
    "a word": (b"large\n", "1:1", ("scale: large",)),
    "no YAML": (b"scale: [large\n", "", ()),
    "alias": (b"scale: &a large\nuse-case: *a\n", "1:", ()),
    "tag": (b"scale: !!python/object:os.system large\n", "1:", ()),
    "control character": (b"scale: \x1b[31mlarge\n", "", ()),
    "no UTF-8": (b"scale: \xff\xfe\n", "", ()),
    "deep": (b"scale: " + b"[" * 5000 + b"\n", "", ()),
}


@pytest.mark.parametrize(("content", "place", "words"), ANSWER_FILES.values(), ids=ANSWER_FILES)
def test_a_wrong_answers_file_is_named_by_line_and_column(
    inside: Advise, home: Path, content: bytes, place: str, words: tuple[str, ...]
) -> None:
    (home / "a.yaml").write_bytes(content)
    result = inside("--answers", "a.yaml", "--probe", "none")
    assert (result.code, result.out) == (2, "")
    (complaint,) = result.complaints
    assert complaint.startswith(f"a.yaml:{place}")
    assert all(word in complaint for word in words), complaint
    assert complaint.isprintable() and len(complaint) < 500


def test_a_huge_answers_file_is_refused(inside: Advise, home: Path) -> None:
    (home / "a.yaml").write_bytes(b"# " + b"x" * (1 << 20))
    result = inside("--answers", "a.yaml", "--probe", "none")
    assert result.code == 2 and len(result.complaints) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--answers", "none.yaml"),
        ("--answers", "."),
        ("--scale", "large", "--evidence", "none.jsonl"),
        ("--scale", "large", "--evidence", "."),
        ("--scale", "large", "--store", ".", "--probe", "none"),
        ("--scale", "large", "--probe", "none", "--output", "none/answer.txt"),
        ("claims", "--store", "."),
        ("claims", "--evidence", "none.jsonl"),
        ("evidence", "list", "--store", "none.sqlite"),
        ("evidence", "import", "none.jsonl"),
        ("evidence", "export", "none/runs.jsonl"),
    ],
    ids=" ".join,
)
def test_a_file_that_cannot_be_read_or_written_is_five(inside: Advise, arguments: tuple[str, ...]) -> None:
    result = inside(*arguments)
    assert (result.code, result.out) == (5, "")
    (complaint,) = result.complaints
    assert re.search(r"cannot be|no such|cannot open", complaint)


@pytest.mark.parametrize(
    "arguments", [("--scale", "large", "--evidence"), ("claims", "--evidence"), ("evidence", "import")], ids=" ".join
)
def test_garbage_for_evidence_is_two_and_names_the_lines(
    inside: Advise, home: Path, arguments: tuple[str, ...]
) -> None:
    (home / "runs.jsonl").write_text('\n{"a": 1}\n\nnonsense\n')
    result = inside(*arguments, "runs.jsonl")
    assert (result.code, result.out) == (2, "")
    assert [complaint.split(": ")[0] for complaint in result.complaints] == ["runs.jsonl:2:1", "runs.jsonl:4:1"]


def test_a_store_that_is_none_is_five_when_named(inside: Advise, home: Path) -> None:
    (home / "store").write_text("hello")
    result = inside("--scale", "large", "--probe", "none", "--store", "store")
    assert result.code == 5 and len(result.complaints) == 1
    assert (home / "store").read_text() == "hello"


# --- packs ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the built-in pack to spoil."""
    return Path(shutil.copytree(BUILT_IN, tmp_path / "pack"))


CLAIM = "claims/keras/k-pro-highlevel.yaml"
NEED = "needs/scale"


def replaced(old: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


RULE_FILES: dict[str, tuple[str, Callable[[str], str], tuple[str, ...]]] = {
    "duplicate key": (CLAIM, replaced("kind: pro\n", "kind: pro\nkind: con\n"), ("kind", "second time", "line 5")),
    "wrong type": (CLAIM, replaced("says: {keras: good}", "says: good"), ("says",)),
    "wrong word": (CLAIM, replaced("{keras: good}", "{keras: superb}"), ("superb", "poor", "strong")),
    "unknown criterion": (
        CLAIM,
        replaced("about: ease-of-use", "about: ease-of-us"),
        ("ease-of-us", "did you mean ease-of-use?"),
    ),
    "unknown candidate": (CLAIM, replaced("says: {keras: good}", "says: {mxnet: good}"), ("mxnet", "keras[jax]")),
    "unknown source": (CLAIM, replaced("source: article §3.3.3", "source: nowhere"), ("nowhere",)),
    "unknown question": (
        CLAIM,
        replaced("{team-skill: beginner}", "{team-skil: beginner}"),
        ("team-skil", "did you mean team-skill?"),
    ),
    "unknown choice": (CLAIM, replaced("{team-skill: beginner}", "{team-skill: novice}"), ("novice", "beginner")),
    "unknown key": (CLAIM, replaced("kind: pro\n", "kind: pro\ncolour: red\n"), ("colour",)),
    "missing key": (CLAIM, replaced("kind: pro\n", ""), ("kind",)),
    "no date": (CLAIM, replaced("on: 2026-11-30", "on: soon"), ("on",)),
    "shares": ("questions.yaml", replaced("share: 0.2}", "share: 0.9}"), ("shares",)),
}


def spoiled(pack: Path, name: str) -> tuple[str, tuple[str, ...]]:
    """Spoil one file of a pack; return its name and the words that must be said of it."""
    file, edit, words = RULE_FILES[name]
    (pack / file).write_text(edit((pack / file).read_text("utf-8")), "utf-8")
    return file, words


@pytest.mark.parametrize("name", RULE_FILES)
def test_a_wrong_rule_file_is_named_by_line_and_column(inside: Advise, pack: Path, name: str) -> None:
    file, words = spoiled(pack, name)
    result = inside("rules", "check", pack)
    assert result.code == 2
    (complaint,) = result.out.splitlines()[:-1]
    assert re.match(rf"pack/{re.escape(file)}:\d+:\d+: ", complaint), complaint
    assert all(word in complaint for word in words), complaint


@pytest.mark.parametrize("name", ["duplicate key", "wrong type", "unknown criterion"])
def test_no_answer_is_given_from_a_wrong_pack(inside: Advise, pack: Path, name: str) -> None:
    file, words = spoiled(pack, name)
    result = inside(*LARGE, "--pack", pack)
    assert (result.code, result.out) == (2, "")
    (complaint,) = result.complaints
    assert complaint.startswith(f"pack/{file}:") and all(word in complaint for word in words)


def test_all_wrong_files_are_named_in_one_run(inside: Advise, pack: Path) -> None:
    for name in ("pt-pro-dynamic", "k-pro-highlevel"):
        (file,) = pack.rglob(f"{name}.yaml")
        file.write_text(file.read_text("utf-8").replace("kind: pro", "kind: praise"), "utf-8")
    (pack / "criteria.yaml").write_text("criteria: [\n", "utf-8")
    result = inside("rules", "check", pack, "--format", "json")
    assert result.code == 2
    places = [problem["place"].split(":")[0] for problem in result.json]
    assert {Path(place).name for place in places} == {"pt-pro-dynamic.yaml", "k-pro-highlevel.yaml", "criteria.yaml"}


def test_a_file_that_leads_out_of_the_pack_is_refused(inside: Advise, pack: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("password: x\n")
    (pack / "claims" / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    result = inside("rules", "check", pack)
    assert result.code == 2
    assert "out.yaml" in result.out + result.err and "password" not in result.out + result.err


@pytest.mark.long  # tests/checks.py checks it as well
def test_the_built_in_pack_is_sound(inside: Advise) -> None:
    result = inside("rules", "check")
    assert result.code == 0 and "nothing wrong" in result.out
    assert not [
        diagnostic
        for diagnostic in inside("rules", "check", "--format", "json").json
        if diagnostic["severity"] != "note"
    ]


# --- nothing left, and --fail-on ------------------------------------------------------------------------------------

NOBODY = """constraint:
  en: "{en}"
  zh: 没有一个可用。
source: ran
when: {{scale: large}}
excludes: [{names}]
examples:
  applies: {{scale: large}}
  silent: {{scale: small}}
"""


@pytest.fixture
def nothing_left(pack: Path) -> Path:
    """A pack by which a large project can use nothing."""
    (pack / "constraints" / "no-raw.yaml").write_text(
        NOBODY.format(en="No raw code.", names="tensorflow, pytorch, jax"), "utf-8"
    )
    (pack / "constraints" / "no-keras.yaml").write_text(NOBODY.format(en="No Keras.", names="keras"), "utf-8")
    return pack


@pytest.mark.parametrize(("lang", "words"), [("en", "NOTHING LEFT"), ("zh", "没有可推荐的候选")])
def test_where_nothing_is_left_the_code_is_three(inside: Advise, nothing_left: Path, lang: str, words: str) -> None:
    result = inside(*LARGE, "--pack", nothing_left, "--lang", lang)
    assert (result.code, result.err) == (3, "")
    assert result.out.startswith(words)
    assert inside("--scale", "small", "--probe", "none", "--pack", nothing_left).code == 0


def test_where_nothing_is_left_everything_says_so(inside: Advise, nothing_left: Path) -> None:
    answer = inside(*LARGE, "--pack", nothing_left, "--format", "json").json
    assert answer["recommendation"]["candidate"] is answer["recommendation"]["framework"] is None
    assert {row["excluded"] for row in answer["ranking"]} == {"no-raw", "no-keras"}
    assert answer["next"]["setup"] == ""
    for command in (("why",), ("why-not", "keras")):
        result = inside(*command, *LARGE, "--pack", nothing_left)
        assert (result.code, result.err) == (0, "")
        assert "Nothing is left" in result.out


def test_where_nothing_is_left_the_constraints_that_do_it_are_named(inside: Advise, nothing_left: Path) -> None:
    answer = inside(*LARGE, "--pack", nothing_left, "--format", "json").json
    assert sorted(answer["conflict"]) == ["no-keras", "no-raw"]
    assert "No Keras." in inside(*LARGE, "--pack", nothing_left).out


MET = {
    "lean": {"lean", "not-enough-evidence"},
    "tie": {"either-will-do"},
    "unmeasured": {"clear", "lean", "either-will-do", "not-enough-evidence"},
    "stale": set(),
}


def test_fail_on_stops_only_on_what_is_so(inside: Advise) -> None:
    """The label decides, the answer is printed all the same; between them the profiles show several labels."""
    labels = set()
    for profile in (("--portability=must-multi-backend",), ("--use-case=teaching-learning",)):
        question = (*profile, "--probe", "none", "--as-of", "2026-11-23", "--format", "json")
        answer = inside(*question)
        label = answer.json["recommendation"]["label"]
        labels.add(label)
        for words in ("lean", "tie", "unmeasured", "stale,tie", "tie,lean"):
            result = inside(*question, "--fail-on", words)
            expected = 3 if any(label in MET[word] for word in words.split(",") if word) else 0
            assert (result.code, result.out) == (expected, answer.out), (profile, words)
    assert len(labels) > 1, "choose other profiles for this test"


@pytest.mark.parametrize(
    ("words", "day", "code"),
    [
        ("unmeasured", "2026-11-23", 0),
        ("stale", "2026-11-23", 0),
        ("stale", "2027-11-23", 3),
        ("unmeasured", "2027-11-23", 3),
    ],
)
def test_fail_on_knows_what_was_measured_and_when(
    inside: Advise, evidence: Path, words: str, day: str, code: int
) -> None:
    assert inside("--scale", "large", "--evidence", evidence, "--as-of", day, "--fail-on", words).code == code


# --- as processes ---------------------------------------------------------------------------------------------------


def test_without_a_terminal_it_asks_nothing_and_ends(advise: Advise) -> None:
    result = advise()
    assert (result.code, result.out) == (2, "")
    assert len(result.complaints) == 1


def test_a_process_ends_with_the_code_and_without_a_traceback(advise: Advise, home: Path) -> None:
    (home / "bad.jsonl").write_text("nonsense")
    for arguments, code in (
        (("--scale", "huge"), 2),
        (("--nonsense",), 2),
        (("--scale", "large", "--evidence", "none"), 5),
        (("--scale", "large", "--evidence", "bad.jsonl"), 2),
    ):
        result = advise(*arguments)
        assert (result.code, result.out) == (code, "")
        assert len(result.complaints) == 1
