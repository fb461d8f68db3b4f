"""What `advise` answers to public decisions, held against what was chosen and what experts would accept.

    python tests/benchmarks/backtest.py [--groups] [--base PYTHON] [--half open|closed]

The cases are those of tests/backtest; of the closed half no single case is printed. Nothing is measured. Told of each half:

- met: the recommended framework is accepted; where the answer names several (it depends, either will do), all of them are;
- one met: one of the frameworks that are named is accepted;
- clear ones missed: the answer names one framework, no near tie, and it is not accepted; near ties called clear;
- the share given to what was chosen, against how often it was chosen (by tenths, with the 90 % band of a calibrated forecast);
- log and Brier score of the shares for what was chosen, beside always PyTorch at its base rate, and base rates by field;
- how well the leader's share tells near ties from clear cases (area under the curve).

With --groups each group of claims is left out in turn; with --base the same cases are answered by another version, given the
Python that has it installed. Method of scores: Gneiting & Raftery 2007; of the band: Bröcker & Smith 2007.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from msgspec.structs import replace

from advisor.evidence.runs import Evidence
from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import Pack
from advisor.pipeline import Request, make_inputs
from advisor.reasoning.assemble import assemble
from advisor.reasoning.profile import Answer, Profile

CASES = Path(__file__).resolve().parents[1] / "backtest"
HALVES = ("open", "closed")
AS_OF = date(2026, 11, 30)
FRAMEWORKS = ("pytorch", "tensorflow", "keras", "jax")
FLOOR = 0.01
"""The least share a forecast is scored with: one that gave nothing to what happened is wrong, not infinitely so."""
FORMER = {
    "deploy": {"microcontroller": "embedded-mcu", "edge-box": "embedded-mcu"},
    "domain": {
        "medical-imaging": "cv",
        "statistics": "scientific",
        "simulation": "scientific",
        "graphs-molecules": "scientific",
        "quantum": "scientific",
    },
}
"""Choices as version 0.1.0 called them."""


@dataclass(frozen=True)
class Case:
    """A public decision: its answers, what was chosen, and what experts would accept, both by framework."""

    id: str
    field: str
    answers: Mapping[str, Sequence[str]]
    chosen: frozenset[str]
    accept: frozenset[str]
    near_tie: bool


@dataclass(frozen=True)
class Forecast:
    """What a version answers: its label, the frameworks it names, the best first, and the share of each."""

    label: str
    named: tuple[str, ...]
    shares: Mapping[str, float]

    @property
    def names_one_framework(self) -> bool:
        """Whether it names one framework."""
        return self.label in ("clear", "lean")


Forecasts = Mapping[str, Forecast]


def read_cases(half: str) -> list[Case]:
    """Return the cases of a half.

    Raises:
        ValueError: the closed half is not the one whose digest was written down.
    """
    file = CASES / f"{half}.yaml"
    if half == "closed":
        digest = (CASES / "closed.sha256").read_text().split()[0]
        if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            raise ValueError("closed.yaml is not the file whose digest stands in closed.sha256")
    return [_make_case(raw) for raw in yaml.safe_load(file.read_text("utf-8"))]


def _make_case(raw: Mapping[str, Any]) -> Case:
    """Return the case of its YAML values."""
    answers = {id: given if isinstance(given, list) else [given] for id, given in raw["answers"].items()}
    chosen, accept = (frozenset(name.split("[")[0] for name in raw[key]) for key in ("chosen", "accept"))
    return Case(raw["id"], raw["field"], answers, chosen, accept, raw["near-tie"])


def profile_of(pack: Pack, case: Case) -> Profile:
    """Return the answers of a case, as far as a pack knows them."""
    answers = {}
    for id, choices in case.answers.items():
        known = [choice for choice in choices if id in pack.questions and choice in pack.questions[id].choice_ids]
        if known:
            answers[id] = Answer(id, tuple(known if pack.questions[id].several else known[:1]), "file")
    return Profile({id: answers[id] for id in pack.questions if id in answers})


def answer_cases(pack: Pack, cases: Iterable[Case], reading: str = "reviewed") -> dict[str, Forecast]:
    """Answer cases with the present version, from documents alone.

    Args:
        pack: the knowledge.
        cases: what to answer.
        reading: of which reading the shares are; the label and the names are those of the answer.
    """
    request = Request(probing="none", as_of=AS_OF)
    forecasts = {}
    for case in cases:
        advice = assemble(make_inputs(request, pack, profile_of(pack, case), Evidence()))
        result = advice.readings[reading]
        named = advice.named if reading == "reviewed" else (str(result.framework),)
        shares = {standing.id: standing.p_best for standing in result.frameworks}
        forecasts[case.id] = Forecast(result.label, named, shares)
    return forecasts


def answer_cases_with(python: str, cases: Iterable[Case]) -> dict[str, Forecast]:
    """Answer cases with another version of the program, given the Python that has it installed."""
    forecasts = {}
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            shown = json.loads(_run_version(python, folder, case))
            first = shown["recommendation"]
            shares = {row["framework"]: row["p_best"] for row in shown["frameworks"]}
            named = tuple(first.get("named") or [first["framework"]])
            if first["label"] == "either-will-do" and len(named) < 2:
                named = tuple(row["framework"] for row in shown["frameworks"][:2])
            forecasts[case.id] = Forecast(first["label"], named, shares)
    return forecasts


def _run_version(python: str, folder: str, case: Case) -> str:
    """Return the JSON answer of that version; questions it does not know are left out one by one."""
    answers = {
        id: [FORMER.get(id, {}).get(choice, choice) for choice in choices] for id, choices in case.answers.items()
    }
    while True:
        options = [f"--{id}={choice}" for id, choices in answers.items() for choice in dict.fromkeys(choices)]
        command = [python, "-m", "advisor", *options, "--probe=none", "--format=json", f"--as-of={AS_OF}"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
        if done.returncode == 0:
            return done.stdout
        unknown = next((id for id in answers if f"--{id}" in done.stderr), None)
        if unknown is None:
            raise RuntimeError(f"{case.field}: {done.stderr.strip()[:300]}")
        answers.pop(unknown)


# Scores.


def accepts_all(case: Case, forecast: Forecast) -> bool:
    """Return whether every framework that an answer names is accepted."""
    return set(forecast.named) <= case.accept


def accepts_some(case: Case, forecast: Forecast) -> bool:
    """Return whether at least one framework that an answer names is accepted."""
    return bool(set(forecast.named) & case.accept)


def share_of_chosen(case: Case, shares: Mapping[str, float]) -> float:
    """Return the share given to what was chosen; of several, together."""
    return sum(shares.get(framework, 0.0) for framework in case.chosen)


def log_score(shares: Iterable[float]) -> float:
    """Return the mean logarithmic score in nats, the lower the better."""
    scores = [-math.log(max(share, FLOOR)) for share in shares]
    return sum(scores) / len(scores)


def brier_score(cases: Sequence[Case], shares: Callable[[Case], Mapping[str, float]]) -> float:
    """Return the mean of the squared errors over all frameworks, the lower the better."""
    total = 0.0
    for case in cases:
        given = shares(case)
        total += sum((given.get(id, 0.0) - (id in case.chosen) / len(case.chosen)) ** 2 for id in FRAMEWORKS)
    return total / len(cases)


def base_rates(cases: Sequence[Case], field: str | None = None, without: str = "") -> dict[str, float]:
    """Return how often each framework was chosen, with one added to each; in a field, if one is given."""
    counts = dict.fromkeys(FRAMEWORKS, 1.0)
    for case in cases:
        if case.id != without and field in (None, case.field):
            for framework in case.chosen:
                counts[framework] += 1 / len(case.chosen)
    total = sum(counts.values())
    return {framework: count / total for framework, count in counts.items()}


def wilson_interval(hits: int, of: int, z: float = 1.645) -> tuple[float, float]:
    """Return the 90 % interval of a proportion (Wilson 1927)."""
    rate, extra = hits / of, z * z / of
    middle, half = rate + extra / 2, z * math.sqrt(rate * (1 - rate) / of + extra / (4 * of))
    return (middle - half) / (1 + extra), (middle + half) / (1 + extra)


def measure_calibration(
    cases: Sequence[Case], forecasts: Forecasts
) -> tuple[list[tuple[float, float, float, float, int]], float]:
    """Compare the share of the leader with how often the leader was chosen.

    Returns:
        By bin: mean share, how often, the 90 % band of a calibrated forecast, number; and the mean absolute difference,
        weighted by number.
    """
    pairs = []
    for case in cases:
        leader = _leader_of(forecasts[case.id].shares)
        pairs.append((forecasts[case.id].shares[leader], leader in case.chosen))
    rows, error = [], 0.0
    random = np.random.default_rng(1)
    for low, high in ((0, 0.5), (0.5, 0.65), (0.65, 0.8), (0.8, 1.01)):
        inside = [pair for pair in pairs if low <= pair[0] < high]
        if inside:
            shares = np.array([share for share, _ in inside])
            often = sum(hit for _, hit in inside) / len(inside)
            band = np.quantile((random.random((4000, len(inside))) < shares).mean(axis=1), (0.05, 0.95))
            rows.append((float(shares.mean()), often, float(band[0]), float(band[1]), len(inside)))
            error += abs(often - float(shares.mean())) * len(inside) / len(pairs)
    return rows, error


def measure_separation(cases: Sequence[Case], forecasts: Forecasts) -> float:
    """Return how often the leader's share is larger in a clear case than in a near tie: the area under the curve."""
    tops = {True: [], False: []}  # type: dict[bool, list[float]]
    for case in cases:
        tops[case.near_tie].append(max(forecasts[case.id].shares.values()))
    pairs = [(clear > tie) + (clear == tie) / 2 for clear in tops[False] for tie in tops[True]]
    return sum(pairs) / len(pairs) if pairs else math.nan


