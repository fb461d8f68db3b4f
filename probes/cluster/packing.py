"""The probes as one zip file that travels to a node, with the user's own models where they are asked for."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
OWN = "own"
"""The folder of a user's own probes where they are unpacked."""


def packed_probes(own: Path | None = None) -> bytes:
    """Return the sources of the package `probes`, and below `own/` a folder of the user's own probes.

    Only files of Python are taken along, so that what a team keeps beside its model stays where it is.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in sorted(PACKAGE.rglob("*.py")):
            zipped.write(file, Path(PACKAGE.name) / file.relative_to(PACKAGE))
        for file in sorted(own.rglob("*.py")) if own else ():
            zipped.write(file, Path(OWN) / own.resolve().name / file.relative_to(own) if own else file)
    return written.getvalue()
