"""The table of all checks of a pack, and the function that runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from advisor.verification import (
    case_checks,
    condition_checks,
    duplicates,
    examples,
    gaps,
    install_checks,
    levels,
    reach,
    references,
    sources,
    wording,
)
from advisor.verification.defect import SEVERITIES, Defect, Diagnostic, Severity
from advisor.verification.subject import Subject


class PackCheck(Struct, frozen=True):
    """One thing that can be wrong with a pack."""

    id: str
    severity: Severity
    about: str
    """What it finds, in one line; also the text of `advise rules check --list`."""
    run: Callable[[Subject], Iterable[Diagnostic]]


UNREADABLE = "unreadable"
"""What the loader refuses: YAML, keys, types, names nobody knows, ids used twice, shares that do not add up to 1."""

CHECKS: tuple[PackCheck, ...] = (
    PackCheck("unfinished", "error", "a placeholder that `rules new` left", wording.unfinished_texts),
    PackCheck("language", "error", "a text that is blank or in the wrong language", wording.wrong_language),
    PackCheck("half-width", "warning", "Chinese text with half-width punctuation", wording.half_width_signs),
    PackCheck("unsatisfiable", "error", "a condition no project meets", condition_checks.unsatisfiable),
    PackCheck("always-true", "warning", "a condition every project meets", condition_checks.always_true),
    PackCheck("idle-part", "warning", "a part of a condition that makes no difference", condition_checks.idle_parts),
    PackCheck("dead-choice", "warning", "a choice no project can give", condition_checks.dead_choices),
    PackCheck("failing-example", "error", "an example that does not hold", examples.failing_examples),
    PackCheck("missing-example", "warning", "a condition without examples", examples.missing_examples),
    PackCheck(
        "double-rule",
        "warning",
        "two needs or constraints with the same effect on the same projects",
        duplicates.duplicate_rules,
    ),
    PackCheck("double-claim", "warning", "a claim made twice without `same-as`", duplicates.duplicate_claims),
    PackCheck(
        "shadowed-need",
        "warning",
        "a need that never raises a weight, because other needs always do",
        duplicates.shadowed_needs,
    ),
    PackCheck(
        "undeclared-dispute",
        "error",
        "claims that contradict each other without a declared dispute",
        levels.undeclared_disputes,
    ),
    PackCheck(
        "kind-level", "error", "a pro that says nothing good, a con that says nothing bad", levels.kind_against_levels
    ),
    PackCheck(
        "check-level", "error", "a check that expects the opposite of what the claim says", levels.checks_against_levels
    ),
    PackCheck("one-sided-dispute", "warning", "a dispute that only one side declares", references.one_sided_disputes),
    PackCheck("cycle", "error", "claims that repeat, replace or dispute themselves", references.cycles),
    PackCheck("orphan-contradiction", "error", "a contradiction with only one side", references.orphan_contradictions),
    PackCheck("unreplaced", "warning", "a rejected claim without an upheld replacement", references.unreplaced_claims),
    PackCheck(
        "idle-replacement",
        "warning",
        "a replacement that says the same as the claim it replaces",
        levels.idle_replacements,
    ),
    PackCheck(
        "needless-replacement",
        "warning",
        "an upheld claim that names a replacement",
        references.superfluous_replacements,
    ),
    PackCheck("unused-source", "warning", "a source that nothing cites", sources.unused_sources),
    PackCheck(
        "unused-fact", "warning", "a dated number that neither a claim nor a constraint uses", sources.unused_facts
    ),
    PackCheck("stale-fact", "warning", "a dated number that was read more than six months ago", sources.stale_facts),
    PackCheck("uncited", "note", "a claim without a source that can be looked up", sources.uncited_claims),
    PackCheck("stale-review", "warning", "a review older than six months", sources.stale_reviews),
    PackCheck("future-date", "warning", "a review or reading dated in the future", sources.future_dates),
    PackCheck("odd-version", "warning", "a version range that is empty or of another package", sources.odd_versions),
    PackCheck(
        "unresolved-install",
        "warning",
        "an install line that was never seen to resolve on a machine it is for",
        install_checks.unresolved_installs,
    ),
    PackCheck(
        "missing-target",
        "warning",
        "a candidate that is told no way to a target of others",
        install_checks.missing_targets,
    ),
    PackCheck("idle-install-rule", "warning", "an install rule nobody follows", install_checks.idle_install_rules),
    PackCheck(
        "stale-download", "warning", "sizes that were read more than six months ago", install_checks.stale_downloads
    ),
    PackCheck("uncovered", "warning", "a project to which no need applies", gaps.uncovered_projects),
    PackCheck(
        "unknown-criterion",
        "note",
        "a criterion that matters where no claim or measure covers it",
        gaps.unknown_criteria,
    ),
    PackCheck(
        "dead-question", "warning", "a question whose answer never changes the best candidate", reach.dead_questions
    ),
    PackCheck(
        "dead-criterion", "warning", "a criterion that never matters, or that nothing informs", reach.dead_criteria
    ),
    PackCheck("unreachable-claim", "error", "a claim that counts for no project", reach.unreachable_claims),
    PackCheck("failing-case", "error", "a case in which the pack differs from the expert", case_checks.failing_cases),
    PackCheck("replaced", "note", "something in an overlay that replaces what lies below", references.replacements),
    PackCheck("dead-candidate", "note", "a candidate that is the best for no project", reach.dead_candidates),
    PackCheck("nothing-left", "note", "answers that rule every candidate out", gaps.exclusions_of_all),
)


def run_checks(subject: Subject) -> list[Defect]:
    """Run every check on a pack.

    Rules, claims and cases that are not finished are left out of the other checks, and no other defect is reported of the files
    they are in: it is too early to say more about them.

    Returns:
        The defects, the gravest first, then by place.
    """
    defects = set(_defects_found_by(subject, CHECKS[:1]))
    if unfinished := {defect.file for defect in defects}:
        subject = subject.without_files(unfinished)
    if subject.spaces.sample_of_all.answers.world_count == 0:
        return [_no_project_defect(subject)]
    defects |= {defect for defect in _defects_found_by(subject, CHECKS[1:]) if defect.file not in unfinished}
    return sorted(
        defects,
        key=lambda defect: (SEVERITIES.index(defect.severity), _sort_key(defect.place), defect.check, defect.what),
    )


def _defects_found_by(subject: Subject, checks: Iterable[PackCheck]) -> Iterator[Defect]:
    """Yield the defects that some checks find."""
    return (Defect(check.id, check.severity, *diagnostic) for check in checks for diagnostic in check.run(subject))


def _no_project_defect(subject: Subject) -> Defect:
    """Return the defect of a pack that makes every combination of answers impossible."""
    place = subject.place("pack", subject.pack.header.name, "name")
    fix = "check `impossible` in questions.yaml"
    return Defect(
        "unsatisfiable", "error", place, "no project is possible: every combination of answers is ruled out", fix
    )


def _sort_key(place: str) -> tuple[str, list[int]]:
    """Return the sort key of a place: the file, then line and column as numbers."""
    file, *numbers = place.split(":")
    return file, [int(number) for number in numbers]
