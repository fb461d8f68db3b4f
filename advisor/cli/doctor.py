"""`advise doctor`: can this machine measure, and what would improve it? No framework is imported."""

from __future__ import annotations

from advisor.cli.command import with_shared_options
from advisor.cli.options import LIST_OUTPUT, Address, Labels, Options, WorkerPython
from advisor.cli.output import emit, page_width, print_styled
from advisor.errors import Exit
from advisor.evidence.readiness import NOTHING, State, check_machine
from advisor.sentences import sentence
from advisor.text import Lang, clean
from advisor.words import CONDITIONS

GRADES = {"ok": "readiness.grade-ok", "warn": "readiness.grade-warn", "missing": "readiness.grade-missing"}
"""Grade → its sentence."""
STYLES = {"ok": "", "warn": "yellow", "missing": "yellow"}


@with_shared_options("store", *LIST_OUTPUT)
def doctor(options: Options, cluster: Address = None, labels: Labels = None, worker_python: WorkerPython = None) -> int:
    """What is installed, and whether timings here can be trusted."""
    lang = options.language
    if cluster is None:
        states = list(check_machine(options.knowledge, options.store))
    else:
        from advisor.cli.clustered import ClusterOptions, look_at_cluster

        asked = ClusterOptions(cluster, python=worker_python or "", labels=tuple(labels or ()))
        states = look_at_cluster(asked, options.knowledge.contestants)
    if options.format == "json":
        from advisor.render import json

        emit(json.dumps([_state_document(state, lang) for state in states]))
    else:
        print_styled(_state_lines(states, lang))
    return Exit.OK


def _state_document(state: State, lang: Lang) -> dict[str, str]:
    """Return a state as a JSON object: its grade in English, its texts in the language asked for."""
    fix = "" if state.fix is NOTHING else state.fix[lang]
    return {"name": state.name, "state": state.grade, "found": state.present[lang], "fix": fix}


def _state_lines(states: list[State], lang: Lang) -> list[tuple[str, str]]:
    """Return one line per state, followed by what to do about it."""
    from rich.cells import cell_len

    from advisor.render.text_layout import hang, pad

    names = [CONDITIONS[state.name][lang] if state.name in CONDITIONS else state.name for state in states]
    name_width = max(map(cell_len, names)) + 2
    margin = name_width + 9
    lines: list[tuple[str, str]] = []
    for name, state in zip(names, states, strict=True):
        label = pad(name, name_width) + sentence(GRADES[state.grade], lang)
        lines_of_state = hang(label, clean(state.present[lang]), page_width(), 0, margin)
        fix_lines = [] if state.fix is NOTHING else hang("", clean(state.fix[lang]), page_width(), 0, margin)
        lines += [
            (line, STYLES[state.grade] if number == 0 else "")
            for number, line in enumerate([*lines_of_state, *fix_lines])
        ]
    return lines
