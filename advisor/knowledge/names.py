"""Every name a record uses must be known to the pack: questions, choices, criteria, candidates, sources, claims."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from advisor.errors import Problem
from advisor.knowledge.installing import requirements_of
from advisor.knowledge.name_checks import NameProblem, as_list, check_name, check_target
from advisor.knowledge.package import DEPENDS_ON, normalise
from advisor.knowledge.question_checks import check_answers, check_condition, check_questions
from advisor.knowledge.yaml_source import KeyPath, YamlSource
from advisor.text import clean

if TYPE_CHECKING:
    from advisor.knowledge.pack import Pack


def find_name_problems(
    pack: Pack,
    sources: Mapping[str, YamlSource],
    claim_ids: Collection[str],
    measures_by_probe: Mapping[str, Collection[str]] | None = None,
) -> list[Problem]:
    """Return every unknown name in a pack.

    Args:
        pack: the assembled pack.
        sources: its parsed files by name, for the places.
        claim_ids: of all claims, also of those that are not valid yet.
        measures_by_probe: the measures of each probe; None: probes are not checked.
    """
    problems = []
    for file_name, source in sources.items():
        name_problems = [*_check_file(pack, file_name, source.value, claim_ids)]
        if measures_by_probe is not None:
            name_problems += _check_measures(file_name, source.value, measures_by_probe)
        problems += [
            Problem(source.place(path, key=at_key), problem, fix) for path, at_key, problem, fix in name_problems
        ]
    return problems


def _check_file(pack: Pack, file_name: str, content: Any, claim_ids: Collection[str]) -> Iterator[NameProblem]:
    """Yield the unknown names in one file."""
    yield from _check_vocabulary(pack, file_name)
    if file_name == "questions.yaml":
        yield from check_questions(pack, content)
    elif file_name == "criteria.yaml":
        for index, criterion in enumerate(content["criteria"]):
            for scale_index, scale in enumerate(criterion.get("measured", [])):
                yield from check_condition(
                    pack, ("criteria", index, "measured", scale_index, "counts-when"), scale.get("counts-when")
                )
    elif file_name == "frameworks.yaml":
        for index, candidate in enumerate(content["candidates"]):
            path: KeyPath = ("candidates", index, "framework")
            yield from check_name(path, candidate["framework"], pack.frameworks, "framework")
        for index, framework in enumerate(content["frameworks"]):
            yield from check_condition(pack, ("frameworks", index, "joins-when"), framework.get("joins-when"))
            if not pack.stacks(framework["id"]):
                yield (
                    ("frameworks", index, "id"),
                    False,
                    f"`{clean(framework['id'])}` has no candidate",
                    "add one that names it",
                )
    elif file_name == "contradictions.yaml":
        for index, contradiction in enumerate(content["contradictions"]):
            for member_index, member in enumerate(as_list(contradiction["members"])):
                path = ("contradictions", index, "members", member_index)
                yield from check_name(path, member, claim_ids, "claim")
    elif file_name == "facts.yaml":
        for index, fact in enumerate(content["facts"]):
            yield from check_name(("facts", index, "unit"), fact["unit"], pack.units, "unit")
            yield from check_name(("facts", index, "source"), fact["source"], pack.sources, "source")
    elif file_name == "install.yaml":
        yield from _check_installing(pack, content)
    elif file_name == "downloads.yaml":
        yield from _check_downloads(pack, content)
    elif file_name == "packages.yaml":
        yield from _check_packages(pack, content)
    elif file_name == "workloads.yaml":
        yield from _check_workloads(pack, content)
    elif file_name == "team.yaml":
        yield from _check_team(pack, content)
    elif file_name.startswith("cases/"):
        yield from _check_case(pack, content)
    elif "/" in file_name:
        yield from _check_rule(pack, content, claim_ids)


def _check_vocabulary(pack: Pack, file_name: str) -> Iterator[NameProblem]:
    """Check that there is at least one question, criterion, source and framework to recommend."""
    if file_name == "questions.yaml" and not pack.questions:
        yield ("questions",), True, "there is no question", "ask at least one: rules are about answers"
    elif file_name == "criteria.yaml" and not pack.criteria:
        yield ("criteria",), True, "there is no criterion", "name at least one: claims are about criteria"
    elif file_name == "sources.yaml" and not pack.sources:
        yield ("sources",), True, "there is no source", "name at least one: claims and rules cite sources"
    elif file_name == "frameworks.yaml" and not pack.frameworks:
        yield ("frameworks",), True, "there is no framework", "name at least one, and a candidate of it"
    elif file_name == "frameworks.yaml" and all(framework.outside for framework in pack.frameworks.values()):
        problem = "every framework is marked `outside`, so that there is none to recommend"
        yield ("frameworks",), True, problem, "take `outside: true` from those this pack compares"


def _check_measures(
    file_name: str, content: Any, measures_by_probe: Mapping[str, Collection[str]]
) -> Iterator[NameProblem]:
    """Check the probes and measures that a criterion or a claim names."""
    scales_and_checks: list[tuple[KeyPath, Any]] = []
    if file_name == "criteria.yaml":
        for index, criterion in enumerate(content["criteria"]):
            for scale_index, scale in enumerate(criterion.get("measured", [])):
                scales_and_checks.append((("criteria", index, "measured", scale_index), scale))
    elif file_name.startswith("claims/") and "check" in content:
        scales_and_checks.append((("check",), content["check"]))
    for path, scale_or_check in scales_and_checks:
        probe, measure = scale_or_check["probe"], scale_or_check["measure"]
        if probe not in measures_by_probe:
            yield from check_name((*path, "probe"), probe, measures_by_probe, "probe")
        else:
            yield from check_name((*path, "measure"), measure, measures_by_probe[probe], "measure")


def _check_rule(pack: Pack, rule: Any, claim_ids: Collection[str]) -> Iterator[NameProblem]:
    """Check the names in a need, constraint or claim."""
    yield from check_condition(pack, ("when",), rule.get("when"))
    yield from check_name(("source",), str(rule["source"]).split(" ", 1)[0], pack.sources, "source")
    for criterion in rule.get("criteria", {}):
        yield from check_name(("criteria", criterion), criterion, pack.criteria, "criterion", at_key=True)
    for criterion in rule.get("requires", {}):
        yield from check_name(("requires", criterion), criterion, pack.criteria, "criterion", at_key=True)
    for key in ("excludes", "keeps"):
        for index, target in enumerate(as_list(rule.get(key, []))):
            yield from check_target(pack, (key, index), target)
    for index, fact in enumerate(as_list(rule.get("facts", []))):
        yield from check_name(("facts", index), fact, pack.facts, "fact")
    for example in ("applies", "silent"):
        yield from check_answers(pack, ("examples", example), rule.get("examples", {}).get(example, {}))
    if "claim" in rule:
        yield from _check_claim(pack, rule, claim_ids)


def _check_claim(pack: Pack, claim: Any, claim_ids: Collection[str]) -> Iterator[NameProblem]:
    """Check the names that only claims have."""
    if "about" in claim:
        yield from check_name(("about",), claim["about"], pack.criteria, "criterion")
    for target in claim.get("says", {}):
        yield from check_target(pack, ("says", target), target, at_key=True)
    for index, source in enumerate(as_list(claim["review"]["sources"])):
        yield from check_name(("review", "sources", index), source, pack.sources, "source")
    for path, other_claims in (
        (("review", "instead"), claim["review"].get("instead", [])),
        (("disputes",), claim.get("disputes", [])),
    ):
        for other_claim in as_list(other_claims):
            yield from check_name(path, other_claim, claim_ids, "claim")
    yield from check_condition(pack, ("measured-on", "like"), claim.get("measured-on", {}).get("like"))
    if "same-as" in claim:
        yield from check_name(("same-as",), claim["same-as"], claim_ids, "claim")
    for package, versions in claim.get("applies-to", {}).items():
        try:
            SpecifierSet(versions)
        except InvalidSpecifier:
            yield (
                ("applies-to", package),
                False,
                f"`{clean(versions)}` is no version range",
                'good: ">=2.0,<3"',
            )
    for side in ("better", "than", "equal", "each"):
        for target in as_list(claim.get("check", {}).get("expect", {}).get(side, [])):
            yield from check_target(pack, ("check", "expect", side), target)


def _check_team(pack: Pack, team: Any) -> Iterator[NameProblem]:
    """Check the names in a team's file."""
    answers = team.get("answers", {})
    yield from check_answers(pack, ("answers",), {id: value for id, value in answers.items() if id != DEPENDS_ON})
    for name in as_list(answers.get(DEPENDS_ON, [])):
        yield from check_name(("answers", DEPENDS_ON), normalise(str(name)), pack.packages, "package")
    for question, choices in answers.items():
        if len(as_list(choices)) > 1 and question in pack.questions and not pack.questions[question].several:
            yield ("answers", question), False, f"{clean(question)} takes one choice", "name the usual one"
    for key in ("banned", "preferred"):
        for index, stance in enumerate(team.get(key, [])):
            yield from check_target(pack, (key, index, "stack"), stance["stack"])
            yield from check_condition(pack, (key, index, "when"), stance.get("when"))


