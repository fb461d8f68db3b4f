"""Say on stderr what is being measured and how long it still takes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from advisor.sentences import sentence
from advisor.text import Lang, clean
from advisor.words import LABELS

if TYPE_CHECKING:
    from advisor.reasoning.advice import Advice
    from probes.suite import Progress


STAGES = {"exact": "progress.exact-probes", "pilot": "progress.pilot-block", "device": "progress.looking-for-the-gpu"}
"""Phase of measuring → its sentence."""
NOTES = (
    "progress.no-candidate-left",
    "progress.no-time-for-a-block",
    "progress.no-time-to-finish-a-block",
    "progress.every-comparison-is-decided",
)
"""Sentences whose English is how a note of `probes.parent.session` begins; other notes (an install command) are shown as they are."""


class Narrator:
    """Shows progress: one bar on a terminal, one line per block when piped.

    Args:
        lang: the language of the words.
    """

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._bar: Any = None
        self._task: Any = None
        self._said: tuple[str, int] | None = None

    def __enter__(self) -> Narrator:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def print_provisional(self, advice: Advice) -> None:
        """Print the provisional answer, and that measuring begins."""
        name = advice.framework or "-"
        label = LABELS[advice.label][self.lang].lower()
        note = sentence("progress.provisional", self.lang, framework=name, label=label)
        print(note, file=sys.stderr, flush=True)  # noqa: T201

    def show_progress(self, event: Progress) -> None:
        """Show one progress event: in a bar on a terminal, else as a line where phase or block is new."""
        if sys.stderr.isatty():
            self._update_bar(event)
        elif event.note or self._said != (event.phase, event.block):
            self._said = (event.phase, event.block)
            print(self._event_text(event), file=sys.stderr, flush=True)  # noqa: T201

    def _stage_text(self, event: Progress) -> str:
        """Return the stage of measuring in words: the block, the retry or the phase."""
        if event.phase == "retry":
            return sentence("progress.second-try", self.lang)
        if event.block:
            return sentence("progress.block", self.lang, number=event.block, count=event.blocks)
        return sentence(STAGES[event.phase], self.lang)

    def _event_text(self, event: Progress) -> str:
        """Return an event as one line: stage, candidate and probe, seconds."""
        stage = self._stage_text(event)
        used, left = event.used_seconds, max(event.left_seconds, 0)
        seconds = sentence("progress.seconds", self.lang, used=used, left=left)
        return f"{stage}  {self._subject_text(event)}  {seconds}"

    def _subject_text(self, event: Progress) -> str:
        """Return what an event is about: its note, else its candidate and probe."""
        if not event.note:
            return f"{event.candidate}  {event.probe}"
        notes = [id for id in NOTES if event.note.startswith(sentence(id, Lang.EN))]
        return clean(sentence(notes[0], self.lang) if notes and self.lang is not Lang.EN else event.note)

    def _update_bar(self, event: Progress) -> None:
        """Show an event in the progress bar, which is started by the first one."""
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Bar

            console = Console(stderr=True, markup=False, highlight=False)
            self._bar = Bar(
                BarColumn(20), TextColumn("{task.description}", markup=False), console=console, transient=True
            )
            self._task = self._bar.add_task("", total=event.used_seconds + event.left_seconds)
            self._bar.start()
        self._bar.update(self._task, completed=event.used_seconds, description=self._event_text(event))
