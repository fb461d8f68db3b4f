"""The result of a self-test as text: false winners, noise, and the smallest difference this machine can tell."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.evidence.selftest import BLOCKS, POWER, Estimate, SelfTest
from advisor.render.text_layout import hang
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
    head = lang.pick(
        f"{selftest.candidate} against itself | {selftest.blocks} blocks, {selftest.seconds:.0f} s | "
        f"{selftest.runs} runs, {selftest.discarded} of them not used",
        f"{selftest.candidate} 与自身比较 | {selftest.blocks} 轮，{selftest.seconds:.0f} 秒 | 运行 {selftest.runs} 次，其中 {selftest.discarded} 次未采用",
    )
    for line in hang(lang.pick("SELF-TEST", "自检"), head, width, 0, LABEL_WIDTH[lang]):
        yield line, "bold"
    for label, text in _parts(selftest, lang):
        yield from ((line, "") for line in hang(label, text, width, 0, LABEL_WIDTH[lang]))


def _parts(selftest: SelfTest, lang: Lang) -> Iterator[tuple[str, str]]:
    yield lang.pick("false winners", "误判胜者"), _false_winners(selftest, lang)
    if selftest.spread is None:
        return
    of_blocks = lang.pick("of the ratio from block to block", "（各轮比值之间）")
    yield lang.pick("noise", "噪声"), f"{_per_cent(selftest.spread, lang)} {of_blocks}"
    for blocks, smallest in selftest.resolution.items():
        yield (
            lang.pick("detectable", "可分辨差异"),
            lang.pick(
                f"{_per_cent(smallest, lang)} with {blocks} blocks, in {POWER * 10:.0f} of 10 sessions",
                f"{blocks} 轮时 {_per_cent(smallest, lang)}（十次实测中有 {POWER * 10:.0f} 次能判出）",
            ),
        )
    yield "", lang.pick("a smaller difference is called a tie", "更小的差异视为持平")
    if selftest.comparisons < FEW:
        yield (
            "",
            lang.pick(
                f"{selftest.comparisons} comparisons say little about rare errors: use a longer --budget",
                f"{selftest.comparisons} 次比较不足以说明罕见的误判：可用更长的 --budget 重测",
            ),
        )


def _false_winners(selftest: SelfTest, lang: Lang) -> str:
    judged = selftest.comparisons - selftest.void
    if selftest.false_winners is None:
        few = selftest.comparisons == 0
        why_en = (
            f"fewer than {BLOCKS} blocks: a longer --budget is needed" if few else "every comparison was too disturbed"
        )
        why_zh = f"不足 {BLOCKS} 轮：需要更长的 --budget" if few else "所有比较均受干扰过大"
        return lang.pick(f"unknown: {why_en}", f"无法判定：{why_zh}")
    void = ""
    if selftest.void:
        void = lang.pick(f"; {selftest.void} more without a verdict", f"；另有 {selftest.void} 次未能得出结论")
    return lang.pick(
        f"{selftest.named} of {judged} comparisons of {BLOCKS} blocks: {_per_cent(selftest.false_winners, lang)}{void}",
        f"{judged} 次比较（每次 {BLOCKS} 轮）中 {selftest.named} 次：{_per_cent(selftest.false_winners, lang)}{void}",
    )


def _per_cent(estimate: Estimate, lang: Lang) -> str:
    value, low, high = (f"{100 * part:.3g}" for part in (estimate.value, estimate.low, estimate.high))
    return lang.pick(f"{value} % (90 % interval {low}-{high} %)", f"{value} %（90 % 区间 {low}-{high} %）")
