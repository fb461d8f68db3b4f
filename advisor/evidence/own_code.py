"""The user's own models as probes: their timings inform the same criteria as the built-in ones, with a smaller mismatch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from advisor.errors import InputError, Problem
from advisor.evidence.runs import Evidence
from advisor.knowledge.criterion import Criterion, MeasureScale
from advisor.knowledge.pack import Pack
from advisor.sentences import text
from advisor.text import Text, clean, did_you_mean
from probes.catalogue import PROBES, BadProbe, Probe, load_own_probes, name_without_sizes
from probes.frameworks import BadFramework, frameworks_in
from probes.registration import Registration

STANDS_FOR = "training-step"
"""The built-in probe whose measure scales are used for own models."""


NOT_ASKED = "an own model speaks where it is asked for"
CHANGED = "the model's code changed since"
OTHER_FOLDER = "of another folder"
"""Why runs of own models do not count."""


class OwnModel(Struct, frozen=True, order=True):
    """A user's own model: the name of its probe, and which folder it lies in; empty where that was not recorded."""

    name: str
    folder: str

    def __str__(self) -> str:
        return f"{self.name}@{self.folder}" if self.folder else self.name


def speaking_own_models(evidence: Evidence, asked: Sequence[str]) -> Evidence:
    """Return the evidence with the runs of own models counting that are asked for, and of these those of the newest code.

    Args:
        evidence: what was read.
        asked: names of own models, `my-model`, or `my-model@3f2a91c4` where two folders have that name.

    Raises:
        InputError: nothing was measured of a model of that name, or two folders have it.
    """
    sessions = _sessions_by_model(evidence.registered.values(), {run.session for run in evidence.runs})
    chosen = {_find_model(name, sessions) for name in asked}
    stale = {id: why for id, why in (evidence.stale or {}).items() if why not in (NOT_ASKED, CHANGED, OTHER_FOLDER)}
    why_not = {
        (session.session, model.name): _why_silent(model, session, plans, chosen)
        for model, plans in sessions.items()
        for session in plans
    }
    silent = {run.id: why for run in evidence.runs if (why := why_not.get((run.session, run.probe)))}
    return replace(evidence, stale=silent | stale)


def _why_silent(
    model: OwnModel, session: Registration, sessions: Sequence[Registration], chosen: Iterable[OwnModel]
) -> str:
    """Return why the runs of a session of an own model do not count; empty where they do."""
    if model.name not in {asked.name for asked in chosen}:
        return NOT_ASKED
    if model not in chosen:
        return OTHER_FOLDER
    return CHANGED if session.code.get(model.name) != sessions[-1].code.get(model.name) else ""


def _sessions_by_model(plans: Iterable[Registration], with_runs: set[str]) -> dict[OwnModel, list[Registration]]:
    """Return the sessions of each own model of which there are runs, oldest first."""
    sessions: dict[OwnModel, list[Registration]] = {}
    for plan in sorted(plans, key=lambda plan: (plan.started, plan.session)):
        for name in plan.own if plan.session in with_runs else ():
            sessions.setdefault(OwnModel(name, plan.folders.get(name, "")), []).append(plan)
    return sessions


def _find_model(asked: str, models: Iterable[OwnModel]) -> OwnModel:
    """Return the own model that was asked for; one measured before folders were recorded gives way to one of its name."""
    name, _, folder = asked.partition("@")
    name = name.replace("_", "-")
    named = [model for model in models if model.name == name and model.folder.startswith(folder)]
    recorded = [model for model in named if model.folder] or named
    if len(recorded) == 1:
        return recorded[0]
    if recorded:
        listed = ", ".join(map(str, sorted(recorded)))
        problem = f"`{clean(name)}` is the name of {len(recorded)} folders: {listed}"
        raise InputError([Problem("--own", problem, f"name one of them: --own {min(recorded)}")])
    measured = sorted(map(str, models))
    fix = did_you_mean(asked, measured) if measured else "measure it first: advise probe --path DIR"
    raise InputError([Problem("--own", f"no own model `{clean(asked)}` was measured", fix)])


def own_model_notes(plan: Registration | None, earlier: Iterable[Registration]) -> Iterator[Text]:
    """Yield how an answer gets to read own models just measured, and what earlier ones of their names mean: another folder, or older code.

    Args:
        plan: of the new session.
        earlier: the plans in the store before it.
    """
    if plan is None:
        return
    earlier = [before for before in earlier if before.session != plan.session]
    for name in plan.own:
        model = OwnModel(name, plan.folders.get(name, ""))
        others = {
            str(OwnModel(name, before.folders[name]))
            for before in earlier
            if before.folders.get(name, model.folder) != model.folder
        }
        if others:
            yield text("evidence.own-name-of-several", others=sorted(others))
        yield text("evidence.own-is-read-by", own=str(model) if others else name)
        same = [before for before in earlier if name in before.own and before.folders.get(name) == model.folder]
        if any(before.code.get(name) != plan.code.get(name) for before in same):
            yield text("evidence.own-code-is-newer", own=name)


def add_own_code_scales(pack: Pack, evidence: Evidence) -> Pack:
    """Return the pack with measure scales added for the user's own models that were measured.

    A step counts only as a multiple of NumPy's: without a NumPy reference only the memory of a model is read.
    """
    probes = measured_own_probes(evidence)
    if not probes:
        return pack
    criteria = {
        id: replace(criterion, measured=(*criterion.measured, *_scales_of_own_code(criterion, probes)))
        for id, criterion in pack.criteria.items()
    }
    return replace(pack, criteria=criteria)


def measured_own_probes(evidence: Evidence) -> list[str]:
    """Return the names of the user's own probes that have runs that count."""
    return sorted(
        {
            run.probe
            for run in evidence.runs
            if run.probe not in PROBES
            and run.session in evidence.registered
            and run.probe in evidence.registered[run.session].own
            and evidence.counts(run)
        }
    )


def is_own_model(probe: str) -> bool:
    """Return whether a probe is a user's own model."""
    return name_without_sizes(probe) not in PROBES


def is_timed_probe(probe: str) -> bool:
    """Return whether a probe that informs a criterion is timed; a user's own probe always is."""
    return probe not in PROBES or PROBES[probe].timed


def _scales_of_own_code(criterion: Criterion, probes: list[str]) -> Iterator[MeasureScale]:
    """Yield, for each own probe, the scales that read the training step, changed to read that probe instead."""
    for scale in criterion.measured:
        if scale.probe == STANDS_FOR:
            label = text("evidence.own-code", measure=scale.label)
            yield from (replace(scale, probe=probe, nearness="own-code", label=label) for probe in probes)


def load_user_probes(folder: Path) -> Mapping[str, Probe]:
    """Load the user's own probes from a folder, which may itself be a probe.

    Raises:
        InputError: there is none, or one is not what a probe must be; with file and line.
    """
    try:
        probes = load_own_probes(folder)
        frameworks_in(folder)
        return probes
    except (BadProbe, BadFramework) as error:
        raise InputError([Problem(error.place, error.what, error.fix)]) from None
