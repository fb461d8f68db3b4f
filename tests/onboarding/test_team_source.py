"""Where a team installs this program from: an address or a wheel, as pip takes it, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from advisor.errors import InputError
from advisor.onboarding import team_source as module
from advisor.onboarding.team_source import installed_from, is_source, team_source


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("git+https://host/team/advise@main", "git+https://host/team/advise@main"),
        ("https://host/team/advise.git", "git+https://host/team/advise.git"),
        ("git+ssh://git@host/team/advise.git", "git+ssh://git@host/team/advise.git"),
        ("https://host/framework_advisor-1.0-py3-none-any.whl", "https://host/framework_advisor-1.0-py3-none-any.whl"),
    ],
)
def test_an_address_is_written_as_pip_takes_it(given: str, written: str, tmp_path: Path) -> None:
    assert team_source(given, tmp_path / "team") == written and is_source(written)


def test_a_wheel_is_named_from_the_folder(tmp_path: Path) -> None:
    wheel = tmp_path / "framework_advisor-1.0-py3-none-any.whl"
    wheel.touch()
    assert team_source(str(wheel), tmp_path / "docs" / "team") == f"../../{wheel.name}"
    assert team_source(str(wheel), tmp_path) == f"./{wheel.name}"
    assert is_source(f"./{wheel.name}") and is_source(f"../../{wheel.name}")


@pytest.mark.parametrize(
    "given", ["framework-advisor", "http://host/x", "git+https://host/$(id)", "x.whl", "git+file:///x", ""]
)
def test_what_does_not_exist_or_could_run_is_refused(given: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--source"):
        team_source(given, tmp_path)


def test_a_wheel_of_another_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clean-0.1.4-py3-none-any.whl").touch()
    with pytest.raises(InputError, match="another program"):
        team_source(str(tmp_path / "clean-0.1.4-py3-none-any.whl"), tmp_path)


@pytest.mark.parametrize(
    "text", ["torch", "; rm -rf /", "git+https://host/x y", '"', "/abs/framework_advisor.whl", "./x.whl; id"]
)
def test_a_lock_from_elsewhere_brings_no_other_command(text: str) -> None:
    assert not is_source(text)


@pytest.mark.parametrize(
    ("note", "address"),
    [
        ({"url": "https://host/a.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}, "git+https://host/a.git@abc"),
        (
            {"url": "https://host/a.git", "vcs_info": {"vcs": "git", "requested_revision": "v1", "commit_id": "abc"}},
            "git+https://host/a.git@v1",
        ),
        ({"url": "file:///home/somebody/a", "dir_info": {"editable": True}}, ""),
        ({}, ""),
        ([], ""),
    ],
)
def test_it_knows_where_it_was_installed_from_unless_that_is_one_machine(
    note: object, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "distribution", lambda _: SimpleNamespace(read_text=lambda _: json.dumps(note)))
    assert installed_from() == address
