"""`advise probe --cluster` and `advise doctor --cluster`: the same commands on the nodes of a cluster."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from advisor.cli.options import Options
from advisor.cli.output import emit, page_width, print_styled
from advisor.cli.progress import Narrator
from advisor.errors import Exit, InputError, Problem
from advisor.evidence.cluster import Connection, NodeLine, SessionEnd, measure_on_nodes
from advisor.evidence.collect import DEFAULT_BUDGET, OWN_BUDGET, draw_seed, probes_of_depth
from advisor.evidence.keeping import open_keeper
from advisor.evidence.kinds import kind_text
from advisor.evidence.node_kinds import Cluster, NodeKind, chosen_kinds
from advisor.evidence.readiness import NOTHING, State
from advisor.sentences import sentence, text
from advisor.text import Text, clean
from probes.catalogue import Probe
from probes.machine.kind import Kind
from probes.registration import Registration
from probes.run import Outcome, Run

PATIENCE = 120.0
JOBS_BUDGET = 1800.0
"""Seconds for jobs on several nodes: six stacks, each started up to six times on every node."""
NATIVE_JAX = "jax"
"""The stack of its own that is measured on several nodes without being asked for: most of what JAX is chosen for happens there."""
UNNAMED = "own"
"""Where own probes are unpacked on a node; see `probes.cluster.packing`."""


class ClusterOptions(Struct, frozen=True):
    """What was said of the cluster.

    Attributes:
        kinds: those to measure on; all where none is named.
        per_kind: on how many nodes of each.
        patience: seconds to wait for a free node.
        sizes: on how many nodes at once the jobs of several run.
        python: the cluster's Python; empty for this one.
        labels: labels of the nodes that tell kinds apart, and are recorded.
        yes: that the user's own code may run on the nodes.
    """

    address: str
    kinds: tuple[str, ...] = ()
    per_kind: int = 1
    patience: float = PATIENCE
    sizes: tuple[int, ...] = (1, 2)
    python: str = ""
    labels: tuple[str, ...] = ()
    yes: bool = False


def look_at_cluster(asked: ClusterOptions, candidates: Sequence[str]) -> list[State]:
    """Return what the nodes of a cluster are, one state per kind; nothing is reserved."""
    with Connection(asked.address, asked.python or sys.executable, asked.labels) as connection:
        cluster = connection.cluster
        chosen_kinds(cluster, ())
    title = text(
        "cluster.joined",
        engine=f"{cluster.engine} {cluster.version}".strip(),
        nodes=sum(node_kind.nodes for node_kind in cluster.kinds),
        kinds=len(cluster.kinds),
    )
    states = [State("cluster", "ok", title)]
    states += [State("cluster", "warn", warning) for warning in _warnings(cluster)]
    return states + [_kind_state(node_kind, candidates) for node_kind in cluster.kinds]


def _warnings(cluster: Cluster) -> Iterator[Text]:
    """Yield what should be known of a cluster before anything is measured on it."""
    if cluster.open:
        yield text("cluster.is-open")
    if cluster.silent_nodes:
        yield text(
            "cluster.silent-nodes", count=cluster.silent_nodes, why=[clean(answer)[:80] for answer in cluster.silent]
        )
    if cluster.unknown_labels:
        yield text("cluster.unknown-labels", labels=[clean(label) for label in cluster.unknown_labels])


def _kind_state(node_kind: NodeKind, candidates: Sequence[str]) -> State:
    """Return the state of the nodes of one kind: what they are and have, what would run there, and what is missing."""
    parts = [text("cluster.nodes", count=node_kind.nodes, kind=kind_text(node_kind.kind))]
    versions = [f"{clean(module)} {clean(version)}" for module, version in node_kind.versions.items()]
    python = clean(str(node_kind.machine.get("python", "?")))
    parts.append(text("cluster.has", python=python, versions=versions or text("cluster.nothing-installed")))
    here = [candidate for candidate in candidates if candidate not in node_kind.missing]
    if here:
        counts = {"probes": len(probes_of_depth("quick")), "candidates": len(here)}
        parts.append(text("cluster.would-run", **counts, minutes=DEFAULT_BUDGET["quick"] / 60))
    lacking = [candidate for candidate in candidates if candidate in node_kind.missing]
    fixes = [text("cluster.lacks", candidates=lacking)] if lacking else []
    if node_kind.machines < node_kind.nodes:
        fixes.append(text("cluster.one-machine", count=node_kind.nodes, machines=node_kind.machines))
    if node_kind.slowness > 1:
        fixes.append(text("cluster.slow-disk", times=node_kind.slowness))
    fix = _joined(fixes) if fixes else NOTHING
    return State(node_kind.kind.id, "warn" if fixes else "ok", _joined(parts), fix)


def _joined(texts: Sequence[Text]) -> Text:
    """Return several texts as one."""
    return Text(en="; ".join(part.en for part in texts), zh="；".join(part.zh for part in texts))


def measure_on_cluster(
    asked: ClusterOptions,
    probes: Mapping[str, Probe],
    path: Path | None,
    candidates: Sequence[str],
    depth: str,
    seed: int | None,
    options: Options,
) -> int:
    """Measure on one node of every kind, or those that were named, and print a session report for each.

    Returns:
        The exit code: 4 only where nothing at all was measured.
    """
    if path is not None and not asked.yes and not _confirm_own_code(path, options):
        return Exit.OK
    on_several = any(probe.depth == "cluster" for probe in probes.values())
    least = max(OWN_BUDGET if path else 0.0, JOBS_BUDGET if on_several else 0.0)
    budget = options.budget if options.budget is not None else max(DEFAULT_BUDGET[depth], least)
    records: list[Registration | Run] = []
    ends: list[SessionEnd] = []
    begin, interrupted = time.monotonic(), False
    with (
        Narrator(options.language, options.knowledge, quiet=options.quiet) as narrator,
        closing(open_keeper(options.store, narrator.print_warning, required=options.store is not None)) as keeper,
    ):
        try:
            python = asked.python or sys.executable
            with Connection(asked.address, python, asked.labels, path, asked.patience) as connection:
                for warning in _warnings(connection.cluster):
                    narrator.print_warning(warning)
                kinds = chosen_kinds(connection.cluster, asked.kinds)
                on_one = [name for name, probe in probes.items() if probe.depth != "cluster"]
                order = {
                    "arguments": _arguments(connection.cluster, on_one, path, candidates, depth, seed, budget, options),
                    "probes": [name for name in probes if name not in on_one],
                    "candidates": list(candidates or [*options.knowledge.contestants, NATIVE_JAX]),
                    "budget": budget,
                    "patience": max(0.0, asked.patience - (time.monotonic() - begin)),
                    "per_kind": asked.per_kind,
                    "sizes": asked.sizes,
                }
                for event in measure_on_nodes(connection, kinds, order, keeper, Teller(narrator, options).tell):
                    if isinstance(event, SessionEnd):
                        ends.append(event)
                    else:
                        records.append(event)
        except KeyboardInterrupt:
            interrupted = True
    _print_reports(records, ends, probes, time.monotonic() - begin, asked, options)
    if interrupted:
        return Exit.INTERRUPTED
    measured = any(isinstance(record, Run) and record.outcome is Outcome.OK for record in records)
    return Exit.OK if measured else Exit.PROBE_FAILED


def _arguments(
    cluster: Cluster,
    probes: Sequence[str],
    path: Path | None,
    candidates: Sequence[str],
    depth: str,
    seed: int | None,
    budget: float,
    options: Options,
) -> list[str]:
    """Return the arguments of the nodes' Python; none where no probe is for one node."""
    if not probes:
        return []
    chosen = candidates or options.knowledge.contestants
    slowness = max(node_kind.slowness for node_kind in cluster.kinds)
    arguments = ["-m", "probes", "--engine", cluster.engine, "--depth", depth, "--budget", f"{budget:g}"]
    arguments += ["--candidates", " ".join(chosen), "--probes", " ".join(probes)]
    arguments += ["--seed", str(draw_seed() if seed is None else seed), "--slowness", f"{slowness:g}"]
    return [*arguments, "--path", f"{UNNAMED}/{path.resolve().name}"] if path is not None else arguments


