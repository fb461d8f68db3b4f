"""The control groups this process is in, innermost first: a limit of any of them holds it, in versions 1 and 2.

`/proc/self/cgroup` has a line `number:controllers:path` per hierarchy, that of version 2 as `0::path` (man 7 cgroups). The path is
seen from the mount, unless a container shows only a part of the hierarchy: then it leads nowhere, and the root of the mount
is the group itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
UNIFIED = "unified"
"""Where version 2 is mounted beside version 1."""


def group_folders(controller: str) -> list[Path]:
    """Return the folders of the control groups that may limit this process by a controller, innermost first."""
    return list(dict.fromkeys(_folders(controller)))


def _folders(controller: str) -> Iterator[Path]:
    """Yield the folders from the process's own group up to the root of each hierarchy, whether they exist or not."""
    for line in _read_lines(MEMBERSHIP):
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            for root in (MOUNT, MOUNT / UNIFIED):
                yield from _up_from(root, path)
        elif controller in controllers.split(","):
            for root in (MOUNT / controllers, MOUNT / controller):
                yield from _up_from(root, path)
    yield from (MOUNT, MOUNT / controller)


def _up_from(root: Path, path: str) -> Iterator[Path]:
    """Yield the folder of a path below a root, and those above it up to the root."""
    parts = [part for part in path.split("/") if part]
    if ".." in parts:  # the group lies outside of what this process is shown
        parts = []
    for length in range(len(parts), -1, -1):
        yield root.joinpath(*parts[:length])


def _read_lines(file: Path) -> list[str]:
    """Return the lines of a file; none where it cannot be read."""
    with contextlib.suppress(OSError):
        return file.read_text(errors="replace").splitlines()
    return []
