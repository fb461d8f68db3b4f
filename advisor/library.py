"""For programs: the same answers as the command gives, one at a time or many at once.

>>> from advisor import advise, advise_many
>>> advice = advise({"scale": "large", "hardware": "nvidia-gpu"})
>>> 0.0 <= advice.p_best <= 1.0 and advice.framework in ("tensorflow", "pytorch", "keras")
True
>>> all(reason.effect > 0 and reason.text.en for reason in advice.reasons)
True
>>> found = advise_many({"scale": ["small", "large"], "hardware": ["cpu", "unknown"]})
>>> len(found.framework), found.utility.shape[0]
(2, 2)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from advisor.errors import InputError, Problem
from advisor.evidence.runs import Evidence
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.loading import known_pack
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.knowledge.question import UNKNOWN
from advisor.pipeline import Probing, Request, make_inputs
from advisor.pipeline import advise as answered
from advisor.reasoning.advice import Advice
from advisor.reasoning.batch import Projects, mean_utilities
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import grounds_of
from advisor.text import did_you_mean, short

VERSIONS = 100
"""Of a project with unknown answers so many versions are drawn, unless said otherwise."""


def advise(
    answers: Mapping[str, str | Sequence[str] | None] | None = None,
    *,
    weigh: Mapping[str, str] | None = None,
    probe: Probing = "none",
    budget: float | None = None,
    evidence: Sequence[Path] = (),
    store: Path | None = None,
    as_of: date | None = None,
    packs: Sequence[Path] = (BUILT_IN,),
) -> Advice:
    """Recommend a framework for a project.

    Args:
        answers: question → choice, or choices; what is not given is unknown.
        weigh: criterion → importance set by hand: ignore, minor, normal or major.
        probe: "none" (the default here), or "auto", "quick", "full" to measure on this machine.
        budget: most seconds to measure.
        evidence: files of runs to lean on.
        store: the evidence store.
        as_of: the date of the answer (default: today).
        packs: the folders of knowledge, laid one over another.

    Returns:
        The record that the command renders.

    Raises:
        AdvisorError: wrong input, an unreadable file, or a probe that was asked for and failed.
    """
    told = {id: given for id, given in (answers or {}).items() if given is not None}
    flags = {id: [given] if isinstance(given, str) else list(given) for id, given in told.items()}
    request = Request(
        flags=flags,
        weigh=_levels(known_pack(tuple(packs)), weigh or {}),
        probe=probe,
        budget=budget,
        evidence=tuple(evidence),
        store=store,
        as_of=as_of or date.today(),
        pack=tuple(packs),
    )
    return answered(request)[0]


@dataclass(frozen=True)
class Leaders:
    """Who leads in each of many projects, at mean values and nominal weights.

    Attributes:
        candidates: the order of the columns of `utility`.
        utility: (projects, candidates) mean utility, 0 to 1; NaN where a project's answers cannot all be true.
        candidate, framework: the leader of each project; empty where there is none.
        lead: by how much it leads the best of another framework.
    """

    candidates: tuple[str, ...]
    utility: NDArray[np.float64]
    candidate: tuple[str, ...]
    framework: tuple[str, ...]
    lead: NDArray[np.float64]


def advise_many(
    columns: Mapping[str, ArrayLike],
    *,
    weigh: Mapping[str, str] | None = None,
    versions: int = VERSIONS,
    as_of: date | None = None,
    packs: Sequence[Path] = (BUILT_IN,),
) -> Leaders:
    """Find the leader of many projects in one evaluation, from documents alone; nothing is asked of this machine.

    Frameworks from outside those this program is about take no part.

    Args:
        columns: question → one choice per project, all columns of one length; "unknown" where it is not known.
        weigh: criterion → importance set by hand, for all of them.
        versions: how many versions of each project are drawn for its unknown answers; one is enough where all
            questions are answered.
        as_of: the date of the answers (default: today).
        packs: the folders of knowledge, laid one over another.

    Raises:
        InputError: an unknown question or choice, or columns of different lengths.
    """
    knowledge = known_pack(tuple(packs))
    projects = _projects(knowledge, columns)
    levels = _levels(knowledge, weigh or {})
    case = make_inputs(
        Request(weigh=levels, as_of=as_of or date.today(), pack=tuple(packs)), knowledge, Profile({}), Evidence()
    )
    grounds = grounds_of("reviewed", knowledge, case.findings, (), case.as_of)
    inside = [id for id, one in knowledge.frameworks.items() if not one.outside]
    names = tuple(id for id, one in knowledge.candidates.items() if one.framework in inside)
    given = {id: WEIGHT[level] for id, level in levels.items()}
    return _leaders(knowledge, names, mean_utilities(knowledge, grounds, projects, versions, given, inside))


def _leaders(pack: Pack, names: tuple[str, ...], utility: NDArray[np.float64]) -> Leaders:
    owner = np.array([pack.candidates[name].framework for name in names])
    filled = np.where(np.isnan(utility), 0.0, utility)
    best = filled.argmax(axis=1)
    top = filled.max(axis=1)
    rest = np.where(owner[None, :] == owner[best][:, None], -np.inf, filled).max(axis=1)
    some = top > 0
    return Leaders(
        names,
        utility,
        tuple(names[at] if one else "" for at, one in zip(best, some, strict=True)),
        tuple(str(owner[at]) if one else "" for at, one in zip(best, some, strict=True)),
        np.where(some, top - np.maximum(rest, 0), 0.0),
    )


def _projects(pack: Pack, columns: Mapping[str, ArrayLike]) -> Projects:
    """Read columns of choices.

    Raises:
        InputError: what is wrong with them, all at once.
    """
    problems, given = [], {}
    try:
        arrays = {id: np.asarray(column, dtype=np.str_) for id, column in columns.items()}
    except ValueError:  # lists of different lengths among the choices
        fix = "give every question one choice per project"
        raise InputError([Problem("columns", "a project has several choices of one question", fix)]) from None
    lengths = {len(column) if column.ndim == 1 else -1 for column in arrays.values()}
    if not lengths or lengths == {0}:
        raise InputError([Problem("columns", "there are no projects", 'good: {"scale": ["small", "large"]}')])
    if len(lengths) > 1 or -1 in lengths:
        problems.append(
            Problem("columns", "the columns differ in length", "give every question one choice per project")
        )
    for id, column in arrays.items():
        if id not in pack.questions:
            problems.append(Problem(id, f"unknown question `{short(id)}`", did_you_mean(id, [*pack.questions])))
            continue
        legal = pack.questions[id].choice_ids
        given[id] = np.stack([column == choice for choice in legal])
        if len(wrong := column[~given[id].any(axis=0) & (column != UNKNOWN)]):
            what = f"`{short(str(wrong[0]))}` is no choice of {id}"
            problems.append(Problem(id, what, did_you_mean(str(wrong[0]), [*legal, UNKNOWN])))
    if problems:
        raise InputError(problems)
    return Projects(next(iter(lengths), 0), given)


def _levels(pack: Pack, weigh: Mapping[str, str]) -> Mapping[str, str]:
    """Return importances set by hand, once they are known to be legal.

    Raises:
        InputError: an unknown criterion or importance.
    """
    problems = []
    for id, level in weigh.items():
        if id not in pack.criteria:
            problems.append(Problem("weigh", f"`{short(id)}` is no criterion", did_you_mean(id, [*pack.criteria])))
        elif level not in WEIGHT:
            problems.append(Problem(f"weigh {id}", f"`{short(level)}` is not legal", did_you_mean(level, [*WEIGHT])))
    if problems:
        raise InputError(problems)
    return weigh
