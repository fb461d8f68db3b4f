"""`advise probe`: measure now, whatever an answer would need; or measure one candidate against itself."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

import typer
from msgspec import to_builtins
from msgspec.structs import replace

from advisor.cli.command import with_shared_options
from advisor.cli.completion import complete_frameworks_and_candidates, completing
from advisor.cli.options import CLUSTER, LIST_OUTPUT, MEASURING_OPTIONS, Address, Labels, Options, WorkerPython
from advisor.cli.output import emit, page_width, print_styled, print_table
from advisor.cli.parsers import seconds_parser, word_parser
from advisor.cli.progress import Narrator
from advisor.errors import Exit, InputError, Problem
from advisor.sentences import sentence
from advisor.text import Lang, did_you_mean, short
from probes.catalogue import PROBES, Probe
from probes.run import Outcome, Run

Depth = Literal["quick", "full"]
SELF_TEST_SECONDS = 120.0
NUMPY = "numpy"


@with_shared_options("budget", *MEASURING_OPTIONS, "store", *LIST_OUTPUT)
def probe(
    options: Options,
    names: Annotated[
        list[str] | None, typer.Argument(help="Which probes (default: all of the depth; see --list).", autocompletion=completing(PROBES))
    ] = None,
    candidates: Annotated[
        list[str] | None, typer.Option("--candidate", metavar="NAME", help="Only this candidate; repeatable.", autocompletion=complete_frameworks_and_candidates)
    ] = None,
    depth: Annotated[
        str,
        typer.Option(
            parser=word_parser("--depth", get_args(Depth)), metavar="quick|full", autocompletion=completing(get_args(Depth)),
            help="quick: 5 blocks; full: up to 15, and torch.compile.",
        ),
    ] = "quick",
    path: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A folder with your own model as a probe (see probes/README.md).")
    ] = None,
    new: Annotated[
        str | None,
        typer.Option("--new", metavar="NAME", help="Write a folder NAME with a model to make your own; measure nothing."),
    ] = None,
    selftest: Annotated[
        bool, typer.Option("--selftest", help="Measure one candidate (default: numpy) against itself.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="Say which probes there are; measure nothing.")] = False,
    seed: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Seed of the order inside the blocks (default: drawn).")
    ] = None,
    cluster: Address = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", rich_help_panel=CLUSTER, help="Only nodes of this kind: its id, or words such as h200 (repeatable)."),
    ] = None,
    per_kind: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, rich_help_panel=CLUSTER, help="On how many nodes of each kind.")
    ] = 1,
    patience: Annotated[
        float | None,
        typer.Option(
            parser=seconds_parser("--patience"), metavar="TIME", rich_help_panel=CLUSTER, help="Most time to wait for a free node (default 2m).",
        ),
    ] = None,
    sizes: Annotated[
        str, typer.Option("--nodes", metavar="1,2,4", rich_help_panel=CLUSTER, help="For cluster-scaling and cluster-loss: on how many nodes at once.")
    ] = "1,2",
    labels: Labels = None,
    worker_python: WorkerPython = None,
    yes: Annotated[
        bool, typer.Option("--yes", rich_help_panel=CLUSTER, help="Copy your own model to the nodes without asking.")
    ] = False,
) -> int:  # fmt: skip
    """Measure the frameworks installed here and store the runs."""
    if new is not None:
        return _write_own_model(new, options)
    probes, names, candidates = PROBES if path is None else _load_own_probes(path), names or [], candidates or []
    _check_names("probe", names, list(probes))
    measurable = options.knowledge.measurable if path is None else _measurable_candidates(path, options)
    _check_names("--candidate", candidates, [*measurable, *([NUMPY] if selftest else [])])
    if listed:
        return _print_probes(probes, options)
    if selftest:
        return _run_self_test(names, candidates or (NUMPY,), seed, options)
    chosen_probes = {
        name: probe
        for name, probe in probes.items()
        if (name in names if names else path is not None or probe.belongs_to(depth))
    }
    if cluster is None and (needing := [name for name, probe in chosen_probes.items() if probe.depth == "cluster"]):
        problem = f"`{needing[0]}` needs several nodes"
        raise InputError(
            [Problem("probe", problem, "say which: --cluster ray:auto --nodes 1,2 (see probes/README.md)")]
        )
    if cluster is not None:
        from advisor.cli.clustered import PATIENCE, ClusterOptions, measure_on_cluster

        asked = ClusterOptions(
            cluster,
            kinds=tuple(kinds or ()),
            per_kind=per_kind,
            patience=PATIENCE if patience is None else patience,
            sizes=_parse_sizes(sizes),
            python=worker_python or "",
            labels=tuple(labels or ()),
            yes=yes,
        )
        return measure_on_cluster(asked, chosen_probes, path, candidates, depth, seed, options)
    return _measure(chosen_probes, path, candidates, cast(Depth, depth), seed, options)


def _parse_sizes(text: str) -> tuple[int, ...]:
    """Parse how many nodes a job is to run on, such as 1,2,4.

    Raises:
        InputError: these are no sizes that the measures have names for.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part in ("1", "2", "4") for part in parts):
        raise InputError([Problem("--nodes", f"`{short(text)}` is no list of 1, 2 and 4", "good: 1,2,4")])
    return tuple(sorted({int(part) for part in parts}))


def _measurable_candidates(path: Path, options: Options) -> list[str]:
    """Return the candidates that the probes in a user's folder can measure."""
    from advisor.evidence.stacks import candidates_for

    return list(candidates_for(options.knowledge, path))


