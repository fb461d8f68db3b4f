"""The answer as a document: computed once, and the same for every format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from advisor.evidence.runs import Evidence
from advisor.reasoning.advice import JudgedClaim, Reason
from advisor.reasoning.answer_flips import AnswerFlip
from advisor.reasoning.derivation import Derivation
from advisor.render.document import Document, Item, Part, Table, part, table
from advisor.render.grounds import (
    apart,
    article_details,
    basis,
    ground_text,
    other_warnings,
    outranking,
    rival,
    source_of,
    unmet,
)
from advisor.render.job_size import workload_items
from advisor.render.measured import machine, measured_table, notes, why_nothing
from advisor.render.next_step import next_questions
from advisor.render.page import Page
from advisor.render.short_answer import short_answer
from advisor.render.start_words import start_lines
from advisor.render.verdict import share, stack
from advisor.words import READINGS, REVIEWS, RUN_VERDICTS, VERDICTS, topic


def document(
    page: Page, derivation: Derivation | None = None, evidence: Evidence | None = None, remark: str = ""
) -> Document:
    """Return an answer as a document.

    Args:
        page: the answer.
        derivation, evidence: what it is derived from and the runs it rests on; with them it has charts, and the whole ledger.
        remark: what is said before everything else.
    """
    advice = page.advice
    title = page.say("answer.title", stack=stack(page)) if advice.candidate else page.say("answer.title-nothing")
    short_part = short_answer(page)
    if remark:
        short_part = part(short_part.head, (remark, *short_part.items), short_part.id)
    parts = [*_parts(page)]
    if derivation is not None and evidence is not None:
        from advisor.render.figures import figures

        parts.append(part(page.say("answer.head-charts"), figures(page, derivation, evidence), "charts"))
        parts.append(part(page.say("answer.head-ledger"), _ledger(page), "ledger"))
    return Document(title, short_part, tuple(section for section in parts if section.items))


def _parts(page: Page) -> Iterator[Part]:
    advice = page.advice

    def head(id: str, **fields: object) -> str:
        return page.say(f"answer.head-{id}", **fields)

    yield part(head("warnings"), [*outranking(page), *other_warnings(page)], "warnings")
    yield part(head("known"), _known(page), "known")
    yield part(head("standings"), [_standings(page)], "standings")
    yield part(head("required"), [*(requirement.whole for requirement in unmet(page)), *apart(page)], "required")
    yield part(head("readings"), [_readings(page), *map(Item, article_details(page))], "readings")
    if advice.candidate:
        names = {"stack": stack(page), "rival": page.candidate(rival(page))}
        yield part(head("for", **names), _grounds(page, advice.reasons), "for")
        yield part(head("against", **names), _grounds(page, advice.dissent), "against")
        yield part(head("doubt"), [doubt(page)], "doubt")
    yield part(head("measured"), _measured(page), "measured")
    yield part(page.say("workload.head"), workload_items(page), "workload")
    yield part(head("article"), _article(page), "article")
    if advice.limitations.not_measured:
        yield part(head("not-measured"), [not_measured(page)], "not-measured")
    if advice.candidate:
        yield part(head("flips"), flip_texts(page) or [page.say("answer.no-flip")], "flips")
    questions = [
        page.say("answer.next-question", question=question.id, choices="|".join(question.choice_ids), ask=question.ask)
        for question in next_questions(page)
    ]
    yield part(head("next"), questions or [page.say("answer.next-nothing")], "next")
    yield part(head("start"), start_lines(page), "start")


def _known(page: Page) -> Iterator[Item | Table]:
    profile, pack = page.advice.profile, page.pack
    if profile.answers:
        yield table(
            (page.say("answer.column-question"), page.say("answer.column-answer"), page.say("answer.column-origin")),
            (
                (
                    pack.questions[id].ask[page.lang],
                    page.pick("; ", "；").join(
                        pack.questions[id].find_choice(choice).label[page.lang] for choice in answer.choices
                    ),
                    page.say(f"answer.origin-{answer.origin}", places=list(answer.places) or "–"),
                )
                for id, answer in profile.answers.items()
            ),
        )
    unknown = [question.id for question in pack.asked_questions if question.id not in profile.answers]
    if unknown:
        yield Item(page.say("answer.unknown-questions", questions=unknown))
    if page.advice.weigh:
        weights = [f"{criterion} = {importance}" for criterion, importance in page.advice.weigh.items()]
        yield Item(page.say("answer.weights-by-hand", weights=weights))
    if pack.overlays:
        yield Item(page.say("answer.packs", names=pack.name))
    about = page.advice.pack
    yield Item(page.say("answer.as-of", date=page.advice.as_of, name=about["name"], version=about["version"]))


def _standings(page: Page) -> Table:
    heads = (page.say(f"answer.column-{name}") for name in ("framework", "wins", "value", "cost"))
    rows = (
        (page.candidate(standing.id), str(share(standing)), f"{standing.value:.3f}", f"{standing.expected_regret:.3f}")
        for standing in page.advice.frameworks
    )
    return table(heads, rows, numbers=(1, 2, 3))


def _readings(page: Page) -> Table:
    """Return of each reading who leads, in how many of 100, because of what, and where that is from."""
    heads = (page.say(f"answer.column-{name}") for name in ("reading", "leads", "wins", "because", "source"))
    rows = []
    for name, reading in page.advice.readings.items():
        claim = page.pack.claims.get(reading.cite)
        because = reading.because[page.lang] if reading.because else page.say("answer.nothing-decisive")
        cite = source_of(claim.source) if claim else reading.cite.removeprefix("none")
        if name == "measured" and not page.advice.measured:
            because, cite = page.say("answer.measured-nothing"), ""
        name_of_leader = page.candidate(reading.framework) if reading.framework else page.say("answer.leads-nothing")
        rows.append((READINGS[name][page.lang], name_of_leader, str(share(reading.frameworks[0])), because, cite))
    return table(heads, rows, numbers=(2,))


def _grounds(page: Page, reasons: Sequence[Reason]) -> Iterator[Table]:
    if reasons:
        heads = (page.say(f"answer.column-{name}") for name in ("effect", "topic", "ground", "basis"))
        rows = (
            (
                f"{reason.effect:+.3f}",
                topic(reason.topic)[page.lang],
                ground_text(page, reason),
                basis(page, reason),
            )
            for reason in reasons
        )
        yield table(heads, rows, numbers=(0,))


def doubt(page: Page) -> str:
    """Say how often the recommended framework would win if only the facts, the weights or the open answers were uncertain."""
    doubts = page.advice.doubt
    percentages = {name: round(100 * getattr(doubts, name)) for name in ("facts", "weights", "answers")}
    return page.say("answer.doubt", name=page.candidate(page.advice.framework or ""), **percentages)


def _measured(page: Page) -> Iterator[Item | Table]:
    rows = measured_table(page)
    if rows is None:
        yield Item(why_nothing(page))
        return
    yield Item(machine(page))
    yield rows
    yield from map(Item, notes(page))


def _article(page: Page) -> Iterator[Item | Table]:
    """Count the verdicts on the article's claims, and list every claim that could be held against something."""
    claims = [claim for claim in page.advice.claims if claim.source.startswith("article")]
    tested = [claim for claim in claims if claim.verdict != "untested"]
    yield Item(verdict_counts(page, claims))
    if tested:
        heads = (page.say(f"answer.column-{name}") for name in ("verdict", "section", "claim", "why"))
        rows = (
            (VERDICTS[claim.verdict][page.lang], source_of(claim.source), claim.text[page.lang], claim.why[page.lang])
            for claim in sorted(tested, key=lambda claim: (claim.source, claim.id))
        )
        yield table(heads, rows)


