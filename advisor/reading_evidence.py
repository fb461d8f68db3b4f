"""The evidence a request names, read: files, else the store; and what there is to say of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from advisor.errors import InputError, Problem, StoreError
from advisor.evidence.runs import Evidence
from advisor.folders import default_store
from advisor.knowledge.pack import Pack
from advisor.reasoning.profile import Profile
from advisor.request import Gathered, Request
from advisor.sentences import text
from advisor.text import Text


def tell(gathered: Gathered, warning: Text, on_warning: Callable[[Text], None] | None) -> None:
    """Say a warning once: now where somebody listens, else with the answer."""
    if warning in (*gathered.warnings, *gathered.told):
        return
    if on_warning is None:
        gathered.warnings.append(warning)
    else:
        gathered.told.append(warning)
        on_warning(warning)


def note_stored_runs() -> list[Text]:
    """Return the warning that runs are stored which `--probe none` leaves aside; nothing where there are none."""
    with contextlib.suppress(StoreError, OSError):  # no home, or a store that cannot be read
        path = default_store()
        if path.is_file() and (count := _count_stored_runs(path)):
            return [text("evidence.stored-runs-left-aside", count=count, store=str(path))]
    return []


def read_files(request: Request, pack: Pack, profile: Profile) -> Gathered:
    """Return the evidence of the files named; what is measured beside them speaks for this machine."""
    from advisor.evidence import collect, warnings
    from advisor.evidence.kinds_compared import other_kinds_note
    from advisor.evidence.own_code import speaking_own_models

    measured_on = collect.inspect_machine(pack).kind if request.probing in ("quick", "full") else request.measured_on
    evidence = collect.read_evidence_files(
        request.evidence_files, request.as_of, pack, measured_on, profile.known("hardware")
    )
    notes = [*warnings.left_out_warnings(evidence.left_out), *other_kinds_note(evidence, pack)]
    return Gathered(speaking_own_models(evidence, request.own_models), notes)


def speaks_for_another_kind(request: Request, pack: Pack, gathered: Gathered) -> bool:
    """Return whether the answer speaks for another kind of machine than this one, so that measuring here would not inform it.

    Raises:
        InputError: measuring is asked for nevertheless.
    """
    if not request.measured_on:
        return False
    from advisor.evidence import collect
    from advisor.evidence.kinds import find_kind, kind_text, kinds_that_count

    here = collect.inspect_machine(pack).kind
    if find_kind(request.measured_on, {here: 0} | kinds_that_count(gathered.evidence)) == here:
        return False
    if request.probing != "auto":
        problem = f"this machine is of another kind than `{request.measured_on}`, and can only measure itself"
        raise InputError([Problem("--measured-on", problem, "leave out --measured-on, or --probe")])
    gathered.warnings.append(text("evidence.only-measured-here", here=kind_text(here)))
    return True


def read_stored(request: Request, pack: Pack, on_warning: Callable[[Text], None] | None = None) -> Gathered:
    """Return the evidence of the store; one that cannot be read becomes a warning, unless it was named."""
    from advisor.evidence import collect, warnings
    from advisor.evidence.keeping import not_kept_warning
    from advisor.evidence.kinds_compared import other_kinds_note
    from advisor.evidence.own_code import speaking_own_models

    here = collect.inspect_machine(pack)
    try:
        evidence = collect.read_store(
            request.store or default_store(), here, request.as_of, measured_on=request.measured_on
        )
    except StoreError as error:
        if request.store:
            raise
        gathered = Gathered(Evidence())
        tell(gathered, not_kept_warning(error), on_warning)
        return gathered
    if request.store and request.probing == "none" and not request.store.exists():
        raise StoreError([Problem(str(request.store), "there is no such store", "measure first: advise probe")])
    notes = [warnings.damaged_warning(evidence.damaged, request.store)] if evidence.damaged else []
    return Gathered(speaking_own_models(evidence, request.own_models), [*notes, *other_kinds_note(evidence, pack)])


def _count_stored_runs(path: Path) -> int:
    """Return how many runs a store holds."""
    from advisor.evidence.store import Store

    with Store(path) as store:
        return store.count_runs()
