"""Say on stderr why it is worth measuring, what is being measured, and how long it still takes."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from advisor.cli.ending import can_show_chinese
from advisor.evidence.stacks import load_probed_pack
from advisor.knowledge.pack import Pack
from advisor.pipeline import Gathered, Request, advise
from advisor.sentences import sentence
from advisor.text import Lang, Text, clean
from advisor.words import LABELS

if TYPE_CHECKING:
    from rich.text import Text as RichText

    from advisor.reasoning.advice import Advice
    from probes.suite import Progress


STAGES = {
    "wait": "progress.waiting",
    "exact": "progress.exact-probes",
    "pilot": "progress.pilot-block",
    "device": "progress.looking-for-the-gpu",
    "block": "progress.block",
    "retry": "progress.second-try",
}
"""Phase of measuring → its sentence."""
NOTES = (
    "progress.no-candidate-left",
    "progress.no-time-for-a-block",
    "progress.no-time-to-finish-a-block",
    "progress.every-comparison-is-decided",
)
"""Sentences whose English is how a note of `probes.parent.schedule` begins; other notes (an install command) are shown as they are."""


class Narrator:
    """Shows progress: one line that changes on a terminal; elsewhere, and in continuous integration, a line per phase and block.

    Args:
        lang: the language of the words.
        pack: names the candidates; without it they are shown by their ids.
        quiet: show nothing but warnings.
    """

    def __init__(self, lang: Lang, pack: Pack | None = None, *, quiet: bool = False) -> None:
        self.lang = lang if can_show_chinese(sys.stderr) else Lang.EN
        self._pack = pack
        self._quiet = quiet
        self._live: Any = None
        self._event: tuple[Progress, float] | None = None
        self._said: tuple[str, int] | None = None
        self._may_change = ""

    def __enter__(self) -> Narrator:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def follow(self, request: Request) -> tuple[Advice, Gathered]:
        """Answer a request (see `pipeline.advise`), and say meanwhile what is going on."""
        self._pack = load_probed_pack(request.pack)
        return advise(request, self.show_progress, lambda advice: self._announce(request, advice), self.print_warning)

    def _announce(self, request: Request, advice: Advice) -> None:
        """Print the answer so far, with how long a request measures at most."""
        workload = advice.evidence.workload
        self.announce(
            advice, request.most_seconds_with(workload=workload is not None and workload.status == "not-measured")
        )

    def print_warning(self, warning: Text) -> None:
        """Print what should be known before the answer is there."""
        self._print(f"advise: {clean(warning[self.lang])}")

    def print_line(self, line: str) -> None:
        """Print a line of progress that another machine sent."""
        self._print(clean(line))

    def announce(self, advice: Advice, seconds: float) -> None:
        """Print the answer so far, and why it is worth measuring.

        Args:
            advice: the answer without measurements.
            seconds: most seconds to measure.
        """
        names = [self._framework_name(standing.id) for standing in advice.frameworks if standing.excluded_share < 1]
        if self._quiet or not names:
            return
        if len(names) > 1:
            self._may_change = sentence("progress.may-change", self.lang, leader=names[0], rival=names[1])
        fields = {"framework": names[0], "label": LABELS[advice.label][self.lang].lower(), "seconds": seconds}
        self._print(sentence("progress.provisional", self.lang, **fields))

    def show_progress(self, event: Progress) -> None:
        """Show one progress event: in the line that changes, else as a line of its own where phase or block is new."""
        if self._quiet:
            return
        self._event = event, time.monotonic()
        if _can_redraw():
            self._redraw()
        elif event.note or self._said != (event.phase, event.block):
            self._said = (event.phase, event.block)
            self._print(self._event_texts()[0])

    def _print(self, line: str) -> None:
        """Print a line on stderr, above the one that changes; broken between words where a person reads it."""
        lines = [line]
        if sys.stderr.isatty():
            from advisor.render.text_layout import wrap

            lines = wrap(line, shutil.get_terminal_size().columns)
        if self._live is not None:
            self._live.console.print(*lines, sep="\n", markup=False, highlight=False)
        else:
            print(*lines, sep="\n", file=sys.stderr, flush=True)  # noqa: T201

    def _event_texts(self) -> Sequence[str]:
        """Return the last event as one line: what is being done, of how many, how long it still takes, what it may change.

        The fullest comes first; those after it leave out the names of the probes, and then what may change.
        """
        if self._event is None:
            return [""]
        event, at = self._event
        left = max(0.0, event.left_seconds - (time.monotonic() - at))
        if event.note:
            return [sentence("progress.line", self.lang, what=self._note_text(event.note), left=left)]
        fields = {"block": event.block, "blocks": event.blocks, "number": event.number, "count": event.count}
        stage = sentence(STAGES[event.phase], self.lang, candidate=self._candidate_name(event.candidate), **fields)
        shortest = sentence("progress.line", self.lang, what=stage, left=left)
        line = shortest + self._may_change
        return [f"{line} ({event.probe})" if event.probe else line, line, shortest]

    def _note_text(self, note: str) -> str:
        """Return a note of the probes in the language; an install command in it stays as it is."""
        notes = [id for id in NOTES if note.startswith(sentence(id, Lang.EN))]
        return clean(sentence(notes[0], self.lang) if notes and self.lang is not Lang.EN else note)

    def _candidate_name(self, candidate: str) -> str:
        candidates = self._pack.candidates if self._pack is not None else {}
        return candidates[candidate].name[self.lang] if candidate in candidates else candidate

    def _framework_name(self, framework: str) -> str:
        frameworks = self._pack.frameworks if self._pack is not None else {}
        return frameworks[framework].name if framework in frameworks else framework

    def _redraw(self) -> None:
        """Draw the line that changes; it is started by the first event and counts the seconds down by itself."""
        if self._live is None:
            from rich.console import Console
            from rich.live import Live

            console = Console(stderr=True, markup=False, highlight=False)
            self._live = Live(get_renderable=self._line, console=console, refresh_per_second=2, transient=True)
            self._live.start()
        self._live.refresh()

    def _line(self) -> RichText:
        """Return the line that changes, the fullest that fits; cut to the width of the terminal where none does."""
        from rich.cells import cell_len
        from rich.text import Text as RichText

        texts = self._event_texts()
        width = self._live.console.width if self._live is not None else 0
        text = next((text for text in texts if cell_len(text) <= width), texts[-1])
        return RichText(text, no_wrap=True, overflow="ellipsis")


def _can_redraw() -> bool:
    """Return whether stderr is a terminal that can change a line, and a person sits at it."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")
