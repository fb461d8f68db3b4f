"""Get evidence: from files, from the store, or by measuring now. The only module that starts probes."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from advisor.errors import ProbeError
from advisor.evidence.here import Here as Here
from advisor.evidence.here import inspect_machine as inspect_machine
from advisor.evidence.here import installed_versions as installed_versions
from advisor.evidence.kinds import find_kind, kinds_that_count, of_kind, of_one_kind
from advisor.evidence.lines import read_newest_records
from advisor.evidence.runs import UNSTEADY, USABLE, Evidence, Where, merge_runs
from advisor.evidence.settled import is_settled
from advisor.evidence.stacks import candidates_for, code_hashes, reads_code
from advisor.evidence.store import Store
from advisor.knowledge.pack import Pack
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import STALE_AFTER
from advisor.sentences import text
from advisor.text import Text, clean
from probes.candidates import Candidate
from probes.catalogue import PROBES, Probe, load_own_probes, name_without_sizes
from probes.machine import system
from probes.machine.kind import Kind, kind_of
from probes.registration import SELF_TEST, Registration
from probes.run import Outcome
from probes.run import Run as Run

if TYPE_CHECKING:
    from advisor.evidence.keeping import Keeper
    from probes.suite import Progress as Progress

Depth = Literal["quick", "full"]
SessionRecord = Registration | Run
CODE_CHANGED = "the probe's code changed"
PERMANENT = ("not_installed", "not_written", "unsupported", "quality_mismatch", "import_error")
"""Outcomes another try would only repeat, while nothing else changes."""
LEAST_BLOCKS = 2
"""A timed probe with fewer blocks of a candidate is measured again; unsteady ones stand: another try costs minutes."""
NEWEST_READ = 3_000
"""An answer looks at the newest stored runs only: some five whole measurements of every probe, or a dozen quick ones. Older ones stay in the store."""
DEFAULT_BUDGET: Mapping[str, float] = {"auto": 120.0, "quick": 120.0, "full": 3600.0}
"""Seconds. In full, five blocks of every family and mode take some 58 minutes on two cores, more than half of them
torch.compile; with less its ways are left out."""
WORKLOAD_BUDGET, WORKLOAD_SHARE = 600.0, 0.6
"""Seconds for the sizes of a workload, on top of the default of the depth; of a budget that was given, their share."""
WORKLOAD_BLOCKS = 3
OWN_BUDGET = 300.0
"""Seconds for the user's own models, all of whose ways are measured: five blocks of a small one with torch.compile on two cores."""


class MachineBusy(ProbeError):
    """Another measurement holds this machine."""


def probes_of_depth(depth: str = "full") -> tuple[str, ...]:
    """Return the names of the probes of a depth: "quick" leaves out those that take long."""
    return tuple(name for name, probe in PROBES.items() if probe.belongs_to(depth))


def is_timed_run(run: Run) -> bool:
    """Return whether a run belongs to a timed probe."""
    name = name_without_sizes(run.probe)
    return name in PROBES and PROBES[name].timed


def read_evidence_files(
    files: Sequence[Path], as_of: date, pack: Pack, measured_on: str | Kind = "", hardware: Sequence[str] = ()
) -> Evidence:
    """Read evidence files; their runs count as measured on the machine they name, whatever machine reads them.

    They are stale by date or by the probes' code, which one commit fixes, never by what is installed here. Of several kinds
    of machine one speaks: that of `measured_on`, else the only one that fits the project's `hardware`.

    Raises:
        InputError: a line is no run, or it is not clear which kind of machine is to speak.
    """
    runs, registered, left_out = read_newest_records(files)
    stale = stale_by_itself(runs, as_of, code_hashes(pack))
    return of_one_kind(Evidence(runs, {}, stale, registered=registered, left_out=left_out), measured_on, hardware)


