"""The pitfalls really happen and today's forms really work, with the frameworks installed here; so do the names of the glossary."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from advisor.knowledge.loading import load_pack
from advisor.knowledge.onboarding import Onboarding, load_onboarding
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.knowledge.pitfall import Snippet

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
MODULES = {"tf": "tensorflow", "torch": "torch", "keras": "keras", "jax": "jax"}


def loaded() -> tuple[Pack, Onboarding]:
    pack = load_pack()
    return pack, load_onboarding([BUILT_IN], pack)


def groups() -> Iterator[tuple[str | None, str, dict[str, Snippet]]]:
    """Yield (candidate, side, snippets): what one process runs, so that no snippet sees another side's leavings."""
    _, onboarding = loaded()
    grouped: dict[tuple[str | None, str], dict[str, Snippet]] = {}
    for id, pitfall in onboarding.pitfalls.items():
        if pitfall.language == "python":
            for side in ("wrong", "right"):
                grouped.setdefault((pitfall.runs_on, side), {})[id] = getattr(pitfall, side)
    yield from ((candidate, side, snippets) for (candidate, side), snippets in grouped.items())


def child(script: str, payload: Any, environment: dict[str, str]) -> Any:
    """Run a script of this folder in a process of its own, JSON in and out."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(
        [sys.executable, "-P", str(HERE / script)],
        input=json.dumps(payload),
        capture_output=True,
        text=True,
        env=os.environ | quiet | environment,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("candidate", "side", "snippets"),
    [pytest.param(*group, marks=pytest.mark.long if str(group[0]).startswith("keras[") else ()) for group in groups()],
    ids=lambda parameter: str(parameter) if not isinstance(parameter, dict) else "",
)
def test_a_snippet_does_what_is_said(
    built_in: Pack, candidate: str | None, side: str, snippets: dict[str, Snippet]
) -> None:
    modules = built_in.candidates[candidate].modules if candidate else ("keras", "jax")
    if missing := [name for name in modules if find_spec(name) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    environment = dict(built_in.candidates[candidate].environment) if candidate else {}
    results = child("run_snippets.py", {id: snippet.code for id, snippet in snippets.items()}, environment)
    for id, snippet in snippets.items():
        did = results[id]
        if snippet.raises is not None:
            assert did["raises"] == snippet.raises, (id, did)
        elif snippet.warns is not None:
            assert snippet.warns in did["warns"] and not did["raises"], (id, did)
        else:
            assert (did["prints"], did["raises"]) == (snippet.prints, ""), (id, did)
            assert side == "wrong" or "UserWarning" not in did["warns"], (id, did)


@pytest.mark.parametrize("root", MODULES)
def test_a_name_of_the_glossary_exists(root: str) -> None:
    if find_spec(MODULES[root]) is None:
        pytest.skip(f"not installed: {MODULES[root]}")
    _, onboarding = loaded()
    names = sorted(
        {
            name
            for concept in onboarding.glossary.values()
            for group in concept.spelled.values()
            for name in group
            if name.split(".")[0] == root
        }
    )
    assert len(names) > 10
    assert (
        child(
            "find_names.py",
            {"as": root, "module": MODULES[root], "names": names},
            {"KERAS_BACKEND": "jax"} if root == "keras" else {},
        )
        == []
    )
