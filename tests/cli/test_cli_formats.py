"""The same answer as Markdown and as a page: the numbers of the JSON, nothing left out, and nothing read that is not needed."""

from __future__ import annotations

import json
import re
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import get_args

import pytest
from as_user import AS_OF, Advise

from advisor.cli.options import Format
from advisor.render.json import SCHEMA

BEFORE = Path(__file__).parent.parent / "fixtures" / "bd7e7cb"
PROJECT = ("--scale", "large", "--use-case", "engineering-production", "--as-of", AS_OF)
HEADS = {
    "en": ("What is known of the project", "How they stand", "How the answer moved", "For PyTorch, over Keras on JAX", "Against PyTorch, where Keras on JAX is better", "Where the doubt comes from", "Measured", "The article's claims", "Not measured", "What would flip it", "Ask next", "Start"),
    "zh": ("已知的项目情况", "各框架的位次", "结论如何变化", "支持 PyTorch 而非 Keras+JAX 的理由", "反对 PyTorch 的理由：Keras+JAX 更好之处", "不确定性来自何处", "实测", "文章论断的核验", "未实测", "改变结论的条件", "建议先答", "开始使用"),
}  # fmt: skip


def section(text: str, head: str) -> str:
    return text.split(f"## {head}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_markdown_holds_every_part_of_the_answer(inside: Advise, evidence: Path, lang: str) -> None:
    result = inside(*PROJECT, "--evidence", evidence, "--format", "markdown", "--lang", lang)
    assert (result.code, result.err) == (0, "")
    assert re.findall(r"^## (.*)$", result.out, re.MULTILINE) == list(HEADS[lang])


def test_its_numbers_are_those_of_the_json(inside: Advise, evidence: Path) -> None:
    arguments = (*PROJECT, "--evidence", evidence)
    text, document = inside(*arguments, "--format", "markdown").out, inside(*arguments, "--format", "json").json
    assert f"best in {round(100 * document['recommendation']['p_best'])} of 100" in text
    rows = [row for row in section(text, "How the answer moved").splitlines() if row.startswith("| ")]
    moved = [row.split(" | ")[2] for row in rows[1:]]
    assert moved == [str(round(100 * reading["recommendation"]["p_best"])) for reading in document["readings"].values()]
    for head, part in ((HEADS["en"][3], "reasons"), (HEADS["en"][4], "dissent")):
        effects = re.findall(r"^\| ([+-]0\.\d{3}) \|", section(text, head), re.MULTILINE)
        assert list(map(float, effects)) == pytest.approx([reason["effect"] for reason in document[part]], abs=6e-4)
    tried = [
        claim
        for claim in document["claims"]
        if claim["source"].startswith("article") and claim["verdict"] != "untested"
    ]
    rows = [row for row in section(text, "The article's claims").splitlines() if row.startswith("| ")]
    assert tried and len(rows) == 1 + len(tried)
    steps = {
        measurement["candidate"]: measurement["amount"]
        for measurement in document["evidence"]["measurements"]
        if measurement["measure"] == "step_ms"
    }
    cells = dict(re.findall(r"^\| (\S+) \| (\S+) \|", section(text, "Measured").replace("\\", ""), re.MULTILINE))
    assert {name: float(cells[name]) for name in steps} == pytest.approx(steps, rel=0.01)


def test_a_page_is_written_whole_and_never_over_another(inside: Advise, home: Path) -> None:
    arguments = (*PROJECT, "--probe", "none", "--format", "html", "--output", "answer.html")
    assert inside(*arguments).code == 0
    page = (home / "answer.html").read_text("utf-8")
    assert page.startswith("<!doctype html>") and page.endswith("</html>\n")
    assert inside(*arguments).code == 5
    assert inside(*arguments, "--force").code == 0


OBJECTS = (
    ("--scale", "large", "--probe", "none"),
    ("why", "--scale", "large", "--probe", "none"),
    ("why-not", "keras", "--scale", "large", "--probe", "none"),
    ("what-if", "scale=small", "--scale", "large", "--probe", "none"),
    ("explain", "keras"),
    ("check", BEFORE / "decisions" / "documents-only" / "decision.lock", "--as-of", "2026-11-25"),
    ("--scale", "huge"),
)


@pytest.mark.parametrize("arguments", OBJECTS, ids=lambda arguments: " ".join(map(str, arguments[:2])))
def test_every_object_says_which_version_of_the_schema_it_follows(
    inside: Advise, arguments: tuple[object, ...]
) -> None:
    published = json.loads(SCHEMA.read_text("utf-8"))["properties"]["schema_version"]["const"]
    document = inside(*arguments, "--format", "json").json
    assert (next(iter(document)), document["schema_version"]) == ("schema_version", published)


def test_without_the_report_extra_it_says_what_to_install(inside: Advise, monkeypatch: pytest.MonkeyPatch) -> None:
    from advisor.render import charts

    def find_spec(name: str) -> ModuleSpec | None:
        return None if name == "altair" else ModuleSpec(name, None)

    monkeypatch.setattr(charts, "find_spec", find_spec)
    result = inside(*PROJECT, "--format", "html")
    assert result.code == 2
    assert "altair is missing" in result.complaints[0]
    assert "pip install 'framework-advisor[report]'" in result.complaints[0]
    assert inside("onboard", "team", *PROJECT).code == 2
    assert inside(*PROJECT, "--probe", "none", "--format", "markdown").code == 0


def test_a_plain_answer_loads_none_of_it(advise: Advise) -> None:
    script = "import sys; sys.argv = ['advise', *sys.argv[1:]]; from advisor.cli.main import run; run(sys.argv[1:]); print(*sorted(sys.modules), file=sys.stderr)"
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", script, *PROJECT, "--probe", "none", "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stderr.split())
    unwanted = {
        "altair",
        "jinja2",
        "vl_convert",
        "advisor.render.html",
        "advisor.render.markdown",
        "advisor.render.terminal",
    }
    assert "advisor.render.json" in loaded and not loaded & unwanted


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_other_commands_name_the_formats_they_have(inside: Advise, form: str) -> None:
    result = inside("claims", "--format", form)
    assert result.code == 2 and "legal: text, json" in result.complaints[0]


SECRETS = {"HOSTNAME": "secret-host", "USER": "secret-user", "API_TOKEN": "secret-token", "LOGNAME": "secret-user"}


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.long)])
def test_no_secret_of_the_machine_is_in_any_output(advise: Advise, tmp_path: Path, evidence: Path, lang: str) -> None:
    home = tmp_path / "secret-home"
    home.mkdir()
    env = SECRETS | {"HOME": str(home), "XDG_STATE_HOME": str(home / "secret-state")}
    (tmp_path / "runs.jsonl").write_text(evidence.read_text("utf-8"), "utf-8")
    arguments = (*PROJECT, "--evidence", "runs.jsonl", "--lang", lang)
    results = [advise(*arguments, "--format", form, env=env, cwd=tmp_path) for form in get_args(Format)]
    results.append(advise("onboard", "team", *arguments, env=env, cwd=tmp_path))
    assert {result.code for result in results} == {0}
    written = "".join(file.read_text("utf-8") for file in (tmp_path / "team").rglob("*") if file.is_file())
    everything = "".join(result.out + result.err for result in results) + written
    assert "PyTorch" in written and "secret-" not in everything
    assert str(tmp_path) not in everything
