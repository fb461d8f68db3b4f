"""Get evidence: from files, from the store, or by measuring now. The only module that starts probes."""

from __future__ import annotations

import contextlib
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from advisor.errors import ProbeError
from advisor.evidence.lines import read_newest_records
from advisor.evidence.paired_comparison import compare
from advisor.evidence.runs import REFERENCE, UNSTEADY, USABLE, Evidence, Where, merge_runs
from advisor.evidence.stacks import PACKAGES, candidates_for, code_hashes, distributions_of
from advisor.evidence.store import Store
from advisor.knowledge.pack import Pack
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import STALE_AFTER
from advisor.sentences import text
from advisor.text import Text, clean
from probes.candidates import Candidate
from probes.catalogue import PROBES, Probe, load_own_probes
from probes.machine import system
from probes.registration import MARGIN, SELF_TEST, Registration
from probes.run import Outcome
from probes.run import Run as Run

if TYPE_CHECKING:
    from probes.suite import Progress as Progress

Depth = Literal["quick", "full"]
SessionRecord = Registration | Run
STEP = "step_ms"
"""The measure of a timed probe that is compared."""
CODE_CHANGED = "the probe's code changed"
PERMANENT = ("not_installed", "not_written", "unsupported", "quality_mismatch", "import_error")
"""Outcomes another try would only repeat, while nothing else changes."""
LEAST_BLOCKS = 2
"""A timed probe with fewer blocks of a candidate is measured again; unsteady ones stand: another try costs minutes."""
SAME_MACHINE = ("os", "arch", "cpu", "logical_cores", "gpus")
NEWEST_READ = 3_000
"""An answer looks at the newest stored runs only: some five whole measurements of every probe, or a dozen quick ones. Older ones stay in the store."""
DEFAULT_BUDGET: Mapping[str, float] = {"auto": 120.0, "quick": 120.0, "full": 3600.0}
"""Seconds. In full, five blocks of every family and mode take some 58 minutes on two cores, more than half of them
torch.compile; with less its ways are left out."""


class MachineBusy(ProbeError):
    """Another measurement holds this machine."""


def probes_of_depth(depth: str = "full") -> tuple[str, ...]:
    """Return the names of the probes of a depth: "quick" leaves out those that take long."""
    return tuple(name for name, probe in PROBES.items() if depth in ("full", probe.depth))


def is_timed_run(run: Run) -> bool:
    """Return whether a run belongs to a timed probe."""
    return run.probe in PROBES and PROBES[run.probe].timed


class Here(Struct, frozen=True):
    """What freshness is judged by: this machine, its installed versions and the probes' code.

    Attributes:
        code: the hash of what shapes a run, by probe and candidate.
        installed: the candidates that are.
        packages: those whose versions are looked at.
    """

    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    code: Mapping[tuple[str, str], str]
    installed: frozenset[str] = frozenset()
    packages: frozenset[str] = PACKAGES


def inspect_machine(pack: Pack) -> Here:
    """Return the facts of this machine, the versions and candidates installed, and the hashes of the probes' code."""
    packages = PACKAGES.union(*(candidate.packages for candidate in pack.candidates.values()))
    installed = frozenset(id for id in pack.candidates if is_installed(pack, id))
    return Here(system.machine_facts(), installed_versions(sorted(packages)), code_hashes(pack), installed, packages)


