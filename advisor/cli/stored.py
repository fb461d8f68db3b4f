"""The evidence that is already there: files, else the store; nothing is ever measured for it."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from advisor.cli.options import Options
from advisor.errors import Problem, StoreError
from advisor.evidence.runs import Evidence
from advisor.folders import data_folder, default_store
from advisor.pipeline import Request, profile_of_request


def store_to_read(path_given: Path | None) -> Path | None:
    """Return the store to read: the one given, else the user's own; None if that does not exist.

    Raises:
        StoreError: there is no store of that name.
    """
    if path_given is None and data_folder() is None:
        return None
    path = path_given or default_store()
    if path.exists():
        return path
    if path_given is not None:
        raise StoreError([Problem(str(path_given), "there is no such store", "measure first: advise probe")])
    return None


def without_measuring(request: Request) -> Request:
    """Return the request with measuring switched off; stored runs are still used where it would use them."""
    if request.evidence_files or (request.probing == "none" and request.store is None and not request.own_models):
        return replace(request, probing="none")
    return replace(request, probing="none", store=store_to_read(request.store))


def read_evidence(options: Options) -> Evidence:
    """Read the evidence that the options name: files, else the store."""
    from advisor.evidence import collect
    from advisor.evidence.own_code import speaking_own_models

    request, pack = options.request(), options.knowledge
    if request.evidence_files:
        hardware = profile_of_request(request, pack).known("hardware")
        read = collect.read_evidence_files(request.evidence_files, request.as_of, pack, request.measured_on, hardware)
        return speaking_own_models(read, request.own_models)
    store, here = store_to_read(request.store), collect.inspect_machine(pack)
    if store is None:
        return Evidence()
    read = collect.read_store(store, here, request.as_of, measured_on=request.measured_on)
    return speaking_own_models(read, request.own_models)
