"""The answers file that a scan writes for a person to confirm: each answer with its certainty and where it was read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from advisor.knowledge.moving import Moving
from advisor.knowledge.pack import Pack
from advisor.knowledge.package import DEPENDS_ON
from advisor.knowledge.question import SCANNED
from advisor.scan.dependencies import stack_conflicts
from advisor.scan.facts import Repository
from advisor.scan.moving_cost import MovingCost, moving_costs
from advisor.scan.proposals import Proposal, Scan
from advisor.scan.support import Support
from advisor.sentences import sentence
from advisor.text import Lang, Text, clean, short

MOST_NAMES = 8
"""Names of a framework that are listed in one sentence."""


def answers_file(
    scan: Scan, root: Path, pack: Pack, as_of: date, lang: Lang, costs: Mapping[str, MovingCost] | None = None
) -> str:
    """Return the text of the answers file."""
    repository = scan.repository
    head = sentence(
        "scan.file-head", lang, folder=short(root, 100), date=as_of, files=repository.files, read=repository.read
    )
    lines = [_remark(head), _remark(sentence("scan.file-confirm", lang)), ""]
    for proposal in scan.answers.values():
        lines += _answer_lines(proposal, lang)
    lines += _remarks(scan, pack, lang)
    for framework, cost in (costs or {}).items():
        lines += ["", *(_remark(line) for line in cost_lines(cost, pack.frameworks[framework].name, pack, lang))]
        lines += [_remark(f"  {line}") for line in break_lines(cost, lang)]
    if scan.answers:
        lines += ["", *kept_lines({id: (answer.choices, answer.places) for id, answer in scan.answers.items()}, lang)]
    else:
        lines += ["", "scale: unknown"]
    return "\n".join(lines) + "\n"


def _answer_lines(proposal: Proposal, lang: Lang) -> Iterator[str]:
    """Yield an answer as YAML, each choice with what speaks for it."""
    supports = {
        choice: [support for support in proposal.supports if support.choice == choice] for choice in proposal.choices
    }
    if len(proposal.choices) == 1:
        (choice,) = proposal.choices
        first, *others = supports[choice]
        value = f"[{choice}]" if proposal.question == DEPENDS_ON else choice
        yield f"{proposal.question}: {value}  {_remark(_support_text(first, lang))}"
        yield from (f"  {_remark(_support_text(support, lang))}" for support in others)
        return
    yield f"{proposal.question}:"
    for choice in proposal.choices:
        first, *others = supports[choice]
        yield f"  - {choice}  {_remark(_support_text(first, lang))}"
        yield from (f"    {_remark(_support_text(support, lang))}" for support in others)


def _remarks(scan: Scan, pack: Pack, lang: Lang) -> Iterator[str]:
    """Yield as remarks what is no answer: what is less sure, what contradicts itself, what was not read, what is still open."""
    unsure = [proposal for proposal in scan.proposals.values() if not proposal.is_answer]
    for title, texts in (
        (
            "scan.title-contradicted",
            [line for proposal in unsure if proposal.contradicted for line in _unsure_lines(proposal, lang)],
        ),
        (
            "scan.title-unsure",
            [line for proposal in unsure if not proposal.contradicted for line in _unsure_lines(proposal, lang)],
        ),
        ("scan.title-remarks", [text[lang] for text in scan.remarks]),
        ("scan.title-unread", [unread_text(unread.why, unread.path, unread.count, lang) for unread in scan.unread]),
    ):
        if texts:
            yield from ("", _remark(sentence(title, lang)), *(_remark(f"  {line}") for line in texts))
    open_questions = [question.id for question in pack.asked_questions if question.id not in scan.answers]
    if open_questions:
        yield from ("", _remark(sentence("scan.title-open", lang, questions=open_questions)))


def _unsure_lines(proposal: Proposal, lang: Lang) -> Iterator[str]:
    for support in proposal.supports:
        if support.certainty == proposal.certainty:
            yield sentence(
                "scan.unsure", lang, question=proposal.question, choice=support.choice, why=_support_text(support, lang)
            )


def _support_text(support: Support, lang: Lang) -> str:
    """Return what speaks for a choice: certainty, places, and what was seen there."""
    certainty = sentence(f"scan.certainty-{support.certainty}", lang)
    count = sentence("scan.times", lang, count=support.count) if support.count > 1 else ""
    return sentence(
        "scan.support", lang, certainty=certainty, places=list(support.places), what=support.signal, count=count
    )


def unread_text(why: str, path: str, count: int, lang: Lang) -> str:
    """Return in words what was not read, and why."""
    more = sentence("scan.and-more", lang, count=count - 1) if count > 1 else ""
    return sentence("scan.unread", lang, why=sentence(why, lang), path=short(path, 100), more=more)


def kept_lines(scanned: Mapping[str, tuple[Sequence[str], Sequence[str]]], lang: Lang) -> Iterator[str]:
    """Yield the lines of an answers file that keep what a scan proposed.

    Args:
        scanned: question → the choices proposed, and where they were read.
        lang: the language of the remark above them.
    """
    yield from (_remark(sentence("scan.file-kept", lang)), f"{SCANNED}:")
    for question, (choices, read) in scanned.items():
        answer, places = json.dumps(list(choices)), json.dumps([clean(place) for place in read], ensure_ascii=False)
        yield f"  {question}: {{answer: {answer}, from: {places}}}"


def _remark(text: str | Text) -> str:
    return f"# {clean(str(text))}" if not str(text).startswith("  ") else f"#   {clean(str(text))}"


def move_lines(
    repository: Repository, moving: Mapping[str, Moving], pack: Pack, chosen: str, lang: Lang
) -> Iterator[str]:
    """Yield in sentences what a repository says of moving to a stack: what there is to move, what breaks, which pins stand against it."""
    framework = pack.candidates[chosen].framework
    for id, cost in moving_costs(repository, moving, [framework]).items():
        name = pack.frameworks[id].name
        if id == framework:
            yield sentence("scan.cost-stays", lang, framework=name, names=cost.names, uses=cost.uses, files=cost.files)
        else:
            yield from (line.strip() for line in cost_lines(cost, name, pack, lang))
        yield from break_lines(cost, lang)
    yield from (text[lang] for text in stack_conflicts(repository, pack, chosen))


def break_lines(cost: MovingCost, lang: Lang) -> Iterator[str]:
    """Yield in sentences what the code uses that its own framework no longer has, and what is written today."""
    for gone, name, place in cost.breaks:
        yield sentence("scan.breaks", lang, name=name, place=place, since=gone.since, instead=gone.instead)


def cost_lines(cost: MovingCost, name: str, pack: Pack, lang: Lang) -> Iterator[str]:
    """Yield in words what leaving one framework would cost."""
    yield sentence("scan.cost-head", lang, framework=name, names=cost.names, uses=cost.uses, files=cost.files)
    if cost.gone:
        yield "  " + sentence("scan.cost-gone", lang, count=len(cost.gone), names=_first_of(cost.gone))
    if cost.only_here:
        yield "  " + sentence(
            "scan.cost-only", lang, framework=name, count=len(cost.only_here), names=_first_of(cost.only_here)
        )
    for framework, count in cost.counterparts.items():
        yield "  " + sentence(
            "scan.cost-counterparts", lang, count=count, names=cost.names, framework=pack.frameworks[framework].name
        )
    if cost.unlisted:
        yield "  " + sentence("scan.cost-unlisted", lang, count=cost.unlisted)
    if cost.heaviest:
        files = [sentence("scan.cost-file", lang, path=clean(path), count=count) for path, count in cost.heaviest]
        yield "  " + sentence("scan.cost-files", lang, files=files)
    if cost.order:
        yield "  " + sentence("scan.cost-order", lang, files=[clean(path) for path in cost.order])


def _first_of(names: Sequence[str]) -> list[str]:
    """Return the first few names, with a mark where there are more."""
    return [*names[:MOST_NAMES], "…"] if len(names) > MOST_NAMES else list(names)
