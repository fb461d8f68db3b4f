"""The answer on one screen: what, how sure, how it came to that, what was measured, what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from advisor.reasoning.advice import JudgedClaim, Reason
from advisor.render.head import head
from advisor.render.measured import measured
from advisor.render.page import Line, Page, hanging, section
from advisor.render.start_rows import start_rows
from advisor.render.text_layout import columns, hang, pad, wrap
from advisor.text import Lang
from advisor.words import READINGS, RUN_VERDICTS, VERDICTS, topic

MOST_LINES = 42
ARTICLE_TOPICS = ("use-case", "scale", "dev-efficiency")
LEAST_GAIN = 0.001
"""Questions expected to save less utility than this are not worth asking."""


@dataclass(frozen=True)
class Density:
    """How much of each list is shown, so that the page stays one screen."""

    reasons: int
    dissent: int
    examples: tuple[str, ...] = ("refuted", "confirmed", "untested")
    flips: int = 9


DENSITIES = (
    Density(4, 3),
    Density(4, 2),
    Density(3, 2),
    Density(3, 1),
    Density(3, 1, ("refuted", "confirmed"), 4),
    Density(2, 1, ("refuted", "confirmed"), 2),
    Density(1, 1, ("refuted", "confirmed"), 1),
)


def render(page: Page) -> list[Line]:
    """Return the lines of an answer: at most 42 at 100 columns, with less of each list if that is what it takes."""
    lines: list[Line] = []
    for density in DENSITIES:
        lines = list(_sections(page, density))
        if len(lines) <= MOST_LINES:
            break
    return lines


def _sections(page: Page, density: Density) -> Iterator[Line]:
    yield from head(page)
    yield from _known(page)
    yield from _readings(page)
    if page.advice.candidate:
        name = page.candidate(page.advice.candidate)
        best = _by_topic(page.advice.reasons, density.reasons)
        worst = _by_topic(page.advice.dissent, density.dissent)
        yield from _reasons(page, page.pick(f"FOR {name.upper()}", f"支持 {name} 的理由"), best)
        yield from _reasons(page, page.pick(f"AGAINST {name.upper()}", f"反对 {name} 的理由"), worst)
    yield from measured(page)
    yield from _article(page, density.examples)
    yield from _foot(page, density.flips)


def _known(page: Page) -> Iterator[Line]:
    yield from hanging(page, page.pick("You said", "已知条件"), known_answers(page), 0, 11)


def known_answers(page: Page) -> str:
    """Return what is known of the project, and how much is not, in words."""
    profile, pack = page.advice.profile, page.pack
    text_by_id = {id: f"{id} = {_choices(page, id, answer.choices)}" for id, answer in profile.answers.items()}
    answered = [
        text_by_id[id] for id, answer in profile.answers.items() if answer.origin not in ("detected", "default")
    ]
    defaults = [text_by_id[id] for id, answer in profile.answers.items() if answer.origin == "default"]
    detected = [
        _choices(page, id, answer.choices) for id, answer in profile.answers.items() if answer.origin == "detected"
    ]
    unknown = sum(question.id not in profile.answers for question in pack.asked_questions)
    text = page.pick(
        f"{'; '.join(answered) or 'nothing yet'}.  Detected: {', '.join(detected) or 'nothing'}.  "
        f"Unknown: {unknown} of {len(pack.asked_questions)} questions.",
        f"{'；'.join(answered) or '尚无'}。本机检测：{'，'.join(detected) or '无'}。{len(pack.asked_questions)} 个问题中 {unknown} 个未回答。",
    )
    if pack.overlays:
        text += page.pick(f"  Packs: {pack.name}.", f"知识包：{pack.name}。")
    if defaults:
        text += page.pick(f"  Team defaults: {'; '.join(defaults)}.", f"团队默认：{'；'.join(defaults)}。")
    weigh = "; ".join(f"{criterion} = {level}" for criterion, level in page.advice.weigh.items())
    if weigh:
        text += page.pick(f"  Weights set by hand: {weigh}.", f"手动权重：{weigh}。")
    return text


def _choices(page: Page, id: str, choices: tuple[str, ...]) -> str:
    question = page.pack.questions[id]
    if question.fact or id == "os":
        return "+".join(question.find_choice(choice).label[page.lang] for choice in choices)
    return "+".join(choices)


def _readings(page: Page) -> Iterator[Line]:
    yield section(page.pick("HOW THE ANSWER MOVED", "结论如何变化"))
    rows = reading_rows(page)
    heads = columns([list(row[:3]) for row in rows], [False, False, True])
    column = max(map(cell_len, heads)) + 2
    for start, (_, _, _, because, cite) in zip(heads, rows, strict=True):
        text = f"{because}  {cite}" if cite else because
        yield from (Line(line) for line in hang(start, text, page.width, 2, column + 1))


def reading_rows(page: Page) -> list[tuple[str, str, str, str, str]]:
    """Return of each reading its name, who leads, in how many of 100, because of what, and where that is from."""
    rows = []
    for name, reading in page.advice.readings.items():
        cite = _cite(page, reading.cite)
        because = (
            reading.because[page.lang]
            if reading.because
            else page.pick("nothing in it is decisive", "其中无决定性依据")
        )
        share = f"{round(100 * reading.frameworks[0].p_best)}"
        leader = page.candidate(reading.framework) if reading.framework else page.pick("nothing", "无")
        rows.append((READINGS[name][page.lang], leader, share, because, cite))
    if not any(measurement.amount is not None for measurement in page.advice.evidence.measurements):
        rows[-1] = (*rows[-1][:3], page.pick("nothing was measured", "未进行实测"), "")
    return rows


def _cite(page: Page, id: str) -> str:
    claim = page.pack.claims.get(id)
    if claim is None:
        return f"[{id}]" if id else ""
    return f"[{source_of(claim.source)}]"


def source_of(source: str) -> str:
    """Return how a source is cited: a section of the article by its number alone."""
    return source.removeprefix("article ")


def _by_topic(reasons: Sequence[Reason], limit: int) -> list[Reason]:
    """Pick the strongest reasons, each topic once before any twice, the article's three criteria before the others."""
    count_by_topic: dict[str, int] = {}
    turns = []
    for position, reason in enumerate(reasons):
        count_by_topic[reason.topic] = count_by_topic.get(reason.topic, -1) + 1
        turns.append((count_by_topic[reason.topic], reason.topic not in ARTICLE_TOPICS, position, reason))
    picked = sorted(turns, key=lambda turn: turn[:3])[:limit]
    return [reason for _, _, _, reason in sorted(picked, key=lambda turn: turn[2])]


