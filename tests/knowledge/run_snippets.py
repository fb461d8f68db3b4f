"""Run snippets of code one after another in one process, and say what each printed, warned of and ended with.

    python run_snippets.py < {"name": "code", …}

A process for all snippets of a framework: importing it is what takes the time.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import warnings


def run_snippet(code: str) -> dict[str, object]:
    """Return what a snippet did: its output, the types of its warnings, and that of the error that ended it."""
    out = io.StringIO()
    error = ""
    with warnings.catch_warnings(record=True) as seen, contextlib.redirect_stdout(out):
        warnings.simplefilter("always")
        try:
            exec(compile(code, "snippet", "exec"), {"__name__": "snippet"})
        except Exception as raised:
            error = type(raised).__name__
    return {
        "prints": out.getvalue().strip(),
        "warns": sorted({warning.category.__name__ for warning in seen}),
        "raises": error,
    }


if __name__ == "__main__":
    results = {name: run_snippet(code) for name, code in json.load(sys.stdin).items()}
    json.dump(results, sys.stdout)