def installed_versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of installed packages, read from the metadata of the distributions that provide them."""
    versions: dict[str, str] = {}
    for package in packages:
        for distribution in distributions_of(package):
            with contextlib.suppress(PackageNotFoundError):
                versions.setdefault(package, version(distribution.name))
    return versions


def is_installed(pack: Pack, candidate: str) -> bool:
    """Return whether every module of a candidate can be found, without importing it."""
    return all(find_spec(module) is not None for module in pack.candidates[candidate].modules)


def read_evidence_files(files: Sequence[Path], as_of: date, pack: Pack) -> Evidence:
    """Read evidence files; their runs count as measured on the machine they name, whatever machine reads them.

    They are stale by date or by the probes' code, which one commit fixes, never by what is installed here.
    """
    runs, registered, left_out = read_newest_records(files)
    code = code_hashes(pack)
    changed = {run.id: CODE_CHANGED for run in runs if _has_other_code(run, code)}
    return Evidence(runs, {}, _uncounted_runs(runs, as_of) | changed, registered=registered, left_out=left_out)


def read_store(store: Path, here: Here, as_of: date, newest: int = NEWEST_READ) -> Evidence:
    """Read the store, and judge of each run where it was measured and whether it is stale.

    Args:
        newest: how many runs to read, the newest; all if below zero.

    Raises:
        StoreError: the store exists but cannot be read.
    """
    if not store.exists():
        return Evidence()
    with Store(store) as opened:
        runs, imported = opened.read(newest)
        plans = opened.registrations()
        return judge_stored_runs(runs, imported, here, as_of, opened.damaged, plans)


def judge_stored_runs(
    runs: Sequence[Run],
    imported: Collection[str],
    here: Here,
    as_of: date,
    damaged: int,
    plans: Mapping[str, Registration],
) -> Evidence:
    """Judge of each stored run where it was measured and whether it is stale; `imported` are the ids of those from files."""
    where: dict[str, Where] = {
        run.id: "elsewhere" if run.id in imported and not _is_same_machine(run, here) else "here" for run in runs
    }
    stale = _uncounted_runs(runs, as_of) | {run.id: why for run in runs if (why := _change_since(run, here))}
    return Evidence(merge_runs([runs]), where, stale, damaged, plans)


def _uncounted_runs(runs: Sequence[Run], as_of: date) -> dict[str, str]:
    """Return the runs that are too old to count or belong to a self-test, with the reason, by id."""
    old = {run.id: "older than six months" for run in runs if as_of - _day_of(run) > STALE_AFTER}
    return old | {run.id: SELF_TEST for run in runs if run.probe == SELF_TEST}


def _day_of(run: Run) -> date:
    """Return the day a run was started; the earliest date where it is unknown."""
    return datetime.fromisoformat(run.started).date() if run.started else date.min


def _is_same_machine(run: Run, here: Here) -> bool:
    """Return whether a run was measured on this machine."""
    return all(run.machine.get(fact) == here.machine.get(fact) for fact in SAME_MACHINE)


def _change_since(run: Run, here: Here) -> str | None:
    """Return what changed since a run, so that it no longer counts; None where nothing did."""
    if _has_other_code(run, here.code):
        return CODE_CHANGED
    if not _is_same_machine(run, here):
        return "measured on other hardware"
    if run.outcome is Outcome.NOT_INSTALLED:
        return "installed since" if run.candidate in here.installed else None
    for package, version_then in run.versions.items():
        if package in here.packages and here.versions.get(package) != version_then:
            return f"{package} is now {here.versions.get(package, 'not installed')}, was {version_then}"
    return None


def _has_other_code(run: Run, code: Mapping[tuple[str, str], str]) -> bool:
    """Return whether a run of a built-in probe was made by code that has changed since."""
    return run.probe in PROBES and run.code != code.get((run.probe, run.candidate))


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
    domains, hardware = set(profile.known("domain")), profile.known("hardware")
    near = [name for name, probe in PROBES.items() if probe.timed and domains & set(probe.domains)]
    timings_count = not hardware or "cpu" in hardware or ("nvidia-gpu" in hardware and bool(system.gpu_names()))
    return tuple(
        name for name in dict.fromkeys([*near, *probes_of_depth("quick")]) if timings_count or not PROBES[name].timed
    )


def measure_now(
    pack: Pack,
    probes: Sequence[str],
    depth: Depth,
    budget: float,
    store: Store | None,
    on_progress: Callable[[Progress], None],
    *,
    seed: int | None = None,
    candidates: Sequence[str] | None = None,
    folder: Path | None = None,
) -> Iterator[SessionRecord]:
    """Measure, storing the registration before anything is started and each run the moment it ends.

    Args:
        pack: for its candidates.
        probes: names of probes, the most important first.
        depth: quick or full.
        budget: seconds.
        store: where to keep the runs; None keeps them nowhere.
        on_progress: told what is being measured.
        seed: of the order inside the blocks; drawn by default. The registration tells it.
        candidates: only these.
        folder: the user's own probes instead of the built-in ones.

    Raises:
        MachineBusy: another measurement is under way.

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
    plan = Plan(tuple(measurable[id] for id in selected if id in measurable), tuple(probes), depth, budget, seed)
    registered: dict[str, Registration] = {}
    try:
        decided = partial(_decides_all, registered)
        for event in measure(plan, folder=folder, decided=decided):
            if isinstance(event, Progress):
                on_progress(event)
                continue
            if isinstance(event, Registration):
                registered[event.session] = event
            if store is not None:
                store.add_record(event)
            yield event
    except Busy as error:
        raise MachineBusy(str(error)) from None


def draw_seed() -> int:
    """Draw a seed: a fixed one would give every session the same order, and favour the same candidates."""
    return secrets.randbelow(2**31)


def _decides_all(registered: Mapping[str, Registration], runs: Sequence[Run]) -> bool:
    """Return whether the runs so far decide every comparison; see `is_settled`."""
    return is_settled(Evidence(tuple(runs), registered=registered))


def is_settled(evidence: Evidence) -> bool:
    """Return whether the blocks of one session decide every comparison of two candidates: faster, or equal."""
    timed = {(run.probe, run.mode) for run in evidence.runs if run.block is not None and run.candidate != REFERENCE}
    for probe, mode in sorted(timed):
        candidates = sorted(set(evidence.blocks(probe, mode)) - {REFERENCE})
        for a, b in combinations(candidates, 2):
            if compare(evidence, probe, mode, STEP, a, b).judge_equal(MARGIN)[0] == "inconclusive":
                return False
    return True


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
    """Return the evidence with new runs and registrations added."""
    records = tuple(records)
    runs = [record for record in records if isinstance(record, Run)]
    registered = {record.session: record for record in records if isinstance(record, Registration)}
    return replace(evidence, runs=merge_runs([evidence.runs, runs]), registered={**evidence.registered, **registered})
