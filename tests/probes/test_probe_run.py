"""The record of a run survives a trip through JSON, and nothing else passes for one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from advisor.text import clean
from probes.plain_text import UNSAFE, plain_text
from probes.run import BadRun, Outcome, Run

RUN = Run(
    session="ab12",
    probe="training-step",
    candidate="keras[jax]",
    outcome=Outcome.OK,
    mode="default",
    block=1,
    order=2,
    measures={"step_ms": 1.5, "learned": True, "gate": "passed", "steps": 40},
    samples={"step_seconds": [0.001, 0.002]},
    versions={"python": "3.11.7"},
    machine={"cpu": "x", "gpus": []},
    code="00",
    started="2026-11-23T08:00:00+00:00",
    seconds=3.0,
    threads=2,
    noise={"load1": 0.5, "foreign_cpu": "unknown"},
)


def changed(**fields: Any) -> str:
    """The run's JSON with fields changed and an id that fits."""
    return json.dumps(json.loads(RUN.with_changes(**fields).to_json()))


def test_round_trip() -> None:
    again = Run.from_json(RUN.to_json())
    assert again == RUN
    assert again.outcome is Outcome.OK
    assert len(again.id) == 12


def test_the_id_is_the_content() -> None:
    assert RUN.with_changes(order=3).id != RUN.id
    assert RUN.with_changes(order=3).with_changes(order=2).id == RUN.id
    raw = json.loads(RUN.to_json()) | {"order": 3}
    with pytest.raises(BadRun, match="does not belong"):
        Run.from_json(json.dumps(raw))


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"seconds": -1.0}, "seconds"),
        ({"samples": {"step_seconds": [0.001, -0.001]}}, "above 0"),
        ({"samples": {"step_seconds": [0]}}, "above 0"),
        ({"samples": {"step_seconds": [0.1] * 30_000}}, "not a list"),
        ({"measures": {"step_ms": [1]}}, "measures.step_ms"),
        ({"measures": {"step_ms": 1e308}}, "measures.step_ms"),
        ({"measures": {"Step ms": 1}}, "measures"),
        ({"measures": {f"m{n}": n for n in range(100)}}, "measures"),
        ({"measures": {"text": "x" * 1000}}, "measures.text"),
        ({"block": 0}, "block"),
        ({"order": -1}, "order"),
        ({"probe": "../etc"}, "probe"),
        ({"why": "x" * 10_000}, "why"),
        ({"format": 2}, "format"),
    ],
)
def test_impossible_values_are_refused(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(BadRun, match=named):
        Run.from_json(changed(**fields))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        '{"a": NaN}',
        "[" * 100_000,
        RUN.to_json().replace('"ok"', '"fine"'),
        RUN.to_json().replace('"order"', '"odor"'),
        RUN.to_json().replace("1.5", "NaN"),
        RUN.to_json().replace("1.5", "Infinity"),
        RUN.to_json().replace("1.5", "1e999"),
        RUN.to_json() + " " * 2_000_000,
        b"\xff\xfe",
    ],
)
def test_what_is_not_a_run_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadRun):
        Run.from_json(text)


def test_plain_text_has_no_tricks() -> None:
    assert plain_text("first \x1b[31m\u202eline\nsecond") == "first  [31m line"
    assert len(plain_text("x" * 999)) == 400
    assert plain_text("") == ""
    assert plain_text("soft\u00adhyphen, tag\U000e0041, a\ttab") == "soft hyphen, tag , a tab"


def test_what_is_unsafe_for_the_advisor_is_unsafe_for_the_probes() -> None:
    tried = [
        chr(code)
        for code in (*range(0x3000), *range(0xD800, 0xE000), *range(0xFE00, 0x10000), *range(0xE0000, 0xE0100))
    ]
    for sign in tried:
        assert bool(UNSAFE.search(sign)) is (clean(f"a{sign}b") == "ab"), hex(ord(sign))
        if UNSAFE.search(sign):
            assert plain_text(f"a{sign}b") in ("a b", "a"), hex(ord(sign))