def _reasons(page: Page, head: str, reasons: Sequence[Reason]) -> Iterator[Line]:
    if not reasons:
        return
    yield section(head)
    for reason in reasons:
        yield from hanging(page, topic(reason.topic)[page.lang], reason_text(page, reason), 2, 16)


def reason_text(page: Page, reason: Reason) -> str:
    """Return a ground in words: what it says, what it rests on and where it is from."""
    verdict, text = basis(page, reason), reason.text[page.lang].rstrip("。.")
    cite = f"[{source_of(reason.source)}]" if not reason.probe else ""
    return page.pick(f"{text}; {verdict} {cite}", f"{text}；{verdict} {cite}").rstrip()


def basis(page: Page, reason: Reason) -> str:
    """Return what a ground rests on in a word: its verdict here, or for an untested claim its kind of source."""
    if reason.claim is None and reason.probe is None:
        return page.pick("a hard constraint", "硬性约束")
    if reason.verdict != "untested" or reason.claim is None:
        return VERDICTS[reason.verdict][page.lang]
    source_kind = page.pack.sources[page.pack.claims[reason.claim].source_id].kind
    return VERDICTS["stated" if source_kind in ("article", "judgement") else "documented"][page.lang]


def _article(page: Page, examples: Sequence[str]) -> Iterator[Line]:
    """How the article's claims fared on this machine, with an example of each verdict."""
    claims = [claim for claim in page.advice.claims if claim.source.startswith("article")]
    if not any(claim.verdict in ("confirmed", "refuted") for claim in claims):
        return
    head = page.pick("THE ARTICLE", "文章论断的核验")
    yield from (Line(line, "bold") for line in wrap(f"{head}  {verdict_counts(page, claims)}", page.width))
    for verdict in examples:
        example = _example(page, claims, verdict)
        if example is not None:
            label = pad(VERDICTS[verdict][page.lang], 11) + source_of(example.source)
            why = example.why[page.lang]
            text = (
                f"{example.text[page.lang].rstrip('。.')}: {why}"
                if page.lang is Lang.EN
                else f"{example.text.zh.rstrip('。')}：{why}"
            )
            yield from hanging(page, label, text, 2, 20)


