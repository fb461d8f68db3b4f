"""A pack is read whole or not at all, from plain files inside its folder."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from pack_folder import CLAIM, CONSTRAINT, FILES, NEED, PackFolder

import advisor
from advisor.errors import Exit, InputError
from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import BUILT_IN

links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


def test_all_defects_of_all_files_are_told_in_one_run(folder: PackFolder) -> None:
    folder.write("pack.yaml", "[")
    folder.spoil("questions.yaml", "several:", "severl:")
    folder.spoil(NEED, "speed: major", "speed: huge")
    folder.spoil(NEED, "source:", "sauce:")
    folder.spoil(CLAIM, "kind: pro", "kind: praise")
    problems = folder.problems()
    assert [line.split(": ", 1)[0] for line in problems] == [
        "mine/claims/alpha/alpha-fast.yaml:5:7",
        "mine/needs/scale/need-speed.yaml:1:1",
        "mine/needs/scale/need-speed.yaml:4:1",
        "mine/needs/scale/need-speed.yaml:6:19",
        "mine/pack.yaml:2:1",
        "mine/questions.yaml:14:5",
    ]


def test_all_unknown_names_of_all_files_are_told_in_one_run(folder: PackFolder) -> None:
    folder.spoil("criteria.yaml", "counts-when: {scale: small}", "counts-when: {scale: tiny}")
    folder.spoil(NEED, "when: {scale: large}", "when: {size: large}")
    folder.spoil(CONSTRAINT, "excludes: [beta]", "excludes: [gamma, delta]")
    folder.spoil(CLAIM, "about: speed", "about: weight")
    assert [line.split(": ", 1)[0] for line in folder.problems()] == [
        "mine/claims/alpha/alpha-fast.yaml:6:8",
        "mine/constraints/no-phone.yaml:6:12",
        "mine/constraints/no-phone.yaml:6:19",
        "mine/criteria.yaml:15:30",
        "mine/needs/scale/need-speed.yaml:5:8",
    ]


def test_a_wrong_value_in_one_file_does_not_hide_an_unknown_name_in_another(folder: PackFolder) -> None:
    folder.spoil(NEED, "speed: major", "speed: huge")
    folder.spoil(CLAIM, "about: speed", "about: weight")
    assert len(folder.problems()) == 2


@pytest.mark.parametrize("file", [name for name in FILES if "/" not in name])
def test_a_missing_file_is_named(folder: PackFolder, file: str) -> None:
    (folder.folder / file).unlink()
    (problem,) = folder.problems()
    assert problem.startswith(f"mine/{file}: this file is missing — every pack has one")


def test_an_empty_folder_lacks_five_files(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_pack(tmp_path)
    assert len(caught.value.problems) == 5


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_text("name: x")], ids=["absent", "a file"])
def test_a_pack_that_is_no_folder_is_a_usage_error(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "pack")
    with pytest.raises(InputError, match=r"this is not a folder — name the folder that holds pack\.yaml") as caught:
        load_pack(tmp_path / "pack")
    assert caught.value.exit_code is Exit.USAGE


def test_a_pack_without_needs_constraints_and_claims_is_sound(folder: PackFolder) -> None:
    for name in ("needs", "constraints", "claims"):
        shutil.rmtree(folder.folder / name)
    pack = folder.load()
    assert not pack.needs
    assert not pack.constraints
    assert not pack.claims


@pytest.mark.parametrize("depth", ["claims/alpha-also.yaml", "claims/a/b/c/alpha-also.yaml"])
def test_the_name_of_a_file_is_its_id_at_any_depth(folder: PackFolder, depth: str) -> None:
    folder.write(depth, FILES[CLAIM])
    assert "alpha-also" in folder.load().claims


# Ids.


def test_two_claims_of_one_name_are_refused(folder: PackFolder) -> None:
    folder.write("claims/beta/alpha-fast.yaml", FILES[CLAIM])
    (problem,) = folder.problems()
    assert "another file is also called alpha-fast.yaml" in problem
    assert "rename one" in problem


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("questions.yaml", "id: deploy", "id: scale", "10:9"),
        ("sources.yaml", "id: manual", "id: article", "7:9"),
        ("criteria.yaml", "id: ease", "id: speed", "16:9"),
        ("frameworks.yaml", "{id: beta,", "{id: alpha,", "3:10"),
        ("frameworks.yaml", "id: beta[alpha]", "id: alpha", "13:9"),
    ],
)
def test_an_id_used_twice_is_refused_at_its_second_place(
    folder: PackFolder, file: str, old: str, new: str, place: str
) -> None:
    folder.spoil(file, old, new)
    assert f"mine/{file}:{place}: the id `{new.rstrip(',').rpartition(' ')[2]}` is used twice" in "\n".join(
        folder.problems()
    )


@pytest.mark.parametrize("name", ["Alpha Fast", "alpha_fast", "alpha\x1b[31m", "-alpha", "ａlpha"])
def test_a_file_name_that_is_no_id_is_refused(folder: PackFolder, name: str) -> None:
    folder.write(f"claims/{name}.yaml", FILES[CLAIM])
    (problem,) = folder.problems()
    assert "a file name is an id" in problem


def test_a_need_and_a_claim_of_one_name_are_refused(folder: PackFolder) -> None:
    folder.write("needs/alpha-fast.yaml", FILES[NEED])
    (problem,) = folder.problems()
    assert "another file is also called alpha-fast.yaml" in problem


@pytest.mark.parametrize("path", ["claims/alpha/late.yml", "claim/late.yaml", "criterions.yaml"])
def test_yaml_that_would_not_be_read_is_refused(folder: PackFolder, path: str) -> None:
    folder.write(path, FILES[CLAIM])
    (problem,) = folder.problems()
    assert problem.startswith(f"mine/{path}: nothing reads this file — ")


# Only plain files inside the folder.


@links
@pytest.mark.parametrize("file", ["pack.yaml", "sources.yaml", NEED, CONSTRAINT, CLAIM])
def test_a_link_that_leads_out_of_the_pack_is_refused(folder: PackFolder, tmp_path: Path, file: str) -> None:
    outside = tmp_path / "outside.yaml"
    (folder.folder / file).rename(outside)
    (folder.folder / file).symlink_to(outside)
    (problem,) = folder.problems()
    assert file in problem
    assert "packs hold plain files only" in problem


@links
def test_a_link_to_itself_is_refused(folder: PackFolder) -> None:
    (folder.folder / "claims/loop.yaml").symlink_to("loop.yaml")
    assert "packs hold plain files only" in folder.problems()[0]


@links
def test_a_folder_that_is_a_link_is_refused(folder: PackFolder, tmp_path: Path) -> None:
    (folder.folder / "claims/alpha").rename(tmp_path / "elsewhere")
    (folder.folder / "claims/alpha").symlink_to(tmp_path / "elsewhere")
    assert "packs hold plain files only" in folder.problems()[0]


@links
@pytest.mark.parametrize("name", ["needs", "constraints", "claims"])
def test_a_top_folder_that_is_a_link_is_refused(folder: PackFolder, tmp_path: Path, name: str) -> None:
    (folder.folder / name).rename(tmp_path / "elsewhere")
    (folder.folder / name).symlink_to(tmp_path / "elsewhere")
    assert "packs hold plain files only" in folder.problems()[0]


@links
def test_the_folder_itself_may_be_reached_by_a_link(folder: PackFolder, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder.folder)
    assert load_pack(tmp_path / "link").header.name == "small"


@links
@pytest.mark.parametrize("kind", ["socket", "pipe", "folder"])
def test_what_is_no_plain_file_is_refused(folder: PackFolder, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.chdir(folder.folder)
    if kind == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("claims/odd.yaml")
    elif kind == "pipe":
        os.mkfifo("claims/odd.yaml")
    else:
        Path("pack.yaml").unlink()
        Path("pack.yaml").mkdir()
    assert "packs hold plain files only" in folder.problems()[0]


def test_a_huge_file_is_refused_without_being_read_whole(folder: PackFolder) -> None:
    with (folder.folder / CLAIM).open("r+b") as opened:
        opened.truncate(64 * 1024 * 1024)
    tracemalloc.start()
    try:
        assert "is more than 524288" in folder.problems()[0]
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


# The digest names the contents.


def test_the_digest_changes_with_every_byte_and_every_name(folder: PackFolder, tmp_path: Path) -> None:
    first = folder.load().digest
    assert folder.load().digest == first
    shutil.copytree(folder.folder, tmp_path / "copy")
    assert load_pack(tmp_path / "copy").digest == first
    folder.spoil(CLAIM, "Alpha is fast.", "Alpha is fast!")
    changed = folder.load().digest
    (folder.folder / NEED).rename(folder.folder / "needs/need-speed.yaml")
    assert len({first, changed, folder.load().digest}) == 3


# What was parsed once is kept.


@pytest.fixture
def large(folder: PackFolder) -> PackFolder:
    """A pack with enough files to be kept in the cache."""
    for number in range(30):
        folder.write(f"claims/many/claim-{number}.yaml", FILES[CLAIM])
    return folder


def kept(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file())


def test_a_pack_read_a_second_time_is_the_same(large: PackFolder, cache: Path) -> None:
    first = large.load()
    assert len(kept(cache)) == 1
    assert large.load() == first


def test_a_change_is_seen_although_the_pack_was_kept(large: PackFolder, cache: Path) -> None:
    large.load()
    large.spoil("claims/many/claim-3.yaml", "says: {alpha: strong", "says: {alpha: weak")
    assert large.load().claims["claim-3"].says["alpha"] == "weak"
    large.spoil("claims/many/claim-3.yaml", "about: speed", "about: sped")
    assert large.problems()[0].startswith("mine/claims/many/claim-3.yaml:6:8: unknown criterion `sped`")


def test_an_unsound_pack_is_unsound_every_time(large: PackFolder, cache: Path) -> None:
    large.spoil(CLAIM, "about: speed", "about: sped")
    assert large.problems() == large.problems()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"[" * 100_000, b'{"pack.yaml": 3}', b"\xff"])
def test_a_spoilt_cache_is_passed_over(large: PackFolder, cache: Path, content: bytes) -> None:
    first = large.load()
    (file,) = kept(cache)
    file.write_bytes(content)
    assert large.load() == first


def test_the_built_in_pack_is_the_same_from_the_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_pack(BUILT_IN)
    assert len(kept(cache)) == 1
    monkeypatch.setattr("advisor.knowledge.folder.Folder.parse_file", None)  # nothing is read a second time
    assert load_pack(BUILT_IN) == first


def test_a_pack_from_the_cache_needs_no_validator(large: PackFolder, tmp_path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from advisor.knowledge.loading import load_pack
load_pack(Path({str(large.folder)!r}))
print(sorted({{"pydantic", "yaml", "packaging"}} & set(sys.modules)))
"""
    command, environment = [sys.executable, "-c", program], {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "own")}
    printed = [
        subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()
        for _ in range(2)
    ]
    assert printed == ["['packaging', 'pydantic', 'yaml']", "[]"]


