"""`advise what-if`: the same as asking anew with the change, and what moved."""

from __future__ import annotations

import pytest
from as_user import Advise

LARGE = ("--scale", "large", "--probe", "none", "--as-of", "2026-11-23")


@pytest.mark.parametrize(
    ("changes", "as_options"),
    [
        (("scale=small",), ("--scale", "small")),
        (("existing-assets=tf1",), ("--scale", "large", "--existing-assets", "tf1")),
        (("portability=major",), ("--scale", "large", "--weigh", "portability=major")),
        (("portability=must-multi-backend",), ("--scale", "large", "--portability", "must-multi-backend")),
        (("deploy=mobile", "deploy=browser"), ("--scale", "large", "--deploy", "mobile", "--deploy", "browser")),
        (
            ("deploy=phone,browser", " scale = Large "),
            ("--scale", "large", "--deploy", "mobile", "--deploy", "browser"),
        ),
        (("python=3.12",), ("--scale", "large", "--python", "python-3-12")),
        (("scale=unknown", "community=ignore"), ("--scale", "unknown", "--weigh", "community=ignore")),
    ],
    ids=lambda changes: " ".join(changes),
)
def test_after_is_what_asking_anew_says(inside: Advise, changes: tuple[str, ...], as_options: tuple[str, ...]) -> None:
    before = inside(*LARGE, "--format", "json").json
    document = inside("what-if", *changes, "--format", "json").json
    after = inside(*as_options, *LARGE[2:], "--format", "json").json
    assert document["before"]["recommendation"] == before["recommendation"]
    assert document["after"]["recommendation"] == after["recommendation"]
    assert document["after"]["frameworks"] == after["frameworks"]
    assert document["changes"] == (before["recommendation"]["framework"] != after["recommendation"]["framework"])


def test_a_refuted_claim_counts_no_longer(inside: Advise) -> None:
    document = inside("what-if", "claim:pt-pretrained-transformers5=refuted", *LARGE, "--format", "json").json
    moved = {effect["about"]: effect for effect in document["lead"]["moved"]}
    assert moved["pretrained-models"]["after"] < moved["pretrained-models"]["before"]


def test_the_lead_is_split_among_what_moved(inside: Advise) -> None:
    document = inside("what-if", "scale=small", *LARGE, "--format", "json").json
    moved = {effect["about"]: (effect["before"], effect["after"]) for effect in document["lead"]["moved"]}
    assert moved["distributed-training"][0] > 0.005 and moved["distributed-training"][1] == 0
    strongest = [abs(after - before) for before, after in moved.values()]
    assert strongest == sorted(strongest, reverse=True)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "the answer changes from PyTorch to Keras"), ("zh", "结论由 PyTorch 变为 Keras")],
)
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_it_says_so_in_words(inside: Advise, lang: str, words: str, form: str) -> None:
    result = inside("what-if", "portability=must-multi-backend", *LARGE, "--lang", lang, "--format", form)
    assert (result.code, result.err) == (0, "") and words in result.out


def test_what_is_wrong_is_said_all_at_once(inside: Advise) -> None:
    result = inside("what-if", "scal=small", "scale=huge", "claim:no-such=refuted", "community=most", "scale", *LARGE)
    assert result.code == 2 and result.out == ""
    assert len(result.complaints) == 5
    assert "did you mean scale" in result.err and "good: scale=small" in result.err


def test_a_word_that_fits_two_choices_is_pointed_to(inside: Advise) -> None:
    result = inside("what-if", "os=windows", *LARGE)
    assert result.code == 2 and "which one: windows-native (Windows, native), windows-wsl2" in result.err


def test_an_impossible_change_is_an_error(inside: Advise) -> None:
    result = inside("what-if", "os=macos", "--hardware", "nvidia-gpu", *LARGE)
    assert result.code == 2 and "cannot all be true" in result.err


def test_another_stack_of_the_same_framework_is_said_with_its_start(inside: Advise) -> None:
    project = ("--os=windows-native", "--hardware=nvidia-gpu", "--existing-assets=tf2-keras", "--kept-code=build-on")
    shown = " ".join(inside("what-if", "os=windows-wsl2", *project, "--probe=none").out.split())
    assert (
        "Keras stays the recommendation, but on another stack: Keras on TensorFlow instead of Keras on PyTorch" in shown
    )
    assert 'Start would be: pip install "keras' in shown and "tensorflow[and-cuda]" in shown
