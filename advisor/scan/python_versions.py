"""Which Python a project uses: from pins, images and CI, and where these contradict each other."""

from __future__ import annotations

import re

from msgspec import Struct
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from advisor.knowledge.pack import Pack
from advisor.knowledge.signal import Certainty
from advisor.scan.facts import Fact, Repository
from advisor.scan.support import Support
from advisor.sentences import text
from advisor.text import Text

QUESTION = "python"
MINORS = range(6, 20)
OLDEST = 11
"""The oldest Python 3 that is a choice: a lower bound below it says nothing about what is used."""


class PythonAnswer(Struct, frozen=True):
    """The version proposed, None where none is, and what is to be said of it."""

    support: Support | None
    remarks: tuple[Text, ...]


def python_answer(repository: Repository, pack: Pack) -> PythonAnswer:
    """Return the version of Python that a repository uses.

    A version that is written down (an image, `.python-version`, a conda environment) counts before the newest that CI tests; a bare
    lower bound says little. What does not lie within `requires-python` is named, as are versions that are no choice of the question.
    """
    facts = [fact for fact in repository.facts if fact.kind == QUESTION and fact.region in ("core", "tests")]
    bounds = [fact for fact in facts if fact.value.startswith("requires:")]
    allowed = [
        minor for minor in MINORS if all(_allows(fact.value.removeprefix("requires:"), minor) for fact in bounds)
    ]
    used = [(fact, minor) for fact in facts if (minor := _minor(fact.value)) is not None]
    remarks = [
        text(
            "scan.python-outside",
            version=f"3.{minor}",
            place=fact.place,
            bound=bounds[0].value.removeprefix("requires:"),
            other=bounds[0].place,
        )
        for fact, minor in used
        if bounds and minor not in allowed and not fact.value.startswith("ci:")
    ]
    written = [
        (fact, minor) for fact, minor in used if not fact.value.startswith("ci:") and (minor in allowed or not bounds)
    ]
    tested = [
        (fact, minor) for fact, minor in used if fact.value.startswith("ci:") and (minor in allowed or not bounds)
    ]
    if len({minor for _, minor in written}) > 1:
        first = {minor: fact.place for fact, minor in reversed(written)}
        places = [f"3.{minor} ({place})" for minor, place in sorted(first.items())]
        remarks.append(text("scan.python-several", places=places))
    candidates = written or tested
    if candidates:
        fact, minor = max(candidates, key=lambda pair: pair[1])
        agreed = len({minor for _, minor in written}) == 1 and not remarks
        certainty: Certainty = "high" if agreed else "medium"
        return _answer(pack, fact, minor, certainty, remarks)
    if bounds and allowed:
        if len(allowed) == 1:
            return _answer(pack, bounds[0], allowed[0], "high", remarks)
        capped = allowed[-1] != MINORS[-1]
        recent = allowed[0] >= OLDEST  # who asks for at least this one uses it
        minor = allowed[-1] if capped else max(allowed[0], OLDEST)
        return _answer(pack, bounds[0], minor, "medium" if recent or (capped and len(allowed) < 5) else "low", remarks)
    return PythonAnswer(None, tuple(remarks))


def _answer(pack: Pack, fact: Fact, minor: int, certainty: Certainty, remarks: list[Text]) -> PythonAnswer:
    newest = (
        max(int(id.rpartition("-")[2]) for id in pack.questions[QUESTION].choice_ids)
        if QUESTION in pack.questions
        else 0
    )
    choice = f"python-3-{min(minor, newest)}"
    if QUESTION not in pack.questions or choice not in pack.questions[QUESTION].choice_ids:
        old = text("scan.python-old", version=f"3.{minor}", place=fact.place)
        return PythonAnswer(None, (*remarks, old))
    return PythonAnswer(
        Support(choice, text("scan.python-named", version=f"3.{minor}"), (fact.place,), certainty), tuple(remarks)
    )


def _minor(value: str) -> int | None:
    """Return the minor version in `ci:3.11`; None of a bound, or where there is none."""
    match = re.fullmatch(r"(?:image|file|ci):3\.(\d+)(?:\.\d+)?", value)
    return int(match[1]) if match and int(match[1]) in MINORS else None


def _allows(bound: str, minor: int) -> bool:
    """Return whether a bound allows a version of Python, in any of its patch releases."""
    try:
        specifier = SpecifierSet(bound)
    except InvalidSpecifier:
        return True
    return any(f"3.{minor}.{patch}" in specifier for patch in (0, 1, 5, 9, 15))
