"""From sightings to proposed answers: the surest per question; what contradicts itself is only shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.moving import Moving
from advisor.knowledge.pack import Pack
from advisor.knowledge.package import DEPENDS_ON
from advisor.knowledge.question import Question
from advisor.knowledge.signal import SUREST_FIRST, Certainty, Signal
from advisor.reasoning.packages import levels_of
from advisor.scan.dependencies import Dependency, find_dependencies, pin_conflicts, stacks_left
from advisor.scan.facts import Repository, Unread
from advisor.scan.patterns import Patterns
from advisor.scan.python_versions import python_answer
from advisor.scan.reading import Progress, read_repository
from advisor.scan.sightings import Sighting, find_sightings
from advisor.scan.support import Support
from advisor.sentences import text
from advisor.text import Text

MOST_PLACES = 3
DOMINATES = 4
"""What is seen this many times as often as another choice of the same question does not contradict it."""


class Proposal(Struct, frozen=True):
    """An answer proposed for one question; of low certainty it is a remark.

    Attributes:
        choices: those proposed, in the order in which they are offered.
        supports: what speaks for each, the surest first.
        contradicted: whether what was seen speaks for choices that exclude each other.
    """

    question: str
    choices: tuple[str, ...]
    certainty: Certainty
    supports: tuple[Support, ...]
    contradicted: bool = False

    @property
    def is_answer(self) -> bool:
        """Whether it is sure enough to be written as an answer."""
        return self.certainty != "low" and not self.contradicted

    @property
    def places(self) -> tuple[str, ...]:
        """Where each choice was read: the first place of its surest support."""
        first: dict[str, str] = {}
        for support in self.supports:
            if support.places:
                first.setdefault(support.choice, support.places[0])
        return tuple(first[choice] for choice in self.choices if choice in first)


class Scan(Struct, frozen=True):
    """What a repository says about its project.

    Attributes:
        proposals: by question, in the order of the questionnaire.
        remarks: what contradicts itself, and what else is to be known.
        sightings: the signals that fired.
        dependencies: the packages of the table that it needs.
    """

    repository: Repository
    sightings: Mapping[str, Sighting]
    proposals: Mapping[str, Proposal]
    remarks: Sequence[Text]
    dependencies: Sequence[Dependency]

    @property
    def answers(self) -> dict[str, Proposal]:
        """The proposals that are sure enough to be answers."""
        return {id: proposal for id, proposal in self.proposals.items() if proposal.is_answer}

    @property
    def unread(self) -> Sequence[Unread]:
        """What was not read."""
        return self.repository.unread


def scan_repository(
    root: Path,
    pack: Pack,
    signals: Mapping[str, Signal],
    moving: Mapping[str, Moving] | None = None,
    on_progress: Progress = lambda _done, _all: None,
) -> Scan:
    """Read a repository and propose answers.

    Args:
        root: its folder.
        pack: the questions and packages.
        signals: what to look for.
        moving: the names of each framework, where it is to be told what leaving it would cost.
        on_progress: told how far it is.

    Raises:
        StoreError: the folder cannot be read.
    """
    frameworks = list((moving or {}).values())
    modules = [module for framework in frameworks for module in framework.modules]
    modules += [module for package in pack.packages.values() for module in package.modules]
    gone = [part for framework in frameworks for part in framework.gone]
    patterns = Patterns(
        tuple(signals.values()),
        tuple(modules),
        frozenset(method for part in gone for method in part.methods),
        frozenset(call for part in gone for call in part.arguments),
    )
    return propose(read_repository(root, patterns, on_progress), pack, signals)


def propose(repository: Repository, pack: Pack, signals: Mapping[str, Signal]) -> Scan:
    """Propose answers from what was seen in a repository."""
    sightings = find_sightings(repository, signals)
    supports: dict[str, list[Support]] = {}
    for sighting in sightings.values():
        certainty = "low" if _is_rare(sighting, sightings.values()) else sighting.signal.certainty
        less_sure = SUREST_FIRST[min(SUREST_FIRST.index(certainty) + 1, 2)]
        for choices_by_question, how_sure in (
            (sighting.signal.answers, certainty),
            (sighting.signal.suggests, less_sure),
        ):
            for question, choices in choices_by_question.items():
                supports.setdefault(question, []).extend(_support(sighting, choice, how_sure) for choice in choices)
    python = python_answer(repository, pack)
    if python.support is not None:
        supports["python"] = [python.support]
    remarks = [*python.remarks, *pin_conflicts(repository, pack), *_guarded_frameworks(repository, pack)]
    dependencies, others = _dependencies_of_the_code(
        find_dependencies(repository, pack), supports.get("existing-assets", ()), pack
    )
    if others:
        remarks.append(
            text(
                "scan.packages-elsewhere", packages=[f"{other.package.id} ({other.facts[0].place})" for other in others]
            )
        )
    if dependencies:
        supports[DEPENDS_ON] = [_dependency_support(dependency) for dependency in dependencies]
    proposals = {
        id: _proposal(pack.questions.get(id), id, supports[id])
        for id in (*pack.questions, DEPENDS_ON)
        if id in supports
    }
    if dependencies and not stacks_left(pack, dependencies):
        proposals[DEPENDS_ON] = replace(proposals[DEPENDS_ON], contradicted=True)
        remarks.append(text("scan.packages-apart", packages=[dependency.package.id for dependency in dependencies]))
    return Scan(repository, sightings, proposals, tuple(remarks), tuple(dependencies))


def _is_rare(sighting: Sighting, all_sightings: Iterable[Sighting]) -> bool:
    """Return whether a signal is seen in too few files beside another of the same questions."""
    if not sighting.signal.least_share:
        return False
    files = len({fact.path for fact in sighting.facts})
    rivals = [other for other in all_sightings if other.signal.answers.keys() & sighting.signal.answers.keys()]
    most_files = max(len({fact.path for fact in rival.facts}) for rival in rivals)
    return files < sighting.signal.least_share * most_files


FRAMEWORKS_OF_CODE: Mapping[str, tuple[str, ...]] = {
    "pytorch": ("pytorch",),
    "jax": ("jax",),
    "tf2-keras": ("tensorflow", "keras"),
    "tf1": ("tensorflow",),
}
"""Choice of `existing-assets` → the frameworks whose stacks its code runs on."""


def _dependencies_of_the_code(
    dependencies: Sequence[Dependency], assets: Sequence[Support], pack: Pack
) -> tuple[list[Dependency], list[Dependency]]:
    """Return the packages that work on a framework of the code, and the others; all of them where there is no code."""
    sure = [support.choice for support in assets if support.certainty != "low"]
    stacks = {stack for choice in sure for id in FRAMEWORKS_OF_CODE.get(choice, ()) for stack in pack.stacks(id)}
    if not stacks:
        return list(dependencies), []
    fitting = [dependency for dependency in dependencies if stacks & levels_of(pack, dependency.package).keys()]
    return fitting, [dependency for dependency in dependencies if dependency not in fitting]


def _guarded_frameworks(repository: Repository, pack: Pack) -> Iterator[Text]:
    """Yield, where the code imports frameworks behind a test or `try`, which and where: they are chosen when it runs."""
    modules = {module.partition(".")[0] for candidate in pack.candidates.values() for module in candidate.modules}
    places: dict[str, str] = {}
    for fact in repository.facts:
        root = fact.value.partition(".")[0]
        if (
            fact.kind == "imports"
            and fact.standing == "guarded"
            and fact.region == "core"
            and root in modules - repository.own_modules
        ):
            places.setdefault(root, fact.place)
    if places:
        yield text("scan.guarded", modules=[f"{module} ({place})" for module, place in sorted(places.items())])


def _support(sighting: Sighting, choice: str, certainty: Certainty) -> Support:
    places = tuple(dict.fromkeys(fact.place for fact in sighting.facts))[:MOST_PLACES]
    return Support(choice, sighting.signal.signal, places, certainty, sighting.count)


def _dependency_support(dependency: Dependency) -> Support:
    places = tuple(fact.place for fact in dependency.facts)[:MOST_PLACES]
    return Support(dependency.package.key, dependency.why, places, dependency.certainty)


def _proposal(question: Question | None, id: str, supports: Sequence[Support]) -> Proposal:
    """Return the proposal for one question.

    Of a question that takes several choices all of the best that is not low; several at once are never of high certainty. Of
    another the surest choice; several that are equally sure, and seen about as often, contradict each other.
    """
    ranked = sorted(supports, key=lambda support: (SUREST_FIRST.index(support.certainty), -support.count))
    best = ranked[0].certainty
    if question is None or question.several:
        chosen = {support.choice for support in ranked if support.certainty != "low" or best == "low"}
        chosen = chosen - {"none"} or chosen
        certainty = _weakest(support.certainty for support in _surest(ranked) if support.choice in chosen)
        if len(chosen) > 1 and certainty == "high" and question is not None:
            certainty = "medium"
        order = question.choice_ids if question else sorted(chosen)
        return Proposal(id, tuple(choice for choice in order if choice in chosen), certainty, tuple(ranked))
    counts = Counter[str]()
    for support in ranked:
        counts[support.choice] += support.count if support.certainty == best else 0
    choices = {choice for choice, count in counts.items() if count and count * DOMINATES >= max(counts.values())}
    ordered = tuple(choice for choice in question.choice_ids if choice in choices)
    return Proposal(id, ordered, best, tuple(ranked), contradicted=len(ordered) > 1)


def _surest(ranked: Sequence[Support]) -> Iterator[Support]:
    """Yield the surest support of each choice."""
    choices_before: set[str] = set()
    for support in ranked:
        if support.choice not in choices_before:
            choices_before.add(support.choice)
            yield support


def _weakest(certainties: Iterable[Certainty]) -> Certainty:
    """Return the least sure of some certainties."""
    return max(certainties, key=SUREST_FIRST.index)
