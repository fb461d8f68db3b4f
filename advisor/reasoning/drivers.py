"""Which criteria weigh most in a project, and because of what, whether or not its candidates differ on them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import WeightFrom
from advisor.reasoning.conditions import Conditions
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.profile import Profile
from advisor.reasoning.reasons import weight_from, weightiest_rule
from advisor.reasoning.weighting import weighting
from advisor.reasoning.worlds import WORLDS


class Driver(Struct, frozen=True):
    """A criterion that weighs in a decision.

    Attributes:
        share: its share of all weight, 0 to 1, averaged over the possible worlds.
        rule: the need that gives it the most weight; None where its default importance applies, or it was set by hand.
        origin: why it matters.
    """

    criterion: str
    share: float
    rule: str | None
    origin: WeightFrom


def drivers(pack: Pack, profile: Profile, weigh: Mapping[str, str], limit: int) -> tuple[Driver, ...]:
    """Return the criteria that weigh most, the heaviest first.

    Args:
        pack: criteria and rules.
        profile: the known answers; the unknown ones are drawn.
        weigh: importances set by hand, by criterion.
        limit: how many at most; a criterion without a weight is left out.
    """
    conditions = Conditions(draw_worlds(pack, profile, WORLDS))
    weights = weighting(pack, conditions, {id: WEIGHT[importance] for id, importance in weigh.items()})
    possible = np.broadcast_to(conditions.answers.possible, conditions.answers.world_count)
    shares = dict(zip(weights.criteria, weights.shares[:, possible].mean(axis=1, dtype=np.float64), strict=True))
    heaviest = sorted((id for id in shares if shares[id] > 0), key=lambda id: (-shares[id], id))[:limit]
    return tuple(_driver(pack, conditions, id, float(shares[id]), weigh) for id in heaviest)


def _driver(pack: Pack, conditions: Conditions, id: str, share: float, weigh: Mapping[str, str]) -> Driver:
    rule = None if id in weigh else weightiest_rule(pack, conditions, id)
    return Driver(id, share, rule, "default" if rule is None else weight_from(conditions, pack.needs[rule].when))
