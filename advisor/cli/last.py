"""The last answer given on this machine, so that `advise why` knows what it is asked about."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from advisor.advise import Request
from advisor.errors import InputError, Problem
from advisor.files import write_whole
from advisor.reasoning.profile import Profile


def _file() -> Path:
    from platformdirs import user_state_path

    return user_state_path("framework-advisor", appauthor=False) / "last-answer.json"


def remember(request: Request, profile: Profile) -> None:
    """Keep the request of an answer; a home that cannot be written is no reason to complain."""
    document = {
        "flags": {id: list(one.choices) for id, one in profile.answers.items() if one.origin != "detected"},
        "weigh": dict(request.weigh),
        "evidence": [str(path.absolute()) for path in request.evidence],
        "store": str(request.store.absolute()) if request.store else None,
        "pack": str(request.pack.absolute()),
        "probe": request.probe,
    }
    with contextlib.suppress(Exception):
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_whole(_file(), json.dumps(document, indent=1), force=True)


def recall(request: Request) -> tuple[Request, bool]:
    """Return the request to explain: the one given, or the last one answered.

    Args:
        request: as made from this command's own options.

    Returns:
        The request, never measuring, and whether it is the last answer's.

    Raises:
        InputError: no answers were given and there is no last answer.
    """
    if request.flags or request.answers or request.evidence:
        return _without_measuring(request), False
    try:
        document: dict[str, Any] = json.loads(_file().read_text("utf-8"))
        last = Request(
            flags=document["flags"],
            weigh=document["weigh"],
            evidence=tuple(map(Path, document["evidence"])),
            store=Path(document["store"]) if document["store"] else None,
            pack=Path(document["pack"]),
            probe=document["probe"],
            as_of=date.today(),
        )
    except (OSError, ValueError, KeyError, TypeError):
        fix = "ask first (advise --scale large), or give the answers here (advise why --scale large)"
        raise InputError([Problem("", "there is no last answer to explain", fix)]) from None
    return _without_measuring(last), True


def _without_measuring(request: Request) -> Request:
    """Keep using stored runs where the answer did, but measure nothing."""
    from advisor.evidence.store import default_store

    if request.probe == "none" or request.evidence:
        return replace(request, probe="none")
    return replace(request, probe="none", store=request.store or default_store())
