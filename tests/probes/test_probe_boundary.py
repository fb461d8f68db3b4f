"""The boundary: whatever a record from outside says, it is typed, finite and dated, or refused with the name of the field."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes import registration, run
from probes.boundary import BadRun, canonical_json, content_id
from probes.catalogue import PROBES
from probes.messages import parse_message
from probes.records import read_record
from probes.registration import Registration
from probes.run import Outcome, Run

RUN = Run(
    session="ab12",
    probe="training-step",
    candidate="keras[jax]",
    outcome=Outcome.OK,
    mode="default",
    block=1,
    measures={"step_ms": 1.5, "first_step_s": 0.2, "steps": 40, "gate": "passed"},
    samples={"step_seconds": [0.001, 0.002]},
    versions={"python": "3.11.7"},
    machine={"cpu": "x", "gpus": [], "logical_cores": 2, "cpu_quota": "none"},
    started="2026-11-23T08:00:00+00:00",
    seconds=3.0,
    threads=2,
    noise={"load1": 0.5, "foreign_cpu": "unknown"},
)
PLAN = Registration(
    session="ab12", candidates=("pytorch",), probes=("training-step",), depth="full", looks=(5, 8), budget=900.0,
    seed=1, started="2026-11-23T08:00:00+00:00", code={"training-step": "0123456789abcdef"},
)  # fmt: skip


def signed(record: Run | Registration, change: Mapping[str, Any]) -> str:
    """The record as JSON with some fields changed, and the id that belongs to it: only what is said can be wrong."""
    raw = {**json.loads(record.to_json()), **change}
    return canonical_json(raw | {"id": content_id(raw)})


def test_the_tables_name_every_field_of_the_records() -> None:
    assert set(run.FIELDS) == {field.name for field in fields(Run)}
    assert set(registration.FIELDS) == {field.name for field in fields(Registration)}


def test_what_we_write_is_let_in_as_it_is() -> None:
    assert read_record(RUN.to_json()) == RUN
    assert read_record(PLAN.to_json().encode()) == PLAN


DATES = [
    "2026-02-30T10:00:00Z",
    "2026-13-01T10:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T10:00:60Z",
    "2026-01-01T10:00:00",
    "2026-01-01T10:00:00+02:00",
    "2026-01-01",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "２０２６-01-01T10:00:00Z",
    "2026-01-01T10:00:00Z\n",
    "",
    None,
    20261123,
    ["2026-01-01T10:00:00Z"],
]
IMPOSSIBLE: list[tuple[str, Any]] = [
    *(("started", date) for date in DATES),
    *(("outcome", word) for word in ([], {}, None, 1, "great", "")),
    *(("threads", number) for number in (-5, 2.0, True, "2", None, 10**400)),
    *(("order", number) for number in (-1, 0.5, False, 10**400)),
    *(("block", number) for number in (0, -1, 1.0, True, [1], 10**400)),
    *(("seconds", number) for number in (-1.0, True, "1", None, [], 10**400, 1e300)),
    *(("probe", name) for name in ("", "../etc", "A", "x" * 65, 3, None, [], "a\nb")),
    *(("candidate", name) for name in ("", "\x1b[31m", {}, None)),
    *(("session", name) for name in ("half \ud800", "x" * 81, 3, None, [])),
    *(("why", words) for words in (3, None, [], "x" * 801)),
    *(("mode", words) for words in (3, None, "\udfff")),
    *(("measures", table) for table in ([], None, "step_ms", {"step_ms": [1]}, {"step_ms": {}}, {"step_ms": None})),
    *(("measures", {"step_ms": time}) for time in (0, 0.0, -0.0, -1.5, 5e-324, 9e-7, 1e13, True, "fast", "", 10**400)),
    *(("measures", {"first_step_s": time}) for time in (0, 9e-10, -1)),
    *(("measures", {"peak_mb": size}) for size in (-1, 1e12, True, "", "large")),
    *(("measures", {"steps": count}) for count in (-1, 1e12, 1e70, 10**400)),
    *(("measures", {"loss": amount}) for amount in (1e-70, -1e70, 10**400, "half \ud800", "x" * 401)),
    ("measures", {"": 1}),
    ("measures", {f"m{number}": 1 for number in range(65)}),
    *(("samples", {"step_seconds": times}) for times in ([0], [-1], [5e-324], ["1"], [True], [None], 1, {}, [[1]])),
    *(("versions", table) for table in ([], {"torch": 2}, {"torch": None}, {"torch": "x" * 81}, {"\ud800": "1"})),
    *(("machine", {"gpus": gpus}) for gpus in (5, "H100", [5], [["H100"]], None)),
    *(("machine", {"logical_cores": count}) for count in (2.5, -1, "2", True, None, 10**400)),
    *(("machine", {"cpu": name}) for name in (None, {}, "x" * 401, "\ud800")),
    *(("noise", {"load1": load}) for load in (None, [], 1e70, 10**400)),
    *(("format", number) for number in (0, 2, "1", 1.0, True, None)),
]


@pytest.mark.parametrize(("field", "value"), IMPOSSIBLE, ids=lambda parameter: str(parameter)[:40])
def test_a_run_that_cannot_be_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(BadRun, match=rf"^{field}") as caught:
        read_record(signed(RUN, {field: value}))
    assert str(caught.value).isprintable() and len(str(caught.value)) < 300


PLANS: list[tuple[str, Any]] = [
    *(("started", date) for date in DATES),
    *(("session", name) for name in (3, None, "half \ud800")),
    *(("candidates", names) for names in ("pytorch", [3], [[]], None, ["../etc"])),
    *(("probes", names) for names in ({}, ["A"], ["x"] * 201)),
    *(("looks", looks) for looks in ([], [5, 5], [8, 5], [0], [True], [5.0], "5", None, [10**400], [[]], [{}])),
    *(("budget", seconds) for seconds in (-1, True, "long", None, 10**400)),
    *(("margin", margin) for margin in (-0.1, "small", 10**400)),
    *(("seed", seed) for seed in (1.5, True, None, 10**400)),
    *(("code", code) for code in ([], {"x": 1}, {"../etc": "a"}, {"x": None})),
    *(("own", names) for names in (None, "x", [None])),
    *(("measure", name) for name in ("", 3, None)),
    *(("depth", name) for name in ([], None, "\ud800")),
]


@pytest.mark.parametrize(("field", "value"), PLANS, ids=lambda parameter: str(parameter)[:40])
def test_a_registration_that_cannot_be_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(BadRun, match=rf"^{field}"):
        read_record(signed(PLAN, {field: value}))


@pytest.mark.parametrize("field", [field.name for field in fields(Run)])
def test_a_run_without_one_of_its_fields_is_refused(field: str) -> None:
    """What is left out would get a default, and with it another id: stored once, it could never be read again."""
    raw = json.loads(RUN.to_json())
    del raw[field]
    with pytest.raises(BadRun, match=field):
        read_record(canonical_json(raw | ({"id": content_id(raw)} if field != "id" else {})))


def test_a_name_that_stands_twice_is_refused() -> None:
    """Which of the two holds would depend on the reader."""
    line = RUN.to_json()
    for part, twice in (('"threads":2', '"threads":2,"threads":2'), ('"load1":0.5', '"load1":0.5,"load1":9')):
        assert part in line
        with pytest.raises(BadRun, match="stands twice"):
            read_record(line.replace(part, twice))


@pytest.mark.parametrize("line", [RUN.to_json().encode("utf-16"), b"\xff" + RUN.to_json().encode(), b"\xef\xbb\xbf{}"])
def test_only_utf_8_is_read(line: bytes) -> None:
    with pytest.raises(BadRun, match="not JSON"):
        read_record(line)


def test_measures_of_an_own_probe_may_have_any_sign_but_not_take_no_time() -> None:
    exact = {"probe": "mine", "mode": "", "block": None}
    assert isinstance(read_record(signed(RUN, exact | {"measures": {"score": -3.5, "word": "fine"}})), Run)
    with pytest.raises(BadRun, match="step_ms"):
        read_record(signed(RUN, {"probe": "mine", "measures": {"score": -3.5, "step_ms": 0}}))


def test_everything_the_built_in_probes_declare_may_be_said() -> None:
    for name, probe in PROBES.items():
        measures = dict.fromkeys(probe.measures, 1.5)
        few = dict(list(measures.items())[:40])
        assert isinstance(read_record(signed(RUN, {"probe": name, "measures": few})), Run)


NASTY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(field=st.sampled_from([name for name in run.FIELDS if name != "id"]), value=NASTY)
def test_what_is_let_in_can_be_relied_on(field: str, value: Any) -> None:
    """Whatever stands in one field: refused, or every use further on works, dates and ratios included."""
    try:
        read = read_record(signed(RUN, {field: value}))
    except BadRun:
        return
    assert isinstance(read, Run)
    begun = datetime.fromisoformat(read.started)
    assert begun + timedelta(days=3_000) > begun - timedelta(days=3_000) and begun.timestamp() > 0
    numbers = [number for number in (*read.measures.values(), *read.noise.values()) if type(number) in (int, float)]
    for amount in numbers:
        assert math.isfinite(float(amount) ** 2)
        assert not amount or math.isfinite(math.log(abs(amount / 1.5)) + math.log(abs(1.5 / amount)))
    assert hash((read.outcome, read.session, read.mode, read.code)) and read_record(read.to_json()) == read


# --- messages of children -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b'{"event": "dance"}',
        b'{"event": ["part"], "part": "a:"}',
        b'{"event": "part"}',
        b'{"event": "part", "part": {"a": 1}}',
        b'{"event": "result", "part": 3, "outcome": "ok"}',
        b'{"event": "phase", "phase": null}',
        b'{"event": "versions", "versions": {"torch": 2}, "threads": 1}',
        b'{"event": "versions", "versions": {}, "threads": "two"}',
        b'{"event": "versions", "versions": {}, "threads": true}',
        b'{"event": "versions", "versions": {}, "threads": 1, "device": ["cuda"]}',
    ],
)
def test_what_has_not_the_shape_of_a_message_is_none(line: bytes) -> None:
    assert parse_message(line) is None


@pytest.mark.parametrize(
    "line", [b"", b"[1, 2]", b"garbage", b"\xff", b'{"event": NaN}', b'{"event": "end", "event": 1}']
)
def test_what_is_no_json_object_ends_the_child(line: bytes) -> None:
    with pytest.raises(BadRun):
        parse_message(line)
