"""Every record is closed and strict: each defect is named at its line and column, with what to do."""

from __future__ import annotations

import pytest
from pack_folder import CLAIM, CONSTRAINT, FILES, NEED, OTHER_CLAIM, PackFolder


def test_the_small_pack_is_sound(folder: PackFolder) -> None:
    pack = folder.load()
    assert list(pack.questions) == ["scale", "deploy"]
    assert list(pack.claims) == ["alpha-fast", "alpha-measured"]
    assert pack.files["need-speed"] == NEED


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "near"),
    [
        pytest.param("pack.yaml", "reviewed:", "reviewd:", "3:1", "reviewed", id="header"),
        pytest.param("questions.yaml", "impossible:", "imposible:", "21:1", "impossible", id="questions-file"),
        pytest.param("questions.yaml", "several:", "severl:", "14:5", "several", id="question"),
        pytest.param("questions.yaml", "share: 0.7", "shares: 0.7", "8:48", "share", id="choice"),
        pytest.param(
            "questions.yaml", "    when: {scale: large", "    wen: {scale: large", "23:5", "when", id="impossible"
        ),
        pytest.param("frameworks.yaml", "home:", "hom:", "2:30", "home", id="framework"),
        pytest.param("frameworks.yaml", "environment:", "enviroment:", "19:5", "environment", id="candidate"),
        pytest.param("criteria.yaml", "default:", "defaults:", "8:5", "default", id="criterion"),
        pytest.param("criteria.yaml", "nearness:", "neerness:", "14:9", "nearness", id="reading"),
        pytest.param("sources.yaml", "title:", "titel:", "3:5", "title", id="source"),
        pytest.param(NEED, "criteria:", "criterion:", "6:1", "criteria", id="need"),
        pytest.param(NEED, "silent:", "silence:", "9:3", "silent", id="examples"),
        pytest.param(CONSTRAINT, "excludes:", "exclude:", "6:1", "excludes", id="constraint"),
        pytest.param(CLAIM, "says:", "say:", "7:1", "says", id="claim"),
        pytest.param(CLAIM, "verdict:", "verdikt:", "10:3", "verdict", id="review"),
        pytest.param(CLAIM, "measure:", "measures:", "17:3", "measure", id="check"),
        pytest.param(CLAIM, "by: 0.1", "buy: 0.1", "18:41", "by", id="expect"),
        pytest.param(CLAIM, "  en:", "  eng:", "2:3", "en", id="text"),
    ],
)
def test_an_unknown_key_is_named_at_the_key_with_the_nearest_legal_one(
    folder: PackFolder, file: str, old: str, new: str, place: str, near: str
) -> None:
    folder.spoil(file, old, new)
    unknown = new.split(":")[0].strip()
    (problem,) = (line for line in folder.problems() if "unknown key" in line)
    assert problem.startswith(f"mine/{file}:{place}: unknown key `{unknown}` — did you mean {near}? Legal: ")


