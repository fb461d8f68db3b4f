"""For programs: the same answers as the command gives, one at a time or many at once.

>>> from advisor import advise, advise_many
>>> advice = advise({"scale": "large", "hardware": "nvidia-gpu"})
>>> 0.0 <= advice.p_best <= 1.0 and advice.framework in ("tensorflow", "pytorch", "keras")
True
>>> all(reason.effect > 0 and reason.text.en for reason in advice.reasons)
True
>>> leaders = advise_many({"scale": ["small", "large"], "hardware": ["cpu", "unknown"]})
>>> len(leaders.framework), leaders.utility.shape[0]
(2, 2)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from advisor.errors import InputError, Problem
from advisor.evidence.runs import Evidence
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.loading import load_known_pack
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.knowledge.question import UNKNOWN
from advisor.pipeline import Request, make_inputs
from advisor.pipeline import advise as answer_request
from advisor.reasoning.advice import Advice
from advisor.reasoning.batch import Projects, mean_utilities
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import grounds_of
from advisor.request import Probing
from advisor.text import did_you_mean, short

VERSIONS = 100
"""How many versions of a project with unknown answers are drawn by default."""


def advise(
    answers: Mapping[str, str | Sequence[str] | None] | None = None,
    *,
    weigh: Mapping[str, str] | None = None,
    probe: Probing = "none",
    budget: float | None = None,
    evidence: Sequence[Path] = (),
    store: Path | None = None,
    measured_on: str = "",
    own_models: Sequence[str] = (),
    as_of: date | None = None,
    packs: Sequence[Path] = (BUILT_IN,),
) -> Advice:
    """Recommend a framework for a project.

    Args:
        answers: question → choice, or choices; what is not given is unknown.
        weigh: criterion → importance set by hand: ignore, minor, normal or major.
        probe: "none" (the default here), or "auto", "quick", "full" to measure on this machine.
        budget: most seconds to measure.
        evidence: files of runs.
        store: the evidence store.
        measured_on: the kind of machine whose runs count, by its id or words of it; by default this one's.
        own_models: your own models whose runs count, by name.
        as_of: the date of the answer (default: today).
        packs: the folders of knowledge, each laid over the one before.

    Returns:
        The record that the command renders; a notebook shows it.

    Raises:
        AdvisorError: wrong input, an unreadable file, or a probe that was asked for and failed.
    """
    flags = {
        question: [choices] if isinstance(choices, str) else list(choices)
        for question, choices in (answers or {}).items()
        if choices is not None
    }
    request = Request(
        flags=flags,
        weigh=check_importances(load_known_pack(tuple(packs)), weigh or {}),
        probing=probe,
        budget=budget,
        evidence_files=tuple(evidence),
        store=store,
        measured_on=measured_on,
        own_models=tuple(own_models),
        as_of=as_of or date.today(),
        pack=tuple(packs),
    )
    from advisor.notebook import to_show  # what a page is laid out with is not needed to compute an answer

    return to_show(answer_request(request)[0], request.pack)


class Leaders(Struct, frozen=True):
    """The leader of each of many projects, at mean values and nominal weights.

    Attributes:
        candidates: the order of the columns of `utility`.
        utility: mean utility, 0 to 1, shape (projects, candidates); NaN where a project's answers cannot all be true, -inf
            for a candidate that takes no part in a project or does not meet what it requires.
        candidate, framework: the leader of each project; empty where there is none.
        lead: its utility minus that of the best candidate of another framework, shape (projects,); its utility itself where
            no other framework can be chosen.
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
    """Find the leader of many projects in one evaluation, from documents alone; nothing is measured or detected.

    Args:
        columns: question → one choice per project, all columns of one length; "unknown" where it is not known.
        weigh: criterion → importance set by hand, for all of them.
        versions: how many versions of each project are drawn for its unknown answers; one is enough where all
            questions are answered.
        as_of: the date of the answers (default: today).
        packs: the folders of knowledge, each laid over the one before.

    Raises:
        InputError: an unknown question or choice, or columns of different lengths.
    """
    pack = load_known_pack(tuple(packs))
    projects = _read_projects(pack, columns)
    importances = check_importances(pack, weigh or {})
    request = Request(weigh=importances, as_of=as_of or date.today(), pack=tuple(packs))
    inputs = make_inputs(request, pack, Profile({}), Evidence())
    grounds = grounds_of("reviewed", pack, inputs.findings, (), inputs.as_of)
    weights = {criterion: WEIGHT[importance] for criterion, importance in importances.items()}
    return _find_leaders(pack, tuple(pack.candidates), mean_utilities(pack, grounds, projects, versions, weights))


