"""The JSON answer: the contract scripts rely on. Its schema is published beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from advisor.reasoning.advice import FORMAT_VERSION, Advice, ReadingResult, Reason
from advisor.reasoning.ranking import Standing
from advisor.text import UNSAFE, Lang, Text

SCHEMA = Path(__file__).with_name("advice.schema.json")
FORMER_NAMES: Mapping[str, str] = {"out_of_scope": "outside", "best_in_scope": "of_the_three"}
"""Keys that were renamed: the former one is kept beside the new one until the next format version."""


def render(advice: Advice, lang: Lang) -> str:
    """Return an answer as JSON: keys in a fixed order, shares with four digits, texts in one language."""
    return dumps(document(advice, lang))


def dumps(value: Any) -> str:
    """Return JSON as every command prints it; characters that could act on a terminal are escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    return UNSAFE.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def document(advice: Advice, lang: Lang) -> dict[str, Any]:
    """Return the answer as plain values."""
    frameworks = {one.id: one.id.split("[", 1)[0] for one in advice.ranking}
    return with_former_names({
        "format_version": FORMAT_VERSION,
        "as_of": advice.as_of,
        "lang": str(lang),
        "pack": dict(advice.pack),
        "profile": [
            {"question": id, "choices": list(one.choices), "origin": one.origin}
            for id, one in advice.profile.answers.items()
        ],
        "weigh": dict(advice.weigh),
        "recommendation": {
            "candidate": advice.candidate,
            "framework": advice.framework,
            "label": advice.label,
            "p_best": _number(advice.p_best),
            "expected_regret": _number(advice.expected_regret),
            "doubt": {part: _number(getattr(advice.doubt, part)) for part in ("facts", "weights", "answers")},
        },
        "frameworks": [_framework(one) for one in advice.frameworks],
        "out_of_scope": [_framework(one) for one in advice.out_of_scope],
        "best_in_scope": advice.best_in_scope,
        "ranking": [_standing(advice, one, frameworks) for one in advice.ranking],
        "conflict": list(advice.conflict),
        "readings": {name: _reading(advice, one, lang, frameworks) for name, one in advice.readings.items()},
        "reasons": [_reason(one, lang) for one in advice.reasons],
        "dissent": [_reason(one, lang) for one in advice.dissent],
        "claims": [
            {"id": one.id, "verdict": one.verdict, "why": one.why[lang], "measured": plain(one.measured, lang),
             "source": one.source, "review": one.review, "text": one.text[lang]}
            for one in advice.claims
        ],
        "flips": [
            {"question": one.question, "from": _choices(one.before), "to": _choices(one.after), "becomes": one.becomes}
            for one in advice.flips
        ],
        "next": {
            "questions": plain(advice.next.questions, lang),
            "probes": plain(advice.next.probes, lang),
            "setup": advice.next.setup,
        },
        "evidence": plain(advice.evidence, lang),
        "scope": plain(advice.limitations, lang),
        "warnings": plain(advice.warnings, lang),
    })  # fmt: skip


def with_former_names(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with each renamed key followed by the same value under its former name."""
    return {
        name: value
        for key, value in values.items()
        for name in ((key, FORMER_NAMES[key]) if key in FORMER_NAMES else (key,))
    }


def _framework(one: Standing) -> dict[str, Any]:
    return {
        "framework": one.id,
        "p_best": _number(one.p_best),
        "expected_regret": _number(one.expected_regret),
        "value": _number(one.value),
        "excluded_share": _number(one.excluded_share),
    }


def _standing(advice: Advice, one: Standing, frameworks: Mapping[str, str]) -> dict[str, Any]:
    return {
        "candidate": one.id,
        "framework": frameworks[one.id],
        "p_best": _number(one.p_best),
        "expected_regret": _number(one.expected_regret),
        "value": _number(one.value),
        "excluded": advice.excluded[one.id],
        "excluded_share": _number(one.excluded_share),
    }


def _reading(advice: Advice, one: ReadingResult, lang: Lang, frameworks: Mapping[str, str]) -> dict[str, Any]:
    return {
        "recommendation": {
            "candidate": one.candidate,
            "framework": one.framework,
            "label": one.label,
            "p_best": _number(one.frameworks[0].p_best),
            "expected_regret": _number(one.frameworks[0].expected_regret),
        },
        "because": one.because[lang] if one.because else None,
        "cite": one.cite,
        "ranking": [_standing(advice, standing, frameworks) for standing in one.ranking],
    }


def _reason(one: Reason, lang: Lang) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "claim": one.claim,
        "probe": one.probe,
        "criterion": one.criterion,
        "topic": one.topic,
        "candidate": one.candidate,
        "effect": _number(one.effect),
        "source": one.source,
        "verdict": one.verdict,
        "text": one.text[lang],
    }


def _choices(choices: tuple[str, ...]) -> str | list[str] | None:
    if len(choices) > 1:
        return list(choices)
    return choices[0] if choices else None


def _number(value: float) -> float:
    return round(float(value), 4) + 0.0


def plain(value: Any, lang: Lang) -> Any:
    """Return any part of the record as plain values, its texts in one language."""
    if isinstance(value, Text):
        return value[lang]
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name), lang) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one, lang) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(one, lang) for one in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
