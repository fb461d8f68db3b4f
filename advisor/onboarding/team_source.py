"""Where a team gets this program from: the address its guide and its CI workflow install."""

from __future__ import annotations

import json
import os
import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from advisor.errors import InputError, Problem
from advisor.text import short

GOOD = (
    "--source git+https://HOST/TEAM/framework-advisor@v1, or a wheel: --source framework_advisor-1.0-py3-none-any.whl"
)
ADDRESS = re.compile(r"(?:git\+(?:https|ssh)|https)://[\w.~/@:%+=&?#-]+", re.ASCII)
"""What pip installs from an address."""
OWN = "framework_advisor-"
"""How the name of a wheel of this program begins."""
WHEEL = re.compile(r"[\w.~/+-]+\.whl", re.ASCII)


def team_source(source: str, folder: Path) -> str:
    """Return what pip is told to install, as the files of a folder name it.

    Args:
        source: a repository's address, with or without `git+`; the address of a wheel; or a wheel on this machine.
        folder: the team's folder; a wheel on this machine is named from there.

    Raises:
        InputError: it is neither, or there is no such wheel.
    """
    if ADDRESS.fullmatch(source):
        return source if source.startswith("git+") or source.endswith((".whl", ".zip", ".tar.gz")) else f"git+{source}"
    wheel = Path(source)
    if wheel.suffix != ".whl":
        raise InputError([Problem("--source", f"`{short(source)}` is no address and no wheel", GOOD)])
    if not wheel.is_file():
        raise InputError(
            [Problem("--source", f"there is no wheel `{short(source)}`", "build it: pip wheel --no-deps .")]
        )
    if not wheel.name.startswith(OWN):
        raise InputError(
            [Problem("--source", f"`{short(wheel.name)}` is another program", "build it: pip wheel --no-deps .")]
        )
    relative = Path(os.path.relpath(wheel.absolute(), folder.absolute())).as_posix()
    name = relative if relative.startswith("../") else f"./{relative}"
    if not WHEEL.fullmatch(name):
        fix = "move it to a folder whose name has letters, digits and - alone"
        raise InputError([Problem("--source", f"`{short(name)}` cannot be named in a command", fix)])
    return name


def is_source(text: str) -> bool:
    """Whether a text from a lock is something that `team_source` returns."""
    return bool(ADDRESS.fullmatch(text) or (text.startswith(("./", "../")) and WHEEL.fullmatch(text)))


def installed_from() -> str:
    """Return the address this program was installed from, as pip noted it; empty where it is none that others could use.

    Source: the file `direct_url.json` of an installed package (PyPA specification, PEP 610).
    """
    try:
        note = distribution("framework-advisor").read_text("direct_url.json")
        origin: Any = json.loads(note or "{}")
    except (PackageNotFoundError, ValueError):
        return ""
    if not isinstance(origin, dict):
        return ""
    url, repository = str(origin.get("url", "")), origin.get("vcs_info")
    if isinstance(repository, dict) and repository.get("vcs") == "git":
        revision = repository.get("requested_revision") or repository.get("commit_id")
        url = f"git+{url}@{revision}" if revision else f"git+{url}"
    return url if ADDRESS.fullmatch(url) else ""
