"""How a decision stands, as parts of a document, as a JSON object, and as SARIF for what shows findings beside code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from advisor import __version__
from advisor.onboarding.decision_check import DecisionCheck, standing_text
from advisor.record import plain_values
from advisor.render.document import Item, Part, part
from advisor.sentences import sentence
from advisor.text import Lang, Text

WORDS = {"unchanged": "check.unchanged", "shrank": "check.the-margin-shrank", "flipped": "check.flipped"}
"""How a decision stands → its sentence."""
KINDS = {
    "program": "check.this-program",
    "knowledge": "check.rules-and-claims",
    "probes": "check.the-probes-code",
    "overlay": "check.overlays",
    "estate": "check.estate",
    "answers": "check.answers",
    "runs": "check.measurements",
    "versions": "check.versions-installed-here",
    "date": "check.the-date",
}
"""Kind of change → its sentence."""
OWNERS = {
    "program": "check.changed-by-this-program",
    "project": "check.changed-by-your-project",
    "both": "check.changed-by-both",
    "time": "check.changed-with-time",
}
"""Whose a change is → its sentence."""
LEVELS = {"flipped": "error", "shrank": "warning", "overdue": "warning"}
"""What is reported → its level in SARIF."""
DASH = "-"
"""What stands before a change in a terminal; in Markdown a list has its own."""
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def title(decision_check: DecisionCheck, file: str, lang: Lang) -> str:
    """Return how a decision stands in one line, for the head of a page."""
    words = [sentence(WORDS[decision_check.word], lang)]
    if decision_check.overdue:
        words.append(sentence("check.overdue", lang))
    return sentence("check.title", lang, file=file, words=words)


def review_text(decision_check: DecisionCheck, lang: Lang) -> str:
    """Return when the decision has to be looked at again, and whether that day is over, in words."""
    days = (decision_check.as_of - decision_check.review_by).days
    if not decision_check.overdue:
        return sentence("check.review-due", lang, date=decision_check.review_by)
    word = sentence("check.overdue", lang)
    return sentence("check.review-overdue", lang, overdue=word, date=decision_check.review_by, days=days)


def parts(decision_check: DecisionCheck, lang: Lang) -> Iterator[Part]:
    """Yield the check as parts: how the decision stands, then whose changes did what."""
    word = sentence(WORDS[decision_check.word], lang)
    causes = [sentence(KINDS[step.kind], lang) for step in decision_check.causes]
    standings = (("check.decided", decision_check.before), ("check.now", decision_check.after))
    yield part(
        sentence("check.because-of", lang, outcome=word, causes=causes) if causes else word,
        [
            *(Item(standing_text(standing)[lang], sentence(id, lang)) for id, standing in standings),
            Item(review_text(decision_check, lang), sentence("check.review", lang)),
        ],
    )
    for step in decision_check.steps:
        effect = sentence("check.no-effect" if step.word == "unchanged" else WORDS[step.word], lang).lower()
        owner, change = sentence(OWNERS[step.whose], lang), sentence(KINDS[step.kind], lang)
        head = sentence("check.effect", lang, owner=owner, change=change, effect=effect)
        yield part(head, [Item(text[lang], DASH) for text in step.changes])


def unmarked(sections: Iterable[Part]) -> Iterator[Part]:
    """Yield parts without the dashes before their statements."""
    for section in sections:
        items = [
            replace(item, label="") if isinstance(item, Item) and item.label == DASH else item for item in section.items
        ]
        yield part(section.head, items, section.id)


def as_object(decision_check: DecisionCheck, lang: Lang) -> dict[str, Any]:
    """Return the check as a JSON object."""
    return {
        "word": decision_check.word,
        "because": [step.kind for step in decision_check.causes],
        "before": plain_values(decision_check.before),
        "after": plain_values(decision_check.after),
        "steps": [
            {
                "kind": step.kind,
                "whose": step.whose,
                "changes": [text[lang] for text in step.changes],
                "after": plain_values(step.after),
                "word": step.word,
            }
            for step in decision_check.steps
        ],
        "replayed": decision_check.replayed,
        "review_by": decision_check.review_by.isoformat(),
        "overdue": decision_check.overdue,
    }


def as_sarif(decision_check: DecisionCheck, lock_file: Path, lang: Lang) -> str:
    """Return what is wrong with a decision as a SARIF log (OASIS, version 2.1.0); without results where nothing is.

    Args:
        decision_check: the verdict.
        lock_file: where the decision is; named from the working folder where it lies inside it.
        lang: the language of the messages.
    """
    ids = list(LEVELS)
    location = {"physicalLocation": {"artifactLocation": {"uri": _uri(lock_file)}, "region": {"startLine": 1}}}
    results = [
        {
            "ruleId": word,
            "ruleIndex": ids.index(word),
            "level": LEVELS[word],
            "message": {"text": _message(decision_check, word, lang)},
            "locations": [location],
            "partialFingerprints": {"decision/v1": hashlib.sha256(f"{word} {_uri(lock_file)}".encode()).hexdigest()},
        }
        for word in decision_check.words
        if word in LEVELS
    ]
    rules = [
        {
            "id": id,
            "shortDescription": {"text": sentence(WORDS.get(id, "check.overdue"), lang)},
            "fullDescription": {"text": sentence(f"check.about-{id}", lang)},
            "defaultConfiguration": {"level": LEVELS[id]},
        }
        for id in ids
    ]
    driver = {"name": "advise check", "version": __version__, "rules": rules}
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return json.dumps(log, ensure_ascii=False, indent=1)


def _message(decision_check: DecisionCheck, word: str, lang: Lang) -> str:
    """Return what is wrong, with the changes that caused it and whose they are."""
    if word == "overdue":
        return review_text(decision_check, lang)
    before, after = (standing_text(standing)[lang] for standing in (decision_check.before, decision_check.after))
    causes = [
        sentence("check.cause", lang, owner=sentence(OWNERS[step.whose], lang), changes=_texts(step.changes, lang))
        for step in decision_check.causes
    ]
    return sentence(
        "check.message", lang, outcome=sentence(WORDS[word], lang), before=before, after=after, causes=causes
    )


def _texts(changes: tuple[Text, ...], lang: Lang) -> list[str]:
    return [change[lang] for change in changes]


def _uri(file: Path) -> str:
    """Return a file's address from the working folder; its whole address where it lies elsewhere."""
    absolute, here = file.absolute(), Path.cwd()
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else absolute.as_uri()
