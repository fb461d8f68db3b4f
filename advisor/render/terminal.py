"""The answer on one screen: what, how sure, how it came to that, what was measured, what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import Advice, ClaimLine, Measurement, Reason
from advisor.reasoning.outcome import Standing
from advisor.render.layout import columns, hang, pad, wrap
from advisor.text import Lang, clean
from advisor.words import LABELS, READINGS, TOPICS, VERDICTS, amount

WIDTH = 100
MOST_LINES = 42
ARTICLE_TOPICS = ("use-case", "scale", "dev-efficiency")
LEAST_GAIN = 0.001
"""Questions expected to save less utility than this are not worth asking."""


@dataclass(frozen=True)
class Line:
    """One line of the page; the style only repeats what the words say."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Page:
    """What a rendering needs to know besides the advice."""

    advice: Advice
    pack: Pack
    lang: Lang
    width: int = WIDTH
    command: str = ""

    def pick(self, en: str, zh: str) -> str:
        """Return the wording of the page's language."""
        return self.lang.pick(en, zh)

    def candidate(self, id: str) -> str:
        """Return the name of a candidate or framework."""
        if id in self.pack.candidates:
            return self.pack.candidates[id].name[self.lang]
        return self.pack.frameworks[id].name


def render(page: Page) -> list[Line]:
    """Return the lines of an answer: at most 42 at 100 columns, fewer reasons if that is what it takes."""
    lines: list[Line] = []
    for most in ((4, 3), (4, 2), (3, 2), (3, 1), (2, 1)):
        lines = list(_sections(page, *most))
        if len(lines) <= MOST_LINES:
            break
    return lines


def _sections(page: Page, most_for: int, most_against: int) -> Iterator[Line]:
    yield from _head(page)
    yield from _said(page)
    yield from _moved(page)
    if page.advice.candidate:
        name = page.candidate(page.advice.candidate)
        best = _by_topic(page.advice.reasons, most_for)
        worst = _by_topic(page.advice.dissent, most_against)
        yield from _grounds(page, page.pick(f"FOR {name.upper()}", f"支持 {name} 的理由"), best)
        yield from _grounds(page, page.pick(f"AGAINST {name.upper()}", f"反对 {name} 的理由"), worst)
    yield from _measured(page)
    yield from _article(page)
    yield from _foot(page)


def _head(page: Page) -> Iterator[Line]:
    advice = page.advice
    if advice.candidate is None or advice.framework is None:
        yield Line(
            page.pick(
                "NOTHING LEFT TO RECOMMEND: your answers rule out every candidate",
                "没有可推荐的候选：所给条件排除了全部候选",
            ),
            "bold red",
        )
        for id in advice.conflict:
            yield from _hung(page, "", f"{id}: {page.pack.constraints[id].constraint[page.lang]}", 2)
        return
    name, label = page.candidate(advice.candidate), LABELS[advice.label][page.lang]
    out_of = round(100 * advice.p_best)
    stack = "" if advice.candidate == advice.framework else page.pick(
        f"; this backend in {_share(advice.ranking[0])}", f"；该后端占 {_share(advice.ranking[0])} 种"
    )  # fmt: skip
    said = page.pick(
        f"{label}: {page.candidate(advice.framework)} wins in {out_of} of 100 plausible versions of your project{stack}",
        f"{label}：在 100 种可能的项目情形中，有 {out_of} 种是 {page.candidate(advice.framework)} 最优{stack}",
    )
    column = max(11, cell_len(name) + 2)
    first, *rest = hang(name, said, page.width, 0, column)
    yield Line(first, "bold")
    yield from (Line(line, "bold") for line in rest)
    others = [one for one in advice.ranking if one.id != advice.candidate and one.excluded_share < 1]
    listed = ", ".join(f"{page.candidate(one.id)} {_share(one)}" for one in others)
    yield from _hung(page, "", page.pick(f"then {listed}", "其后：" + listed.replace(", ", "，")), 0, column)
    doubt = advice.doubt
    facts, weights, answers = (round(100 * part) for part in (doubt.facts, doubt.weights, doubt.answers))
    yield from _hung(
        page,
        "",
        page.pick(
            f"with only one doubt it wins: facts {facts}, weights {weights}, unanswered questions {answers} of 100",
            f"若仅此一项不确定，其胜率为：事实 {facts}，权重 {weights}，未回答的问题 {answers}（每 100 种）",
        ),
        0,
        column,
    )
    for id, constraint in _excluded(page).items():
        yield from _hung(page, page.pick("excluded", "已排除"), f"{id}: {constraint}", 0, column)


