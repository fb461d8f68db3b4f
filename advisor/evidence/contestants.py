"""Which frameworks out of scope an answer measures beside the others: those its answers name, and one that may lead."""

from __future__ import annotations

from msgspec.structs import replace

from advisor.evidence.here import is_installed
from advisor.knowledge.pack import Pack
from advisor.reasoning.evaluation import AdviceInputs, evaluate_readings
from advisor.reasoning.in_scope import named_by
from advisor.reasoning.value_of_information import current_means

WORLDS = 200
"""Worlds in which mean values are compared: enough to see which framework may lead."""


def join_contestants(pack: Pack, inputs: AdviceInputs) -> Pack:
    """Return the pack with the frameworks out of scope that are measured for an answer.

    These are the ones the answers name (`joins-when`), and the one with the highest mean value before anything is measured
    if it is installed here; were it not, measuring could only report it missing.

    Args:
        pack: as the answer uses it.
        inputs: of the answer, without evidence.
    """
    out_of_scope = _measurable_out_of_scope(pack)
    named = named_by(pack, inputs.profile) & out_of_scope
    return replace(pack, joined=named | _leading_framework(pack, inputs, out_of_scope - named))


def _measurable_out_of_scope(pack: Pack) -> frozenset[str]:
    """Return the frameworks out of scope that probes are written for."""
    return frozenset(pack.candidates[id].framework for id in set(pack.measurable) - set(pack.in_scope))


def _leading_framework(pack: Pack, inputs: AdviceInputs, frameworks: frozenset[str]) -> frozenset[str]:
    """Return the framework with the highest mean value, if it is among these and one of these is installed; else nothing."""
    if not any(is_installed(pack, id) for id in pack.measurable if pack.candidates[id].framework in frameworks):
        return frozenset()
    worlds = evaluate_readings(replace(inputs, world_count=WORLDS))[0]["measured"].scoped.all_worlds
    best = pack.candidates[worlds.candidates[int(current_means(worlds).argmax())]].framework
    return frozenset({best}) & frameworks
