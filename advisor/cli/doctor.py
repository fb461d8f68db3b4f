"""`advise doctor`: can this machine measure, and what would improve it? No framework is imported."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.cli.options import format_of, lang_of, output_options, pack, with_options
from advisor.cli.output import emit, page_width, styled
from advisor.errors import Exit
from advisor.evidence.readiness import NOTHING, State, look
from advisor.evidence.store import default_store
from advisor.text import Lang, clean

GRADES = {"ok": "正常", "warn": "注意", "missing": "缺失"}
STYLES = {"ok": "", "warn": "yellow", "missing": "yellow"}


def register(app: typer.Typer, _questions: object) -> None:
    """Add the command."""
    app.command("doctor")(with_options(doctor, output_options()))


def doctor(
    store: Annotated[Path | None, typer.Option(help="The evidence store to look at.")] = None,
    options: dict[str, Any] = {},  # noqa: B006
) -> int:
    """What is installed, and whether timings here can be trusted."""
    lang = lang_of(options)
    states = list(look(pack(), store or default_store()))
    if format_of(options) == "json":
        from advisor.render import json

        emit(json.dumps([_plain(one, lang) for one in states]))
    else:
        styled(_lines(states, lang))
    return Exit.OK


def _plain(one: State, lang: Lang) -> dict[str, str]:
    """A state for the JSON: its grade is a word of the program, what was found one of the language."""
    fix = "" if one.fix is NOTHING else one.fix[lang]
    return {"name": one.name, "state": one.state, "found": one.found[lang], "fix": fix}


def _lines(states: list[State], lang: Lang) -> list[tuple[str, str]]:
    """One line per state, and below it what to do."""
    from advisor.render.text_layout import hang, pad

    name_width = max(len(one.name) for one in states) + 2
    grades = {grade: lang.pick(grade, zh) for grade, zh in GRADES.items()}
    margin = name_width + 9
    lines: list[tuple[str, str]] = []
    for one in states:
        label = pad(one.name, name_width) + grades[one.state]
        said = hang(label, clean(one.found[lang]), page_width(), 0, margin)
        advice = [] if one.fix is NOTHING else hang("", clean(one.fix[lang]), page_width(), 0, margin)
        lines += [(line, STYLES[one.state] if number == 0 else "") for number, line in enumerate([*said, *advice])]
    return lines