def _confirm_own_code(path: Path, options: Options) -> bool:
    """Ask whether the user's own code may run on the nodes, and return the answer.

    Raises:
        InputError: there is no terminal to ask on.
    """
    if options.format == "json" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        problem = f"this would copy {path.name} to the nodes of the cluster and run it there"
        raise InputError([Problem("--yes", problem, "say --yes to allow that without being asked")])
    from advisor.cli.menu import Menu, Option, choose

    lang = options.language
    no = Option("no", sentence("cluster.keep-own-code", lang), key="n")
    yes = Option("yes", sentence("cluster.send-own-code", lang), key="y")
    return choose(Menu(ask=sentence("cluster.run-own-code", lang, name=path.name), options=[no, yes], lang=lang)) == [
        "yes"
    ]


class Teller:
    """Shows the progress of nodes: a line for each new phase or block of a kind."""

    def __init__(self, narrator: Narrator, options: Options) -> None:
        self._narrator, self._lang, self._quiet = narrator, options.language, options.quiet
        self._phase: dict[Kind, list[str]] = {}

    def tell(self, progress: NodeLine) -> None:
        """Show a line where it tells of something new."""
        words = progress.line.split()  # seconds, "s", phase, and with blocks which of how many
        phase = words[2:4] if words[1:2] == ["s"] else words
        if self._quiet or self._phase.get(progress.kind) == phase:
            return
        self._phase[progress.kind] = phase
        self._narrator.print_line(
            sentence("cluster.line", self._lang, id=progress.kind.id, line=progress.line.strip()[:200])
        )


def _print_reports(
    records: Sequence[Registration | Run],
    ends: Sequence[SessionEnd],
    probes: Mapping[str, Probe],
    seconds: float,
    asked: ClusterOptions,
    options: Options,
) -> None:
    """Print the runs as JSON, or a report of each session and how those ended that did not end well."""
    from advisor.evidence.session_report import session_report
    from advisor.render.probed import report_parts
    from advisor.render.terminal import as_text
    from probes.machine.kind import kind_of

    lang = options.language
    runs = [record for record in records if isinstance(record, Run)]
    if options.format == "json":
        emit("\n".join(run.to_json() for run in runs))
    for session in dict.fromkeys(run.session for run in runs) if options.format != "json" else ():
        of_session = [record for record in records if record.session == session]
        kind = kind_of(next(run for run in runs if run.session == session).machine)
        head = sentence("cluster.measured-on", lang, id=kind.id, kind=kind_text(kind))
        report = session_report(of_session, probes, seconds)
        lines = as_text(report_parts(report, lang), page_width())
        print_styled([(head, "bold"), *((line.text, line.style) for line in lines), ("", "")])
    for end in ends:
        if end.word != "ok":
            fields = {"id": end.kind.id, "why": end.why, "patience": asked.patience}
            sys.stderr.write(f"advise: {sentence(f'cluster.ended-{end.word}', lang, **fields)}\n")
