"""The team's folder: whole or not at all, complete in both languages, following the choice, and inert whatever goes in."""

from __future__ import annotations

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from decided import Decided
from msgspec.structs import replace
from packaging.requirements import Requirement

from advisor.errors import StoreError
from advisor.evidence.runs import Evidence
from advisor.knowledge.onboarding import load_onboarding
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.onboarding import pins
from advisor.onboarding import team_folder as folders
from advisor.onboarding.decision import decision_reasons, decision_record, kept_code
from advisor.onboarding.guide import guide
from advisor.onboarding.html_report import html_report
from advisor.onboarding.kit import Kit
from advisor.onboarding.lock import TeamChoice
from advisor.onboarding.starter import exercises, starter
from advisor.onboarding.team_folder import write_folder
from advisor.pipeline import Request, make_inputs
from advisor.reasoning.answer_flips import AnswerFlip
from advisor.reasoning.assemble import assemble
from advisor.reasoning.drivers import drivers
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.profile import Answer, Profile
from advisor.render.grounds import rival
from advisor.text import Lang, Text

HOSTILE = (
    "</td><script>alert(1)</script> ![x](https://evil.example) `{{ 7*7 }}` {% raw %} =1+1 $x^2$ \x1b[31m\u202e|evil"
)
BOTH = pytest.mark.parametrize("lang", list(Lang))


@pytest.fixture(scope="session")
def kit(decided: Decided, built_in: Pack) -> Kit:
    lessons = load_onboarding([BUILT_IN], built_in)
    return Kit(decided.advice, decided.lock, decided.evidence, built_in, Lang.EN, "--scale large", lessons)


def spoken(kit: Kit, lang: Lang) -> Kit:
    return replace(kit, lang=lang)


def chosen(kit: Kit, candidate: str, because: str = "we run its servers") -> Kit:
    return replace(kit, lock=replace(kit.lock, chosen=TeamChoice(candidate=candidate, because=because)))


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^(?:```|~~~~~~){language}\n(.*?)^(?:```|~~~~~~)$", text, re.MULTILINE | re.DOTALL)


# --- what is in it ---------------------------------------------------------------------------------------------------


def test_both_languages_have_the_same_parts(kit: Kit) -> None:
    for make in (guide, decision_record):
        english, chinese = make(spoken(kit, Lang.EN)), make(spoken(kit, Lang.ZH))
        for part in (r"^#+ ", r"^\|", r"^[-*] ", r"^\d\. ", r"^(?:```|~~~~~~)"):
            assert len(re.findall(part, english, re.MULTILINE)) == len(re.findall(part, chinese, re.MULTILINE)), part
        assert not re.search(r"[\u4e00-\u9fff]", english)


@BOTH
def test_what_would_change_it_is_said_once_for_each_question_and_outcome(kit: Kit, lang: Lang) -> None:
    spoken_kit = spoken(kit, lang)
    changes = {(flip.question, flip.becomes) for flip in kit.advice.flips}
    assert 1 < len(changes) < len(kit.advice.flips)
    said = re.findall(r"^- (?:If|若) `([\w-]+)` ", guide(spoken_kit), re.MULTILINE)
    options = re.findall(r"^\* `--([\w-]+) [\w|+-]+`", decision_record(spoken_kit), re.MULTILINE)
    assert sorted(said) == sorted(options) == sorted(question for question, _ in changes)


@BOTH
def test_where_most_answers_would_change_it_those_that_would_not_are_named(kit: Kit, lang: Lang) -> None:
    domains = kit.pack.questions["domain"].choice_ids
    flips = tuple(AnswerFlip("domain", (), (id,), "keras") for id in domains if id not in ("cv", "rl"))
    changed = guide(replace(spoken(kit, lang), advice=replace(kit.advice, flips=flips)))
    (line,) = re.findall(r"^- (?:If|若) .*$", changed, re.MULTILINE)
    assert re.findall(r"`([\w-]+)`", line) == ["domain", "cv", "rl"] and re.search("anything but|之外", line)


