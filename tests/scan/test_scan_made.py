"""Small repositories whose truth is known: what must be answered, and what never."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from scanning_fixtures import ScanFolder, WriteRepository

from advisor.knowledge.moving import load_moving
from advisor.knowledge.pack import Pack
from advisor.scan.moving_cost import moving_costs
from advisor.text import Lang

MADE: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "made_repositories.yaml").read_text("utf-8"))


@pytest.mark.parametrize("made", MADE, ids=lambda made: str(made["about"]).replace(" ", "-"))
def test_a_made_repository_answers_what_is_true(
    made: dict[str, Any], write: WriteRepository, scan: ScanFolder, pack: Pack
) -> None:
    read = scan(write(made["files"]))
    answers = {id: list(proposal.choices) for id, proposal in read.answers.items()}
    assert {id: answers.get(id) for id in made["answers"]} == made["answers"]
    for question, choices in made["never"].items():
        assert not set(choices) & set(answers.get(question, [])), question
    remarks = "\n".join(text[Lang.EN] for text in read.remarks)
    assert [words for words in made.get("remarks", []) if words not in remarks] == []
    assert [words for words in made.get("never-remarked", []) if words in remarks] == []
    if "broken" in made:
        costs = moving_costs(read.repository, load_moving(pack), list(pack.frameworks))
        broken = [f"{name} {place}" for cost in costs.values() for _, name, place in cost.breaks]
        assert sorted(broken) == sorted(made["broken"])
    if "breaks" in made:
        costs = moving_costs(read.repository, load_moving(pack), list(pack.frameworks))
        assert set(made["breaks"]) <= {name for cost in costs.values() for name in cost.gone}


def test_there_are_twenty_of_them() -> None:
    assert len(MADE) >= 20


def test_every_answer_says_where_it_was_read(write: WriteRepository, scan: ScanFolder) -> None:
    for made in MADE:
        for proposal in scan(write(made["files"])).answers.values():
            assert len(proposal.places) == len(proposal.choices)
            assert all(place.split(":")[0] in made["files"] or place.endswith(".py") for place in proposal.places)
