"""`depends-on`: packages that must be used rule out the stacks they do not work on, by option, file, lock and overlay."""

from __future__ import annotations

from pathlib import Path

import pytest
from as_user import AS_OF, Advise

ANSWER = ("--probe", "none", "--lang", "en", "--as-of", AS_OF)
JSON = (*ANSWER, "--format", "json")


def test_a_package_rules_out_what_it_does_not_work_on_and_says_so(inside: Advise) -> None:
    result = inside("--scale", "large", "--depends-on", "ultralytics", *ANSWER)
    assert (result.code, result.err) == (0, "")
    assert "Required: ultralytics works on PyTorch only. Not met by TensorFlow, Keras" in " ".join(result.out.split())
    assert 'pip install "ultralytics"' in result.out
    chinese = inside("--scale", "large", "--depends-on", "ultralytics", *ANSWER, "--lang", "zh")
    assert "ultralytics 只支持 PyTorch。不满足" in chinese.out


def test_json_names_the_package_its_source_and_the_day(inside: Advise) -> None:
    answer = inside("--depends-on", "Ultralytics", *JSON).json
    assert {"question": "depends-on", "choices": ["ultralytics"], "origin": "flag"} in answer["profile"]
    (unmet,) = (unmet for unmet in answer["unmet"] if unmet["constraint"] == "package:ultralytics")
    assert unmet["candidates"] == ["tensorflow", "keras[tensorflow]", "keras[torch]", "keras[jax]", "jax"]
    assert "https://github.com/ultralytics/ultralytics, read 2026-11-30" in unmet["text"]
    excluded = {row["candidate"]: row["excluded"] for row in answer["ranking"]}
    assert excluded["pytorch"] is None
    assert excluded["keras[torch]"] == "package:ultralytics"
    assert answer["next"]["setup"].endswith('&& pip install "ultralytics"')


def test_a_package_made_for_jax_brings_jax_into_the_answer(inside: Advise) -> None:
    assert inside("--depends-on", "numpyro", *JSON).json["recommendation"]["candidate"] == "jax"


def test_what_comes_with_the_stack_is_not_installed_again(inside: Advise) -> None:
    setup = inside("--depends-on", "Flax,optax,numpyro", *JSON).json["next"]["setup"]
    assert setup.endswith(' && pip install "numpyro"')
    assert [setup.count(f'"{name}') for name in ("flax", "optax")] == [1, 1]


def test_modules_of_pytorch_leave_keras_on_pytorch_but_count_against_it(inside: Advise) -> None:
    answer = inside("--depends-on", "timm", *JSON).json
    excluded = {row["candidate"]: row["excluded"] for row in answer["ranking"]}
    assert (excluded["keras[torch]"], excluded["keras[jax]"]) == (None, "package:timm")
    assert "package-fit" in {reason["criterion"] for reason in (*answer["reasons"], *answer["dissent"])}


def test_a_package_for_all_frameworks_rules_nobody_out(inside: Advise) -> None:
    answer, without = (inside(*given, *JSON).json for given in (("--depends-on", "einops"), ("--scale", "unknown")))
    assert answer["frameworks"] == without["frameworks"]
    assert answer["next"]["setup"] == without["next"]["setup"] + ' && pip install "einops"'


def test_packages_of_different_frameworks_are_named_with_what_helps(inside: Advise) -> None:
    result = inside("--depends-on", "ultralytics", "--depends-on", "flax", *ANSWER)
    out = " ".join(result.out.split())
    assert result.code == 3
    assert "ultralytics works on PyTorch only" in out
    assert "flax works on JAX only" in out
    assert "ultralytics, flax need different frameworks" in out
    assert "one environment or process for each, and files between them: an ONNX model" in out
    chinese = inside("--depends-on", "ultralytics", "--depends-on", "flax", *ANSWER, "--lang", "zh")
    assert "ultralytics、flax 需要不同的框架" in chinese.out.replace("\n  ", "")


def test_an_unknown_package_does_not_count_and_is_told(inside: Advise) -> None:
    result = inside("--depends-on", "timn", *JSON)
    assert result.code == 0
    assert "--depends-on: timn is not in the table of packages: it does not count. Did you mean timm?" in result.err
    assert "timn is not in the table of packages: it does not count. Did you mean timm?" in result.json["warnings"]
    assert result.json["unmet"] == []
    assert inside("--depends-on", "timn", *ANSWER, "--fail-on", "stale").code == 0


