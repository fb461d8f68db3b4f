"""What newcomers are told, read only where it is shown: the `onboarding` folder of a pack.

No answer depends on it, so no answer waits for it: `load_pack` passes the folder over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from advisor.errors import InputError, Problem
from advisor.knowledge.concept import Concept, Diagram
from advisor.knowledge.condition import comparisons_of
from advisor.knowledge.folder import Folder, KnowledgeFile
from advisor.knowledge.lesson import Faq, ProbeNote, TrainingSteps
from advisor.knowledge.outlook import ExitCosts, Migrations, ReadingList, Watch
from advisor.knowledge.pack import Pack
from advisor.knowledge.pack_files import Schema
from advisor.knowledge.pitfall import Pitfall
from advisor.knowledge.yaml_source import KeyPath
from advisor.text import clean, did_you_mean

FOLDER = "onboarding"
KEPT_CODE = "existing-assets"
"""The question that names the code a project keeps."""
SCHEMA = Schema(
    files={
        "diagram.yaml": Diagram,
        "exit.yaml": ExitCosts,
        "migrations.yaml": Migrations,
        "reading.yaml": ReadingList,
        "steps.yaml": TrainingSteps,
        "watch.yaml": Watch,
    },
    folders={"glossary": Concept, "faq": Faq, "pitfalls": Pitfall, "probes": ProbeNote},
    nested=False,
)

Files = Mapping[str, KnowledgeFile]


class Onboarding(Struct, frozen=True):
    """Everything newcomers are told, by id."""

    glossary: Mapping[str, Concept] = field(default_factory=dict)
    faq: Mapping[str, Faq] = field(default_factory=dict)
    pitfalls: Mapping[str, Pitfall] = field(default_factory=dict)
    probes: Mapping[str, ProbeNote] = field(default_factory=dict)
    diagram: Diagram | None = None
    steps: TrainingSteps | None = None
    watch: Watch | None = None
    exit: ExitCosts | None = None
    migrations: Migrations | None = None
    reading: ReadingList | None = None

    def find_concept(self, word: str) -> str | None:
        """Return the id of the concept with this name, in either language; None where there is none."""
        folded = _fold(word)
        for id, concept in self.glossary.items():
            if folded in {_fold(name) for name in (id, *concept.words)}:
                return id
        return None


def _fold(word: str) -> str:
    """Return a word for comparison: lower case, hyphens as spaces."""
    return " ".join(word.casefold().replace("-", " ").split())


def load_onboarding(folders: Sequence[Path], pack: Pack) -> Onboarding:
    """Read the texts for newcomers.

    Args:
        folders: the folders of packs, in order of precedence: a file of a later one stands for that of an earlier one.
        pack: the frameworks, candidates and claims it may name.

    Returns:
        All of it; empty where no pack has any.

    Raises:
        InputError: all problems of all files at once, each with file:line:column.
    """
    files, problems = _read_files(folders)
    problems += _find_name_problems(files, pack)
    if problems:
        raise InputError(sorted(problems))
    return _assemble(files)


def find_onboarding_problems(
    folders: Sequence[Path], pack: Pack, measures: Mapping[str, Collection[str]] | None = None
) -> list[Problem]:
    """Return the problems of the texts for newcomers, for `advise rules check`.

    Args:
        folders, pack: see `load_onboarding`.
        measures: what can be measured, by probe; given, every probe that is spoken of must be among them.
    """
    files, problems = _read_files(folders)
    return sorted([*problems, *_find_name_problems(files, pack, measures)])


def sources_cited(folders: Sequence[Path]) -> frozenset[str]:
    """Return the sources that the texts for newcomers name, as far as their files are sound."""
    files, _ = _read_files(folders)
    cited: set[str] = set()
    for file in files.values():
        if isinstance(file.record, Migrations):
            cited |= {id for entry in file.record.migrations for id in entry.sources}
        elif isinstance(file.record, ReadingList):
            cited |= {id for entry in file.record.reading for id in (*entry.leads_to, *entry.nearest)}
    return frozenset(cited)


def _assemble(files: Files) -> Onboarding:
    """Put the sound files together."""
    parts: dict[str, Any] = {name: {} for name in SCHEMA.folders}
    for name, file in files.items():
        if "/" in name:
            parts[name.split("/")[0]][Path(name).stem] = file.record
        else:
            parts[name.removesuffix(".yaml")] = file.record
    return Onboarding(**parts)


def _read_files(folders: Sequence[Path]) -> tuple[Files, list[Problem]]:
    """Return the sound files by name, a later folder's instead of an earlier one's, and the problems of the others."""
    sound: dict[str, KnowledgeFile] = {}
    problems: list[Problem] = []
    for folder in folders:
        path = folder / FOLDER
        if not path.is_dir() or path.is_symlink():
            continue  # a link has been refused with the pack itself
        files, refused = Folder(path, SCHEMA, f"{folder.name}/{FOLDER}").parse_all_files()
        sound |= {file.name: file for file in files if not file.problems}
        problems += [*refused, *(problem for file in files for problem in file.problems)]
    return sound, problems


# --- every name that is used must be known ---------------------------------------------------------------------------

_Use = tuple[KeyPath, str, str, Collection[str]]
"""(path in the file, the name used, what it should be the name of, the known ones)."""


def _find_name_problems(
    files: Files, pack: Pack, measures: Mapping[str, Collection[str]] | None = None
) -> list[Problem]:
    """Return every unknown or ambiguous name."""
    glossary = {Path(name).stem: file.record for name, file in files.items() if name.startswith("glossary/")}
    problems = []
    for name, file in files.items():
        for path, name_used, noun, legal in _names_used(name, file.record, pack, glossary, measures):
            if name_used not in legal:
                problem = f"unknown {noun} `{clean(name_used)}`"
                problems.append(Problem(file.source.place(path), problem, did_you_mean(name_used, list(legal))))
    return [*problems, *_find_ambiguous_words(files)]


def _names_used(
    name: str,
    record: Any,
    pack: Pack,
    glossary: Mapping[str, Concept],
    measures: Mapping[str, Collection[str]] | None,
) -> Iterator[_Use]:
    """Yield the names that a record uses, each with the legal ones."""
    yield from ((("claims", at), id, "claim", pack.claims) for at, id in enumerate(getattr(record, "claims", ())))
    if isinstance(record, Concept):
        yield from ((("spelled", id), id, "framework", pack.frameworks) for id in record.spelled)
        yield from ((("related", at), id, "concept", glossary) for at, id in enumerate(record.related))
        backends = {candidate.backend for candidate in pack.candidates.values()}
        yield from ((("keras-backends", at), id, "backend", backends) for at, id in enumerate(record.keras_backends))
    elif isinstance(record, Pitfall) and record.runs_on is not None:
        yield ("runs-on",), record.runs_on, "candidate", pack.candidates
    elif isinstance(record, TrainingSteps):
        yield from ((("who", id), id, "framework", pack.frameworks) for id in record.who)
    elif isinstance(record, ProbeNote) and measures is not None:
        yield (), Path(name).stem, "probe", measures
    elif isinstance(record, Diagram):
        yield from _names_in_diagram(record, pack, glossary)
    elif isinstance(record, Watch):
        yield from _names_in_watch(record, pack)
    elif isinstance(record, Migrations):
        yield from _names_in_migrations(record, pack)
    elif isinstance(record, ReadingList):
        for at, entry in enumerate(record.reading):
            yield ("reading", at, "claim"), entry.claim, "claim", pack.claims
            for key, ids in (("leads-to", entry.leads_to), ("nearest", entry.nearest)):
                yield from ((("reading", at, key, index), id, "source", pack.sources) for index, id in enumerate(ids))
    elif isinstance(record, ExitCosts):
        for id, costs in record.leaving.items():
            yield ("leaving", id), id, "framework", pack.frameworks
            yield from (
                (("leaving", id, "claims", at), claim, "claim", pack.claims) for at, claim in enumerate(costs.claims)
            )


def _names_in_watch(watch: Watch, pack: Pack) -> Iterator[_Use]:
    """Yield the claims named in the list of what to watch."""
    for at, watched in enumerate(watch.watched):
        yield ("watched", at, "claim"), watched.claim, "claim", pack.claims
        for part in comparisons_of(watched.when):
            question = pack.questions.get(part.question)
            yield ("watched", at, "when"), part.question, "question", pack.questions
            legal = question.choice_ids if question else part.choices
            yield from ((("watched", at, "when"), choice, "choice", legal) for choice in part.choices)
        yield from (
            (("watched", at, "changes", index), id, "claim", pack.claims) for index, id in enumerate(watched.changes)
        )


def _names_in_migrations(record: Migrations, pack: Pack) -> Iterator[_Use]:
    """Yield the kinds of code, the candidates and the claims named where code is moved."""
    question = pack.questions.get(KEPT_CODE)
    kinds = question.choice_ids if question else ()
    for at, entry in enumerate(record.migrations):
        path = ("migrations", at)
        yield (*path, "from"), entry.from_, f"choice of {KEPT_CODE}", kinds
        yield from (((*path, "to", index), id, "candidate", pack.candidates) for index, id in enumerate(entry.to))
        yield from (((*path, "claims", index), id, "claim", pack.claims) for index, id in enumerate(entry.claims))
        yield from (((*path, "sources", index), id, "source", pack.sources) for index, id in enumerate(entry.sources))


def _names_in_diagram(diagram: Diagram, pack: Pack, glossary: Mapping[str, Concept]) -> Iterator[_Use]:
    """Yield the concepts, frameworks and claims named in a diagram."""
    yield from ((("concepts", at), id, "concept", glossary) for at, id in enumerate(diagram.concepts))
    drawn = {
        name for id in diagram.concepts if id in glossary for names in glossary[id].spelled.values() for name in names
    }
    for at, relation in enumerate(diagram.relations):
        path = ("relations", at)
        yield (*path, "from"), relation.from_, "framework", pack.frameworks
        yield (*path, "to"), relation.to, "framework or drawn name", [*pack.frameworks, *sorted(drawn)]
        yield from (((*path, "claims", index), id, "claim", pack.claims) for index, id in enumerate(relation.claims))


def _find_ambiguous_words(files: Files) -> Iterator[Problem]:
    """Yield the words that stand for two concepts."""
    concept_by_word: dict[str, str] = {}
    for name, file in files.items():
        if isinstance(file.record, Concept):
            id = Path(name).stem
            for word in {_fold(word) for word in (id, *file.record.words)}:
                if concept_by_word.setdefault(word, id) != id:
                    problem = f"`{clean(word)}` is already a word of the concept {concept_by_word[word]}"
                    yield Problem(file.source.place(), problem, "keep it in one of the two")