def verdict_counts(page: Page, claims: Sequence[JudgedClaim]) -> str:
    """Count the verdicts of the article's claims, and of how many the check shows only a part."""
    counts, counts_zh = [], []
    for verdict in RUN_VERDICTS:
        judged = [claim for claim in claims if claim.verdict == verdict]
        part = sum(_is_partial(page, claim) for claim in judged) if verdict in ("confirmed", "refuted") else 0
        counts.append(f"{len(judged)} {VERDICTS[verdict].en}" + (f" ({part} in part)" if part else ""))
        counts_zh.append(f"{VERDICTS[verdict].zh} {len(judged)}" + (f"（其中部分 {part}）" if part else ""))
    return page.pick(", ".join(counts), "，".join(counts_zh))


def _is_partial(page: Page, judged: JudgedClaim) -> bool:
    """Whether the check of a claim shows only a part of it."""
    check = page.pack.claims[judged.id].check
    return check is not None and check.means is not None


def _example(page: Page, claims: Sequence[JudgedClaim], verdict: str) -> JudgedClaim | None:
    """Pick the claim of a verdict whose check shows the whole of it, that names a framework, and is short to say."""

    def worth(claim: JudgedClaim) -> tuple[bool, bool, int, str]:
        length = cell_len(claim.text.en + claim.why.en)
        return _is_partial(page, claim), not page.pack.claims[claim.id].says, length, claim.id

    return min((claim for claim in claims if claim.verdict == verdict), key=worth, default=None)


def _foot(page: Page, most_flips: int) -> Iterator[Line]:
    advice = page.advice
    if advice.limitations.not_measured:
        yield from hanging(page, page.pick("NOT MEASURED", "未实测"), not_measured(page), 0, 15, "bold")
    if advice.candidate:
        yield from hanging(page, page.pick("WOULD FLIP IT", "改变结论"), _flips(page, most_flips), 0, 15, "bold")
    yield from hanging(page, page.pick("ASK NEXT", "建议先答"), next_questions(page), 0, 15, "bold")
    if advice.next.start is not None:
        for number, row in enumerate(start_rows(advice.next.start, page.lang)):
            label = page.pick("START", "开始使用") if number == 0 else ""
            yield from hanging(page, label, row.text, 0, 15, "bold" if number == 0 else "")
    losers = [framework.id for framework in advice.frameworks if framework.id != advice.framework]
    commands = ["advise why", *(f"advise why-not {id}" for id in losers[:1]), "advise claims"]
    note = page.pick("(they use this answer)", "（均沿用本次回答）")
    yield from hanging(page, page.pick("MORE", "了解更多"), f"{' | '.join(commands)}  {note}", 0, 15, "bold")
    for warning in advice.warnings:
        yield from hanging(page, page.pick("WARNING", "注意"), warning[page.lang], 0, 15, "yellow")


def not_measured(page: Page) -> str:
    """Return what rests on documents alone, in words."""
    missing = page.pick(", ", "、").join(aspect[page.lang] for aspect in page.advice.limitations.not_measured)
    return page.pick(f"{missing}. Documents only.", f"{missing}。这些方面只有文献依据。")


def next_questions(page: Page) -> str:
    """Name the open questions that could change most."""
    questions = [question.id for question in page.advice.next.questions if question.gain >= LEAST_GAIN][:3]
    nothing = page.pick("nothing: no open question can change the answer by much", "无：未回答的问题已难以改变结论")
    return ", ".join(questions) or nothing


def _flips(page: Page, limit: int) -> str:
    texts = flip_texts(page)
    if not texts:
        return page.pick("no single answer", "任何单个回答都不会改变结论")
    further = [
        page.pick(f"{len(texts) - limit} more in --format json", f"另有 {len(texts) - limit} 项，见 --format json")
    ]
    return " | ".join(texts if len(texts) <= limit else [*texts[:limit], *further])


def flip_texts(page: Page) -> list[str]:
    """Return which single answers would change the recommendation, and to what, in words."""
    by_target: dict[tuple[str, str], list[str]] = {}
    for flip in page.advice.flips:
        by_target.setdefault((flip.question, flip.becomes), []).append("+".join(flip.after))
    return [
        f"{question}={'/'.join(choices)}: {page.candidate(becomes)}"
        for (question, becomes), choices in by_target.items()
    ]
