"""Answers from flags, a file or the machine, each with its origin; one validation for all of them."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from advisor.errors import InputError, Problem
from advisor.files import read_named_file
from advisor.knowledge.condition import Is, comparisons_of
from advisor.knowledge.pack import Pack
from advisor.knowledge.package import DEPENDS_ON, NAME, normalise
from advisor.knowledge.question import SCANNED, UNKNOWN, Impossible, Question
from advisor.knowledge.typed_words import hint, read_choices
from advisor.knowledge.workload import WORKLOAD
from advisor.knowledge.yaml_source import MAX_BYTES, YamlSource, parse_yaml
from advisor.reasoning.conditions import known_answers, left_out
from advisor.reasoning.profile import NOTHING_SCANNED, Answer, Origin, Origins, Profile, Scanned
from advisor.reasoning.workloads import check_workload, read_workload_text
from advisor.text import did_you_mean, short


def make_profile(
    pack: Pack,
    flags: Mapping[str, Sequence[str]],
    file: Path | None = None,
    detected: Mapping[str, str] | None = None,
    origin: Origins = "flag",
    scanned: Scanned = NOTHING_SCANNED,
) -> Profile:
    """Put a profile together: a flag wins over the file, the file over what a scan proposes, that over the pack's defaults, these over what was detected.

    Scanned, detected and default answers are dropped where they contradict the answers given: this project may differ.

    Args:
        pack: the questions.
        flags: question id → what was given on the command line.
        file: an answers file.
        detected: question id → choice found on this machine (see `detect_answers`).
        origin: how the flags were given.
        scanned: what a scan of the repository proposes.

    Raises:
        InputError: unknown questions or choices, several where one is allowed, impossible combinations; all at once.
        StoreError: the file cannot be read.
    """
    answers_given = given_answers(pack, flags, file, origin)
    proposed = {id: answer for id, answer in scanned.answers.items() if id not in answers_given}
    detected_answers = {id: Answer(id, (choice,), "detected") for id, choice in (detected or {}).items()}
    defaults = {id: Answer(id, choices, "default") for id, choices in pack.defaults.items()}
    answers = detected_answers | defaults | proposed | answers_given
    order = (*dict.fromkeys((*pack.questions, DEPENDS_ON, WORKLOAD)),)
    profile = Profile({id: answers[id] for id in order if id in answers and answers[id].choices})
    while clash := _find_clash(pack, profile):
        doubtful = {id for id in _questions_in(clash) if id not in answers_given}
        if not doubtful:
            raise InputError([_clash_problem(profile, clash)])
        profile = Profile({id: answer for id, answer in profile.answers.items() if id not in doubtful})
    return _without_doubtful(pack, profile, answers_given)


def _without_doubtful(pack: Pack, profile: Profile, answers_given: Collection[str]) -> Profile:
    """Return a profile without the answers not given that leave a given one in no combination that can exist."""

    def is_doubtful(id: str) -> bool:
        return id in pack.questions and pack.questions[id].each and id not in answers_given

    if all(is_doubtful(id) for id, _ in left_out(pack.questions, profile, pack.impossible)):
        return profile
    return Profile({id: answer for id, answer in profile.answers.items() if not is_doubtful(id)})


def given_answers(
    pack: Pack, flags: Mapping[str, Sequence[str]], file: Path | None = None, origin: Origins = "flag"
) -> dict[str, Answer]:
    """Return the answers the user gave, by question; an explicit "unknown" is an answer without choices.

    Raises:
        InputError: see `make_profile`; impossible combinations are not checked.
        StoreError: the file cannot be read.
    """
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    if file is not None:
        _add_checked(answers, problems, _answers_of_file(pack, file))
    _add_checked(answers, problems, _answers_of_flags(pack, flags, origin))
    if problems:
        raise InputError(problems)
    return answers


CheckedAnswers = Iterable[tuple[str, Answer | None, list[Problem]]]


def _add_checked(answers: dict[str, Answer], problems: list[Problem], checked: CheckedAnswers) -> None:
    """Add checked answers to those so far; a later one replaces an earlier one."""
    for id, answer, faults in checked:
        problems += faults
        if answer is not None:
            answers[id] = answer


def _answers_of_flags(pack: Pack, flags: Mapping[str, Sequence[str]], origin: Origins) -> CheckedAnswers:
    """Yield the checked answer of each option, or the problems it has."""
    for id, values in flags.items():
        answer_origin = origin if isinstance(origin, str) else origin.get(id, "flag")
        if id == DEPENDS_ON and pack.packages:
            if values:
                yield id, *check_packages(values, answer_origin, [f"--{id}"] * len(values))
        elif id == WORKLOAD and pack.workloads:
            if values:
                yield id, *check_workload(pack, read_workload_text(values), (), answer_origin)
        elif id not in pack.questions:
            yield id, None, [_unknown_question_problem(pack, id, f"--{short(id)}")]
        elif values:
            yield id, *check_answer(pack.questions[id], list(values), answer_origin, f"--{id}")


def _answers_of_file(pack: Pack, file: Path) -> CheckedAnswers:
    """Yield the checked answer of each line of an answers file, or the problems it has."""
    source = read_yaml(file)
    if not isinstance(source.value, dict):
        raise InputError([Problem(source.place(), "an answers file maps questions to choices", "good: `scale: large`")])
    for id, answer, problems in _checked_lines(pack, source):
        yield id, _as_scanned(source, answer) if answer else None, problems


def _as_scanned(source: YamlSource, answer: Answer) -> Answer:
    """Return an answer of a file as one that was scanned, where it is still what a scan proposed; see `knowledge.question.SCANNED`."""
    kept = source.value.get(SCANNED)
    proposed = kept.get(answer.question) if isinstance(kept, dict) else None
    if not isinstance(proposed, dict) or not isinstance(proposed.get("answer"), list) or not answer.choices:
        return answer
    if set(proposed["answer"]) != set(answer.choices):
        return answer
    places = proposed["from"] if isinstance(proposed.get("from"), list) else []
    return replace(answer, origin="scanned", places=tuple(short(place, 200) for place in places))


def _checked_lines(pack: Pack, source: YamlSource) -> CheckedAnswers:
    """Yield the checked answer of each line of an answers file, or the problems it has; what a scan keeps there is no answer."""
    for id, value in source.value.items():
        if id == SCANNED:
            continue
        if id == WORKLOAD and pack.workloads:
            yield id, *check_workload(pack, source, (id,), "file")
            continue
        paths = [(id, at) for at in range(len(value))] if isinstance(value, list) else [(id,)]
        if id == DEPENDS_ON and pack.packages:
            names = value if isinstance(value, list) else [value]
            yield id, *check_packages(names, "file", [source.place(path) for path in paths])
            continue
        if id not in pack.questions:
            yield id, None, [_unknown_question_problem(pack, id, source.place((id,), key=True))]
            continue
        values = [source.as_written(path) for path in paths]
        yield id, *check_answer(pack.questions[id], values, "file", source.place((id,)))


def _unknown_question_problem(pack: Pack, id: str, place: str) -> Problem:
    """Return the problem of a question that does not exist."""
    names = [*pack.questions, *([DEPENDS_ON] if pack.packages else []), *([WORKLOAD] if pack.workloads else [])]
    return Problem(place, f"unknown question `{short(id)}`", did_you_mean(id, names))


def read_yaml(file: Path) -> YamlSource:
    """Read a YAML file the user named.

    Raises:
        StoreError: it cannot be read.
        InputError: it is no YAML of the strict subset.
    """
    return parse_yaml(read_named_file(file, MAX_BYTES).removeprefix(BOM_UTF8), str(file))


def check_answer(
    question: Question, values: Sequence[object], origin: Origin, place: str
) -> tuple[Answer | None, list[Problem]]:
    """Check one answer, from any origin.

    Returns:
        The answer (with no choices for "unknown"), or None and what is wrong.
    """
    present_ids, former_ids = question.choice_ids, tuple(question.choices_by_former_id)
    values = read_choices(question, values)
    if values and all(value == UNKNOWN for value in values):
        return Answer(question.id, (), origin), []
    problems = [
        Problem(place, f"`{short(value)}` is no choice of {question.id}", hint(question, value))
        for value in values
        if value not in (*present_ids, *former_ids, UNKNOWN)
    ]
    choices = question.present_ids(value for value in values if isinstance(value, str))
    if not problems and (fault := _combination_fault(question, choices, UNKNOWN in values)):
        problems = [Problem(place, *fault)]
    former_ids_given = tuple(id for id in former_ids if id in values)
    return (None, problems) if problems else (Answer(question.id, choices, origin, former_ids_given), [])


def check_packages(
    values: Sequence[object], origin: Origin, places: Sequence[str]
) -> tuple[Answer | None, list[Problem]]:
    """Check the packages a project must use; a package that no pack knows is kept, and does not count.

    Args:
        values: their names, in any of the spellings Python packaging takes for the same.
        origin: how they were given.
        places: where each was given.

    Returns:
        The answer, each package once and by its normalised name (with no choices for "unknown"), or None and what is wrong.
    """
    several = [(part, place) for value, place in zip(values, places, strict=True) for part in _names_in(value)]
    values, places = [part for part, _ in several], [place for _, place in several]
    if values and all(value == UNKNOWN for value in values):
        return Answer(DEPENDS_ON, (), origin), []
    fix = "good: ultralytics (the name alone, without version)"
    problems = [
        Problem(place, f"`{short(value)}` is no name of a package", fix)
        for value, place in zip(values, places, strict=True)
        if not isinstance(value, str) or not NAME.match(value) or value == UNKNOWN
    ]
    if problems or not values:
        return None, problems
    place_by_name: dict[str, str] = {}
    for value, place in zip(values, places, strict=True):
        place_by_name.setdefault(normalise(str(value)), place)
    return Answer(DEPENDS_ON, tuple(place_by_name), origin, places=tuple(place_by_name.values())), []


def _names_in(value: object) -> list[object]:
    """Return the names in what was typed for a package: several may stand with commas between them."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else [value]


