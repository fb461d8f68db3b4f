"""Projects drawn as the questionnaire says they come, some of their answers known: for laws on the built-in pack."""

from __future__ import annotations

import numpy as np

from advisor.knowledge.pack import Pack
from advisor.reasoning.conditions import share_of
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.profile import Answer, Profile

ANSWERED = 0.6
"""How many of its answers a project gives."""


def drawn_profiles(pack: Pack, count: int, seed: int = 0) -> list[Profile]:
    """Draw projects that can exist.

    Args:
        pack: its questions; choices come as often as their shares say.
        count: how many projects.
        seed: of which answers each gives.
    """
    worlds, random = draw_worlds(pack, Profile({}), 2 * count + 50), np.random.default_rng([seed, count])
    possible = np.flatnonzero(np.broadcast_to(worlds.possible, worlds.world_count))
    profiles = []
    for world in random.permutation(possible)[:count]:
        given = {
            id: Answer(id, (choice,), "flag")
            for id, chosen in worlds.chosen.items()
            for choice, truth in chosen.items()
            if np.broadcast_to(truth, worlds.world_count)[world]
        }
        known = Profile({id: answer for id, answer in given.items() if random.random() < ANSWERED})
        assert share_of(draw_worlds(pack, known, 64).possible) > 0
        profiles.append(known)
    return profiles