def test_no_space_follows_a_full_stop_or_a_colon_of_chinese(kit: Kit) -> None:
    for make in (guide, decision_record):
        assert not re.findall(r".*[。：；）] (?![-*|]).*", make(spoken(kit, Lang.ZH)))


def test_the_evidence_says_what_each_list_is(kit: Kit) -> None:
    evidence = decision_record(kit).partition("## Evidence")[2].partition("\n## ")[0]
    heads = ("Measured:", "The article's claims, held against the runs:", "Not measured:")
    assert [line for line in evidence.splitlines() if line in heads] == list(heads)
    assert "| none |" not in evidence


@BOTH
def test_a_folder_for_windows_has_the_commands_of_windows(kit: Kit, lang: Lang) -> None:
    for systems, activate in (
        (("windows-native",), ".venv\\Scripts\\activate"),
        (("windows-native", "linux"), "source .venv/bin/activate"),
    ):
        answers = {**kit.advice.profile.answers, "os": Answer("os", systems, "flag")}
        on_windows = replace(spoken(kit, lang), advice=replace(kit.advice, profile=Profile(answers)))
        (commands,) = blocks(guide(on_windows), "powershell" if len(systems) == 1 else "bash")[:1]
        assert commands.splitlines()[1].startswith(activate)
        fences = re.findall(
            r"^```(bash|powershell)$", guide(on_windows) + exercises(on_windows)["README.md"], re.MULTILINE
        )
        assert set(fences) == {"powershell" if len(systems) == 1 else "bash"}
        assert ('pip install "$env:ADVISE_SOURCE"' in guide(on_windows)) == (len(systems) == 1)
        assert "'" not in starter(on_windows)["README.md"].split("```")[1], "the shell of Windows keeps such quotes"


@BOTH
def test_the_core_concepts_are_spelled_as_the_chosen_framework_does(kit: Kit, lang: Lang) -> None:
    own = {"pytorch": "`torch.Tensor`", "keras[jax]": "`keras.ops.convert_to_tensor`", "tensorflow": "`tf.Tensor`"}
    for candidate, name in own.items():
        text = guide(chosen(spoken(kit, lang), candidate))
        assert name in text
        assert not [other for other in own.values() if other != name and other in text]


@BOTH
def test_the_four_steps_stand_beside_each_other_the_chosen_framework_first(kit: Kit, lang: Lang) -> None:
    code = blocks(guide(chosen(spoken(kit, lang), "tensorflow")), "python")
    assert [("tf." in listing, "torch." in listing, "import" in listing) for listing in code[:2]] == [
        (True, False, False),
        (False, True, False),
    ]
    assert len(code) == 3 + 3 + 3 + 2 + 2, "fit of Keras takes the last three at once"


@BOTH
def test_every_framework_is_in_every_step(kit: Kit, lang: Lang) -> None:
    for candidate in ("jax", "keras[torch]"):
        text = guide(chosen(spoken(kit, lang), candidate))
        steps = re.split(r"^### \d\. ", text, flags=re.MULTILINE)[1:5]
        for name in ("TensorFlow", "PyTorch", "Keras", "JAX"):
            assert [bool(re.search(rf"^{name}(?:[:：].*)?$", step, re.MULTILINE)) for step in steps] == [True] * 4


@BOTH
@pytest.mark.parametrize("candidate", ["jax", "keras[jax]", "pytorch"])
def test_a_word_without_a_name_is_told_of_once(kit: Kit, lang: Lang, candidate: str) -> None:
    team = chosen(spoken(kit, lang), candidate)
    framework = team.pack.frameworks[team.chosen.framework].name
    nameless = team.page.say("guide.not-spelled", framework=framework).strip()
    words = [line for line in guide(team).splitlines() if line.startswith("- **")]
    assert words and not [line for line in words if line.count(framework) > 1 and nameless in line]
    assert not [line for line in words if "  " in line]


