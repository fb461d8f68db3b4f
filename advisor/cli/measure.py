"""`advise probe`: measure now, whatever an answer would need."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from advisor.cli.options import lang_of, one_of, output_options, pack, seconds_of, with_options
from advisor.cli.output import emit, table
from advisor.cli.progress import Narrator
from advisor.errors import Exit, InputError, ProbeError, Problem
from advisor.text import clean, did_you_mean, short
from probes.catalogue import PROBES
from probes.run import Outcome, Run


def register(app: typer.Typer, _questions: object) -> None:
    """Add the command."""
    app.command("probe")(with_options(probe, output_options()))


def probe(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(PROBES)} (default: all).")] = None,
    candidate: Annotated[list[str] | None, typer.Option(help="Only this candidate; repeatable.")] = None,
    depth: Annotated[str, typer.Option(help="quick or full.")] = "quick",
    budget: Annotated[str | None, typer.Option(help="Most time to measure, such as 90s or 5m.")] = None,
    store: Annotated[Path | None, typer.Option(help="Where runs are kept.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the order inside the blocks.")] = 1,
    options: dict[str, Any] = {},  # noqa: B006
) -> int:
    """Measure the frameworks installed here and store the runs."""
    from advisor.evidence import collect
    from advisor.evidence.store import Store, default_store
    from probes.suite import Busy

    knowledge, lang = pack(), lang_of(options)
    _known("probe", names or [], list(PROBES))
    _known("--candidate", candidate or [], list(knowledge.measurable))
    how: Literal["quick", "full"] = "full" if one_of("--depth", depth, ("quick", "full")) == "full" else "quick"
    wanted = tuple(names or collect.every_probe(how))
    limit = seconds_of(budget)
    runs: list[Run] = []
    with Narrator(lang) as narrator, Store(store or default_store(), write=True) as opened:
        try:
            for run in collect.measure_now(
                knowledge, wanted, how, collect.DEFAULT_BUDGET[how] if limit is None else limit, opened,
                narrator.progress, seed=seed, candidates=candidate,
            ):  # fmt: skip
                runs.append(run)
        except KeyboardInterrupt:
            return Exit.INTERRUPTED
        except Busy as error:
            raise ProbeError(str(error)) from None
    _print(runs, options)
    bad = [run for run in runs if run.outcome not in (Outcome.OK, Outcome.NOT_INSTALLED, Outcome.UNSUPPORTED)]
    return Exit.PROBE_FAILED if bad and all(run in bad for run in runs) else Exit.OK


def _known(place: str, given: Any, legal: list[str]) -> None:
    for one in given:
        if one not in legal:
            raise InputError([Problem(place, f"`{short(one)}` is unknown", did_you_mean(one, legal))])


def _print(runs: list[Run], options: dict[str, Any]) -> None:
    """Print the runs as JSON lines, or a table of them in short."""
    if options.get("format") == "json":
        emit("\n".join(run.to_json() for run in runs))
        return
    grouped: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        grouped.setdefault((run.probe, run.candidate, run.mode), []).append(run)
    rows = [["probe", "candidate", "mode", "runs", "outcome", "measured"]]
    for (name, who, mode), found in sorted(grouped.items()):
        outcomes = ", ".join(
            f"{n} {word}" if n > 1 else str(word) for word, n in Counter(str(r.outcome) for r in found).items()
        )
        rows.append([name, who, mode or "-", str(len(found)), outcomes, _amounts(found[-1])])
    table(rows, [False, False, False, True, False, False])


def _amounts(run: Run) -> str:
    if run.why:
        return clean(run.why)[:70]
    told = [(key, value) for key, value in run.measures.items() if not key.startswith("gate")][:4]
    return ", ".join(f"{key} {value:.3g}" if isinstance(value, float) else f"{key} {value}" for key, value in told)