def _measure(
    probes: Mapping[str, Probe],
    path: Path | None,
    candidates: Sequence[str],
    depth: Depth,
    seed: int | None,
    options: Options,
) -> int:
    """Measure, and print the session report; after an interrupt it covers what was measured until then."""
    from advisor.evidence import collect
    from advisor.evidence.keeping import open_keeper
    from advisor.evidence.own_code import own_model_notes
    from advisor.evidence.session_report import session_report

    records: list[collect.SessionRecord] = []
    begin, interrupted = time.monotonic(), False
    default_budget = collect.DEFAULT_BUDGET[depth]
    budget = options.budget if options.budget is not None else max(default_budget, collect.OWN_BUDGET if path else 0)
    with (
        Narrator(options.language, options.knowledge, quiet=options.quiet) as narrator,
        closing(open_keeper(options.store, narrator.print_warning, required=options.store is not None)) as keeper,
    ):
        earlier = keeper.registrations() if path else []
        try:
            for record in collect.measure_now(
                options.knowledge, tuple(probes), depth, budget, keeper, narrator.show_progress,
                wait=options.wait or 0.0, seed=seed, candidates=list(candidates) or None, folder=path,
            ):  # fmt: skip
                records.append(record)
        except KeyboardInterrupt:
            interrupted = True
    runs = [record for record in records if isinstance(record, Run)]
    if options.format == "json":
        emit("\n".join(run.to_json() for run in runs))
    else:
        from advisor.render.probed import report_parts
        from advisor.render.terminal import as_text

        report = session_report(records, probes, time.monotonic() - begin)
        report = replace(report, notes=(*report.notes, *own_model_notes(report.plan, earlier)))
        print_styled((line.text, line.style) for line in as_text(report_parts(report, options.language), page_width()))
    if interrupted:
        return Exit.INTERRUPTED
    bad = [run for run in runs if run.outcome not in (Outcome.OK, Outcome.NOT_INSTALLED, Outcome.UNSUPPORTED)]
    return Exit.PROBE_FAILED if bad and all(run in bad for run in runs) else Exit.OK


def _write_own_model(name: str, options: Options) -> int:
    """Write a folder with a model to make one's own, and say what to do with it."""
    from advisor.evidence.new_model import write_own_model

    folder = write_own_model(name)
    emit(sentence("commands.new-model", options.language, folder=folder))
    return Exit.OK


def _run_self_test(names: Sequence[str], candidates: Sequence[str], seed: int | None, options: Options) -> int:
    """Measure copies of one candidate against each other and print the differences, which are noise."""
    from advisor.evidence.keeping import open_keeper
    from advisor.evidence.selftest import analyse, measure_copies

    if len(names) > 1 or len(candidates) > 1:
        raise InputError(
            [Problem("--selftest", "one candidate and one probe are compared with themselves", "name one")]
        )
    timed = [name for name, probe in PROBES.items() if probe.timed]
    name = (names or ["training-step"])[0]
    _check_names("probe", [name], timed)
    records, begin, interrupted = [], time.monotonic(), False
    budget = SELF_TEST_SECONDS if options.budget is None else options.budget
    with (
        Narrator(options.language, options.knowledge, quiet=options.quiet) as narrator,
        closing(open_keeper(options.store, narrator.print_warning, required=options.store is not None)) as keeper,
    ):
        try:
            show, wait = narrator.show_progress, options.wait or 0.0
            for record in measure_copies(candidates[0], name, budget, keeper, show, seed, wait):
                records.append(record)
        except KeyboardInterrupt:
            interrupted = True
    selftest = analyse(candidates[0], records, time.monotonic() - begin)
    if options.format == "json":
        from advisor.render import json

        emit(json.dumps(to_builtins(selftest)))
    else:
        from advisor.render.selftested import lines

        print_styled(lines(selftest, options.language, page_width()))
    if interrupted:
        return Exit.INTERRUPTED
    return Exit.OK if selftest.runs > selftest.discarded else Exit.PROBE_FAILED


def _load_own_probes(path: Path) -> Mapping[str, Probe]:
    """Return the probes in a user's folder, by name."""
    from advisor.evidence.own_code import load_user_probes

    return load_user_probes(path)


def _check_names(place: str, names: Sequence[str], legal: list[str]) -> None:
    """Check that all names are legal.

    Raises:
        InputError: one of the names is not legal.
    """
    for name in names:
        if name not in legal:
            raise InputError([Problem(place, f"`{short(name)}` is unknown", did_you_mean(name, legal))])


def _print_probes(probes: Mapping[str, Probe], options: Options) -> int:
    """Print the probes: name, kind and question."""
    rows = [{"name": name, "kind": _probe_kind(probe), "question": probe.question} for name, probe in probes.items()]
    if options.format == "json":
        from advisor.render import json

        emit(json.dumps(rows))
    else:
        lang = options.language
        heads = [sentence(id, lang) for id in ("commands.probe", "commands.kind", "commands.question")]
        questions = {} if lang is Lang.EN else _questions_in(lang)
        lines = (
            [row["name"], sentence(f"commands.kind-{row['kind']}", lang), questions.get(row["name"], row["question"])]
            for row in rows
        )
        print_table([heads, *lines], [False] * 3)
    return Exit.OK


def _questions_in(lang: Lang) -> Mapping[str, str]:
    """Return the questions of the built-in probes in a language, by probe; own ones have theirs in one language."""
    from advisor.knowledge.loading import load_pack
    from advisor.knowledge.onboarding import load_onboarding

    pack = load_pack()
    return {name: note.question[lang] for name, note in load_onboarding(pack.folders, pack).probes.items()}


def _probe_kind(probe: Probe) -> str:
    """Return the kind of a probe: timed, static or exact."""
    return "timed" if probe.timed else "static" if probe.static else "exact"
