"""The first lines of an answer: what is recommended, how sure that is, and how the others do."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from advisor.reasoning.ranking import Standing
from advisor.render.page import Line, Page, hanging
from advisor.render.text_layout import hang
from advisor.text import Text
from advisor.words import LABELS

NOTHING = Text(
    en="NOTHING LEFT TO RECOMMEND: your answers rule out every candidate",
    zh="没有可推荐的候选：所给条件排除了全部候选",
)


def head(page: Page) -> Iterator[Line]:
    """Yield the recommendation, how sure it is, the others, and what is ruled out."""
    advice = page.advice
    if advice.candidate is None or advice.framework is None:
        yield Line(NOTHING[page.lang], "bold red")
        for id in advice.conflict:
            yield from hanging(page, "", f"{id}: {page.pack.constraints[id].constraint[page.lang]}", 2)
        return
    name = page.candidate(advice.candidate)
    column = max(11, cell_len(name) + 2)
    yield from (Line(line, "bold") for line in hang(name, recommendation(page), page.width, 0, column))
    yield from hanging(page, "", others(page), 0, column)
    yield from hanging(page, "", doubt(page), 0, column)
    for id, constraint in excluded(page).items():
        yield from hanging(page, page.pick("excluded", "已排除"), f"{id}: {constraint}", 0, column)


def recommendation(page: Page) -> str:
    """Return in words how sure the recommendation is."""
    advice = page.advice
    label, out_of = LABELS[advice.label][page.lang], round(100 * advice.p_best)
    framework = page.candidate(advice.framework or "")
    stack = "" if advice.candidate == advice.framework else page.pick(
        f"; this backend in {_share(advice.ranking[0])}", f"；该后端占 {_share(advice.ranking[0])} 种"
    )  # fmt: skip
    return page.pick(
        f"{label}: {framework} wins in {out_of} of 100 plausible versions of your project{stack}",
        f"{label}：在 100 种可能的项目情形中，有 {out_of} 种是 {framework} 最优{stack}",
    )


def others(page: Page) -> str:
    """Return in words how the other candidates do."""
    shares = ", ".join(
        f"{page.candidate(standing.id)} {_share(standing)}"
        for standing in page.advice.ranking
        if standing.id != page.advice.candidate and standing.excluded_share < 1
    )
    return page.pick(f"then {shares}", "其后：" + shares.replace(", ", "，")) + _outside(page)


def doubt(page: Page) -> str:
    """Return in words how sure it would be if only one of the three doubts were left."""
    doubts = page.advice.doubt
    facts, weights, answers = (round(100 * part) for part in (doubts.facts, doubts.weights, doubts.answers))
    return page.pick(
        f"wins with only this uncertain: facts {facts}, weights {weights}, unanswered questions {answers} of 100",
        f"若只有一项不确定，每 100 种情形中胜出：事实 {facts}，权重 {weights}，未回答的问题 {answers}",
    )


def _outside(page: Page) -> str:
    """Return in words how frameworks out of scope would do; where one is recommended, which one in scope is best."""
    advice = page.advice
    if advice.framework != advice.best_in_scope:
        best = page.candidate(advice.best_in_scope)
        return page.pick(f"; of the three this program is about: {best}", f"；就本程序所比较的三者而言：{best}")
    shares = [
        f"{page.candidate(standing.id)} {_share(standing)}"
        for standing in advice.out_of_scope
        if standing.excluded_share < 1
    ]
    return page.pick(f"; outside the three: {', '.join(shares)}", f"；三者之外：{'，'.join(shares)}") if shares else ""


def _share(standing: Standing) -> int:
    return round(100 * standing.p_best)


def excluded(page: Page) -> dict[str, str]:
    """Return the names of candidates that are ruled out, with the constraint that does it."""
    candidates_by_rule: dict[str, list[str]] = {}
    ranked = {standing.id for standing in page.advice.ranking}
    for candidate, id in page.advice.excluded.items():
        if id and candidate in ranked:
            candidates_by_rule.setdefault(id, []).append(page.candidate(candidate))
    return {
        ", ".join(names): page.pack.constraints[id].constraint[page.lang] for id, names in candidates_by_rule.items()
    }