def test_a_cache_somebody_changed_is_passed_over(large: PackFolder, cache: Path) -> None:
    first = large.load()
    (file,) = kept(cache)
    assert b"strong" in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(b"strong", b"poor"))
    assert large.load() == first


class Calls:
    """Unpickled as usual, it makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.folder),)


def test_a_cache_somebody_made_does_nothing(large: PackFolder, cache: Path, tmp_path: Path) -> None:
    first = large.load()
    (file,) = kept(cache)
    body = pickle.dumps(Calls(tmp_path / "made"))
    file.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    assert large.load() == first
    assert not (tmp_path / "made").exists()
    pickle.loads(body)
    assert (tmp_path / "made").exists(), "read without care it does"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX only")
def test_a_cache_that_cannot_be_written_is_no_error(large: PackFolder, cache: Path) -> None:
    cache.rmdir()
    cache.write_text("a file where the folder should be")
    assert large.load().header.name == "small"


def test_the_built_in_pack_does_not_depend_on_the_environment() -> None:
    assert Path(advisor.__file__).resolve().parents[1] / "rules" == BUILT_IN


# What can be measured.

MEASURES = {"training-step": {"step_ms": None}}


def test_every_probe_and_measure_named_must_exist_when_they_are_given(folder: PackFolder) -> None:
    assert load_pack(folder.folder, MEASURES).header.name == "small"
    folder.spoil(CLAIM, "measure: step_ms", "measure: step_msec")
    folder.spoil("criteria.yaml", "probe: training-step", "probe: train-step")
    assert folder.load().header.name == "small", "without the probes at hand their names are taken on trust"
    with pytest.raises(InputError) as caught:
        load_pack(folder.folder, MEASURES)
    assert [str(problem) for problem in caught.value.problems] == [
        "mine/claims/alpha/alpha-fast.yaml:17:12: unknown measure `step_msec` — did you mean step_ms? Legal: step_ms",
        "mine/criteria.yaml:10:16: unknown probe `train-step` — did you mean training-step? Legal: training-step",
    ]


def test_a_fresh_reading_trusts_no_cache(large: PackFolder, cache: Path) -> None:
    first = large.load()
    (file,) = kept(cache)
    file.write_bytes(b"spoilt")
    assert load_pack(large.folder, fresh=True) == first