@BOTH
@pytest.mark.parametrize(
    ("candidate", "name", "there"),
    [
        ("keras[tensorflow]", "tf.distribute.MirroredStrategy", True),
        ("keras[torch]", "torch.distributed.fsdp.fully_shard", True),
        ("keras[jax]", "keras.distribution.ModelParallel", True),
        ("keras[tensorflow]", "keras.distribution", False),
        ("keras[torch]", "keras.distribution", False),
    ],
)
def test_a_name_that_does_not_work_on_the_backend_is_not_its_word(
    kit: Kit, lang: Lang, candidate: str, name: str, there: bool
) -> None:
    words = [line for line in guide(chosen(spoken(kit, lang), candidate)).splitlines() if line.startswith("| ")]
    assert any(name in line for line in words) == there


@BOTH
def test_what_writes_for_tensorboard_is_named(kit: Kit, lang: Lang) -> None:
    writers = {
        "pytorch": "torch.utils.tensorboard",
        "keras[tensorflow]": "keras.callbacks",
        "keras[jax]": "tensorboardX",
    }
    for candidate, writer in writers.items():
        assert guide(chosen(spoken(kit, lang), candidate)).count(f"`{writer}.") == 2, "in the first day, and below"


@BOTH
def test_every_question_and_every_resource_is_there(kit: Kit, lang: Lang, built_in: Pack) -> None:
    text = re.sub(r"\\(.)", r"\1", guide(spoken(kit, lang)))
    assert all(question.question[lang] in text.replace("`", "") for question in kit.lessons.faq.values())
    resources = [claim for claim in built_in.claims.values() if claim.kind == "resource"]
    corrected = [claim for claim in resources if claim.review.verdict != "holds"]
    assert all(claim.review.because[lang].rstrip("。.") in text for claim in resources)
    assert len(re.findall(r"\*(?:Corrected|更正)\*[:：]", text)) == len(corrected) > 0
    assert "TensorBoard" in text


@BOTH
def test_the_workflow_is_one_and_runs_the_check(kit: Kit, lang: Lang) -> None:
    (text,) = blocks(guide(spoken(kit, lang)), "yaml")
    job = yaml.safe_load(text)["jobs"]["check"]
    assert job["steps"][-1]["run"].startswith("advise check decision.lock --fail-on flipped --fail-on overdue")
    assert job["steps"][-1]["run"].endswith('>> "$GITHUB_STEP_SUMMARY"')


@BOTH
def test_what_is_installed_is_what_the_team_named_and_no_name_that_is_not_ours(kit: Kit, lang: Lang) -> None:
    def installed(source: str) -> set[str]:
        text = guide(replace(spoken(kit, lang), lock=replace(kit.lock, source=source)))
        assert "framework-advisor\n" not in text.replace("pip install 'framework-advisor", "")
        lines = "\n".join([*blocks(text, "bash"), *blocks(text, "yaml")])
        return {
            line for line in re.findall(r"pip install (.+)", lines) if "starter" not in line and "torch" not in line
        }

    assert installed("") == {'"$ADVISE_SOURCE"'}
    assert installed("git+https://host/team/advise@v1") == {'"git+https://host/team/advise@v1"'}
    assert installed("../advise.whl") == {'"../advise.whl"'}


def promised(text: str) -> dict[str, tuple[str, str]]:
    """Return what the guide says is installed: distribution → version asked for, where that comes from."""
    rows = re.findall(r"^\| (`[^|]*) \| `([^|]*)` \| ([^|]*) \|$", text, re.MULTILINE)
    return {name: (version, origin) for names, version, origin in rows for name in re.findall("`(.+?)`", names)}


def measured_with(kit: Kit, **versions: str) -> Kit:
    return replace(kit, lock=replace(kit.lock, evidence=replace(kit.lock.evidence, versions=versions)))


@BOTH
@pytest.mark.parametrize("candidate", ["pytorch", "tensorflow", "keras[tensorflow]", "keras[torch]", "keras[jax]"])
def test_the_guide_installs_what_the_starter_asks_for(kit: Kit, lang: Lang, candidate: str) -> None:
    team = chosen(spoken(kit, lang), candidate)
    assert 'pip install -e "starter[test]"' in blocks(guide(team), "bash")[0]
    project = tomllib.loads(starter(team)["pyproject.toml"])["project"]
    wanted = {requirement.name: str(requirement.specifier) for requirement in map(Requirement, project["dependencies"])}
    assert {name: version for name, (version, _) in promised(guide(team)).items()} == wanted
    assert ("tensorflow-cpu" in wanted) == ("tensorflow" in candidate)


