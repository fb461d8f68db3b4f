"""What one measurement found, as parts: a table per probe, every measure with its interval and how its runs ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from advisor import words
from advisor.evidence.break_even import Crossing
from advisor.evidence.intervals import MIN_BLOCKS
from advisor.evidence.runs import DEFAULT, REFERENCE_MODE
from advisor.evidence.session_report import MeasuredValue, ProbeReport, ResultRow, SessionReport
from advisor.evidence.stacks import way_name, way_of
from advisor.evidence.tiers import TIE, CandidateMode
from advisor.evidence.way_costs import IN_MEMORY
from advisor.render.document import Item, Part, Table, part, table
from advisor.sentences import sentence
from advisor.sentences.messages import translated
from advisor.text import Lang, clean, short

LONGEST_WORD = 24
"""A longer cell would be laid out as a sentence, and its column lose its head (`terminal.LONG`)."""
NOT_SHOWN = (
    "same_as", "retried", "steps", "parameters", "thirds_spread", "thirds_allowed", "device", "machine_gflops",
    "precision", "batch", "feeding",
)  # fmt: skip
"""Measures of how the measuring went: in the JSON, not in the table. So are the errors behind "gate"."""
UNITS = {"ms": "probed.unit-ms", "s": "probed.unit-s", "MiB": "probed.unit-mib"}
"""Units of which the catalogue has the name; the others are written as they are."""


def report_parts(report: SessionReport, lang: Lang) -> Iterator[Part]:
    """Yield a report as parts: what was measured on, each probe with its table, and what the tiers mean.

    Args:
        report: what was found.
        lang: the language of the words.
    """
    yield part("", [Item(_head(report, lang), sentence("probed.head", lang)), *(note[lang] for note in report.notes)])
    for probe in report.probes:
        yield _probe_part(probe, lang)
    if any(line.tier for probe in report.probes for line in probe.rows):
        yield part("", [sentence("probed.tier-note", lang, factor=f"{TIE:g}", blocks=MIN_BLOCKS)])


def _head(report: SessionReport, lang: Lang) -> str:
    facts = report.machine
    gpus = facts.get("gpus")
    cores = facts.get("usable_cores", "?")
    parts = [
        sentence("probed.machine", lang, cores=cores, gpu=clean(str(gpus[0])))
        if isinstance(gpus, list) and gpus
        else sentence("probed.machine-without-gpu", lang, cores=cores)
    ]
    if report.plan is not None and any(probe.timed for probe in report.probes):
        parts.append(sentence("probed.evaluated-after", lang, looks=", ".join(map(str, report.plan.looks))))
    parts.append(sentence("probed.took", lang, seconds=f"{report.seconds:.0f}"))
    parts.append(sentence("probed.runs", lang, runs=report.runs, failed=report.failed))
    return " | ".join(parts)


def _probe_part(probe: ProbeReport, lang: Lang) -> Part:
    """Return what one probe found: its blocks, a row for each candidate and mode, and what is to be said of the rows."""
    name = sentence("probed.own-code", lang, probe=probe.name) if probe.own else probe.name
    names = ["", *(_name(line, lang) for line in probe.rows)]
    heads, *rows = zip(names, *_columns(probe, lang), strict=True)
    items: list[Item | Table | str] = []
    if probe.blocks:
        blocks = [sentence("probed.one-block" if probe.blocks == 1 else "probed.blocks", lang, blocks=probe.blocks)]
        if probe.noise is not None:
            blocks.append(sentence("measured.noise", lang, noise=f"{100 * probe.noise:.1f}"))
        items.append(lang.pick(", ", "，").join(blocks))
    items.append(table(heads, rows, numbers=range(1, len(heads)) if probe.timed else ()))
    if any(line.unsteady for line in probe.rows):
        items.append(sentence("probed.no-steady-block", lang))
    items += [*_circumstances(probe, lang), *_ways(probe, lang)]
    items += [*_break_even(probe, lang), *_reasons(probe.rows, lang)]
    return part(f"{name}: {clean(probe.question)}" if lang is Lang.EN else name, items)


def _circumstances(probe: ProbeReport, lang: Lang) -> Iterator[str]:
    """Yield the precision, the batch and how it is fed, of all rows and of those that are fed otherwise."""
    rows = [row for row in probe.rows if {"precision", "batch", "feeding"} <= set(row.values)]
    if not rows:
        return
    precision, batch = (str(rows[0].values[name].amount) for name in ("precision", "batch"))
    yield sentence("probed.circumstances", lang, precision=precision, batch=batch)
    by_feeding: dict[str, list[str]] = {}
    for row in rows:
        if (feeding := str(row.values["feeding"].amount)) != IN_MEMORY:
            by_feeding.setdefault(feeding, []).append(_name(row, lang))
    for feeding, names in by_feeding.items():
        yield sentence("probed.fed-by", lang, candidates=names, feeding=clean(feeding))


def _ways(probe: ProbeReport, lang: Lang) -> Iterator[str]:
    """Yield what each measured way costs to write, and the page that describes it."""
    for row in probe.rows:
        way = way_of(row.candidate, row.mode)
        if way and way.code and row.values:
            code = "; ".join(way.code)
            yield sentence("probed.way-written", lang, way=_name(row, lang), code=code, source=way.source)


def _break_even(probe: ProbeReport, lang: Lang) -> Iterator[str]:
    """Yield which candidate and mode is done first up to how many steps, and from where on compiling pays."""
    changes = probe.break_even.leader_changes()
    for crossing in changes:
        yield sentence("probed.first-done", lang, **_crossing(crossing, lang))
    for crossing in probe.break_even.mode_crossings():
        if crossing not in changes:
            yield sentence("probed.overtakes", lang, **_crossing(crossing, lang))


def _crossing(crossing: Crossing, lang: Lang) -> dict[str, str]:
    """What is said of a break-even: who is overtaken and by whom, the number of steps, and its interval in brackets."""
    low, high = f"{crossing.low:.0f}", f"{crossing.high:.0f}"
    interval = "probed.interval-without-end" if high == "inf" else "probed.interval"
    return {
        "earlier": _name(crossing.first, lang),
        "later": _name(crossing.then, lang),
        "steps": f"{crossing.steps:.0f}",
        "interval": sentence("probed.no-interval" if crossing.blocks < 2 else interval, lang, low=low, high=high),
    }


def _name(line: ResultRow | CandidateMode, lang: Lang) -> str:
    """Return the name of a candidate, and of its way where that is not the default."""
    if line.mode in ("", DEFAULT, REFERENCE_MODE):
        return line.candidate
    return sentence("probed.by-way", lang, candidate=line.candidate, way=way_name(line.candidate, line.mode))


def _columns(probe: ProbeReport, lang: Lang) -> Iterator[list[str]]:
    """The columns: how the runs ended, the tier, the step over NumPy's, and each measure that has a value."""
    yield [sentence("probed.column-outcome", lang), *(_outcomes(line.outcomes, lang) for line in probe.rows)]
    if any(line.tier for line in probe.rows):
        yield [sentence("probed.column-tier", lang), *(str(line.tier or "-") for line in probe.rows)]
    if any(line.over_reference for line in probe.rows):
        head = sentence("probed.column-times-numpy", lang)
        yield [head, *(_cell(line.over_reference, line, lang) for line in probe.rows)]
    if any(line.share for line in probe.rows):
        head = sentence("probed.column-of-matmul", lang)
        yield [head, *(f"{100 * line.share:.1f}" if line.share else "-" for line in probe.rows)]
    for name, measure in probe.measures.items():
        if name in NOT_SHOWN or name.startswith("gate_") or not any(name in line.values for line in probe.rows):
            continue
        unit = sentence(UNITS[measure.unit], lang) if measure.unit in UNITS else measure.unit
        yield [
            f"{_label(name, lang)} {unit}".strip(),
            *(_cell(line.values.get(name), line, lang) for line in probe.rows),
        ]