def result_line(name: str, cases: Sequence[Case], forecasts: Forecasts) -> str:
    """Return one row of the table."""
    of = len(cases)
    hits = sum(accepts_all(case, forecasts[case.id]) for case in cases)
    some = sum(accepts_some(case, forecasts[case.id]) for case in cases)
    missed = sum(
        forecasts[case.id].names_one_framework and not case.near_tie and not accepts_all(case, forecasts[case.id])
        for case in cases
    )
    ties = sum(case.near_tie and forecasts[case.id].label == "clear" for case in cases)
    low, high = wilson_interval(hits, of)
    chosen = [share_of_chosen(case, forecasts[case.id].shares) for case in cases]
    return (
        f"| {name} | {hits} of {of} ({hits / of:.0%}; {low:.0%}-{high:.0%}) | {some} ({some / of:.0%}) | {missed} | {ties} | "
        f"{sum(chosen) / of:.2f} | {log_score(chosen):.2f} | "
        f"{brier_score(cases, lambda case: forecasts[case.id].shares):.2f} | {measure_calibration(cases, forecasts)[1]:.2f} | "
        f"{measure_separation(cases, forecasts):.2f} |"
    )


def _leader_of(shares: Mapping[str, float]) -> str:
    """Return the framework with the largest share."""
    return max(shares, key=lambda framework: shares[framework])


