"""A lock is a file a team commits: the same decision gives the same bytes, and a spoilt one says where it is spoilt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from decided import Decided
from msgspec.structs import replace

from advisor.errors import InputError, StoreError
from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.onboarding.lock import (
    LockedAnswer,
    TeamChoice,
    dumps,
    evidence_lines,
    locked_evidence,
    read_lock,
    rule_digests,
    standing,
)


def test_what_is_written_is_what_is_read(decided: Decided, tmp_path: Path) -> None:
    file = tmp_path / "decision.lock"
    file.write_text(dumps(decided.lock), encoding="utf-8")
    assert read_lock(file) == decided.lock
    assert json.loads(dumps(decided.lock))["advice"]["framework"] == decided.advice.framework


def test_who_decided_is_locked_and_left_out_where_nobody_is_named(decided: Decided, tmp_path: Path) -> None:
    assert "deciders" not in dumps(decided.lock)
    file = tmp_path / "decision.lock"
    signed = replace(decided.lock, deciders=("Ada Lovelace", "王小明"))
    file.write_text(dumps(signed), encoding="utf-8")
    assert read_lock(file) == signed


def test_a_limit_is_locked_by_what_it_rules_out_however_that_is_written(built_in: Pack) -> None:
    kept = built_in.constraints["maintenance-keeps-jax"]
    listed = replace(kept, keeps=(), excludes=built_in.excluded(kept))
    named = replace(built_in, constraints={**built_in.constraints, "maintenance-keeps-jax": listed})
    assert kept.keeps and rule_digests(named) == rule_digests(built_in)
    more = replace(
        built_in, candidates={**built_in.candidates, "new": replace(built_in.candidates["jax"], backend="new")}
    )
    digests = rule_digests(built_in)
    changed = {id for id, digest in rule_digests(more).items() if digests[id] != digest}
    assert changed == {id for id, constraint in built_in.constraints.items() if constraint.keeps}


def test_the_same_decision_gives_the_same_bytes(decided: Decided) -> None:
    assert dumps(decided.lock) == dumps(decided.lock)
    shuffled = Evidence(tuple(reversed(decided.evidence.runs)))
    assert evidence_lines(shuffled) == evidence_lines(decided.evidence)


def test_it_holds_the_answer_and_the_grounds_of_it(decided: Decided) -> None:
    assert decided.lock.advice == standing(decided.advice)
    effects = [reason.effect for reason in (*decided.advice.reasons, *decided.advice.dissent)]
    assert [reason.effect for reason in decided.lock.derivation] == pytest.approx(effects, abs=1e-6)


def spoilt(decided: Decided, tmp_path: Path, old: str, new: str) -> str:
    text = dumps(decided.lock)
    assert old in text
    file = tmp_path / "decision.lock"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_lock(file)
    return "\n".join(map(str, caught.value.problems))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"format-version": 2', '"format-version": 3', "decision.lock:2:"),
        ('"framework"', '"frame"', "unknown key `frame`"),
        ('"p-best": 0.', '"p-best": "x", "y": 0.', "p-best"),
        ('"lang": "en",', "", "`lang` is missing"),
        ('"label": "', '"label": "very-', "`advice.label`"),
        ('"weigh": {', '"weigh": {"ease-of-use": "huge"', "`weigh.ease-of-use`"),
        ('"reviews": {', '"reviews": {"some-claim": "doubtful",', "`pack.reviews.some-claim`"),
        ("{", "", "not YAML"),
    ],
)
def test_a_spoilt_lock_says_where(decided: Decided, tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert problem in spoilt(decided, tmp_path, old, new)


def test_a_lock_that_is_not_there_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"decision\.lock"):
        read_lock(tmp_path / "decision.lock")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"profile": {"size": LockedAnswer(choices=("large",), origin="flag")}}, "the pack has no question `size`"),
        ({"profile": {"scale": LockedAnswer(choices=("huge",), origin="flag")}}, "has no choice `huge`"),
        ({"chosen": TeamChoice(candidate="caffe", because="habit")}, "the pack has no candidate `caffe`"),
    ],
)
def test_what_the_pack_no_longer_knows_is_refused_with_its_place(
    decided: Decided, built_in: Pack, tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    file = tmp_path / "decision.lock"
    file.write_text(dumps(replace(decided.lock, **change)), encoding="utf-8")
    with pytest.raises(InputError, match=rf"decision\.lock:\d+:\d+: .*{problem}"):
        read_lock(file, built_in)
    assert read_lock(file)


def test_its_runs_must_all_be_there(decided: Decided) -> None:
    evidence = locked_evidence(Path("evidence.jsonl"), decided.lock.evidence, decided.evidence.runs)
    assert {run.id for run in evidence.runs} == {run.id for run in decided.evidence.runs}
    with pytest.raises(InputError, match="runs of the decision are not in it"):
        locked_evidence(Path("evidence.jsonl"), decided.lock.evidence, decided.evidence.runs[1:])
