"""Packs written in a few lines, and their evaluation in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.claim import Claim
from advisor.knowledge.condition import ALWAYS, Condition
from advisor.knowledge.criterion import Criterion
from advisor.knowledge.framework import Candidate, Framework
from advisor.knowledge.need import Constraint, Need
from advisor.knowledge.pack import Pack
from advisor.knowledge.pack_files import Header
from advisor.knowledge.question import Impossible, Question
from advisor.knowledge.source import Source
from advisor.knowledge.validation import read_record
from advisor.knowledge.yaml_source import YamlSource, parse_yaml
from advisor.reasoning.advice import EvidenceSummary, RunSummary
from advisor.reasoning.conditions import AnswerColumns, Conditions
from advisor.reasoning.evaluation import AdviceInputs, draw_worlds
from advisor.reasoning.in_scope import ScopedRanking, named_by, rank_in_scope
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.ranking import Ranking, Standing, rank
from advisor.reasoning.readings import Finding, Grounds, Reading, ScaledMeasurement, grounds_of
from advisor.reasoning.weighting import weighting
from advisor.reasoning.worlds import Worlds, evaluate
from advisor.text import Text

Raw = dict[str, Any]
Kind = TypeVar("Kind")
REVIEWED = "2026-11-23"
TODAY = date(2026, 11, 25)
"""Two days after everything was reviewed: nothing is stale."""


def read(kind: type[Kind], raw: Raw) -> Kind:
    """Read plain values as a record."""
    return read_record(kind, YamlSource("inline.yaml", raw))


def words(text: str) -> Raw:
    """Return a text that is the same in both languages."""
    return {"en": text, "zh": text}


def _make_question(id: str, raw: Raw) -> Question:
    """Return a question from `{small: 0.6, large: 0.4}`, or from `{choices: {…}, several: true, when: {…}, …}`."""
    whole = raw if "choices" in raw else {"choices": raw}
    choices = [{"id": choice, "label": words(choice), "share": share} for choice, share in whole["choices"].items()]
    rest = {"topic": "scale", "ask": words(id), "why": words(id), "assumes": words("a guess")}
    other = [{**entry, "assumes": words("a guess")} for entry in whole.get("other-shares", [])]
    return read(Question, {"id": id, **rest, **whole, "choices": choices, "other-shares": other})


def _make_framework(id: str, outside: Mapping[str, Raw]) -> Framework:
    """Return a framework, out of scope if `outside` names it."""
    known = {"id": id, "name": id, "home": "https://example.org"}
    return read(Framework, {**known, "outside": True, "joins-when": outside[id]} if id in outside else known)


def _make_criterion(id: str, default: str, rest: Raw) -> Criterion:
    """Return a criterion that can be read from `probe.value`."""
    measured = [{"probe": "probe", "measure": "value", "label": words("value"), "linear": [0, 1], "nearness": "exact"}]
    about = {"about": words(id), "topic": "scale", "worst": words("none"), "best": words("all"), "measured": measured}
    return read(Criterion, {"id": id, "name": words(id), "default": default, **about, **rest})


def _make_candidate(id: str) -> Candidate:
    """Return a candidate; its framework is the part of its id before the bracket."""
    framework, _, stack = id.partition("[")
    known = {"modules": ["math"], "packages": ["pip"], "install": f"pip install {framework}", "size-mb": 1}
    backend = stack.rstrip("]") or framework
    return read(Candidate, {"id": id, "framework": framework, "backend": backend, "name": words(id), **known})


def _make_claim(id: str, raw: Raw) -> Claim:
    """Return a claim from `{about: …, says: …}`; `verdict`, `settled`, `on` and `instead` go to its review."""
    review = {key: raw.pop(key) for key in ("verdict", "settled", "on", "instead") if key in raw}
    review = {"verdict": "holds", "on": REVIEWED, "because": words("read"), "sources": "book", **review}
    how = {} if "check" in raw else {"uncheckable": words("no probe")}
    return read(Claim, {"claim": words(id), "source": "book", "kind": "pro", "review": review, **how, **raw})


def _make_rules(kind: Any, name: str, raw: Mapping[str, Raw] | list[Raw]) -> dict[str, Any]:
    """Return rules by id; those in a list get ids of their own."""
    by_id = raw if isinstance(raw, Mapping) else {f"{name}-{at}": rule for at, rule in enumerate(raw)}
    common = {"source": "book", "when": {}, "examples": {"applies": {}, "silent": {}}}
    return {id: read(kind, {name: words(id), **common, **rule}) for id, rule in by_id.items()}


def small_pack(raw: str | Raw) -> Pack:
    """Make a pack from a few lines; what is left out is filled in.

    `candidates` is a list such as `[alpha, "beta[one]"]`, the framework being the part before the bracket; `sources`
    maps a source to its kind (`book: documentation` is always there); `criteria` maps a criterion to its default
    importance, and can be read from `probe.value` (see `measurement`); `groups` maps some of them to their group;
    `outside` maps the frameworks out of scope to the answers that name them.
    """
    keys = parse_yaml(raw.encode(), "inline.yaml").value if isinstance(raw, str) else raw
    candidates = keys.get("candidates", ["alpha", "beta"])
    frameworks = dict.fromkeys(id.partition("[")[0] for id in candidates)
    sources = {"book": "documentation", **keys.get("sources", {})}
    groups = keys.get("groups", {})
    return Pack(
        header=read(Header, {"name": "small", "version": "1", "reviewed": REVIEWED, "precedence": 0}),
        digest="0" * 64,
        questions={id: _make_question(id, question) for id, question in keys.get("questions", {}).items()},
        impossible=tuple(
            read(Impossible, {"because": words("no"), "when": when, "rare": rare})
            for key, rare in (("impossible", False), ("rare", True))
            for when in keys.get(key, [])
        ),
        frameworks={id: _make_framework(id, keys.get("outside", {})) for id in frameworks},
        candidates={id: _make_candidate(id) for id in candidates},
        criteria={
            id: _make_criterion(id, level, {"group": groups[id]} if id in groups else {})
            for id, level in keys.get("criteria", {}).items()
        },
        sources={
            id: read(Source, {"id": id, "title": id, "author": "A", "read": REVIEWED, "kind": kind})
            for id, kind in sources.items()
        },
        needs=_make_rules(Need, "need", keys.get("needs", {})),
        constraints=_make_rules(Constraint, "constraint", keys.get("constraints", {})),
        claims={id: _make_claim(id, dict(claim)) for id, claim in keys.get("claims", {}).items()},
    )


def profile(**answers: str | tuple[str, ...]) -> Profile:
    """Return a profile of answers; an underscore stands for a hyphen of the question."""
    known = {id.replace("_", "-"): (value,) if isinstance(value, str) else value for id, value in answers.items()}
    return Profile({id: Answer(id, choices, "flag") for id, choices in known.items()})


@dataclass(frozen=True)
class Judged:
    """A reading of a pack, evaluated for one project."""

    pack: Pack
    profile: Profile
    grounds: Grounds
    answers: AnswerColumns
    conditions: Conditions
    worlds: Worlds
    ranking: Ranking

    def framework(self, id: str) -> Standing:
        """Return the standing of a framework."""
        return next(standing for standing in self.ranking.frameworks if standing.id == id)

    def candidate(self, id: str) -> Standing:
        """Return the standing of a candidate."""
        return next(standing for standing in self.ranking.candidates if standing.id == id)

    @cached_property
    def scoped(self) -> ScopedRanking:
        """The ranking of the frameworks that take part; `worlds` and `ranking` are of all."""
        outside = {id for id, framework in self.pack.frameworks.items() if framework.outside}
        return rank_in_scope(self.worlds, outside, named_by(self.pack, self.profile))

    @property
    def values(self) -> NDArray[np.float64]:
        """The mean utility of each framework's best stack in every world, shape (frameworks, worlds)."""
        means = self.worlds.mean.astype(np.float64)
        return np.stack([means[list(stacks)].max(axis=0) for stacks in self.worlds.stacks])

    @property
    def ranked(self) -> list[str]:
        """The candidates, best first."""
        return [standing.id for standing in self.ranking.candidates]


