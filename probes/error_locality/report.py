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
    """Return the measures of one bug, whose function says whether the result is right in spite of it.

    Args:
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
    own = [number for number, frame in enumerate(frames) if frame.filename == file]
    line = Path(file).read_text(encoding="utf-8").splitlines()[(frames[own[-1]].lineno or 1) - 1] if own else ""
    word = "named" if line.endswith(f"# bug: {bug}") else "elsewhere"
    measures = {
        bug: word,
        f"{bug}_error": type(error).__name__,
        f"{bug}_depth": len(frames) - own[0] if own else len(frames),
    }
    if bug == "shape":
        measures["shape_both_shapes"] = all(
            re.search(rf"(?<!\d){size}(?!\d)", str(error)) is not None for size in sizes
        )
    return measures


@contextmanager
def collecting_warnings() -> Iterator[list[str]]:
    """Collect what is warned of, by Python's warnings or by a logger, while the block runs."""
    heard: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    handler, loggers = Collect(logging.WARNING), [logging.getLogger(name) for name in ("", "tensorflow", "absl")]
    for logger in loggers:
        logger.addHandler(handler)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield heard
        finally:
            heard += [
                str(warning.message) for warning in caught if not issubclass(warning.category, DeprecationWarning)
            ]
            for logger in loggers:
                logger.removeHandler(handler)
