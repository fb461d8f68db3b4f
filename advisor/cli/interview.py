"""The state of a questionnaire: what was answered, what to ask next and why, and how the answer stands so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from advisor.cli.options import Order
from advisor.errors import InputError
from advisor.evidence.runs import Evidence
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import Pack
from advisor.knowledge.question import Question
from advisor.knowledge.workload import WORKLOAD
from advisor.pipeline import Gathered, Request, compute_advice, profile_of_request
from advisor.reasoning.advice import Advice
from advisor.reasoning.conditions import shares_now
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.next_question import TELLS, QuestionPlan, first_things_first, plan_questions
from advisor.reasoning.profile import Origin, Profile
from advisor.reasoning.readings import grounds_of, untested
from advisor.reasoning.workloads import presets_of_domain, workload_question
from advisor.sentences import sentence
from advisor.text import Lang, Text
from advisor.words import LABELS


class Interview(Struct):
    """One questionnaire.

    Attributes:
        answers: the choices given, by question; `unknown` where the user said so.
        asked: the questions in the order they were asked, answered or not.
        withdrawn: answers that were gone back over: they do not count until they are given again, and are offered then.
        order: by value, which stops when the leader can no longer be overtaken; or that of the pack, to the end.
    """

    pack: Pack
    request: Request
    lang: Lang
    answers: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    withdrawn: dict[str, list[str]] = field(default_factory=dict)
    order: Order = "value"
    _remaining: dict[int, int] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The number of the question that is asked now."""
        return len(self.asked) + 1

    def go_back(self) -> Question:
        """Withdraw the last answer and return its question."""
        question = self.asked.pop()
        if question in self.answers:
            self.withdrawn[question] = self.answers.pop(question)
        return self.pack.questions[question]

    def resume(self, answers: Mapping[str, list[str]]) -> None:
        """Go on where an earlier questionnaire stopped; not at all where its answers cannot all be true any more."""
        self.answers, self.asked = dict(answers), list(answers)
        try:
            self.profile()
        except InputError:
            self.answers, self.asked = {}, []

    def record(self, question: Question, choices: list[str]) -> InputError | None:
        """Record an answer; where it contradicts earlier ones, leave the question open and return why."""
        self.answers[question.id] = choices
        try:
            self.profile()
        except InputError as error:
            del self.answers[question.id]
            return error
        self.asked.append(question.id)
        self.withdrawn.pop(question.id, None)
        return None

    def earlier_choices(self, question: Question) -> Sequence[str]:
        """Return what was chosen before it was gone back over, or what this machine shows."""
        return self.withdrawn.get(question.id) or self.profile().known(question.id)

    def profile(self) -> Profile:
        """Return the profile of the answers so far."""
        return profile_of_request(replace(self.request, flags=self.answers, origin=self.origins()), self.pack)

    def origins(self) -> dict[str, Origin]:
        """Return how each answer became known: one that was only confirmed still comes from the repository."""
        return {id: "scanned" if self._is_proposed(id) else "asked" for id in self.answers}

    def _is_proposed(self, question: str) -> bool:
        proposed = self.request.scan.answers.get(question)
        return proposed is not None and set(proposed.choices) == set(self.answers[question])

    def provisional_advice(self) -> Advice:
        """Return the advice for the answers so far, from claims alone."""
        return compute_advice(self.request, self.pack, self.profile(), Gathered(Evidence()))

    def plan_open_questions(self) -> QuestionPlan:
        """Return which open questions could still change the leader, and how much information each is expected to give."""
        grounds = grounds_of("reviewed", self.pack, untested(self.pack), (), self.request.as_of)
        weigh = {criterion: WEIGHT[importance] for criterion, importance in self.request.weigh.items()}
        return plan_questions(self.pack, grounds, self.profile(), weigh, skipped=self.asked)

    def open_questions(self, plan: QuestionPlan) -> Sequence[Question]:
        """Return the questions that may still be asked, in order; none once the leader is settled, unless the order is fixed.

        What a repository answered comes first, to be confirmed, and always.
        """
        to_confirm = [
            question for question in self.pack.asked_questions
            if question.id in self.request.scan.answers and question.id not in self.asked
        ]  # fmt: skip
        if to_confirm and self.order == "value":
            return to_confirm
        if self.order == "fixed":
            conditions = draw_worlds(self.pack, self.profile(), 256)
            questions = [
                question for question in self.pack.asked_questions if bool(conditions.holds(question.when).any())
            ]
        elif plan.settled:
            return ()
        else:
            ids = first_things_first(self.pack, plan, begun=bool(self.asked))
            questions = [self.pack.questions[id] for id in ids]
        return [question for question in (*self._workload_question(), *questions) if question.id not in self.asked]

    def _workload_question(self) -> Sequence[Question]:
        """Return the question which model is nearest, where the domain is known, it has some, and their times would be measured here."""
        from advisor.evidence.collect import timings_can_matter  # not needed to ask the first question

        if self.request.probing == "none" or self.request.evidence_files or "domain" not in self.answers:
            return ()
        profile = self.profile()
        presets = presets_of_domain(self.pack, profile)
        if not presets or not timings_can_matter(profile):
            return ()
        question = workload_question(presets)
        if self.pack.questions.get(WORKLOAD) != question:  # a new pack has to work out again what it knows of itself
            self.pack = replace(self.pack, questions={**self.pack.questions, WORKLOAD: question})
        return (question,)

    def usual_shares(self, question: Question) -> tuple[Sequence[float], Sequence[Text]]:
        """Return how common each choice of a question is among projects that answer as so far, and why."""
        return shares_now(question, draw_worlds(self.pack, self.profile(), 1024))

    def remaining_text(self, plan: QuestionPlan, current: Question) -> str:
        """Return in words how many questions may follow this one: never more than at an earlier one was said."""
        following = [question for question in self.open_questions(plan) if question.id != current.id]
        if self.order == "fixed":
            return sentence("questionnaire.more-at-most", self.lang, count=self._fewest(len(following)))
        information = {question.question: question.information for question in plan.questions}
        expected = sum(information.get(question.id, 0.0) >= TELLS for question in following)
        if count := self._fewest(expected):
            return sentence("questionnaire.about-more", self.lang, count=count)
        return sentence("questionnaire.nearly-done" if expected else "questionnaire.perhaps-the-last", self.lang)

    def _fewest(self, count: int) -> int:
        """Return how many questions are left to say at this one: one fewer than at the last, at most."""
        before = self._remaining.get(self.number - 1, count + 1)
        self._remaining[self.number] = max(0, min(count, before - 1))
        return self._remaining[self.number]

    def leader_text(self) -> str:
        """Return the leading framework so far and its label, in words."""
        advice = self.provisional_advice()
        if advice.framework is None:
            return sentence("questionnaire.nothing-is-left", self.lang)
        name = self.pack.frameworks[advice.framework].name
        share = round(100 * advice.p_best)
        label = LABELS[advice.label][self.lang].lower()
        return sentence("questionnaire.leader", self.lang, name=name, label=label, share=share)

    def effect_text(self, plan: QuestionPlan, question: Question) -> str:
        """Return in words whether the answer to a question can change the result."""
        if question.id == WORKLOAD:
            return sentence("workload.effect", self.lang)
        planned = next((planned for planned in plan.questions if planned.question == question.id), None)
        if planned is not None and planned.flips:
            return sentence("questionnaire.can-change-the-result", self.lang)
        if planned is not None and planned.information >= TELLS:
            return sentence("questionnaire.can-change-it-with-others", self.lang)
        return sentence("questionnaire.hardly-changes-it", self.lang)