def test_versions_are_those_measured_then_those_installed_then_a_range(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert promised(guide(kit))["torch"] == ("==2.13.0", "the measured one")
    assert "Python 3.12, as measured" in guide(kit)
    of_another_build = "the measured version, of which another build was measured"
    assert promised(guide(measured_with(kit, torch="2.13.0+cpu")))["torch"] == ("==2.13.0", of_another_build)
    bare = measured_with(kit, torch="; rm -rf")
    monkeypatch.setattr(pins, "installed_versions", lambda _: {"torch": "2.12.1"})
    assert promised(guide(bare))["torch"] == ("==2.12.1", "installed where this was written")
    monkeypatch.setattr(pins, "installed_versions", lambda _: {})
    assert promised(guide(bare))["torch"] == ("<2.16,>=2.9", "a range: not installed here")
    assert "Python 3.12" not in guide(bare)


@BOTH
def test_what_was_not_measured_is_not_said_to_have_worked_together(kit: Kit, lang: Lang) -> None:
    team = spoken(kit, lang)
    of_measured, of_others = (team.page.say(f"guide.{id}") for id in ("all-versions-are-exact", "exact-not-measured"))
    assert of_measured in guide(team)
    assert of_others in guide(measured_with(team)) and of_measured not in guide(measured_with(team))


@BOTH
@pytest.mark.parametrize("candidate", ["pytorch", "keras[tensorflow]", "jax"])
@pytest.mark.parametrize("hardware", ["nvidia-gpu", "cpu"])
def test_nothing_is_installed_twice(kit: Kit, lang: Lang, candidate: str, hardware: str) -> None:
    more = {"hardware": (hardware,), "os": ("linux",), "deploy": ("desktop",)}
    answers = {**kit.advice.profile.answers, **{id: Answer(id, choices, "flag") for id, choices in more.items()}}
    team = replace(chosen(spoken(kit, lang), candidate), advice=replace(kit.advice, profile=Profile(answers)))
    setup = guide(team).partition(team.page.say("guide.first-hour"))[0].partition("```bash")[2]
    where_it_runs = team.page.say("start.purpose-run")
    lines = [line for line in setup.splitlines() if "pip install" in line and where_it_runs not in line]
    packages = [re.split(r"[\[<>=]", name)[0] for line in lines for name in re.findall(r'"([a-z][^"]*)"', line)]
    assert packages and sorted(packages) == sorted(set(packages))


def test_without_a_starter_the_guide_takes_the_range_of_the_pack(kit: Kit) -> None:
    own = {"own": replace(kit.pack.candidates["jax"], id="own")}
    team = chosen(replace(kit, pack=replace(kit.pack, candidates={**kit.pack.candidates, **own})), "own")
    assert team.chosen.install in blocks(guide(team), "bash")[0] and not promised(guide(team))


@pytest.mark.long
@BOTH
def test_guide_and_report_say_that_the_team_chose_otherwise(kit: Kit, lang: Lang) -> None:
    other = chosen(spoken(kit, lang), "keras[jax]", "our TPUs")
    name = other.chosen.name[lang]
    for text in (guide(other), decision_record(other)):
        assert text.split("# ", 1)[1].splitlines()[0].count(name) == 1 and "our TPUs" in text
    assert "KERAS_BACKEND=jax" in guide(other)
    head = html_report(other).partition("<header>")[2].partition("</p>")[0]
    assert name in head and "our TPUs" in head
    assert "our TPUs" not in html_report(spoken(kit, lang))


@BOTH
def test_a_choice_against_the_advice_is_held_against_the_advised_stack(kit: Kit, lang: Lang) -> None:
    team = chosen(spoken(kit, lang), "keras[tensorflow]")
    rival = team.derived("keras[tensorflow]").rivals[0]
    rows = re.findall(r"^\| ([^|]+) \| (?:given up|gained|失|得) \| (0\.\d{3}) \|", decision_record(team), re.MULTILINE)
    between = [*rival.loses_by, *rival.speaks_for]
    assert rival.loses_by and rival.speaks_for
    assert [amount for _, amount in rows] == [f"{abs(reason.effect):.3f}" for reason in between]
    limit = lang.pick("a hard constraint", "硬性约束")
    criteria = kit.pack.criteria
    names = [criteria[reason.criterion].name[lang] if reason.criterion in criteria else limit for reason in between]
    assert [name for name, _ in rows] == names
    given_up, gained = guide(team).split("### ")[1:3]
    for side, text in ((rival.loses_by, given_up), (rival.speaks_for, gained)):
        assert len(re.findall("^- ", text, re.MULTILINE)) == min(5, len(side))
        assert names[between.index(side[0])] in text
    assert any(reason.source == "none" for reason in between) and not re.search(r"[,，] ?none\b", decision_record(team))
    assert not re.search(r"^\* (?:Good|Bad|有利|不利)", decision_record(team), re.MULTILINE), "of the runner-up"


@BOTH
def test_who_answers_for_the_decision_is_named_or_asked_for(kit: Kit, lang: Lang) -> None:
    def front(deciders: tuple[str, ...]) -> list[str]:
        team = replace(spoken(kit, lang), lock=replace(kit.lock, deciders=deciders))
        assert ("fill in" in guide(team) or "填上" in guide(team)) == (not deciders)
        return list(yaml.safe_load(decision_record(team).split("---\n")[1])["decision-makers"])

    names = ("Ada Lovelace", "王小明", "no", '"], status: [x', "<b>*x*</b> [y](z)")
    assert front(names) == list(names)
    (asked,) = front(())
    assert "--decider" in asked


def told(kit: Kit, **answers: tuple[str, ...]) -> Kit:
    """Return a folder of a project with further answers."""
    given = {id.replace("_", "-"): choices for id, choices in answers.items()}
    profile = Profile({**kit.advice.profile.answers, **{id: Answer(id, given[id], "flag") for id in given}})
    return replace(kit, advice=replace(kit.advice, profile=profile))


def watch_list(kit: Kit) -> dict[str, set[str]]:
    """Return the claims on the watch list, each with the claims it would change."""
    watch = decision_record(kit).split("## Watch list" if kit.lang is Lang.EN else "## 持续关注")[1]
    lines = [line for line in watch.splitlines() if line.startswith("* ")]
    return {ids[0]: set(ids[1:]) for ids in (re.findall(r"`([a-z0-9-]+)`", line) for line in lines)}


@BOTH
def test_the_watch_list_holds_what_this_project_has(kit: Kit, lang: Lang) -> None:
    assert kit.lessons.watch is not None
    known = {watched.claim: watched for watched in kit.lessons.watch.watched}
    table = watch_list(told(spoken(kit, lang), domain=("tabular",), deploy=("batch",), scale=("small",)))
    phone = watch_list(told(spoken(kit, lang), domain=("cv",), deploy=("mobile",), scale=("small",)))
    assert "boosting-first" in table and "trend-distributed-edge" not in table
    assert "trend-distributed-edge" in phone and "boosting-first" not in phone
    assert "win-gpu" not in table and "tpu-torch-replaced" not in table and "chal-privacy" not in table
    assert "who-governs" in table, "what concerns every project stays"
    for id, changes in (table | phone).items():
        assert changes and changes <= set(known[id].changes)


def test_the_watch_list_speaks_of_the_stacks_of_the_record(kit: Kit) -> None:
    changes = watch_list(kit)["who-governs"]
    assert "pt-maintenance-2026" in changes and "jax-maintenance-2026" not in changes


def test_what_is_required_and_what_outranks_the_choice_stand_above_everything_else(kit: Kit, built_in: Pack) -> None:
    answers = {"os": "windows-native", "hardware": "nvidia-gpu", "domain": "tabular", "scale": "small"}
    profile = Profile({id: Answer(id, (choice,), "flag") for id, choice in answers.items()})
    advice = assemble(make_inputs(Request(probing="none", as_of=kit.lock.as_of), built_in, profile, Evidence()))
    team = replace(kit, advice=advice)
    head = decision_record(team).split("\n## ")[0]
    assert "Under WSL2" in head and "gradient boosting" in head and "value 0." in head
    assert advice.unmet and advice.warnings


@BOTH
def test_the_heaviest_criteria_are_there_even_where_the_candidates_are_alike(kit: Kit, lang: Lang) -> None:
    text = decision_record(spoken(kit, lang))
    rows = re.findall(r"^\| ([^|]+) \| (\d+) % \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    weights = [int(weight) for _, weight, _, _ in rows]
    assert len(rows) == 10 and weights == sorted(weights, reverse=True)
    heaviest = drivers(kit.pack, kit.advice.profile, kit.advice.weigh, 10)
    assert [name for name, *_ in rows] == [kit.pack.criteria[driver.criterion].name[lang] for driver in heaviest]
    alike = lang.pick("alike", "相当")
    reasons = {
        reason.criterion for reason in (*kit.advice.reasons, *kit.advice.dissent) if reason.claim or reason.probe
    }
    assert [lead == alike for *_, lead in rows] == [driver.criterion not in reasons for driver in heaviest]


@BOTH
def test_every_ground_names_its_opponent(kit: Kit, lang: Lang) -> None:
    text = decision_record(spoken(kit, lang))
    grounds = re.findall(r"^\* (?:Good|Bad|有利|不利).*", text, re.MULTILINE)
    opponent = kit.pack.candidates[rival(spoken(kit, lang).page)].name[lang]
    assert grounds and all(opponent in line and re.search(r"[+-]0\.\d{3}", line) for line in grounds)


@BOTH
def test_a_ground_about_others_says_that_it_is_silent_on_the_opponent(kit: Kit, lang: Lang) -> None:
    """A claim that holds two frameworks level is no ground for one of them over a third, unless that one is told of."""
    claim, criterion = "speed-torch-jax-gpu", "training-speed"
    level = replace(kit.pack.claims["nvidia-pt-linux"], says={"pytorch": "good", "jax": "good"})
    named = replace(level, says={**level.says, "keras": "fair"})
    pair = ("pytorch", rival(kit.page))
    assert kit.lock.advice.candidate == pair[0] and pair[1].startswith("keras")
    said = []
    for told in (level, named):
        pack = replace(kit.pack, claims={**kit.pack.claims, claim: told})
        reason = replace(
            kit.advice.reasons[0],
            claim=claim,
            criterion=criterion,
            candidate=pair[0],
            text=Text(en="PyTorch and JAX are equally fast", zh="PyTorch 与 JAX 一样快"),
        )
        (ground,) = decision_reasons(replace(spoken(kit, lang), pack=pack), (reason,))
        said.append(kit.pack.candidates[pair[1]].name[lang] in ground.text)
    assert said == [True, False]


@BOTH
def test_a_requirement_of_an_open_answer_names_the_question(kit: Kit, lang: Lang) -> None:
    grounds = re.findall(r"^\* .*(?:open answer|未回答的问题).*", decision_record(spoken(kit, lang)), re.MULTILINE)
    questions = [question for line in grounds for question in re.findall(r"[(（]--([\w-]+)[)）]", line)]
    assert questions and len(questions) == len(grounds)
    assert not [question for question in questions if kit.advice.profile.known(question)]


@BOTH
def test_the_record_says_how_the_other_backends_stand(kit: Kit, lang: Lang) -> None:
    options = re.split("^## ", decision_record(spoken(kit, lang)), flags=re.MULTILINE)[3]
    (line,) = [line for line in options.splitlines() if line.startswith("Keras ")]
    of_keras = [standing for standing in kit.advice.ranking if standing.id.startswith("keras")]
    assert re.findall(r"0\.\d{3}", line) == [f"{standing.value:.3f}" for standing in of_keras]
    assert all(kit.pack.candidates[standing.id].name[lang] in line for standing in of_keras)


@BOTH
@pytest.mark.parametrize("code", ["tf1", "tf2-keras", "pytorch", "jax", "mixed"])
def test_kept_code_has_a_way_to_every_stack(kit: Kit, lang: Lang, code: str) -> None:
    head = lang.pick("### The code that is kept", "### 需保留的代码")
    assert kept_code(spoken(kit, lang)) is None, "no code is kept"
    team = told(spoken(kit, lang), existing_assets=(code,))
    section = decision_record(team).split(head)[1].split("\n### ")[0]
    assert len(re.findall(r"^\* ", section, re.MULTILINE)) >= 3 and "1. " in section
    for candidate in kit.pack.candidates:
        kept = kept_code(chosen(team, candidate))
        assert kept is not None and [entry.migration.from_ for entry in kept.entries] == [code]


def test_a_resource_leads_where_it_says(kit: Kit, built_in: Pack) -> None:
    reading = kit.lessons.reading
    assert reading is not None
    resources = {id for id, claim in built_in.claims.items() if claim.kind == "resource"}
    assert {entry.claim for entry in reading.reading} == resources
    listed = guide(kit).split("## Reading list")[1]
    assert "disable_eager_execution" not in listed and "randomness" not in listed
    addresses = {source.link for source in built_in.sources.values()}
    links = set(re.findall(r"\]\((https://[^)]+)\)", listed)) - {built_in.frameworks["pytorch"].home}
    assert links and links <= addresses
    (missing,) = (entry for entry in reading.reading if entry.claim == "paper-dynamic-nn")
    assert not missing.leads_to and "Nearest to it" in listed
    assert not re.search(r"\)\w", listed), "a word follows a link without a space"


def test_every_framework_has_its_exit_cost(kit: Kit, built_in: Pack) -> None:
    assert kit.lessons.exit is not None and set(kit.lessons.exit.leaving) == set(built_in.frameworks)
    for candidate in built_in.candidates:
        leaving = kit.lessons.exit.leaving[built_in.candidates[candidate].framework]
        text = re.sub(r"\\(.)", r"\1", decision_record(chosen(kit, candidate)))
        assert all(part.en.rstrip(".") in text for part in (*leaving.moves, *leaving.rewritten))


# --- how it is written -----------------------------------------------------------------------------------------------


def test_it_is_written_whole_or_not_at_all(kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Kit) -> str:
        raise OSError(28, "No space left on device")

    write = Path.write_text

    def full(file: Path, *arguments: object, **more: object) -> int:
        return broken(kit) if file.name == "decision.lock" else write(file, *arguments, **more)  # type: ignore[arg-type, return-value]

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StoreError, match="No space left"):
        write_folder(tmp_path / "team", kit)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    write_folder(tmp_path / "team", kit)
    assert set(folders.FILES) <= {file.name for file in (tmp_path / "team").iterdir()}
    assert list(tmp_path.iterdir()) == [tmp_path / "team"]


def test_a_folder_in_use_is_left_alone(kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(StoreError, match=r"not empty and holds README\.md"):
        write_folder(tmp_path, kit)
    assert (tmp_path / "README.md").read_text() == "mine"
    (tmp_path / "notes.txt").write_text("mine too")
    write_folder(tmp_path, kit, force=True)
    assert (tmp_path / "README.md").read_text("utf-8").startswith("# PyTorch")
    assert (tmp_path / "notes.txt").read_text() == "mine too"


def test_a_link_is_not_written_through(kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    team = tmp_path / "team"
    team.mkdir()
    (team / "report.html").symlink_to(tmp_path / "precious")
    with pytest.raises(StoreError, match="link"):
        write_folder(team, kit, force=True)
    assert (tmp_path / "precious").read_text() == "mine"


# --- what goes in can do no harm -------------------------------------------------------------------------------------


def poisoned(kit: Kit) -> Kit:
    """Put hostile words where a pack, an answer, a run and a person can put theirs."""
    text = Text(en=HOSTILE, zh=HOSTILE)
    pack, lessons, advice = kit.pack, kit.lessons, kit.advice
    claims = {
        id: replace(record, claim=text, review=replace(record.review, because=text))
        for id, record in pack.claims.items()
    }
    criteria = {id: replace(record, name=text) for id, record in pack.criteria.items()}
    candidates = {id: replace(record, name=text, install=HOSTILE) for id, record in pack.candidates.items()}
    frameworks = {
        id: replace(record, name=HOSTILE, home=f"https://x/){HOSTILE}") for id, record in pack.frameworks.items()
    }
    sources = {id: replace(record, title=HOSTILE, link=f"https://x/>){HOSTILE}") for id, record in pack.sources.items()}
    faq = {id: replace(record, question=text, answer=text) for id, record in lessons.faq.items()}
    glossary = {
        id: replace(record, name=text, definition=text, differs=text) for id, record in lessons.glossary.items()
    }
    machine = dict(advice.evidence.machine) | {"cpu": HOSTILE, "python": HOSTILE, "gpus": [HOSTILE]}
    line = replace(
        advice.evidence,
        machine=machine,
        measurements=tuple(replace(record, label=text) for record in advice.evidence.measurements),
    )
    reasons = tuple(replace(record, text=text, source=HOSTILE) for record in advice.reasons)
    kit = replace(
        kit,
        pack=replace(
            pack, claims=claims, criteria=criteria, candidates=candidates, frameworks=frameworks, sources=sources
        ),
        lessons=replace(lessons, faq=faq, glossary=glossary),
        advice=replace(advice, evidence=line, reasons=reasons),
        command=HOSTILE,
    )
    kit = chosen(kit, "keras[jax]", HOSTILE)
    return replace(kit, lock=replace(kit.lock, deciders=(HOSTILE,), source=HOSTILE))


def test_a_driver_that_hangs_on_an_open_answer_says_so(kit: Kit) -> None:
    text = decision_record(kit)
    needs = {need.need["en"].rstrip("."): need for need in kit.pack.needs.values()}
    rows = re.findall(r"^\| [^|]+ \| \d+ % \| (.+?)( \(not answered; counted by its share\))? \|", text, re.MULTILINE)
    is_hedged = {words: bool(hedge) for words, hedge in rows if words in needs}
    projects = draw_worlds(kit.pack, kit.advice.profile, 1000)
    assert is_hedged == {words: not projects.holds(needs[words].when).all() for words in is_hedged}
    assert set(is_hedged.values()) == {True, False}


@BOTH
@pytest.mark.parametrize("make", [guide, decision_record], ids=["README.md", "DECISION.md"])
def test_hostile_words_are_words_in_markdown(kit: Kit, lang: Lang, make: object) -> None:
    from markdown_it import MarkdownIt

    text = make(poisoned(spoken(kit, lang)))  # type: ignore[operator]
    assert "evil" in text and "\x1b" not in text and "\u202e" not in text
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    inner = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in (*tokens, *inner)}
    assert not kinds & {"html_block", "html_inline", "image"}
    links = [str(token.attrs["href"]) for token in inner if token.type == "link_open"]
    assert bool(links) == (make is guide) and all(link.startswith("https://x/") for link in links)
    assert "{{" not in text and "{%" not in text
    headings = [token for token in tokens if token.type == "heading_open"]
    sound = MarkdownIt("gfm-like", {"linkify": False}).parse(make(chosen(spoken(kit, lang), "keras[jax]")))  # type: ignore[operator]
    assert len(headings) == sum(token.type == "heading_open" for token in sound)
    assert text.count("\n```") == make(chosen(spoken(kit, lang), "keras[jax]")).count("\n```")  # type: ignore[operator]


@BOTH
def test_hostile_words_are_words_in_the_report(kit: Kit, lang: Lang) -> None:
    class Tags(HTMLParser):
        found: list[tuple[str, dict[str, str | None]]] = []  # noqa: RUF012

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found.append((tag, dict(attrs)))

    bad = poisoned(spoken(kit, lang))
    text, tags = html_report(replace(bad, evidence=Evidence())), Tags()
    tags.found = []
    tags.feed(text)
    assert sum(tag == "script" for tag, _ in tags.found) == 1
    assert not [a for _, a in tags.found for name in a if name.startswith("on")]
    assert "\x1b" not in text and "\u202e" not in text and "&lt;script&gt;alert(1)" in text
