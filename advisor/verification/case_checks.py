"""Cases: what an expert would answer, held against what the pack answers without any measurement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.ask import check_answer, find_impossible_answers
from advisor.errors import Problem
from advisor.knowledge.case import ProjectCase
from advisor.knowledge.need import AnswerSet
from advisor.reasoning.answer_flips import answer_flips
from advisor.reasoning.conditions import Conditions
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.in_scope import ScopedRanking, named_by, rank_in_scope
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.worlds import WORLDS
from advisor.verification.defect import Diagnostic, options_text
from advisor.verification.subject import Subject
from advisor.words import UNDECIDED


def failing_cases(subject: Subject) -> Iterator[Diagnostic]:
    """Find cases for which the pack does not answer as the expert, or has other flips."""
    for id, case in subject.cases.items():
        place = subject.place("case", id, "answers")
        profile, problems = profile_of_answers(subject, case.answers, place)
        if profile is None:
            yield from (Diagnostic(problem.place, problem.what, problem.fix, case.answers) for problem in problems)
            continue
        scoped = rank_project(subject, profile)
        yield from _check_answer(subject, id, case, scoped)
        yield from _check_flips(subject, id, case, scoped)
        if case.never is not None:
            yield from _check_never(subject, id, case, profile, scoped)


def rank_project(subject: Subject, profile: Profile) -> ScopedRanking:
    """Return how the pack ranks the frameworks for a project by its claims as reviewed, without measurements."""
    worlds = subject.evaluate_projects(Conditions(draw_worlds(subject.pack, profile, WORLDS)))
    out_of_scope = subject.pack.frameworks_out_of_scope
    return rank_in_scope(worlds, out_of_scope, named_by(subject.pack, profile))


def winning_framework(scoped: ScopedRanking) -> str | None:
    """Return the recommended framework; None where all are ruled out."""
    return scoped.ranking.frameworks[0].id if scoped.ranking.best else None


def _answer_text(scoped: ScopedRanking) -> str:
    """Return an answer in a few words: framework, label, share of worlds won."""
    leader = scoped.ranking.frameworks[0]
    return f"{winning_framework(scoped) or 'nothing'} ({scoped.ranking.label}, wins {leader.p_best:.0%})"


def profile_of_answers(subject: Subject, answers: AnswerSet, place: str) -> tuple[Profile | None, list[Problem]]:
    """Return answers as a profile, or None and the problems they have."""
    answer_by_question: dict[str, Answer] = {}
    problems: list[Problem] = []
    for question, choices in answers.items():
        answer, problems_of_answer = check_answer(subject.pack.questions[question], choices, "file", place)
        problems += problems_of_answer
        if answer is not None:
            answer_by_question[question] = answer
    profile = Profile({id: answer_by_question[id] for id in subject.pack.questions if id in answer_by_question})
    if not problems and (clash := find_impossible_answers(subject.pack, profile)):
        problems = [Problem(place, clash.what, clash.fix)]
    return (None, problems) if problems else (profile, [])


def _check_answer(subject: Subject, id: str, case: ProjectCase, scoped: ScopedRanking) -> Iterator[Diagnostic]:
    """Yield where the pack's framework, candidate or label differs from the expert's."""
    ranking, expert = scoped.ranking, case.expert
    fix = "correct the claims or needs behind it if the expert is right, else the case; `advise why` shows them"
    for key, agrees, expected in (
        ("framework", winning_framework(scoped) in expert.framework, expert.framework),
        ("candidate", not expert.candidate or ranking.best in expert.candidate, expert.candidate),
        ("label", not expert.label or ranking.label in expert.label, expert.label),
    ):
        if not agrees:
            answer = ranking.best if key == "candidate" else _answer_text(scoped)
            problem = f"the expert's {key} is {' or '.join(expected)}; the pack answers {answer}"
            yield Diagnostic(subject.place("case", id, "expert", key), problem, fix, case.answers)
            return


def _check_flips(subject: Subject, id: str, case: ProjectCase, scoped: ScopedRanking) -> Iterator[Diagnostic]:
    """Yield the expected flips that do not flip the answer."""
    for index, flip in enumerate(case.flips):
        place = subject.place("case", id, "flips", index, "to")
        answers = change_answers(case.answers, flip.answers)
        profile, problems = profile_of_answers(subject, answers, subject.place("case", id, "flips", index, "answers"))
        if profile is None:
            yield from (Diagnostic(problem.place, problem.what, problem.fix, answers) for problem in problems)
            continue
        scoped_after = rank_project(subject, profile)
        if set(case.expert.framework) <= set(flip.to):
            problem = f"this is not a flip: the expert answers {' or '.join(flip.to)} without it"
            yield Diagnostic(place, problem, "name another framework, or remove it", case.answers)
        elif winning_framework(scoped_after) not in flip.to:
            problem = f"{options_text(flip.answers)} should flip the answer to {' or '.join(flip.to)}; the pack then answers {_answer_text(scoped_after)}"
            yield Diagnostic(place, problem, "correct the claims or needs behind it, or the case", answers)
        elif winning_framework(scoped) in flip.to and scoped_after.ranking.label in UNDECIDED:
            problem = f"{options_text(flip.answers)} should settle it for {' or '.join(flip.to)}; the pack still says {scoped_after.ranking.label}"
            yield Diagnostic(place, problem, "correct the claims or needs behind it, or the case", answers)


def change_answers(answers: AnswerSet, change: AnswerSet) -> AnswerSet:
    """Return answers with some of them replaced or added."""
    return {**answers, **change}


def _check_never(
    subject: Subject, id: str, case: ProjectCase, profile: Profile, scoped: ScopedRanking
) -> Iterator[Diagnostic]:
    """Yield each flip of a case that is said to have none."""
    winner = winning_framework(scoped)
    if winner is None:
        return
    for flip in answer_flips(subject.pack, subject.grounds, profile, scoped, {}, winner):
        if flip.becomes not in case.expert.framework:
            change: Mapping[str, tuple[str, ...]] = {flip.question: flip.after}
            problem = f"nothing should flip the answer, but {options_text(change)} flips it to {flip.becomes}"
            fix = "add it to `flips`"
            yield Diagnostic(
                subject.place("case", id, "never"), problem, fix, change_answers(case.answers, dict(change))
            )
