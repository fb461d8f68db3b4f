"""Which frameworks from outside an answer measures beside the others: those its answers name, and one that may lead."""

from __future__ import annotations

from dataclasses import replace

from advisor.evidence.collect import is_installed
from advisor.knowledge.pack import Pack
from advisor.reasoning.conditions import known_answers
from advisor.reasoning.evaluation import AdviceInputs, evaluate_readings
from advisor.reasoning.profile import Profile
from advisor.reasoning.value_of_information import current_means

WORLDS = 200
"""Worlds in which mean values are compared: enough to see who may lead, not to say who does."""


def with_joined(pack: Pack, case: AdviceInputs) -> Pack:
    """Return the pack, knowing which frameworks from outside are measured for an answer.

    It is those that the answers name (`joins-when`), and the one whose mean value leads before anything is measured, if
    it is installed here: another would only be said to be missing.

    Args:
        pack: as the answer uses it.
        case: what the answer is computed from, without evidence.
    """
    named = frozenset(id for id in _outside(pack) if _is_named(pack, case.profile, id))
    return replace(pack, joined=named | _leading(pack, case, _outside(pack) - named))


def _outside(pack: Pack) -> frozenset[str]:
    """The frameworks from outside that probes are written for."""
    return frozenset(pack.candidates[id].framework for id in set(pack.measurable) - set(pack.in_scope))


def _is_named(pack: Pack, profile: Profile, framework: str) -> bool:
    return bool(known_answers(pack.questions, profile).holds(pack.frameworks[framework].joins_when))


def _leading(pack: Pack, case: AdviceInputs, frameworks: frozenset[str]) -> frozenset[str]:
    """The framework among these whose best installed candidate has the highest mean value of all."""
    if not any(is_installed(pack, id) for id in pack.measurable if pack.candidates[id].framework in frameworks):
        return frozenset()
    worlds = evaluate_readings(replace(case, worlds=WORLDS))[0]["measured"].scoped.all_worlds
    best = pack.candidates[worlds.candidates[int(current_means(worlds).argmax())]].framework
    return frozenset({best}) & frameworks