def verdict_counts(page: Page, claims: Sequence[JudgedClaim]) -> str:
    """Count the verdicts of claims, and of how many the check shows only a part."""
    counts = []
    for verdict in RUN_VERDICTS:
        judged = [claim for claim in claims if claim.verdict == verdict]
        partial = sum(_is_partial(page, claim) for claim in judged) if verdict in ("confirmed", "refuted") else 0
        id = "answer.verdict-count-part" if partial else "answer.verdict-count"
        counts.append(page.say(id, count=len(judged), verdict=VERDICTS[verdict], part=partial))
    return page.pick(", ", "，").join(counts)


def _is_partial(page: Page, judged: JudgedClaim) -> bool:
    """Whether the check of a claim shows only a part of it."""
    check = page.pack.claims[judged.id].check
    return check is not None and check.means is not None


def _ledger(page: Page) -> Iterator[Item | Table]:
    """Yield every claim: the article's first, in the order of its sections."""
    yield Item(page.say("answer.ledger-about"))
    heads = (page.say(f"answer.column-{name}") for name in ("source", "claim", "review", "verdict", "why"))
    rows = (
        (
            source_of(claim.source),
            f"{claim.text[page.lang]} ({claim.id})",
            REVIEWS[page.pack.claims[claim.id].review.verdict][page.lang],
            VERDICTS[claim.verdict][page.lang],
            claim.why[page.lang],
        )
        for claim in sorted(
            page.advice.claims, key=lambda claim: (not claim.source.startswith("article"), claim.source, claim.id)
        )
    )
    yield table(heads, rows, filters=(2, 3))


def not_measured(page: Page) -> str:
    """Return what rests on documents alone, in words."""
    return page.say("answer.documents-only", aspects=page.advice.limitations.not_measured)


def flip_texts(page: Page) -> list[str]:
    """Return which single answers would change the recommendation, and to what, in words."""
    return [
        page.say("answer.flip", question=question, choices="|".join(choices), name=page.candidate(becomes))
        for (question, becomes), choices in choices_by_flip(page.advice.flips).items()
    ]


def choices_by_flip(flips: Iterable[AnswerFlip]) -> dict[tuple[str, str], list[str]]:
    """Return (question, what would be recommended) → the answers that would each make it so; several at once as `a+b`."""
    choices: dict[tuple[str, str], list[str]] = {}
    for flip in flips:
        choices.setdefault((flip.question, flip.becomes), []).append("+".join(flip.after))
    return choices