def baseline_lines(cases: Sequence[Case]) -> Iterator[str]:
    """Yield the scores of forecasts that ignore the project: always PyTorch, base rates, base rates by field."""
    rate = base_rates(cases)["pytorch"]
    always = {"pytorch": rate, **dict.fromkeys(FRAMEWORKS[1:], (1 - rate) / 3)}
    scored: dict[str, Callable[[Case], Mapping[str, float]]] = {
        "always PyTorch, at its base rate": lambda case: always,
        "base rates": lambda case: base_rates(cases, without=case.id),
        "base rates by field": lambda case: base_rates(cases, case.field, case.id),
    }
    for name, shares in scored.items():
        hits = sum(_leader_of(shares(case)) in case.accept for case in cases)
        chosen = [share_of_chosen(case, shares(case)) for case in cases]
        yield (
            f"| {name} | {hits} of {len(cases)} ({hits / len(cases):.0%}) | | | | {sum(chosen) / len(cases):.2f} | "
            f"{log_score(chosen):.2f} | {brier_score(cases, shares):.2f} | | |"
        )


def without_topic(pack: Pack, topic: str) -> Pack:
    """Return a pack without the claims about the criteria of a topic."""
    kept = {
        id: claim
        for id, claim in pack.claims.items()
        if claim.about is None or pack.criteria[claim.about].topic != topic
    }
    return replace(pack, claims=kept)


HEAD = (
    "| answered by | met (90 % interval) | one met | clear ones missed | near ties clear | share of chosen | log score | "
    "Brier | calibration error | ties told apart |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"
)


def report_lines(half: str, *, by_topic: bool, base: str | None) -> Iterator[str]:
    """Yield the lines of the report on a half."""
    pack, cases = load_pack(), read_cases(half)
    now = answer_cases(pack, cases)
    yield f"{half} half: {len(cases)} cases, {sum(case.near_tie for case in cases)} near ties"
    yield HEAD
    yield result_line("this version", cases, now)
    yield result_line("the article alone", cases, answer_cases(pack, cases, "article"))
    if base:
        yield result_line("the version compared", cases, answer_cases_with(base, cases))
    yield from baseline_lines(cases)
    if by_topic:
        for topic in dict.fromkeys(criterion.topic for criterion in pack.criteria.values()):
            yield result_line(f"without claims on {topic}", cases, answer_cases(without_topic(pack, topic), cases))
    yield ""
    yield "| leader's share | it was chosen in | band of a calibrated forecast | cases |"
    yield "|---:|---:|---|---:|"
    for share, often, low, high, count in measure_calibration(cases, now)[0]:
        yield f"| {share:.2f} | {often:.2f} | {low:.2f}-{high:.2f} | {count} |"
    labels = {
        label: sum(forecast.label == label for forecast in now.values())
        for label in ("clear", "lean", "either-will-do", "depends", "not-enough-evidence")
    }
    yield f"labels: {', '.join(f'{label} {count}' for label, count in labels.items())}"
    if half == "open":
        for case in cases:
            if not accepts_some(case, now[case.id]):
                shares = ", ".join(f"{id} {100 * share:.0f}" for id, share in now[case.id].shares.items())
                yield f"missed: {case.id}: {now[case.id].label} {shares}; accepted {', '.join(sorted(case.accept))}"
    yield ""


def main() -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(description="Hold the answers against public decisions.")
    parser.add_argument("--half", choices=HALVES, help="one half (default: both)")
    parser.add_argument("--groups", action="store_true", help="leave out each group of claims in turn")
    parser.add_argument("--base", metavar="PYTHON", help="a Python with another version of the program installed")
    options = parser.parse_args()
    for half in (options.half,) if options.half else HALVES:
        for text in report_lines(half, by_topic=options.groups, base=options.base):
            print(text, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
