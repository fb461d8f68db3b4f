"""The one question that matters next, as the option to type."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.question import Question
from advisor.render.page import Page
from advisor.sentences import Sentence

LEAST_GAIN = 0.001
"""Questions expected to save less utility than this are not worth asking."""
MOST_CHOICES = 6
"""Choices of the next question that are shown, the last of them as "…"."""


def next_step(page: Page, *, choices: bool = True) -> Iterator[Sentence]:
    """Say which one question matters most now, as the option to type; where the answer depends on one, what each answer gives."""
    dependence = page.advice.dependence
    if dependence is not None:
        question = page.pack.questions[dependence.question]
        outcomes: dict[str, list[str]] = {}
        for outcome in dependence.outcomes:
            outcomes.setdefault(outcome.framework, []).append(outcome.choice)
        *rarer, (usual, usual_ids) = sorted(outcomes.items(), key=lambda group: len(group[1]))
        sentences = [page.say("answer.given", choices=" | ".join(ids), name=page.candidate(id)) for id, ids in rarer]
        sentences.append(
            page.say("answer.otherwise", name=page.candidate(usual))
            if len(usual_ids) > 2
            else page.say("answer.given", choices=" | ".join(usual_ids), name=page.candidate(usual))
        )
        yield page.say(
            "answer.next-depends" if choices else "answer.next-depends-bare",
            question=question.id,
            ask=question.ask,
            outcomes=page.pick("; ", "；").join(sentences),
        )
        return
    if page.advice.label == "depends":
        yield page.say("answer.no-single-answer-decides")
    questions = next_questions(page)
    if not questions:
        yield page.say("answer.next-nothing")
        return
    question = questions[0]
    if not choices:
        yield page.say("answer.next-bare", ask=question.ask, question=question.id)
        return
    to_type = "|".join(question.choice_ids)
    if len(question.choice_ids) > MOST_CHOICES:
        to_type = page.say("answer.next-choices", choices="|".join(question.choice_ids[: MOST_CHOICES - 1]))
    yield page.say("answer.next", ask=question.ask, question=question.id, choices=to_type)


def next_questions(page: Page) -> list[Question]:
    """Return the open questions that could change most."""
    return [page.pack.questions[value.id] for value in page.advice.next.questions if value.gain >= LEAST_GAIN]
