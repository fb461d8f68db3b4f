"""Answers from flags, a file and the machine: one validation, and each remembers where it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.ask import check_answer, find_impossible_answers, make_profile, read_yaml
from advisor.detected import detect_answers
from advisor.errors import AdvisorError, Exit, InputError, StoreError
from advisor.knowledge.pack import Pack
from advisor.reasoning.profile import Profile


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "answers.yaml"


def problems(pack: Pack, flags: dict[str, list[str]], file: Path | None = None, **more: object) -> list[str]:
    with pytest.raises(AdvisorError) as caught:
        make_profile(pack, flags, file, **more)  # type: ignore[arg-type]
    return [str(problem) for problem in caught.value.problems]


def known_of(profile: Profile) -> dict[str, tuple[tuple[str, ...], str]]:
    return {id: (answer.choices, answer.origin) for id, answer in profile.answers.items()}


# Where an answer comes from.


def test_a_flag_wins_over_the_file_and_the_file_over_what_was_detected(built_in: Pack, file: Path) -> None:
    file.write_text("os: linux\nscale: small\ndomain: cv\n")
    profile = make_profile(built_in, {"scale": ["large"]}, file, {"os": "macos", "python": "python-3-12"})
    assert known_of(profile) == {
        "scale": (("large",), "flag"),
        "domain": (("cv",), "file"),
        "os": (("linux",), "file"),
        "python": (("python-3-12",), "detected"),
    }


@pytest.mark.parametrize("origin", ["asked", "flag"])
def test_answers_remember_how_they_were_given(built_in: Pack, origin: str) -> None:
    profile = make_profile(built_in, {"scale": ["large"]}, origin=origin)  # type: ignore[arg-type]
    assert known_of(profile) == {"scale": (("large",), origin)}


def test_answers_stand_in_the_order_of_the_questions(built_in: Pack, file: Path) -> None:
    file.write_text("python: python-3-12\nuse-case: research\n")
    profile = make_profile(built_in, {"scale": ["small"], "domain": ["cv"]}, file)
    assert list(profile.answers) == [id for id in built_in.questions if id in profile.answers]


def test_what_was_not_said_is_unknown(built_in: Pack) -> None:
    assert make_profile(built_in, {}).answers == {}
    assert make_profile(built_in, {"scale": []}).answers == {}


def test_unknown_takes_back_what_was_detected_or_written(built_in: Pack, file: Path) -> None:
    file.write_text("scale: small\ndomain: unknown\n")
    profile = make_profile(built_in, {"os": ["unknown"], "scale": ["unknown"]}, file, {"os": "linux"})
    assert profile.answers == {}


def test_only_questions_that_say_so_are_detected(built_in: Pack) -> None:
    detected = detect_answers(built_in)
    assert set(detected) <= {"os", "python"}
    assert detected["python"] in built_in.questions["python"].choice_ids
    assert "hardware" not in detected


@pytest.mark.parametrize(
    ("system", "release", "choice"),
    [
        ("Windows", "10", "windows-native"),
        ("Darwin", "24.1.0", "macos"),
        ("Linux", "6.8.0-generic", "linux"),
        ("Linux", "5.15.153.1-microsoft-standard-WSL2", "windows-wsl2"),
    ],
)
def test_the_operating_system_is_detected(
    built_in: Pack, monkeypatch: pytest.MonkeyPatch, system: str, release: str, choice: str
) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.release", lambda: release)
    assert detect_answers(built_in)["os"] == choice


# Several.


def test_a_set_is_kept_in_the_order_of_the_choices(built_in: Pack, file: Path) -> None:
    file.write_text("deploy: [browser, mobile, mobile]\n")
    assert make_profile(built_in, {}, file).known("deploy") == ("mobile", "browser")
    assert make_profile(built_in, {"deploy": ["browser", "mobile"]}).known("deploy") == ("mobile", "browser")


def test_several_are_refused_where_one_is_asked_for(built_in: Pack) -> None:
    assert problems(built_in, {"scale": ["small", "large"]}) == [
        "--scale: scale takes one choice, not 2 — choose one of small, large"
    ]


def test_the_same_choice_twice_is_one(built_in: Pack) -> None:
    assert make_profile(built_in, {"scale": ["small", "small"]}).known("scale") == ("small",)


@pytest.mark.parametrize("question", ["deploy", "existing-assets", "compliance"])
def test_none_excludes_the_others(built_in: Pack, question: str) -> None:
    other = built_in.questions[question].choice_ids[-1]
    assert problems(built_in, {question: ["none", other]}) == [
        f"--{question}: {question}: `none` excludes the others — leave out `none` or the rest"
    ]
    assert make_profile(built_in, {question: ["none"]}).known(question) == ("none",)


# What is refused, and where.


def test_a_typo_in_a_flag_is_named_with_the_nearest_choice(built_in: Pack) -> None:
    assert problems(built_in, {"scale": ["larg"]}) == [
        "--scale: `larg` is no choice of scale — did you mean large? Legal: small, medium, large, unknown"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("scal: small\n", "1:1: unknown question `scal` — did you mean scale?"),
        ("domain: cv\nscale: smal\n", "2:8: `smal` is no choice of scale — did you mean small?"),
        ("deploy: [mobile, browsr]\n", "1:9: `browsr` is no choice of deploy — did you mean browser?"),
        ("deploy:\n  - mobile\n  - none\n", "2:3: deploy: `none` excludes the others"),
        ("scale: [small, large]\n", "1:8: scale takes one choice, not 2"),
        ("python: 3.10\n", "1:9: `3.10` is no choice of python — legal: python-3-11"),
        ("scale: true\n", "1:8: `True` is no choice of scale"),
        ("scale: {is: large}\n", "1:8: `{'is': 'large'}` is no choice of scale"),
        ("scale: [[small]]\n", "1:8: `['small']` is no choice of scale"),
        ("scale: small\nscale: large\n", "2:1: the key `scale` stands here a second time"),
        ("scale: &x small\n", "1:8: anchors (&name) are not allowed"),
        ("- scale\n", "1:1: an answers file maps questions to choices — good: `scale: large`"),
        ("large\n", "1:1: an answers file maps questions to choices"),
        ("scale:\n", "1:7: the value is missing"),
        ("scale: []\n", "1:8: scale is given no choice — name one, or write `unknown`"),
        ("", "1:1: the file is empty"),
        ("scale: [\n", "2:1: this is not YAML"),
        ("scale: \u202elarge\n", "1:8: the invisible or control character U+202E"),
    ],
)
def test_a_defect_of_the_file_is_named_at_its_place(built_in: Pack, file: Path, text: str, expected: str) -> None:
    file.write_text(text, encoding="utf-8")
    (message,) = problems(built_in, {}, file)
    assert message.startswith(f"{file}:{expected}")


def test_all_defects_of_flags_and_file_are_told_at_once(built_in: Pack, file: Path) -> None:
    file.write_text("scal: small\ndomain: sight\n")
    messages = problems(built_in, {"scale": ["tiny", "huge"], "deploy": ["none", "mobile"]}, file)
    assert [line.split(" ")[0] for line in messages] == [
        f"{file}:1:1:",
        f"{file}:2:9:",
        "--scale:",
        "--scale:",
        "--deploy:",
    ]


def test_an_input_error_ends_with_the_exit_code_of_usage(built_in: Pack) -> None:
    with pytest.raises(InputError) as caught:
        make_profile(built_in, {"scale": ["tiny"]})
    assert caught.value.exit_code is Exit.USAGE


@pytest.mark.parametrize("kind", ["absent", "folder"])
def test_a_file_that_cannot_be_read_is_a_store_error(built_in: Pack, tmp_path: Path, kind: str) -> None:
    path = tmp_path if kind == "folder" else tmp_path / "absent.yaml"
    with pytest.raises(StoreError, match=f"{path.name}: cannot be read: ") as caught:
        make_profile(built_in, {}, path)
    assert caught.value.exit_code is Exit.STORE


def test_a_huge_file_is_refused_before_it_is_read_whole(file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(10 * 1024 * 1024)
    with pytest.raises(InputError, match="524289 bytes is more than 524288"):
        read_yaml(file)


def test_outside_text_is_cleaned_before_it_is_shown(built_in: Pack) -> None:
    (message,) = problems(built_in, {"scale": ["\x1b[31mred\u202e\n\n"]})
    assert message.startswith("--scale: `[31mred` is no choice of scale")


def test_unknown_stands_alone(built_in: Pack) -> None:
    assert problems(built_in, {"deploy": ["unknown", "mobile"]}) == [
        "--deploy: deploy: `unknown` stands alone — leave out `unknown` or the rest"
    ]


def test_a_flag_nobody_asked_about_is_an_unknown_question(built_in: Pack) -> None:
    (message,) = problems(built_in, {"scael": ["large"]})
    assert message.startswith("--scael: unknown question `scael` — did you mean scale?")


def test_a_byte_order_mark_is_no_part_of_an_answer(built_in: Pack, file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfscale: large\r\n")
    assert make_profile(built_in, {}, file).known("scale") == ("large",)


# What cannot all be true.


@pytest.mark.parametrize(
    "flags",
    [
        {"hardware": ["nvidia-gpu"], "os": ["macos"]},
        {"hardware": ["apple-silicon"], "os": ["windows-native"]},
        {"hardware": ["apple-silicon"], "os": ["windows-wsl2"]},
        {"use-case": ["legacy-maintenance"], "existing-assets": ["none"]},
    ],
)
def test_answers_that_cannot_all_be_true_are_refused_with_the_reason(
    built_in: Pack, flags: dict[str, list[str]]
) -> None:
    (message,) = problems(built_in, flags)
    for question, (choice,) in flags.items():
        assert f"{question} = {choice}" in message
    assert "cannot all be true: " in message
    assert message.endswith(" — change one of them")


def test_half_of_an_impossible_combination_is_fine(built_in: Pack) -> None:
    for flags in ({"hardware": ["nvidia-gpu"]}, {"os": ["macos"]}, {"use-case": ["legacy-maintenance"]}):
        assert find_impossible_answers(built_in, make_profile(built_in, flags)) is None


def test_what_was_detected_here_gives_way_to_what_the_project_is_said_to_have(built_in: Pack) -> None:
    profile = make_profile(built_in, {"hardware": ["nvidia-gpu"]}, None, {"os": "macos"})
    assert known_of(profile) == {"hardware": (("nvidia-gpu",), "flag")}


def test_one_answer_is_checked_the_same_wherever_it_comes_from(built_in: Pack) -> None:
    for origin, place in (("flag", "--scale"), ("file", "answers.yaml:1:8"), ("asked", "")):
        answer, wrong = check_answer(built_in.questions["scale"], ["large"], origin, place)  # type: ignore[arg-type]
        assert not wrong
        assert answer is not None
        assert (answer.choices, answer.origin) == (("large",), origin)
        nothing, wrong = check_answer(built_in.questions["scale"], ["big"], origin, place)  # type: ignore[arg-type]
        assert nothing is None
        assert wrong[0].place == place


@pytest.mark.parametrize(
    ("question", "typed", "choices"),
    [
        ("deploy", "phone", ["mobile"]),
        ("deploy", "手机", ["mobile"]),
        ("deploy", "mobile,cloud-server", ["cloud-server", "mobile"]),
        ("deploy", "phone，server", ["cloud-server", "mobile"]),
        ("deploy", "server or cloud", ["cloud-server"]),
        ("scale", " large ", ["large"]),
        ("scale", "Large", ["large"]),
        ("scale", "small: one machine, CPU or one accelerator, done within an hour", ["small"]),
        ("python", "3.11", ["python-3-11"]),
        ("python", "Python 3.11", ["python-3-11"]),
        ("hardware", "NVIDIA", ["nvidia-gpu"]),
        ("os", "Mac OS", ["macos"]),
        ("called-from", "c++", ["cpp"]),
        ("longevity", "three_years", ["long-regulated"]),
        ("scale", " Unknown ", []),
    ],
)
def test_words_that_people_type_are_understood(built_in: Pack, question: str, typed: str, choices: list[str]) -> None:
    answer, wrong = check_answer(built_in.questions[question], [typed], "flag", f"--{question}")
    assert not wrong and answer is not None
    assert list(answer.choices) == choices


@pytest.mark.parametrize(
    ("question", "typed", "told"),
    [
        ("os", "windows", "which one: windows-native (Windows, native), windows-wsl2 (Windows with WSL2)"),
        ("deploy", "linux", "did you mean edge-box (edge box: a Linux board such as"),
        ("hardware", "gpu", "which one: nvidia-gpu, amd-gpu, intel-gpu (Intel GPU (Arc, Data Center GPU Max))"),
        ("pretrained", "yes", "which one: fine-tune (yes, and train them further), use-as-is (yes, unchanged)"),
        ("deploy", "mobile,fone", "`fone` is no choice of deploy — did you mean"),
        ("scale", "small,large", "scale takes one choice, not 2 — choose one of small, large"),
    ],
)
def test_a_word_that_fits_several_choices_or_none_is_pointed_to_them(
    built_in: Pack, question: str, typed: str, told: str
) -> None:
    answer, (wrong,) = check_answer(built_in.questions[question], [typed], "flag", f"--{question}")
    assert answer is None
    assert told in str(wrong)


def test_no_name_of_a_choice_stands_for_another(built_in: Pack) -> None:
    """What a choice is called in either language is never read as a different one."""
    for question in built_in.questions.values():
        for choice in question.choices:
            for typed in (choice.id, choice.label.en, choice.label.zh, choice.label.en.upper()):
                answer, wrong = check_answer(question, [typed], "flag", "")
                assert answer is None or answer.choices == (choice.id,), (question.id, typed)
                assert answer is not None or wrong


def test_a_version_of_python_in_a_file_keeps_its_last_zero(built_in: Pack, file: Path) -> None:
    file.write_text("python: 3.11\nscale: Large\ndeploy: [phone, browser]\n")
    profile = make_profile(built_in, {}, file)
    assert profile.known("python") == ("python-3-11",)
    assert profile.known("scale") == ("large",) and profile.known("deploy") == ("mobile", "browser")


def test_packages_may_stand_with_commas_between_them(built_in: Pack) -> None:
    profile = make_profile(built_in, {"depends-on": ["ultralytics, kornia"]})
    assert set(profile.known("depends-on")) == {"ultralytics", "kornia"}
