"""Runs one bug, and reads what the framework says about it: an exception with its place, a warning, or nothing."""

from __future__ import annotations

import logging
import re
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def report_bug(bug: str, run: Callable[[], bool], file: str, sizes: tuple[int, int]) -> dict[str, Any]:
    """Return the measures of one bug.

    Args:
        bug: its name.
        run: trains with the bug, and returns whether the result is right in spite of it.
        file: the file with the user's code, where the faulty line ends with "# bug: " and the bug's name.
        sizes: the inner sizes of the matrices that do not fit.
    """
    with collecting_warnings() as messages:
        try:
            right = run()
        except Exception as error:
            return locate_error(bug, error, file, sizes)
    if right:
        return {bug: "repaired"}
    return {bug: "warns", f"{bug}_error": " ".join(messages[0].split())[:160]} if messages else {bug: "silent"}


def locate_error(bug: str, error: Exception, file: str, sizes: tuple[int, int]) -> dict[str, Any]:
    """Return where the exception points, how deep it is, and whether it names both shapes."""
    frames = traceback.extract_tb(error.__traceback__)
    user_frames = [number for number, frame in enumerate(frames) if frame.filename == file]
    reported_line, depth = "", len(frames)
    if user_frames:
        line_number = frames[user_frames[-1]].lineno or 1
        reported_line = Path(file).read_text(encoding="utf-8").splitlines()[line_number - 1]
        depth = len(frames) - user_frames[0]
    location = "named" if reported_line.endswith(f"# bug: {bug}") else "elsewhere"
    measures = {bug: location, f"{bug}_error": type(error).__name__, f"{bug}_depth": depth}
    if bug == "shape":
        measures["shape_both_shapes"] = all(
            re.search(rf"(?<!\d){size}(?!\d)", str(error)) is not None for size in sizes
        )
    return measures


@contextmanager
def collecting_warnings() -> Iterator[list[str]]:
    """Collect the messages of Python's warnings, and of what is logged as a warning or worse, while the block runs."""
    messages: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    handler, loggers = Collect(logging.WARNING), [logging.getLogger(name) for name in ("", "tensorflow", "absl")]
    for logger in loggers:
        logger.addHandler(handler)
    with warnings.catch_warnings(record=True) as python_warnings:
        warnings.simplefilter("always")
        try:
            yield messages
        finally:
            messages += [
                str(warning.message)
                for warning in python_warnings
                if not issubclass(warning.category, DeprecationWarning)
            ]
            for logger in loggers:
                logger.removeHandler(handler)
