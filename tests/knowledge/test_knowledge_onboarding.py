"""What newcomers are told: read strictly, linked to the ledger, and complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import asdict

from advisor.errors import InputError
from advisor.knowledge.onboarding import Onboarding, find_onboarding_problems, load_onboarding
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.text import Text
from probes.catalogue import PROBES

CHINESE = re.compile("[\u4e00-\u9fff]")

CONCEPT = """\
name: {en: tensor, zh: 张量}
synonyms: [array]
definition: {en: An array., zh: 数组。}
spelled:
  pytorch: [torch.Tensor]
claims: [concept-tensor]
"""
FAQ = """\
question: {en: Why?, zh: 为什么？}
answer: {en: Therefore., zh: 因此。}
claims: [q4-criteria]
"""
PITFALL = """\
name: {en: A trap, zh: 陷阱}
section: "5.1"
happens: {en: It fails., zh: 出错。}
versions: {en: All., zh: 所有。}
runs-on: pytorch
wrong: {code: "raise ValueError", raises: ValueError}
right: {code: "print(1)", prints: "1"}
instead: {en: Print., zh: 打印。}
claims: [code-4-3-3]
"""
DIAGRAM = """\
about: {en: All., zh: 总览}
section: "2.2"
concepts: [tensor]
relations:
  - {from: keras, to: torch.Tensor, label: {en: uses, zh: 使用}, claims: [k-pro-backends]}
corrects: []
"""


class Folder:
    """A pack's onboarding folder with one sound file of each kind, to be spoiled."""

    def __init__(self, root: Path, pack: Pack) -> None:
        self.root, self.pack = root / "team", pack
        for name, content in (
            ("glossary/tensor.yaml", CONCEPT),
            ("faq/why.yaml", FAQ),
            ("pitfalls/trap.yaml", PITFALL),
            ("diagram.yaml", DIAGRAM),
        ):
            self.write(name, content)

    def write(self, name: str, content: str) -> None:
        file = self.root / "onboarding" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")

    def load(self) -> Onboarding:
        return load_onboarding([self.root], self.pack)

    def problems(self) -> list[str]:
        problems = [
            str(problem) for problem in find_onboarding_problems([self.root], self.pack, {"training-step": ["step_ms"]})
        ]
        if problems:
            with pytest.raises(InputError) as caught:
                self.load()
            assert [str(problem) for problem in caught.value.problems] == [
                line for line in problems if "unknown probe" not in line
            ]
        return problems


@pytest.fixture
def team(tmp_path: Path, built_in: Pack) -> Folder:
    return Folder(tmp_path, built_in)


@pytest.fixture(scope="module")
def built_in_onboarding(built_in: Pack) -> Onboarding:
    return load_onboarding([BUILT_IN], built_in)


# --- reading --------------------------------------------------------------------------------------------------------


def test_a_sound_folder_is_read(team: Folder) -> None:
    assert team.problems() == []
    onboarding = team.load()
    assert (list(onboarding.glossary), list(onboarding.faq), list(onboarding.pitfalls)) == (
        ["tensor"],
        ["why"],
        ["trap"],
    )
    assert onboarding.diagram is not None and onboarding.diagram.relations[0].from_ == "keras"


def test_a_pack_may_have_none(tmp_path: Path, built_in: Pack) -> None:
    assert load_onboarding([tmp_path], built_in) == Onboarding()


