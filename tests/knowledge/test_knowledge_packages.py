"""The table of packages: what each works on, who says so, and that nothing stands in it twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from advisor.errors import InputError
from advisor.knowledge.loading import load_known_pack, open_packs
from advisor.knowledge.pack import Pack
from advisor.knowledge.package import normalise
from advisor.reasoning.packages import levels_of, requirement, works_on

PYTORCH_ONLY = ("ultralytics", "transformers", "lightning", "stable-baselines3", "torch-geometric", "monai", "peft")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_known_pack()


def overlay(folder: Path, packages: str, team: str = "") -> Pack:
    """Read an overlay with a table of its own on top of the built-in pack."""
    folder.mkdir()
    (folder / "pack.yaml").write_text(
        'name: acme\nversion: "1"\nreviewed: 2026-11-23\nprecedence: 10\nextends: built-in\n', "utf-8"
    )
    (folder / "packages.yaml").write_text(packages, "utf-8")
    if team:
        (folder / "team.yaml").write_text("team: {en: Acme, zh: 甲}\n" + team, "utf-8")
    return open_packs((folder,), fresh=True).pack


def problems(folder: Path, packages: str, team: str = "") -> list[str]:
    with pytest.raises(InputError) as caught:
        overlay(folder, packages, team)
    return [str(problem) for problem in caught.value.problems]


def test_the_table_covers_every_framework_and_several_together(pack: Pack) -> None:
    assert len(pack.packages) >= 60
    kept = {frozenset(levels_of(pack, package)) for package in pack.packages.values()}
    for only in ({"pytorch"}, {"tensorflow"}, {"jax"}, {"pytorch", "keras[torch]"}, set(pack.candidates)):
        assert frozenset(only) in kept


@pytest.mark.parametrize("name", PYTORCH_ONLY)
def test_what_trains_by_itself_works_on_its_framework_only(pack: Pack, name: str) -> None:
    assert levels_of(pack, pack.packages[name]) == {"pytorch": "strong"}
    assert works_on(pack, pack.packages[name]).en == f"{name} works on PyTorch only"
    assert works_on(pack, pack.packages[name]).zh == f"{name} 只支持 PyTorch"


def test_modules_of_pytorch_count_less_inside_keras(pack: Pack) -> None:
    assert levels_of(pack, pack.packages["timm"]) == {"pytorch": "strong", "keras[torch]": "fair"}


def test_every_package_has_a_dated_page_that_the_requirement_names(pack: Pack) -> None:
    for package in pack.packages.values():
        source = pack.sources[package.source_id]
        sentence = requirement(pack, package)
        assert source.link is not None
        for text in (sentence.en, sentence.zh):
            assert source.link in text
            assert source.read.isoformat() in text
            assert package.id in text


def test_names_are_compared_as_the_index_does(pack: Pack) -> None:
    assert normalise("Segmentation_Models.-Pytorch") == "segmentation-models-pytorch"
    assert list(pack.packages) == [normalise(package.id) for package in pack.packages.values()]


def test_a_team_adds_packages_and_depends_on_them(tmp_path: Path) -> None:
    table = "packages: [{id: Acme_Vision, works-on: {jax: strong}, source: none}]\n"
    pack = overlay(tmp_path / "acme", table, "answers: {depends-on: [acme.vision, timm]}\n")
    assert pack.packages["acme-vision"].id == "Acme_Vision"
    assert "timm" in pack.packages
    assert pack.defaults["depends-on"] == ("acme.vision", "timm")


@pytest.mark.parametrize(
    ("table", "team", "messages"),
    [
        ("[{id: x, works-on: {caffe: strong}, source: none}]", "", ["acme/packages.yaml:1:31", "`caffe`"]),
        (
            "[{id: x, works-on: {jax: strong}, source: heard}]",
            "",
            ["acme/packages.yaml:1:53", "unknown source `heard`"],
        ),
        (
            "[{id: A_B, works-on: {jax: strong}, source: none}, {id: a-b, works-on: {jax: strong}, source: none}]",
            "",
            ["`A_B` and `a-b` are one name"],
        ),
        ("[]", "answers: {depends-on: timn}\n", ["acme/team.yaml:2", "unknown package `timn`", "did you mean timm"]),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, table: str, team: str, messages: Sequence[str]) -> None:
    found = "\n".join(problems(tmp_path / "acme", f"packages: {table}\n", team))
    for message in messages:
        assert message in found
