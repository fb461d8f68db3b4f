"""What changed in the knowledge since a decision: what this program brings, apart from what the team lays over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from advisor.knowledge.pack import Pack
from advisor.onboarding.digests import rule_digests, vocabulary_digests
from advisor.onboarding.lock import LockedPack
from advisor.text import Text
from advisor.words import REVIEWS

JOINED = " + "
"""What stands between the names of a pack and its overlays."""
PARTS: Mapping[str, Text] = {
    "questions": Text(en="the questions changed", zh="问题有改动"),
    "criteria": Text(en="the criteria changed", zh="选择标准有改动"),
    "frameworks": Text(en="the frameworks or their candidates changed", zh="框架或候选有改动"),
    "install": Text(en="how candidates are installed changed", zh="候选的安装方式有改动"),
}
VOCABULARY = Text(en="questions, criteria, candidates or words changed", zh="问题、选择标准、候选或措辞有改动")
"""All that can be told of a lock of format 1 in which every rule is the same."""
WORDS = Text(en="only words, examples or sources changed", zh="仅措辞、示例或出处有改动")


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
        built_in += _changed_vocabulary(locked, pack) or ([] if built_in else [WORDS if locked.layers else VOCABULARY])
    return KnowledgeChanges(tuple(built_in), tuple(overlay))


def _names(locked: LockedPack) -> list[str]:
    return list(locked.layers) or locked.name.split(JOINED)


def _other_overlays(locked: LockedPack, pack: Pack) -> Iterator[Text]:
    """Yield the overlays that only one of both has."""
    locked_names, today = _names(locked)[1:], [header.name for header in pack.overlays]
    for name in locked_names:
        if name not in today:
            yield Text(
                en=f"the overlay {name} is missing: lay it over with --pack",
                zh=f"缺少附加规则包 {name}：请用 --pack 指定",
            )
    for name in today:
        if name not in locked_names:
            yield Text(en=f"the overlay {name} is new", zh=f"新增附加规则包 {name}")


def _changed_overlays(locked: LockedPack, pack: Pack) -> Iterator[Text]:
    """Yield the overlays both have, with other files; which of their rules changed is said beside it."""
    for header in pack.overlays:
        locked_digest = locked.layers.get(header.name)
        if locked_digest is not None and locked_digest != pack.layers.get(header.name):
            yield Text(en=f"the overlay {header.name} changed", zh=f"附加规则包 {header.name} 有改动")


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
    locked_rules, today = locked.rules, rule_digests(pack, words=not locked.layers)
    changed = [id for id in sorted({*locked_rules, *today}) if locked_rules.get(id) != today.get(id)]
    reviewed = {id: text for id in changed if (text := _review(id, locked, pack))}
    yield from reviewed.items()
    for id in changed:
        if id not in today:
            yield id, Text(en=f"{id} is gone", zh=f"{id} 已删除")
        elif id not in locked_rules:
            yield id, Text(en=f"{id} is new", zh=f"新增 {id}")
        elif id not in reviewed:
            yield id, Text(en=f"{id} changed", zh=f"{id} 有改动")


def _review(id: str, locked: LockedPack, pack: Pack) -> Text | None:
    """Return how the verdict of a claim's review changed; None where it did not."""
    locked_verdict = locked.reviews.get(id)
    today = pack.claims[id].review.verdict if id in pack.claims else None
    if locked_verdict is None or today is None or locked_verdict == today:
        return None
    return Text(
        en=f"{id}: review {REVIEWS[locked_verdict].en} -> {REVIEWS[today].en}",
        zh=f"{id}：复核结论由“{REVIEWS[locked_verdict].zh}”变为“{REVIEWS[today].zh}”",
    )


def _changed_vocabulary(locked: LockedPack, pack: Pack) -> list[Text]:
    """Return which parts of the vocabulary are others; nothing is known of it in format 1."""
    today = vocabulary_digests(pack)
    return [text for part, text in PARTS.items() if locked.vocabulary.get(part, today[part]) != today[part]]
