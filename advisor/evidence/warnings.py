"""What an answer warns of about the evidence it had, or could not get."""

from __future__ import annotations

from advisor.text import Text

NOTHING_INSTALLED = Text(
    en="no framework could be measured: install one, for example pip install 'framework-advisor[torch]'",
    zh="没有可实测的框架：请先安装，例如 pip install 'framework-advisor[torch]'",
)


def damaged_warning(rows: int) -> Text:
    """Return the warning that so many rows of the store cannot be read."""
    return Text(en=f"{rows} stored runs are damaged and left out", zh=f"{rows} 条已存结果已损坏，未采用")