def _share(one: Standing) -> int:
    return round(100 * one.p_best)


def _excluded(page: Page) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for candidate, id in page.advice.excluded.items():
        if id:
            found.setdefault(id, []).append(page.candidate(candidate))
    return {", ".join(names): page.pack.constraints[id].constraint[page.lang] for id, names in found.items()}


def _said(page: Page) -> Iterator[Line]:
    profile, pack = page.advice.profile, page.pack
    given = [
        f"{_question(page, id)} = {_choices(page, id, one.choices)}"
        for id, one in profile.answers.items()
        if one.origin != "detected"
    ]
    found = [_choices(page, id, one.choices) for id, one in profile.answers.items() if one.origin == "detected"]
    unknown = sum(question.id not in profile.answers for question in pack.asked)
    text = page.pick(
        f"{'; '.join(given) or 'nothing yet'}.  Detected: {', '.join(found) or 'nothing'}.  "
        f"Unknown: {unknown} of {len(pack.asked)} questions.",
        f"{'；'.join(given) or '尚无'}。本机检测：{'，'.join(found) or '无'}。{len(pack.asked)} 个问题中 {unknown} 个未回答。",
    )
    weigh = "; ".join(f"{criterion} = {level}" for criterion, level in page.advice.weigh.items())
    if weigh:
        text += page.pick(f"  Weighed by hand: {weigh}.", f"手动权重：{weigh}。")
    yield from _hung(page, page.pick("You said", "已知条件"), text, 0, 11)


def _question(page: Page, id: str) -> str:
    return id


def _choices(page: Page, id: str, choices: tuple[str, ...]) -> str:
    question = page.pack.questions[id]
    if question.fact or id == "os":
        return "+".join(question.choice(choice).label[page.lang] for choice in choices)
    return "+".join(choices)


def _moved(page: Page) -> Iterator[Line]:
    yield _section(page.pick("HOW THE ANSWER MOVED", "结论如何变化"))
    rows = []
    for name, one in page.advice.readings.items():
        cite = _cite(page, one.cite)
        because = one.because[page.lang] if one.because else page.pick("nothing in it decides", "其中无决定性依据")
        share = f"{round(100 * one.frameworks[0].p_best)}"
        leader = page.candidate(one.framework) if one.framework else page.pick("nothing", "无")
        rows.append((READINGS[name][page.lang], leader, share, because, cite))
    if not any(one.amount is not None for one in page.advice.evidence.measurements):
        rows[-1] = (*rows[-1][:3], page.pick("nothing was measured", "未进行实测"), "")
    heads = columns([list(row[:3]) for row in rows], [False, False, True])
    room = max(map(cell_len, heads)) + 2
    for head, (_, _, _, because, cite) in zip(heads, rows, strict=True):
        text = f"{because}  {cite}" if cite else because
        yield from (Line(line) for line in hang(head, text, page.width, 2, room + 1))


def _cite(page: Page, id: str) -> str:
    claim = page.pack.claims.get(id)
    if claim is None:
        return f"[{id}]" if id else ""
    return f"[{_source(claim.source)}]"


def _source(source: str) -> str:
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
    yield _section(head)
    for reason in reasons:
        verdict = standing(page, reason)
        text = reason.text[page.lang].rstrip("。.")
        cite = f"[{_source(reason.source)}]" if not reason.probe else ""
        said = page.pick(f"{text}; {verdict} {cite}", f"{text}；{verdict} {cite}").rstrip()
        yield from _hung(page, TOPICS[reason.topic][page.lang], said, 2, 16)


