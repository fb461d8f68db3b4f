"""`advise onboard DIR`: the team's folder, from an answer or from a decision made earlier."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.cli.command import with_project_options, with_shared_options
from advisor.cli.last import last_options, request_options
from advisor.cli.options import EVIDENCE_OPTIONS, MEASURING_OPTIONS, REQUEST_OPTIONS, Options
from advisor.cli.output import emit
from advisor.cli.progress import Narrator
from advisor.errors import Exit, InputError, Problem
from advisor.evidence.stacks import load_probed_pack
from advisor.pipeline import Gathered, Request, compute_advice
from advisor.reasoning.advice import Advice
from advisor.sentences import sentence
from advisor.text import Lang, clean, did_you_mean, short


@with_project_options
@with_shared_options("scan", *REQUEST_OPTIONS, *MEASURING_OPTIONS, *EVIDENCE_OPTIONS, "lang")
def onboard(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write.")],
    options: Options,
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="LOCK", help="A decision.lock: write the folder of that decision.")
    ] = None,
    choose: Annotated[
        str | None, typer.Option(metavar="CANDIDATE", help="What the team chose against the advice.")
    ] = None,
    because: Annotated[str | None, typer.Option(metavar="TEXT", help="Why it did; needed with --choose.")] = None,
    decider: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Who answers for the decision; repeatable.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS|WHEEL", help="Where your team installs advise from: guide and CI workflow name it."
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Write over an earlier decision in DIR; what was edited is kept as *.kept."),
    ] = False,
) -> int:
    """Write what a new colleague needs: guide, decision record, lock, report and a starter project that runs.

    From answers given as options or in a file, or from a decision made earlier (--from); measures like `advise` itself.
    """
    from advisor.knowledge.onboarding import load_onboarding
    from advisor.onboarding.kit import Kit
    from advisor.onboarding.lock import make_lock, used_runs
    from advisor.onboarding.team_folder import write_folder
    from advisor.onboarding.team_source import installed_from, team_source
    from advisor.reasoning.packages import project_pack
    from advisor.render.charts import check_installed

    check_installed("onboard")
    request, lang = options.request(), options.language
    pack = options.knowledge
    team_choice, deciders = _team_choice(choose, because, pack), _clean_deciders(decider or ())
    origin = team_source(source, folder) if source else ""
    if from_ is not None:
        request, advice, gathered, earlier_lock = _answer_again(from_, request)
        team_choice, deciders = team_choice or earlier_lock.chosen, deciders or earlier_lock.deciders
        origin = origin or earlier_lock.source
        lang = lang if options.lang else Lang(earlier_lock.lang)
    elif request.flags or request.answers_file or request.scan.answers:
        with Narrator(lang, quiet=options.quiet) as narrator:
            advice, gathered = narrator.follow(request)
    else:
        fix = "give answers (advise onboard DIR --scale large), or a decision (--from decision.lock)"
        if last := last_options():
            fix = f"give answers, such as those of the last answer: advise onboard {short(folder)} {last}"
        raise InputError([Problem("", "no answers were given", fix)])
    if gathered.interrupted:
        return Exit.INTERRUPTED
    _check_decided(advice, team_choice, pack)
    evidence = used_runs(gathered.evidence)
    lock = make_lock(request, pack, advice, evidence, lang, team_choice, deciders, origin or installed_from())
    lessons = load_onboarding(pack.folders, pack)
    kit_pack = project_pack(pack, advice.profile)
    kit = Kit(
        advice,
        lock,
        evidence,
        kit_pack,
        lang,
        request_options(request),
        lessons,
        gathered.answer,
        _moving_lines(options, kit_pack, lock, lang),
    )
    written = write_folder(folder, kit, force=force)
    if not options.quiet:
        print(f"advise: {clean(_decision_line(kit))}", file=sys.stderr)  # noqa: T201
    for notice in _file_notices(written, lang):
        print(f"advise: {clean(notice)}", file=sys.stderr)  # noqa: T201
    emit("\n".join(str(folder / name) for name in written.names))
    return Exit.OK


def _moving_lines(options: Options, pack: Any, lock: Any, lang: Lang) -> tuple[str, ...]:
    """Return what the repository that was named says of moving to the chosen stack; nothing without one."""
    if options.scan is None:
        return ()
    from advisor.cli.scanning import read_project
    from advisor.knowledge.moving import load_moving
    from advisor.scan.answers_file import move_lines

    chosen = lock.chosen.candidate if lock.chosen else lock.advice.candidate
    return tuple(
        move_lines(
            read_project(options.scan, options.folders, options.language).repository,
            load_moving(pack),
            pack,
            chosen,
            lang,
        )
    )


def _decision_line(kit: Any) -> str:
    """Return what the folder says is chosen, and what is to be done with it first."""
    from advisor.words import LABELS

    against = kit.against_the_advice
    name = kit.pack.candidates[kit.lock.advice.candidate].name[kit.lang]
    return sentence(
        "commands.decided-against" if against else "commands.decided",
        kit.lang,
        stack=kit.chosen.name[kit.lang],
        advised=name,
        label=LABELS[kit.advice.label][kit.lang],
        share=round(100 * kit.lock.advice.p_best),
        status="accepted" if kit.lock.deciders else "proposed",
    )


def _file_notices(written: Any, lang: Lang) -> Iterator[str]:
    """Yield one sentence per file that was in the folder before and was kept aside or removed."""
    for name, aside in written.kept.items():
        yield sentence("commands.edited-file-kept", lang, file=name, kept=aside)
    if written.removed:
        yield sentence("commands.removed-with-the-old-stack", lang, files=", ".join(written.removed))


def _team_choice(candidate: str | None, because: str | None, pack: Any) -> Any:
    """Return the team's own choice with its reason; None where there is none.

    Raises:
        InputError: it is no candidate, or there is no reason.
    """
    from advisor.onboarding.lock import TeamChoice

    if candidate is None:
        if because:
            raise InputError([Problem("--because", "it belongs to --choose", "name the candidate: --choose pytorch")])
        return None
    if candidate not in pack.candidates:
        fix = did_you_mean(candidate, list(pack.candidates))
        raise InputError([Problem("--choose", f"`{short(candidate)}` is no candidate", fix)])
    if because is None or not because.strip():
        raise InputError([Problem("--choose", "the reason is missing", '--because "we run our own servers for it"')])
    return TeamChoice(candidate=candidate, because=because)


def _check_decided(advice: Advice, team_choice: Any, pack: Any) -> None:
    """Check that there is one framework to record: by the advice, or chosen by the team.

    Raises:
        InputError: it depends, and the team has chosen none.
    """
    if advice.label != "depends" or team_choice is not None:
        return
    names = [pack.frameworks[framework].name for framework in advice.named]
    candidates = [standing.id for standing in advice.ranking if pack.candidates[standing.id].framework in advice.named]
    first, every = candidates[0], ", ".join(candidates)
    fix = f'choose: --choose {first} --because "…" (of {every})'
    if advice.dependence:
        fix = f'answer --{advice.dependence.question}, or choose: --choose {first} --because "…" (of {every})'
    raise InputError([Problem("--choose", f"it depends: {', '.join(names)}", fix)])


def _clean_deciders(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of those who decided, each once, fit for a terminal.

    Raises:
        InputError: a name is empty.
    """
    deciders = [clean(name) for name in names]
    if not all(deciders):
        raise InputError([Problem("--decider", "the name is empty", '--decider "Ada Lovelace"')])
    return tuple(dict.fromkeys(deciders))


def _answer_again(lock_file: Path, request: Request) -> tuple[Request, Advice, Gathered, Any]:
    """Read a lock and compute its answer again, from its own answers, runs and date."""
    from msgspec.structs import replace

    from advisor.ask import update_answers
    from advisor.evidence.lines import read_runs
    from advisor.onboarding.lock import EVIDENCE_NAME, locked_evidence, read_lock

    pack = load_probed_pack(request.pack)
    lock = read_lock(lock_file, pack)
    evidence_file = lock_file.parent / EVIDENCE_NAME
    evidence = locked_evidence(evidence_file, lock.evidence, read_runs(evidence_file) if lock.evidence.runs else ())
    profile = update_answers(pack, lock.answers)
    flags = {id: answer.choices for id, answer in profile.answers.items()}
    earlier_request = replace(request, flags=flags, weigh=lock.weigh, as_of=lock.as_of)
    gathered = Gathered(evidence)
    advice = compute_advice(earlier_request, pack, profile, gathered)
    return earlier_request, advice, gathered, lock
