"""Digests of what a pack says, so that a decision can tell later what has changed in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from advisor.knowledge.need import Constraint
from advisor.knowledge.pack import Pack
from advisor.record import plain_values


def rule_digests(pack: Pack, *, include_wording: bool = False) -> dict[str, str]:
    """Return a digest of every need, constraint and claim, by id; of a constraint, what it rules out in this pack.

    Args:
        pack: the knowledge.
        include_wording: whether a digest is of the words for people and the examples as well, or only of what answers depend on.
    """
    rules: Mapping[str, Any] = {**pack.needs, **pack.constraints, **pack.claims}
    plain = {id: _spelt_out(rules[id], pack) for id in sorted(rules)}
    return {id: _digest(rule if include_wording else _without_words(rule)) for id, rule in plain.items()}


def _spelt_out(rule: Any, pack: Pack) -> Any:
    """Return a rule as plain values, the candidates that one which keeps others rules out named one by one."""
    values = plain_values(rule)
    for later in ("requires", "cause"):  # a rule that does not use what came later has the digest it always had
        if not values.get(later):
            values.pop(later, None)
    if not isinstance(rule, Constraint):
        return values
    keeps = values.pop("keeps")
    return {**values, "excludes": list(pack.excluded(rule))} if keeps else values


def vocabulary_digests(pack: Pack) -> dict[str, str]:
    """Return a digest of questions, criteria, frameworks, packages and of how they are installed and how much that downloads, without the words for people, by name."""
    criteria = {
        id: {
            key: value for key, value in plain_values(criterion).items() if (key, value) != ("group", None)
        }  # as before there were groups
        for id, criterion in pack.criteria.items()
    }
    parts = {
        "questions": (pack.questions, pack.impossible, pack.defaults),
        "criteria": (criteria,),
        "frameworks": (pack.frameworks, pack.candidates),
        "install": (pack.install_rules, pack.targets, pack.downloads),
        "packages": (pack.packages,),
    }
    return {name: _digest(_without_words(plain_values(part))) for name, part in parts.items()}


def _without_words(value: Any) -> Any:
    """Return plain values without the texts in two languages and the examples."""
    if isinstance(value, dict):
        entries = {key: part for key, part in value.items() if key != "examples" and not _is_text(part)}
        return {key: _without_words(part) for key, part in entries.items()}
    return [_without_words(part) for part in value if not _is_text(part)] if isinstance(value, list) else value


def _is_text(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"en", "zh"}


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]
