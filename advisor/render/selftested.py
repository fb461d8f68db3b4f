"""The result of a self-test as text: false winners, noise, and the smallest difference this machine can tell."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.evidence.selftest import BLOCKS, POWER, Estimate, SelfTest
from advisor.render.text_layout import hang
from advisor.sentences import sentence
from advisor.text import Lang

LABEL_WIDTH = {Lang.EN: 20, Lang.ZH: 18}
FEW = 20
"""Fewer comparisons than these say little about rare errors."""


def lines(selftest: SelfTest, lang: Lang, width: int) -> Iterator[tuple[str, str]]:
    """Lay out a self-test.

    Args:
        selftest: what was measured.
        lang: the language of the words.
        width: cells of the page.
    """
    about = sentence(
        "self-test.about",
        lang,
        candidate=selftest.candidate,
        blocks=selftest.blocks,
        seconds=f"{selftest.seconds:.0f}",
        runs=selftest.runs,
        discarded=selftest.discarded,
    )
    for line in hang(sentence("self-test.head", lang), about, width, 0, LABEL_WIDTH[lang]):
        yield line, "bold"
    for label, text in _parts(selftest, lang):
        yield from ((line, "") for line in hang(label, text, width, 0, LABEL_WIDTH[lang]))


def _parts(selftest: SelfTest, lang: Lang) -> Iterator[tuple[str, str]]:
    yield sentence("self-test.label-false-winners", lang), _false_winners(selftest, lang)
    if selftest.spread is None:
        return
    spread = _per_cent(selftest.spread, lang)
    yield sentence("self-test.label-noise", lang), sentence("self-test.noise", lang, spread=spread)
    for blocks, estimate in selftest.resolution.items():
        smallest, detected_of_ten = _per_cent(estimate, lang), f"{POWER * 10:.0f}"
        detectable = sentence("self-test.detectable", lang, smallest=smallest, blocks=blocks, times=detected_of_ten)
        yield sentence("self-test.label-detectable", lang), detectable
    yield "", sentence("self-test.smaller-is-a-tie", lang)
    if selftest.comparisons < FEW:
        yield "", sentence("self-test.too-few-comparisons", lang, comparisons=selftest.comparisons)


def _false_winners(selftest: SelfTest, lang: Lang) -> str:
    if selftest.false_winners is None:
        if selftest.comparisons == 0:
            return sentence("self-test.unknown-too-few-blocks", lang, blocks=BLOCKS)
        return sentence("self-test.unknown-too-disturbed", lang)
    return sentence(
        "self-test.false-winners-and-void" if selftest.void else "self-test.false-winners",
        lang,
        named=selftest.named,
        judged=selftest.comparisons - selftest.void,
        blocks=BLOCKS,
        rate=_per_cent(selftest.false_winners, lang),
        void=selftest.void,
    )


def _per_cent(estimate: Estimate, lang: Lang) -> str:
    value, low, high = (f"{100 * part:.3g}" for part in (estimate.value, estimate.low, estimate.high))
    return sentence("self-test.per-cent-interval", lang, value=value, low=low, high=high)
