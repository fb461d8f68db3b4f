"""The signals of a pack: each must fire in the small repositories it names, and stay silent in others."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from advisor.knowledge.moving import read_moving
from advisor.knowledge.pack import Pack
from advisor.knowledge.signal import SmallRepository
from advisor.knowledge.signals import Signals, read_signals
from advisor.scan.patterns import Patterns
from advisor.scan.reading import read_repository
from advisor.scan.sightings import find_sightings
from advisor.verification.defect import Defect

UNREADABLE = "unreadable"
FAILING, MISSING = "failing-example", "missing-example"


def find_signal_defects(pack: Pack, folders: Sequence[Path]) -> list[Defect]:
    """Return what is wrong with the signals and names of a pack: what cannot be read, and examples that do not hold or are missing.

    Args:
        pack: the pack with everything below it.
        folders: those of its folders whose examples are run.
    """
    read = read_signals(pack.folders, pack)
    unreadable = [Defect(UNREADABLE, "error", problem.place, problem.what, problem.fix) for problem in read.problems]
    _, problems = read_moving(pack.folders, pack)
    unreadable += [Defect(UNREADABLE, "error", problem.place, problem.what, problem.fix) for problem in problems]
    return [*unreadable, *(_find_failing_examples(read, folders) if not unreadable else ())]


def _find_failing_examples(read: Signals, folders: Sequence[Path]) -> Iterator[Defect]:
    """Yield the examples in which a signal does not do what they say."""
    patterns = Patterns(tuple(read.signals.values()))
    for id, signal in read.signals.items():
        source = read.files[id].source
        if not any(source.name.startswith(f"{folder.name}/") for folder in folders):
            continue
        if signal.examples is None:
            yield Defect(
                MISSING,
                "warning",
                source.place(("signal",), key=True),
                f"the signal {id} has no examples",
                "add examples: {fires: […], silent: […]}",
            )
            continue
        for key, expected in (("fires", True), ("silent", False)):
            repositories: tuple[SmallRepository, ...] = getattr(signal.examples, key)
            for at, repository in enumerate(repositories):
                fires = id in _signals_fired(repository, patterns, read)
                if fires != expected:
                    problem = (
                        f"`{key}` does not hold: the signal {'fires' if fires else 'is silent'} in this repository"
                    )
                    yield Defect(
                        FAILING,
                        "error",
                        source.place(("examples", key, at)),
                        problem,
                        "correct the example or the signal",
                    )


def _signals_fired(repository: SmallRepository, patterns: Patterns, read: Signals) -> Mapping[str, object]:
    """Return the signals that fire in a repository, written out for a moment."""
    with tempfile.TemporaryDirectory() as folder:
        for path, content in repository.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content_of(content))
        return find_sightings(read_repository(Path(folder), patterns), read.signals)


def content_of(written: str) -> bytes:
    r"""Return the content of a file in an example; behind `bytes:` a backslash begins an escape, `bytes:PK\x03\x04`."""
    if written.startswith("bytes:"):
        return (
            written.removeprefix("bytes:")
            .encode("ascii", "replace")
            .decode("unicode_escape")
            .encode("latin-1", "replace")
        )
    return written.encode()
