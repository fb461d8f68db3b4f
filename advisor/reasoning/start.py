"""Where to start: what is installed for a candidate on the machine the answers describe, and for where its model will run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.framework import Candidate
from advisor.knowledge.installing import (
    Download,
    InstallRule,
    PipRequirement,
    Platform,
    Target,
    requirements_id,
    requirements_of,
)
from advisor.knowledge.pack import Pack
from advisor.knowledge.package import DEPENDS_ON, normalise
from advisor.reasoning.conditions import FALSE, TRUE, AnswerColumns, known_answers
from advisor.reasoning.profile import Profile
from advisor.sentences import text
from advisor.text import Text

Purpose = Literal["train", "export", "run"]
"""Installed to train; to write the model for where it will run; on that machine."""

PLATFORM_OF: Mapping[str, Platform] = {
    "linux": "linux",
    "windows-wsl2": "linux",
    "windows-native": "windows",
    "macos": "macos",
}
"""By the answer to the question `os`; where it is not known, Linux is assumed."""

Machine = Mapping[str, str]
"""One answer to each question whose answers are combined, of which a project gave several."""


class StartLine(Struct, frozen=True):
    """One thing to type, or one page to follow, or the reason why there is neither.

    Attributes:
        command: what is typed; empty where only the page tells, or where there is no way.
        page: the address that tells more; empty without one.
        available: False where there is no way; `note` says why, and what helps.
        note: what it does, or what to know of it.
        mb: MB to download; None where it is unknown.
        read: the day that number was read.
        public: the requirements of `command` that come from the public index.
        besides: what is installed before it, of which `mb` counts nothing.
        platform: what `public` is resolved for.
    """

    purpose: Purpose
    command: str = ""
    page: str = ""
    available: bool = True
    note: Text | None = None
    mb: int | None = None
    read: date | None = None
    public: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    platform: Platform = "linux"


class Start(Struct, frozen=True):
    """How to start with a candidate.

    Attributes:
        platform: what it is installed on.
        lines: in the order they are carried out; what is installed to train comes first.
        rules: the install rules of the pack that were followed, by id.
        machines: the answers to the questions of which several were given, as on each machine that it is for; empty where
            no question has several.
        others: how to start on the other machines of the project, where that differs.
    """

    platform: Platform
    lines: tuple[StartLine, ...]
    rules: tuple[str, ...] = ()
    machines: tuple[Machine, ...] = ()
    others: tuple[Start, ...] = ()

    @property
    def available(self) -> bool:
        """Whether the candidate can be installed there at all."""
        return all(line.available for line in self.lines if line.purpose == "train")

    @property
    def setup(self) -> str:
        """What is typed to install it for training, as one line; empty where only a page tells."""
        return " && ".join(line.command for line in self.lines if line.purpose == "train" and line.command)


def start_of(pack: Pack, profile: Profile, candidate: str) -> Start:
    """Return how to start with a candidate: on the first machine of the answers, with the others where it differs.

    Args:
        pack: its install rules, targets and downloads.
        profile: the known answers, given or detected on this machine; one detected counts even where its question does not
            apply, because every package is built for some operating system.
        candidate: the one to install.
    """
    starts: list[Start] = []
    for machine in machines_of(pack, profile):
        alone = profile.with_answers({id: (choice,) for id, choice in machine.items()})
        start = replace(_start_on(pack, alone, candidate), machines=(machine,) if machine else ())
        same = next((number for number, other in enumerate(starts) if _is_same(start, other)), len(starts))
        earlier = starts[same].machines if same < len(starts) else ()
        starts[same:] = [replace(start, machines=(*earlier, *start.machines)), *starts[same + 1 :]]
    return replace(starts[0], others=tuple(starts[1:]))


def machines_of(pack: Pack, profile: Profile) -> list[Machine]:
    """Return the machines that the known answers describe and that can exist; an empty one where no question has several answers.

    The rare ones are left out where there are others. An answer counts whether or not its question applies.
    """
    each = [id for id, question in pack.questions.items() if question.each and profile.known(id)]
    if all(len(profile.known(id)) == 1 for id in each):
        return [{}]
    machines: dict[bool, list[Machine]] = {False: [], True: []}
    for choices in product(*(profile.known(id) for id in each)):
        machine = dict(zip(each, choices, strict=True))
        alone = profile.with_answers({id: (choice,) for id, choice in machine.items()})
        clashes = [rule for rule in pack.impossible if bool(_answers_for_installing(pack, alone).holds(rule.when))]
        if all(rule.rare for rule in clashes):
            machines[bool(clashes)].append(machine)
    return machines[False] or machines[True] or [{}]


def _is_same(start: Start, other: Start) -> bool:
    """Return whether the same is typed, read and told in both."""
    lines, other_lines = (
        [(line.purpose, line.command, line.page, line.available, line.note) for line in start_on_machine.lines]
        for start_on_machine in (start, other)
    )
    return lines == other_lines


def _start_on(pack: Pack, profile: Profile, candidate: str) -> Start:
    """Return how to start with a candidate on one machine."""
    answers = _answers_for_installing(pack, profile)
    to_install = pack.candidates[candidate]
    requirements = requirements_of(to_install.install)
    parts = [_applicable_part(pack, to_install, requirement, answers) for requirement in requirements]
    rules = [part.rule for part in parts if part.rule is not None]
    platforms_of_rules = (rule.on for rule in rules if rule.on is not None)
    platform = next(platforms_of_rules, _answered_platform(pack, profile))
    lines = list(_training_lines(pack, to_install, parts, platform))
    if all(line.available for line in lines):
        lines += _lines_of_packages(pack, profile, to_install, platform)
        lines += _lines_of_targets(pack, to_install, answers, platform)
    return Start(platform, tuple(_with_size(pack, line) for line in lines), tuple(rule.id for rule in rules))


def _answered_platform(pack: Pack, profile: Profile) -> Platform:
    """Return the platform that the answer to the question `os` stands for; Linux where it is not known."""
    systems = profile.known("os") if "os" in pack.questions else ()
    return PLATFORM_OF.get(systems[0], "linux") if systems else "linux"


def _answers_for_installing(pack: Pack, profile: Profile) -> AnswerColumns:
    """Return the known answers; answers to detectable questions count wherever they are known."""
    answers = known_answers(pack.questions, profile)
    detectable = {
        question.id: {id: TRUE if id in profile.known(question.id) else FALSE for id in question.choice_ids}
        for question in pack.questions.values()
        if question.detect
    }
    return replace(answers, chosen={**answers.chosen, **detectable})


class _Part(Struct, frozen=True):
    """A requirement of a candidate, and the rule that applies to it; without one it comes from the public index."""

    requirement: PipRequirement
    rule: InstallRule | None

    @property
    def requirements(self) -> tuple[str, ...]:
        """What is asked for: the name that the rule takes with the versions of the candidate, and what the rule adds."""
        if self.rule is None:
            return (str(self.requirement),)
        name = self.rule.take or f"{self.requirement.name}{self.requirement.extras}"
        return (f"{name}{self.requirement.bounds}", *self.rule.adds)

    @property
    def only_page(self) -> bool:
        """Whether there is a page and nothing to type."""
        return bool(self.rule and self.rule.page and not (self.rule.take or self.rule.adds or self.rule.index))


def _applicable_part(pack: Pack, candidate: Candidate, requirement: PipRequirement, answers: AnswerColumns) -> _Part:
    for rule in pack.install_rules.values():
        if rule.package == requirement.name and is_about(pack, rule, candidate.id) and bool(answers.holds(rule.when)):
            return _Part(requirement, rule)
    return _Part(requirement, None)


def _training_lines(
    pack: Pack, candidate: Candidate, parts: Sequence[_Part], platform: Platform
) -> Iterator[StartLine]:
    """Yield what is installed to train: what comes from a vendor first, so that the public index does not replace it."""
    refusing_rule = next(
        (part.rule for part in parts if part.rule is not None and part.rule.unavailable is not None), None
    )
    if refusing_rule is not None:
        yield StartLine("train", available=False, note=refusing_rule.unavailable, platform=platform)
        return
    if not parts:  # not a line of pip: as it is written
        yield StartLine("train", candidate.install, mb=candidate.size_mb, platform=platform)
        return
    public_parts: list[_Part] = []
    for part in parts:
        if part.only_page and part.rule is not None:
            yield StartLine("train", page=_link_of(pack, part.rule.page), note=part.rule.note, platform=platform)
        elif part.rule is not None and part.rule.index is not None:
            index = _link_of(pack, part.rule.index)
            read = pack.sources[part.rule.index].read if part.rule.mb else None
            yield StartLine(
                "train",
                f"{_pip_command(part.requirements)} --index-url {index}",
                page=_link_of(pack, part.rule.page),
                note=part.rule.note,
                mb=part.rule.mb,
                read=read,
                platform=platform,
            )
        else:
            public_parts.append(part)
    if public_parts:
        rules = [part.rule for part in public_parts if part.rule is not None]
        requirements = tuple(requirement for part in public_parts for requirement in part.requirements)
        yield StartLine(
            "train",
            _pip_command(requirements),
            page=next((_link_of(pack, rule.page) for rule in rules if rule.page), ""),
            note=next((rule.note for rule in rules if rule.note), None),
            mb=candidate.size_mb,
            public=requirements,
            platform=platform,
        )


def _lines_of_packages(pack: Pack, profile: Profile, to_install: Candidate, platform: Platform) -> Iterator[StartLine]:
    """Yield what installs the packages the project depends on beside the candidate's; one that needs other versions is only told."""
    installed = {normalise(requirement.name) for requirement in requirements_of(to_install.install)}
    packages = [pack.packages[id] for id in profile.known(DEPENDS_ON) if id in pack.packages]
    names = tuple(package.id for package in packages if package.needs is None and package.key not in installed)
    if names:
        yield StartLine("train", _pip_command(names), note=text("depends.installs"), public=names, platform=platform)
    for package in packages:
        if package.needs is not None:
            note = text("depends.needs-other-versions", package=package.id, needs=package.needs)
            yield StartLine("train", note=note, platform=platform)