def _label(measure: str, lang: Lang) -> str:
    label = words.MEASURES.get(measure.replace("_", "-"))
    return label[lang] if label else measure.replace("_", " ")


def _cell(value: MeasuredValue | None, line: ResultRow, lang: Lang) -> str:
    """A value in words, with its interval if it has one, and a mark where it is of unsteady runs."""
    if value is None:
        return "-"
    amount = short(words.amount(value.amount)[lang], LONGEST_WORD)
    if line.unsteady and not isinstance(value.amount, str | bool):
        amount += "~"
    if value.low is None or value.high is None:
        return amount
    return f"{amount} {words.amount(value.low)[lang]}-{words.amount(value.high)[lang]}"


def _outcomes(outcomes: Mapping[str, int], lang: Lang) -> str:
    """How runs ended: "5 ok", "4 ok, 1 too noisy"; a single one without its number."""
    words_by_outcome = {
        word: words.RUN_OUTCOMES[word][lang] if word in words.RUN_OUTCOMES else sentence("probed.ended-well", lang)
        for word in outcomes
    }
    if sum(outcomes.values()) == 1:
        return next(iter(words_by_outcome.values()))
    return lang.pick(", ", "，").join(f"{count} {words_by_outcome[word]}" for word, count in outcomes.items())


def _reasons(rows: Sequence[ResultRow], lang: Lang) -> Iterator[str]:
    """Why runs did not end well, each reason once with those it concerns."""
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        if row.why and set(row.outcomes) != {"ok"}:
            by_reason.setdefault(row.why, []).append(_name(row, lang))
    for why, names in by_reason.items():
        yield sentence(
            "probed.reason-of-several", lang, candidates=names, why=lang.pick(clean(why), translated(clean(why)))
        )
