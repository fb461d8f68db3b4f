"""The answer as a Markdown document: what the terminal says, with nothing left out for want of room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from advisor.reasoning.advice import Reason
from advisor.render.head import NOTHING, depends_on, doubt, others, recommendation, unmet
from advisor.render.measured import grid, machine, notes, why_nothing
from advisor.render.outline import escaped
from advisor.render.page import Page
from advisor.render.start_rows import StartRow, start_rows
from advisor.render.terminal import (
    flip_texts,
    known_answers,
    next_questions,
    not_measured,
    reading_rows,
    reason_text,
    source_of,
    verdict_counts,
)
from advisor.text import clean
from advisor.words import VERDICTS, topic


def render(page: Page) -> str:
    """Return an answer as Markdown; whatever comes from a pack, an answer or a run is shown as it is."""
    return "\n".join(_document(page)).strip()


def _document(page: Page) -> Iterator[str]:
    yield from _head(page)
    yield from _section(page.pick("You said", "已知条件"), [escaped(known_answers(page))])
    heads = page.pick("reading|leads|wins in 100|because|source", "读法|领先者|100 种中胜出|依据|出处")
    rows = [(*row[:4], row[4].strip("[]")) for row in reading_rows(page)]
    yield from _section(page.pick("How the answer moved", "结论如何变化"), _table(heads.split("|"), rows))
    if page.advice.candidate:
        name = page.candidate(page.advice.candidate)
        yield from _reasons(page, page.pick(f"For {name}", f"支持 {name} 的理由"), page.advice.reasons)
        yield from _reasons(page, page.pick(f"Against {name}", f"反对 {name} 的理由"), page.advice.dissent)
    yield from _section(page.pick("Measured", "实测"), _measured(page))
    yield from _section(page.pick("The article's claims", "文章论断的核验"), _article(page))
    yield from _section(page.pick("Not measured", "未实测"), [escaped(not_measured(page))])
    yield from _foot(page)


def _head(page: Page) -> Iterator[str]:
    advice = page.advice
    if advice.candidate is None:
        yield f"# {escaped(NOTHING[page.lang])}"
        rules = ((id, page.pack.constraints[id].constraint[page.lang]) for id in advice.conflict)
        yield from ("", *_bullets(f"{id}: {text}" for id, text in rules), "")
        return
    yield from (f"# {escaped(page.candidate(advice.candidate))}", "")
    yield from (
        f"**{escaped(recommendation(page))}**",
        "",
        *_bullets(filter(None, [*depends_on(page), others(page), doubt(page), *unmet(page)])),
        "",
    )


def _section(head: str, lines: Iterable[str]) -> Iterator[str]:
    yield from (f"## {escaped(head)}", "", *lines, "")


def _bullets(texts: Iterable[str]) -> list[str]:
    return [f"- {escaped(text)}" for text in texts]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    laid = [" | ".join(map(escaped, row)) for row in (heads, *rows)]
    return [f"| {laid[0]} |", "|---" * len(heads) + "|", *(f"| {row} |" for row in laid[1:])]


def _reasons(page: Page, head: str, reasons: Sequence[Reason]) -> Iterator[str]:
    if reasons:
        rows = [
            (topic(reason.topic)[page.lang], reason_text(page, reason), f"{reason.effect:+.3f}") for reason in reasons
        ]
        heads = page.pick("topic|ground|effect on the lead", "方面|理由|对领先的影响").split("|")
        yield from _section(head, _table(heads, rows))


def _measured(page: Page) -> Iterator[str]:
    names, groups = grid(page)
    if not groups:
        yield escaped(why_nothing(page))
        return
    columns = [names, *groups]
    yield from (escaped(machine(page)), "")
    yield from _table([column[0] for column in columns], zip(*(column[1:] for column in columns), strict=True))
    yield from ("", *_bullets(notes(page)))


def _article(page: Page) -> Iterator[str]:
    """Count the verdicts, and list every claim that could be held against something."""
    claims = [claim for claim in page.advice.claims if claim.source.startswith("article")]
    tested = [claim for claim in claims if claim.verdict != "untested"]
    yield escaped(verdict_counts(page, claims))
    if tested:
        rows = [
            (VERDICTS[claim.verdict][page.lang], source_of(claim.source), claim.text[page.lang], claim.why[page.lang])
            for claim in sorted(tested, key=lambda claim: (claim.source, claim.id))
        ]
        heads = page.pick("verdict|section|claim|why", "核验结果|章节|论断|说明").split("|")
        yield from ("", *_table(heads, rows))


def _foot(page: Page) -> Iterator[str]:
    advice = page.advice
    if advice.candidate:
        turns = flip_texts(page) or [page.pick("no single answer", "任何单个回答都不会改变结论")]
        yield from _section(page.pick("What would flip it", "改变结论的条件"), _bullets(turns))
    yield from _section(page.pick("Ask next", "建议先答"), [escaped(next_questions(page))])
    if advice.next.start is not None:
        rows = start_rows(advice.next.start, page.lang)
        yield from _section(page.pick("Start", "开始使用"), [f"- {_start_row(row)}" for row in rows])
    if advice.warnings:
        yield from _section(page.pick("Warnings", "注意"), _bullets(warning[page.lang] for warning in advice.warnings))


def _start_row(row: StartRow) -> str:
    typed = "`" + clean(row.typed).replace("`", "'") + "`" if row.typed else ""
    size = f"({escaped(row.size)})" if row.size else ""
    page = f"<{clean(row.page)}>" if row.page else ""
    return " ".join(part for part in (typed, size, escaped(row.note), page) if part)
