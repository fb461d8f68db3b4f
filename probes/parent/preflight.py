"""Which modules an interpreter lacks, asked without importing any of them."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from probes.candidates import Candidate
from probes.frameworks import packages_of
from probes.machine.scratch import ScratchFolder
from probes.parent.process import child_environment

QUESTION = "import importlib.util as u, sys; print(*[n for n in sys.argv[1:] if u.find_spec(n) is None])"
SECONDS = 30.0


def missing_modules(candidates: Sequence[Candidate], python: str) -> list[tuple[Candidate, list[str]]]:
    """Return each candidate with the top-level modules it needs that are not installed.

    Raises:
        OSError: the interpreter cannot be started or does not answer.
    """
    names = sorted({name for candidate in candidates for name in packages_of(candidate.imports)})
    absent = set(_find_missing(python, names)) if names else set()
    return [
        (candidate, [name for name in packages_of(candidate.imports) if name in absent]) for candidate in candidates
    ]


def _find_missing(python: str, names: list[str]) -> list[str]:
    """Ask an interpreter which of these modules it cannot find."""
    with ScratchFolder() as folder:
        try:
            answer = subprocess.run(
                [python, "-P", "-c", QUESTION, *names],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                cwd=folder,
                env=child_environment(Path(folder), {}),
                timeout=SECONDS,
                check=True,
            )
        except subprocess.SubprocessError as error:
            raise OSError(f"the Python interpreter to be measured does not answer: {type(error).__name__}") from None
    return answer.stdout.split()
