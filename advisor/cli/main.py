"""The `advise` command: dispatch, and one place that turns errors into words and exit codes.

Everything else is imported inside `run`, so that Ctrl-C and a broken installation are met there too.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from advisor.cli.ending import Ended, can_show_chinese, handle_signals, prepare_streams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.errors import Problem

OK, BUG, INTERRUPTED = 0, 1, 130
"""The exit codes of `advisor.errors.Exit` that are needed before, or without, anything imported."""


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    try:
        _prepare_process()
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Ended as end:
        code = end.exit_code
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
    with contextlib.suppress(BaseException):
        sys.stderr.flush()
    os._exit(code)  # everything is written and closed: taking the interpreter apart would cost a fifth of the run


def _prepare_process() -> None:
    """Set up signal handling, threads and output streams."""
    handle_signals()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the worlds are columns: no matrix is worth a thread pool
    gc.disable()  # one short answer: collecting costs a tenth of it and frees nothing
    prepare_streams()


def run(arguments: list[str]) -> int:
    """Run one command line.

    Args:
        arguments: without the program's name.

    Returns:
        The exit code (see `Exit`).
    """
    try:
        code = _call_command(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Ended as end:
        return end.exit_code
    except SystemExit as error:  # the parser's way to end on a broken pipe
        if isinstance(error.__context__, BrokenPipeError):
            return OK
        return error.code if isinstance(error.code, int) else BUG
    except BrokenPipeError:
        return OK
    except Exception as error:
        return _report_error(error, arguments)


def _call_command(arguments: list[str]) -> int:
    """Parse the arguments, run the command they name and return its exit code."""
    if asking := os.environ.get("_ADVISE_COMPLETE"):
        from advisor.cli.completion import complete_with_the_option, join_words_cut_by_bash

        if asking == "complete_bash":
            join_words_cut_by_bash()
        elif asking in ("complete_zsh", "complete_fish"):
            complete_with_the_option(asking.removeprefix("complete_"))
    import numpy  # noqa: F401  # before msgspec, whose typing_extensions makes this import twice as slow below Python 3.13

    from advisor.cli.root import command_line

    return int(command_line()(args=arguments, prog_name="advise", standalone_mode=False) or 0)


def _report_error(error: Exception, arguments: Sequence[str]) -> int:
    """Print an error on stderr and return its exit code."""
    if os.environ.get("ADVISE_DEBUG"):
        import traceback

        traceback.print_exception(error)
    problems, code = _problems_and_code(error)
    with contextlib.suppress(OSError):
        _print_problems(problems, code, arguments)
    return code


def _problems_and_code(error: Exception) -> tuple[Sequence[Problem], int]:
    """Return the problems to print for an error, and its exit code."""
    import typer

    from advisor.errors import AdvisorError, Exit, Problem
    from advisor.text import short

    if isinstance(error, AdvisorError):
        return error.problems, error.exit_code
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "advise"
        return [Problem("", short(error.format_message(), 300), f"see `{command} --help`")], Exit.USAGE
    if isinstance(error, OSError):
        place = short(error.filename, 100) if error.filename is not None else ""
        problem = short(f"cannot be read or written: {error.strerror or error}", 200)
        return [Problem(place, problem, "check the disk and its permissions")], Exit.STORE
    problem = f"internal error: {type(error).__name__}: {short(error, 200)} (set ADVISE_DEBUG=1 for the traceback)"
    return [Problem("", problem)], Exit.BUG


def _print_problems(problems: Sequence[Problem], code: int, arguments: Sequence[str]) -> None:
    """Print problems on stderr, with `--format json` as one JSON object; what the user typed is cleaned in them."""
    from advisor.text import UNSAFE

    if problems and _wants_json(arguments):
        import json

        from advisor import SCHEMA_VERSION

        errors = [{"place": problem.place, "what": problem.what, "fix": problem.fix} for problem in problems]
        document = {"schema_version": SCHEMA_VERSION, "error": {"exit_code": int(code), "problems": errors}}
        text = UNSAFE.sub(lambda match: json.dumps(match[0])[1:-1], json.dumps(document, ensure_ascii=False))
        print(text, file=sys.stderr, flush=True)  # noqa: T201
        return
    for problem in _in_language(problems, arguments):
        print(f"advise: {UNSAFE.sub('', str(problem))}", file=sys.stderr, flush=True)  # noqa: T201


def _in_language(problems: Sequence[Problem], arguments: Sequence[str]) -> Sequence[Problem]:
    """Return problems in the language asked for, or the locale's; whatever is wrong with that, in English."""
    with contextlib.suppress(Exception):
        from advisor.sentences.messages import in_language
        from advisor.text import Lang, preferred_lang

        lang = Lang(_value_of("--lang", arguments) or preferred_lang()) if can_show_chinese(sys.stderr) else Lang.EN
        return [in_language(problem, lang) for problem in problems]
    return problems


def _wants_json(arguments: Sequence[str]) -> bool:
    return _value_of("--format", arguments) == "json"


def _value_of(option: str, arguments: Sequence[str]) -> str:
    """Return the value of an option on a command line that could not be read; empty where it is not there."""
    for argument, value in zip(arguments, [*arguments[1:], ""], strict=False):
        if argument == option or argument.startswith(f"{option}="):
            return value if argument == option else argument.partition("=")[2]
    return ""
