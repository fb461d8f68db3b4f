"""The four steps are cut out of the code that runs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from probes.candidates import CANDIDATES
from probes.steps import JOB, PROBES, STEPS, cut_into_steps, read_steps

FILES = sorted(
    {candidate.file for candidate in CANDIDATES.values() if (PROBES / JOB / f"on_{candidate.file}.py").exists()}
)

SOURCE = """
    # effort: begin
    # step: define
    model = make()
    # effort: end
    model.copy(weights)
    # effort: begin
    for _ in range(3):
        # step: forward
        with tape:
            loss = model(x)
        # step: gradient, update
        train()
    # effort: end
    return loss
"""


def test_a_step_ends_at_the_next_mark() -> None:
    assert cut_into_steps(SOURCE) == {
        "define": "model = make()",
        "forward": "with tape:\n    loss = model(x)",
        "gradient, update": "train()",
    }


@pytest.mark.parametrize(
    "spoiled",
    [
        SOURCE.replace("# step: define", ""),
        SOURCE.replace("gradient, update", "gradient"),
        SOURCE.replace("gradient, update", "gradient, define, update"),
        SOURCE.replace("# step: forward", "# step: backward"),
        "",
    ],
)
def test_every_step_is_marked_once(spoiled: str) -> None:
    with pytest.raises(ValueError, match="each once"):
        cut_into_steps(spoiled)


@pytest.mark.parametrize("file", FILES)
def test_the_shown_lines_are_lines_of_the_probe(file: str) -> None:
    steps = read_steps(file)
    assert {step for names in steps for step in names.split(", ")} == set(STEPS)
    lines = [line.strip() for line in (PROBES / JOB / f"on_{file}.py").read_text("utf-8").splitlines()]
    for code in steps.values():
        ast.parse(code)  # whole statements
        assert code and all(line.strip() in lines for line in code.splitlines())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="on_nothing"):
        read_steps("nothing", tmp_path)
