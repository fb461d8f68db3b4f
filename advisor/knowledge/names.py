"""Every name a record uses must be known to the pack: questions, choices, criteria, candidates, sources, claims."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from advisor.errors import Problem
from advisor.knowledge.condition import comparisons_of, parse_condition
from advisor.knowledge.installing import requirements_of
from advisor.knowledge.name_checks import NameProblem
from advisor.knowledge.name_checks import as_list as _as_list
from advisor.knowledge.name_checks import check_name as _check_name
from advisor.knowledge.name_checks import check_target as _check_target
from advisor.knowledge.package import DEPENDS_ON, normalise
from advisor.knowledge.yaml_source import KeyPath, YamlSource
from advisor.text import clean, did_you_mean

if TYPE_CHECKING:
    from advisor.knowledge.pack import Pack
    from advisor.knowledge.question import Question

def find_name_problems(
    pack: Pack,
    sources: Mapping[str, YamlSource],
    claims: Collection[str],
    measures: Mapping[str, Collection[str]] | None = None,
) -> list[Problem]:
    """Return every unknown name in a pack.

    Args:
        pack: the assembled pack.
        sources: its parsed files by name, for the places.
        claims: the ids of all claims, also of those that are not valid yet.
        measures: the measures of each probe; None: probes are not checked.
    """
    problems = []
    for name, source in sources.items():
        unknown_names = _check_file(pack, name, source.value, claims)
        problems += [Problem(source.place(path, key=key), problem, fix) for path, key, problem, fix in unknown_names]
        if measures is not None:
            unmeasurable = _check_measures(name, source.value, measures)
            problems += [Problem(source.place(path, key=key), problem, fix) for path, key, problem, fix in unmeasurable]
    return problems


def _check_file(pack: Pack, name: str, raw: Any, claims: Collection[str]) -> Iterator[NameProblem]:
    """Yield the unknown names in one file."""
    yield from _check_vocabulary(pack, name)
    if name == "questions.yaml":
        yield from _check_questions(pack, raw)
    elif name == "criteria.yaml":
        for index, entry in enumerate(raw["criteria"]):
            for at, reading in enumerate(entry.get("measured", [])):
                yield from _check_condition(
                    pack, ("criteria", index, "measured", at, "counts-when"), reading.get("counts-when")
                )
    elif name == "frameworks.yaml":
        for index, entry in enumerate(raw["candidates"]):
            yield from _check_name(("candidates", index, "framework"), entry["framework"], pack.frameworks, "framework")
        for index, entry in enumerate(raw["frameworks"]):
            yield from _check_condition(pack, ("frameworks", index, "joins-when"), entry.get("joins-when"))
            if not pack.stacks(entry["id"]):
                yield (
                    ("frameworks", index, "id"),
                    False,
                    f"`{clean(entry['id'])}` has no candidate",
                    "add one that names it",
                )
    elif name == "contradictions.yaml":
        for index, entry in enumerate(raw["contradictions"]):
            for at, member in enumerate(_as_list(entry["members"])):
                yield from _check_name(("contradictions", index, "members", at), member, claims, "claim")
    elif name == "facts.yaml":
        for index, entry in enumerate(raw["facts"]):
            yield from _check_name(("facts", index, "unit"), entry["unit"], pack.units, "unit")
            yield from _check_name(("facts", index, "source"), entry["source"], pack.sources, "source")
    elif name == "install.yaml":
        yield from _check_installing(pack, raw)
    elif name == "downloads.yaml":
        yield from _check_downloads(pack, raw)
    elif name == "packages.yaml":
        yield from _check_packages(pack, raw)
    elif name == "team.yaml":
        yield from _check_team(pack, raw)
    elif name.startswith("cases/"):
        yield from _check_case(pack, raw)
    elif "/" in name:
        yield from _check_rule(pack, raw, claims)


def _check_vocabulary(pack: Pack, name: str) -> Iterator[NameProblem]:
    """Check that there is at least one question, criterion, source and framework to recommend."""
    if name == "questions.yaml" and not pack.questions:
        yield ("questions",), True, "there is no question", "ask at least one: rules are about answers"
    elif name == "criteria.yaml" and not pack.criteria:
        yield ("criteria",), True, "there is no criterion", "name at least one: claims are about criteria"
    elif name == "sources.yaml" and not pack.sources:
        yield ("sources",), True, "there is no source", "name at least one: claims and rules cite sources"
    elif name == "frameworks.yaml" and not pack.frameworks:
        yield ("frameworks",), True, "there is no framework", "name at least one, and a candidate of it"
    elif name == "frameworks.yaml" and all(framework.outside for framework in pack.frameworks.values()):
        problem = "every framework is marked `outside`, so that there is none to recommend"
        yield ("frameworks",), True, problem, "take `outside: true` from those this pack compares"


def _check_measures(name: str, raw: Any, measures: Mapping[str, Collection[str]]) -> Iterator[NameProblem]:
    """Check the probes and measures that a criterion or a claim names."""
    readings: list[tuple[KeyPath, Any]] = []
    if name == "criteria.yaml":
        for index, criterion in enumerate(raw["criteria"]):
            for at, reading in enumerate(criterion.get("measured", [])):
                readings.append((("criteria", index, "measured", at), reading))
    elif name.startswith("claims/") and "check" in raw:
        readings.append((("check",), raw["check"]))
    for path, reading in readings:
        if reading["probe"] not in measures:
            yield from _check_name((*path, "probe"), reading["probe"], measures, "probe")
        else:
            yield from _check_name((*path, "measure"), reading["measure"], measures[reading["probe"]], "measure")


def _check_questions(pack: Pack, raw: Any) -> Iterator[NameProblem]:
    """Check the conditions, choices and impossible combinations of the questions."""
    order = {id: position for position, id in enumerate(pack.questions)}
    for index, question in enumerate(raw["questions"]):
        path: KeyPath = ("questions", index, "when")
        problems = list(_check_condition(pack, path, question.get("when")))
        yield from problems
        if not problems:
            for condition in comparisons_of(parse_condition(question.get("when", {}))):
                if order[condition.question] >= order[question["id"]]:
                    problem = f"`when` looks at {condition.question}, which does not come earlier"
                    yield path, False, problem, "ask that question first"
        ids = [choice["id"] for choice in question["choices"]]
        for at, id in enumerate(ids):
            if id in ids[:at]:
                path_of_choice: KeyPath = ("questions", index, "choices", at, "id")
                yield path_of_choice, False, f"the choice `{clean(id)}` stands here a second time", "keep one of them"
        total = sum(choice["share"] for choice in question["choices"])
        if abs(total - 1) > 1e-6:
            yield (
                ("questions", index, "choices"),
                False,
                f"the shares add up to {total:g}",
                "make them add up to 1",
            )
    for index, impossible in enumerate(raw.get("impossible", [])):
        yield from _check_condition(pack, ("impossible", index, "when"), impossible["when"])


def _check_rule(pack: Pack, raw: Any, claims: Collection[str]) -> Iterator[NameProblem]:
    """Check the names in a need, constraint or claim."""
    yield from _check_condition(pack, ("when",), raw.get("when"))
    yield from _check_name(("source",), str(raw["source"]).split(" ", 1)[0], pack.sources, "source")
    for criterion in raw.get("criteria", {}):
        yield from _check_name(("criteria", criterion), criterion, pack.criteria, "criterion", key=True)
    for criterion in raw.get("requires", {}):
        yield from _check_name(("requires", criterion), criterion, pack.criteria, "criterion", key=True)
    for key in ("excludes", "keeps"):
        for index, target in enumerate(_as_list(raw.get(key, []))):
            yield from _check_target(pack, (key, index), target)
    for case in ("applies", "silent"):
        yield from _check_answers(pack, ("examples", case), raw.get("examples", {}).get(case, {}))
    if "claim" in raw:
        yield from _check_claim(pack, raw, claims)


def _check_claim(pack: Pack, raw: Any, claim_ids: Collection[str]) -> Iterator[NameProblem]:
    """Check the names that only claims have."""
    if "about" in raw:
        yield from _check_name(("about",), raw["about"], pack.criteria, "criterion")
    for target in raw.get("says", {}):
        yield from _check_target(pack, ("says", target), target, key=True)
    for index, source in enumerate(_as_list(raw["review"]["sources"])):
        yield from _check_name(("review", "sources", index), source, pack.sources, "source")
    for path, claims in (
        (("review", "instead"), raw["review"].get("instead", [])),
        (("disputes",), raw.get("disputes", [])),
    ):
        for claim in _as_list(claims):
            yield from _check_name(path, claim, claim_ids, "claim")
    for index, fact in enumerate(_as_list(raw.get("facts", []))):
        yield from _check_name(("facts", index), fact, pack.facts, "fact")
    if "same-as" in raw:
        yield from _check_name(("same-as",), raw["same-as"], claim_ids, "claim")
    for package, versions in raw.get("applies-to", {}).items():
        try:
            SpecifierSet(versions)
        except InvalidSpecifier:
            yield (
                ("applies-to", package),
                False,
                f"`{clean(versions)}` is no version range",
                'good: ">=2.0,<3"',
            )
    for name in ("better", "than", "equal", "each"):
        for target in _as_list(raw.get("check", {}).get("expect", {}).get(name, [])):
            yield from _check_target(pack, ("check", "expect", name), target)


def _check_team(pack: Pack, raw: Any) -> Iterator[NameProblem]:
    """Check the names in a team's file."""
    answers = raw.get("answers", {})
    yield from _check_answers(pack, ("answers",), {id: value for id, value in answers.items() if id != DEPENDS_ON})
    for name in _as_list(answers.get(DEPENDS_ON, [])):
        yield from _check_name(("answers", DEPENDS_ON), normalise(str(name)), pack.packages, "package")
    for question, value in answers.items():
        if len(_as_list(value)) > 1 and question in pack.questions and not pack.questions[question].several:
            yield ("answers", question), False, f"{clean(question)} takes one choice", "name the usual one"
    for key in ("banned", "preferred"):
        for index, entry in enumerate(raw.get(key, [])):
            yield from _check_target(pack, (key, index, "stack"), entry["stack"])
            yield from _check_condition(pack, (key, index, "when"), entry.get("when"))


