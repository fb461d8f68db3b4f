"""`README.md`: what a new colleague needs: what was chosen and why, how to begin, the words, and where to read on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from advisor.evidence.exhibits import step_lines
from advisor.knowledge.claim import Claim
from advisor.knowledge.concept import Concept
from advisor.knowledge.outlook import ReadingEntry
from advisor.onboarding.decision import choice_comparison, decision_reasons, kept_code, opponent_name
from advisor.onboarding.kit import Kit
from advisor.onboarding.lock import LOCK_NAME
from advisor.onboarding.pins import ORIGINS, has_accelerator, pinned_command, public_version
from advisor.onboarding.rendering import Markup, block, code, render_template
from advisor.onboarding.starter import has_exercises, starter_pins
from advisor.render.answer import choices_by_flip
from advisor.render.grounds import article_details
from advisor.render.start_words import start_rows
from advisor.text import Text
from advisor.words import LABELS

CORE = ("tensor", "computation-graph", "autodiff", "optimizer", "layer", "module")
"""The concepts a newcomer needs first."""
MOST_REASONS = 5
READING = {"7.1": "documents", "7.2": "tools", "7.3": "papers"}
"""Section of the article → what its resources are."""


class Listing(Struct, frozen=True):
    """One of the four steps in one framework."""

    framework: str
    lines: Markup


class Resource(Struct, frozen=True):
    """A resource that the article names: the claim, and (title, address) of the thing itself and of what comes nearest to it."""

    claim: Claim
    links: tuple[tuple[str, str], ...]
    nearest: tuple[tuple[str, str], ...]


def guide(kit: Kit) -> str:
    """Return the guide of the folder; it follows what the team chose."""
    lessons, advice = kit.lessons, kit.advice
    return render_template(
        "README.md",
        "guide",
        kit,
        lock_file=LOCK_NAME,
        flips=choices_by_flip(advice.flips),
        label=LABELS[advice.label][kit.lang],
        good=list(decision_reasons(kit, advice.reasons))[:MOST_REASONS],
        bad=list(decision_reasons(kit, advice.dissent))[:MOST_REASONS],
        compared=choice_comparison(kit),
        opponent=opponent_name(kit),
        kept=kept_code(kit),
        most=MOST_REASONS,
        pins=starter_pins(kit),
        builds=_builds(kit),
        exercises=has_exercises(kit),
        origins={origin: kit.page.say(id) for origin, id in ORIGINS.items()},
        python=_python(kit),
        accelerated=has_accelerator(kit),
        start=list(start_rows(kit.pack, kit.start, kit.lang)),
        module=kit.chosen.modules[0],
        core=list(_concepts(kit, core=True)),
        words=list(_concepts(kit, core=False)),
        steps=list(_steps(kit)),
        taken_by=dict(lessons.steps.who) if lessons.steps else {},
        faq=list(lessons.faq.values()),
        home=kit.pack.frameworks[kit.chosen.framework].home,
        reading=_reading(kit),
        article_details=list(article_details(kit.page)),
    )


def _builds(kit: Kit) -> list[str]:
    """Return the lines that install the builds for the machine of the answers, before the starter asks for the same versions.

    Where the answers name several machines, each line is a comment, for a colleague takes that of their own machine.
    """
    rows = list(start_rows(kit.pack, kit.start, kit.lang))
    to_train = [row for row in rows if row.purpose == rows[0].purpose]
    several = any(row.machines for row in to_train)
    lines = []
    for row in to_train:
        if row.typed and re.search(r" --index|\[", row.typed):
            command = pinned_command(row.typed, starter_pins(kit))
            lines.append(f"# {row.machines}{command}" if several else command)
        elif not row.typed and row.page:
            lines.append(f"# {row.machines}{row.in_short}")
    return lines


def _python(kit: Kit) -> str:
    """Return the Python the chosen stack was measured with, "3.12"; "" where it was not measured."""
    measured = all(public_version(kit.lock.evidence.versions.get(module, "")) for module in kit.chosen.modules)
    return (
        ".".join(public_version(str(kit.advice.evidence.machine.get("python", ""))).split(".")[:2]) if measured else ""
    )


def _concepts(kit: Kit, *, core: bool) -> Iterator[tuple[Concept, list[Markup]]]:
    """Yield concepts with how the chosen framework spells them: the core ones first, or the others that it spells."""
    glossary = kit.lessons.glossary
    ids = [id for id in CORE if id in glossary] if core else [id for id in sorted(glossary) if id not in CORE]
    for id in ids:
        spelled = glossary[id].spelled.get(kit.chosen.framework, ())
        if core or spelled:
            yield glossary[id], [code(name) for name in spelled]


def _steps(kit: Kit) -> Iterator[tuple[str, Text, list[Listing]]]:
    """Yield each of the four steps with what happens in it and the code of each framework, the chosen one first."""
    code_by_framework = step_lines()
    available = [id for id in kit.pack.frameworks if id in code_by_framework]
    frameworks = sorted(available, key=lambda id: id != kit.chosen.framework)
    for step in kit.lessons.steps.steps if kit.lessons.steps else ():
        listings = [
            Listing(id, block(lines, "python"))
            for id in frameworks
            for lines in _code_of_step(code_by_framework[id], step.id)
        ]
        yield step.name[kit.lang], step.about, listings


def _code_of_step(steps: Mapping[str, str], id: str) -> Iterator[str]:
    """Yield the code of a step; where one call takes several of them, it stands with the first."""
    for name, lines in steps.items():
        if re.split(r",\s*", name)[0] == id:
            yield lines


def _reading(kit: Kit) -> dict[str, list[Resource]]:
    """Return the article's resources by kind, each with where it is; the chosen framework's first."""
    resources_by_section: dict[str, list[Resource]] = {section: [] for section in READING.values()}
    name = kit.pack.frameworks[kit.chosen.framework].name
    entries = {entry.claim: entry for entry in kit.lessons.reading.reading} if kit.lessons.reading else {}
    resources = [(id, claim) for id, claim in kit.pack.claims.items() if claim.kind == "resource"]
    for id, claim in sorted(resources, key=lambda resource: name not in resource[1].claim.en):
        section = READING.get(claim.source.rpartition("§")[2])
        entry = entries.get(id, ReadingEntry(id))
        if section:
            links = (_links(kit, entry.leads_to), _links(kit, entry.nearest))
            resources_by_section[section].append(Resource(claim, *links))
    return resources_by_section


def _links(kit: Kit, ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return sources that have an address, as (title, address)."""
    sources = [kit.pack.sources[id] for id in ids]
    return tuple((source.title, source.link) for source in sources if source.link)
