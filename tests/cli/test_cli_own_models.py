"""One's own model on the command line: written anew, measured whatever its depth, and silent until it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from as_user import AS_OF, Advise

OF_ALL = ("--scale", "large", "--as-of", AS_OF)


def test_a_new_model_is_written_and_is_a_probe(inside: Advise, home: Path) -> None:
    written = inside("probe", "--new", "my_net")
    assert written.code == 0 and "advise probe --path my_net" in written.out
    assert [row["name"] for row in inside("probe", "--path", "my_net", "--list", "--format", "json").json] == ["my-net"]
    again = inside("probe", "--new", "my_net", "--lang", "zh")
    assert (again.code, again.out) == (2, "") and "已存在" in again.err
    assert (home / "my_net" / "on_keras.py").is_file()


@pytest.mark.parametrize(
    ("options", "budget"), [((), 300.0), (("--budget", "90s"), 90.0), (("--depth", "full"), 3600.0)]
)
def test_what_is_asked_for_by_path_is_measured_whatever_depth_it_says(
    inside: Advise, home: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], budget: float
) -> None:
    inside("probe", "--new", "my_net")
    with (home / "my_net" / "__init__.py").open("a") as file:
        file.write('DEPTH = "full"\n')
    asked: list[Any] = []

    def measure_now(pack: Any, probes: Any, depth: str, seconds: float, *_: Any, **__: Any) -> Iterator[Any]:
        asked.append((probes, seconds))
        yield from ()

    monkeypatch.setattr("advisor.evidence.collect.measure_now", measure_now)
    inside("probe", "--path", "my_net", *options)
    assert asked == [(("my-net",), budget)]


def test_an_own_model_that_was_not_measured_cannot_speak(inside: Advise) -> None:
    refused = inside(*OF_ALL, "--own", "my-net", "--probe", "none")
    assert (refused.code, refused.out) == (2, "")
    assert "no own model `my-net` was measured" in refused.err and "advise probe --path DIR" in refused.err
