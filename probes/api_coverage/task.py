"""Calls a framework's table of operations and compares every result with the checklist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from probes.api_coverage.checklist import CHECKS, INPUTS, Check

RELATIVE, ABSOLUTE = 2e-4, 2e-4


@dataclass(frozen=True)
class Task:
    """The checklist, as it stands."""

    def judge(
        self, table: Mapping[str, Callable[..., Any]], to_tensor: Callable[[Any], Any], to_array: Callable[[Any], Any]
    ) -> dict[str, Any]:
        """Return the measures, given the operations by name and the conversions from NumPy to the framework and back."""
        outcome_by_operation = {
            name: _judge_operation(check, table.get(name), to_tensor, to_array) for name, check in CHECKS.items()
        }
        count_by_category = dict.fromkeys((check.category for check in CHECKS.values()), 0)
        for name, check in CHECKS.items():
            count_by_category[check.category] += outcome_by_operation[name] == "right"
        return {
            "covered": sum(count_by_category.values()),
            "of": len(CHECKS),
            **count_by_category,
            "missing": _names_judged(outcome_by_operation, "missing"),
            "wrong": _names_judged(outcome_by_operation, "wrong"),
        }


def _judge_operation(check: Check, operation: Callable[..., Any] | None, to_tensor: Any, to_array: Any) -> str:
    """Return whether an operation is missing, right or wrong."""
    if operation is None:
        return "missing"
    values = [INPUTS[name] for name in check.inputs]
    try:
        computed = np.asarray(to_array(operation(*map(to_tensor, values))))
        expected = np.asarray(check.right(*values))
        same = computed.shape == expected.shape and np.allclose(computed, expected, RELATIVE, ABSOLUTE)
    except AttributeError:  # the framework has no such name
        return "missing"
    except Exception:  # refused, each framework has its own error
        return "wrong"
    return "right" if same else "wrong"


def _names_judged(outcome_by_operation: Mapping[str, str], wanted_outcome: str) -> str:
    """Return the names of the operations with an outcome, in one line."""
    return ", ".join(name for name, outcome in outcome_by_operation.items() if outcome == wanted_outcome) or "none"


def make() -> Task:
    """Return the task."""
    return Task()