def _check_installing(pack: Pack, content: Any) -> Iterator[NameProblem]:
    """Check the names in `install.yaml`."""
    packages = dict.fromkeys(
        requirement.name for candidate in pack.candidates.values() for requirement in requirements_of(candidate.install)
    )
    for index, rule in enumerate(content.get("packages", [])):
        path: KeyPath = ("packages", index)
        yield from check_name((*path, "package"), rule["package"], packages, "package")
        yield from _check_installing_part(pack, path, rule)
    for index, target in enumerate(content.get("targets", [])):
        yield from _check_installing_part(pack, ("targets", index), target)


def _check_installing_part(pack: Pack, path: KeyPath, part: Any) -> Iterator[NameProblem]:
    """Check the names that packages and targets have in common."""
    for target_index, target in enumerate(as_list(part.get("for", []))):
        yield from check_target(pack, (*path, "for", target_index), target)
    yield from check_condition(pack, (*path, "when"), part.get("when"))
    yield from check_name((*path, "source"), part["source"].split(" ", 1)[0], pack.sources, "source")
    for key in ("index", "page"):
        if key not in part:
            continue
        yield from check_name((*path, key), part[key], pack.sources, "source")
        if part[key] in pack.sources and pack.sources[part[key]].link is None:
            problem = f"the source `{clean(part[key])}` has no link, so there is nothing to open"
            yield (*path, key), False, problem, "give it one in sources.yaml"


