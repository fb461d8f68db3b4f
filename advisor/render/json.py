"""The JSON answer: the contract scripts rely on. Its schema is published beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from advisor import SCHEMA_VERSION
from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import Advice, ReadingResult, Reason
from advisor.reasoning.exclusions import Unmet
from advisor.reasoning.ranking import Standing
from advisor.reasoning.start import Start
from advisor.text import UNSAFE, Lang, Text

SCHEMA = Path(__file__).with_name("advice.schema.json")
FORMER_NAMES: Mapping[str, str] = {"out_of_scope": "outside", "best_in_scope": "of_the_three"}
"""Keys that were renamed: the former one is kept beside the new one until the next format version."""


def render(advice: Advice, pack: Pack, lang: Lang) -> str:
    """Return an answer as JSON: keys in a fixed order, shares with four digits, texts in one language."""
    return dumps(document(advice, pack, lang))


def dumps(value: Any) -> str:
    """Return JSON as every command prints it; an object says its version, and characters that could act on a terminal are escaped."""
    if isinstance(value, Mapping):
        value = {"schema_version": SCHEMA_VERSION, **value}
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    return UNSAFE.sub(lambda match: _escaped(match[0]), text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def document(advice: Advice, pack: Pack, lang: Lang) -> dict[str, Any]:
    """Return the answer as plain values."""
    frameworks = {standing.id: standing.id.split("[", 1)[0] for standing in advice.ranking}
    return with_former_names({
        "format_version": SCHEMA_VERSION,  # what `schema_version` was called in 0.1.0
        "as_of": advice.as_of,
        "lang": str(lang),
        "pack": dict(advice.pack),
        "profile": [
            {
                "question": id,
                "choices": list(answer.choices),
                "origin": answer.origin,
                **({"from": list(answer.places)} if answer.origin == "scanned" else {}),
            }
            for id, answer in advice.profile.answers.items()
        ],
        "weigh": dict(advice.weigh),
        "recommendation": {
            "candidate": advice.candidate,
            "framework": advice.framework,
            "label": advice.label,
            "provisional": advice.label == "depends",
            "named": list(advice.named),
            "depends_on": plain(advice.dependence, lang) if advice.dependence else None,
            "p_best": _number(advice.p_best),
            "expected_regret": _number(advice.expected_regret),
            "doubt": {part: _number(getattr(advice.doubt, part)) for part in ("facts", "weights", "answers")},
        },
        "frameworks": [_framework(standing) for standing in advice.frameworks],
        "out_of_scope": [_framework(standing) for standing in advice.out_of_scope],
        "best_in_scope": advice.best_in_scope,
        "ranking": [_standing(advice, standing, frameworks) for standing in advice.ranking],
        "unmet": [_unmet(unmet, pack, lang) for unmet in advice.unmet],
        "conflict": list(advice.conflict),
        "not_applicable": list(advice.not_applicable),
        "readings": {
            name: None if name == "measured" and not advice.measured else _reading(advice, reading, lang, frameworks)
            for name, reading in advice.readings.items()
        },
        "reasons": [_reason(reason, lang) for reason in advice.reasons],
        "dissent": [_reason(reason, lang) for reason in advice.dissent],
        "claims": [
            {"id": claim.id, "verdict": claim.verdict, "why": claim.why[lang], "measured": plain(claim.measured, lang),
             "source": claim.source, "review": claim.review, "text": claim.text[lang]}
            for claim in advice.claims
        ],
        "flips": [
            {"question": flip.question, "from": _choices(flip.before), "to": _choices(flip.after), "becomes": flip.becomes}
            for flip in advice.flips
        ],
        "next": {
            "questions": plain(advice.next.questions, lang),
            "probes": plain(advice.next.probes, lang),
            "setup": advice.next.setup,
            "start": _start(advice.next.start, lang) if advice.next.start is not None else None,
        },
        "evidence": _evidence(advice, lang),
        "scope": plain(advice.limitations, lang),
        "warnings": plain(advice.warnings, lang),
    })  # fmt: skip


def _evidence(advice: Advice, lang: Lang) -> dict[str, Any]:
    """Return what was measured; a workload only where the project names one."""
    values: dict[str, Any] = plain(advice.evidence, lang)
    return values if values["workload"] else {name: value for name, value in values.items() if name != "workload"}


def _start(start: Start, lang: Lang) -> dict[str, Any]:
    """Return START; with the machines of each line of it where a project has several."""
    several = {
        "machines": [dict(machine) for machine in start.machines],
        "others": [_start(other, lang) for other in start.others],
    }
    return {
        "platform": start.platform,
        "available": start.available,
        "lines": [
            {"purpose": line.purpose, "command": line.command, "page": line.page, "available": line.available,
             "note": line.note[lang] if line.note is not None else "", "download_mb": line.mb,
             "read": line.read.isoformat() if line.read is not None else None, "platform": line.platform}
            for line in start.lines
        ],
        **{key: value for key, value in several.items() if value},
    }  # fmt: skip


def with_former_names(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with each renamed key followed by the same value under its former name."""
    return {
        name: value
        for key, value in values.items()
        for name in ((key, FORMER_NAMES[key]) if key in FORMER_NAMES else (key,))
    }


def _unmet(unmet: Unmet, pack: Pack, lang: Lang) -> dict[str, Any]:
    constraint = pack.constraints[unmet.constraint]
    return {
        "constraint": unmet.constraint,
        "candidates": list(unmet.candidates),
        "text": constraint.constraint[lang],
        "instead": constraint.instead[lang] if constraint.instead else None,
    }


def _framework(standing: Standing) -> dict[str, Any]:
    return {
        "framework": standing.id,
        "p_best": _number(standing.p_best),
        "expected_regret": _number(standing.expected_regret),
        "value": _number(standing.value),
        "excluded_share": _number(standing.excluded_share),
        "out_share": _number(standing.out_share),
    }


def _standing(advice: Advice, standing: Standing, frameworks: Mapping[str, str]) -> dict[str, Any]:
    return {
        "candidate": standing.id,
        "framework": frameworks[standing.id],
        "p_best": _number(standing.p_best),
        "expected_regret": _number(standing.expected_regret),
        "value": _number(standing.value),
        "excluded": advice.excluded[standing.id],
        "excluded_share": _number(standing.excluded_share),
        "out_share": _number(standing.out_share),
    }


def _reading(advice: Advice, reading: ReadingResult, lang: Lang, frameworks: Mapping[str, str]) -> dict[str, Any]:
    return {
        "recommendation": {
            "candidate": reading.candidate,
            "framework": reading.framework,
            "label": reading.label,
            "p_best": _number(reading.frameworks[0].p_best),
            "expected_regret": _number(reading.frameworks[0].expected_regret),
        },
        "because": reading.because[lang] if reading.because else None,
        "cite": reading.cite,
        "ranking": [_standing(advice, standing, frameworks) for standing in reading.ranking],
    }


def _reason(reason: Reason, lang: Lang) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "weight_from": reason.weight_from,
        "claim": reason.claim,
        "probe": reason.probe,
        "criterion": reason.criterion,
        "topic": reason.topic,
        "candidate": reason.candidate,
        "effect": _number(reason.effect),
        "source": reason.source,
        "verdict": reason.verdict,
        "text": reason.text[lang],
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
    if isinstance(value, Struct):
        names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        return {key: plain(getattr(value, name), lang) for name, key in names}
    if isinstance(value, Mapping):
        return {str(key): plain(part, lang) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(part, lang) for part in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
