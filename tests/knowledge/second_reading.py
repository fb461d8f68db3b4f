"""A second, blind reading of the pack's sentences, held against the pack; and how far both readings agree.

    python tests/knowledge/second_reading.py

prints the agreement. Method: two readers code the same sentences apart from one another; agreement beyond chance is Cohen's
kappa (J. Cohen, A coefficient of agreement for nominal scales, 1960). Differences were then settled one by one, with a reason:
a slip in the pack differs from what is settled, and a settlement the pack has moved away from is found as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from advisor.knowledge.condition import ALWAYS, All, Condition, parse_condition
from advisor.knowledge.criterion import LEVEL
from advisor.knowledge.loading import open_packs
from advisor.knowledge.pack import Pack
from advisor.knowledge.yaml_source import parse_yaml
from advisor.verification.subject import Subject

FILE = Path(__file__).with_name("second_reading.yaml")
READ: Mapping[str, Mapping[str, Mapping[str, Any]]] = parse_yaml(FILE.read_bytes(), FILE.name).value
"""Kind (`claims`, `needs`, `constraints`) → id → what the second reader found, and what was settled where the first differs."""
SILENT = "silent"


def side_of(level: str) -> str:
    """Return whether a level speaks for, against or neither; `silent` stays."""
    if level == SILENT:
        return SILENT
    above = LEVEL[level] - LEVEL["fair"]
    return "for" if above > 0 else "against" if above < 0 else "neither"


def find_disagreements(subject: Subject, kind: str, id: str) -> Iterator[str]:
    """Yield where a record of the pack differs from the second reading, as settled."""
    record = getattr(subject.pack, kind).get(id)
    if record is None:
        yield "it is not in the pack"
        return
    read = READ[kind][id]
    for part in read["second"]:
        wanted, in_pack = _settled_part(read, part), _part_in_pack(subject, record, part)
        if part == "when":
            if not same_projects(subject, parse_when(wanted), record.when):
                yield f"it is about other projects than {wanted or 'all'}"
        elif wanted != in_pack:
            yield f"{part}: the pack says {in_pack}, settled is {wanted}"


def _settled_part(read: Mapping[str, Any], part: str) -> Any:
    """Return the settled value of a part: the second reading's, unless a difference was settled otherwise."""
    second, stands = read["second"][part], read.get(part, {}).get("stands")
    if part in ("says", "criteria"):
        whole = {**second, **(stands or {})}
        spoken = {name: level for name, level in whole.items() if level != SILENT}
        return {name: side_of(level) for name, level in spoken.items()} if part == "says" else spoken
    whole = second if stands is None else stands
    return sorted(whole) if part == "excludes" else whole


def _part_in_pack(subject: Subject, record: Any, part: str) -> Any:
    """Return the value of a part in the pack, in the form of the second reading."""
    if part == "verdict":
        return record.review.verdict
    if part == "excludes":
        return sorted(subject.pack.excluded(record))
    value = getattr(record, part)
    if part == "says":
        return {name: side_of(level) for name, level in value.items()}
    return value if part == "when" else dict(value)


def parse_when(written: Mapping[str, Any]) -> Condition:
    """Return a condition as written; an empty one is always true."""
    return parse_condition(dict(written)) if written else ALWAYS


def same_projects(subject: Subject, first: Condition, other: Condition) -> bool:
    """Return whether two conditions hold in the same projects, impossible ones included."""
    if first == other:
        return True
    space = subject.all_combinations.space_of_conditions(All((first, other)))
    return bool((space.holds(first) == space.holds(other)).all())


@dataclass(frozen=True)
class Agreement:
    """How often two readers say the same of `of` things, and Cohen's kappa where chance would make them agree too."""

    of: int
    share: float
    kappa: float


def measure_agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Return the agreement of two readers, given what each says of everything."""
    share = sum(first == other for first, other in pairs) / len(pairs)
    firsts, seconds = (Counter(pair[reader] for pair in pairs) for reader in (0, 1))
    chance = sum(count * seconds[word] for word, count in firsts.items()) / len(pairs) ** 2
    return Agreement(len(pairs), share, (share - chance) / (1 - chance))


def pair_sides(pack: Pack) -> list[tuple[str, str]]:
    """Return for every framework that both readers name in a claim the side each gave it."""
    return [
        (side_of(level), side_of(second[name]))
        for id, read in READ["claims"].items()
        for second in (read["second"]["says"],)
        for name, level in pack.claims[id].says.items()
        if name in second
    ]


def pair_importances(pack: Pack) -> list[tuple[str, str]]:
    """Return for every criterion that a reader names in a need the importance each gave it, silence included."""
    pairs = []
    for id, read in READ["needs"].items():
        first, second = pack.needs[id].criteria, read["second"]["criteria"]
        pairs += [(first.get(name, SILENT), second.get(name, SILENT)) for name in dict.fromkeys((*first, *second))]
    return pairs


def share_of_same_conditions(subject: Subject, kind: str) -> float:
    """Return the share of records for which both readers name the same projects."""
    records = getattr(subject.pack, kind)
    read = READ[kind].items()
    return sum(same_projects(subject, parse_when(it["second"]["when"]), records[id].when) for id, it in read) / len(
        read
    )


def main() -> None:
    """Print the agreement of both readings."""
    opened = open_packs()
    subject = Subject(opened.pack, opened.places, {}, date(2026, 11, 24))
    pairs_of_sides = pair_sides(opened.pack)
    for name, pairs in (("sides of claims", pairs_of_sides), ("importances of needs", pair_importances(opened.pack))):
        agreed = measure_agreement(pairs)
        print(f"{name:22}{agreed.of:5} pairs  {agreed.share:6.1%} alike  kappa {agreed.kappa:.2f}")
    print(f"{'opposite sides':22}{sum({'for', 'against'} == set(pair) for pair in pairs_of_sides):5}")
    for kind in READ:
        print(
            f"{'conditions of ' + kind:22}{len(READ[kind]):5}        {share_of_same_conditions(subject, kind):6.1%} alike"
        )


if __name__ == "__main__":
    main()
