"""`advise probe`: measure now, whatever an answer would need; or see what this machine makes of no difference."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from advisor.cli.options import format_of, lang_of, one_of, output_options, pack, seconds_of, with_options
from advisor.cli.output import emit, page_width, styled, table
from advisor.cli.progress import Narrator
from advisor.errors import Exit, InputError, Problem
from advisor.text import did_you_mean, short
from probes.catalogue import PROBES, Probe
from probes.run import Outcome, Run

SELF_TEST_SECONDS = 120.0
NUMPY = "numpy"


def register(app: typer.Typer, _questions: object) -> None:
    """Add the command."""
    app.command("probe")(with_options(probe, output_options()))


def probe(
    names: Annotated[
        list[str] | None, typer.Argument(help="Which probes (default: all of the depth; see --list).")
    ] = None,
    candidate: Annotated[list[str] | None, typer.Option(help="Only this candidate; repeatable.")] = None,
    depth: Annotated[str, typer.Option(help="quick: 5 blocks; full: up to 15, and torch.compile.")] = "quick",
    budget: Annotated[str | None, typer.Option(help="Most time to measure, such as 90s or 5m.")] = None,
    path: Annotated[
        Path | None, typer.Option(help="A folder with your own model as a probe (see probes/README.md).", metavar="DIR")
    ] = None,
    selftest: Annotated[
        bool, typer.Option("--selftest", help="Measure one candidate (default: numpy) against itself.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="Say which probes there are; measure nothing.")] = False,
    store: Annotated[Path | None, typer.Option(help="Where runs are kept.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the order inside the blocks (default: drawn).")] = None,
    options: dict[str, Any] = {},  # noqa: B006
) -> int:
    """Measure the frameworks installed here and store the runs."""
    known = PROBES if path is None else _own(path)
    _known("probe", names or [], list(known))
    measurable = pack().measurable if path is None else _candidates(path)
    _known("--candidate", candidate or [], [*measurable, *([NUMPY] if selftest else [])])
    if listed:
        return _list(known, options)
    limit = seconds_of(budget)
    if selftest:
        return _self_test(names or [], candidate or [NUMPY], limit, store, seed, options)
    how: Literal["quick", "full"] = "full" if one_of("--depth", depth, ("quick", "full")) == "full" else "quick"
    chosen = {name: one for name, one in known.items() if (name in names if names else how in ("full", one.depth))}
    return _measure(chosen, path, candidate, how, limit, store, seed, options)


def _candidates(path: Path) -> list[str]:
    """Return the candidates that probes of one's own can measure."""
    from advisor.evidence.stacks import candidates_for

    return list(candidates_for(pack(), path))


def _measure(
    chosen: Mapping[str, Probe],
    path: Path | None,
    candidates: list[str] | None,
    depth: Literal["quick", "full"],
    limit: float | None,
    store: Path | None,
    seed: int | None,
    options: dict[str, Any],
) -> int:
    """Measure and print what was found, after an interrupt what was found until then."""
    from advisor.evidence import collect
    from advisor.evidence.report import report
    from advisor.evidence.store import Store, default_store

    records: list[collect.Record] = []
    begin, interrupted = time.monotonic(), False
    budget = collect.DEFAULT_BUDGET[depth] if limit is None else limit
    with Narrator(lang_of(options)) as narrator, Store(store or default_store(), write=True) as opened:
        try:
            for record in collect.measure_now(
                pack(), tuple(chosen), depth, budget, opened, narrator.progress,
                seed=seed, candidates=candidates, folder=path,
            ):  # fmt: skip
                records.append(record)
        except KeyboardInterrupt:
            interrupted = True
    runs = [one for one in records if isinstance(one, Run)]
    if format_of(options) == "json":
        emit("\n".join(run.to_json() for run in runs))
    else:
        from advisor.render.probed import lines

        styled(lines(report(records, chosen, time.monotonic() - begin), lang_of(options), page_width()))
    if interrupted:
        return Exit.INTERRUPTED
    bad = [run for run in runs if run.outcome not in (Outcome.OK, Outcome.NOT_INSTALLED, Outcome.UNSUPPORTED)]
    return Exit.PROBE_FAILED if bad and all(run in bad for run in runs) else Exit.OK


def _self_test(
    names: list[str],
    candidates: list[str],
    limit: float | None,
    store: Path | None,
    seed: int | None,
    options: dict[str, Any],
) -> int:
    """Measure one candidate against itself and print what this machine makes of it."""
    from advisor.evidence.selftest import judge, test_now
    from advisor.evidence.store import Store, default_store

    if len(names) > 1 or len(candidates) > 1:
        raise InputError(
            [Problem("--selftest", "one candidate and one probe are compared with themselves", "name one")]
        )
    timed = [name for name, one in PROBES.items() if one.timed]
    name = (names or ["training-step"])[0]
    _known("probe", [name], timed)
    records, begin, interrupted = [], time.monotonic(), False
    budget = SELF_TEST_SECONDS if limit is None else limit
    with Narrator(lang_of(options)) as narrator, Store(store or default_store(), write=True) as opened:
        try:
            for record in test_now(candidates[0], name, budget, opened, narrator.progress, seed):
                records.append(record)
        except KeyboardInterrupt:
            interrupted = True
    found = judge(candidates[0], records, time.monotonic() - begin)
    if format_of(options) == "json":
        from advisor.render import json

        emit(json.dumps(asdict(found)))
    else:
        from advisor.render.selftested import lines

        styled(lines(found, lang_of(options), page_width()))
    if interrupted:
        return Exit.INTERRUPTED
    return Exit.OK if found.runs > found.discarded else Exit.PROBE_FAILED


def _own(path: Path) -> Mapping[str, Probe]:
    from advisor.evidence.collect import own_probes

    return own_probes(path)


def _known(place: str, given: list[str], legal: list[str]) -> None:
    for one in given:
        if one not in legal:
            raise InputError([Problem(place, f"`{short(one)}` is unknown", did_you_mean(one, legal))])


def _list(known: Mapping[str, Probe], options: dict[str, Any]) -> int:
    """Print the probes: name, kind, question."""
    rows = [{"name": name, "kind": _kind(one), "question": one.question} for name, one in known.items()]
    if format_of(options) == "json":
        from advisor.render import json

        emit(json.dumps(rows))
    else:
        lang = lang_of(options)
        heads = [lang.pick("probe", "实测"), lang.pick("kind", "类别"), lang.pick("question", "问题")]
        table([heads, *([row["name"], row["kind"], row["question"]] for row in rows)], [False] * 3)
    return Exit.OK


def _kind(one: Probe) -> str:
    return "timed" if one.timed else "static" if one.static else "exact"
