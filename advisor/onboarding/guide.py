"""`README.md`: what a new colleague needs: what was chosen and why, how to begin, the words, and where to read on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from packaging.requirements import Requirement

from advisor.evidence.exhibits import step_lines
from advisor.knowledge.claim import Claim
from advisor.knowledge.concept import Concept
from advisor.knowledge.outlook import ReadingEntry
from advisor.onboarding.decision import choice_comparison, decision_reasons, kept_code, opponent_name
from advisor.onboarding.kit import Kit
from advisor.onboarding.lock import LOCK_NAME
from advisor.onboarding.pins import ORIGINS, Pin, has_accelerator, pinned_command, public_version
from advisor.onboarding.rendering import Markup, block, code, render_template
from advisor.onboarding.starter import has_exercises, starter_pins
from advisor.render.answer import choices_by_flip
from advisor.render.grounds import article_details
from advisor.render.start_words import StartRow, start_rows
from advisor.text import Text
from advisor.words import LABELS

CORE = ("tensor", "computation-graph", "autodiff", "optimizer", "layer", "module")
"""The concepts a newcomer needs first."""
MOST_REASONS = 5
READING = {"7.1": "documents", "7.2": "tools", "7.3": "papers"}
"""Section of the article → what its resources are."""


TENSORBOARD_WRITERS: Mapping[str, tuple[str, str]] = {
    "keras[tensorflow]": ('keras.callbacks.TensorBoard("runs")', "tensorboard"),
    "torch": ('torch.utils.tensorboard.SummaryWriter("runs")', "tensorboard"),
    "tensorflow": ('tf.summary.create_file_writer("runs")', "tensorboard"),
    "jax": ('tensorboardX.SummaryWriter("runs")', "tensorboard tensorboardX"),
}
"""Stack, or else what computes → what writes logs for TensorBoard there, and what is installed for it."""


class Listing(Struct, frozen=True):
    """One of the four steps in one framework.

    Attributes:
        lines: the code; empty where it stands with an earlier step, because one call takes both.
        shown_with: the name of that step.
    """

    framework: str
    lines: Markup
    shown_with: str = ""


class Step(Struct, frozen=True):
    """One of the four steps: what happens in it, and the code of each framework, the chosen one first."""

    name: str
    about: Text
    listings: tuple[Listing, ...]


class Flip(Struct, frozen=True):
    """Answers to a question that would each change the advice.

    Attributes:
        but: the choices that would not, where naming those says the same in fewer words.
    """

    question: str
    becomes: str
    choices: tuple[str, ...]
    but: tuple[str, ...]


class Resource(Struct, frozen=True):
    """A resource that the article names: the claim, and (title, address) of the thing itself and of what comes nearest to it."""

    claim: Claim
    links: tuple[tuple[str, str], ...]
    nearest: tuple[tuple[str, str], ...]


def guide(kit: Kit) -> str:
    """Return the guide of the folder; it follows what the team chose."""
    lessons, advice = kit.lessons, kit.advice
    start = list(start_rows(kit.pack, kit.start, kit.lang))
    pins = starter_pins(kit)
    of_the_backend = TENSORBOARD_WRITERS.get(kit.chosen.backend, ("", ""))
    writer, writer_packages = TENSORBOARD_WRITERS.get(kit.chosen.id, of_the_backend)
    return render_template(
        "README.md",
        "guide",
        kit,
        lock_file=LOCK_NAME,
        flips=list(_flips(kit)),
        label=LABELS[advice.label][kit.lang],
        good=list(decision_reasons(kit, advice.reasons))[:MOST_REASONS],
        bad=list(decision_reasons(kit, advice.dissent))[:MOST_REASONS],
        compared=choice_comparison(kit),
        opponent=opponent_name(kit),
        kept=kept_code(kit),
        most=MOST_REASONS,
        pins=pins,
        builds=_builds(kit),
        above=[row for row in start if _is_above(row, pins)],
        exercises=has_exercises(kit),
        origins={origin: kit.page.say(id) for origin, id in ORIGINS.items()},
        python=_python(kit),
        accelerated=has_accelerator(kit),
        start=start,
        writer=writer,
        writer_packages=writer_packages,
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


def _is_above(row: StartRow, pins: Iterable[Pin]) -> bool:
    """Return whether what a line of START installs to train comes with the exact versions of the starter, too."""
    installed = {name for pin in pins for name in (pin.package, *(wheel.name for wheel in pin.wheels))}
    asked_for = {Requirement(typed).name for typed in re.findall(r'"([^"]+)"', row.typed)}
    return bool(asked_for) and asked_for <= installed and not row.where_it_runs


def _flips(kit: Kit) -> Iterator[Flip]:
    """Yield what would change the advice, for each question and what it would become."""
    for (question, becomes), choices in choices_by_flip(kit.advice.flips).items():
        others = [id for id in kit.pack.questions[question].choice_ids if id not in choices]
        but = tuple(others) if len(others) < len(choices) else ()
        yield Flip(question, becomes, tuple(choices), but)


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
        spelled = _spelled(kit, glossary[id])
        if core or spelled:
            yield glossary[id], [code(name) for name in spelled]


def _spelled(kit: Kit, concept: Concept) -> tuple[str, ...]:
    """Return what the chosen stack calls a concept: what its backend calls it where Keras' own names do not work on that."""
    backend, framework = kit.chosen.backend, kit.chosen.framework
    if framework == "keras" and concept.keras_backends and backend not in concept.keras_backends:
        own_names = (candidate for candidate in kit.pack.candidates.values() if candidate.backend == backend)
        framework = next((candidate.framework for candidate in own_names if candidate.framework != "keras"), framework)
    return concept.spelled.get(framework, ())


def _steps(kit: Kit) -> Iterator[Step]:
    """Yield each of the four steps."""
    code_by_framework = step_lines()
    available = [id for id in kit.pack.frameworks if id in code_by_framework]
    frameworks = sorted(available, key=lambda id: id != kit.chosen.framework)
    steps = kit.lessons.steps.steps if kit.lessons.steps else ()
    name_by_step = {step.id: step.name[kit.lang] for step in steps}
    for step in steps:
        listings = [
            _listing(id, step.id, ids, lines, name_by_step)
            for id in frameworks
            for names, lines in code_by_framework[id].items()
            if step.id in (ids := re.split(r",\s*", names))
        ]
        yield Step(step.name[kit.lang], step.about, tuple(sorted(listings, key=lambda listing: not listing.lines)))


def _listing(
    framework: str, step: str, steps_of_code: list[str], lines: str, name_by_step: Mapping[str, str]
) -> Listing:
    """Return a step in a framework; where one call takes several of them, the code stands with the first."""
    if step == steps_of_code[0]:
        return Listing(framework, block(lines, "python"))
    return Listing(framework, Markup(), name_by_step[steps_of_code[0]])


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
