"""Write a snapshot of the index of Python packages, for `advise rules refresh`.

    pip install pypi-simple
    python tests/benchmarks/snapshot_index.py > index.json       # the packages of the built-in pack
    python tests/benchmarks/snapshot_index.py --pack acme > index.json

Asked is the public index, as pypi-simple names it, for the files of every package that the pack has a dated number or a line
of START of. Kept of each are its newest final releases and what is newer: names, dates, Pythons, and whether they were withdrawn.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from pypi_simple import NoSuchProjectError, ProjectPage, PyPISimple

from advisor.evidence.stacks import load_probed_pack
from advisor.knowledge.index_snapshot import IndexFile, PackagePage
from advisor.knowledge.pack import BUILT_IN
from advisor.verification.moves import packages_of_index

FINAL, NEWER = 10, 3
"""So many final releases of a package are kept, and so many pre-releases newer than they are."""


def files_of(page: ProjectPage) -> list[dict[str, Any]]:
    """Return the files of a package's newest versions, as a snapshot holds them."""
    files = [
        {
            "filename": package.filename,
            "requires-python": package.requires_python,
            "upload-time": package.upload_time.isoformat() if package.upload_time else None,
            "yanked": package.is_yanked,
        }
        for package in page.packages
    ]
    versions = list(PackagePage(tuple(IndexFile(file["filename"]) for file in files)).releases)
    final = [version for version in versions if not version.is_prerelease][-FINAL:]
    newer = [version for version in versions if not version.is_devrelease and version > max(final, default=version)]
    kept = {*final, *newer[-NEWER:]} or set(versions[-NEWER:])
    return [file for file in files if IndexFile(file["filename"]).version in kept]


def page_of(client: PyPISimple, name: str) -> dict[str, Any] | None:
    """Return what the index lists for a package; None where it has none."""
    try:
        return {"files": files_of(client.get_project_page(name))}
    except NoSuchProjectError:
        return None


def main() -> None:
    """Ask for every package, and write what came."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--pack", type=Path, action="append", default=[], metavar="DIR", help="an overlay to look at too"
    )
    overlays = parser.parse_args().pack
    names = packages_of_index(load_probed_pack((BUILT_IN, *overlays)))
    with PyPISimple() as client, ThreadPoolExecutor(8) as pool:
        pages = dict(zip(names, pool.map(lambda name: page_of(client, name), names), strict=True))
    json.dump({"read": date.today().isoformat(), "packages": pages}, sys.stdout, indent=0, sort_keys=True)
    print(
        f"{len(names)} packages, {sum(page is None for page in pages.values())} unknown to the index", file=sys.stderr
    )


if __name__ == "__main__":
    main()
