"""The answer on one screen: what, how sure, how it came to that, what was measured, what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from advisor.reasoning.advice import JudgedClaim, Reason
from advisor.render.head import head
from advisor.render.measured import measured
from advisor.render.page import Line, Page, hanging, section
from advisor.render.text_layout import columns, hang, pad, wrap
from advisor.text import Lang
from advisor.words import READINGS, VERDICTS, topic

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
    for room in DENSITIES:
        lines = list(_sections(page, room))
        if len(lines) <= MOST_LINES:
            break
    return lines


def _sections(page: Page, room: Density) -> Iterator[Line]:
    yield from head(page)
    yield from _said(page)
    yield from _moved(page)
    if page.advice.candidate:
        name = page.candidate(page.advice.candidate)
        best = _by_topic(page.advice.reasons, room.reasons)
        worst = _by_topic(page.advice.dissent, room.dissent)
        yield from _grounds(page, page.pick(f"FOR {name.upper()}", f"支持 {name} 的理由"), best)
        yield from _grounds(page, page.pick(f"AGAINST {name.upper()}", f"反对 {name} 的理由"), worst)
    yield from measured(page)
    yield from _article(page, room.examples)
    yield from _foot(page, room.flips)


def _said(page: Page) -> Iterator[Line]:
    yield from hanging(page, page.pick("You said", "已知条件"), known_answers(page), 0, 11)


def known_answers(page: Page) -> str:
    """Say what is known of the project, and how much is not."""
    profile, pack = page.advice.profile, page.pack
    named = {id: f"{id} = {_choices(page, id, one.choices)}" for id, one in profile.answers.items()}
    given = [named[id] for id, one in profile.answers.items() if one.origin not in ("detected", "default")]
    usual = [named[id] for id, one in profile.answers.items() if one.origin == "default"]
    found = [_choices(page, id, one.choices) for id, one in profile.answers.items() if one.origin == "detected"]
    unknown = sum(question.id not in profile.answers for question in pack.asked)
    text = page.pick(
        f"{'; '.join(given) or 'nothing yet'}.  Detected: {', '.join(found) or 'nothing'}.  "
        f"Unknown: {unknown} of {len(pack.asked)} questions.",
        f"{'；'.join(given) or '尚无'}。本机检测：{'，'.join(found) or '无'}。{len(pack.asked)} 个问题中 {unknown} 个未回答。",
    )
    if pack.overlays:
        text += page.pick(f"  Packs: {pack.name}.", f"知识包：{pack.name}。")
    if usual:
        text += page.pick(f"  Usual there: {'; '.join(usual)}.", f"团队惯例：{'；'.join(usual)}。")
    weigh = "; ".join(f"{criterion} = {level}" for criterion, level in page.advice.weigh.items())
    if weigh:
        text += page.pick(f"  Weighed by hand: {weigh}.", f"手动权重：{weigh}。")
    return text


def _choices(page: Page, id: str, choices: tuple[str, ...]) -> str:
    question = page.pack.questions[id]
    if question.fact or id == "os":
        return "+".join(question.choice(choice).label[page.lang] for choice in choices)
    return "+".join(choices)


def _moved(page: Page) -> Iterator[Line]:
    yield section(page.pick("HOW THE ANSWER MOVED", "结论如何变化"))
    rows = moved(page)
    heads = columns([list(row[:3]) for row in rows], [False, False, True])
    room = max(map(cell_len, heads)) + 2
    for start, (_, _, _, because, cite) in zip(heads, rows, strict=True):
        text = f"{because}  {cite}" if cite else because
        yield from (Line(line) for line in hang(start, text, page.width, 2, room + 1))


def moved(page: Page) -> list[tuple[str, str, str, str, str]]:
    """Return of each reading its name, who leads, in how many of 100, because of what, and where that is from."""
    rows = []
    for name, one in page.advice.readings.items():
        cite = _cite(page, one.cite)
        because = one.because[page.lang] if one.because else page.pick("nothing in it decides", "其中无决定性依据")
        share = f"{round(100 * one.frameworks[0].p_best)}"
        leader = page.candidate(one.framework) if one.framework else page.pick("nothing", "无")
        rows.append((READINGS[name][page.lang], leader, share, because, cite))
    if not any(one.amount is not None for one in page.advice.evidence.measurements):
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


def _by_topic(reasons: Sequence[Reason], most: int) -> list[Reason]:
    """Pick the strongest reasons, each topic once before any twice, the article's three criteria before the others."""
    seen: dict[str, int] = {}
    turns = []
    for place, reason in enumerate(reasons):
        seen[reason.topic] = seen.get(reason.topic, -1) + 1
        turns.append((seen[reason.topic], reason.topic not in ARTICLE_TOPICS, place, reason))
    chosen = sorted(turns, key=lambda one: one[:3])[:most]
    return [reason for _, _, _, reason in sorted(chosen, key=lambda one: one[2])]


def _grounds(page: Page, head: str, reasons: Sequence[Reason]) -> Iterator[Line]:
    if not reasons:
        return
    yield section(head)
    for reason in reasons:
        yield from hanging(page, topic(reason.topic)[page.lang], ground(page, reason), 2, 16)


def ground(page: Page, reason: Reason) -> str:
    """Say a ground, what it rests on and where it is from."""
    verdict, text = standing(page, reason), reason.text[page.lang].rstrip("。.")
    cite = f"[{source_of(reason.source)}]" if not reason.probe else ""
    return page.pick(f"{text}; {verdict} {cite}", f"{text}；{verdict} {cite}").rstrip()