def _check_installing(pack: Pack, raw: Any) -> Iterator[NameProblem]:
    """Check the names in `install.yaml`."""
    packages = dict.fromkeys(
        requirement.name for candidate in pack.candidates.values() for requirement in requirements_of(candidate.install)
    )
    for index, rule in enumerate(raw.get("packages", [])):
        path: KeyPath = ("packages", index)
        yield from _check_name((*path, "package"), rule["package"], packages, "package")
        yield from _check_installing_part(pack, path, rule)
    for index, target in enumerate(raw.get("targets", [])):
        yield from _check_installing_part(pack, ("targets", index), target)


def _check_installing_part(pack: Pack, path: KeyPath, raw: Any) -> Iterator[NameProblem]:
    """Check the names that packages and targets have in common."""
    for at, target in enumerate(_as_list(raw.get("for", []))):
        yield from _check_target(pack, (*path, "for", at), target)
    yield from _check_condition(pack, (*path, "when"), raw.get("when"))
    yield from _check_name((*path, "source"), raw["source"].split(" ", 1)[0], pack.sources, "source")
    for key in ("index", "page"):
        if key not in raw:
            continue
        yield from _check_name((*path, key), raw[key], pack.sources, "source")
        if raw[key] in pack.sources and pack.sources[raw[key]].link is None:
            problem = f"the source `{clean(raw[key])}` has no link, so there is nothing to open"
            yield (*path, key), False, problem, "give it one in sources.yaml"


