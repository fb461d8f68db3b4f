"""A pack with topics, questions, frameworks and criteria of its own: every command answers, and none knows ours by name."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from as_user import AS_OF, Advise

sys.path.insert(0, str(Path(__file__).parent.parent / "verification"))  # sound_pack
from sound_pack import FILES, replace_in_file, write_pack

TOPICS = {"scale": "size", "performance": "latency", "dev-efficiency": "comfort", "deployment": "places"}
CONTROL = ("--style", "control", "--probe", "none")


@pytest.fixture
def own(home: Path) -> Path:
    """A pack on disk whose topics are not ours."""
    return write_pack(home / "own", {name: _own_topics(text) for name, text in FILES.items()})


def _own_topics(text: str) -> str:
    return re.sub(r"topic: ([a-z-]+)", lambda match: f"topic: {TOPICS[match[1]]}", text)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_every_format_answers(inside: Advise, own: Path, form: str, lang: str) -> None:
    answer = inside(*CONTROL, "--pack", own, "--format", form, "--lang", lang, "--details")
    assert (answer.code, answer.err) == (0, "")
    assert "comfort" in answer.out, "a topic of the pack's own is called by its id"


@pytest.mark.parametrize(
    "command",
    [
        ("why", "--style", "control"),
        ("why-not", "beta", "--style", "control"),
        ("what-if", "scale=large", "--style", "control"),
        ("claims",),
        ("explain", "scale"),
        ("explain", "freedom"),
        ("explain", "beta"),
        ("explain", "alpha-fast"),
        ("explain", "glossary"),
    ],
    ids=" ".join,
)
def test_every_explanation_answers(inside: Advise, own: Path, command: tuple[str, ...]) -> None:
    answer = inside(*command, "--pack", own, "--as-of", AS_OF)
    assert (answer.code, answer.err) == (0, "")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_folder_of_a_team_is_written(inside: Advise, own: Path, home: Path, lang: str) -> None:
    written = inside("onboard", "team", *CONTROL, "--pack", own, "--as-of", AS_OF, "--lang", lang)
    assert written.code == 0 and "Alpha" in written.err and "DECISION.md" in written.err
    guide = (home / "team" / "README.md").read_text("utf-8")
    assert guide.startswith("# Alpha")
    assert not re.search(r"PyTorch|TensorFlow|Keras", guide.replace("TensorBoard", ""))
    assert not re.search(r"^## .*\n+(?=## )", guide, re.MULTILINE), "a section has something in it"
    assert "JAX" not in (home / "team" / "starter" / "README.md").read_text("utf-8")
    checked = inside("check", "team/decision.lock", "--pack", own, "--as-of", AS_OF)
    assert checked.out.startswith("UNCHANGED")


def test_a_pack_of_one_framework_has_no_other_to_ask_about(inside: Advise, own: Path) -> None:
    shutil.rmtree(own / "claims" / "beta")
    shutil.rmtree(own / "cases")
    (own / "constraints" / "no-phone.yaml").unlink()
    replace_in_file(own, "frameworks.yaml", '  - {id: beta, name: Beta, home: "https://beta.example"}\n', "")
    frameworks = (own / "frameworks.yaml").read_text("utf-8").partition("  - id: beta")[0]
    (own / "frameworks.yaml").write_text(frameworks, encoding="utf-8")
    replace_in_file(
        own, "claims/alpha/alpha-fast.yaml", "{better: alpha, than: [beta], by: 0.1}", "{each: [alpha], at-most: 5}"
    )
    answer = inside(*CONTROL, "--pack", own)
    assert answer.code == 0 and "Alpha" in answer.out
    assert "why-not" not in answer.out


@pytest.mark.parametrize(
    ("file", "text", "what"),
    [
        ("questions.yaml", "questions: []\n", "no question"),
        ("criteria.yaml", "criteria: []\n", "no criterion"),
        ("sources.yaml", "sources: []\n", "no source"),
        ("frameworks.yaml", "frameworks: []\ncandidates: []\n", "no framework"),
    ],
)
def test_a_pack_without_a_vocabulary_is_refused(inside: Advise, own: Path, file: str, text: str, what: str) -> None:
    (own / file).write_text(text, encoding="utf-8")
    refused = inside("--pack", own, "--answers", "missing.yaml")
    assert refused.code == 2
    assert any(f"own/{file}:1:" in line and what in line for line in refused.complaints)


def test_a_pack_of_frameworks_from_outside_alone_is_refused(inside: Advise, own: Path) -> None:
    text = (own / "frameworks.yaml").read_text("utf-8")
    outside = re.sub(r'(home: "[^"]+")\}', r"\1, outside: true}", text)
    (own / "frameworks.yaml").write_text(outside, encoding="utf-8")
    for command in ((*CONTROL, "--pack", own), ("rules", "check", own), ("rules", "diff", own, own)):
        refused = inside(*command)
        assert refused.code == 2
        assert "own/frameworks.yaml:1:1" in refused.out + refused.err
