"""A scan as data, for `--format json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.scan.moving_cost import MovingCost
from advisor.scan.proposals import Proposal, Scan
from advisor.text import Lang, clean


def document(scan: Scan, costs: Mapping[str, MovingCost], lang: Lang) -> dict[str, Any]:
    """Return a scan as an object: answers, remarks, costs of moving, and what was not read."""
    return {
        "files": scan.repository.files,
        "looked_into": scan.repository.read,
        "answers": [_proposal(proposal, lang) for proposal in scan.answers.values()],
        "not_answered": [_proposal(proposal, lang) for proposal in scan.proposals.values() if not proposal.is_answer],
        "remarks": [text[lang] for text in scan.remarks],
        "signals": {id: [fact.place for fact in sighting.facts[:20]] for id, sighting in scan.sightings.items()},
        "moving": {
            framework: {
                "names": cost.names,
                "uses": cost.uses,
                "files": cost.files,
                "gone": list(cost.gone),
                "breaks": [
                    {"name": name, "place": place, "since": gone.since, "instead": gone.instead[lang]}
                    for gone, name, place in cost.breaks
                ],
                "only_here": list(cost.only_here),
                "counterparts": dict(cost.counterparts),
                "unlisted": cost.unlisted,
                "heaviest": [[clean(path), count] for path, count in cost.heaviest],
                "order": [clean(path) for path in cost.order],
            }
            for framework, cost in costs.items()
        },
        "not_read": [
            {"why": unread.why.rpartition(".")[2], "first": clean(unread.path), "count": unread.count}
            for unread in scan.unread
        ],
    }


def _proposal(proposal: Proposal, lang: Lang) -> dict[str, Any]:
    return {
        "question": proposal.question,
        "choices": list(proposal.choices),
        "certainty": proposal.certainty,
        "contradicted": proposal.contradicted,
        "from": list(proposal.places),
        "because": [
            {
                "choice": support.choice,
                "certainty": support.certainty,
                "what": support.signal[lang],
                "places": list(support.places),
                "count": support.count,
            }
            for support in proposal.supports
        ],
    }
