"""Begin a new part of a pack: every key is there, and what only a person can write is marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from advisor.errors import InputError, Problem
from advisor.knowledge.condition import ALWAYS
from advisor.knowledge.pack import Pack
from advisor.knowledge.pack_files import ID
from advisor.knowledge.yaml_source import YamlSource, parse_yaml
from advisor.text import short

FILL_IN = {"en": "FILL IN:", "zh": "待填："}
"""What stands where a person must write."""
QUESTIONS = "questions.yaml"

FileTexts = Mapping[str, str]
"""The text of each file by its name inside the pack."""


def scaffold_files(kind: str, id: str, pack: Pack, day: date, questions: str | None = None) -> FileTexts:
    """Return the files of a new part of a pack, by name.

    Args:
        kind: one of `SCAFFOLDS`.
        id: what it will be called.
        pack: its first questions, criteria, frameworks and sources stand in the new files as examples.
        day: the date of its review.
        questions: the text of the `questions.yaml` a question is added to, if there is one.

    Raises:
        InputError: the id is not legal or taken, or the questions are not written one below the other.
    """
    if not ID.match(id):
        raise InputError(
            [Problem("rules new", f"`{short(id)}` is not a valid id", "lower-case words joined by hyphens: need-phone")]
        )
    file_by_id = {**pack.files, **dict.fromkeys(pack.questions, QUESTIONS)}
    if kind != "team" and (id in file_by_id or f"need-{id}" in file_by_id):
        existing = file_by_id.get(id) or file_by_id[f"need-{id}"]
        raise InputError([Problem("rules new", f"`{id}` exists already: {existing}", "choose another id")])
    files = SCAFFOLDS[kind](id, pack, day)
    if kind == "question" and questions is not None:
        files = {**files, QUESTIONS: _insert_question(questions, files[QUESTIONS])}
    return files


def _text_to_fill_in(en: str, zh: str, margin: str = "  ") -> str:
    """Return a text in both languages that is marked as not filled in."""
    return f'{margin}en: "{FILL_IN["en"]} {en}"\n{margin}zh: {FILL_IN["zh"]}{zh}\n'


def _example_answers(pack: Pack) -> tuple[str, str, str]:
    """Return a question and two of its choices to use as an example."""
    question = min(
        pack.questions.values(), key=lambda question: (question.when != ALWAYS, bool(question.several), question.fact)
    )
    return question.id, question.choice_ids[-1], question.choice_ids[0]


def _examples_block(question: str, applies: str, silent: str) -> str:
    """Return the `examples` of a rule."""
    return f"examples:\n  applies: {{{question}: {applies}}}\n  silent: {{{question}: {silent}}}\n"


def _example_source(pack: Pack) -> str:
    """Return the id of a source to use as an example: a document rather than a judgement."""
    return next((id for id, source in pack.sources.items() if source.kind == "documentation"), next(iter(pack.sources)))


def _claim_files(id: str, pack: Pack, day: date) -> FileTexts:
    """Return the file of a new claim."""
    question, applies, silent = _example_answers(pack)
    source, framework = _example_source(pack), next(iter(pack.frameworks))
    text = (
        "claim:\n" + _text_to_fill_in("what is said, in your own words", "用自己的话写出论断")
        + f"source: {source}    # an id of sources.yaml; of the article with its section: article §3.3.1\n"
        + "kind: pro\n"
        + f"about: {next(iter(pack.criteria))}    # leave out `about`, `says`, `when` where it favours nobody\n"
        + f"says: {{{framework}: good}}    # poor, weak, fair, good, strong\n"
        + f"when: {{{question}: {applies}}}\n"
        + f"review:\n  verdict: holds    # or outdated, wrong, contradictory, opinion\n  on: {day}\n  because:\n"
        + _text_to_fill_in("why it holds today, or does not", "今天为何成立，或为何不成立", "    ")
        + f"  sources: [{source}]\n"
        + "uncheckable:    # or `check:`, see rules/README.md\n"
        + _text_to_fill_in("why no probe can tell", "为何无法实测")
        + _examples_block(question, applies, silent)
    )  # fmt: skip
    return {f"claims/general/{id}.yaml": text}


def _need_files(id: str, question: str, applies: str, silent: str, pack: Pack, topic: str) -> FileTexts:
    """Return the file of a new need."""
    text = (
        "need:\n" + _text_to_fill_in("why these answers make the criteria matter", "为何这些回答使这些标准重要")
        + f"source: {_example_source(pack)}\n"
        + f"when: {{{question}: {applies}}}\n"
        + f"criteria: {{{next(iter(pack.criteria))}: major}}    # ignore, minor, normal, major\n"
        + _examples_block(question, applies, silent)
    )  # fmt: skip
    return {f"needs/{topic}/{id}.yaml": text}


def _rule_files(id: str, pack: Pack, _day: date) -> FileTexts:
    """Return the file of a new rule, which is a need."""
    question, applies, silent = _example_answers(pack)
    return _need_files(id, question, applies, silent, pack, pack.questions[question].topic)


def _constraint_files(id: str, pack: Pack, _day: date) -> FileTexts:
    """Return the file of a new constraint."""
    question, applies, silent = _example_answers(pack)
    text = (
        "constraint:\n" + _text_to_fill_in("why this cannot be chosen there", "为何此时不能选用")
        + f"source: {_example_source(pack)}\n"
        + f"when: {{{question}: {applies}}}\n"
        + f"excludes: [{next(iter(pack.frameworks))}]    # or `keeps`, or requires: {{criterion: level}}\n"
        + "instead:\n" + _text_to_fill_in("what to do instead", "可以改用什么")
        + _examples_block(question, applies, silent)
    )  # fmt: skip
    return {f"constraints/{id}.yaml": text}


def _question_files(id: str, pack: Pack, _day: date) -> FileTexts:
    """Return a new question, and the need that makes it matter."""
    topic = next(iter(pack.questions.values())).topic
    margin = "      "
    text = (
        f"  - id: {id}\n    topic: {topic}\n"
        + "    ask:\n" + _text_to_fill_in("the question, as to a colleague", "像问同事那样写出问题", margin)
        + "    why:\n" + _text_to_fill_in("why the answer matters", "为何这个回答重要", margin)
        + "    assumes:\n" + _text_to_fill_in("why the shares are what they are", "为何比例如此", margin)
        + "    choices:    # the shares add up to 1\n"
        + "".join(
            f"      - id: {choice}\n        label:\n" + _text_to_fill_in("the choice", "选项", " " * 10) + "        share: 0.5\n"
            for choice in ("first", "second")
        )
    )  # fmt: skip
    return {QUESTIONS: f"questions:\n{text}", **_need_files(f"need-{id}", id, "first", "second", pack, topic)}


def _insert_question(before: str, text: str) -> str:
    """Return `questions.yaml` with a question added behind the others."""
    questions = parse_yaml(before.encode(), QUESTIONS)
    existing = questions.value.get("questions", [])
    block = text.removeprefix("questions:\n")
    if not existing or questions.places[("questions", 0)][0] == questions.keys[("questions",)][0]:
        fix = "write `questions:` alone on its line and `- id: …` below it"
        raise InputError(
            [Problem(questions.place(("questions",)), "the questions are not written one below the other", fix)]
        )
    indent = questions.places[("questions", 0)][1] - 3
    block = "".join(f"{' ' * indent}{line[2:]}\n" for line in block.splitlines())
    lines = before.splitlines(keepends=True)
    next_key_line = min(
        (line for (key,), (line, _) in _top_level_keys(questions) if line > questions.keys[("questions",)][0]),
        default=None,
    )
    end_of_questions = len(lines) if next_key_line is None else next_key_line - 1
    while end_of_questions > 0 and not lines[end_of_questions - 1].strip():
        end_of_questions -= 1
    return "".join([*lines[:end_of_questions], "\n", block, *lines[end_of_questions:]])


def _top_level_keys(source: YamlSource) -> list[tuple[tuple[str], tuple[int, int]]]:
    """Return the keys at the top of a file, with their positions."""
    return [((str(path[0]),), position) for path, position in source.keys.items() if len(path) == 1]


def _case_files(id: str, pack: Pack, _day: date) -> FileTexts:
    """Return the file of a new case."""
    question, applies, silent = _example_answers(pack)
    favourite, rival = list(pack.frameworks)[:2] if len(pack.frameworks) > 1 else [next(iter(pack.frameworks))] * 2
    text = (
        "case:\n" + _text_to_fill_in("the project in a sentence", "用一句话描述项目")
        + f"answers: {{{question}: {applies}}}\n"
        + f"expert:\n  framework: [{favourite}]    # one or several\n  label: [clear, lean]    # or either-will-do, depends\n"
        + "because:\n" + _text_to_fill_in("why an expert would answer so", "专家为何这样回答")
        + f"flips:    # or `flips: []` and `never:`\n  - {{answers: {{{question}: {silent}}}, to: {rival}}}\n"
    )  # fmt: skip
    return {f"cases/{id}.yaml": text}


def _team_files(id: str, pack: Pack, day: date) -> FileTexts:
    """Return the files of a new overlay for a team."""
    question, applies, _ = _example_answers(pack)
    preferred, *other_frameworks = pack.frameworks
    header = f'name: {id}\nversion: "1"\nreviewed: {day}\nprecedence: 10\nextends: {pack.header.name}\n'
    text = (
        "team:\n" + _text_to_fill_in("whom this speaks for", "代表哪个团队")
        + f"answers: {{{question}: {applies}}}    # what holds for all your projects; a project may say otherwise\n"
        + f'banned:\n  - stack: "{other_frameworks[-1] if other_frameworks else preferred}"\n    because:\n'
        + _text_to_fill_in("why nobody may use it", "为何不得使用", "      ")
        + f'preferred:\n  - stack: "{preferred}"\n    because:\n'
        + _text_to_fill_in("why you would rather use it", "为何优先选用", "      ")
        + "    importance: normal    # minor, normal, major\n"
    )  # fmt: skip
    return {"pack.yaml": header, "team.yaml": text}


SCAFFOLDS: Mapping[str, Callable[[str, Pack, date], FileTexts]] = {
    "claim": _claim_files,
    "rule": _rule_files,
    "constraint": _constraint_files,
    "question": _question_files,
    "case": _case_files,
    "team": _team_files,
}
"""What can be begun."""
