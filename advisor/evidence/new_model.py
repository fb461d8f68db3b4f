"""A folder with a small model in every framework, to be made one's own: a copy of the worked example of the probes."""

from __future__ import annotations

from pathlib import Path

from advisor.errors import InputError, Problem, StoreError
from advisor.files import write_whole
from advisor.text import clean
from probes.catalogue import BUILT_IN, OWN_NAME, PROBES

EXAMPLE = BUILT_IN / "example" / "my_model"


def write_own_model(name: str, place: Path = Path()) -> Path:
    """Write the files of a new own model, and return their folder.

    Args:
        name: of the folder; small letters, digits and _.
        place: the folder it is written in.

    Raises:
        InputError: the name cannot be used, or there is something of that name.
        StoreError: a file cannot be written.
    """
    folder = place / name
    if not OWN_NAME.match(name):
        problem = f"`{clean(name)}`: the name of a probe's folder consists of small letters, digits and _"
        raise InputError([Problem("--new", problem, "good: my_model")])
    if name.replace("_", "-") in PROBES:
        raise InputError([Problem("--new", f"`{name}` is the name of a built-in probe", "choose another")])
    if folder.exists():
        raise InputError([Problem("--new", f"`{name}` is there already", "choose another name, or remove it")])
    try:
        folder.mkdir()
    except OSError as error:
        raise StoreError([Problem(str(folder), str(error.strerror), "check the folder and its permissions")]) from None
    for file in sorted(EXAMPLE.glob("*.py")):
        write_whole(folder / file.name, file.read_text("utf-8"), force=False)
    return folder