def standing(page: Page, reason: Reason) -> str:
    """Return what a ground rests on in a word: its verdict here, or for an untested claim its kind of source."""
    if reason.claim is None and reason.probe is None:
        return page.pick("a hard limit", "硬性限制")
    if reason.verdict != "untested" or reason.claim is None:
        return VERDICTS[reason.verdict][page.lang]
    kind = page.pack.sources[page.pack.claims[reason.claim].source_id].kind
    return VERDICTS["stated" if kind in ("article", "judgement") else "documented"][page.lang]


def _measured(page: Page) -> Iterator[Line]:
    """The table of what was measured, candidates in alphabetical order."""
    evidence = page.advice.evidence
    shown = [one for one in evidence.measurements if one.amount is not None]
    if not shown:
        reason = page.pick("nothing; ", "无；") + (_missing_words(page) or page.pick("documents only", "仅凭文献"))
        yield from _hung(page, page.pick("MEASURED", "实测"), reason, 0, 15, "bold")
        return
    facts = evidence.machine
    gpus = facts.get("gpus") or []
    cores, cpu = clean(str(facts.get("usable_cores", "?"))), clean(str(facts.get("cpu", "CPU")))
    parts = [
        page.pick(f"{cpu}, {cores} cores, ", f"{cpu}，{cores} 核，")
        + (clean(str(gpus[0])) if gpus else page.pick("no GPU", "无 GPU")),
    ]
    if evidence.blocks:
        blocks, seconds = evidence.blocks, f"{evidence.seconds:.0f}"
        parts.append(
            page.pick(f"{blocks} block{'' if blocks == 1 else 's'}, {seconds} s", f"{blocks} 轮，{seconds} 秒")
        )
    if evidence.noise is not None:
        parts.append(page.pick(f"noise {100 * evidence.noise:.1f} %", f"噪声 {100 * evidence.noise:.1f} %"))
    yield from _hung(page, page.pick("MEASURED", "实测"), " | ".join(parts), 0, 11, "bold")
    yield from (
        Line("  " + line) for line in _table(page, shown, sorted({one.candidate for one in evidence.measurements}))
    )
    notes = dict.fromkeys(one.note[page.lang] for one in shown if one.counts != "yes" and one.note)
    if notes:
        yield from _hung(page, "", page.pick("; ", "；").join(notes), 2)
    for note in _mode_notes(page, shown):
        yield from _hung(page, "", note, 2)
    if missing := _missing_words(page):
        yield from _hung(page, "", page.pick("not measured or not counted: ", "未实测或未计入：") + missing, 2)


def _mode_notes(page: Page, shown: Sequence[Measurement]) -> Iterator[str]:
    """Say in which mode a step was timed where that is not the mode the other columns speak of."""
    timed = [one for one in shown if one.ratio is not None]
    fast = [one.candidate for one in timed if one.mode == "production"]
    eager = [one.candidate for one in timed if one.mode == "default" and one.candidate in ("pytorch", "keras[torch]")]
    if fast:
        listed = ", ".join(fast)
        yield page.pick(
            f"step of {listed}: its compiled form (tf.function), the faster one; the other columns: its eager loop",
            f"{listed} 的单步：取较快的编译形式（tf.function）；其余各列：其即时执行循环",
        )
    if eager:
        listed = ", ".join(eager)
        yield page.pick(
            f"step of {listed}: eager; torch.compile is timed by --probe full only",
            f"{listed} 的单步：即时执行；torch.compile 仅在 --probe full 时计时",
        )


