"""Workloads as people write them: options, answers files, presets, and what is wrong with one, at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.ask import make_profile
from advisor.cli.last import request_options
from advisor.cli.unfinished import answers_yaml
from advisor.errors import InputError
from advisor.knowledge.pack import Pack
from advisor.reasoning.packages import project_pack
from advisor.reasoning.workloads import presets_of_domain, workload_of
from advisor.request import Request

TYPED = "transformer: {width: 128, blocks: 2, heads: 4, length: 64, batch: 8, vocabulary: 32000}"


def wrong(pack: Pack, workload: str) -> str:
    with pytest.raises(InputError) as caught:
        make_profile(pack, {"workload": [workload]})
    return "\n".join(str(problem) for problem in caught.value.problems)


def test_a_preset_and_sizes_become_an_answer_that_every_page_can_name(built_in: Pack) -> None:
    for typed, label in (("keyword-spotter", "a keyword spotter (one second of sound)"), (TYPED, TYPED)):
        profile = make_profile(built_in, {"workload": [typed]})
        assert profile.known("workload") == (typed,)
        question = project_pack(built_in, profile).questions["workload"]
        assert question.find_choice(typed).label.en == label
        workload = workload_of(built_in, profile)
        assert workload is not None and str(workload.sizes) in (
            typed,
            str(built_in.workloads.get(typed, typed) and workload.sizes),
        )


def test_an_answers_file_takes_a_block_and_gives_it_back(built_in: Pack, tmp_path: Path) -> None:
    file = tmp_path / "advise.yaml"
    file.write_text("workload:\n  transformer: {width: 128, blocks: 2, heads: 4, length: 64, batch: 8}\n")
    profile = make_profile(built_in, {}, file)
    assert profile.known("workload") == (TYPED,)
    file.write_text(answers_yaml({"workload": list(profile.known("workload"))}))
    assert make_profile(built_in, {}, file).known("workload") == (TYPED,)
    assert request_options(Request(flags={"workload": (TYPED,)})) == f"--workload '{TYPED}'"


def test_not_knowing_is_an_answer(built_in: Pack) -> None:
    profile = make_profile(built_in, {"workload": ["unknown"]})
    assert not profile.known("workload") and workload_of(built_in, profile) is None


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("gpt-2-smal-like", "--workload:1:1: `gpt-2-smal-like` is no workload — did you mean gpt-2-small-like?"),
        ("dense: {inputs: 3, hidden: 0, batch: 1}", "--workload:1:28: `hidden` is 0"),
        ("dense: {inputs: 3, hidden: 4.5, batch: 1}", "--workload:1:28: `hidden` is 4.5"),
        ("dense: {inputs: 3, hiden: 4, batch: 1}", "--workload:1:20: unknown key `hiden` — did you mean hidden?"),
        ("dens: {inputs: 3}", "--workload:1:1: `dens` is no family — did you mean dense?"),
        ("dense: 5", "--workload:1:8: the sizes of `dense` are missing"),
        ("[dense]", "--workload:1:1: a workload is the name of a preset, or one family with its sizes"),
        ("cnn: {image: 7, width: 8, depth: 3, batch: 4}", "leave nothing of 7 pixels"),
        ("transformer: {width: 10, blocks: 1, heads: 3, length: 8, batch: 1}", "3 heads do not divide a width of 10"),
        ("dense: {inputs: 3", "this is not YAML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_place(built_in: Pack, typed: str, message: str) -> None:
    assert message in wrong(built_in, typed)


def test_a_wrong_block_is_named_by_file_line_and_column(built_in: Pack, tmp_path: Path) -> None:
    file = tmp_path / "advise.yaml"
    file.write_text("scale: small\nworkload:\n  dense:\n    inputs: 3\n    hidden: many\n    batch: 1\n")
    with pytest.raises(InputError) as caught:
        make_profile(built_in, {}, file)
    assert str(caught.value.problems[0]).startswith(f"{file}:5:13: `hidden` is 'many'")


def test_two_workloads_are_one_too_many(built_in: Pack) -> None:
    with pytest.raises(InputError, match="one workload, not 2"):
        make_profile(built_in, {"workload": ["tabular-net", "policy-net"]})


def test_presets_are_offered_for_their_domain_alone(built_in: Pack) -> None:
    assert presets_of_domain(built_in, make_profile(built_in, {})) == []
    offered = presets_of_domain(built_in, make_profile(built_in, {"domain": ["tabular"]}))
    assert [preset.id for preset in offered] == ["tabular-net"]
    assert all(preset.label.zh and preset.source_id in built_in.sources for preset in built_in.workloads.values())
