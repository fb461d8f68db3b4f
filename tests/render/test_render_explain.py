"""The pages of explain: every one of them, in both languages, at any width; two side by side; words for conditions and checks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from rich.cells import cell_len

from advisor.errors import InputError
from advisor.knowledge.claim import ClaimCheck, Expect
from advisor.knowledge.condition import ALWAYS, parse_condition
from advisor.render.document import Item, part
from advisor.render.explain import sheet_layout
from advisor.render.explain.pages import SHELVES, WHOLE_PAGES, entries_of, sheet
from advisor.render.explain.sheet import Library, Sheet
from advisor.render.explain.terms import CLAIM_KINDS, ENTRY_KINDS, check_words, condition_words
from advisor.text import Lang

Libraries = Callable[[str], Library]


def text(library: Library, word: str, width: int = 100) -> str:
    return "\n".join(line.text for line in sheet_layout.below([sheet(library, word)], width))


@pytest.mark.parametrize("kind", SHELVES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_id_has_a_page_that_fits(library: Libraries, kind: str, lang: str) -> None:
    known = library(lang)
    ids = list(SHELVES[kind][0](known))
    assert ids
    for id in ids:
        page = sheet(known, f"{kind}:{id}")
        assert page.parts and all(item.text for section in page.parts for item in section.items)
        for width in (40, 60, 100):
            for line in sheet_layout.below([page], width):
                assert cell_len(line.text) <= width, (id, width, line.text)


def test_a_claim_from_published_numbers_tells_what_they_were_measured_on(library: Libraries) -> None:
    page = text(library("en"), "gpu-speed-algoperf")
    measured_on = page.partition("MEASURED ON\n")[2].partition("CHECK\n")[0]
    for words in (
        "4 NVIDIA A100 (40 GB)",
        "the source does not tell",
        "TF32",
        "a third party",
        "domain is vision",
        "counts less",
    ):
        assert words in measured_on
    assert "测量条件" in text(library("zh"), "gpu-speed-algoperf")
    assert "MEASURED ON" not in text(library("en"), "speed-mlperf-entries")


@pytest.mark.parametrize("word", WHOLE_PAGES)
def test_a_page_of_its_own_fits(library: Libraries, word: str) -> None:
    for lang in ("en", "zh"):
        lines = list(sheet_layout.below([sheet(library(lang), word)], 60))
        assert len(lines) > 20
        if word != "diagram":
            assert all(cell_len(line.text) <= 60 for line in lines)


@pytest.mark.parametrize("kind", [kind for kind in SHELVES if kind not in ("source", "fact")])
def test_an_english_page_is_english_but_for_the_other_language(library: Libraries, kind: str) -> None:
    """Chinese stands only where the other language is shown, in titles of sources, and in the words of a concept."""
    known = library("en")
    for id in SHELVES[kind][0](known):
        for section in sheet(known, f"{kind}:{id}").parts:
            for row in section.items:
                shown = row.label == "中文" or "article" in row.label or kind == "concept"
                assert shown or not re.search("[\u4e00-\u9fff]", row.text + row.label + section.head), (id, row)


def test_every_kind_has_its_word() -> None:
    assert set(ENTRY_KINDS) >= {*SHELVES, *WHOLE_PAGES}


# --- what is found --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "kind", "id"),
    [
        ("计算图", "concept", "computation-graph"),
        ("computation graph", "concept", "computation-graph"),
        ("Computation-Graph", "concept", "computation-graph"),
        ("张量", "concept", "tensor"),
        ("自动微分", "concept", "autodiff"),
        ("autodiff", "concept", "autodiff"),
        ("优化器", "concept", "optimizer"),
        ("optimiser", "concept", "optimizer"),
        ("optimizer", "concept", "optimizer"),
        ("layer", "concept", "layer"),
        ("module", "concept", "module"),
        ("eager", "concept", "eager"),
        ("compiled", "concept", "compiled"),
        ("keras", "framework", "keras"),
        ("tensorflow", "framework", "tensorflow"),
        ("keras[jax]", "candidate", "keras[jax]"),
        ("x5", "contradiction", "x5"),
        ("tf-session", "pitfall", "tf-session"),
        ("q2-dynamic-in-tensorflow", "faq", "q2-dynamic-in-tensorflow"),
        ("faq", "faq", "faq"),
        ("LEAN", "label", "lean"),
        ("it depends", "label", "depends"),
        ("倾向", "label", "lean"),
        ("pitfalls", "pitfalls", "pitfalls"),
        ("diagram", "diagram", "diagram"),
    ],
)
def test_what_a_word_names(library: Libraries, word: str, kind: str, id: str) -> None:
    entry = entries_of(library("en"), word)[0]
    assert (entry.kind, entry.id) == (kind, id)


def test_every_word_of_a_concept_leads_to_it(library: Libraries) -> None:
    """At once, or by the hint on the page of what has that word for its id."""
    known = library("en")
    direct = 0
    for id, concept in known.onboarding.glossary.items():
        for word in (id, *concept.words):
            meanings = [(entry.kind, entry.id) for entry in entries_of(known, word)]
            assert ("concept", id) in meanings, word
            assert meanings[0] == ("concept", id) or meanings[0][1] == word
            direct += meanings[0] == ("concept", id)
    assert direct > 150


def test_what_shares_a_word_is_named_and_can_be_reached(library: Libraries) -> None:
    known = library("en")
    page = text(known, "autograd")
    assert page.startswith("concept autodiff") and "advise explain source:autograd" in page
    assert text(known, "source:autograd").startswith("source autograd")
    assert text(known, "candidate:pytorch").startswith("candidate pytorch")
    with pytest.raises(InputError):
        entries_of(known, "claim:autograd")


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("tensro", "tensor"),
        ("pytroch", "pytorch"),
        ("need-phones", "need-phone"),
        ("计算", "计算图"),
        ("pitfal", "pitfalls"),
    ],
)
def test_a_near_miss_is_helped(library: Libraries, word: str, near: str) -> None:
    with pytest.raises(InputError) as caught:
        entries_of(library("en"), word)
    assert caught.value.problems[0].fix.startswith(f"did you mean {near}?")


def test_what_is_near_nothing_is_helped_too(library: Libraries) -> None:
    with pytest.raises(InputError) as caught:
        entries_of(library("en"), "\x1b[31mqqq zzz")
    assert "\x1b" not in str(caught.value) and "advise explain glossary" in caught.value.problems[0].fix


# --- what a page says -----------------------------------------------------------------------------------------------


def test_a_claim_says_everything(library: Libraries) -> None:
    page = text(library("en"), "tf-pro-distributed")
    for words in (
        "TensorFlow 的分布式训练能力强", "article §3.3.1", "outdated", "(2026-11-30)", "https://", "instead", "tf-distributed-documented",
        "VERDICT HERE", "untested", "eng-distributed-first-choice", "q4-perf-large-tf", "it counts only once",
        "only if scale is medium or large", "need-several-machines", "major",
    ):  # fmt: skip
        assert words in page, words


def test_a_claim_of_a_contradiction_says_how_it_was_settled(library: Libraries) -> None:
    assert re.search(
        r"contradiction +x5: Is PyTorch weak at distributed training\? No\.",
        text(library("en"), "pt-con-distributed", 200),
    )


def test_a_claim_says_whether_its_versions_are_here(library: Libraries) -> None:
    known = library("en")
    assert re.search(r"keras +>=3\.0 \(here 2\.13\.1: outside, so it counts less\)", text(known, "code-4-3-3"))
    assert re.search(r"tensorflow +>=2\.0 \(here 2\.21\.0: inside\)", text(known, "tf1-code-kept"))


def test_a_claim_without_a_direction_says_so(library: Libraries) -> None:
    assert "It favours no framework" in text(library("en"), "concept-tensor")
    assert "不偏向任何框架" in text(library("zh"), "concept-tensor")


def test_a_framework_shows_the_very_code_of_the_probes(library: Libraries) -> None:
    known = library("en")
    for id in ("tensorflow", "pytorch", "keras"):
        page = text(known, id)
        for code in known.steps[id].values():
            assert all(line.strip() in page for line in code.splitlines() if len(line) < 85)
    assert "fit() takes the other three" in text(known, "keras")


def test_a_framework_has_strengths_weaknesses_fields_and_verdicts(library: Libraries) -> None:
    page = text(library("en"), "pytorch")
    for head in (
        "ITS STRENGTHS",
        "ITS WEAKNESSES",
        "ITS FIELDS",
        "VERDICTS HERE",
        "DOCUMENTED FOR IT",
        "DOCUMENTED AGAINST IT",
    ):
        assert f"\n{head}" in page


def test_a_criterion_has_its_ends_its_readers_and_everyones_level(library: Libraries) -> None:
    page = text(library("en"), "distributed-training")
    for words in (
        "\n  0 ",
        "\n  1 ",
        "data-parallel",
        "need-several-machines",
        "PYTORCH",
        "pt-distributed-documented",
        "KERAS ON JAX",
    ):
        assert words in page, words
    assert "tf-pro-distributed" not in page  # the review keeps it out


def test_a_question_says_what_it_can_change(library: Libraries) -> None:
    page = text(library("en"), "hardware")
    for words in ("share 53%", "need-accelerator", "nvidia-gpu-supported", "tpu-jax", "os ", "A guess"):
        assert words in page, words


def test_a_probe_says_what_it_is_for(library: Libraries) -> None:
    page = text(library("zh"), "graph-mode")
    for words in ("逐批执行", "测量项", "tf-graph-session", "依赖数据的动态结构"):
        assert words in page, words


def test_a_probe_lists_what_it_measures_and_not_what_it_only_notes(library: Libraries) -> None:
    page = text(library("en"), "probe:export")
    assert "savedmodel\n" in page and "stablehlo," in page and "onnx_kb" in page
    assert "retried" not in page and "_error" not in page
    assert "gate" not in text(library("en"), "probe:training-step").partition("MEASURES")[2]


def test_a_source_lists_every_claim_that_leans_on_it(library: Libraries) -> None:
    known = library("en")
    for id in ("fsdp", "article", "ran"):
        page = re.sub(r"\s+", " ", text(known, f"source:{id}", 200))
        for name, claim in known.pack.claims.items():
            if claim.source_id == id or id in claim.review.sources:
                assert name in page, (id, name)


def test_a_table_older_than_its_reading_has_two_dates(library: Libraries) -> None:
    """On its own page, beside every citation, and on the page of a number that has no month of its own."""
    known, chinese = library("en"), library("zh")
    table = known.pack.sources["pypi"]
    assert table.as_of == "2026-10" < table.read.isoformat()
    assert re.search(r"data of +2026-10\n", text(known, "source:pypi")) and "数据截至" in text(chinese, "source:pypi")
    assert "data of 2026-10" in re.sub(r"\s+", " ", text(known, "claim:apple-jax-metal"))
    assert re.search(r"dates from +2026-10\n", text(known, "fact:torch-rank"))
    assert re.search(r"dates from +2026-03\n", text(known, "fact:tensorflow-release"))
    assert "data of" not in text(known, "source:fsdp")


def test_what_others_retell_is_called_hearsay(library: Libraries) -> None:
    assert "hearsay" in text(library("en"), "source:tesla") and "转述" in text(library("zh"), "source:tesla")


def test_faq_answers_stand_in_the_order_of_the_article(library: Libraries) -> None:
    heads = [section.head for section in sheet(library("en"), "faq").parts if section.items]
    assert [head[-7:-1] for head in heads[:4]] == ["§9-Q1", "§9-Q2", "§9-Q3", "§9-Q4"] or all(
        f"§9-Q{n}" in heads[n - 1] for n in (1, 2, 3, 4)
    )
    assert len(heads) == len(library("en").onboarding.faq)


def test_a_pitfall_shows_both_sides(library: Libraries) -> None:
    page = text(library("en"), "keras-lr")
    assert re.search(r"wrong: raises ValueError +\| right: prints 0\.1", page)
    narrow = text(library("en"), "keras-lr", 60)
    assert "|" not in narrow and narrow.index("wrong:") < narrow.index("lr=0.1") < narrow.index(
        "right:"
    ) < narrow.index("learning_rate=0.1")


# --- layout ---------------------------------------------------------------------------------------------------------

LEFT = Sheet("claim", "a", "left", (part("ONE", [Item("a " * 30, "label")]), part("TWO", ["only left"])))
RIGHT = Sheet("claim", "b", "right", (part("ONE", ["b"]), part("THREE", ["only right"])))


@pytest.mark.parametrize("width", [80, 100, 200])
def test_two_pages_stand_side_by_side_at_one_height(width: int) -> None:
    lines = [line.text for line in sheet_layout.beside(LEFT, RIGHT, width)]
    assert all(cell_len(line) <= width for line in lines)
    middle = (width - 3) // 2
    assert all(line[middle : middle + 3] in (" | ", " |") for line in lines)
    halves = {line[:middle].strip(): line[middle + 3 :].strip() for line in lines}
    assert (halves["left"], halves["ONE"], halves["TWO"], halves["only left"]) == ("right", "ONE", "", "")
    assert lines[-1].endswith("| " + lines[-1].split("| ")[1]) and "only right" in lines[-1]


def test_below_80_cells_they_stand_one_below_the_other() -> None:
    lines = [line.text for line in sheet_layout.beside(LEFT, RIGHT, 79)]
    assert lines == [line.text for line in sheet_layout.below((LEFT, RIGHT), 79)]
    assert lines.index("left") < lines.index("TWO") < lines.index("right")


def test_two_real_pages_fit(library: Libraries) -> None:
    for lang in ("en", "zh"):
        known = library(lang)
        for pair in (("pytorch", "keras"), ("pt-con-distributed", "tf-pro-distributed"), ("scale", "计算图")):
            for width in (80, 100, 200):
                assert all(
                    cell_len(line.text) <= width
                    for line in sheet_layout.beside(*(sheet(known, word) for word in pair), width)
                )  # type: ignore[misc]


def test_a_label_stands_above_its_text_where_there_is_no_room() -> None:
    wide, narrow = ([line.text for line in sheet_layout.below([LEFT], width)] for width in (80, 40))
    assert wide[2].startswith("  label") and "a a" in wide[2]
    assert narrow[2] == "  label" and narrow[3].startswith("    a a")


def test_code_keeps_its_lines_and_goes_on_further_in() -> None:
    code = "if x:\n    y = call(alpha, beta, gamma)\n\nz"
    page = Sheet("x", "x", "t", (part("", [Item(code, "head", code=True)]),))
    assert [line.text for line in sheet_layout.below([page], 100)] == [
        "t",
        "  head",
        "    if x:",
        "        y = call(alpha, beta, gamma)",
        "",
        "    z",
    ]
    assert [line.text for line in sheet_layout.below([page], 30)][3:5] == [
        "        y = call(alpha, beta,",
        "            gamma)",
    ]


def test_nothing_of_a_pack_acts_on_a_terminal() -> None:
    page = Sheet(
        "x",
        "x",
        "t\x1b[2J",
        (part("h\u202e", [Item("a\x1b]0;x\x07b [red]", "l\u200b"), Item("c\x1b[1m", "", code=True)]),),
    )
    lines = "\n".join(line.text for line in sheet_layout.below([page], 80))
    assert "[red]" in lines
    assert not re.search("[\x07\u202e\u200b]", lines) and "\x1b" not in lines.replace(
        "c\x1b[1m", ""
    )  # code is made inert when it is printed


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "en", "zh"),
    [
        ({"scale": "large"}, "scale is large", "scale 为“大规模”"),
        ({"scale": ["medium", "large"]}, "scale is medium or large", "scale 为“中等规模”或“大规模”"),
        ({"not": {"scale": "small"}}, "scale is not small", "scale 不为“小规模”"),
        (
            {"scale": "large", "hardware": "tpu"},
            "scale is large and hardware is TPU",
            "scale 为“大规模”，且 hardware 为“TPU”",
        ),
        (
            {"hardware": "tpu", "any": [{"scale": "large"}, {"os": "linux", "scale": "small"}]},
            "hardware is TPU and (scale is large or (os is Linux and scale is small))",
            "hardware 为“TPU”，且（scale 为“大规模”，或（os 为“Linux”，且 scale 为“小规模”））",
        ),
        (
            {"not": {"scale": "small", "hardware": "cpu"}},
            'not (scale is small and hardware is "CPU only")',
            "并非（scale 为“小规模”，且 hardware 为“仅 CPU”）",
        ),
    ],
)
def test_conditions_in_words(library: Libraries, raw: object, en: str, zh: str) -> None:
    condition = parse_condition(raw)
    assert (
        condition_words(library("en").pack, Lang.EN, condition),
        condition_words(library("zh").pack, Lang.ZH, condition),
    ) == (en, zh)


def test_what_always_holds_is_said_so(library: Libraries) -> None:
    assert (
        condition_words(library("en").pack, Lang.EN, ALWAYS),
        condition_words(library("zh").pack, Lang.ZH, ALWAYS),
    ) == ("always", "总是")


@pytest.mark.parametrize(
    ("expect", "en", "zh"),
    [
        (
            Expect(better="keras", than=("pytorch",), by=0.2),
            "keras is better than pytorch by 20% or more",
            "keras 优于 pytorch，至少 20%",
        ),
        (Expect(equal=("a", "b"), within=0.1), "a, b are equal within 10%", "a、b 相差不超过 10%"),
        (Expect(each=("a",), is_=("works", "absent")), "a: works or absent", "a：可用或未提供"),
        (Expect(each=("a", "b"), at_most=1e-5), "a, b: at most 1e-05", "a、b：至多 1e-05"),
        (Expect(each=("a",), at_least=3.0), "a: at least 3", "a：至少 3"),
    ],
)
def test_checks_in_words(library: Libraries, expect: Expect, en: str, zh: str) -> None:
    check = ClaimCheck(probe="p", measure="m", expect=expect)
    assert (check_words(library("en"), check), check_words(library("zh"), check)) == (en, zh)


def test_every_kind_of_claim_has_a_word(library: Libraries) -> None:
    assert {claim.kind for claim in library("en").pack.claims.values()} <= set(CLAIM_KINDS)
    assert Lang.ZH.pick("a", "b") == "b"