def update_answers(pack: Pack, profile: Profile) -> Profile:
    """Return a profile with former ids of choices replaced by their present ones; unknown ones stay."""
    return Profile({id: _update_answer(pack, answer) for id, answer in profile.answers.items()})


def _update_answer(pack: Pack, answer: Answer) -> Answer:
    """Return an answer with former ids of choices replaced by their present ones."""
    question = pack.questions.get(answer.question)
    former_ids_given = tuple(id for id in answer.choices if question and id in question.choices_by_former_id)
    return (
        replace(answer, choices=question.present_ids(answer.choices), formerly=former_ids_given)
        if question and former_ids_given
        else answer
    )


def _combination_fault(question: Question, choices: tuple[str, ...], unknown_given: bool) -> tuple[str, str] | None:
    """Return what is wrong with a combination of legal choices, and how to correct it; None where nothing is wrong.

    Args:
        question: the question they answer.
        choices: the choices given, without "unknown".
        unknown_given: whether "unknown" was given beside them.
    """
    if unknown_given:
        return f"{question.id}: `{UNKNOWN}` stands alone", f"leave out `{UNKNOWN}` or the rest"
    if not choices:
        return f"{question.id} is given no choice", f"name one, or write `{UNKNOWN}`"
    if len(choices) > 1 and not question.several:
        return f"{question.id} takes one choice, not {len(choices)}", f"choose one of {', '.join(choices)}"
    if len(choices) > 1 and "none" in choices:
        return f"{question.id}: `none` excludes the others", "leave out `none` or the rest"
    return None


