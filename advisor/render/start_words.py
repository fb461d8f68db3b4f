"""START in words: what to type or open, how much that downloads, and what to know of it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.framework import Candidate
from advisor.knowledge.installing import requirements_id, requirements_of
from advisor.knowledge.pack import Pack
from advisor.reasoning.start import Start
from advisor.render.grounds import first_clause
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
        amount: the same without the rest of the words, `3.0 GB`.
        note: what it does, or why there is no way.
        text: all of it in one line.
        machines: which of several machines it is for; empty where there is one.
        where_it_runs: whether it is installed where the model will run, not where it is trained.
    """

    purpose: str
    typed: str
    page: str
    size: str
    amount: str
    note: str
    text: str
    machines: str = ""
    where_it_runs: bool = False

    @property
    def in_short(self) -> str:
        """What to know where there is nothing to type: how the note begins, and the page."""
        return " ".join(part for part in (first_clause(self.note), self.page) if part)


def start_rows(pack: Pack, start: Start, lang: Lang) -> Iterator[StartRow]:
    """Yield START, what is installed to train first; of several machines one after another."""
    machines = _machines_text(pack, start, lang)
    for line in start.lines:
        size, amount = "", "" if line.mb is None else megabytes(line.mb)
        if amount:
            platform = sentence(f"start.platform-{line.platform}", lang)
            size = sentence("start.download", lang, size=amount, platform=platform)
        note = line.note[lang] if line.note is not None else ""
        text = sentence("start.whole", lang, typed=line.command, size=size) if size else line.command
        if explanation := " ".join(part for part in (note, line.page) if part):
            text = sentence("start.noted", lang, typed=text, note=explanation) if text else explanation
        purpose = sentence(f"start.purpose-{line.purpose}", lang)
        where_it_runs = line.purpose == "run"
        yield StartRow(purpose, line.command, line.page, size, amount, note, text, machines, where_it_runs)
    for other in start.others:
        yield from start_rows(pack, other, lang)


def _machines_text(pack: Pack, start: Start, lang: Lang) -> str:
    """Return the machines that START is for, `NVIDIA GPU + Linux: `; empty where a project has one."""
    names = [
        " + ".join(pack.questions[id].find_choice(choice).label[lang] for id, choice in machine.items())
        for machine in start.machines
    ]
    return sentence("start.machines", lang, names=" | ".join(names)) if names else ""


class StartForm(Struct, frozen=True):
    """How much of START is said.

    Attributes:
        terse: without notes where there is something to type; what is installed to export stands behind what is installed to train.
        sizes, exports: in terse lines, whether they say how much is downloaded, and what is installed to export.
        others: whether it tells of all machines; else of the first, and how many more there are.
    """

    terse: bool = False
    sizes: bool = True
    exports: bool = True
    others: bool = True


WHOLE = StartForm()


def start_lines(page: Page, form: StartForm = WHOLE) -> list[str]:
    """Return what to type to begin with the recommended stack, one line for each thing to do; nothing where there is none."""
    start = page.advice.next.start
    if start is None:
        return []
    starts = (start, *(start.others if form.others else ()))
    lines = [line for start_on_machine in starts for line in _lines_of(page, start_on_machine, form)]
    if start.others and not form.others:
        lines[-1] = page.pick("; ", "；").join([lines[-1], page.say("start.more-machines", count=len(start.others))])
    return lines


def _lines_of(page: Page, start: Start, form: StartForm) -> list[str]:
    """Return what to type on one of the machines, or on those that are alike."""
    rows = list(start_rows(page.pack, replace(start, others=()), page.lang))
    machines = rows[0].machines
    if not form.terse:
        return [machines + row.text for row in rows]
    to_train = [row for row in rows if row.purpose == rows[0].purpose]
    to_export = [row for row in rows if row not in to_train and row.typed and form.exports]
    *lines, last = (
        page.say("start.with-size", typed=row.typed, size=row.amount)
        if form.sizes and row.typed and row.amount
        else row.typed or row.in_short
        for row in to_train
    )
    also = [page.say("start.then", purpose=row.purpose, typed=row.typed) for row in to_export]
    return [machines + line for line in (*lines, page.pick("; ", "；").join([last, *also]))]


def download_words(pack: Pack, candidate: Candidate, lang: Lang) -> str:
    """Return what a candidate's own line downloads on each platform it was resolved for, or else about how much; empty where neither is known."""
    requirements = tuple(map(str, requirements_of(candidate.install)))
    download = pack.downloads.get(requirements_id(requirements))
    if download is None:
        return megabytes(candidate.size_mb) if candidate.size_mb is not None else ""
    sizes = [
        f"{sentence(f'start.platform-{platform}', lang)} {megabytes(resolved.mb)}"
        for platform, resolved in download.on.items()
    ]
    return sentence("start.downloads", lang, sizes=lang.pick(", ", "，").join(sizes), date=download.read)


def megabytes(mb: int) -> str:
    """Return a size as people write it: `340 MB`, `5.6 GB`."""
    return f"{mb} MB" if mb < 1000 else f"{mb / 1000:.1f} GB"