def as_pack(pack: Pack | str | Raw) -> Pack:
    """Return a pack, made from its short form if it is one."""
    return pack if isinstance(pack, Pack) else small_pack(pack)


def judge(
    pack: Pack | str | Raw,
    known: Profile | None = None,
    *,
    measured: Iterable[ScaledMeasurement] = (),
    findings: Mapping[str, Finding] | None = None,
    reading: Reading = "measured",
    as_of: date = TODAY,
    worlds: int = 2000,
    overrides: Mapping[str, float] | None = None,
    grounds: Grounds | None = None,
) -> Judged:
    """Evaluate one reading of a pack for one project."""
    pack, known = as_pack(pack), known or Profile({})
    answers = draw_worlds(pack, known, worlds)
    conditions = Conditions(answers)
    if grounds is None:
        grounds = grounds_of(reading, pack, findings or {}, measured, as_of)
    evaluated = evaluate(pack, grounds, conditions, weighting(pack, conditions, overrides))
    return Judged(pack, known, grounds, answers, conditions, evaluated, rank(evaluated))


def case_of(
    pack: Pack | str | Raw,
    known: Profile | None = None,
    *,
    measured: Iterable[ScaledMeasurement] = (),
    findings: Mapping[str, Finding] | None = None,
    weigh: Mapping[str, str] | None = None,
    as_of: date = TODAY,
    worlds: int = 2000,
) -> AdviceInputs:
    """Put together what `assemble` needs; every claim is untested unless a finding is given."""
    pack, measured = as_pack(pack), tuple(measured)
    run = RunSummary("run", "probe", "alpha", "", None, "ok", True, Text(en="-", zh="-"))
    untested = {id: Finding(id, "untested", ("not measured", "未实测")) for id in pack.claims}
    return AdviceInputs(
        pack=pack,
        profile=known or Profile({}),
        findings={**untested, **(findings or {})},
        measured=measured,
        as_of=as_of,
        weigh=weigh or {},
        evidence=EvidenceSummary(runs=(run,) if measured or findings else ()),
        steps=1000,
        not_measured=(),
        world_count=worlds,
    )


def measurement(
    candidate: str,
    criterion: str,
    value: float,
    sd: float = 0.1,
    when: Condition = ALWAYS,
    measure: str = "probe.value",
) -> ScaledMeasurement:
    """Return a measurement already read on the criterion's scale."""
    probe, name = measure.split(".")
    return ScaledMeasurement(candidate, criterion, probe, name, value, sd, when, value)
