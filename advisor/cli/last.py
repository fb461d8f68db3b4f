"""The last answer given on this machine, so that `advise why` knows what it is asked about."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from advisor.ask import given_answers
from advisor.cli.options import Options
from advisor.cli.stored import without_measuring
from advisor.errors import InputError, Problem
from advisor.evidence.stacks import load_probed_pack
from advisor.files import write_whole
from advisor.folders import state_folder
from advisor.knowledge.question import UNKNOWN
from advisor.pipeline import Request

GIVEN = ("asked", "flag", "file", "scanned")
"""How an answer that is remembered may have been given."""


def _last_answer_file() -> Path:
    """Return the file in which the last answered request is stored.

    Raises:
        OSError: this user has no home to keep it in.
    """
    folder = state_folder()
    if folder is None:
        raise OSError("there is no home folder")
    return folder / "last-answer.json"


def store_last_request(request: Request) -> None:
    """Store the request of an answer for `advise why`; a failure to store it is ignored."""
    with contextlib.suppress(Exception):
        answers = {
            **request.scan.answers,
            **given_answers(load_probed_pack(request.pack), request.flags, request.answers_file, request.origin),
        }
        document = {
            "flags": {id: list(answer.choices) or [UNKNOWN] for id, answer in answers.items()},
            "origin": {id: answer.origin for id, answer in answers.items()},
            "weigh": dict(request.weigh),
            "as_of": request.as_of.isoformat(),
            "evidence": [str(path.absolute()) for path in request.evidence_files],
            "store": str(request.store.absolute()) if request.store else None,
            "measured_on": request.measured_on,
            "own_models": list(request.own_models),
            "pack": [str(folder.absolute()) for folder in request.pack],
            "probe": request.probing,
        }
        _last_answer_file().parent.mkdir(parents=True, exist_ok=True)
        write_whole(_last_answer_file(), json.dumps(document, indent=1), force=True, durable=False)


def request_to_explain(options: Options) -> tuple[Request, str]:
    """Return the request to explain: the last one answered, changed by the options given now.

    An answers file states a project of its own: with one, nothing is taken from the last answer.

    Args:
        options: as given to the command that explains.

    Returns:
        The request, never measuring, and the last answer's own options as they would be typed; empty without one.

    Raises:
        InputError: no answers were given and there is no last answer.
        StoreError: a store was named that is not there.
    """
    request = options.request()
    last_request = None if request.answers_file else _read_last_request()
    if last_request is None and not (request.flags or request.answers_file or request.evidence_files):
        fix = "ask first (advise --scale large), or give the answers here (advise why --scale large)"
        if state_folder() is None:
            fix = "no home folder to keep one in; give the answers here (advise why --scale large)"
        raise InputError([Problem("", "there is no last answer to explain", fix)])
    if last_request is None:
        return without_measuring(request), ""
    return without_measuring(_change_request(last_request, request, options)), request_options(last_request)


def last_options() -> str:
    """Return the answers and weights of the last answer as command-line options; empty where there is none."""
    last_request = _read_last_request()
    return request_options(last_request) if last_request else ""


def request_options(request: Request) -> str:
    """Return the answers and weights of a request as command-line options."""
    answers = [f"--{id} {shlex.quote(choice)}" for id, choices in request.flags.items() for choice in choices]
    return " ".join([*answers, *(f"--weigh {name}={importance}" for name, importance in request.weigh.items())])


def _read_last_request() -> Request | None:
    """Read the last request; None if there is none or it cannot be read."""
    try:
        document = json.loads(_last_answer_file().read_text("utf-8"))
        folders = document["pack"] if isinstance(document["pack"], list) else [document["pack"]]
        return Request(
            flags={str(id): [str(choice) for choice in choices] for id, choices in document["flags"].items()},
            origin={str(id): word for id, word in document.get("origin", {}).items() if word in GIVEN},
            weigh={str(name): str(importance) for name, importance in document["weigh"].items()},
            evidence_files=tuple(map(Path, document["evidence"])),
            store=Path(document["store"]) if document["store"] else None,
            measured_on=str(document.get("measured_on", "")),
            own_models=tuple(map(str, document.get("own_models", []))),
            pack=tuple(map(Path, folders)),
            probing="none" if document["probe"] == "none" else "auto",
            as_of=date.fromisoformat(document["as_of"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _change_request(last_request: Request, request: Request, options: Options) -> Request:
    """Return the last request with the options given now; evidence named now replaces the last request's."""
    elsewhere = bool(request.evidence_files or request.store)
    origins = last_request.origin if isinstance(last_request.origin, Mapping) else {}
    return replace(
        last_request,
        flags={**last_request.flags, **request.flags},
        origin={id: origin for id, origin in origins.items() if id not in request.flags},
        weigh={**last_request.weigh, **request.weigh},
        as_of=request.as_of if options.as_of else last_request.as_of,
        evidence_files=request.evidence_files if elsewhere else last_request.evidence_files,
        store=request.store if elsewhere else last_request.store,
        measured_on=request.measured_on or ("" if elsewhere else last_request.measured_on),
        own_models=request.own_models or (() if elsewhere else last_request.own_models),
        pack=request.pack if options.pack else last_request.pack,
        probing=request.probing if request.probing != "auto" else last_request.probing,
    )
