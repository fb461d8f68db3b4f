"""`files.sha256`: what was written into a folder, so that what people have edited since can be told from what is ours.

The lines are those of `sha256sum`, so anybody can check a folder with `sha256sum -c files.sha256`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from advisor.files import read_untrusted_file, write_whole

MANIFEST_NAME = "files.sha256"
MOST_BYTES = 1 << 19
_LINE = re.compile(r"([0-9a-f]{64})  ((?:[\w.-]+/)*[\w.-]+)")


def manifest(contents: Mapping[str, str]) -> str:
    """Return the manifest of files.

    Args:
        contents: name inside the folder → what is in it.
    """
    return _lines({name: digest(content.encode()) for name, content in contents.items()})


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file; with whose line ends it was checked out makes no difference."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def recorded_digests(folder: Path) -> dict[str, str]:
    """Return what a folder's manifest says was written: name → digest.

    It came with the folder and may be anybody's: a line that is not of ours, or leads out of the folder, is passed over.

    Raises:
        OSError: it is there but cannot be read.
    """
    file = folder / MANIFEST_NAME
    if file.is_symlink() or not file.is_file():
        return {}
    text = read_untrusted_file(file, MOST_BYTES).decode("utf-8", errors="replace")
    lines = [match for match in map(_LINE.fullmatch, text.splitlines()) if match]
    return {match[2]: match[1] for match in lines if not {".", ".."} & set(match[2].split("/"))}


def update_manifest(folder: Path, names: Iterable[str]) -> None:
    """Note that files of a folder were written anew by this program; a folder without a manifest gets none.

    Raises:
        StoreError: the manifest cannot be written.
    """
    if before := recorded_digests(folder):
        digests = {name: digest((folder / name).read_bytes()) for name in names}
        write_whole(folder / MANIFEST_NAME, _lines(before | digests), force=True)


def _lines(digests: Mapping[str, str]) -> str:
    return "".join(f"{checksum}  {name}\n" for name, checksum in sorted(digests.items()))
