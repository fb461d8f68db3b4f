"""The answer in short: what and how sure, what outranks it, who is excluded, grounds, how it moved, what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.condition import comparisons_of
from advisor.reasoning.advice import Reason, WeightFrom
from advisor.reasoning.packages import packages_apart, rule_id
from advisor.reasoning.ranking import Standing
from advisor.render.document import Item, Part, part
from advisor.render.grounds import (
    Introduction,
    apart,
    article_named,
    first_clause,
    glossed,
    kind_of_basis,
    rival,
    unmet,
)
from advisor.render.job_size import workload_in_short
from advisor.render.next_step import next_step
from advisor.render.page import Page
from advisor.render.start_words import StartForm, start_lines
from advisor.render.text_layout import paragraph
from advisor.render.verdict import label, share, verdict, verdict_again
from advisor.sentences import Sentence
from advisor.words import BASES

MOST_LINES = {100: 14, 80: 17, 60: 21}
"""Cells of a page → lines a short answer may take on it. What it says is chosen so that it fits all three, whatever the page."""
ARTICLE_TOPICS = ("use-case", "scale", "dev-efficiency")
WEIGHT_FROM = get_args(WeightFrom)
"""Why a criterion matters, what tells most first."""
STRONGEST = 4
"""The grounds a short answer may choose from."""


class Choice(Struct, frozen=True):
    """What a short answer says of what there is more of.

    Attributes:
        because: whether the ground of the reading as reviewed is told.
        most_required: how many requirements are told; of the others the names.
        terse: whether what is known from elsewhere in the answer is left out.
        joined: whether statements of one kind stand in one paragraph.
        plain: whether it does without what introduces the article, and the number of open questions.
        sizes: whether it says how much is downloaded.
        choices: whether it says what may be answered to the next question.
        exports: whether it says what is installed to export.
    """

    reasons: Sequence[Reason]
    dissent: Sequence[Reason]
    because: bool = False
    most_required: int = 9
    terse: bool = False
    joined: bool = False
    plain: bool = False
    sizes: bool = True
    choices: bool = True
    exports: bool = True

    @property
    def start(self) -> StartForm:
        """How START is said."""
        return StartForm(self.terse, self.sizes, self.exports, others=False)


def short_answer(page: Page) -> Part:
    """Return the answer in short, as full as it fits."""
    if page.advice.candidate is None:
        return part("", _nothing_left(page), "short")
    statements: list[Item] = []
    for choice in _choices(page):
        first, *others = _statements(page, choice)
        cut = first.find(label(page))  # the name and the label stand in the first line
        after, *others = glossed(page, [first[cut:], *others])
        sentences = [first[:cut] + after, *others, *_start(page, choice)]
        statements = [*map(Item, sentences), *_last(page, choice)]
        if fits([statement.typed or statement.text for statement in statements]):
            break
    return part("", statements, "short")


def fits(statements: Sequence[str]) -> bool:
    """Return whether statements keep to the number of lines on pages of every width."""
    return all(
        sum(len(paragraph(statement, width)) for statement in statements) <= lines
        for width, lines in MOST_LINES.items()
    )


def _choices(page: Page) -> Iterator[Choice]:
    """Yield what can be said, the fullest first: two grounds and one against, then shorter ones, then fewer, at last none against."""
    good, bad = (
        most_telling(page, reasons, speaks_for=speaks_for)[:STRONGEST]
        for reasons, speaks_for in ((page.advice.reasons, True), (page.advice.dissent, False))
    )
    pairs = [list(pair) for pair in combinations(good, 2)] or [good]
    strongest = good[:1]
    with_strongest = min((pair for pair in pairs if pair[:1] == strongest), key=_length)
    shortest = min([[reason] for reason in good] or [good], key=_length)
    against = min([[reason] for reason in bad] or [bad], key=_length)
    yield Choice(pairs[0], bad[:1], because=True)
    yield Choice(pairs[0], bad[:1])
    yield Choice(with_strongest, against)
    yield Choice(with_strongest, against, terse=True)
    yield Choice(with_strongest, against, terse=True, joined=True)
    yield Choice(with_strongest, against, terse=True, joined=True, plain=True)
    yield Choice(strongest, against, terse=True, joined=True, plain=True)
    fewest = Choice(strongest, against, most_required=1, terse=True, joined=True, plain=True)
    steps: tuple[dict[str, object], ...] = (
        {},
        {"sizes": False},
        {"reasons": shortest},
        {"reasons": strongest, "choices": False},
        {"reasons": shortest},
        {"exports": False},
        {"dissent": []},
    )
    for step in steps:
        fewest = replace(fewest, **step)
        yield fewest


def _length(reasons: Sequence[Reason]) -> int:
    return sum(len(reason.text.en) for reason in reasons)


def most_telling(page: Page, reasons: Sequence[Reason], *, speaks_for: bool) -> list[Reason]:
    """Return the grounds whose sentence names one of the two that are compared, those first that tell most.

    What is said of a third, or required of everybody, moves the lead as well, but reads as if it were beside the point: it is told
    only where nothing else is. What matters by the answers given comes before what matters to everybody, and that before what
    matters by a guess; a sentence
    that names whom it speaks for before one that names the other; each topic once before any twice; the article's three criteria
    before the others.

    Args:
        page: the answer.
        reasons: the largest first.
        speaks_for: whether they speak for the recommended stack; else for the one it is compared with.
    """
    recommended, compared = (
        page.pack.frameworks[page.pack.candidates[id].framework].name.casefold()
        for id in (page.advice.candidate or "", rival(page))
    )
    favoured, opponent = (recommended, compared) if speaks_for else (compared, recommended)
    rows = []
    for position, reason in enumerate(reasons):
        text = first_clause(reason.text[page.lang]).casefold()
        if favoured in text or opponent in text:
            rows.append(((WEIGHT_FROM.index(reason.weight_from), favoured not in text), position, reason))
    count_by_topic: Counter[tuple[object, str]] = Counter()
    turns = []
    for telling, position, reason in rows:
        turns.append(
            (telling, count_by_topic[telling, reason.topic], reason.topic not in ARTICLE_TOPICS, position, reason)
        )
        count_by_topic[telling, reason.topic] += 1
    return [reason for *_, reason in sorted(turns, key=lambda turn: turn[:4])] or list(reasons)


def _nothing_left(page: Page) -> Iterator[str]:
    yield page.say("answer.nothing-left")
    for id in page.advice.conflict:
        yield page.say("answer.ruled-out-by", rule=page.pack.constraints[id].constraint, id=id)
    just_said = {rule_id(package.key) for package in packages_apart(page.pack, page.advice.conflict)}
    yield from (requirement.short for requirement in unmet(page) if requirement.id not in just_said)
    yield from _ways_out(page)


def _ways_out(page: Page) -> Iterator[Sentence]:
    """Say what helps where no candidate meets all that is required; nothing where one does."""
    if packages_differ := apart(page):
        yield from packages_differ
    elif page.advice.conflict:
        yield page.say("answer.relax", rules=page.advice.conflict)


def _statements(page: Page, choice: Choice) -> Iterator[str]:
    yield from _joined(page, verdict(page, terse=choice.terse, plain=choice.plain), joined=choice.joined)
    yield from _joined(page, _required(page, choice.most_required), joined=choice.joined)
    yield from _joined(page, _grounds(page, choice), joined=choice.joined)
    yield readings(page, because=choice.because, terse=choice.terse, plain=choice.plain)
    yield from workload_in_short(page)
    yield from next_step(page, choices=choice.choices)


def _start(page: Page, choice: Choice) -> Iterator[Sentence]:
    yield from (page.say("answer.start", line=line) for line in start_lines(page, choice.start))


def _last(page: Page, choice: Choice) -> Iterator[Item]:
    """Yield what to type to know more, in a terminal, and the verdict once more."""
    again = verdict_again(page, "answer.verdict-again")
    if choice.joined:
        yield Item(again, typed=verdict_again(page, "answer.verdict-again-more"))
        return
    losers = [standing.id for standing in page.advice.frameworks if standing.id != page.advice.framework]
    commands = ["advise why", *(f"advise why-not {id}" for id in losers[:1])]
    yield Item("", typed=page.say("answer.more", commands=" | ".join(commands)))
    yield Item(again)


def _joined(page: Page, statements: Iterable[str], *, joined: bool) -> Iterator[str]:
    """Yield statements one by one, or joined all of them as one, if there are any."""
    statements = list(statements)
    yield from [page.pick(" ", "").join(statements)] if joined and statements else statements


def _required(page: Page, limit: int) -> Iterator[Sentence]:
    """Yield what is required and who cannot meet it; of what is more than so many the names."""
    requirements = list(unmet(page))
    yield from (requirement.short for requirement in requirements[:limit])
    if further := [requirement.id for requirement in requirements[limit:]]:
        yield page.say("answer.more-required", answers=list(dict.fromkeys(_answers_behind(page, further))))
    yield from _ways_out(page)


def _answers_behind(page: Page, constraints: Iterable[str]) -> Iterator[str]:
    """Yield the answers for which constraints hold, as options."""
    for id in constraints:
        for comparison in comparisons_of(page.pack.constraints[id].when):
            for choice in page.advice.profile.known(comparison.question):
                if choice in comparison.choices:
                    yield f"--{comparison.question} {choice}"


def _grounds(page: Page, choice: Choice) -> Iterator[Sentence]:
    """Yield what speaks for the recommended stack over the next one, and what for that one."""
    for id, reasons in (("answer.ground-for", choice.reasons), ("answer.ground-against", choice.dissent)):
        if reasons:
            sentences = page.pick("; ", "；").join(ground(page, reason) for reason in reasons)
            yield page.say(id, rival=page.candidate(rival(page)), grounds=sentences)


def ground(page: Page, reason: Reason) -> str:
    """Return a ground in a clause: how it begins, and what kind of source it rests on."""
    text = first_clause(reason.text[page.lang])
    return page.say("answer.ground", text=text, basis=BASES[kind_of_basis(page, reason)])


def readings(page: Page, *, because: bool, terse: bool, plain: bool) -> Sentence:
    """Say how the answer moved from reading to reading, and whether measuring changed anything."""
    article, reviewed, measured = page.advice.readings.values()
    first = leader(page, article.framework, article.frameworks[0], first=True)
    second, third = (leader(page, reading.framework, reading.frameworks[0]) for reading in (reviewed, measured))
    if not page.advice.measured:
        last = page.say("answer.measured-nothing")
    else:
        same = reviewed.framework == measured.framework
        unchanged = "answer.measured-same-terse" if terse else "answer.measured-same"
        last = page.say(unchanged if same else "answer.measured-otherwise", leader=third)
    introduction: Introduction = "bare" if plain else "terse" if terse else "full"
    why = ""
    if because and reviewed.because:  # a sentence there, a part of one here
        why = page.say("answer.because", text=reviewed.because[page.lang].removesuffix(page.lang.pick(".", "。")))
    return page.say(
        "answer.readings",
        article=article_named(page, introduction),
        first=first,
        second=second,
        because=why,
        third=last,
    )


def leader(page: Page, framework: str | None, standing: Standing, *, first: bool = False) -> str:
    """Return which framework leads in a reading, and in how many of 100 worlds it wins; first: so that the number is understood."""
    if framework is None:
        return page.say("answer.leads-nothing")
    return page.say(
        "answer.leads-first" if first else "answer.leads", name=page.candidate(framework), share=share(standing)
    )
