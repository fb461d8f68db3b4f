"""What the shell completes behind an option: the choices of a question with what they mean, and other words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.knowledge.pack import Pack

Completed = list[tuple[str, str]]
"""Words, each with what it means; empty where it says so itself."""


def completing(meanings: Mapping[str, str] | Iterable[str]) -> Callable[[str], Completed]:
    """Return what Typer calls for the words of an option.

    Args:
        meanings: the words, with what they mean.
    """
    words = dict(meanings) if isinstance(meanings, Mapping) else dict.fromkeys(meanings, "")

    def complete(incomplete: str) -> Completed:
        """Return the words that begin as what was typed."""
        return [(word, meaning) for word, meaning in words.items() if word.startswith(incomplete)]

    return complete


def complete_candidates(incomplete: str) -> Completed:
    """Return the frameworks and candidates that begin as what was typed."""
    pack = _built_in()
    names = {id: framework.name for id, framework in pack.frameworks.items()}
    names |= {id: candidate.name.en for id, candidate in pack.candidates.items()}
    return completing(names)(incomplete)


def complete_importances(incomplete: str) -> Completed:
    """Return `CRITERION=LEVEL` as far as it is typed."""
    from advisor.knowledge.criterion import WEIGHT

    pack = _built_in()
    if "=" in incomplete:
        criterion = incomplete.partition("=")[0]
        return completing([f"{criterion}={level}" for level in WEIGHT])(incomplete)
    return completing({f"{id}=": criterion.name.en for id, criterion in pack.criteria.items()})(incomplete)


def complete_changes(incomplete: str) -> Completed:
    """Return `QUESTION=CHOICE` or `CRITERION=LEVEL` as far as it is typed."""
    pack = _built_in()
    question = pack.questions.get(incomplete.partition("=")[0])
    if question is not None:
        return completing({f"{question.id}={choice.id}": choice.label.en for choice in question.choices})(incomplete)
    questions = completing({f"{id}=": question.ask.en for id, question in pack.questions.items()})(incomplete)
    return [*questions, *complete_importances(incomplete)]


def complete_ids(incomplete: str) -> Completed:
    """Return what `advise explain` knows by an id."""
    pack = _built_in()
    names = {id: question.ask.en for id, question in pack.questions.items()}
    names |= {id: criterion.name.en for id, criterion in pack.criteria.items()}
    names |= dict(complete_candidates("")) | dict.fromkeys(pack.claims, "")
    return completing(names)(incomplete)


def _built_in() -> Pack:
    """Return the pack that comes with the program: what is typed may name another only later on the line."""
    from advisor.knowledge.loading import load_known_pack
    from advisor.knowledge.pack import BUILT_IN

    return load_known_pack((BUILT_IN,))
