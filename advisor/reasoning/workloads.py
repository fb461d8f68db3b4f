"""The size of the user's own model: read as it was typed, and what it is in the pack of an answer.

A workload is the id of a preset (`gpt-2-small-like`), or a family with its sizes (`transformer: {width: 768, …}`). It is kept as an answer like any
other, in one of these two forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from advisor.errors import InputError, Problem
from advisor.knowledge.pack import Pack
from advisor.knowledge.question import UNKNOWN, Choice, Question
from advisor.knowledge.workload import FAMILIES, WORKLOAD, Family, Preset
from advisor.knowledge.yaml_source import KeyPath, YamlSource, parse_yaml
from advisor.reasoning.profile import Answer, Origin, Profile
from advisor.sentences import text
from advisor.text import Text, did_you_mean, short

TOPIC = "performance"
GOOD = "good: workload: gpt-2-small-like, or workload: {dense: {inputs: 30, hidden: 256, batch: 64}}"


class Workload(Struct, frozen=True):
    """The size of a project's own model.

    Attributes:
        id: of the preset, or the sizes as they are typed.
        label: what it is called.
        sizes: its family and sizes.
        preset: the preset; None where the sizes were given.
    """

    id: str
    label: Text
    sizes: Family
    preset: Preset | None = None


def read_workload_text(values: Sequence[str]) -> YamlSource:
    """Read what was typed for `--workload`: a preset, or a family with its sizes as in an answers file.

    Raises:
        InputError: it is no YAML, or the option was given several times.
    """
    option = f"--{WORKLOAD}"
    if len(values) > 1:
        raise InputError(
            [Problem(option, f"a project has one workload, not {len(values)}", "give the one that takes longest")]
        )
    return parse_yaml(values[0].encode(), option)


def check_workload(
    pack: Pack, source: YamlSource, path: KeyPath, origin: Origin
) -> tuple[Answer | None, list[Problem]]:
    """Check a workload, wherever it was written.

    Args:
        pack: its presets.
        source, path: the document, and where in it the workload stands.
        origin: how it was given.

    Returns:
        The answer (with no choices for "unknown"), or None and what is wrong, each with its place.
    """
    value: Any = source.value
    for key in path:
        value = value[key]
    if value == UNKNOWN:
        return Answer(WORKLOAD, (), origin), []
    if isinstance(value, str):
        if value in pack.workloads:
            return Answer(WORKLOAD, (value,), origin), []
        return None, [
            Problem(
                source.place(path),
                f"`{short(value)}` is no workload",
                did_you_mean(value, [*pack.workloads, *FAMILIES]),
            )
        ]
    if not isinstance(value, dict) or len(value) != 1:
        return None, [
            Problem(source.place(path), "a workload is the name of a preset, or one family with its sizes", GOOD)
        ]
    (family,) = value
    if family not in FAMILIES:
        return None, [
            Problem(
                source.place((*path, family), key=True),
                f"`{short(family)}` is no family",
                did_you_mean(family, [*FAMILIES]),
            )
        ]
    return _check_sizes(source, (*path, family), FAMILIES[family], value[family], origin)


def _check_sizes(
    source: YamlSource, path: KeyPath, family: type[Family], value: Any, origin: Origin
) -> tuple[Answer | None, list[Problem]]:
    """Check the sizes of a family, at `path` of a document."""
    if not isinstance(value, dict):
        return None, [Problem(source.place(path), f"the sizes of `{family.name}` are missing", GOOD)]
    from advisor.knowledge.validation import read_record  # slow to import, and few answers have sizes to check

    try:
        sizes = read_record(family, _part_of(source, path, value))
    except InputError as error:
        return None, list(error.problems)
    if fault := sizes.fault():
        return None, [Problem(source.place(path), *fault)]
    return Answer(WORKLOAD, (str(sizes),), origin), []


def _part_of(source: YamlSource, path: KeyPath, value: Any) -> YamlSource:
    """Return a part of a document as a document whose places are those of the whole."""
    depth = len(path)

    def below(places: dict[KeyPath, tuple[int, int]]) -> dict[KeyPath, tuple[int, int]]:
        return {at[depth:]: place for at, place in places.items() if at[:depth] == path}

    return YamlSource(source.name, value, below(source.places), below(source.keys))


def workload_of(pack: Pack, profile: Profile) -> Workload | None:
    """Return the workload that a project names; None without one, or where its preset is in no pack any more."""
    named = profile.known(WORKLOAD)
    if not named:
        return None
    if named[0] in pack.workloads:
        preset = pack.workloads[named[0]]
        return Workload(preset.id, preset.label, preset.family, preset)
    try:
        source = read_workload_text(named)
        answer, _ = check_workload(pack, source, (), "flag")
        if answer is None or not isinstance(source.value, dict):
            return None
        ((family, sizes),) = source.value.items()
    except (InputError, ValueError):
        return None
    sized_family = FAMILIES[family](**sizes)
    return Workload(str(sized_family), Text(en=str(sized_family), zh=str(sized_family)), sized_family)


def workload_question(presets: Sequence[Preset]) -> Question:
    """Return the question which workload is the nearest, with some presets as its choices."""
    return Question(
        id=WORKLOAD,
        topic=TOPIC,
        ask=text("workload.ask"),
        why=text("workload.why"),
        fact=True,
        assumes=text("workload.assumes"),
        choices=tuple(Choice(preset.id, preset.label, 1 / len(presets)) for preset in presets),
    )


def with_workload_question(pack: Pack, profile: Profile) -> Pack:
    """Return the pack with the question of the workload that a project names, answered; the pack itself where it names none."""
    workload = workload_of(pack, profile)
    if workload is None:
        return pack
    question = replace(workload_question(()), choices=(Choice(workload.id, workload.label, 1.0),))
    return replace(pack, questions={**pack.questions, WORKLOAD: question})


def presets_of_domain(pack: Pack, profile: Profile) -> list[Preset]:
    """Return the presets that are offered for what is known of a project's domain; none while it is unknown."""
    domains = set(profile.known("domain"))
    return [preset for preset in pack.workloads.values() if domains & set(preset.domains)]
