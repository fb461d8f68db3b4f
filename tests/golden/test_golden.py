"""What `advise` prints is what was recorded: a change of words is seen, read, and recorded on purpose."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from outputs import EXPECTED, Output, Workplace, list_outputs

MOST_LINES = 60
OUTPUTS = list_outputs()


@pytest.fixture(scope="module")
def workplace() -> Iterator[Workplace]:
    with Workplace() as opened:
        yield opened


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda output: output.file)
def test_the_output_is_the_recorded_one(output: Output, workplace: Workplace) -> None:
    file = EXPECTED / output.file
    expected, printed = file.read_text("utf-8"), workplace.run_output(output)
    if printed != expected:
        pytest.fail(_difference(output, expected, printed), pytrace=False)


def test_every_recorded_file_belongs_to_an_output() -> None:
    recorded = {file.relative_to(EXPECTED).as_posix() for file in EXPECTED.rglob("*") if file.is_file()}
    assert recorded == {output.file for output in OUTPUTS}


def test_what_is_recorded_in_chinese_is_chinese() -> None:
    """Where an output cannot show Chinese the program speaks English: recorded so, nothing would hold the Chinese."""
    chinese = [file for file in EXPECTED.rglob("*.zh.*") if file.stat().st_size > 300]
    assert len(chinese) > 10
    for file in chinese:
        assert len(re.findall("[一-龥]", file.read_text("utf-8"))) > 50, file


def _difference(output: Output, expected: str, printed: str) -> str:
    lines = difflib.unified_diff(
        expected.splitlines(), printed.splitlines(), f"expected/{output.file}", "printed now", lineterm="", n=2
    )
    shown = list(islice(lines, MOST_LINES + 1))
    more = ["… and more"] if len(shown) > MOST_LINES else []
    again = f"If that is meant, record it anew: python tests/golden/record.py --only '{output.file}'"
    return "\n".join([*shown[:MOST_LINES], *more, again])
