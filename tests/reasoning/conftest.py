"""Small worlds of known truth: packs written in a few lines, and their evaluation in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from advisor.knowledge.claim import Claim
from advisor.knowledge.criterion import Criterion
from advisor.knowledge.framework import Candidate, Framework
from advisor.knowledge.need import Constraint, Need
from advisor.knowledge.pack import Header, Pack
from advisor.knowledge.question import Impossible, Question
from advisor.knowledge.source import Source
from advisor.knowledge.yaml_source import parse_yaml
from advisor.reasoning.advice import EvidenceLine
from advisor.reasoning.assemble import Case, worlds_of
from advisor.reasoning.beliefs import Conditions, Errors
from advisor.reasoning.conditions import Answers
from advisor.reasoning.outcome import Outcome, Standing, outcome
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.readings import Finding, Grounds, Measured, Reading, grounds_of
from advisor.reasoning.worlds import Worlds, evaluate

Raw = dict[str, Any]
REVIEWED = "2026-11-23"


def text(words: str) -> Raw:
    return {"en": words, "zh": words}


def _question(id: str, raw: Raw) -> Question:
    """`scale: {small: 0.6, large: 0.4}`, or `scale: {choices: {…}, several: true, when: {…}}`."""
    whole = raw if "choices" in raw else {"choices": raw}
    choices = [{"id": choice, "label": text(choice), "share": share} for choice, share in whole["choices"].items()]
    rest = {"topic": "scale", "ask": text(id), "why": text(id), "assumes": text("a guess")}
    return Question.model_validate({"id": id, **rest, **whole, "choices": choices})


def _candidate(id: str) -> Candidate:
    framework, _, stack = id.partition("[")
    known = {"modules": ["math"], "packages": ["pip"], "install": f"pip install {framework}", "size-mb": 1}
    backend = stack.rstrip("]") or framework
    return Candidate.model_validate({"id": id, "framework": framework, "backend": backend, "name": text(id), **known})


def _claim(id: str, raw: Raw) -> Claim:
    """`{about: speed, says: {alpha: strong}}`; `verdict`, `settled`, `on` and `instead` belong to its review."""
    review = {key: raw.pop(key) for key in ("verdict", "settled", "on", "instead") if key in raw}
    review = {"verdict": "holds", "on": REVIEWED, "because": text("read"), "sources": "book", **review}
    how = {} if "check" in raw else {"uncheckable": text("no probe")}
    return Claim.model_validate({"claim": text(id), "source": "book", "kind": "pro", "review": review, **how, **raw})


def _rules(kind: Any, name: str, raw: Mapping[str, Raw] | list[Raw]) -> dict[str, Any]:
    """Rules by id, or in a list when their ids do not matter."""
    by_id = raw if isinstance(raw, Mapping) else {f"{name}-{at}": one for at, one in enumerate(raw)}
    common = {"source": "book", "when": {}, "examples": {"applies": {}, "silent": {}}}
    return {id: kind.model_validate({name: text(id), **common, **one}) for id, one in by_id.items()}


def small_pack(raw: str | Raw) -> Pack:
    """Make a pack from a few lines; what is left out is filled in.

    `candidates` is a list such as `[alpha, "beta[one]"]`, the framework being the part before the bracket; `sources`
    maps a source to its kind (`book: documentation` is always there); `criteria` maps a criterion to its default
    importance.
    """
    given = parse_yaml(raw.encode(), "inline.yaml").value if isinstance(raw, str) else raw
    candidates = given.get("candidates", ["alpha", "beta"])
    frameworks = dict.fromkeys(id.partition("[")[0] for id in candidates)
    sources = {"book": "documentation", **given.get("sources", {})}
    about = {"topic": "scale", "worst": text("none"), "best": text("all")}
    return Pack(
        header=Header.model_validate({"name": "small", "version": "1", "reviewed": REVIEWED, "precedence": 0}),
        digest="0" * 64,
        questions={id: _question(id, one) for id, one in given.get("questions", {}).items()},
        impossible=tuple(
            Impossible.model_validate({"because": text("no"), "when": one}) for one in given.get("impossible", [])
        ),
        frameworks={
            id: Framework.model_validate({"id": id, "name": id, "home": "https://example.org"}) for id in frameworks
        },
        candidates={id: _candidate(id) for id in candidates},
        criteria={
            id: Criterion.model_validate({"id": id, "name": text(id), "about": text(id), "default": level, **about})
            for id, level in given.get("criteria", {}).items()
        },
        sources={
            id: Source.model_validate({"id": id, "title": id, "author": "A", "read": REVIEWED, "kind": kind})
            for id, kind in sources.items()
        },
        needs=_rules(Need, "need", given.get("needs", {})),
        constraints=_rules(Constraint, "constraint", given.get("constraints", {})),
        claims={id: _claim(id, dict(one)) for id, one in given.get("claims", {}).items()},
    )


def profile(**answers: str | tuple[str, ...]) -> Profile:
    """`profile(scale="large")`; an underscore stands for a hyphen of the question."""
    known = {id.replace("_", "-"): (value,) if isinstance(value, str) else value for id, value in answers.items()}
    return Profile({id: Answer(id, choices, "flag") for id, choices in known.items()})


@dataclass(frozen=True)
class Judged:
    """A reading of a pack, evaluated for one project."""

    pack: Pack
    grounds: Grounds
    answers: Answers
    conditions: Conditions
    worlds: Worlds
    outcome: Outcome

    def framework(self, id: str) -> Standing:
        return next(one for one in self.outcome.frameworks if one.id == id)

    def candidate(self, id: str) -> Standing:
        return next(one for one in self.outcome.candidates if one.id == id)

    @property
    def ranked(self) -> list[str]:
        """The candidates, best first."""
        return [one.id for one in self.outcome.candidates]


@pytest.fixture(scope="session")
def make_pack() -> Callable[[str | Raw], Pack]:
    return small_pack


@pytest.fixture(scope="session")
def project() -> Callable[..., Profile]:
    return profile


@pytest.fixture(scope="session")
def judge(today: date) -> Callable[..., Judged]:
    """Evaluate a pack: `judge(pack, {"scale": "large"}, measured=[…], reading="article")`."""

    def judged(
        pack: Pack | str | Raw,
        known: Mapping[str, str | tuple[str, ...]] | None = None,
        *,
        measured: Iterable[Measured] = (),
        findings: Mapping[str, Finding] | None = None,
        reading: Reading = "measured",
        worlds: int = 2000,
        overrides: Mapping[str, float] | None = None,
        grounds: Grounds | None = None,
    ) -> Judged:
        pack = pack if isinstance(pack, Pack) else small_pack(pack)
        answers = worlds_of(pack, profile(**(known or {})), worlds)
        conditions = Conditions(answers)
        if grounds is None:
            grounds = grounds_of(reading, pack, findings or {}, measured, today)
        evaluated = evaluate(
            pack, grounds, answers, conditions=conditions, errors=Errors(worlds), overrides=overrides
        )
        return Judged(pack, grounds, answers, conditions, evaluated, outcome(evaluated))

    return judged


@pytest.fixture(scope="session")
def make_case(today: date) -> Callable[..., Case]:
    """Put a case together for `assemble`; every claim is untested unless a finding is given."""

    def case(
        pack: Pack | str | Raw,
        known: Mapping[str, str | tuple[str, ...]] | None = None,
        *,
        measured: Iterable[Measured] = (),
        findings: Mapping[str, Finding] | None = None,
        weigh: Mapping[str, str] | None = None,
        as_of: date = today,
        worlds: int = 2000,
    ) -> Case:
        pack = pack if isinstance(pack, Pack) else small_pack(pack)
        untested = {id: Finding(id, "untested", ("not measured", "未实测")) for id in pack.claims}
        return Case(
            pack=pack,
            profile=profile(**(known or {})),
            findings={**untested, **(findings or {})},
            measured=tuple(measured),
            as_of=as_of,
            weigh=weigh or {},
            evidence=EvidenceLine(),
            steps=1000,
            not_measured=(),
            worlds=worlds,
        )

    return case