def test_a_file_says_where_and_spelling_does_not_matter(inside: Advise, tmp_path: Path) -> None:
    file = tmp_path / "advise.yaml"
    file.write_text('scale: large\ndepends-on: [Segmentation_Models.Pytorch, torch_geometric, "qqq"]\n', "utf-8")
    result = inside("--answers", file, *JSON)
    assert result.code == 0
    assert f"{file}:2:60: qqq is not in the table" in result.err
    (given,) = (answer for answer in result.json["profile"] if answer["question"] == "depends-on")
    assert given["choices"] == ["segmentation-models-pytorch", "torch-geometric", "qqq"]
    assert str(file) not in " ".join(result.json["warnings"])


@pytest.mark.parametrize("value", ["a b", "timm>=1", "", "-x-", "unknown"])
def test_what_is_no_name_is_refused(inside: Advise, value: str) -> None:
    result = inside("--depends-on", "timm", f"--depends-on={value}", *ANSWER)
    assert result.code == 2
    assert "is no name of a package" in result.err


def test_a_file_with_no_name_says_where(inside: Advise, tmp_path: Path) -> None:
    file = tmp_path / "advise.yaml"
    file.write_text("depends-on:\n  - timm\n  - 3\n", "utf-8")
    result = inside("--answers", file, *ANSWER)
    assert result.code == 2
    assert f"{file}:3:5: `3` is no name of a package" in result.err


def test_why_not_and_what_if_know_the_package(inside: Advise) -> None:
    assert inside("--depends-on", "ultralytics", *ANSWER).code == 0
    out = " ".join(inside("why-not", "tensorflow", "--lang", "en").out.split())
    assert "ultralytics works on PyTorch only" in out
    assert "https://github.com/ultralytics/ultralytics, read 2026-11-30" in out
    assert "the answer changes from PyTorch to JAX" in inside("what-if", "depends-on=numpyro", "--lang", "en").out


def test_a_package_of_other_versions_is_told_and_not_installed(inside: Advise) -> None:
    answer = inside("--depends-on", "tensorflow-addons", *JSON).json
    notes = [line["note"] for line in answer["next"]["start"]["lines"]]
    assert "tensorflow-addons" not in answer["next"]["setup"]
    assert any("tensorflow-addons needs tensorflow<2.16" in note for note in notes)


def test_a_decision_keeps_the_packages_and_a_change_of_them_flips_it(inside: Advise, tmp_path: Path) -> None:
    given = ("--depends-on", "ultralytics", "--depends-on", "qqq")
    assert inside("onboard", tmp_path / "team", *given, *ANSWER).code == 0
    record = (tmp_path / "team/DECISION.md").read_text("utf-8")
    assert "ultralytics works on PyTorch only" in record
    assert "https://github.com/ultralytics/ultralytics, read 2026-11-30" in record
    lock = tmp_path / "team/decision.lock"
    assert inside("check", lock, "--as-of", AS_OF).code == 0
    flipped = inside("check", lock, "--as-of", AS_OF, "--depends-on", "numpyro", "--lang", "en")
    assert flipped.code == 3
    assert "depends-on: ultralytics+qqq -> numpyro" in flipped.out
    assert inside("onboard", tmp_path / "again", "--from", lock, "--as-of", AS_OF).code == 0


def test_explain_shows_the_table_and_one_package(inside: Advise) -> None:
    table = inside("explain", "depends-on", "--lang", "en")
    assert table.code == 0
    assert "ultralytics" in table.out
    assert "--depends-on PACKAGE" in table.out
    one = inside("explain", "Torch_Geometric", "--lang", "en")
    assert "torch-geometric works on PyTorch only" in one.out
    assert "RULES OUT" in one.out


def test_the_help_names_the_option_and_nobody_is_asked(inside: Advise) -> None:
    assert "--depends-on" in inside("--help").out
    assert "depends-on" not in inside("--scale", "large", *ANSWER, "--details").out


@pytest.mark.parametrize("command", [("--details",), ("why",)])
def test_the_whole_answer_and_why_say_what_helps_as_well(inside: Advise, command: tuple[str, ...]) -> None:
    given = ("--depends-on", "ultralytics", "--depends-on", "flax", *ANSWER)
    out = " ".join((inside(*command, *given) if command[0] == "why" else inside(*given, *command)).out.split())
    assert "ultralytics, flax need different frameworks" in out