def _missing_words(page: Page) -> str:
    """Say for each candidate of which something is missing why it was not measured."""
    found: dict[str, str] = {}
    for one in page.advice.evidence.measurements:
        if one.why:
            found.setdefault(one.candidate, one.why[page.lang])
    by_reason: dict[str, list[str]] = {}
    for candidate, why in found.items():
        by_reason.setdefault(why, []).append(candidate)
    return page.pick("; ", "；").join(f"{', '.join(names)}: {why}" for why, names in by_reason.items())


def _table(page: Page, shown: Sequence[Measurement], candidates: Sequence[str]) -> list[str]:
    """Lay out the measured table, split into blocks of columns where it does not fit the page."""
    measures = sorted(dict.fromkeys((one.probe, one.measure, one.timed) for one in shown), key=lambda one: not one[2])
    at = {(one.candidate, one.probe, one.measure): one for one in page.advice.evidence.measurements}
    groups: list[list[str]] = []
    for probe, measure, _ in measures:
        cells = [at[candidate, probe, measure] for candidate in candidates]
        groups += _columns_of(page, cells)
    names = ["", *candidates, page.pick("counts for you?", "是否计入结论")]
    return _fitted(names, groups, page.width - 2)


def _columns_of(page: Page, cells: Sequence[Measurement]) -> list[list[str]]:
    """Return one or two columns of a measure: the amounts, and for timed ones the interval over NumPy."""
    first = cells[0]
    unit = f" {first.unit[page.lang]}" if first.unit else ""
    head = first.label[page.lang] + unit
    words = {"yes": page.pick("yes", "是"), "no": page.pick("no", "否"), "partly": page.pick("partly", "部分")}
    counts = words[next((one.counts for one in cells if one.counts != "no"), "no")]
    found = [[head, *(_amount_words(page, cell) for cell in cells), counts]]
    if any(cell.ratio is not None for cell in cells):
        intervals = [_ratio_words(c) for c in cells]
        found.append([page.pick("x NumPy 90% int.", "NumPy 倍数 90% 区间"), *intervals, ""])
    return found


def _amount_words(page: Page, cell: Measurement) -> str:
    if cell.amount is None:
        return "-"
    return page.pick("noisy", "噪声大") if cell.timed and cell.why else amount(cell.amount)[page.lang]


def _ratio_words(cell: Measurement) -> str:
    if cell.why:
        return "-"
    if cell.ratio is None or cell.low is None or cell.high is None:
        return "-" if cell.ratio is None else f"{cell.ratio:.2f}"
    return f"{cell.ratio:.2f} {cell.low:.2f}-{cell.high:.2f}"


def _fitted(names: list[str], groups: list[list[str]], width: int) -> list[str]:
    """Put columns side by side as far as they fit, the rest below under the same names."""
    lines: list[str] = []
    left = groups
    while left:
        for count in range(len(left), 0, -1):
            block = [list(row) for row in zip(names, *left[:count], strict=True)]
            laid = columns(block, [False] + [True] * count)
            if max(map(cell_len, laid)) <= width or count == 1:
                lines += laid
                left = left[count:]
                break
    return lines


def _article(page: Page) -> Iterator[Line]:
    """How the article's claims fared on this machine, with an example of each verdict."""
    claims = [one for one in page.advice.claims if one.source.startswith("article")]
    if not any(one.verdict in ("confirmed", "refuted") for one in claims):
        return
    listed, listed_zh = [], []
    for verdict in ("confirmed", "refuted", "inconclusive", "untested"):
        found = [one for one in claims if one.verdict == verdict]
        part = sum(_is_partial(page, one) for one in found) if verdict in ("confirmed", "refuted") else 0
        listed.append(f"{len(found)} {VERDICTS[verdict].en}" + (f" ({part} in part)" if part else ""))
        listed_zh.append(f"{VERDICTS[verdict].zh} {len(found)}" + (f"（其中部分 {part}）" if part else ""))
    head = page.pick(
        f"THE ARTICLE, CHECKED   {', '.join(listed)}",
        f"文章论断的核验   {'，'.join(listed_zh)}",
    )
    yield from (Line(line, "bold") for line in wrap(head, page.width))
    for verdict in ("refuted", "confirmed", "untested"):
        one = _example(page, claims, verdict)
        if one is not None:
            label = pad(VERDICTS[verdict][page.lang], 11) + _source(one.source)
            why = one.why[page.lang]
            text = (
                f"{one.text[page.lang].rstrip('。.')}: {why}"
                if page.lang is Lang.EN
                else f"{one.text.zh.rstrip('。')}：{why}"
            )
            yield from _hung(page, label, text, 2, 20)


