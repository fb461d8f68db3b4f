"""Installing: machines on which an install line was never resolved, targets no line leads to, rules no candidate follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.knowledge.installing import requirements_id
from advisor.knowledge.pack import Pack
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import STALE_AFTER
from advisor.reasoning.start import StartLine, is_about, start_of
from advisor.verification.defect import Diagnostic
from advisor.verification.machines import targets_of
from advisor.verification.subject import Subject


def unresolved_installs(subject: Subject) -> Iterator[Diagnostic]:
    """Find install lines that the public index was never seen to resolve on a machine they are for, or not for its Python."""
    pack = subject.pack
    reported: set[tuple[str, str]] = set()
    for candidate, answers, start in subject.starts if pack.downloads else ():
        for line in start.lines:
            problem = _resolution_problem(pack, line, answers)
            if problem and (candidate, problem) not in reported:
                reported.add((candidate, problem))
                fix = (
                    "write `take`, `page` or `unavailable` in install.yaml, or run tests/benchmarks/resolve_install.py"
                )
                yield Diagnostic(subject.place("candidate", candidate, "install"), problem, fix, answers)


def _resolution_problem(pack: Pack, line: StartLine, answers: Mapping[str, tuple[str, ...]]) -> str:
    if not line.public:
        return ""
    requirements = (*line.besides, *line.public)
    download = pack.downloads.get(requirements_id(requirements))
    resolved = download.on.get(line.platform) if download is not None else None
    if resolved is None:
        return f"nothing says that `{' '.join(requirements)}` can be installed on {line.platform}"
    python = answers.get("python", ())
    if python and python[0] not in resolved.python and line.purpose != "run":
        return f"`{' '.join(requirements)}` has no wheels for {python[0]} on {line.platform}"
    return ""


def missing_targets(subject: Subject) -> Iterator[Diagnostic]:
    """Find candidates for which no line says how to reach a target that other candidates can reach."""
    pack = subject.pack
    for candidate in pack.candidates:
        for question, choice in targets_of(pack):
            start = start_of(pack, Profile({}).with_answers({question: (choice,)}), candidate)
            if all(line.purpose == "train" for line in start.lines):
                problem = f"no target says how to get to {question}={choice}"
                fix = "add one in install.yaml, or say there that there is no way"
                yield Diagnostic(subject.place("candidate", candidate, "id"), problem, fix, {question: (choice,)})


def idle_install_rules(subject: Subject) -> Iterator[Diagnostic]:
    """Find rules and targets that no candidate follows on any machine: their condition never holds, or others come first."""
    pack = subject.pack
    rules_followed = {id for _, _, start in subject.starts for id in start.rules} if pack.install_rules else set()
    for id in pack.install_rules:
        if id not in rules_followed:
            problem = "no candidate follows it on any machine: its condition never holds, or rules before it always do"
            yield Diagnostic(subject.place("install rule", id, "id"), problem, "correct its condition, or remove it")
    for id, target in pack.targets.items():
        possible = bool(subject.spaces.space_of_conditions(target.when).holds(target.when).any())
        if not possible or not any(is_about(pack, target, candidate) for candidate in pack.candidates):
            yield Diagnostic(
                subject.place("target", id, "when"), "it holds for no project", "correct its condition, or remove it"
            )


def stale_downloads(subject: Subject) -> Iterator[Diagnostic]:
    """Find sizes that were read more than six months ago."""
    for id, download in subject.pack.downloads.items():
        if (age := subject.as_of - download.read) > STALE_AFTER:
            problem = f"it was read {age.days} days before {subject.as_of}, more than {STALE_AFTER.days}"
            place = subject.place("download", id, "read")
            yield Diagnostic(place, problem, "run tests/benchmarks/resolve_install.py --write")
