"""Scan a repository for a command: once per process, with its progress on stderr."""

from __future__ import annotations

import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.reasoning.profile import Answer, Scanned
from advisor.sentences import sentence
from advisor.text import Lang

if TYPE_CHECKING:
    from advisor.scan.proposals import Scan

SECONDS_BETWEEN = 2.0
"""How often progress is told where stderr is no terminal."""


@cache
def read_project(folder: Path, packs: tuple[Path, ...], lang: Lang) -> Scan:
    """Scan a repository for the answers that packs ask for, and say on stderr how far it is."""
    from advisor.evidence.stacks import load_probed_pack
    from advisor.knowledge.moving import load_moving
    from advisor.knowledge.signals import load_signals
    from advisor.scan.proposals import scan_repository

    pack = load_probed_pack(packs)
    with _Progress(lang) as progress:
        return scan_repository(folder, pack, load_signals(pack), load_moving(pack), progress.show)


def scanned(folder: Path, packs: tuple[Path, ...], lang: Lang) -> Scanned:
    """Return the answers that a repository gives for itself."""
    proposals = read_project(folder, packs, lang).answers
    answers = {
        id: Answer(id, proposal.choices, "scanned", places=proposal.places) for id, proposal in proposals.items()
    }
    return Scanned(folder, answers)


class _Progress:
    """One line on stderr that is written over on a terminal; elsewhere a line every few seconds."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self.last = time.monotonic()
        self.on_terminal = sys.stderr.isatty()
        self.has_printed = False

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: Any) -> None:
        if self.has_printed and self.on_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)  # noqa: T201

    def show(self, done: int, all: int) -> None:
        """Say how many files were looked at."""
        now = time.monotonic()
        if now - self.last < (0.1 if self.on_terminal else SECONDS_BETWEEN):
            return
        self.last, self.has_printed = now, True
        line = sentence("scan.progress", self.lang, done=done, all=all)
        text, end = (f"\r{line}\x1b[K", "") if self.on_terminal else (line, "\n")
        print(text, end=end, file=sys.stderr, flush=True)  # noqa: T201
