"""`advise check decision.lock`: does a decision still stand, and if not, because of what?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec.structs import replace

from advisor.ask import given_answers, update_answers
from advisor.cli.command import with_project_options, with_shared_options
from advisor.cli.options import EVIDENCE_OPTIONS, LIST_OUTPUT, Options
from advisor.cli.output import emit, page_width, print_styled
from advisor.cli.stored import store_to_read
from advisor.errors import Exit
from advisor.evidence.stacks import load_probed_pack
from advisor.files import write_whole
from advisor.pipeline import Request
from advisor.reasoning.profile import Profile
from advisor.render.document import Item, Part, part
from advisor.render.terminal import as_text
from advisor.sentences import sentence
from advisor.text import Lang

WORDS = {"unchanged": "check.unchanged", "shrank": "check.the-margin-shrank", "flipped": "check.flipped"}
"""How a decision stands → its sentence."""
KINDS = {
    "program": "check.this-program",
    "knowledge": "check.rules-and-claims",
    "probes": "check.the-probes-code",
    "overlay": "check.overlays",
    "answers": "check.answers",
    "runs": "check.measurements",
    "versions": "check.versions-installed-here",
    "date": "check.the-date",
}
"""Kind of change → its sentence."""
OWNERS = {
    "program": "check.changed-by-this-program",
    "project": "check.changed-by-your-project",
    "both": "check.changed-by-both",
    "time": "check.changed-with-time",
}
"""Whose a change is → its sentence."""


@with_project_options
@with_shared_options(*EVIDENCE_OPTIONS, *LIST_OUTPUT)
def check(
    options: Options,
    lock_file: Annotated[
        Path, typer.Argument(metavar="LOCK", help="The lock that advise onboard wrote (default: decision.lock).")
    ] = Path("decision.lock"),
    update: Annotated[
        bool, typer.Option("--update", help="Write today's answer as the decision, after a person has agreed.")
    ] = False,
) -> int:
    """Does a decision still stand? Answers unchanged, the margin shrank, or flipped, and because of what.

    It is computed again from the runs beside the lock, without measuring and without a network;
    then what changed since is applied, one change after the other. What this program changed (its
    version, rules and claims, the code of probes) stands apart from what the project changed
    (overlays, answers given here, runs named here, versions installed here) and from the date.
    Exit 3 where it flipped.
    """
    from advisor.onboarding import decision_check as checking
    from advisor.onboarding import lock as locking

    lock = locking.read_lock(lock_file)
    request, lang = options.request(), options.language
    evidence = _read_locked_evidence(lock_file, lock)
    decision_check = checking.check(lock, evidence, _today_of(request, lock, evidence))
    if update:
        _write_updated_lock(lock_file, request, lock, decision_check)
    if options.format == "json":
        from advisor.render import json

        emit(json.dumps(_check_document(decision_check, lang)))
    else:
        print_styled((line.text, line.style) for line in as_text(_check_parts(decision_check, lang), page_width()))
    return Exit.STOPPED if decision_check.word == "flipped" and not update else Exit.OK


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
    from advisor.onboarding.decision_check import Today

    pack = load_probed_pack(request.pack)
    changed = given_answers(pack, request.flags, request.answers)
    answers = {**update_answers(pack, lock.answers).answers, **changed}
    profile = Profile({id: answer for id, answer in answers.items() if answer.choices})
    own_stale = collect.stale_by_itself(evidence.runs, request.as_of, pack)
    fresh = None
    if request.evidence:
        fresh = collect.read_evidence_files(
            request.evidence, request.as_of, pack, request.measured_on, profile.known("hardware")
        )
    if request.store is not None:
        store, here = store_to_read(request.store), collect.inspect_machine(pack)
        fresh = collect.read_store(store, here, request.as_of, measured_on=request.measured_on) if store else None
    return Today(
        pack=pack,
        profile=profile,
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
    )
    write_whole(lock_file.parent / EVIDENCE_NAME, evidence_lines(evidence), force=True)
    write_whole(lock_file, dumps(new_lock), force=True)
    update_manifest(
        lock_file.parent, [name for name in (EVIDENCE_NAME, LOCK_NAME) if (lock_file.parent / name).is_file()]
    )


def _check_parts(decision_check: Any, lang: Lang) -> Iterator[Part]:
    """Yield the check as parts: how the decision stands, then whose changes did what."""
    from advisor.onboarding.decision_check import standing_text

    word = sentence(WORDS[decision_check.word], lang)
    causes = [sentence(KINDS[step.kind], lang) for step in decision_check.causes]
    standings = (("check.decided", decision_check.before), ("check.now", decision_check.after))
    yield part(
        sentence("check.because-of", lang, outcome=word, causes=causes) if causes else word,
        [Item(standing_text(standing)[lang], sentence(id, lang)) for id, standing in standings],
    )
    for step in decision_check.steps:
        effect = sentence("check.no-effect" if step.word == "unchanged" else WORDS[step.word], lang).lower()
        owner, change = sentence(OWNERS[step.whose], lang), sentence(KINDS[step.kind], lang)
        head = sentence("check.effect", lang, owner=owner, change=change, effect=effect)
        yield part(head, [Item(text[lang], "-") for text in step.changes])


def _check_document(decision_check: Any, lang: Lang) -> dict[str, Any]:
    """Return the check as a JSON object."""
    from advisor.record import plain_values

    return {
        "word": decision_check.word,
        "because": [step.kind for step in decision_check.causes],
        "before": plain_values(decision_check.before),
        "after": plain_values(decision_check.after),
        "steps": [
            {
                "kind": step.kind,
                "whose": step.whose,
                "changes": [text[lang] for text in step.changes],
                "after": plain_values(step.after),
                "word": step.word,
            }
            for step in decision_check.steps
        ],
        "replayed": decision_check.replayed,
    }
