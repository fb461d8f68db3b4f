"""What changed in the knowledge since a decision: what this program brings, apart from what the team lays over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from advisor.knowledge.pack import Pack
from advisor.onboarding.digests import rule_digests, vocabulary_digests
from advisor.onboarding.lock import LockedPack
from advisor.sentences import text
from advisor.text import Text
from advisor.words import REVIEWS

JOINED = " + "
"""What stands between the names of a pack and its overlays."""
PARTS: Mapping[str, str] = {
    "questions": "check.questions-changed",
    "criteria": "check.criteria-changed",
    "frameworks": "check.frameworks-changed",
    "install": "check.install-changed",
    "packages": "check.packages-changed",
}
"""Part of the vocabulary → the sentence that it changed."""
VOCABULARY = "check.vocabulary-changed"
"""All that can be told of a lock of format 1 in which every rule is the same."""
WORDS = "check.only-words-changed"


class KnowledgeChanges(Struct, frozen=True):
    """What changed, each of both as a list of sentences, empty where nothing did.

    Attributes:
        built_in: in the pack that ships with the program, or that the team's own pack stands in for.
        overlay: in what is laid over it.
    """

    built_in: tuple[Text, ...] = ()
    overlay: tuple[Text, ...] = ()


def knowledge_changes(locked: LockedPack, pack: Pack) -> KnowledgeChanges:
    """Return what changed between the knowledge of a decision and that of today, claims whose review changed first."""
    if locked.digest == pack.digest:
        return KnowledgeChanges()
    overlay = [*_other_overlays(locked, pack), *_changed_overlays(locked, pack)]
    built_in: list[Text] = []
    for id, change in _changed_rules(locked, pack):
        (overlay if _is_overlaid(id, locked, pack) else built_in).append(change)
    if _is_base_changed(locked, pack, overlay):
        built_in += _changed_vocabulary(locked, pack)
        if not built_in:
            built_in.append(text(WORDS if locked.layers else VOCABULARY))
    return KnowledgeChanges(tuple(built_in), tuple(overlay))


def _names(locked: LockedPack) -> list[str]:
    return list(locked.layers) or locked.name.split(JOINED)


def _other_overlays(locked: LockedPack, pack: Pack) -> Iterator[Text]:
    """Yield the overlays that only one of both has."""
    locked_names, today = _names(locked)[1:], [header.name for header in pack.overlays]
    for name in locked_names:
        if name not in today:
            yield text("check.overlay-missing", overlay=name)
    for name in today:
        if name not in locked_names:
            yield text("check.overlay-new", overlay=name)


def _changed_overlays(locked: LockedPack, pack: Pack) -> Iterator[Text]:
    """Yield the overlays both have, with other files; which of their rules changed is said beside it."""
    for header in pack.overlays:
        locked_digest = locked.layers.get(header.name)
        if locked_digest is not None and locked_digest != pack.layers.get(header.name):
            yield text("check.overlay-changed", overlay=header.name)


def _is_overlaid(id: str, locked: LockedPack, pack: Pack) -> bool:
    """Whether a rule that changed is of an overlay; in format 1 one that is gone is so where an overlay is missing."""
    if id in pack.overlaid or id in locked.overlaid:
        return True
    overlays = {header.name for header in pack.overlays}
    return not locked.layers and id not in _rules(pack) and not {*_names(locked)[1:]} <= overlays


def _is_base_changed(locked: LockedPack, pack: Pack, overlay: list[Text]) -> bool:
    """Whether the files of the lowest pack are others; in format 1 wherever no overlay is known to have changed."""
    locked_digest = locked.layers.get(pack.header.name)
    if locked_digest is not None and locked_digest != pack.layers.get(pack.header.name):
        return True
    return not overlay


def _rules(pack: Pack) -> set[str]:
    return {*pack.needs, *pack.constraints, *pack.claims}


def _changed_rules(locked: LockedPack, pack: Pack) -> Iterator[tuple[str, Text]]:
    """Yield every rule and claim that is gone, new, or does something else, reviews first."""
    locked_digests, current_digests = locked.rules, rule_digests(pack, include_wording=not locked.layers)
    changed = [
        id for id in sorted({*locked_digests, *current_digests}) if locked_digests.get(id) != current_digests.get(id)
    ]
    reviewed = {id: review for id in changed if (review := _review(id, locked, pack))}
    yield from reviewed.items()
    for id in changed:
        if id not in current_digests:
            yield id, text("check.rule-gone", id=id)
        elif id not in locked_digests:
            yield id, text("check.rule-new", id=id)
        elif id not in reviewed:
            yield id, text("check.rule-changed", id=id)


def _review(id: str, locked: LockedPack, pack: Pack) -> Text | None:
    """Return how the verdict of a claim's review changed; None where it did not."""
    locked_verdict = locked.reviews.get(id)
    current_verdict = pack.claims[id].review.verdict if id in pack.claims else None
    if locked_verdict is None or current_verdict is None or locked_verdict == current_verdict:
        return None
    return text("check.review-changed", id=id, old=REVIEWS[locked_verdict], new=REVIEWS[current_verdict])


def _changed_vocabulary(locked: LockedPack, pack: Pack) -> list[Text]:
    """Return which parts of the vocabulary are others; nothing is known of it in format 1."""
    today = vocabulary_digests(pack)
    return [text(id) for part, id in PARTS.items() if locked.vocabulary.get(part, today[part]) != today[part]]