def _is_partial(page: Page, one: ClaimLine) -> bool:
    """Whether the check of a claim shows only a part of it."""
    check = page.pack.claims[one.id].check
    return check is not None and check.means is not None


def _example(page: Page, claims: Sequence[ClaimLine], verdict: str) -> ClaimLine | None:
    """Pick the claim of a verdict whose check shows the whole of it, that names a framework, and is short to say."""

    def worth(one: ClaimLine) -> tuple[bool, bool, int, str]:
        length = cell_len(one.text.en + one.why.en)
        return _is_partial(page, one), not page.pack.claims[one.id].says, length, one.id

    return min((one for one in claims if one.verdict == verdict), key=worth, default=None)


def _foot(page: Page) -> Iterator[Line]:
    advice = page.advice
    rest = page.pick("Documents only.", "这些方面只有文献依据。")
    missing = page.pick(", ", "、").join(one[page.lang] for one in advice.scope.not_measured)
    if missing:
        yield from _hung(
            page,
            page.pick("NOT MEASURED", "未实测"),
            f"{missing}{page.pick('. ', '。')}{rest}",
            0,
            15,
            "bold",
        )
    if advice.candidate:
        yield from _hung(page, page.pick("WOULD FLIP IT", "改变结论"), _flip_words(page), 0, 15, "bold")
    questions = [one.id for one in advice.next.questions if one.gain >= LEAST_GAIN][:3]
    ask = ", ".join(questions) or page.pick(
        "nothing: no open question can change the answer by much", "无：未回答的问题已难以改变结论"
    )
    yield from _hung(page, page.pick("ASK NEXT", "建议先答"), ask, 0, 15, "bold")
    if advice.candidate:
        size = page.pack.candidates[advice.candidate].size_mb
        setup = page.pick(f"{advice.next.setup}    (about {size} MB)", f"{advice.next.setup}    （约 {size} MB）")
        yield from _hung(page, page.pick("START", "开始使用"), setup, 0, 15, "bold")
    losers = [one.id for one in advice.frameworks if one.id != advice.framework]
    more = f"advise why | advise why-not {losers[0] if losers else 'tensorflow'} | advise claims"
    note = page.pick("(they use this answer)", "（均沿用本次回答）")
    yield from _hung(page, page.pick("MORE", "了解更多"), f"{more}  {note}", 0, 15, "bold")
    for warning in advice.warnings:
        yield from _hung(page, page.pick("WARNING", "注意"), warning[page.lang], 0, 15, "yellow")


def _flip_words(page: Page) -> str:
    if not page.advice.flips:
        return page.pick("no single answer", "任何单个回答都不会改变结论")
    by_target: dict[tuple[str, str], list[str]] = {}
    for one in page.advice.flips:
        by_target.setdefault((one.question, one.becomes), []).append("+".join(one.after))
    return " | ".join(
        f"{question}={'/'.join(choices)}: {page.candidate(becomes)}"
        for (question, becomes), choices in by_target.items()
    )


def _section(text: str) -> Line:
    return Line(text, "bold")


def _hung(page: Page, label: str, text: str, indent: int, label_width: int = 0, style: str = "") -> Iterator[Line]:
    lines = hang(label, clean_keep_gaps(text), page.width, indent, label_width)
    yield from (Line(line, style if number == 0 else "") for number, line in enumerate(lines))


def clean_keep_gaps(text: str) -> str:
    """Clean outside text but keep the double spaces of our own layout."""
    return "  ".join(clean(part) for part in text.split("  "))
