"""Packs laid one over another: the higher precedence, then the later, has the last word; everything else is added."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pack_folder import CLAIM, FILES, NEED, PackFolder

from advisor.errors import InputError
from advisor.knowledge.loading import is_overlay_folder, load_known_pack, load_pack, open_packs
from advisor.knowledge.pack import BUILT_IN, Pack

SLOW = FILES[CLAIM].replace("says: {alpha: strong", "says: {alpha: weak")


@pytest.fixture
def overlay(tmp_path: Path) -> Overlay:
    return Overlay(tmp_path, "acme")


class Overlay:
    """A folder with a header that adds to the pack `small`."""

    def __init__(self, parent: Path, name: str, precedence: int = 10, extends: str = "small") -> None:
        self.folder = parent / name
        header = f'name: {name}\nversion: "7"\nreviewed: 2026-11-23\nprecedence: {precedence}\nextends: {extends}\n'
        self.write("pack.yaml", header)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def laid(*folders: PackFolder | Overlay) -> Pack:
    return load_known_pack(tuple(folder.folder for folder in folders))


def problems(*folders: PackFolder | Overlay) -> list[str]:
    with pytest.raises(InputError) as caught:
        laid(*folders)
    return [str(problem) for problem in caught.value.problems]


# What counts.


def test_a_complete_folder_stands_alone(folder: PackFolder) -> None:
    assert laid(folder) == folder.load()
    assert not is_overlay_folder(folder.folder)


def test_an_overlay_may_hold_its_header_alone(folder: PackFolder, overlay: Overlay) -> None:
    whole, below = laid(folder, overlay), folder.load()
    assert (whole.name, whole.version) == ("small + acme", "1 + 7")
    assert (whole.claims, whole.questions, whole.needs) == (below.claims, below.questions, below.needs)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
@pytest.mark.parametrize("name", ["pack.yaml", "facts.yaml"])
def test_vocabulary_that_is_a_link_is_refused(folder: PackFolder, overlay: Overlay, tmp_path: Path, name: str) -> None:
    (overlay.folder / name).unlink(missing_ok=True)
    (overlay.folder / name).symlink_to(tmp_path / "elsewhere.yaml")
    assert problems(folder, overlay) == [f"acme/{name}: this is a link — packs hold plain files only"]


def test_an_overlay_adds_and_replaces_by_id(folder: PackFolder, overlay: Overlay) -> None:
    overlay.write("claims/mine/alpha-fast.yaml", SLOW)
    overlay.write("claims/mine/alpha-new.yaml", FILES[CLAIM])
    whole = laid(folder, overlay)
    assert whole.claims["alpha-fast"].says["alpha"] == "weak"
    assert list(whole.claims) == ["alpha-fast", "alpha-measured", "alpha-new"]
    assert whole.files["alpha-fast"] == "claims/mine/alpha-fast.yaml"


def test_an_entry_of_a_list_is_replaced_where_it_stood(folder: PackFolder, overlay: Overlay) -> None:
    text = FILES["questions.yaml"].split("  - id: deploy")[0].replace("How large?", "How big?")
    overlay.write("questions.yaml", text)
    whole = laid(folder, overlay)
    assert list(whole.questions) == ["scale", "deploy"]
    assert whole.questions["scale"].ask.en == "How big?"
    assert len(whole.impossible) == 1


def test_a_complete_folder_that_extends_is_an_overlay(folder: PackFolder, tmp_path: Path) -> None:
    other = PackFolder(tmp_path / "other")
    other.spoil("pack.yaml", "name: small", "name: twin\nextends: small")
    assert is_overlay_folder(other.folder)
    assert laid(folder, other).name == "small + twin"


def test_without_a_pack_that_stands_alone_the_built_in_one_lies_below(tmp_path: Path) -> None:
    overlay = Overlay(tmp_path, "acme", extends="built-in")
    whole, below = laid(overlay), load_pack(BUILT_IN)
    assert whole.name == "built-in + acme"
    assert whole.claims == below.claims


# Who has the last word.


@pytest.mark.parametrize(
    ("first", "second", "last"),
    [(10, 10, "second"), (20, 10, "first"), (10, 20, "second"), (-1, 10, "second"), (10, -1, "first")],
)
def test_the_higher_precedence_wins_and_among_equals_the_later(
    folder: PackFolder, tmp_path: Path, first: int, second: int, last: str
) -> None:
    layers = [Overlay(tmp_path, "first", first), Overlay(tmp_path, "second", second)]
    for layer in layers:
        layer.write(NEED, FILES[NEED].replace("Large projects need speed.", layer.folder.name))
    assert laid(folder, *layers).needs["need-speed"].need.en == last


def test_what_lies_below_the_base_loses_to_it(folder: PackFolder, tmp_path: Path) -> None:
    below = Overlay(tmp_path, "below", precedence=0)
    below.write(CLAIM, SLOW)
    assert laid(folder, below).claims["alpha-fast"].says["alpha"] == "strong"


def test_the_base_may_be_named_last(folder: PackFolder, overlay: Overlay) -> None:
    overlay.write(CLAIM, SLOW)
    assert laid(overlay, folder) == laid(folder, overlay)


def test_the_digest_covers_every_layer_and_their_order(folder: PackFolder, tmp_path: Path) -> None:
    a, b = Overlay(tmp_path, "a"), Overlay(tmp_path, "b")
    digests = {laid(folder).digest, laid(folder, a).digest, laid(folder, a, b).digest, laid(folder, b, a).digest}
    assert len(digests) == 4
    b.write(CLAIM, SLOW)
    assert open_packs((folder.folder, a.folder, b.folder)).pack.digest not in digests


# What is refused.


def test_two_packs_that_stand_alone_are_refused(folder: PackFolder, tmp_path: Path) -> None:
    other = PackFolder(tmp_path / "other")
    other.spoil("pack.yaml", "name: small", "name: twin")
    (problem,) = problems(folder, other)
    assert problem.startswith("mine/pack.yaml: this pack stands alone, and so does mine — ")
    assert "write `extends: small` here" in problem


def test_two_packs_of_one_name_are_refused(folder: PackFolder, overlay: Overlay, tmp_path: Path) -> None:
    again = Overlay(tmp_path / "again", "acme")
    assert "two packs are called `acme`" in problems(folder, overlay, again)[0]


def test_a_pack_that_adds_to_one_that_is_not_there_is_refused(folder: PackFolder, tmp_path: Path) -> None:
    lost = Overlay(tmp_path, "lost", extends="smal")
    assert problems(folder, lost) == [
        "lost/pack.yaml: it extends `smal`, which is not among the packs — did you mean small? Legal: small"
    ]


def test_an_overlay_may_add_to_another_overlay(folder: PackFolder, overlay: Overlay, tmp_path: Path) -> None:
    assert laid(folder, overlay, Overlay(tmp_path, "vision", extends="acme")).name == "small + acme + vision"


def test_a_folder_without_files_is_told_how_to_be_an_overlay(folder: PackFolder) -> None:
    (folder.folder / "criteria.yaml").unlink()
    with pytest.raises(InputError) as caught:
        open_packs((folder.folder,))
    assert (
        "mine/criteria.yaml: this file is missing — every pack has one; a pack that adds to another says `extends:"
        in str(caught.value)
    )


def test_a_name_that_changed_its_kind_is_refused(folder: PackFolder, overlay: Overlay) -> None:
    overlay.write("claims/need-speed.yaml", FILES[CLAIM])
    (problem,) = problems(folder, overlay)
    assert problem.startswith(
        "acme/claims/need-speed.yaml:1:1: the pack below has another thing of this name: needs/scale/"
    )


def test_names_of_an_overlay_are_judged_with_those_below(folder: PackFolder, overlay: Overlay) -> None:
    overlay.write("needs/scale/need-more.yaml", FILES[NEED].replace("{scale: large}", "{scal: large}"))
    assert problems(folder, overlay)[0].startswith("acme/needs/scale/need-more.yaml:5:8: unknown question `scal`")


def test_an_overlay_that_takes_a_choice_away_breaks_what_uses_it(folder: PackFolder, overlay: Overlay) -> None:
    text = FILES["questions.yaml"].split("  - id: deploy")[0].replace("id: large", "id: huge")
    overlay.write("questions.yaml", text)
    reported = problems(folder, overlay)
    assert any(
        problem.startswith("mine/needs/scale/need-speed.yaml:5:15: `large` is no choice of scale")
        for problem in reported
    )


def test_an_overlay_that_takes_a_choice_of_the_built_in_pack_away_breaks_what_uses_it(tmp_path: Path) -> None:
    """The built-in pack was found sound before; with another vocabulary it is judged again."""
    overlay = Overlay(tmp_path, "acme", extends="built-in")
    overlay.write("questions.yaml", FILES["questions.yaml"].split("  - id: deploy")[0])
    load_known_pack((BUILT_IN,))
    reported = problems(overlay)
    assert any("`medium` is no choice of scale" in problem and problem.startswith("rules/") for problem in reported)


def test_a_question_may_look_at_one_below_but_not_at_a_later_one(folder: PackFolder, overlay: Overlay) -> None:
    cost = FILES["questions.yaml"].split("  - id: deploy")[0].replace("id: scale", "id: cost\n    when: {scale: large}")
    overlay.write("questions.yaml", cost)
    assert list(laid(folder, overlay).questions) == ["scale", "deploy", "cost"]
    cost = cost.replace("id: cost\n    when: {scale: large}", "id: scale\n    when: {deploy: phone}")
    overlay.write("questions.yaml", cost)
    with pytest.raises(InputError, match="does not come earlier"):
        open_packs((folder.folder, overlay.folder))


def test_all_problems_of_all_layers_are_told_at_once(folder: PackFolder, overlay: Overlay) -> None:
    folder.spoil(CLAIM, "about: speed", "about: sped")
    overlay.write(NEED, FILES[NEED].replace("speed: major", "speed: huge"))
    reported = problems(folder, overlay)
    assert [problem.split(":")[0] for problem in reported] == [
        "acme/needs/scale/need-speed.yaml",
        "mine/claims/alpha/alpha-fast.yaml",
    ]


# Evil overlays.

EVIL = {
    "an alias": ("needs/a.yaml", "need: &x {en: a, zh: 甲}\nsource: *x\n", "anchors"),
    "a tag": ("needs/a.yaml", "need: !!python/object/apply:os.system [x]\n", "tags"),
    "a key twice": ("pack.yaml", "name: acme\nname: acme\n", "a second time"),
    "brackets without end": ("claims/a.yaml", "[" * 100_000, "nesting depth"),
    "an escape code": ("team.yaml", 'team: {en: "\\e[31m", zh: 甲}\n', "invisible or control"),
    "an infinite number": (
        "pack.yaml",
        'name: acme\nversion: "1"\nreviewed: 2026-11-23\nprecedence: .inf\nextends: small\n',
        "precedence",
    ),
    "code to import": ("claims/a.py.yaml", "import: os\n", "lower-case words joined by hyphens"),
    "a file nothing reads": ("plugin.yaml", "run: rm\n", "nothing reads this file"),
    "another YAML name": ("needs/a.yml", FILES[NEED], "nothing reads this file"),
    "an unknown key": ("team.yaml", "team: {en: a, zh: 甲}\nexec: rm\n", "unknown key `exec`"),
    "an empty file": ("team.yaml", "", "the file is empty"),
    "a level beyond the scale": ("claims/a.yaml", FILES[CLAIM].replace("alpha: strong", "alpha: 1e9"), "says.alpha"),
}


@pytest.mark.parametrize("name", EVIL)
def test_an_evil_overlay_is_refused_with_a_place(folder: PackFolder, overlay: Overlay, name: str) -> None:
    file, text, words = EVIL[name]
    overlay.write(file, text)
    reported = problems(folder, overlay)
    assert any(problem.startswith(f"acme/{file}") and words in problem for problem in reported), reported
    assert all(problem.isprintable() for problem in reported)


def test_an_overlay_reads_nothing_outside_its_folder(folder: PackFolder, overlay: Overlay, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("password: x\n", encoding="utf-8")
    (overlay.folder / "needs").mkdir()
    (overlay.folder / "needs/out.yaml").symlink_to(tmp_path / "secret.yaml")
    (overlay.folder / "team.yaml").symlink_to(tmp_path / "secret.yaml")
    (overlay.folder / "cases").symlink_to(tmp_path)
    reported = problems(folder, overlay)
    assert [problem.split(": ")[0] for problem in reported] == ["acme/cases", "acme/needs/out.yaml", "acme/team.yaml"]
    assert all("this is a link" in problem and "password" not in problem for problem in reported)
