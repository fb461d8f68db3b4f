"""The table of what was measured, and what counted of it."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Sequence

from advisor.evidence.own_code import is_own_model
from advisor.evidence.stacks import PRODUCTION, Way, production_modes, way_of
from advisor.evidence.tiers import TIE
from advisor.evidence.way_costs import IN_MEMORY
from advisor.reasoning.advice import Measurement
from advisor.render.document import Table, table
from advisor.render.page import Page
from advisor.sentences import Sentence
from advisor.text import Text, clean
from advisor.words import COUNTED, amount

QUICK_TIMING = "training-step"
"""The timing every project gets; another one is named."""
LETTERS = string.ascii_lowercase
"""Of the tiers of speed, the fastest first."""


def shown_measurements(page: Page) -> list[Measurement]:
    """Return what the table shows: of several timings of one measure the one that lies nearest to the project; the JSON has all."""
    with_amount = [measurement for measurement in page.advice.evidence.measurements if measurement.amount is not None]
    nearest: dict[str, str] = {}
    for measurement in with_amount:
        if measurement.timed and (
            measurement.measure not in nearest or measurement.probe == page.advice.evidence.tiered
        ):
            nearest[measurement.measure] = measurement.probe
    return [
        measurement
        for measurement in with_amount
        if not measurement.timed or nearest[measurement.measure] == measurement.probe
    ]


def why_nothing(page: Page) -> str:
    """Return in words why nothing was measured."""
    missing = _missing_words(page)
    if not missing:
        return page.say("measured.nothing-documents-only")
    return page.say("measured.nothing-missing", missing=missing)


def machine(page: Page) -> str:
    """Return in words on what machine was measured, for how long, and how noisy it was."""
    evidence = page.advice.evidence
    facts = evidence.machine
    gpus = facts.get("gpus") or []
    cores, cpu = clean(str(facts.get("usable_cores", "?"))), clean(str(facts.get("cpu", "CPU")))
    parts = [
        page.say("measured.machine", cpu=cpu, cores=cores, gpu=clean(str(gpus[0])))
        if gpus
        else page.say("measured.machine-without-gpu", cpu=cpu, cores=cores)
    ]
    if evidence.blocks:
        took = "measured.one-block-took" if evidence.blocks == 1 else "measured.blocks-took"
        parts.append(page.say(took, blocks=evidence.blocks, seconds=f"{evidence.seconds:.0f}"))
    if evidence.noise is not None:
        parts.append(page.say("measured.noise", noise=f"{100 * evidence.noise:.1f}"))
    return " | ".join(parts)


def notes(page: Page) -> Iterator[str]:
    """Yield the notes below the table, without which it cannot be read."""
    measurements = shown_measurements(page)
    not_counted = [
        measurement
        for measurement in measurements
        if measurement.timed and measurement.counts != "yes" and measurement.note
    ]
    limits = dict.fromkeys(measurement.note[page.lang] for measurement in not_counted if measurement.note)
    if limits:
        yield page.pick("; ", "；").join(limits)
    yield from _mode_notes(page, measurements)
    if missing := _missing_words(page):
        yield page.say("measured.not-measured", missing=missing)


def _mode_notes(page: Page, measurements: Sequence[Measurement]) -> Iterator[str]:
    """Yield in which mode a step was timed where that is not the mode of the other columns, and what its letter means."""
    timed = [measurement for measurement in measurements if measurement.ratio is not None]
    usual_ways = production_modes(page.pack)
    own_code = bool(page.advice.evidence.tiered) and is_own_model(page.advice.evidence.tiered)
    fastest: dict[
        str, dict[str, str]
    ] = {}  # what the default mode is → candidate → its fastest way, with what that costs
    eager: dict[str, dict[str, None]] = {}  # what compiles for long → the candidates timed without it
    for measurement in timed:
        name, usual = measurement.candidate, usual_ways.get(measurement.candidate)
        way = way_of(name, measurement.mode) or (usual if measurement.mode == PRODUCTION else None)
        if way and way.when != "same":
            fastest.setdefault(way.beside, {})[name] = _way_words(page, measurement, way)
        is_slow = usual and (usual.when == "apart" or (own_code and usual.when != "same" and not usual.beside))
        if usual and is_slow and (way is None or way.when == "together"):
            eager.setdefault("" if own_code else usual.name, {})[name] = None
    parts = []
    if page.advice.evidence.tiered not in ("", QUICK_TIMING):
        parts.append(page.say("measured.from-probe", probe=page.advice.evidence.tiered))
    for beside, ways in fastest.items():
        words = [page.say("measured.way-of", candidate=candidate, way=way) for candidate, way in ways.items()]
        sentence_id = "measured.fastest-way" if beside else "measured.fastest-way-beside-eager"
        parts.append(page.say(sentence_id, ways=words, mode=beside))
    for compiler, candidates in eager.items():
        sentence_id = "measured.eager" if compiler else "measured.eager-own-code"
        parts.append(page.say(sentence_id, candidates=", ".join(candidates), compiler=compiler))
    parts += _conditions_words(page, timed)
    if len(page.advice.evidence.tiers) > 1:
        last = _tier_letter(len(page.advice.evidence.tiers) - 1)
        parts.append(page.say("measured.tiers", last=last, factor=f"{TIE:g}"))
    if parts:
        yield page.say("measured.step", notes=page.pick("; ", "；").join(parts))
    if any(measurement.why for measurement in timed):
        yield page.say("measured.too-few-steady-blocks")


def _way_words(page: Page, measurement: Measurement, way: Way) -> str:
    """Return the name of a way, with the lines and the start-up that it costs."""
    costs = []
    if way.code:
        lines = len(way.code)
        costs.append(page.say("measured.one-line" if lines == 1 else "measured.lines", lines=lines))
    if measurement.start_seconds is not None:
        costs.append(page.say("measured.start", seconds=f"{measurement.start_seconds:+.1f}"))
    return page.say("measured.way-with-cost", way=way.name, costs=costs) if costs else way.name


def _conditions_words(page: Page, timed: Sequence[Measurement]) -> Iterator[Sentence]:
    """Yield precision, batch and feeding of the timed steps, where their runs tell them."""
    conditions = [measurement.conditions for measurement in timed if measurement.conditions]
    if conditions and {"precision", "batch"} <= set(conditions[0]):
        yield page.say("measured.conditions", precision=conditions[0]["precision"], batch=conditions[0]["batch"])
    fed = [
        measurement.candidate for measurement in timed if measurement.conditions.get("feeding", IN_MEMORY) != IN_MEMORY
    ]
    if fed:
        yield page.say("measured.fed-by-fit", candidates=fed)


def _missing_words(page: Page) -> str:
    """Return in words why a candidate was not measured, for each of which something is missing."""
    why_missing: dict[str, str] = {}
    timed_by = {measurement.measure: measurement.probe for measurement in shown_measurements(page) if measurement.timed}
    for measurement in page.advice.evidence.measurements:
        elsewhere = (
            measurement.timed and timed_by.get(measurement.measure, measurement.probe) != measurement.probe
        )  # another kind of job stands for it
        if measurement.why and measurement.amount is None and not elsewhere:
            why_missing.setdefault(measurement.candidate, measurement.why[page.lang])
    by_reason: dict[str, list[str]] = {}
    for candidate, why in why_missing.items():
        by_reason.setdefault(why, []).append(candidate)
    return page.pick("; ", "；").join(f"{', '.join(names)}: {why}" for why, names in by_reason.items())


def measured_table(page: Page) -> Table | None:
    """Return what was measured, a row for each candidate in alphabetical order; the timed columns first. None: nothing was."""
    measurements = page.advice.evidence.measurements
    candidates = sorted({measurement.candidate for measurement in measurements})
    columns = [(measurement.probe, measurement.measure, measurement.timed) for measurement in shown_measurements(page)]
    cells = {
        (measurement.candidate, measurement.probe, measurement.measure): measurement for measurement in measurements
    }
    groups: list[list[str]] = []
    for probe, measure, _ in sorted(dict.fromkeys(columns), key=lambda column: not column[2]):
        groups += _columns_of(page, [cells[candidate, probe, measure] for candidate in candidates])
    if not groups:
        return None
    names = ["", *candidates, page.say("measured.counts")]
    heads, *rows = zip(names, *groups, strict=True)
    return table(heads, rows, numbers=range(1, len(groups) + 1))


def _columns_of(page: Page, cells: Sequence[Measurement]) -> list[list[str]]:
    """Return one or two columns of a measure: the amounts, and for timed ones the interval over NumPy."""
    any_cell = cells[0]
    unit = f" {any_cell.unit[page.lang]}" if any_cell.unit else ""
    head = any_cell.label[page.lang] + unit
    columns = [[head, *(_amount_words(page, cell) for cell in cells), counted(cells)[page.lang]]]
    if any(cell.ratio is not None for cell in cells):
        intervals = [_ratio_words(page, cell) for cell in cells]
        columns.append([page.say("measured.column-times-numpy"), *intervals, ""])
    return columns


def counted(cells: Iterable[Measurement]) -> Text:
    """Return whether a measure counts for the project, given its measurements of the candidates."""
    return COUNTED[next((cell.counts for cell in cells if cell.counts != "no"), "no")]


def _amount_words(page: Page, cell: Measurement) -> str:
    if cell.amount is None:
        return "-"
    return amount(cell.amount)[page.lang] + ("~" if cell.timed and cell.why else "")


def _ratio_words(page: Page, cell: Measurement) -> str:
    """The multiple of NumPy with its interval, and the letter of its tier where there are several."""
    if cell.ratio is None or cell.low is None or cell.high is None:
        return "-" if cell.ratio is None else f"{cell.ratio:.2f}"
    tiers = page.advice.evidence.tiers
    tier = next((at for at, group in enumerate(tiers) if cell.candidate in group), None)
    is_told = tier is not None and len(tiers) > 1 and cell.probe == page.advice.evidence.tiered
    letter = _tier_letter(tier) if is_told and tier is not None else ""
    return f"{cell.ratio:.2f} {cell.low:.2f}-{cell.high:.2f}{letter}"


def _tier_letter(number: int) -> str:
    """Return the letter of a tier, counted from 0: a to z, and should they not suffice a1 to z1."""
    rounds, letter = divmod(number, len(LETTERS))
    return f"{LETTERS[letter]}{rounds or ''}"
