"""The pages of a framework and of a candidate: what it is, what speaks for and against it, and how one trains with it."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.claim import Claim
from advisor.knowledge.criterion import LEVEL
from advisor.reasoning.readings import stated_levels
from advisor.render.document import Item, Part, part
from advisor.render.explain.claim_page import in_full
from advisor.render.explain.criterion_page import grounds_of_standing, where_words
from advisor.render.explain.sheet import Library
from advisor.render.explain.terms import condition_words
from advisor.render.start_words import download_words
from advisor.words import VERDICTS

GOOD, WEAK = LEVEL["good"], LEVEL["weak"]


def framework_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a framework's page."""
    pick, stacks = library.pick, library.pack.stacks(id)
    yield part("", tuple(_about(library, id)))
    yield part(pick("THE FOUR STEPS, AS THE PROBES RUN THEM", "四个步骤（即实测所用代码）"), _steps(library, id))
    article_claims = [
        name for name, claim in library.pack.claims.items() if _of_article(claim) and _is_about(library, claim, id)
    ]
    for claim_kind, head in (
        ("pro", pick("ITS STRENGTHS ACCORDING TO THE ARTICLE", "文章所述优点")),
        ("con", pick("ITS WEAKNESSES ACCORDING TO THE ARTICLE", "文章所述缺点")),
        ("application-area", pick("ITS FIELDS ACCORDING TO THE ARTICLE", "文章所述应用领域")),
    ):
        yield part(
            head, (in_full(library, claim) for claim in article_claims if library.pack.claims[claim].kind == claim_kind)
        )
    yield part(pick("VERDICTS HERE", "本机判定"), _verdicts(library, id))
    yield part(pick("DOCUMENTED FOR IT", "有文献支持的优点"), _documented(library, id, strong=True))
    yield part(pick("DOCUMENTED AGAINST IT", "有文献支持的缺点"), _documented(library, id, strong=False))
    yield part(pick("RULED OUT WHEN", "何时被排除"), _excluded(library, stacks))


def candidate_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a candidate's page."""
    candidate, pick = library.pack.candidates[id], library.pick
    framework = library.pack.frameworks[candidate.framework]
    opening = [
        Item(f"{framework.name}{library.in_brackets(framework.id)} {framework.home}", pick("framework", "框架")),
        Item(candidate.backend, pick("backend", "后端")),
        *_stack(library, id),
    ]
    if candidate.environment:
        variables = ", ".join(f"{name}={value}" for name, value in candidate.environment.items())
        opening.append(Item(variables, pick("environment", "环境变量")))
    yield part("", tuple(opening))
    yield part(pick("RULED OUT WHEN", "何时被排除"), _excluded(library, (id,)))
    for criterion in library.pack.criteria.values():
        name = criterion.name[library.lang]
        yield part(name.upper() if library.lang == "en" else name, grounds_of_standing(library, id, criterion.id))


def _about(library: Library, id: str) -> Iterator[Item]:
    framework, pick = library.pack.frameworks[id], library.pick
    yield Item(framework.home, pick("home", "主页"))
    if framework.outside:
        yield Item(
            pick(
                "Outside the three this program compares; recommended only where it clearly wins.",
                "不在所比较的三种框架之内，仅在明显胜出时推荐。",
            )
        )
    stacks = library.pack.stacks(id)
    for stack in stacks:
        if len(stacks) > 1:
            yield Item(library.name(stack), stack)
        yield from _stack(library, stack)


def _stack(library: Library, id: str) -> Iterator[Item]:
    candidate, pick = library.pack.candidates[id], library.pick
    installed = [f"{name} {library.versions[name]}" for name in candidate.modules if name in library.versions]
    all_installed = len(installed) == len(candidate.modules)
    yield Item(candidate.install, pick("install", "安装"))
    if sizes := download_words(library.pack, candidate, library.lang):
        yield Item(sizes, pick("download", "下载"))
    yield Item(", ".join(installed) if all_installed else pick("not installed", "未安装"), pick("here", "本机"))


def _steps(library: Library, id: str) -> Iterator[Item]:
    training, code_by_steps = library.onboarding.steps, library.steps.get(id, {})
    if training and code_by_steps and id in training.who:
        yield Item(training.who[id][library.lang])
    names = {step.id: step.name[library.lang] for step in training.steps} if training else {}
    for steps, code in code_by_steps.items():
        label = library.joined(names.get(step, step) for step in steps.split(", "))
        yield Item(code, label, code=True)


def _of_article(claim: Claim) -> bool:
    return claim.source.startswith("article")


def _is_about(library: Library, claim: Claim, framework: str) -> bool:
    """Whether a claim is about the framework itself, or any of its stacks."""
    stacks = set(library.pack.stacks(framework))
    return any(stacks & set(library.pack.members(name)) for name in claim.says)


def _documented(library: Library, framework: str, *, strong: bool) -> Iterator[Item]:
    """List what is documented of a framework, by criterion: at least good, or at most weak, for one of its stacks."""
    stacks = library.pack.stacks(framework)
    order = {id: position for position, id in enumerate(library.pack.criteria)}
    rows: list[tuple[int, Item]] = []
    for id, claim in library.pack.claims.items():
        if _of_article(claim) or not claim.review.upheld or claim.about is None:
            continue
        levels = {name: value for name, value in stated_levels(claim, library.pack) if name in stacks}
        candidates = [name for name, value in levels.items() if (value >= GOOD if strong else value <= WEAK)]
        if candidates:
            only = (
                library.pick(" [{}]", "〔{}〕").format(library.joined(map(library.name, candidates)))
                if len(candidates) < len(stacks)
                else ""
            )
            criterion = library.pack.criteria[claim.about].name[library.lang]
            rows.append(
                (
                    order[claim.about],
                    Item(
                        f"{claim.claim[library.lang]}{only}{library.in_brackets(id)}{where_words(library, id)}",
                        criterion,
                    ),
                )
            )
    yield from (item for _, item in sorted(rows, key=lambda row: row[0]))


def _excluded(library: Library, stacks: tuple[str, ...]) -> Iterator[Item]:
    for id, constraint in library.pack.constraints.items():
        if set(library.pack.excluded(constraint)) & set(stacks):
            condition = condition_words(library, constraint.when)
            yield Item(
                f"{constraint.constraint[library.lang]} {library.pick(f'If {condition}.', f'当 {condition} 时。')}", id
            )


def _verdicts(library: Library, framework: str) -> Iterator[Item]:
    """List what this machine confirmed and refuted of what is said about a framework, repetitions once; count the rest."""
    claims = library.pack.claims
    about = [id for id, claim in claims.items() if _is_about(library, claim, framework) and claim.same_as is None]
    findings = {id: library.findings[id] for id in about}
    for word in ("refuted", "confirmed"):
        for id, finding in findings.items():
            if finding.verdict == word:
                claim = claims[id].claim[library.lang]
                yield Item(
                    f"{claim}{library.in_brackets(id)} {finding.why[library.lang == 'zh']}",
                    VERDICTS[word][library.lang],
                )
    for word in ("inconclusive", "untested"):
        count = sum(finding.verdict == word for finding in findings.values())
        if count:
            yield Item(library.pick(f"{count} claims", f"{count} 条论断"), VERDICTS[word][library.lang])
