"""Resolve every line an answer can end with (START), and write what it downloads into the pack.

    pip install uv
    python tests/benchmarks/resolve_install.py            # a table: requirements, platform, versions, MB, Pythons
    python tests/benchmarks/resolve_install.py --write    # the same, and rules/downloads.yaml anew, dated today

Asked is the public index of Python packages as any user meets it: no configuration, no local wheels, no constraints of this
machine, wheels only (what has to be compiled does not count as installable), no pre-releases. uv resolves for a platform it
does not run on, with that platform's markers, which pip cannot. The platforms are those of `knowledge.installing.Platform`:
glibc 2.35 (Ubuntu 22.04), Windows on x86-64, macOS 15 on Apple silicon. MB are the sizes of the wheels the index states,
10^6 bytes. `npm` lines are asked of the index of JavaScript packages. Lines of a vendor's index, pages, Maven and CRAN are
listed as not resolved: nothing here has seen them work.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from advisor.knowledge.installing import Platform, requirements_id, requirements_of
from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.reasoning.start import StartLine
from advisor.verification.machines import all_starts

TRIPLE: Mapping[Platform, str] = {
    "linux": "x86_64-manylinux_2_35",
    "windows": "x86_64-pc-windows-msvc",
    "macos": "aarch64-apple-darwin",
    "linux-arm": "aarch64-manylinux_2_35",
}
PYTHONS = ("python-3-11", "python-3-12", "python-3-13", "python-3-14")
SIZED = ("python-3-13", "python-3-12", "python-3-11", "python-3-14")
"""The first of these that has a solution says how much is downloaded."""
TOLD = (
    "tensorflow", "tensorflow-cpu", "torch", "keras", "jax", "flax", "torch-tpu", "libtpu", "executorch", "ai-edge-litert", "onnx",
    "onnxscript", "tf2onnx", "jax2onnx", "onnxruntime",
)  # fmt: skip
"""The packages whose versions are written down."""
HEAD = """\
# What the public index of Python packages gives for the lines of START, by platform; one that is missing has no solution there.
# Written by tests/benchmarks/resolve_install.py --write, which says how it was resolved; do not edit.
downloads:
"""


@dataclass(frozen=True)
class Solution:
    """What a resolution came to: versions by package, and MB to download."""

    versions: Mapping[str, str]
    mb: float


def lines_to_resolve(pack: Pack) -> tuple[dict[str, tuple[tuple[str, ...], set[Platform]]], list[StartLine]]:
    """Return what is to be resolved, with its platforms, by `requirements_id`, and the lines that the public index cannot tell of."""
    wanted: dict[str, tuple[tuple[str, ...], set[Platform]]] = {}
    others: dict[str, StartLine] = {}
    for _, _, start in all_starts(pack):
        for line in start.lines:
            for requirements in {line.besides, (*line.besides, *line.public)} if line.public else set():
                if requirements:
                    wanted.setdefault(requirements_id(requirements), (requirements, set()))[1].add(line.platform)
            if not line.public and line.available:
                others.setdefault(line.command or line.page, line)
    for candidate in pack.candidates.values():  # the candidate's own line, on every platform
        requirements = tuple(map(str, requirements_of(candidate.install)))
        wanted.setdefault(requirements_id(requirements), (requirements, set()))[1].update(("linux", "windows", "macos"))
    return wanted, list(others.values())


def resolve(requirements: tuple[str, ...], platform: Platform, python: str) -> Solution | None:
    """Return what the public index gives; None where there is no solution in wheels.

    Raises:
        RuntimeError: the index was not reached, or uv failed otherwise.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    command = [
        uv(), "pip", "compile", "-", "--quiet", "--no-config", "--no-header", "--no-python-downloads", "--only-binary", ":all:",
        "--format", "pylock.toml", "--python-platform", TRIPLE[platform], "--python-version", python.removeprefix("python-").replace("-", "."),
    ]  # fmt: skip
    run = subprocess.run(
        command, input="\n".join(requirements), capture_output=True, text=True, check=False,
        env={**environment, "MACOSX_DEPLOYMENT_TARGET": "15.0"},
    )  # fmt: skip
    if run.returncode:
        if "No solution found" in run.stderr:
            return None
        raise RuntimeError(f"{' '.join(requirements)} on {platform}: {run.stderr.strip()[-500:]}")
    packages: list[dict[str, Any]] = tomllib.loads(run.stdout)["packages"]
    size = sum(max(wheel["size"] for wheel in package["wheels"]) for package in packages)
    return Solution({package["name"]: package.get("version", "") for package in packages}, size / 1e6)


