"""A decision is replayed to the byte on another machine: other locale, time zone, home, folder and hash seed, no framework."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from decided import VERSIONS, decide

import advisor
from advisor.evidence.collect import installed_versions
from advisor.knowledge.pack import Pack
from advisor.onboarding.lock import EVIDENCE_NAME, LOCK_NAME, dumps, evidence_lines

ROOT = Path(advisor.__file__).parent.parent
HERE: Mapping[str, str] = {"LANG": "en_US.UTF-8", "TZ": "America/Los_Angeles", "PYTHONHASHSEED": "1"}
ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "chinese": {"LANG": "zh_CN.UTF-8", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "2"},
    "bare": {"LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "3"},
}

# Taken at the start of a process: frameworks are neither found nor have a version, as on a machine without them.
WITHOUT_FRAMEWORKS = """
import sys
from importlib.machinery import PathFinder

HIDDEN = ("torch", "tensorflow", "tensorflow_cpu", "tensorflow-cpu", "keras", "jax", "jaxlib", "flax", "optax")


class Bare(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in HIDDEN else super().find_spec(name, path, target)

    @classmethod
    def find_distributions(cls, context):
        return () if context.name in HIDDEN else PathFinder.find_distributions(context)


sys.meta_path[sys.meta_path.index(PathFinder)] = Bare
"""


@pytest.fixture
def team(built_in: Pack, today: date, tmp_path: Path) -> Path:
    """A folder with a decision on runs of the versions installed here, where there are any: no version has changed."""
    decided = decide(built_in, today, {**VERSIONS, **installed_versions(VERSIONS)})
    team = tmp_path / "team"
    team.mkdir()
    (team / LOCK_NAME).write_text(dumps(decided.lock), encoding="utf-8")
    (team / EVIDENCE_NAME).write_text(evidence_lines(decided.evidence), encoding="utf-8")
    return team


def replay(team: Path, environment: Mapping[str, str], *more: str, bare: bool) -> dict[str, bytes]:
    """Check a copy of a folder in a process of its own; return what it printed, and the files as it left them."""
    away = team.with_name(f"{team.name} of {environment['PYTHONHASHSEED']}")
    (away / "home").mkdir(parents=True)
    copied = Path(shutil.copytree(team, away / "team"))
    hook = away / "hook"
    hook.mkdir()
    if bare:
        (hook / "sitecustomize.py").write_text(WITHOUT_FRAMEWORKS)
    lock = LOCK_NAME if bare else str(copied / LOCK_NAME)
    done = subprocess.run(
        [sys.executable, "-m", "advisor", "check", lock, "--update", "--lang", "zh", *more],
        cwd=copied if bare else away,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(hook), str(ROOT)]),
            "HOME": str(away / "home"),
            **environment,
        },
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return {"": done.stdout, **{name: (copied / name).read_bytes() for name in (LOCK_NAME, EVIDENCE_NAME)}}


@pytest.mark.parametrize("place", ELSEWHERE)
def test_it_is_the_same_to_the_byte(team: Path, today: date, place: str) -> None:
    as_of = ("--as-of", today.isoformat())
    elsewhere = replay(team, ELSEWHERE[place], *as_of, bare=True)
    assert elsewhere[""].decode().startswith("未改变\n")
    assert elsewhere == replay(team, HERE, *as_of, bare=False)
    assert elsewhere[LOCK_NAME] == (team / LOCK_NAME).read_bytes(), "nothing changed, so the lock is written as it was"
    assert elsewhere[EVIDENCE_NAME] == (team / EVIDENCE_NAME).read_bytes()


def test_what_a_change_does_is_told_to_the_byte(team: Path, today: date) -> None:
    change = ("--as-of", "2027-12-01", "--scale", "small")
    elsewhere = replay(team, ELSEWHERE["bare"], *change, bare=True)
    assert "scale：large → small" in elsewhere[""].decode()
    assert elsewhere == replay(team, HERE, *change, bare=False)
    assert elsewhere[LOCK_NAME] != (team / LOCK_NAME).read_bytes()
