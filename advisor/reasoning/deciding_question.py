"""Which open question decides between frameworks, and which of them each answer to it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.knowledge.pack import Pack
from advisor.reasoning.conditions import Conditions, share_of
from advisor.reasoning.dependence import Dependence, Outcome
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.in_scope import ScopedRanking, named_by, taking_part
from advisor.reasoning.profile import Profile
from advisor.reasoning.ranking import leader_of
from advisor.reasoning.readings import Grounds
from advisor.reasoning.value_of_information import value_of_questions
from advisor.reasoning.weighting import weighting
from advisor.reasoning.worlds import evaluate


def find_dependence(
    pack: Pack, grounds: Grounds, profile: Profile, scoped: ScopedRanking, overrides: Mapping[str, float]
) -> Dependence | None:
    """Return the open question of the highest value of information whose answers give more than one framework.

    For each answer the project is evaluated anew with that answer given, in the same number of worlds: too few of the present
    worlds have a rare answer, and with another answer another stack may represent a framework. A project that later gives the
    answer therefore gets the result stated here.

    Args:
        pack, grounds, profile, overrides: what the reading was evaluated from.
        scoped: the evaluated reading.

    Returns:
        None where no answer to a single question gives another framework.
    """
    for question_value in value_of_questions(pack, profile, scoped.worlds):
        choices = scoped.worlds.answers.chosen[question_value.id]
        share_by_choice = {choice: share_of(truth) for choice, truth in choices.items()}
        outcomes = tuple(
            _outcomes(
                pack, grounds, profile, question_value.id, share_by_choice, scoped.worlds.answers.world_count, overrides
            )
        )
        if len({outcome.framework for outcome in outcomes}) > 1:
            return Dependence(question_value.id, outcomes)
    return None


def _outcomes(
    pack: Pack,
    grounds: Grounds,
    profile: Profile,
    question: str,
    share_by_choice: Mapping[str, float],
    world_count: int,
    overrides: Mapping[str, float],
) -> Iterator[Outcome]:
    for choice, share in share_by_choice.items():
        profile_with_choice = profile.with_answer(question, (choice,))
        candidate = leader(pack, grounds, profile_with_choice, world_count, overrides) if share else None
        if candidate is not None:
            yield Outcome(choice, share, candidate, pack.candidates[candidate].framework)


def leader(
    pack: Pack, grounds: Grounds, profile: Profile, world_count: int, overrides: Mapping[str, float]
) -> str | None:
    """Return the candidate that is recommended to a project, without the rest of the answer; None where no candidate is left."""
    conditions = Conditions(draw_worlds(pack, profile, world_count))
    if not conditions.answers.possible.any():
        return None
    evaluated = evaluate(pack, grounds, conditions, weighting(pack, conditions, overrides))
    out_of_scope = pack.frameworks_out_of_scope
    return leader_of(evaluated.restricted_to(taking_part(evaluated, out_of_scope, named_by(pack, profile))))
