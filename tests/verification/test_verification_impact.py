"""The impact of an overlay: for which answers the advice differs, shown by the fewest answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from sound_pack import DAY, FILES, write_pack

from advisor.impact import Impact, Sides, case_answers, compare_packs
from advisor.knowledge.loading import load_known_pack

CONTROL, SIMPLE = {"style": ("control",)}, {"style": ("simple",)}


def impact(before: tuple[Path, ...], after: tuple[Path, ...]) -> Impact:
    sides = Sides(load_known_pack(before), load_known_pack(after), DAY)
    return compare_packs(sides, case_answers({*before, *after}, sides.packs))


def team(overlay: Path, text: str) -> None:
    write_pack(overlay, {"team.yaml": "team: {en: The Acme team, zh: Acme 团队}\n" + text})


def test_an_overlay_that_says_nothing_changes_nothing(folder: Path, overlay: Path) -> None:
    result = impact((folder,), (folder, overlay))
    assert result.shifts == {}
    assert {group: count for group, (count, _) in result.compared.items()} == dict.fromkeys(result.compared, 0)
    assert result.compared["single answers"] == (0, 8)
    assert result.compared["cases"] == (0, 1)


def test_pairs_that_cannot_exist_are_not_counted(folder: Path, overlay: Path) -> None:
    """8 answers of 3 questions make 3·3 + 3·2 + 3·2 pairs; deploy does not apply to the small scale, phones not to the large."""
    assert impact((folder,), (folder, overlay)).compared["pairs of answers"] == (0, 21 - 3 - 1)


def test_a_ban_is_shown_by_the_fewest_answers_it_needs(folder: Path, overlay: Path) -> None:
    """Beta leads where little code is wanted and nothing else speaks against it: one answer shows that."""
    team(overlay, "banned:\n  - stack: beta\n    because: {en: No., zh: 否。}\n")
    result = impact((folder,), (folder, overlay))
    ((change, shown),) = result.shifts.items()
    assert change == ("beta[alpha]", "alpha")
    assert SIMPLE in [example.answers for example in shown]
    assert all(len(example.answers) <= 1 or not SIMPLE.items() <= example.answers.items() for example in shown), (
        "none that holds it"
    )
    assert all((example.before.candidate, example.after.candidate) == change for example in shown)


def test_a_ban_of_everything_leaves_nothing(folder: Path, overlay: Path) -> None:
    bans = "banned:\n  - stack: beta\n    because: {en: No., zh: 否。}\n  - stack: alpha\n    because: {en: No., zh: 否。}\n"
    team(overlay, bans + "    when: {style: control}\n")
    result = impact((folder,), (folder, overlay))
    assert CONTROL in [example.answers for example in result.shifts["alpha", None]]
    assert result.compared["cases"] == (1, 1)


@pytest.mark.parametrize(
    "when",
    [
        "{scale: large, style: control}",
        "{scale: medium, style: simple, deploy: server}",
        "{any: [{scale: small}, {deploy: phone}]}",
    ],
)
def test_no_answer_that_is_shown_could_be_left_out(folder: Path, overlay: Path, when: str) -> None:
    """Shown answers turn the advice, and with any one of them forgotten another turn or none happens."""
    team(overlay, f"banned:\n  - stack: alpha\n    because: {{en: No., zh: 否。}}\n    when: {when}\n")
    sides = Sides(load_known_pack((folder,)), load_known_pack((folder, overlay)), DAY)
    result = compare_packs(sides)
    assert result.shifts
    for shown in result.shifts.values():
        for example in shown:
            (change,) = sides.leader_changes([example.answers])
            assert change is not None and change[0] != change[1]
            shorter = [
                {id: choices for id, choices in example.answers.items() if id != left_out}
                for left_out in example.answers
            ]
            assert change not in sides.leader_changes(shorter)


def test_a_difference_that_single_answers_do_not_show_is_found(folder: Path, overlay: Path) -> None:
    """The ban needs a server at medium scale: in most of the versions that one answer leaves open it does not hold."""
    team(
        overlay,
        "banned:\n  - stack: alpha\n    because: {en: No., zh: 否。}\n    when: {scale: large, deploy: server}\n",
    )
    result = impact((folder,), (folder, overlay))
    assert {"scale": ("large",), "deploy": ("server",)} in [
        example.answers for example in result.shifts["alpha", "beta[alpha]"]
    ]
    assert {"scale": ("large",)} not in [example.answers for example in result.shifts["alpha", "beta[alpha]"]]


def test_an_answer_only_the_overlay_knows_is_compared(folder: Path, overlay: Path) -> None:
    question = FILES["questions.yaml"].split("  - id: deploy")[0].replace("id: scale", "id: cost")
    write_pack(overlay, {"questions.yaml": question})
    team(overlay, "banned:\n  - stack: alpha\n    because: {en: No., zh: 否。}\n    when: {cost: large}\n")
    result = impact((folder,), (folder, overlay))
    assert {"cost": ("large",)} in [example.answers for example in result.shifts["alpha", "beta[alpha]"]]


def test_what_a_team_takes_for_granted_counts(folder: Path, overlay: Path) -> None:
    team(overlay, "answers: {style: simple}\n")
    result = impact((folder,), (folder, overlay))
    assert {} in [example.answers for shown in result.shifts.values() for example in shown]


@pytest.mark.parametrize("turned", [False, True])
def test_the_same_comparison_gives_the_same_impact(folder: Path, overlay: Path, turned: bool) -> None:
    team(overlay, "banned:\n  - stack: beta\n    because: {en: No., zh: 否。}\n")
    sides = ((folder,), (folder, overlay))[:: -1 if turned else 1]
    assert impact(*sides) == impact(*sides)
