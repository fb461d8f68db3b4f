"""`advise explain`: one page or two, in text and JSON, and what it says of what was measured."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from as_user import Advise


def test_two_ids_stand_side_by_side(inside: Advise, monkeypatch: pytest.MonkeyPatch) -> None:
    result = inside("explain", "pytorch", "keras")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert re.match(r"framework pytorch: PyTorch +\| framework keras: Keras$", lines[0])
    assert any(
        re.match(r"ITS WEAKNESSES ACCORDING TO THE ARTICLE +\| ITS WEAKNESSES ACCORDING TO THE ARTICLE$", line)
        for line in lines
    )
    monkeypatch.setenv("COLUMNS", "60")
    narrow = inside("explain", "pytorch", "keras").out.splitlines()
    assert (
        "framework pytorch: PyTorch" in narrow
        and "framework keras: Keras" in narrow
        and not any(" | " in line for line in narrow)
    )


def test_json_has_the_record_and_the_page(inside: Advise) -> None:
    document = inside("explain", "tf-pro-distributed", "--format", "json").json
    assert (document["id"], document["kind"]) == ("tf-pro-distributed", "claim")
    assert document["record"]["review"]["verdict"] == "outdated"
    heads = [part["head"] for part in document["parts"]]
    assert {"SOURCE", "REVIEW", "CHECK", "VERDICT HERE", "WHEN IT MATTERS"} <= set(heads)
    assert all(row["text"] for part in document["parts"] for row in part["items"])
    both = inside("explain", "pytorch", "计算图", "--format", "json", "--lang", "zh").json
    assert [(page["kind"], page["id"]) for page in both] == [
        ("framework", "pytorch"),
        ("concept", "computation-graph"),
    ]


def test_markdown_has_heads_and_fenced_code(inside: Advise) -> None:
    out = inside("explain", "keras-lr", "--format", "markdown").out
    assert out.startswith("# pitfall keras-lr") and "\n## §4.3.3 " in out
    assert re.search(r"\n```\nimport keras\n\noptimizer = keras.optimizers.Adam\(lr=0.1\)\n```\n", out)


def test_a_pitfall_in_json_has_both_codes(inside: Advise) -> None:
    rows = [row for part in inside("explain", "keras-lr", "--format", "json").json["parts"] for row in part["items"]]
    (code,) = [row for row in rows if "beside" in row]
    assert "lr=0.1" in code["text"] and "learning_rate=0.1" in code["beside"]["text"]


def test_the_diagram_can_be_piped_into_a_file(inside: Advise) -> None:
    en, zh = inside("explain", "diagram").out, inside("explain", "diagram", "--lang", "zh").out
    assert en.startswith("graph LR\n") and zh.startswith("graph LR\n") and "自动微分" in zh
    document = inside("explain", "diagram", "--format", "json").json
    assert document["parts"][0]["items"][0]["text"] == en


@pytest.mark.parametrize("word", ["faq", "pitfalls", "glossary"])
def test_the_pages_of_newcomers(inside: Advise, word: str) -> None:
    for lang in ("en", "zh"):
        result = inside("explain", word, "--lang", lang)
        assert (result.code, result.err) == (0, "") and len(result.out.splitlines()) > 50


def test_measured_values_appear_on_every_page_they_bear_on(inside: Advise, evidence: Path) -> None:
    options = ("--evidence", evidence)
    assert "measured here" in inside("explain", "ease-of-use", *options).out
    assert re.search(r"\n  confirmed ", inside("explain", "data-parallel", *options).out)
    framework = inside("explain", "keras", *options).out.partition("VERDICTS HERE")[2]
    assert "confirmed" in framework and "k-con-backend-limits" in framework
    claim = inside("explain", "k-con-backend-limits", *options).out.partition("VERDICT HERE")[2]
    assert re.search(r"Keras on JAX +works", claim)


def test_what_is_unknown_is_refused_with_the_nearest(inside: Advise) -> None:
    for arguments in (("explain", "tensro"), ("explain", "tensor", "tensro")):
        result = inside(*arguments)
        assert (result.code, result.out) == (2, "") and result.complaints == [
            "explain: nothing is called `tensro` — did you mean tensor?"
        ]
    error = json.loads(inside("explain", "计算涂", "--format", "json").err)
    assert error["error"]["exit_code"] == 2 and "计算图" in error["error"]["problems"][0]["fix"]


def test_without_an_id_it_says_what_is_missing(inside: Advise) -> None:
    result = inside("explain")
    assert (result.code, result.out) == (2, "") and len(result.complaints) == 1


def test_an_answer_does_not_wait_for_what_newcomers_are_told(advise: Advise) -> None:
    """Neither read nor imported on the way to an answer."""
    script = (
        "import sys; from advisor.cli.main import run; code = run(['--scale=large', '--probe=none', '--format=json']);"
        "print(code, [name for name in sys.modules if 'onboarding' in name or 'render.explain' in name], file=sys.stderr)"
    )  # fmt: skip
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("0 []"), done.stderr
    assert advise("explain", "tensor").code == 0
