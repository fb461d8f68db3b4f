"""The `advise` command: dispatch, and one place that turns errors into words and exit codes."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from typing import NoReturn

import typer

from advisor.errors import AdvisorError, Exit, Problem

# What typer raises for a wrong command line. It bundles its parser, whose classes it exports only in part.
ParserError: type[Exception] = typer.BadParameter.__mro__[2]


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the worlds are columns: no matrix is worth a thread pool
    gc.disable()  # one short answer: collecting costs a tenth of it and frees nothing
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    code = run(sys.argv[1:])
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.flush()
    os._exit(code)  # everything is written and closed: taking the interpreter apart would cost a fifth of the run


def run(arguments: list[str]) -> int:
    """Run one command line.

    Args:
        arguments: without the program's name.

    Returns:
        The exit code (see `Exit`).
    """
    try:
        return _call(arguments)
    except AdvisorError as error:
        _report(error.problems, error.exit_code, arguments)
        return error.exit_code
    except ParserError as error:
        _report(
            [
                Problem(
                    "",
                    error.format_message(),  # type: ignore[attr-defined]
                    "see `advise --help`",
                )
            ],
            Exit.USAGE,
            arguments,
        )
        return Exit.USAGE
    except (KeyboardInterrupt, typer.Abort):
        return Exit.INTERRUPTED
    except _Terminated:
        return Exit.TERMINATED
    except BrokenPipeError:
        return Exit.OK


def _call(arguments: list[str]) -> int:
    """Run the command that is named, knowing only that one; know all of them where that is not enough."""
    from advisor.cli.app import COMMANDS, build

    asks_help = {"--help", "help"} & set(arguments)
    named = COMMANDS if asks_help else set(COMMANDS) & set(arguments)
    try:
        result = build(named)(args=arguments, prog_name="advise", standalone_mode=False)
    except ParserError:
        if len(named) == len(COMMANDS):
            raise
        result = build()(args=arguments, prog_name="advise", standalone_mode=False)
    return int(result or 0)


class _Terminated(BaseException):
    """SIGTERM arrived: unwind, so that children are ended and files closed."""


def _terminate(_signal: int, _frame: object) -> None:
    raise _Terminated


def _report(problems: tuple[Problem, ...] | list[Problem], code: int, arguments: list[str]) -> None:
    """Print what went wrong on stderr; with `--format json` as one JSON object."""
    if _wants_json(arguments):
        import json

        errors = [{"place": one.place, "what": one.what, "fix": one.fix} for one in problems]
        document = {"error": {"exit_code": int(code), "problems": errors}}
        print(json.dumps(document, ensure_ascii=False), file=sys.stderr)  # noqa: T201
        return
    for one in problems:
        print(f"advise: {one}", file=sys.stderr)  # noqa: T201


def _wants_json(arguments: list[str]) -> bool:
    pairs = zip(arguments, [*arguments[1:], ""], strict=False)
    return any(one == "--format=json" or (one == "--format" and value == "json") for one, value in pairs)
