"""One kind of machine per answer: runs are grouped by the kind they were measured on before anything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from advisor.errors import InputError, Problem
from advisor.evidence.runs import Evidence
from advisor.evidence.stacks import reads_code
from advisor.sentences import text
from advisor.text import Text, clean
from probes.machine.kind import Kind, kind_of
from probes.run import Outcome

OTHER_KIND = "measured on other hardware"
"""Why a run does not count that was measured on another kind of machine than the answer speaks for."""


def of_kind(evidence: Evidence, kind: Kind) -> Evidence:
    """Return the evidence with the runs of one kind of machine counting, and those of all others marked as not."""
    stale = {id: why for id, why in (evidence.stale or {}).items() if why != OTHER_KIND}
    others = {run.id: OTHER_KIND for run in evidence.runs if kind_of(run.machine) != kind}
    return replace(evidence, stale=others | stale)


def of_one_kind(evidence: Evidence, named: str | Kind = "", hardware: Sequence[str] = ()) -> Evidence:
    """Return evidence that may come from anywhere with the runs of a single kind of machine counting.

    Args:
        named: the kind that was asked for, or what was typed for it, see `find_kind`; where none was, the only one there
            is, else the only one that fits `hardware`.
        hardware: what the project trains on, the choices of the question of that name.

    Raises:
        InputError: none is named and several fit, or none does; or what is named is no kind of these runs, or several.
    """
    if isinstance(named, Kind):
        return of_kind(evidence, named)
    counts = kinds_that_count(evidence)
    if named:
        return of_kind(evidence, find_kind(named, counts))
    if len(counts) > 1:
        fitting = {kind: count for kind, count in counts.items() if any(_fits(kind, choice) for choice in hardware)}
        counts = fitting or counts
    if len(counts) > 1:
        raise _several_kinds("--evidence", counts)
    return of_kind(evidence, next(iter(counts))) if counts else evidence


def kinds_that_count(evidence: Evidence) -> dict[Kind, int]:
    """Return the kinds of machine that usable runs come from, each with their number; runs of other kinds than was chosen before included."""
    return dict(
        sorted(
            Counter(
                kind_of(run.machine)
                for run in evidence.runs
                if run.outcome is Outcome.OK and not reads_code(run.probe) and evidence.why_not(run) in ("", OTHER_KIND)
            ).items()
        )
    )


def find_kind(named: str, kinds: Mapping[Kind, int]) -> Kind:
    """Return the kind whose id begins as what was named, or whose description has all its words.

    Args:
        named: what the user typed: `3f2a`, `h200`, `"epyc 2 cores"`.
        kinds: those there are, each with the number of its runs.

    Raises:
        InputError: there is none, or there are several.
    """
    matching = kinds_named(named, kinds)
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise _several_kinds("--measured-on", {kind: kinds[kind] for kind in matching})
    listed = _listed(kinds)
    problem = f"no run was measured on `{clean(named)}`"
    fix = f"there are: {listed}" if listed else "measure there: advise probe"
    raise InputError([Problem("--measured-on", problem, fix)])


def kinds_named(named: str, kinds: Iterable[Kind]) -> list[Kind]:
    """Return the kinds that what was typed may mean: by the id, else by the words of the description."""
    phrase = named.casefold().strip()
    described = {kind: kind_text(kind).en.casefold() for kind in kinds}
    by_id = [kind for kind in described if kind.id.startswith(phrase)]
    by_phrase = [kind for kind in described if phrase in described[kind]]
    return by_id or by_phrase or [kind for kind in described if all(word in described[kind] for word in phrase.split())]


def kind_text(kind: Kind) -> Text:
    """Return a kind of machine in words."""
    gpus = Counter(kind.gpus)
    named_gpus = [
        text("evidence.gpus", count=count, name=clean(name), memory=f" {gib} GiB" if gib else "")
        for (name, gib), count in sorted(gpus.items())
    ]
    cores: object = kind.cores or "?"
    if kind.quota and (not kind.cores or kind.quota < kind.cores):
        cores = f"{kind.quota:g}"
    return text(
        "evidence.kind",
        cpu=clean(kind.cpu) or "?",
        cores=cores,
        memory=kind.memory_gib or "?",
        gpus=named_gpus or text("evidence.no-gpu"),
        system=clean(f"{kind.system} {kind.arch}".strip()) or "?",
        labels="".join(f", {clean(label)}" for label in kind.labels),
    )


def _fits(kind: Kind, hardware: str) -> bool:
    """Return whether a project that trains on some hardware would train on this kind of machine."""
    if hardware == "cpu":
        return not kind.gpus
    if hardware == "nvidia-gpu":
        return any("nvidia" in name.casefold() for name, _ in kind.gpus)
    return hardware == "apple-silicon" and (kind.system, kind.arch) == ("Darwin", "arm64")


def _several_kinds(place: str, kinds: Mapping[Kind, int]) -> InputError:
    """Return the error of runs of several kinds of machine where one answer speaks for one."""
    example = next(iter(kinds)).id
    problem = f"runs of {len(kinds)} kinds of machine, and an answer speaks for one: {_listed(kinds)}"
    return InputError([Problem(place, problem, f"choose one: --measured-on {example}")])


def _listed(kinds: Mapping[Kind, int]) -> str:
    """Return kinds as a list on one line, each with its id and the number of its runs."""
    return "; ".join(f"{kind.id} ({kind_text(kind).en}: {count})" for kind, count in kinds.items())