def find_impossible_answers(pack: Pack, profile: Profile) -> Problem | None:
    """Return the problem of a profile whose answers cannot all be true; None where they can."""
    clash = _find_clash(pack, profile)
    return _clash_problem(profile, clash) if clash else None


def _find_clash(pack: Pack, profile: Profile) -> Impossible | None:
    """Return the impossible combination that a profile contains; None where there is none."""
    answered = [rule for rule in pack.impossible if _questions_in(rule) <= set(profile.answers) and not rule.rare]
    for impossible in answered:
        if _cannot_exist(pack, profile, [impossible]):
            return impossible
    if _cannot_exist(pack, profile, answered):  # each alone leaves a combination, all together none
        answers = known_answers(pack.questions, profile)
        return next(impossible for impossible in answered if bool(answers.holds(impossible.when).any()))
    return None


def _cannot_exist(pack: Pack, profile: Profile, impossible: Sequence[Impossible]) -> bool:
    """Return whether some impossible combinations leave nothing of the known answers."""
    return not known_answers(pack.questions, profile, impossible).possible.all()


def _questions_in(impossible: Impossible) -> set[str]:
    """Return the questions of an impossible combination."""
    return {condition.question for condition in comparisons_of(impossible.when) if isinstance(condition, Is)}


def _clash_problem(profile: Profile, clash: Impossible) -> Problem:
    """Return the problem of an impossible combination in a profile."""
    answers_in_clash = ", ".join(f"{id} = {'+'.join(profile.known(id))}" for id in sorted(_questions_in(clash)))
    return Problem("answers", f"{answers_in_clash} cannot all be true: {clash.because.en}", "change one of them")