def _find_leaders(pack: Pack, candidates: tuple[str, ...], utility: NDArray[np.float64]) -> Leaders:
    """Return the leader of each project and its lead over the best other framework."""
    frameworks = np.array([pack.candidates[candidate].framework for candidate in candidates])
    comparable = np.where(np.isnan(utility), -np.inf, utility)
    leaders = comparable.argmax(axis=1)
    highest = comparable.max(axis=1)
    same_framework = frameworks[None, :] == frameworks[leaders][:, None]
    second = np.where(same_framework, -np.inf, comparable).max(axis=1)
    has_leader = np.isfinite(highest)
    runner_up = np.where(np.isfinite(second), second, 0.0)
    return Leaders(
        candidates=candidates,
        utility=utility,
        candidate=tuple(candidates[leader] if leads else "" for leader, leads in zip(leaders, has_leader, strict=True)),
        framework=tuple(
            str(frameworks[leader]) if leads else "" for leader, leads in zip(leaders, has_leader, strict=True)
        ),
        lead=np.where(has_leader, np.where(has_leader, highest, 0.0) - runner_up, 0.0),
    )


def _read_projects(pack: Pack, columns: Mapping[str, ArrayLike]) -> Projects:
    """Read columns of choices.

    Raises:
        InputError: unknown questions or choices, or columns of different lengths; all are listed.
    """
    arrays = _text_arrays(columns)
    problems, choices_by_question = [], {}
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
        choices = pack.questions[id].choices
        choices_by_question[id] = np.stack([np.isin(column, [choice.id, *choice.formerly]) for choice in choices])
        if len(illegal := column[~choices_by_question[id].any(axis=0) & (column != UNKNOWN)]):
            problem = f"`{short(str(illegal[0]))}` is no choice of {id}"
            problems.append(Problem(id, problem, did_you_mean(str(illegal[0]), [*legal, UNKNOWN])))
    if problems:
        raise InputError(problems)
    return Projects(next(iter(lengths), 0), choices_by_question)


def _text_arrays(columns: Mapping[str, ArrayLike]) -> dict[str, NDArray[np.str_]]:
    """Return the columns as arrays of text."""
    try:
        return {question: np.asarray(column, dtype=np.str_) for question, column in columns.items()}
    except ValueError:  # lists of different lengths among the choices
        fix = "give every question one choice per project"
        raise InputError([Problem("columns", "a project has several choices of one question", fix)]) from None


def check_importances(pack: Pack, weigh: Mapping[str, str]) -> Mapping[str, str]:
    """Return importances set by hand, if they are legal.

    Raises:
        InputError: an unknown criterion or importance.
    """
    problems = []
    for id, importance in weigh.items():
        if id not in pack.criteria:
            problems.append(Problem("weigh", f"`{short(id)}` is no criterion", did_you_mean(id, [*pack.criteria])))
        elif importance not in WEIGHT:
            problem = f"`{short(importance)}` is not legal"
            problems.append(Problem(f"weigh {id}", problem, did_you_mean(importance, [*WEIGHT])))
    if problems:
        raise InputError(problems)
    return weigh
