"""Say on stderr what is being measured and how long it still takes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from advisor.text import Lang, Text, clean
from advisor.words import LABELS

if TYPE_CHECKING:
    from advisor.reasoning.advice import Advice
    from probes.suite import Progress


STAGES = {
    "exact": Text(en="exact probes", zh="精确实测"),
    "pilot": Text(en="pilot block", zh="预备轮"),
    "device": Text(en="looking for the GPU", zh="检测 GPU"),
}


NOTES_ZH = {
    "no candidate left": "没有可继续实测的候选",
    "no time for block": "时间不足以再测一轮",
    "no time to finish block": "时间不足以测完本轮",
    "every comparison is decided": "所有比较均已得出结论",
}
"""The notes of `probes.parent.session` by their first words; others (an install command) are shown as they are."""


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
        note = self.lang.pick(
            f"provisional: {name} ({label}). Measuring what can still change it; Ctrl-C = answer now",
            f"初步结论：{name}（{label}）。正在实测仍可能改变结论的项目；按 Ctrl-C 立即给出结论",
        )
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
            return self.lang.pick("second try", "重试")
        if event.block:
            return self.lang.pick(
                f"block {event.block} of {event.blocks}", f"第 {event.block} 轮，共 {event.blocks} 轮"
            )
        return STAGES[event.phase][self.lang]

    def _event_text(self, event: Progress) -> str:
        """Return an event as one line: stage, candidate and probe, seconds."""
        stage = self._stage_text(event)
        seconds = self.lang.pick(
            f"{event.used_seconds:.0f} s used, at most {max(event.left_seconds, 0):.0f} s left",
            f"已用 {event.used_seconds:.0f} 秒，最多还需 {max(event.left_seconds, 0):.0f} 秒",
        )
        return f"{stage}  {self._subject_text(event)}  {seconds}"

    def _subject_text(self, event: Progress) -> str:
        """Return what an event is about: its note, else its candidate and probe."""
        if not event.note:
            return f"{event.candidate}  {event.probe}"
        zh = next((words for begin, words in NOTES_ZH.items() if event.note.startswith(begin)), event.note)
        return clean(self.lang.pick(event.note, zh))

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