def standing(page: Page, reason: Reason) -> str:
    """Return what a ground rests on in a word: its verdict here, or for an untested claim its kind of source."""
    if reason.claim is None and reason.probe is None:
        return page.pick("a hard limit", "硬性限制")
    if reason.verdict != "untested" or reason.claim is None:
        return VERDICTS[reason.verdict][page.lang]
    kind = page.pack.sources[page.pack.claims[reason.claim].source_id].kind
    return VERDICTS["stated" if kind in ("article", "judgement") else "documented"][page.lang]


def _article(page: Page, examples: Sequence[str]) -> Iterator[Line]:
    """How the article's claims fared on this machine, with an example of each verdict."""
    claims = [one for one in page.advice.claims if one.source.startswith("article")]
    if not any(one.verdict in ("confirmed", "refuted") for one in claims):
        return
    head = page.pick("THE ARTICLE", "文章论断的核验")
    yield from (Line(line, "bold") for line in wrap(f"{head}  {verdicts(page, claims)}", page.width))
    for verdict in examples:
        one = _example(page, claims, verdict)
        if one is not None:
            label = pad(VERDICTS[verdict][page.lang], 11) + source_of(one.source)
            why = one.why[page.lang]
            text = (
                f"{one.text[page.lang].rstrip('。.')}: {why}"
                if page.lang is Lang.EN
                else f"{one.text.zh.rstrip('。')}：{why}"
            )
            yield from hanging(page, label, text, 2, 20)


def verdicts(page: Page, claims: Sequence[JudgedClaim]) -> str:
    """Count the verdicts of the article's claims, and of how many the check shows only a part."""
    listed, listed_zh = [], []
    for verdict in ("confirmed", "refuted", "inconclusive", "untested"):
        found = [one for one in claims if one.verdict == verdict]
        part = sum(_is_partial(page, one) for one in found) if verdict in ("confirmed", "refuted") else 0
        listed.append(f"{len(found)} {VERDICTS[verdict].en}" + (f" ({part} in part)" if part else ""))
        listed_zh.append(f"{VERDICTS[verdict].zh} {len(found)}" + (f"（其中部分 {part}）" if part else ""))
    return page.pick(", ".join(listed), "，".join(listed_zh))


def _is_partial(page: Page, one: JudgedClaim) -> bool:
    """Whether the check of a claim shows only a part of it."""
    check = page.pack.claims[one.id].check
    return check is not None and check.means is not None


def _example(page: Page, claims: Sequence[JudgedClaim], verdict: str) -> JudgedClaim | None:
    """Pick the claim of a verdict whose check shows the whole of it, that names a framework, and is short to say."""

    def worth(one: JudgedClaim) -> tuple[bool, bool, int, str]:
        length = cell_len(one.text.en + one.why.en)
        return _is_partial(page, one), not page.pack.claims[one.id].says, length, one.id

    return min((one for one in claims if one.verdict == verdict), key=worth, default=None)


def _foot(page: Page, most_flips: int) -> Iterator[Line]:
    advice = page.advice
    if advice.limitations.not_measured:
        yield from hanging(page, page.pick("NOT MEASURED", "未实测"), not_measured(page), 0, 15, "bold")
    if advice.candidate:
        yield from hanging(page, page.pick("WOULD FLIP IT", "改变结论"), _flip_words(page, most_flips), 0, 15, "bold")
    yield from hanging(page, page.pick("ASK NEXT", "建议先答"), ask_next(page), 0, 15, "bold")
    if advice.candidate:
        size = page.pack.candidates[advice.candidate].size_mb
        setup = page.pick(f"{advice.next.setup}    (about {size} MB)", f"{advice.next.setup}    （约 {size} MB）")
        yield from hanging(page, page.pick("START", "开始使用"), setup, 0, 15, "bold")
    losers = [one.id for one in advice.frameworks if one.id != advice.framework]
    more = f"advise why | advise why-not {losers[0] if losers else 'tensorflow'} | advise claims"
    note = page.pick("(they use this answer)", "（均沿用本次回答）")
    yield from hanging(page, page.pick("MORE", "了解更多"), f"{more}  {note}", 0, 15, "bold")
    for warning in advice.warnings:
        yield from hanging(page, page.pick("WARNING", "注意"), warning[page.lang], 0, 15, "yellow")


def not_measured(page: Page) -> str:
    """Say what rests on documents alone."""
    missing = page.pick(", ", "、").join(one[page.lang] for one in page.advice.limitations.not_measured)
    return page.pick(f"{missing}. Documents only.", f"{missing}。这些方面只有文献依据。")


def ask_next(page: Page) -> str:
    """Name the open questions that could change most."""
    questions = [one.id for one in page.advice.next.questions if one.gain >= LEAST_GAIN][:3]
    nothing = page.pick("nothing: no open question can change the answer by much", "无：未回答的问题已难以改变结论")
    return ", ".join(questions) or nothing


def _flip_words(page: Page, most: int) -> str:
    said = flips(page)
    if not said:
        return page.pick("no single answer", "任何单个回答都不会改变结论")
    more = [page.pick(f"{len(said) - most} more in --format json", f"另有 {len(said) - most} 项，见 --format json")]
    return " | ".join(said if len(said) <= most else [*said[:most], *more])


def flips(page: Page) -> list[str]:
    """Say which single answers would change the recommendation, and to what."""
    by_target: dict[tuple[str, str], list[str]] = {}
    for one in page.advice.flips:
        by_target.setdefault((one.question, one.becomes), []).append("+".join(one.after))
    return [
        f"{question}={'/'.join(choices)}: {page.candidate(becomes)}"
        for (question, becomes), choices in by_target.items()
    ]
