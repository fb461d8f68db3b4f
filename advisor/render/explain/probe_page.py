"""The page of a probe: what it asks, what it measures, what its result reaches, and which claims it can refute."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.evidence.exhibits import Exhibit
from advisor.render.document import Item, Part, part
from advisor.render.explain.claim_page import measure_words, probe_question
from advisor.render.explain.sheet import Library
from advisor.words import VERDICTS


def sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a probe's page."""
    pick = library.pick
    yield part("", tuple(_opening(library, id)))
    yield part(pick("MEASURES", "测量项"), _measures(library, id))
    yield part(pick("READ ON THE CRITERIA", "提供给的选择标准"), _criteria(library, id))
    yield part(pick("CLAIMS IT CHECKS", "检验的论断"), _claims(library, id))


def _opening(library: Library, id: str) -> Iterator[Item]:
    exhibit, pick, lang = library.exhibits[id], library.pick, library.lang
    if id in library.onboarding.probes:
        note = library.onboarding.probes[id]
        yield from library.in_both_languages(note.question)
        yield Item(note.measured[lang], pick("what is measured", "测什么"))
        yield Item(note.speaks_for[lang], pick("speaks for", "能说明什么"))
    else:
        yield Item(probe_question(library, id))
    if exhibit.timed:
        method = pick("timed, in blocks of one process per candidate", "计时，按轮进行，每轮每个候选一个进程")
    elif exhibit.static:
        method = pick("exact; reads source code and starts nothing", "精确值；只读源代码，不启动任何进程")
    else:
        method = pick("exact; once per candidate", "精确值；每个候选一次")
    yield Item(method, pick("how", "方式"))
    only_by_name = pick(
        f"only with --probe full, or by name: advise probe {id}", f"仅在 --probe full 或指名时：advise probe {id}"
    )
    yield Item(only_by_name if exhibit.in_full else pick("by default", "默认进行"), pick("measured", "何时实测"))


def _measures(library: Library, id: str) -> Iterator[Item]:
    """List what a criterion or a claim reads, then the rest without what only keeps account of the measuring."""
    measures_read = {
        scale.measure
        for criterion in library.pack.criteria.values()
        for scale in criterion.measured
        if scale.probe == id
    }
    measures_read |= {
        claim.check.measure for claim in library.pack.claims.values() if claim.check and claim.check.probe == id
    }
    exhibit = library.exhibits[id]
    for name in exhibit.measures:
        if name in measures_read:
            yield Item(measure_words(library, id, name))
    unread = [name for name in exhibit.measures if name not in measures_read and _is_listed(exhibit, name)]
    if unread:
        yield Item(", ".join(unread), library.pick("also", "此外"))


def _is_listed(exhibit: Exhibit, name: str) -> bool:
    measure = exhibit.measures[name]
    is_bookkeeping = exhibit.timed or name == "retried" or name.endswith("_error")
    return bool(measure.unit or measure.better) or not is_bookkeeping


def _criteria(library: Library, id: str) -> Iterator[Item]:
    for name, criterion in library.pack.criteria.items():
        for reading in criterion.measured:
            if reading.probe == id:
                yield Item(
                    f"{criterion.name[library.lang]}{library.colon}{measure_words(library, id, reading.measure)}", name
                )


def _claims(library: Library, id: str) -> Iterator[Item]:
    for name, claim in library.pack.claims.items():
        if claim.check and claim.check.probe == id:
            verdict = VERDICTS[library.findings[name].verdict][library.lang]
            yield Item(f"{name}{library.colon}{claim.claim[library.lang]}", verdict)
