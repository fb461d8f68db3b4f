"""What an answer warns of about the evidence it had, or could not get."""

from __future__ import annotations

import shlex
from pathlib import Path

from advisor.sentences import text
from advisor.text import Text

NOTHING_INSTALLED = "evidence.nothing-installed"
"""The sentence that no framework could be measured."""


def damaged_warning(rows: int, store: Path | None) -> Text:
    """Return the warning that damaged rows of a store were left out, and the command that removes them.

    Args:
        rows: how many.
        store: the store, where it is not the default one.
    """
    remove = "advise evidence remove --damaged" + (f" --store {shlex.quote(str(store))}" if store else "")
    if rows == 1:
        return text("evidence.one-damaged-run", remove=remove)
    return text("evidence.damaged-runs", count=rows, remove=remove)


def left_out_warnings(runs: int) -> list[Text]:
    """Return the warning that older runs of evidence files were not looked at; none where all were.

    Args:
        runs: how many were not.
    """
    return [text("evidence.older-runs-left-out", count=runs)] if runs else []