def uv() -> str:
    """Return where uv is."""
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        sys.exit("uv is not installed: pip install uv")
    return found


def npm_version(package: str) -> str:
    """Return the newest version of a JavaScript package and its size; "not resolved" where npm cannot tell."""
    if shutil.which("npm") is None:
        return "not resolved: npm is not installed"
    asked = ["npm", "view", package, "version", "dist.unpackedSize", "--json"]
    run = subprocess.run(asked, capture_output=True, text=True, check=False)
    if run.returncode:
        return "not resolved"
    told = json.loads(run.stdout)
    if isinstance(told, str):  # it states no size
        return told
    return f"{told['version']}, {told['dist.unpackedSize'] / 1e6:.0f} MB unpacked"


def rows(pack: Pack) -> list[dict[str, Any]]:
    """Resolve everything, print the table, and return the rows of downloads.yaml."""
    wanted, others = lines_to_resolve(pack)
    written = []
    for id in sorted(wanted):
        requirements, platforms = wanted[id]
        asked = [(platform, python) for platform in TRIPLE if platform in platforms for python in PYTHONS]
        with ThreadPoolExecutor(4) as pool:
            found = dict(zip(asked, pool.map(lambda at, wanted=requirements: resolve(wanted, *at), asked), strict=True))
        row = _row(requirements, found)
        for platform in (platform for platform in TRIPLE if platform in platforms):
            resolved = row["on"].get(platform)
            told = f"{resolved['mb']:5} MB  {', '.join(resolved['python'])}" if resolved else "    no solution"
            print(f"{' '.join(requirements)}  {platform:9} {told}", flush=True)
        print(f"    {', '.join(f'{name} {version}' for name, version in row['versions'].items())}"
              + (f"; CUDA {row['cuda']}" if row.get("cuda") else ""), flush=True)  # fmt: skip
        if row["on"]:
            written.append(row)
    for line in others:
        told = (
            npm_version(line.command.split()[-1]) if line.command.startswith("npm ") else "not resolved by this script"
        )
        print(f"{line.command or line.page}  {told}", flush=True)
    return written


def _row(requirements: tuple[str, ...], found: Mapping[tuple[Platform, str], Solution | None]) -> dict[str, Any]:
    row: dict[str, Any] = {"install": list(requirements), "versions": {}, "on": {}}
    for platform in dict.fromkeys(platform for platform, _ in found):
        solved = {python: solution for python in SIZED if (solution := found[platform, python]) is not None}
        if not solved:
            continue
        newest = next(iter(solved.values()))
        row["versions"] = row["versions"] or {name: newest.versions[name] for name in TOLD if name in newest.versions}
        row["on"][platform] = {
            "mb": max(1, round(newest.mb)),
            "python": [python for python in PYTHONS if python in solved],
        }
        cuda = {name.rpartition("-cu")[2] for name in newest.versions if name.startswith("nvidia-cudnn-cu")}
        if platform == "linux" and cuda:
            (row["cuda"],) = map(int, cuda)  # two of them in one environment would overwrite each other
    return row


def written_as(row: Mapping[str, Any], today: date) -> str:
    """Return a row as YAML."""
    quoted = json.dumps
    versions = ", ".join(f"{name}: {quoted(version)}" for name, version in row["versions"].items())
    lines = [f"  - install: {quoted(row['install'])}", f"    read: {today}", f"    versions: {{{versions}}}"]
    lines += [f"    cuda: {row['cuda']}"] if row.get("cuda") else []
    lines += ["    on:"]
    for platform, resolved in row["on"].items():
        lines.append(f"      {platform}: {{mb: {resolved['mb']}, python: [{', '.join(resolved['python'])}]}}")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write rules/downloads.yaml anew")
    write = parser.parse_args().write
    written = rows(load_pack(BUILT_IN, fresh=True))
    if write:
        today = date.today()
        text = HEAD + "".join(written_as(row, today) for row in written)
        (BUILT_IN / "downloads.yaml").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
