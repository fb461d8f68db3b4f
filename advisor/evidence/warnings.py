"""What an answer warns of about the evidence it had, or could not get."""

from __future__ import annotations

import shlex
from pathlib import Path

from advisor.text import Text

NOTHING_INSTALLED = Text(
    en="no framework could be measured: install one, for example pip install 'framework-advisor[torch]'",
    zh="没有可实测的框架：请先安装，例如 pip install 'framework-advisor[torch]'",
)


def damaged_warning(rows: int, store: Path | None) -> Text:
    """Return the warning that damaged rows of a store were left out, and the command that removes them.

    Args:
        rows: how many.
        store: the store, where it is not the default one.
    """
    remove = "advise evidence remove --damaged" + (f" --store {shlex.quote(str(store))}" if store else "")
    subject = "1 stored run is" if rows == 1 else f"{rows} stored runs are"
    return Text(
        en=f"{subject} damaged and left out; to remove what is damaged: {remove}",
        zh=f"{rows} 条已存结果已损坏，未采用；如需删除：{remove}",
    )