def _lines_of_targets(
    pack: Pack, candidate: Candidate, answers: AnswerColumns, platform: Platform
) -> Iterator[StartLine]:
    """Yield what the targets need, each command once."""
    requirements_before = tuple(map(str, requirements_of(candidate.install)))
    commands: set[str] = set()
    for target in pack.targets.values():
        if not is_about(pack, target, candidate.id) or not bool(answers.holds(target.when)):
            continue
        for line in _lines_of_target(pack, target, requirements_before, platform):
            if not line.command or line.command not in commands:
                yield line
            commands.add(line.command)


def is_about(pack: Pack, rule: InstallRule | Target, candidate: str) -> bool:
    """Return whether a rule of installing is about a candidate."""
    return not rule.for_ or any(candidate in pack.members(name) for name in rule.for_)


def _lines_of_target(pack: Pack, target: Target, before: tuple[str, ...], platform: Platform) -> Iterator[StartLine]:
    page = _link_of(pack, target.page)
    if target.install:
        line = StartLine("export", _pip_command(target.install), page if not target.run else "", note=target.note)
        yield replace(line, public=target.install, besides=before, platform=platform)
    if target.run:
        requirements = tuple(map(str, requirements_of(target.run)))
        line = StartLine("run", target.run, page, note=target.note if not target.install else None)
        yield replace(line, public=requirements, platform=target.on or platform)
    if not (target.install or target.run):
        yield StartLine("export" if page else "train", page=page, note=target.note, platform=platform)


def _with_size(pack: Pack, line: StartLine) -> StartLine:
    """Return a line with the size of its download; a line that was never resolved stays as it is."""
    download = pack.downloads.get(requirements_id((*line.besides, *line.public))) if line.public else None
    if download is None or line.platform not in download.on:
        return line
    size_before = (
        _download_size(pack.downloads.get(requirements_id(line.besides)), line.platform) if line.besides else 0
    )
    if size_before is None:
        return line
    return replace(line, mb=max(1, download.on[line.platform].mb - size_before), read=download.read)


def _download_size(download: Download | None, platform: Platform) -> int | None:
    return download.on[platform].mb if download is not None and platform in download.on else None


def _pip_command(requirements: Sequence[str]) -> str:
    return "pip install " + " ".join(f'"{requirement}"' for requirement in requirements)


def _link_of(pack: Pack, source: str | None) -> str:
    return (pack.sources[source].link or "") if source is not None else ""
