"""What the shell completes behind an option: the choices of a question with what they mean, and other words."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.knowledge.pack import Pack

ALONE = ("none", "unknown")
"""Words that are not given together with others."""
CUT_NAME = "_ADVISE_COMPLETE_NAME"
"""The environment variable that holds the name in front of the `=` where bash completes the value alone."""
Completed = list[tuple[str, str]]
"""Words, each with what it means; empty where it says so itself."""


def completing(meanings: Mapping[str, str] | Iterable[str], *, several: bool = False) -> Callable[[str], Completed]:
    """Return what Typer calls for the words of an option.

    Args:
        meanings: the words, with what they mean.
        several: whether the option takes several words, with commas between them.
    """
    words = dict(meanings) if isinstance(meanings, Mapping) else dict.fromkeys(meanings, "")

    def complete(incomplete: str) -> Completed:
        """Return the words that begin as what was typed; behind a comma, those that were not yet given."""
        before, comma, begun = incomplete.rpartition(",") if several else ("", "", incomplete)
        typed_words = before.split(",")
        return [
            (before + comma + word, meaning)
            for word, meaning in words.items()
            if word.startswith(begun) and not (comma and word in (*typed_words, *ALONE))
        ]

    return complete


def complete_frameworks_and_candidates(incomplete: str) -> Completed:
    """Return the frameworks and candidates that begin as what was typed."""
    pack = _built_in()
    names = {id: framework.name for id, framework in pack.frameworks.items()}
    names |= {id: candidate.name.en for id, candidate in pack.candidates.items()}
    return completing(names)(incomplete)


def complete_importances(incomplete: str) -> Completed:
    """Return `CRITERION=LEVEL` as far as it is typed."""
    from advisor.knowledge.criterion import WEIGHT

    criteria = {id: criterion.name.en for id, criterion in _built_in().criteria.items()}
    return _complete_pairs(incomplete, criteria, lambda _: dict.fromkeys(WEIGHT, ""))


def complete_changes(incomplete: str) -> Completed:
    """Return `QUESTION=CHOICE` or `CRITERION=LEVEL` as far as it is typed."""
    questions = _built_in().questions
    pairs = _complete_pairs(
        incomplete,
        {id: question.ask.en for id, question in questions.items()},
        lambda id: {choice.id: choice.label.en for choice in questions[id].choices},
        several={id for id, question in questions.items() if question.several},
    )
    return [*pairs, *complete_importances(incomplete)]


def _complete_pairs(
    incomplete: str,
    names: Mapping[str, str],
    values_of: Callable[[str], Mapping[str, str]],
    several: Collection[str] = (),
) -> Completed:
    """Return `NAME=VALUE` as far as it is typed; of a pair that bash has cut, the value.

    Args:
        incomplete: what was typed.
        names: the names, with what they mean.
        values_of: returns the values of a name, with what they mean.
        several: the names that take several values, with commas between them.
    """
    if name := os.environ.get(CUT_NAME):
        return completing(values_of(name), several=name in several)(incomplete) if name in names else []
    name, equals, begun = incomplete.partition("=")
    if not equals:
        return completing({f"{known_name}=": meaning for known_name, meaning in names.items()})(incomplete)
    values = completing(values_of(name), several=name in several)(begun) if name in names else []
    return [(f"{name}={value}", meaning) for value, meaning in values]


def join_words_cut_by_bash() -> None:
    """Join the words of a command line that bash has cut at `=`, before Typer reads them from the environment.

    Of the word that is completed bash puts back only what follows the `=`: the name before it is kept in `CUT_NAME`.
    """
    joined: list[str] = []
    is_cut = False
    for word in os.environ.get("COMP_WORDS", "").split("\n")[: int(os.environ.get("COMP_CWORD", "0")) + 1]:
        if word == "=" and len(joined) > 1:
            is_cut = True
            if joined[-1].startswith("-"):  # an option: its value is a word of its own
                joined.append("")
            else:
                joined[-1] += "="
        elif is_cut:
            joined[-1] += word
            is_cut = False
        else:
            joined.append(word)
    if joined and "=" in joined[-1]:
        os.environ[CUT_NAME], _, joined[-1] = joined[-1].partition("=")
    os.environ.update(COMP_WORDS="\n".join(joined), COMP_CWORD=str(len(joined) - 1))


def complete_with_the_option(shell: str) -> None:
    """Let zsh or fish be given a value together with the `--option=` it is typed behind: they replace the whole word.

    Args:
        shell: `zsh` or `fish`.
    """
    from typer import _completion_classes

    words = os.environ.get("_TYPER_COMPLETE_ARGS", "").split(" ")
    option, equals, _ = words[-1].partition("=")
    completion_class = getattr(_completion_classes, f"{shell.capitalize()}Complete", None)
    if completion_class is None or not (equals and option.startswith("--")):
        return
    format_value = completion_class.format_completion

    def format_whole(self: Any, item: Any) -> str:
        """Return the line of a completion, with the option in front of its value."""
        item.value = f"{option}={item.value}"
        return str(format_value(self, item))

    completion_class.format_completion = format_whole


def complete_ids(incomplete: str) -> Completed:
    """Return what `advise explain` knows by an id."""
    pack = _built_in()
    names = {id: question.ask.en for id, question in pack.questions.items()}
    names |= {id: criterion.name.en for id, criterion in pack.criteria.items()}
    names |= dict(complete_frameworks_and_candidates("")) | dict.fromkeys(pack.claims, "")
    return completing(names)(incomplete)


def _built_in() -> Pack:
    """Return the pack that comes with the program: what is typed may name another only later on the line."""
    from advisor.knowledge.loading import load_known_pack
    from advisor.knowledge.pack import BUILT_IN

    return load_known_pack((BUILT_IN,))