def _check_downloads(pack: Pack, raw: Any) -> Iterator[NameProblem]:
    """Check the names in `downloads.yaml`."""
    pythons = pack.questions["python"].choice_ids if "python" in pack.questions else None
    for index, download in enumerate(raw["downloads"]):
        for platform, resolved in download["on"].items():
            for python in _as_list(resolved["python"]) if pythons is not None else ():
                path: KeyPath = ("downloads", index, "on", platform, "python")
                yield from _check_name(path, python, pythons or (), "choice of python")


def _check_packages(pack: Pack, raw: Any) -> Iterator[NameProblem]:
    """Check the stacks and sources in `packages.yaml`."""
    for index, package in enumerate(raw["packages"]):
        path: KeyPath = ("packages", index)
        for name in package["works-on"]:
            yield from _check_target(pack, (*path, "works-on", name), name, key=True)
        yield from _check_name((*path, "source"), package["source"].split(" ", 1)[0], pack.sources, "source")


def _check_case(pack: Pack, raw: Any) -> Iterator[NameProblem]:
    """Check the names in a case."""
    yield from _check_answers(pack, ("answers",), raw["answers"])
    for key, names, noun in (("framework", pack.frameworks, "framework"), ("candidate", pack.candidates, "candidate")):
        for name in _as_list(raw["expert"].get(key, [])):
            yield from _check_name(("expert", key), name, names, noun)
    for index, flip in enumerate(raw["flips"]):
        yield from _check_answers(pack, ("flips", index, "answers"), flip["answers"])
        for name in _as_list(flip["to"]):
            yield from _check_name(("flips", index, "to"), name, pack.frameworks, "framework")


def _check_condition(pack: Pack, path: KeyPath, raw: Any) -> Iterator[NameProblem]:
    """Check the questions and choices in a condition."""
    for key, value in (raw or {}).items():
        if key == "not":
            yield from _check_condition(pack, (*path, key), value)
        elif key in ("any", "all"):
            for index, condition in enumerate(value):
                yield from _check_condition(pack, (*path, key, index), condition)
        else:
            yield from _check_answers(pack, path, {key: value})


def _check_answers(pack: Pack, path: KeyPath, raw: Mapping[str, Any]) -> Iterator[NameProblem]:
    """Check the questions and choices in answers."""
    for question, value in raw.items():
        if question not in pack.questions:
            yield (
                (*path, question),
                True,
                f"unknown question `{clean(question)}`",
                did_you_mean(question, list(pack.questions)),
            )
            continue
        legal = pack.questions[question].choice_ids
        for choice in _as_list(value):
            if choice not in legal:
                problem = f"`{clean(str(choice))}` is no choice of {question}"
                yield (*path, question), False, problem, _suggest_choice(pack.questions[question], str(choice))


def _suggest_choice(question: Question, choice: str) -> str:
    """Return what to write instead of an unknown choice: the choice it became, or the nearest one."""
    present_choice = question.choices_by_former_id.get(choice)
    return present_choice.formerly[choice].en if present_choice else did_you_mean(choice, question.choice_ids)