def test_a_later_pack_stands_above_an_earlier_one(team: Folder, tmp_path: Path, built_in: Pack) -> None:
    above = Folder(tmp_path / "above", built_in)
    above.write("glossary/tensor.yaml", CONCEPT.replace("An array.", "Our array."))
    onboarding = load_onboarding([team.root, above.root], built_in)
    assert onboarding.glossary["tensor"].definition.en == "Our array." and len(onboarding.glossary) == 1


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("glossary/tensor.yaml", "concept-tensor", "concept-tenser", "glossary/tensor.yaml:6:10: unknown claim `concept-tenser` — did you mean concept-tensor?"),
        ("glossary/tensor.yaml", "pytorch:", "torch:", "glossary/tensor.yaml:5:10: unknown framework `torch` — did you mean pytorch?"),
        ("glossary/tensor.yaml", "torch.Tensor", "Torch Tensor", "glossary/tensor.yaml:5:13: `spelled.pytorch.0` is 'Torch Tensor'"),
        ("glossary/tensor.yaml", "synonyms:", "synonym:", "glossary/tensor.yaml:2:1: unknown key `synonym` — "),
        ("faq/why.yaml", "[q4-criteria]", "[]", "faq/why.yaml:3:9: `claims` is []"),
        ("faq/why.yaml", ", zh: 因此。", "", "faq/why.yaml:2:9: the key `zh` is missing — add the key"),
        ("pitfalls/trap.yaml", "pytorch", "torch", "pitfalls/trap.yaml:5:10: unknown candidate `torch`"),
        ("pitfalls/trap.yaml", ', prints: "1"', "", "pitfalls/trap.yaml:7:8: `right`: give exactly one of prints, raises, warns and valid — good: raises: AttributeError"),
        ("pitfalls/trap.yaml", "print(1)", "\\n".join(["x"] * 11), "pitfalls/trap.yaml:7:8: `right`: at most 10 lines of 88 characters"),
        ("pitfalls/trap.yaml", '"5.1"', "5.1", "pitfalls/trap.yaml:2:10: `section` is 5.1"),
        ("diagram.yaml", "[tensor]", "[tensors]", "diagram.yaml:3:12: unknown concept `tensors` — did you mean tensor?"),
        ("diagram.yaml", "torch.Tensor", "torch.Module", "unknown framework or drawn name `torch.Module`"),
        ("diagram.yaml", "from: keras", "from: keros", "diagram.yaml:5:12: unknown framework `keros` — did you mean keras?"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place_and_remedy(team: Folder, name: str, old: str, new: str, words: str) -> None:
    sound = (team.root / "onboarding" / name).read_text("utf-8")
    assert old in sound
    team.write(name, sound.replace(old, new))
    assert any(words in problem and problem.startswith("team/onboarding/") for problem in team.problems()), (
        team.problems()
    )


def test_a_word_leads_to_one_concept(team: Folder) -> None:
    team.write(
        "glossary/matrix.yaml",
        CONCEPT.replace("name: {en: tensor", "name: {en: Array").replace("张量", "矩阵").replace("[array]", "[grid]"),
    )
    assert "`array` is already a word of the concept matrix" in team.problems()[0]


def test_all_mistakes_are_told_at_once(team: Folder) -> None:
    team.write("glossary/tensor.yaml", "name: 1\n")
    team.write("faq/why.yaml", FAQ.replace("q4-criteria", "q5"))
    team.write("faq/Not An Id.yaml", FAQ)
    team.write("elsewhere/x.yaml", FAQ)
    team.write(
        "probes/training-stop.yaml",
        "question: {en: a, zh: 甲}\nmeasured: {en: a, zh: 甲}\nspeaks-for: {en: a, zh: 甲}\n",
    )
    problems = "\n".join(team.problems())
    for part in (
        "glossary/tensor.yaml:1:7",
        "unknown claim `q5`",
        "a file name is an id",
        "nothing reads this file",
        "unknown probe `training-stop`",
    ):
        assert part in problems


def test_links_are_not_followed(team: Folder, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(FAQ, "utf-8")
    (team.root / "onboarding" / "faq" / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    assert ["faq/link.yaml: this is a link" in problem for problem in team.problems()] == [True]


# --- what ships -----------------------------------------------------------------------------------------------------


def test_what_ships_is_sound(built_in: Pack) -> None:
    assert (
        find_onboarding_problems([BUILT_IN], built_in, {name: probe.measures for name, probe in PROBES.items()}) == []
    )


def test_every_probe_is_introduced(built_in_onboarding: Onboarding) -> None:
    assert set(built_in_onboarding.probes) == set(PROBES)


def test_there_is_enough_of_it(built_in_onboarding: Onboarding) -> None:
    assert (
        len(built_in_onboarding.glossary) >= 20
        and len(built_in_onboarding.faq) >= 12
        and len(built_in_onboarding.pitfalls) >= 15
    )
    assert built_in_onboarding.diagram is not None and built_in_onboarding.steps is not None
    assert [step.id for step in built_in_onboarding.steps.steps] == ["define", "forward", "gradient", "update"]


def test_the_articles_questions_are_answered(built_in_onboarding: Onboarding) -> None:
    assert {faq.section for faq in built_in_onboarding.faq.values()} - {None} == {"9-Q1", "9-Q2", "9-Q3", "9-Q4"}


def test_the_articles_concepts_are_explained(built_in: Pack, built_in_onboarding: Onboarding) -> None:
    taught = {claim for concept in built_in_onboarding.glossary.values() for claim in concept.claims}
    assert {id for id, claim in built_in.claims.items() if claim.source == "article §2.1"} <= taught


def test_every_defect_of_the_articles_code_is_shown(built_in: Pack, built_in_onboarding: Onboarding) -> None:
    """Claims about code and procedures that the review rejects, and the samples that a version changed."""
    shown = {claim for pitfall in built_in_onboarding.pitfalls.values() for claim in pitfall.claims}
    kinds, verdicts = ("code", "procedure"), ("wrong", "outdated", "contradictory")
    defects = {
        id
        for id, claim in built_in.claims.items()
        if claim.source.startswith("article") and claim.kind in kinds and claim.review.verdict in verdicts
    }  # fmt: skip
    assert len(defects) > 10 and defects <= shown, defects - shown


def test_both_languages_everywhere(built_in_onboarding: Onboarding) -> None:
    shelves = (
        built_in_onboarding.glossary,
        built_in_onboarding.faq,
        built_in_onboarding.pitfalls,
        built_in_onboarding.probes,
    )
    texts = [
        part
        for shelf in shelves
        for record in shelf.values()
        for part in asdict(record).values()
        if isinstance(part, Text)
    ]
    assert len(texts) > 150
    for text in texts:
        assert CHINESE.search(text.zh) and not CHINESE.search(text.en), text


def test_a_concept_is_found_by_any_of_its_words(built_in_onboarding: Onboarding) -> None:
    for id, concept in built_in_onboarding.glossary.items():
        for word in (id, *concept.words, concept.name.en.upper(), concept.name.en.replace(" ", "-")):
            assert built_in_onboarding.find_concept(word) == id
    assert built_in_onboarding.find_concept("nothing of the kind") is None
