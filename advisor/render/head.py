"""The first lines of an answer: what is recommended, how sure that is, and how the others do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    """Yield the recommendation, how sure it is, the others, and who does not meet what is required."""
    advice = page.advice
    if advice.candidate is None or advice.framework is None:
        yield Line(NOTHING[page.lang], "bold red")
        for id in advice.conflict:
            yield from hanging(page, "", f"{id}: {page.pack.constraints[id].constraint[page.lang]}", 2)
        return
    name = page.candidate(advice.candidate)
    column = max(11, cell_len(name) + 2)
    yield from (Line(line, "bold") for line in hang(name, recommendation(page), page.width, 0, column))
    for text in (*depends_on(page), others(page), doubt(page)):
        yield from hanging(page, "", text, 0, column)
    for text in unmet(page):
        yield from hanging(page, page.pick("required", "须满足"), text, 0, column)


def recommendation(page: Page) -> str:
    """Say how sure the recommendation is, and in how many of 100 worlds it wins."""
    advice = page.advice
    label, shares = LABELS[advice.label][page.lang], shares_of_named(page)
    if advice.label == "depends":
        return page.pick(
            f"{label}: provisional, for it loses least; of 100 plausible versions of your project {shares}",
            f"{label}：暂以其为首选，因其损失最小；在 100 种可能的项目情形中，{shares}",
        )
    return page.pick(
        f"{label}: of 100 plausible versions of your project {shares}",
        f"{label}：在 100 种可能的项目情形中，{shares}",
    )


def shares_of_named(page: Page) -> str:
    """Say in how many of 100 worlds each framework wins that the answer names."""
    standings = [standing for standing in page.advice.frameworks if standing.id in page.advice.named]
    wins = [
        page.pick(
            f"{page.candidate(standing.id)} wins in {_share(standing)}",
            f"{page.candidate(standing.id)} 胜出 {_share(standing)} 种",
        )
        for standing in standings
    ]
    return page.pick(", ", "，").join(wins)


def depends_on(page: Page) -> Iterator[str]:
    """Say on which question it depends, and what each answer to it gives."""
    advice = page.advice
    if advice.label != "depends":
        return
    if advice.dependence is None:
        yield page.pick("no single open answer decides between them", "任何单个未回答的问题都不足以定出高下")
        return
    question = page.pack.questions[advice.dependence.question]
    labels_by_framework: dict[str, list[str]] = {}
    for outcome in advice.dependence.outcomes:
        label = f"{question.find_choice(outcome.choice).label[page.lang]} ({round(100 * outcome.share)} %)"
        labels_by_framework.setdefault(outcome.framework, []).append(label)
    *special, (usual, labels) = sorted(labels_by_framework.items(), key=lambda group: len(group[1]))
    otherwise = page.pick(f"otherwise {page.candidate(usual)}", f"其余为 {page.candidate(usual)}")
    rarer = [_given(page, framework, several) for framework, several in special]
    answers = page.pick("; ", "；").join([*rarer, _given(page, usual, labels) if len(labels) < 3 else otherwise])
    leader = page.candidate(advice.framework or "")
    yield page.pick(
        f'it depends on {question.id}, "{question.ask.en}": {answers}. Unanswered, {leader} loses least.',
        f"取决于 {question.id}（{question.ask.zh}）：{answers}。不回答时，{leader} 损失最小。",
    )


def _given(page: Page, framework: str, labels: Sequence[str]) -> str:
    """Return which framework some answers give, as a part of a sentence."""
    name = page.candidate(framework)
    return page.pick(f"{name} if {' or '.join(labels)}", f"若答 {'、'.join(labels)}，为 {name}")


def others(page: Page) -> str:
    """Say how the frameworks do that the answer does not name, and which stack or framework is meant where that is open."""
    advice = page.advice
    parts = (
        [
            page.pick("then ", "其后：")
            + page.pick(", ", "，").join(
                f"{page.candidate(standing.id)} {_share(standing)}"
                for standing in advice.frameworks
                if standing.id not in advice.named
            )
        ]
        if len(advice.named) < len(advice.frameworks)
        else []
    )
    if advice.candidate != advice.framework:
        stack, share = page.candidate(advice.candidate or ""), _share(advice.ranking[0])
        parts.append(page.pick(f"{stack} in {share}", f"{stack} 占 {share} 种"))
    if advice.framework != advice.best_in_scope and advice.best_in_scope:
        best = page.candidate(advice.best_in_scope)
        parts.append(page.pick(f"of the three this program is about: {best}", f"就本程序所比较的三者而言：{best}"))
    return page.pick("; ", "；").join(parts)


def doubt(page: Page) -> str:
    """Return in words how sure it would be if only one of the three doubts were left."""
    doubts = page.advice.doubt
    facts, weights, answers = (round(100 * part) for part in (doubts.facts, doubts.weights, doubts.answers))
    return page.pick(
        f"wins with only this uncertain: facts {facts}, weights {weights}, unanswered questions {answers} of 100",
        f"若只有一项不确定，每 100 种情形中胜出：事实 {facts}，权重 {weights}，未回答的问题 {answers}",
    )


def _share(standing: Standing) -> int:
    return round(100 * standing.p_best)


def unmet(page: Page) -> Iterator[str]:
    """Say of each constraint that holds for certain who does not meet it, why, and what helps; at last what to relax."""
    ranked = {standing.id for standing in page.advice.ranking}
    for missed in page.advice.unmet:
        constraint = page.pack.constraints[missed.constraint]
        names = stack_names(page, [candidate for candidate in missed.candidates if candidate in ranked])
        if names:
            remedy = f" {constraint.instead[page.lang]}" if constraint.instead else ""
            yield (
                page.pick(f"not met by {', '.join(names)}: ", f"{'、'.join(names)} 不满足：")
                + constraint.constraint[page.lang]
                + remedy
            )
    if page.advice.conflict and page.advice.candidate:
        rules = ", ".join(page.advice.conflict)
        yield page.pick(
            f"nobody meets all of {rules}: relax one of them", f"没有候选能同时满足 {rules}：须放宽其中一项"
        )


def stack_names(page: Page, candidates: Sequence[str]) -> list[str]:
    """Return the names of candidates, those of all stacks of a framework as that of the framework."""
    names: list[str] = []
    for framework in page.pack.frameworks:
        stacks = page.pack.stacks(framework)
        failing = [stack for stack in stacks if stack in candidates]
        names += [page.candidate(framework)] if len(failing) == len(stacks) else map(page.candidate, failing)
    return names