def stale_by_itself(runs: Sequence[Run], as_of: date, code: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Return the runs that are stale wherever they are read, with the reason, by id: by date, or by the probes' code (see `Here`)."""
    return _uncounted_runs(runs, as_of) | {run.id: CODE_CHANGED for run in runs if _has_other_code(run, code)}


def read_store(store: Path, here: Here, as_of: date, newest: int = NEWEST_READ, measured_on: str = "") -> Evidence:
    """Read the store, and judge of each run where it was measured and whether it is stale.

    Args:
        newest: how many runs to read, the newest; all if below zero.
        measured_on: the kind of machine whose runs speak; by default that of this one. What is installed here says nothing of
            the runs of another.

    Raises:
        StoreError: the store exists but cannot be read.
        InputError: no run, or runs of several kinds, were measured on what was named.
    """
    if not store.exists():
        return Evidence()
    with Store(store) as opened:
        runs, imported = opened.read(newest)
        plans = opened.registrations()
        return judge_stored_runs(runs, imported, here, as_of, opened.damaged, plans, measured_on)


def judge_stored_runs(
    runs: Sequence[Run],
    imported: Collection[str],
    here: Here,
    as_of: date,
    damaged: int,
    plans: Mapping[str, Registration],
    measured_on: str = "",
) -> Evidence:
    """Judge of each stored run where it was measured and whether it is stale; `imported` are the ids of those from files.

    Raises:
        InputError: no run, or runs of several kinds, were measured on what `measured_on` names.
    """
    evidence = Evidence(merge_runs([runs]), {}, stale_by_itself(runs, as_of, here.code), damaged, plans)
    kind = find_kind(measured_on, {here.kind: 0} | kinds_that_count(evidence)) if measured_on else here.kind
    where: dict[str, Where] = {
        run.id: "elsewhere" if run.id in imported and kind_of(run.machine) != kind else "here" for run in runs
    }
    if kind == here.kind:
        changed = {run.id: why for run in runs if kind_of(run.machine) == kind and (why := _change_since(run, here))}
        evidence = replace(evidence, stale={**changed, **(evidence.stale or {})})
    return of_kind(replace(evidence, where=where), kind)


def _uncounted_runs(runs: Sequence[Run], as_of: date) -> dict[str, str]:
    """Return the runs that are too old to count or belong to a self-test, with the reason, by id."""
    old = {run.id: "older than six months" for run in runs if as_of - _day_of(run) > STALE_AFTER}
    return old | {run.id: SELF_TEST for run in runs if run.probe == SELF_TEST}


def _day_of(run: Run) -> date:
    """Return the day a run was started; the earliest date where it is unknown."""
    return datetime.fromisoformat(run.started).date() if run.started else date.min


def _change_since(run: Run, here: Here) -> str | None:
    """Return what was installed or removed since a run on this kind of machine, so that it no longer counts; None where nothing was."""
    if run.outcome is Outcome.NOT_INSTALLED:
        return "installed since" if run.candidate in here.installed else None
    python_then, python_now = run.machine.get("python"), here.machine.get("python")
    if python_then and python_now and python_then != python_now and not reads_code(run.probe):
        return f"Python is now {python_now}, was {python_then}"
    for package, version_then in run.versions.items():
        if package in here.packages and here.versions.get(package) != version_then:
            return f"{package} is now {here.versions.get(package, 'not installed')}, was {version_then}"
    return None


def _has_other_code(run: Run, code: Mapping[tuple[str, str], str]) -> bool:
    """Return whether a run of a built-in probe was made by code that has changed since."""
    name = name_without_sizes(run.probe)
    return name in PROBES and run.code != code.get((name, run.candidate))


def probes_with_missing_runs(pack: Pack, evidence: Evidence, probes: Iterable[str]) -> tuple[str, ...]:
    """Return the probes of which some contestant has too few usable runs; one that can never be measured needs no other try."""
    missing_probes = []
    for name in probes:
        least = LEAST_BLOCKS if PROBES[name].timed else 1
        usable_runs = Counter[str]()
        for run in evidence.of(name):
            if run.outcome in PERMANENT or run.outcome in (*USABLE, *UNSTEADY):
                usable_runs[run.candidate] += least if run.outcome in PERMANENT else 1
        if any(usable_runs[candidate] < least for candidate in pack.contestants):
            missing_probes.append(name)
    return tuple(missing_probes)


def relevant_probes(pack: Pack, profile: Profile) -> tuple[str, ...]:
    """Return the probes that can matter for a project, those nearest to it first.

    They are the quick ones and the timed ones of the project's domain, however long; without those that can not bear
    on it: a timing on a CPU says nothing about an accelerator.
    """
    domains, can_matter = set(profile.known("domain")), timings_can_matter(profile)
    near = [name for name, probe in PROBES.items() if probe.timed and domains & set(probe.domains)]
    return tuple(
        name for name in dict.fromkeys([*near, *probes_of_depth("quick")]) if can_matter or not PROBES[name].timed
    )


def timings_can_matter(profile: Profile) -> bool:
    """Return whether what is timed on this machine can bear on a project: it trains on a CPU, or on a GPU of the kind there is here."""
    hardware = profile.known("hardware")
    return not hardware or "cpu" in hardware or ("nvidia-gpu" in hardware and bool(system.gpu_names()))


def measure_now(
    pack: Pack,
    probes: Sequence[str | Probe],
    depth: Depth,
    budget: float,
    keeper: Keeper | None,
    on_progress: Callable[[Progress], None],
    *,
    wait: float = 0.0,
    seed: int | None = None,
    candidates: Sequence[str] | None = None,
    folder: Path | None = None,
    blocks: int | None = None,
) -> Iterator[SessionRecord]:
    """Measure, storing the registration before anything is started and each run the moment it ends.

    Args:
        pack: for its candidates.
        probes: names of probes, or probes in other sizes, the most important first.
        depth: quick or full.
        budget: seconds.
        keeper: keeps the runs; None keeps them nowhere.
        on_progress: told what is being measured.
        wait: most seconds to wait for another measurement to end.
        seed: of the order inside the blocks; drawn by default. The registration tells it.
        candidates: only these.
        folder: the user's own probes instead of the built-in ones.
        blocks: how many, other than those of the depth.

    Raises:
        MachineBusy: another measurement is under way.
        OSError: the temporary folder cannot be written.

    Yields:
        The registration and the runs. Closing the generator, or an interrupt, ends the children and keeps what was
        finished.
    """
    from probes.suite import Busy, Plan, Progress, measure  # only where something is measured: it is slow to import

    measurable = candidates_for(pack, folder)
    selected = candidates or (
        pack.contestants if folder is None else _candidates_with_probe(measurable, load_own_probes(folder))
    )
    seed = draw_seed() if seed is None else seed
    plan = Plan(
        tuple(measurable[id] for id in selected if id in measurable), tuple(probes), depth, budget, seed, blocks
    )
    registered: dict[str, Registration] = {}
    try:
        decided = partial(_decides_all, registered)
        for event in measure(plan, folder=folder, decided=decided, wait_seconds=wait):
            if isinstance(event, Progress):
                on_progress(event)
                continue
            if isinstance(event, Registration):
                registered[event.session] = event
            if keeper is not None:
                keeper.add_record(event)
            yield event
    except Busy as error:
        raise MachineBusy(str(error)) from None


def draw_seed() -> int:
    """Draw a seed: a fixed one would give every session the same order, and favour the same candidates."""
    return secrets.randbelow(2**31)


def _decides_all(registered: Mapping[str, Registration], runs: Sequence[Run]) -> bool:
    """Return whether the runs so far decide every comparison; see `is_settled`."""
    return is_settled(Evidence(tuple(runs), registered=registered))


def cpu_reasons(records: Iterable[SessionRecord]) -> tuple[Text, ...]:
    """Return why runs were timed on the CPU although the machine has a GPU, with the install that would change it."""
    runs = (record for record in records if isinstance(record, Run))
    reasons = dict.fromkeys(clean(str(reason)) for run in runs if (reason := run.noise.get("cpu_because")))
    return tuple(text("evidence.timed-on-the-cpu", why=reason) for reason in reasons)


def _candidates_with_probe(candidates: Mapping[str, Candidate], probes: Mapping[str, Probe]) -> Iterator[str]:
    """Yield the candidates for which at least one of the probes is written."""
    for id, candidate in candidates.items():
        if any(probe.is_written_for(candidate.file) for probe in probes.values()):
            yield id


def add_records(evidence: Evidence, records: Iterable[SessionRecord]) -> Evidence:
    """Return the evidence with new runs and registrations added; with runs the kind of machine they were measured on speaks."""
    records = tuple(records)
    runs = [record for record in records if isinstance(record, Run)]
    registered = {record.session: record for record in records if isinstance(record, Registration)}
    added = replace(evidence, runs=merge_runs([evidence.runs, runs]), registered={**evidence.registered, **registered})
    return of_kind(added, kind_of(runs[-1].machine)) if runs else added
