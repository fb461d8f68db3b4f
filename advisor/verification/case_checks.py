"""Cases: what an expert would answer, held against what the pack answers without any measurement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.ask import check_answer, impossible_answers
from advisor.errors import Problem
from advisor.knowledge.case import ProjectCase
from advisor.knowledge.need import AnswerSet
from advisor.reasoning.answer_flips import answer_flips
from advisor.reasoning.conditions import Conditions
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.in_scope import ScopedRanking, named_by, rank_in_scope
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.worlds import WORLDS
from advisor.verification.defect import Diagnostic, flags
from advisor.verification.subject import Subject
from advisor.words import UNDECIDED


def failing_cases(subject: Subject) -> Iterator[Diagnostic]:
    """Find cases in which the pack answers something else than the expert, or is turned by something else."""
    for id, case in subject.cases.items():
        place = subject.place("case", id, "answers")
        profile, problems = profile_of(subject, case.answers, place)
        if profile is None:
            yield from (Diagnostic(problem.place, problem.what, problem.fix, case.answers) for problem in problems)
            continue
        decided = answer_to(subject, profile)
        yield from _answer(subject, id, case, decided)
        yield from _flips(subject, id, case, decided)
        if case.never is not None:
            yield from _never(subject, id, case, profile, decided)


def answer_to(subject: Subject, profile: Profile) -> ScopedRanking:
    """Return what the pack answers to a project after review, without any measurement."""
    worlds = subject.evaluated(Conditions(draw_worlds(subject.pack, profile, WORLDS)))
    outside = {id for id, framework in subject.pack.frameworks.items() if framework.outside}
    return rank_in_scope(worlds, outside, named_by(subject.pack, profile))


def winner(decided: ScopedRanking) -> str | None:
    """Return the recommended framework; None where everything is ruled out."""
    return decided.ranking.frameworks[0].id if decided.ranking.best else None


def _answer_text(decided: ScopedRanking) -> str:
    """Return an answer in a few words."""
    leader = decided.ranking.frameworks[0]
    return f"{winner(decided) or 'nothing'} ({decided.ranking.label}, wins {leader.p_best:.0%})"


def profile_of(subject: Subject, answers: AnswerSet, place: str) -> tuple[Profile | None, list[Problem]]:
    """Return answers as a project, or what is wrong with them."""
    answer_by_question: dict[str, Answer] = {}
    problems: list[Problem] = []
    for question, choices in answers.items():
        answer, wrong = check_answer(subject.pack.questions[question], choices, "file", place)
        problems += wrong
        if answer is not None:
            answer_by_question[question] = answer
    profile = Profile({id: answer_by_question[id] for id in subject.pack.questions if id in answer_by_question})
    if not problems and (clash := impossible_answers(subject.pack, profile)):
        problems = [Problem(place, clash.what, clash.fix)]
    return (None, problems) if problems else (profile, [])


def _answer(subject: Subject, id: str, case: ProjectCase, decided: ScopedRanking) -> Iterator[Diagnostic]:
    ranking, expert = decided.ranking, case.expert
    fix = "correct the claims or needs behind it if the expert is right, else the case; `advise why` shows them"
    for word, agrees, expected in (
        ("framework", winner(decided) in expert.framework, expert.framework),
        ("candidate", not expert.candidate or ranking.best in expert.candidate, expert.candidate),
        ("label", not expert.label or ranking.label in expert.label, expert.label),
    ):
        if not agrees:
            answer = ranking.best if word == "candidate" else _answer_text(decided)
            problem = f"the expert's {word} is {' or '.join(expected)}; the pack answers {answer}"
            yield Diagnostic(subject.place("case", id, "expert", word), problem, fix, case.answers)
            return


def _flips(subject: Subject, id: str, case: ProjectCase, decided: ScopedRanking) -> Iterator[Diagnostic]:
    """Yield the flips that do not flip: from a tie, a flip is a decision for one of the tied."""
    for index, flip in enumerate(case.flips):
        place = subject.place("case", id, "flips", index, "to")
        answers = with_changes(case.answers, flip.answers)
        profile, problems = profile_of(subject, answers, subject.place("case", id, "flips", index, "answers"))
        if profile is None:
            yield from (Diagnostic(problem.place, problem.what, problem.fix, answers) for problem in problems)
            continue
        after = answer_to(subject, profile)
        if set(case.expert.framework) <= set(flip.to):
            problem = f"this is not a flip: the expert answers {' or '.join(flip.to)} without it"
            yield Diagnostic(place, problem, "name another framework, or remove it", case.answers)
        elif winner(after) not in flip.to:
            problem = f"{flags(flip.answers)} should flip the answer to {' or '.join(flip.to)}; the pack then answers {_answer_text(after)}"
            yield Diagnostic(place, problem, "correct the claims or needs behind it, or the case", answers)
        elif winner(decided) in flip.to and after.ranking.label in UNDECIDED:
            problem = f"{flags(flip.answers)} should settle it for {' or '.join(flip.to)}; the pack still says {after.ranking.label}"
            yield Diagnostic(place, problem, "correct the claims or needs behind it, or the case", answers)


def with_changes(answers: AnswerSet, change: AnswerSet) -> AnswerSet:
    """Return answers with some of them replaced or added."""
    return {**answers, **change}


def _never(
    subject: Subject, id: str, case: ProjectCase, profile: Profile, decided: ScopedRanking
) -> Iterator[Diagnostic]:
    won = winner(decided)
    if won is None:
        return
    for flip in answer_flips(subject.pack, subject.grounds, profile, decided, {}, won):
        if flip.becomes not in case.expert.framework:
            change: Mapping[str, tuple[str, ...]] = {flip.question: flip.after}
            problem = f"nothing should flip the answer, but {flags(change)} flips it to {flip.becomes}"
            fix = "add it to `flips`"
            yield Diagnostic(subject.place("case", id, "never"), problem, fix, with_changes(case.answers, dict(change)))
