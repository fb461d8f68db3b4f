"""`advise check decision.lock`: does a decision still stand, and if not, because of what?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec.structs import replace

from advisor.ask import given_answers, update_answers
from advisor.cli.command import with_project_options, with_shared_options
from advisor.cli.options import EVIDENCE_OPTIONS, LIST_OUTPUT, Options, format_option
from advisor.cli.output import emit, page_width, print_styled
from advisor.cli.parsers import word_parser
from advisor.cli.stored import store_to_read
from advisor.errors import Exit
from advisor.evidence.stacks import code_hashes, load_probed_pack
from advisor.files import write_whole
from advisor.pipeline import Request
from advisor.reasoning.profile import Profile
from advisor.render.terminal import as_text

FAIL_ON = ("flipped", "shrank", "overdue")
"""For what exit 3 can be asked."""
REPORTS = format_option(
    ("text", "json", "markdown", "sarif"), "text, json, markdown (for a pull request) or sarif (for code scanning)."
)


@with_project_options
@with_shared_options("scan", *EVIDENCE_OPTIONS, *LIST_OUTPUT, format=REPORTS)
def check(
    options: Options,
    lock_file: Annotated[
        Path,
        typer.Argument(
            metavar="LOCK", help="The lock that advise onboard wrote, or its folder (default: decision.lock)."
        ),
    ] = Path("decision.lock"),
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on",
            parser=word_parser("--fail-on", FAIL_ON),
            metavar="WORD",
            help=f"For what to exit with 3: {', '.join(FAIL_ON)}; repeatable (default: flipped).",
        ),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Write today's answer as the decision, after a person has agreed.")
    ] = False,
) -> int:
    """Does a decision still stand? Answers unchanged, the margin shrank, or flipped, and because of what.

    It is computed again from the runs beside the lock, without measuring and without a network;
    then what changed since is applied, one change after the other. What this program changed (its
    version, rules and claims, the code of probes) stands apart from what the project changed
    (overlays, its repository as --scan reads it, answers given here, runs named here, versions
    installed here) and from the date.
    The review is overdue six months after the decision. Exit 3 where it flipped, or where what --fail-on names is so.
    """
    from advisor.onboarding import check_report
    from advisor.onboarding.lock import LOCK_NAME
    from advisor.render import json
    from advisor.render.markdown import as_markdown

    request, lang = options.request(), options.language
    if lock_file.is_dir():
        lock_file /= LOCK_NAME
    lock, decision_check = check_decision(lock_file, request)
    if update:
        _write_updated_lock(lock_file, request, lock, decision_check)
    if options.format == "json":
        emit(json.dumps(check_report.as_object(decision_check, lang)))
    elif options.format == "sarif":
        emit(check_report.as_sarif(decision_check, lock_file, lang))
    elif options.format == "markdown":
        title = check_report.title(decision_check, lock_file.as_posix(), lang)
        emit(as_markdown(check_report.unmarked(check_report.parts(decision_check, lang)), title))
    else:
        print_styled(
            (line.text, line.style) for line in as_text(check_report.parts(decision_check, lang), page_width())
        )
    return Exit.STOPPED if set(fail_on or ["flipped"]) & set(decision_check.words) and not update else Exit.OK


def check_decision(lock_file: Path, request: Request) -> tuple[Any, Any]:
    """Hold a decision against today.

    Args:
        lock_file: the lock; its runs stand beside it.
        request: what is otherwise today: answers, runs, packs, and the date.

    Returns:
        The lock, and the verdict (`onboarding.decision_check.DecisionCheck`).

    Raises:
        StoreError: a file cannot be read.
        InputError: it is no lock, or its runs are missing.
    """
    from advisor.onboarding import decision_check as checking
    from advisor.onboarding import lock as locking

    lock = locking.read_lock(lock_file)
    pack = load_probed_pack(request.pack)
    if locking.has_same_names(lock, pack):  # then a name that is unknown today was unknown when it was decided
        locking.read_lock(lock_file, pack)
    evidence = _read_locked_evidence(lock_file, lock)
    return lock, checking.check(lock, evidence, _today_of(request, lock, evidence))


def _read_locked_evidence(lock_file: Path, lock: Any) -> Any:
    """Read the runs beside a lock, and return those that the lock names."""
    from advisor.evidence.lines import read_runs
    from advisor.onboarding.lock import EVIDENCE_NAME, locked_evidence

    evidence_file = lock_file.parent / EVIDENCE_NAME
    return locked_evidence(evidence_file, lock.evidence, read_runs(evidence_file) if lock.evidence.runs else ())


def _today_of(request: Request, lock: Any, evidence: Any) -> Any:
    """Return what a decision is computed from today: answers, evidence, pack and date."""
    from advisor.evidence import collect
    from advisor.evidence.own_code import speaking_own_models
    from advisor.onboarding.decision_check import Today, with_estate

    pack = load_probed_pack(request.pack)
    changed = given_answers(pack, request.flags, request.answers_file)
    decided = update_answers(pack, lock.answers)
    estate = with_estate(decided, request.scan.answers) if request.scan.folder is not None else decided
    answers = {**estate.answers, **changed}
    profile = Profile({id: answer for id, answer in answers.items() if answer.choices})
    own_stale = collect.stale_by_itself(evidence.runs, request.as_of, code_hashes(pack))
    fresh = None
    if request.evidence_files:
        fresh = collect.read_evidence_files(
            request.evidence_files, request.as_of, pack, request.measured_on, profile.known("hardware")
        )
    if request.store is not None:
        store, here = store_to_read(request.store), collect.inspect_machine(pack)
        fresh = collect.read_store(store, here, request.as_of, measured_on=request.measured_on) if store else None
    return Today(
        pack=pack,
        profile=profile,
        estate=estate,
        as_of=request.as_of,
        fresh=speaking_own_models(fresh, request.own_models) if fresh is not None else None,
        stale=own_stale if fresh is None else None,
        versions=collect.installed_versions(lock.evidence.versions),
    )


def _write_updated_lock(lock_file: Path, request: Request, lock: Any, decision_check: Any) -> None:
    """Write today's answer over the lock, and its runs over the evidence file beside it."""
    from advisor.onboarding.lock import EVIDENCE_NAME, LOCK_NAME, dumps, evidence_lines, make_lock, used_runs
    from advisor.onboarding.manifest import update_manifest

    evidence = used_runs(decision_check.evidence)
    new_lock = make_lock(
        replace(request, weigh=lock.weigh),
        load_probed_pack(request.pack),
        decision_check.advice,
        evidence,
        lock.lang,
        lock.chosen,
        lock.deciders,
        lock.source,
    )
    write_whole(lock_file.parent / EVIDENCE_NAME, evidence_lines(evidence), force=True)
    write_whole(lock_file, dumps(new_lock), force=True)
    update_manifest(
        lock_file.parent, [name for name in (EVIDENCE_NAME, LOCK_NAME) if (lock_file.parent / name).is_file()]
    )
