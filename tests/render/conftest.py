"""A library of the built-in pack without evidence, in both languages, and a page width that nothing may exceed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from advisor.evidence.exhibits import probe_exhibits, step_lines
from advisor.evidence.findings import judge_claims
from advisor.evidence.runs import Evidence
from advisor.knowledge.onboarding import Onboarding, load_onboarding
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.render.explain.sheet import Library
from advisor.text import Lang


@pytest.fixture(scope="session")
def onboarding(built_in: Pack) -> Onboarding:
    """What a pack teaches newcomers: glossary, questions, pitfalls."""
    return load_onboarding([BUILT_IN], built_in)


@pytest.fixture(scope="session")
def library(built_in: Pack, onboarding: Onboarding) -> Callable[[str], Library]:
    """Return a function that gives the library in a language."""
    findings, probes, steps = judge_claims(built_in, Evidence()), probe_exhibits(), step_lines()
    versions = {"tensorflow": "2.21.0", "keras": "2.13.1"}

    def library(lang: str) -> Library:
        return Library(built_in, onboarding, Lang(lang), findings, (), versions, probes, steps)

    return library
