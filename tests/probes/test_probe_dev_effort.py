"""Counting what has to be written."""

from __future__ import annotations

import pytest

from probes.candidates import CANDIDATES
from probes.catalogue import PROBES as CATALOGUE
from probes.dev_effort.count import PROBES, NotWritten, count_effort, count_marked
from probes.frameworks import top_level_modules

JOBS = CATALOGUE["dev-effort"].uses

SOURCE = '''
import torch
from torch import nn as layers
import os

def build(task):
    # effort: begin
    # define
    model = layers.Linear(2, 1)
    optimizer = torch.optim.Adam(model.parameters())

    def step(x):
        """Not counted."""
        loss = model(x).square().mean()
        loss.backward()
        os.getpid()
        return loss
    # effort: end
    torch.save(model, "x")
'''


def test_statements_names_and_lines() -> None:
    counted = count_marked(SOURCE, top_level_modules())
    assert counted.statements == 7
    assert counted.names == {"torch.nn.Linear", "torch.optim.Adam", ".parameters", ".square", ".mean", ".backward"}
    assert counted.lines == 8


@pytest.mark.parametrize(
    "text", ["x = 1\n", "# effort: begin\n", "# effort: end\n", "# effort: begin\n# effort: begin\n"]
)
def test_marks_must_pair(text: str) -> None:
    with pytest.raises(ValueError, match="effort"):
        count_marked(text, top_level_modules())


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("file", sorted({candidate.file for candidate in CANDIDATES.values()}))
def test_the_four_steps_are_marked(job: str, file: str) -> None:
    text = (PROBES / job / f"on_{file}.py").read_text()
    comments = " ".join(line.strip() for line in text.splitlines() if line.strip().startswith("#"))
    assert all(step in comments for step in ("define", "forward", "gradient", "update"))


def test_a_framework_without_these_jobs_is_not_counted() -> None:
    with pytest.raises(NotWritten, match=r"no linear_regression/on_none\.py and no training_step/on_none\.py"):
        count_effort("none", top_level_modules(), JOBS)


def test_keras_needs_less() -> None:
    counts = {file: count_effort(file, top_level_modules(), JOBS) for file in ("tensorflow", "pytorch", "keras")}
    assert counts["keras"]["statements"] < 0.8 * counts["pytorch"]["statements"]
    assert counts["keras"]["statements"] < 0.8 * counts["tensorflow"]["statements"]
    assert counts["pytorch"]["statements"] == sum(counts["pytorch"][f"{job}_statements"] for job in JOBS)
