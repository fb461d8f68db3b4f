"""START in words: what to type or open, how much that downloads, and what to know of it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from advisor.knowledge.framework import Candidate
from advisor.knowledge.installing import requirements_id, requirements_of
from advisor.knowledge.pack import Pack
from advisor.reasoning.start import Start
from advisor.render.page import Page
from advisor.sentences import sentence
from advisor.text import Lang


class StartRow(Struct, frozen=True):
    """One line of START.

    Attributes:
        purpose: what it is for, in words.
        typed: what to type; empty where there is only a page, or no way.
        page: the address that tells more; empty without one.
        size: how much it downloads, `3.0 GB to download (Linux)`; empty where nobody could tell.
        note: what it does, or why there is no way.
    """

    purpose: str
    typed: str
    page: str
    size: str
    note: str

    @property
    def text(self) -> str:
        """All of it in one line."""
        size = f"({self.size})" if self.size else ""
        return "    ".join(part for part in (self.typed, size) if part) + self._remark

    @property
    def _remark(self) -> str:
        explanation = " ".join(part for part in (self.note, self.page) if part)
        return f"    {explanation}" if self.typed and explanation else explanation


def start_rows(start: Start, lang: Lang) -> Iterator[StartRow]:
    """Yield START, what is installed to train first."""
    for line in start.lines:
        size = ""
        if line.mb is not None:
            platform = sentence(f"start.platform-{line.platform}", lang)
            size = sentence("start.download", lang, size=megabytes(line.mb), platform=platform)
        note = line.note[lang] if line.note is not None else ""
        yield StartRow(sentence(f"start.purpose-{line.purpose}", lang), line.command, line.page, size, note)


def start_lines(page: Page, *, terse: bool = False) -> list[str]:
    """Return what to type to begin with the recommended stack, one line for each thing to do; nothing where there is none.

    Args:
        page: the answer.
        terse: only what is installed to train, without sizes and notes where there is something to type.
    """
    if page.advice.next.start is None:
        return []
    rows = list(start_rows(page.advice.next.start, page.lang))
    if not terse:
        return [row.text for row in rows]
    return [row.typed or row.text for row in rows if row.purpose == rows[0].purpose]


def download_words(pack: Pack, candidate: Candidate, lang: Lang) -> str:
    """Return what a candidate's own line downloads on each platform it was resolved for; empty where none is known."""
    requirements = tuple(map(str, requirements_of(candidate.install)))
    download = pack.downloads.get(requirements_id(requirements))
    if download is None:
        return megabytes(candidate.size_mb) if candidate.size_mb is not None else ""
    sizes = [
        f"{sentence(f'start.platform-{platform}', lang)} {megabytes(there.mb)}"
        for platform, there in download.on.items()
    ]
    return sentence("start.downloads", lang, sizes=lang.pick(", ", "，").join(sizes), date=download.read)


def megabytes(mb: int) -> str:
    """Return a size as people write it: `340 MB`, `5.6 GB`."""
    return f"{mb} MB" if mb < 1000 else f"{mb / 1000:.1f} GB"
