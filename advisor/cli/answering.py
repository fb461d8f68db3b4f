"""Answer a project: compute the answer or ask for it on a terminal, print it, and tell a script by the exit code."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from typing import cast

from advisor.cli.ending import require_output
from advisor.cli.options import Format, Options, Order
from advisor.cli.output import emit_advice
from advisor.cli.progress import Narrator
from advisor.errors import Exit, InputError, Problem
from advisor.files import check_writable
from advisor.knowledge.pack import Pack
from advisor.pipeline import Gathered, Request
from advisor.reasoning.advice import Advice
from advisor.reasoning.assemble import outdated_answers
from advisor.reasoning.packages import unlisted_packages
from advisor.text import Lang


def answer_project(
    options: Options, output: Path | None, *, force: bool, details: bool, order: Order, fail_on: Collection[str]
) -> int:
    """Answer the project that the options describe, or ask for one where they describe none.

    Args:
        options: shared by the commands.
        output: the file to write; None prints the answer.
        force: overwrite that file.
        details: print the whole answer as text.
        order: of the questions on a terminal.
        fail_on: the conditions under which the exit code is that of a stopped answer.

    Returns:
        The exit code.

    Raises:
        AdvisorError: the project is described wrongly, or the answer cannot be printed or written.
    """
    request, lang = options.request(), options.language if output is None else options.language_of_file
    require_output() if output is None else check_writable(output, force=force)  # before minutes of measuring
    output_format = cast(Format, options.format)
    if output_format == "html":
        from advisor.render.charts import check_installed

        check_installed("--format html")  # before minutes of measuring
    if not request.flags and request.answers_file is None and (request.scan.folder is None or sys.stdin.isatty()):
        advice, gathered = _interview_on_terminal(
            request, lang, output_format, output, force, order, details, options.quiet
        )
    else:
        with Narrator(lang, quiet=options.quiet) as narrator:
            advice, gathered = narrator.follow(request)
        emit_advice(advice, gathered, request, lang, output_format, output, force=force, details=details)
    return _exit_code(advice, gathered, fail_on, options.knowledge)


def _interview_on_terminal(
    request: Request,
    lang: Lang,
    output_format: Format,
    output: Path | None,
    force: bool,
    order: Order,
    details: bool,
    quiet: bool,
) -> tuple[Advice, Gathered]:
    """Run the interview if there is a terminal to ask on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        fix = "give answers as options (advise --scale large) or in a file (advise --answers advise.yaml)"
        raise InputError([Problem("", "no answers were given and this is no terminal to ask on", fix)])
    from advisor.cli.questionnaire import run_interview

    return run_interview(request, lang, output_format, output, order=order, force=force, details=details, quiet=quiet)


def _exit_code(advice: Advice, gathered: Gathered, fail_on: Collection[str], pack: Pack) -> int:
    """Return the exit code of an answer: whether one of the conditions of `--fail-on` is met."""
    if gathered.interrupted:
        return Exit.INTERRUPTED
    if advice.candidate is None:
        return Exit.STOPPED
    notes = [
        *(need.note for need in pack.needs.values()),
        *outdated_answers(pack, advice.profile),
        *unlisted_packages(pack, advice.profile),
    ]
    met = {
        "lean": advice.label in ("lean", "depends", "not-enough-evidence"),
        "tie": advice.label == "either-will-do",
        "depends": advice.label == "depends",
        "unmeasured": not any(run.counts for run in advice.evidence.runs),
        "stale": bool(gathered.evidence.stale) or any(warning not in notes for warning in advice.warnings),
    }
    return Exit.STOPPED if any(met[word] for word in fail_on) else Exit.OK