def _check_downloads(pack: Pack, content: Any) -> Iterator[NameProblem]:
    """Check the names in `downloads.yaml`."""
    pythons = pack.questions["python"].choice_ids if "python" in pack.questions else None
    for index, download in enumerate(content["downloads"]):
        for platform, resolved in download["on"].items():
            for python in as_list(resolved["python"]) if pythons is not None else ():
                path: KeyPath = ("downloads", index, "on", platform, "python")
                yield from check_name(path, python, pythons or (), "choice of python")


def _check_packages(pack: Pack, content: Any) -> Iterator[NameProblem]:
    """Check the stacks and sources in `packages.yaml`."""
    for index, package in enumerate(content["packages"]):
        for name in package["works-on"]:
            yield from check_target(pack, ("packages", index, "works-on", name), name, at_key=True)
        yield from check_name(("packages", index, "source"), package["source"].split()[0], pack.sources, "source")


def _check_workloads(pack: Pack, content: Any) -> Iterator[NameProblem]:
    """Check the domains and sources in `workloads.yaml`."""
    domains = pack.questions["domain"].choice_ids if "domain" in pack.questions else []
    for index, preset in enumerate(content["workloads"]):
        for domain_index, domain in enumerate(as_list(preset["domains"])):
            yield from check_name(("workloads", index, "domains", domain_index), domain, domains, "choice of domain")
        yield from check_name(("workloads", index, "source"), preset["source"].split()[0], pack.sources, "source")


def _check_case(pack: Pack, case: Any) -> Iterator[NameProblem]:
    """Check the names in a case."""
    yield from check_answers(pack, ("answers",), case["answers"])
    for key, known_names, noun in (
        ("framework", pack.frameworks, "framework"),
        ("candidate", pack.candidates, "candidate"),
    ):
        for name in as_list(case["expert"].get(key, [])):
            yield from check_name(("expert", key), name, known_names, noun)
    for index, flip in enumerate(case["flips"]):
        yield from check_answers(pack, ("flips", index, "answers"), flip["answers"])
        for name in as_list(flip["to"]):
            yield from check_name(("flips", index, "to"), name, pack.frameworks, "framework")