@pytest.mark.parametrize(
    ("file", "passage", "place", "key"),
    [
        pytest.param("pack.yaml", 'version: "1"\n', "1:1", "version", id="header"),
        pytest.param("questions.yaml", "    assumes: {en: A guess., zh: 猜测。}\n", "2:5", "assumes", id="question"),
        pytest.param("questions.yaml", ", share: 0.25", "19:9", "share", id="choice"),
        pytest.param("questions.yaml", "    when: {scale: large, deploy: phone}\n", "22:5", "when", id="impossible"),
        pytest.param("frameworks.yaml", "name: Alpha, ", "2:5", "name", id="framework"),
        pytest.param("frameworks.yaml", "    install: pip install alpha\n", "5:5", "install", id="candidate"),
        pytest.param("criteria.yaml", "    default: normal\n", "2:5", "default", id="criterion"),
        pytest.param("criteria.yaml", "        nearness: toy-proxy\n", "10:9", "nearness", id="reading"),
        pytest.param("sources.yaml", "    kind: article\n", "2:5", "kind", id="source"),
        pytest.param(NEED, "source: article §1\n", "1:1", "source", id="need"),
        pytest.param(NEED, "  silent: {scale: small}\n", "8:3", "silent", id="examples"),
        pytest.param(CONSTRAINT, "when: {deploy: phone}\n", "1:1", "when", id="constraint"),
        pytest.param(CLAIM, "kind: pro\n", "1:1", "kind", id="claim"),
        pytest.param(CLAIM, "  on: 2026-11-23\n", "10:3", "on", id="review"),
        pytest.param(CLAIM, "  probe: training-step\n", "16:3", "probe", id="check"),
        pytest.param(CLAIM, "  zh: Alpha 很快。\n", "2:3", "zh", id="text"),
        pytest.param(CLAIM, ", zh: 已过时。", "12:12", "zh", id="inner-text"),
    ],
)
def test_a_missing_key_is_named_at_the_record_that_lacks_it(
    folder: PackFolder, file: str, passage: str, place: str, key: str
) -> None:
    folder.spoil(file, passage, "")
    assert folder.problems() == [f"mine/{file}:{place}: the key `{key}` is missing — add the key"]


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "words"),
    [
        pytest.param("pack.yaml", 'version: "1"', "version: 3.10", "2:10", "put a number, true or false in quotes", id="version-unquoted"),
        pytest.param("pack.yaml", 'version: "1"', "version: true", "2:10", "put a number, true or false in quotes", id="text-bool"),
        pytest.param("pack.yaml", "precedence: 1", "precedence: 1.5", "4:13", "write a whole number", id="int"),
        pytest.param("pack.yaml", "precedence: 1", 'precedence: "1"', "4:13", "write a whole number", id="int-text"),
        pytest.param("pack.yaml", "reviewed: 2026-11-23", "reviewed: 2026-13-01", "3:11", "month must be in 1..12", id="date-month"),
        pytest.param("pack.yaml", "reviewed: 2026-11-23", "reviewed: 20261123", "3:11", "good: 2026-11-23", id="date-number"),
        pytest.param("pack.yaml", "name: small", "name: Small Pack", "1:7", "should match pattern", id="id"),
        pytest.param("questions.yaml", "several: true", "several: yes", "14:14", "good: several: true", id="bool"),
        pytest.param("questions.yaml", "share: 0.5", "share: most", "18:56", "write a plain number such as 0.2", id="number"),
        pytest.param("questions.yaml", "share: 0.5", "share: 0", "18:56", "greater than 0", id="share-zero"),
        pytest.param("questions.yaml", "ask: {en: How large?, zh: 多大规模？}", "ask: How large?", "4:10", "{en: …, zh: …}", id="text"),
        pytest.param("questions.yaml", "zh: 多大规模？", 'zh: ""', "4:31", "at least 1 character", id="empty-text"),
        pytest.param("questions.yaml", "when: {not: {scale: small}}", "when: scale != small", "15:11", "good: {scale: [medium, large]}", id="when-expression"),
        pytest.param("questions.yaml", "when: {not: {scale: small}}", "when: {scale: 1}", "15:11", "takes a choice or a list of choices", id="when-number"),
        pytest.param("questions.yaml", "when: {not: {scale: small}}", "when: {any: []}", "15:11", "`any` takes a list of conditions", id="when-any"),
        pytest.param("questions.yaml", "when: {not: {scale: small}}", "when: {not: [scale]}", "15:11", "a condition is a mapping", id="when-not"),
        pytest.param("frameworks.yaml", "size-mb: 10", "size-mb: 10.5", "12:14", "write a whole number", id="size"),
        pytest.param("frameworks.yaml", "modules: [alpha]", "modules: alpha", "9:14", "write a list", id="list"),
        pytest.param("frameworks.yaml", "modules: [alpha]", "modules: []", "9:14", "at least 1 item", id="empty-list"),
        pytest.param("frameworks.yaml", "id: beta[alpha]", "id: beta_alpha", "13:9", "should match pattern", id="candidate"),
        pytest.param("criteria.yaml", "default: normal", "default: high", "8:14", "'ignore', 'minor', 'normal' or 'major'", id="importance"),
        pytest.param("criteria.yaml", "nearness: toy-proxy", "nearness: toy", "14:19", "'other-family', 'toy-proxy'", id="nearness"),
        pytest.param("criteria.yaml", "log: [10, 1]", "log: [10, ten]", "13:19", "write a plain number such as 0.2", id="end"),
        pytest.param("criteria.yaml", "log: [10, 1]", "log: [10, 5, 1]", "13:14", "at most 2 items", id="three-ends"),
        pytest.param("criteria.yaml", "log: [10, 1]", "log: [10, 0]", "10:9", "two different positive ends", id="end-zero"),
        pytest.param("criteria.yaml", "log: [10, 1]", "log: [3, 3]", "10:9", "two different positive ends", id="equal-ends"),
        pytest.param("criteria.yaml", "log: [10, 1]", "log: [10, 1]\n        linear: [10, 1]", "10:9", "exactly one of log, linear and levels", id="two-scales"),
        pytest.param("sources.yaml", "kind: article", "kind: blog", "6:11", "'article', 'documentation'", id="source-kind"),
        pytest.param("sources.yaml", "link: https:", "link: http:", "12:11", "should match pattern '^https://'", id="link"),
        pytest.param(NEED, "criteria: {speed: major, ease: minor}", "criteria: {}", "6:11", "at least 1 item", id="no-criteria"),
        pytest.param(NEED, "speed: major", "speed: huge", "6:19", "'ignore', 'minor', 'normal' or 'major'", id="need-importance"),
        pytest.param(NEED, "applies: {scale: large}", "applies: large", "8:12", "{en: …, zh: …}", id="examples"),
        pytest.param(CONSTRAINT, "excludes: [beta]", "excludes: 3", "6:11", "write text", id="excludes"),
        pytest.param(CONSTRAINT, "excludes: [beta]\n", "", "1:1", "either `excludes`, `keeps` or `requires`", id="excludes-nothing"),
        pytest.param(CONSTRAINT, "excludes: [beta]", "excludes: [beta]\nkeeps: [alpha]", "1:1", "either `excludes`, `keeps` or `requires`", id="excludes-and-keeps"),
        pytest.param(CLAIM, "en: Alpha is fast.", "en: 3.10", "2:7", "put a number, true or false in quotes", id="text-number"),
        pytest.param(CLAIM, "source: article §2", "source: 3.10", "4:9", "put a number, true or false in quotes", id="source-number"),
        pytest.param(CLAIM, "kind: pro", "kind: praise", "5:7", "'concept', 'pro', 'con'", id="kind"),
        pytest.param(CLAIM, "alpha: strong", "alpha: best", "7:15", "'poor', 'weak', 'fair', 'good' or 'strong'", id="level"),
        pytest.param(CLAIM, "alpha: strong", "alpha: 0.9", "7:15", "'poor', 'weak', 'fair', 'good' or 'strong'", id="level-number"),
        pytest.param(CLAIM, "verdict: outdated", "verdict: old", "10:12", "'holds', 'outdated', 'wrong'", id="verdict"),
        pytest.param(CLAIM, "on: 2026-11-23", "on: yesterday", "11:7", "Invalid isoformat string", id="review-date"),
        pytest.param(CLAIM, "by: 0.1", "by: -0.1", "18:45", "greater than or equal to 0", id="margin"),
        pytest.param(CLAIM, "{better: alpha, than: [beta], by: 0.1}", "{better: alpha}", "18:11", "good: {better: keras", id="expect-half"),
        pytest.param(CLAIM, "{better: alpha, than: [beta], by: 0.1}", "{each: [alpha]}", "18:11", "{each: [pytorch], is: works}", id="expect-nothing"),
        pytest.param(CLAIM, "{better: alpha, than: [beta], by: 0.1}", "{each: [alpha], is: works, at-most: 1}", "18:11", "good: {better", id="expect-both"),
        pytest.param(CLAIM, "about: speed\n", "", "1:1", "`about` and `says` belong together", id="says-alone"),
        pytest.param(CLAIM, 'says: {alpha: strong, "backend:alpha": good}\n', "", "1:1", "`about` and `says` belong together", id="about-alone"),
        pytest.param(OTHER_CLAIM, "uncheckable: {en: A cluster is needed., zh: 需要集群。}\n", "", "1:1", "exactly one of `check` and `uncheckable:", id="no-check"),
        pytest.param(CLAIM, "check:", "uncheckable: {en: no, zh: 否}\ncheck:", "1:1", "exactly one of `check` and `uncheckable:", id="check-and-not"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_at_its_place_with_what_is_right(
    folder: PackFolder, file: str, old: str, new: str, place: str, words: str
) -> None:
    folder.spoil(file, old, new)
    (problem,) = folder.problems()
    assert problem.startswith(f"mine/{file}:{place}: ")
    assert words in problem


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("text", ["- a\n- b\n", "only words\n", "3\n"])
def test_a_file_that_is_no_mapping_is_refused(folder: PackFolder, file: str, text: str) -> None:
    folder.write(file, text)
    (problem,) = folder.problems()
    assert problem.startswith(f"mine/{file}:1:1: ")


@pytest.mark.parametrize(
    ("new", "words"),
    [
        pytest.param(
            "linear: [3, 3]", "10:9: `criteria.0.measured.0`: linear takes two different ends", id="equal-ends"
        ),
        pytest.param("levels: {works: 9}", "10:9: `criteria.0.measured.0`: levels lie between 0 and 1", id="off-scale"),
        pytest.param(
            "log: [10]", "13:14: `criteria.0.measured.0.log` has too few items — write at least 2", id="one-end"
        ),
        pytest.param("levels: {}", "13:17: `criteria.0.measured.0.levels` is {}: ", id="no-level"),
    ],
)
def test_a_scale_that_cannot_be_read_is_refused(folder: PackFolder, new: str, words: str) -> None:
    folder.spoil("criteria.yaml", "log: [10, 1]", new)
    assert folder.problems()[0].startswith(f"mine/criteria.yaml:{words}")


def test_one_defect_is_one_problem(folder: PackFolder) -> None:
    folder.spoil("questions.yaml", "share: 0.7", "share: most")
    assert len(folder.problems()) == 1
