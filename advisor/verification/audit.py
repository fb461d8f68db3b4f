"""Check folders of knowledge: read them, run every check, and leave out what is not theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from advisor.errors import InputError, Problem
from advisor.knowledge.case import ProjectCase
from advisor.knowledge.cases import read_cases
from advisor.knowledge.folder import resolve_folders
from advisor.knowledge.loading import Opened, open_packs
from advisor.knowledge.onboarding import find_onboarding_problems
from advisor.knowledge.pack import Pack
from advisor.verification.defect import Defect
from advisor.verification.signal_checks import find_signal_defects
from advisor.verification.subject import Measures, Subject
from advisor.verification.table import UNREADABLE, run_checks


def audit_packs(folders: Sequence[Path], measures: Measures, as_of: date) -> tuple[Pack | None, list[Defect]]:
    """Check the pack that folders make together.

    Where they are overlays of the built-in pack, only defects that they cause are returned, and only their own cases are checked:
    what an overlay changes about the answers is the business of `advise rules diff`.

    Args:
        folders: their roots.
        measures: what can be measured, by probe.
        as_of: the date at which the age of reviews is taken.

    Returns:
        The pack, None where it cannot be read, and its defects, the gravest first.
    """
    try:
        opened = open_packs(folders, measures)
    except InputError as error:
        return None, _defects_of(error.problems)
    given_folders = resolve_folders(folders)
    own_folders = [folder for folder in opened.pack.folders if folder in given_folders]
    folders_below = [folder for folder in opened.pack.folders if folder not in given_folders]
    subject, problems = _make_subject(opened, own_folders, measures, as_of)
    probes = {name: list(measures_of_probe) for name, measures_of_probe in measures.items()}
    problems += find_onboarding_problems(opened.pack.folders, opened.pack, probes)
    defects = _defects_of(problems) + find_signal_defects(opened.pack, own_folders) + run_checks(subject)
    if folders_below:  # the built-in pack, laid below the overlays
        subject_below, _ = _make_subject(open_packs(folders_below, measures), (), measures, as_of)
        known_defects = {(defect.check, defect.place) for defect in run_checks(subject_below)}
        defects = [
            defect
            for defect in defects
            if (defect.check, defect.place) not in known_defects or _is_in_folders(own_folders, defect.place)
        ]
    return opened.pack, defects


def _is_in_folders(folders: Sequence[Path], place: str) -> bool:
    """Return whether a place is in a file of one of these folders; another pack may have a file of the same name."""
    file = place.split(":")[0]
    return any(file.startswith(f"{folder.name}/") and (folder.parent / file).is_file() for folder in folders)


def _make_subject(
    opened: Opened, folders: Sequence[Path], measures: Measures, as_of: date
) -> tuple[Subject, list[Problem]]:
    """Return what the checks look at, with the cases of these folders, and the problems of the cases."""
    cases: dict[str, ProjectCase] = {}
    problems: list[Problem] = []
    for folder in folders:
        contents = read_cases(folder, opened.pack)
        problems += contents.problems
        cases |= contents.cases
        for name, source in contents.sources.items():
            opened.places.add_file(name, source, folder.name)
    return Subject(opened.pack, opened.places, cases, as_of, measures), problems


def _defects_of(problems: Sequence[Problem]) -> list[Defect]:
    """Return problems that keep a pack from being read as defects."""
    return [Defect(UNREADABLE, "error", problem.place, problem.what, problem.fix) for problem in sorted(problems)]
