"""Record anew what `advise` prints: `python tests/golden/record.py [--only PATTERN]`.

Writes the files of `expected/` and says which of them changed and by how many lines; read the difference before committing it.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from fnmatch import fnmatch
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from outputs import EXPECTED, Workplace, list_outputs


def main() -> int:
    """Record the outputs again, and return the exit code."""
    parser = argparse.ArgumentParser(description="Record anew what advise prints.")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="only files like this, such as '*/large/*'")
    only = parser.parse_args().only
    wanted = [output for output in list_outputs() if fnmatch(output.file, only)]
    changed = 0
    with Workplace() as workplace:
        for output in wanted:
            changed += _write_if_changed(EXPECTED / output.file, workplace.run_output(output))
    if only == "*":
        changed += _remove_stale({EXPECTED / output.file for output in wanted})
    print(f"{changed} of {len(wanted)} outputs changed")
    return 0


def _write_if_changed(file: Path, text: str) -> bool:
    """Write a file, print how much it changed, and return whether it did."""
    before = file.read_text("utf-8") if file.exists() else ""
    if file.exists() and before == text:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")
    marks = [line[:1] for line in difflib.ndiff(before.splitlines(), text.splitlines())] if before else []
    added = marks.count("+") if before else len(text.splitlines())
    print(f"+{added:<5} -{marks.count('-'):<5} {file.relative_to(EXPECTED)}")
    return True


def _remove_stale(wanted: set[Path]) -> int:
    """Remove files that no output is recorded in any more; return how many."""
    others = [file for file in EXPECTED.rglob("*") if file.is_file() and file not in wanted]
    for file in others:
        file.unlink()
        print(f"removed      {file.relative_to(EXPECTED)}")
    return len(others)


if __name__ == "__main__":
    sys.exit(main())
