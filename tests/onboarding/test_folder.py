"""A folder written a second time: what people did in it is theirs, what belongs to another stack goes, nothing outside is touched."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from decided import Decided
from starters import kit_of

from advisor.errors import StoreError
from advisor.onboarding.kit import Kit
from advisor.onboarding.manifest import MANIFEST_NAME, digest, recorded_digests, update_manifest
from advisor.onboarding.team_folder import write_folder

TRAIN = "starter/digits/train.py"


@pytest.fixture(scope="module")
def written(decided: Decided, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder, written once."""
    folder = tmp_path_factory.mktemp("written") / "team"
    write_folder(folder, kit_of(decided, "keras[tensorflow]"))
    return folder


@pytest.fixture
def team(written: Path, tmp_path: Path) -> Path:
    """A copy of it, for a test to change."""
    return Path(shutil.copytree(written, tmp_path / "team", symlinks=True))


@pytest.fixture
def kit(decided: Decided) -> Kit:
    return kit_of(decided, "pytorch")


def files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_the_manifest_is_one_any_tool_can_check(team: Path) -> None:
    checked = subprocess.run(["sha256sum", "-c", MANIFEST_NAME], cwd=team, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert set(recorded_digests(team)) == files(team) - {MANIFEST_NAME}


def test_what_was_edited_is_kept_aside_and_named(team: Path, kit: Kit) -> None:
    for times, name in ((1, f"{TRAIN}.kept"), (2, f"{TRAIN}.kept2")):
        (team / TRAIN).write_text(f"mine, {times}")
        assert write_folder(team, kit, force=True).kept == {TRAIN: name}
        assert (team / name).read_text() == f"mine, {times}"
    assert "torch" in (team / TRAIN).read_text("utf-8")
    assert (team / f"{TRAIN}.kept").read_text() == "mine, 1"


def test_files_of_another_stack_go_unless_somebody_edited_them(decided: Decided, team: Path, kit: Kit) -> None:
    edited, own = "starter/tests/test_step.py", "starter/digits/notes.py"
    assert (team / edited).exists()
    (team / edited).write_text("mine")
    (team / own).write_text("mine too")
    result = write_folder(team, kit, force=True)
    assert result.kept == {edited: f"{edited}.kept"} and all(name.startswith("starter/") for name in result.removed)
    assert (team / own).exists() and not (team / edited).exists()
    fresh = team.with_name("fresh")
    write_folder(fresh, kit)
    assert files(team) - files(fresh) == {f"{edited}.kept", own}
    gone = write_folder(team, kit_of(decided, "jax"), force=True).removed
    assert "starter/digits/processes.py" in gone and {name.split("/")[0] for name in gone} == {"starter"}
    assert all(any(folder.iterdir()) for folder in team.rglob("*") if folder.is_dir()), (
        "folders that became empty go, too"
    )


def test_writing_the_same_again_keeps_and_removes_nothing(team: Path, decided: Decided) -> None:
    for name in (TRAIN, "README.md"):
        lines = (team / name).read_bytes()
        (team / name).write_bytes(lines.replace(b"\n", b"\r\n"))  # as Git checks it out on Windows
    result = write_folder(team, kit_of(decided, "keras[tensorflow]"), force=True)
    assert (dict(result.kept), result.removed) == ({}, ())


def test_without_a_manifest_everything_that_differs_is_somebodys(team: Path, kit: Kit) -> None:
    (team / MANIFEST_NAME).unlink()
    result = write_folder(team, kit, force=True)
    assert TRAIN in result.kept and result.removed == ()


@pytest.mark.parametrize("path", ["../precious", "starter/../../precious", "/{}/precious", "starter//../../precious"])
def test_a_manifest_from_elsewhere_does_not_lead_out_of_the_folder(team: Path, kit: Kit, path: str) -> None:
    precious = team.parent / "precious"
    precious.write_text("mine")
    line = f"{digest(b'mine')}  {path.format(team.parent)}\n"
    (team / MANIFEST_NAME).write_text((team / MANIFEST_NAME).read_text() + line)
    result = write_folder(team, kit, force=True)
    assert precious.read_text() == "mine" and not [name for name in result.removed if "precious" in name]


def test_nothing_is_removed_through_a_link(team: Path, decided: Decided) -> None:
    precious = team.parent / "precious"
    (team / "exercises").rename(precious)
    (team / "exercises").symlink_to(precious, target_is_directory=True)
    with pytest.raises(StoreError, match="link"):
        write_folder(team, kit_of(decided, "jax"), force=True)
    assert files(precious)


def test_what_the_program_wrote_anew_counts_as_its_own(team: Path, kit: Kit) -> None:
    (team / "decision.lock").write_text("updated")
    update_manifest(team, ["decision.lock"])
    assert write_folder(team, kit, force=True).kept == {}
