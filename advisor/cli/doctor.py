"""`advise doctor`: can this machine measure, and what would improve it? No framework is imported."""

from __future__ import annotations

from advisor.cli.command import shares
from advisor.cli.options import LIST_OUTPUT, Options
from advisor.cli.output import emit, page_width, styled
from advisor.errors import Exit
from advisor.evidence.readiness import NOTHING, State, machine_states
from advisor.evidence.store import default_store
from advisor.text import Lang, clean

GRADES = {"ok": "正常", "warn": "注意", "missing": "缺失"}
STYLES = {"ok": "", "warn": "yellow", "missing": "yellow"}


@shares("store", *LIST_OUTPUT)
def doctor(options: Options) -> int:
    """What is installed, and whether timings here can be trusted."""
    lang = options.language
    states = list(machine_states(options.knowledge, options.store or default_store()))
    if options.format == "json":
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
