"""Whatever a record names must exist; an unknown name is shown where it stands, with the nearest known one."""

from __future__ import annotations

import pytest
from pack_folder import CLAIM, CONSTRAINT, NEED, OTHER_CLAIM, PackFolder


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "what", "fix"),
    [
        pytest.param(NEED, "when: {scale: large}", "when: {scael: large}", "5:8", "unknown question `scael`", "did you mean scale?", id="question"),
        pytest.param(NEED, "when: {scale: large}", "when: {any: [{deploy: phone}, {not: {scael: large}}]}", "5:38", "unknown question `scael`", "did you mean scale?", id="nested-question"),
        pytest.param(NEED, "when: {scale: large}", "when: {scale: larg}", "5:15", "`larg` is no choice of scale", "did you mean large?", id="choice"),
        pytest.param(NEED, "when: {scale: large}", "when: {scale: [small, larg]}", "5:15", "`larg` is no choice of scale", "did you mean large?", id="choice-in-list"),
        pytest.param(NEED, "when: {scale: large}", "when: {all: [{scale: huge}]}", "5:22", "`huge` is no choice of scale", "legal: small, large", id="choice-far-off"),
        pytest.param(NEED, "applies: {scale: large}", "applies: {scalle: large}", "8:13", "unknown question `scalle`", "did you mean scale?", id="example-question"),
        pytest.param(NEED, "silent: {scale: small}", "silent: {scale: smal}", "9:19", "`smal` is no choice of scale", "did you mean small?", id="example-choice"),
        pytest.param(NEED, "silent: {scale: small}", 'silent: {scale: "3"}', "9:19", "`3` is no choice of scale", "legal: small, large", id="example-number"),
        pytest.param(NEED, "speed: major", "sped: major", "6:12", "unknown criterion `sped`", "did you mean speed?", id="criterion"),
        pytest.param(NEED, "source: article §1", "source: artikel §1", "4:9", "unknown source `artikel`", "did you mean article?", id="source"),
        pytest.param(CONSTRAINT, "excludes: [beta]", "excludes: [alpha, betta]", "6:19", "unknown candidate or framework `betta`", "did you mean beta?", id="excluded"),
        pytest.param(CONSTRAINT, "excludes: [beta]", "keeps: [alpha, betta]", "6:16", "unknown candidate or framework `betta`", "did you mean beta?", id="kept"),
        pytest.param(CONSTRAINT, "excludes: [beta]", "excludes: betta", "6:11", "unknown candidate or framework `betta`", "did you mean beta?", id="excluded-alone"),
        pytest.param(CLAIM, "about: speed", "about: sped", "6:8", "unknown criterion `sped`", "did you mean speed?", id="about"),
        pytest.param(CLAIM, "{alpha: strong", "{alfa: strong", "7:8", "unknown candidate or framework `alfa`", "did you mean alpha?", id="candidate"),
        pytest.param(CLAIM, '"backend:alpha": good', '"backend:omega": good', "7:23", "unknown candidate or framework `backend:omega`", "legal: alpha, beta, beta[alpha]", id="backend"),
        pytest.param(CLAIM, "sources: [manual]", "sources: [article, manul]", "13:22", "unknown source `manul`", "did you mean manual?", id="review-source"),
        pytest.param(OTHER_CLAIM, "sources: manual", "sources: manul", "10:12", "unknown source `manul`", "did you mean manual?", id="review-source-alone"),
        pytest.param(CLAIM, "instead: alpha-measured", "instead: alpha-mesured", "14:12", "unknown claim `alpha-mesured`", "did you mean alpha-measured?", id="instead"),
        pytest.param(CLAIM, "disputes: [alpha-measured]", "disputes: [alpha-mesured]", "19:11", "unknown claim `alpha-mesured`", "did you mean alpha-measured?", id="disputes"),
        pytest.param(CLAIM, "disputes: [alpha-measured]", "same-as: alpha-mesured", "19:10", "unknown claim `alpha-mesured`", "did you mean alpha-measured?", id="same-as"),
        pytest.param(CLAIM, "better: alpha", "better: alfa", "18:20", "unknown candidate or framework `alfa`", "did you mean alpha?", id="check-better"),
        pytest.param(CLAIM, "than: [beta]", "than: [betta]", "18:33", "unknown candidate or framework `betta`", "did you mean beta?", id="check-than"),
        pytest.param(CLAIM, "disputes:", "applies-to: {alpha: newest}\ndisputes:", "19:21", "`newest` is no version range", 'good: ">=2.0,<3"', id="versions"),
        pytest.param(CLAIM, "disputes:", "measured-on: {by: maker, like: {scale: smal}}\ndisputes:", "19:40", "`smal` is no choice of scale", "did you mean small?", id="measured-on"),
        pytest.param("questions.yaml", "when: {not: {scale: small}}", "when: {not: {scale: smal}}", "15:25", "`smal` is no choice of scale", "did you mean small?", id="question-when"),
        pytest.param("questions.yaml", "deploy: phone", "deploy: phon", "23:34", "`phon` is no choice of deploy", "did you mean phone?", id="impossible"),
        pytest.param("questions.yaml", "share: 0.7", "share: 0.6", "8:7", "the shares add up to 0.9", "make them add up to 1", id="shares"),
        pytest.param("criteria.yaml", "counts-when: {scale: small}", "counts-when: {scale: smal}", "15:30", "`smal` is no choice of scale", "did you mean small?", id="counts-when"),
        pytest.param("frameworks.yaml", "framework: beta", "framework: betta", "14:16", "unknown framework `betta`", "did you mean beta?", id="framework"),
        pytest.param("frameworks.yaml", 'beta.example"', 'beta.example", joins-when: {scale: smal}', "3:78", "`smal` is no choice of scale", "did you mean small?", id="joins-when"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_shown_where_it_stands(
    folder: PackFolder, file: str, old: str, new: str, place: str, what: str, fix: str
) -> None:
    folder.spoil(file, old, new)
    (problem,) = (line for line in folder.problems() if what in line)
    assert problem.startswith(f"mine/{file}:{place}: {what} — {fix}")


def test_a_framework_a_stack_and_a_backend_are_names_of_candidates(folder: PackFolder) -> None:
    pack = folder.load()
    assert pack.members("alpha") == ("alpha",)
    assert pack.members("beta") == pack.members("beta[alpha]") == ("beta[alpha]",)
    assert pack.members("backend:alpha") == ("alpha", "beta[alpha]")
    assert pack.members("omega") == pack.members("backend:omega") == ()


def test_keras_names_three_stacks_and_pytorch_one(built_in) -> None:  # type: ignore[no-untyped-def]
    assert built_in.members("keras") == ("keras[tensorflow]", "keras[torch]", "keras[jax]")
    assert built_in.members("pytorch") == ("pytorch",)
    assert built_in.members("backend:torch") == ("pytorch", "keras[torch]")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        pytest.param(
            "questions.yaml",
            "share: 0.3}",
            "share: 0.2}\n      - {id: large, label: {en: more, zh: 更大}, share: 0.1}",
            "10:14: the choice `large` stands here a second time — keep one of them",
            id="choice-twice",
        ),
        pytest.param(
            "questions.yaml",
            "    topic: scale\n",
            "    topic: scale\n    when: {deploy: none}\n",
            "4:11: `when` looks at deploy, which does not come earlier — ask that question first",
            id="when-looks-ahead",
        ),
        pytest.param(
            "questions.yaml",
            "when: {not: {scale: small}}",
            "when: {deploy: none}",
            "15:11: `when` looks at deploy, which does not come earlier — ask that question first",
            id="when-of-itself",
        ),
        pytest.param(
            "frameworks.yaml",
            "candidates:\n",
            '  - {id: omega, name: O, home: "https://o.example"}\ncandidates:\n',
            "4:10: `omega` has no candidate — add one that names it",
            id="empty-framework",
        ),
    ],
)
def test_what_would_break_the_reasoning_is_refused_when_the_pack_is_read(
    folder: PackFolder, file: str, old: str, new: str, words: str
) -> None:
    folder.spoil(file, old, new)
    assert folder.problems() == [f"mine/{file}:{words}"]
