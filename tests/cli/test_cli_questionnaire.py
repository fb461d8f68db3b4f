"""The questionnaire on a real pseudo-terminal, by keys alone."""

from __future__ import annotations

import re
import shlex
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from as_user import Advise, processes_below

from advisor.knowledge.pack import Pack

pexpect = pytest.importorskip("pexpect", reason="needs a POSIX pseudo-terminal")
if sys.platform == "win32":
    pytest.skip("needs a POSIX pseudo-terminal", allow_module_level=True)

UP, DOWN, ENTER, SPACE, INTERRUPT = "\x1b[A", "\x1b[B", "\r", " ", "\x03"
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>()][A-Z0-9]?|\x1b\][^\x07]*\x07")
# From the first choice upwards the cursor wraps to the last of: I don't know, (Back to question N,) Answer now.
NOW, UNKNOWN_FIRST, BACK, UNKNOWN = (UP * n + ENTER for n in (1, 2, 2, 3))
MARK_NOW, MARK_BACK, MARK_UNKNOWN = (UP * n + SPACE + ENTER for n in (1, 2, 3))


SEVERAL = {"existing-assets", "hardware", "os", "deploy", "compliance"}


class Sitting:
    """A person at a terminal who runs `advise`."""

    def __init__(self, child: Any) -> None:
        self.child = child
        self.before = termios.tcgetattr(child.child_fd)

    def sees(self, *words: str) -> None:
        """Wait for these words, in this order. A blank may come as a step of the cursor."""
        for word in words:
            self._expect(r"(?:\x1b\[[0-9;?]*[A-Za-z]|\s)+".join(map(re.escape, word.split())))

    def _expect(self, awaited: Any) -> str:
        """Wait for a pattern or the end, answering as terminals do when asked where the cursor is; return what came before."""
        before = ""
        while self.child.expect([re.escape("\x1b[6n"), awaited]) == 0:
            before += self.child.before
            self.child.send("\x1b[1;1R")
        return before + str(self.child.before)

    def asked(self) -> str:
        """Wait for the next id of a question, in brackets behind its words."""
        self._expect(r"[?？] \(([a-z]+(-[a-z]+)*)\)")
        return str(self.child.match.group(1))

    def next_is_a_question(self) -> bool:
        """Wait for the next question, or for the word that there is none left worth asking."""
        self._expect("Question [0-9]+, about|No more are asked")
        return str(self.child.match.group(0)).startswith("Question")

    def keys(self, keys: str) -> None:
        self.child.send(keys)

    def question(self, number: int, id: str) -> None:
        self.sees(f"Question {number},", f"({id})")

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and the screen since the last words, as text."""
        text = SEQUENCE.sub("", self._expect(pexpect.EOF)).replace("\r", "")
        self.after = termios.tcgetattr(self.child.child_fd)
        self.child.close()
        return self.child.exitstatus, text

    @property
    def sent(self) -> str:
        """All that was sent to the terminal."""
        return str(self.child.logfile_read.text)

    def is_clean(self) -> bool:
        """Whether the terminal is as it was found: echo, line mode, cursor shown."""
        cursor = re.findall(r"\x1b\[\?25([hl])", self.sent)
        return self.after[:4] == self.before[:4] and (not cursor or cursor[-1] == "h")


class Log:
    """What pexpect writes what it reads into."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


Start = Callable[..., Sitting]


@pytest.fixture
def sit(home: Path, environment: dict[str, str]) -> Iterator[Start]:
    children = []

    def sit(*arguments: str, order: str = "fixed", **env: str) -> Sitting:
        own = environment | {"TERM": "xterm-256color"} | env
        command = ["-m", "advisor", "--order", order, *arguments]
        child = pexpect.spawn(
            sys.executable, command, env=own, cwd=str(home), encoding="utf-8", timeout=90, dimensions=(50, 110)
        )
        child.logfile_read = Log()
        child.delaybeforesend = None
        children.append(child)
        return Sitting(child)

    yield sit
    for child in children:
        child.close(force=True)


def answered(home: Path) -> dict[str, str]:
    lines = (home / "advise.yaml").read_text("utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)


def test_a_whole_interview(sit: Start, advise: Advise, home: Path) -> None:
    """Arrows, marks, "I don't know", back, "Answer now", save: and the printed command gives the same answer."""
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(DOWN + ENTER)  # engineering, production
    me.question(2, "existing-assets")
    me.sees("Back to question 1")
    me.keys(DOWN * 2 + SPACE + DOWN + SPACE + ENTER)  # TensorFlow 2 and PyTorch
    me.question(3, "kept-code")
    me.keys(UNKNOWN)
    me.question(4, "domain")
    me.keys(BACK)
    me.question(3, "kept-code")
    me.keys(BACK)
    me.question(2, "existing-assets")
    me.keys(ENTER)  # the earlier marks are there
    me.question(3, "kept-code")
    me.keys(DOWN + ENTER)  # it runs on beside new work
    me.question(4, "domain")
    me.keys(DOWN * 2 + ENTER)  # language
    me.question(5, "pretrained")
    me.keys(NOW)
    me.sees("So: ", "Same answers as a command")
    me.sees("Save them? advise.yaml")
    me.keys(ENTER)
    code, rest = me.end()
    assert code == 0 and "Saved" in rest and me.is_clean()
    assert answered(home) == {
        "use-case": "engineering-production",
        "existing-assets": "[tf2-keras, pytorch]",
        "kept-code": "beside",
        "domain": "nlp-llm",
    }

    screen = SEQUENCE.sub("", me.sent).replace("\r", "")
    command = re.findall(r"^  advise (--.*)$", screen, re.MULTILINE)[-1]
    assert shlex.split(command) == [
        "--use-case",
        "engineering-production",
        "--existing-assets",
        "tf2-keras",
        "--existing-assets",
        "pytorch",
        "--kept-code",
        "beside",
        "--domain",
        "nlp-llm",
    ]
    by_command = advise(*shlex.split(command), "--probe", "none", "--format", "json").json
    by_file = advise("--answers", "advise.yaml", "--probe", "none", "--format", "json").json
    assert by_command["recommendation"] == by_file["recommendation"] and by_command["ranking"] == by_file["ranking"]
    text = advise(*shlex.split(command), "--probe", "none").out
    assert "\n".join(text.splitlines()[:12]) in screen


def test_going_back_finds_the_earlier_answer(sit: Start, home: Path) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(DOWN * 2 + ENTER)  # teaching
    me.question(2, "existing-assets")
    me.keys(MARK_BACK)
    me.question(1, "use-case")
    me.keys(ENTER)  # the cursor stands on it
    me.question(2, "existing-assets")
    me.keys(MARK_NOW)
    me.sees("Save them?")
    me.keys(ENTER)
    assert me.end()[0] == 0
    assert answered(home) == {"use-case": "teaching-learning"}


def test_going_back_twice_past_marks(sit: Start) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(ENTER)
    me.question(2, "existing-assets")
    me.keys(DOWN * 2 + SPACE + ENTER)
    me.question(3, "kept-code")
    me.keys(BACK)
    me.question(2, "existing-assets")
    me.keys(MARK_BACK)
    me.child.timeout = 3
    me.question(1, "use-case")


def test_every_question_can_be_left_open(sit: Start, home: Path, built_in: Pack) -> None:
    several = {question.id for question in built_in.asked_questions if question.several}
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(UNKNOWN_FIRST)
    for number in range(2, len(built_in.asked_questions) + 1):
        me.sees(f"Question {number},")
        me.keys(MARK_UNKNOWN if me.asked() in several else UNKNOWN)
    me.sees("So: ", "Save them?")
    me.keys("n")
    code, _ = me.end()
    assert code == 0 and me.is_clean()
    assert not (home / "advise.yaml").exists()


def test_a_contradiction_is_said_and_asked_again(sit: Start) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(DOWN * 4 + ENTER)  # maintaining an existing system
    me.question(2, "existing-assets")
    me.keys(SPACE + ENTER)  # nothing is to be kept
    me.sees("cannot all be true")
    me.question(2, "existing-assets")
    me.keys(INTERRUPT)
    assert me.end()[0] == 130


def test_marks_that_exclude_each_other_are_refused_on_the_spot(sit: Start) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(ENTER)
    me.question(2, "existing-assets")
    me.keys(SPACE + DOWN + SPACE + ENTER)  # nothing, and TensorFlow 1
    me.sees("this one excludes the others")
    me.keys(SPACE + ENTER)  # TensorFlow 1 taken back
    me.question(3, "domain")
    me.keys(INTERRUPT)
    assert me.end()[0] == 130


@pytest.mark.parametrize("answers", [0, 2])
def test_an_interrupt_ends_cleanly_and_keeps_the_answers(sit: Start, advise: Advise, home: Path, answers: int) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    if answers:
        me.keys(DOWN * 3 + ENTER)  # prototype
        me.question(2, "existing-assets")
        me.keys(SPACE + ENTER)
        me.question(3, "domain")
    me.keys(INTERRUPT)
    code, rest = me.end()
    assert code == 130 and "Traceback" not in me.sent and me.is_clean()
    kept = list((home / "state").rglob("*.yaml"))
    if not answers:
        assert kept == []
        return
    (file,) = kept
    assert f"advise --answers {file}" in rest.replace("\n", "")
    assert file.read_text() == "use-case: prototype\nexisting-assets: none\n"
    assert advise("--answers", file, "--probe", "none").code == 0


def test_answers_outlive_an_output_that_cannot_be_written(sit: Start, advise: Advise, home: Path) -> None:
    (home / "there.txt").write_text("mine")
    me = sit("--probe", "none", "--weigh", "community=major", "--output", str(home / "there.txt"))
    me.question(1, "use-case")
    me.keys(DOWN * 3 + ENTER)  # prototype
    me.question(2, "existing-assets")
    me.keys(MARK_NOW)
    code, rest = me.end()
    assert code == 5 and (home / "there.txt").read_text() == "mine"
    (file,) = (home / "state").rglob("unfinished.yaml")
    assert f"advise --answers {file} --weigh community=major" in " ".join(rest.split())
    assert advise("--answers", file, "--weigh", "community=major", "--probe", "none").code == 0


def test_without_consent_nothing_is_measured(sit: Start, home: Path) -> None:
    me = sit()
    me.question(1, "use-case")
    me.keys(NOW)
    me.sees("Provisional: ", "Measure on this machine now?")
    assert processes_below(home) == []
    me.keys("n")
    me.sees("nothing was measured here", "Save them?")
    me.keys("n")
    assert me.end()[0] == 0
    assert me.is_clean()
    assert not list((home / "data").rglob("*.sqlite"))


def test_it_speaks_chinese(sit: Start) -> None:
    me = sit("--probe", "none", LC_ALL="zh_CN.UTF-8")
    me.sees("第 1 题", "为什么问", "(use-case)", "不清楚", "直接给出结论")
    me.keys(NOW)
    me.sees("若仅按", "同样的回答写成命令", "保存为 advise.yaml")
    me.keys("n")
    assert me.end()[0] == 0


def test_the_printed_command_keeps_the_other_options(sit: Start) -> None:
    me = sit("--probe", "none", "--weigh", "ease-of-use=major")
    me.question(1, "use-case")
    me.keys(DOWN + ENTER)
    me.question(2, "existing-assets")
    me.keys(MARK_NOW)
    me.sees("Same answers as a command", "Save them?")
    me.keys("n")
    assert me.end()[0] == 0
    assert "--weigh ease-of-use=major" in SEQUENCE.sub("", me.sent)


# In order of value.


def test_it_asks_what_tells_most_and_stops_when_nothing_can_change_the_result(sit: Start, home: Path) -> None:
    me = sit("--probe", "none", order="value")
    asked: list[str] = []
    while me.next_is_a_question():
        me.sees("so far:", "Why asked:", "result")
        asked.append(me.asked())
        me.keys(SPACE + ENTER if asked[-1] in SEVERAL else ENTER)
    assert len(set(asked)) == len(asked) < 12
    me.sees("So: ", "Save them?")
    me.keys(ENTER)
    assert me.end()[0] == 0
    assert set(answered(home)) == set(asked)


def test_in_order_of_value_one_can_go_back_as_well(sit: Start) -> None:
    me = sit("--probe", "none", order="value")
    me.sees("Question 1, about")
    first = me.asked()
    me.keys(UNKNOWN_FIRST)
    me.sees("Question 2, about")
    second = me.asked()
    me.keys(MARK_BACK if second in SEVERAL else BACK)
    me.sees("Question 1, about", f"({first})")
    me.keys(INTERRUPT)
    assert me.end()[0] == 130


def test_the_choices_do_not_say_whom_they_favour(sit: Start) -> None:
    me = sit("--probe", "none", order="value", LC_ALL="zh_CN.UTF-8")
    me.sees("第 1 题，大约还有", "目前：", "为什么问：", "结论", "(portability)")
    me.keys(INTERRUPT)
    me.end()
    choices = SEQUENCE.sub("", me.sent).partition("(portability)")[2]
    assert not re.search("Keras|PyTorch|TensorFlow", choices)


def test_an_order_that_does_not_exist_is_an_error(advise: Advise) -> None:
    result = advise("--order", "random", "--scale", "large", "--probe", "none")
    assert result.code == 2 and "legal: value, fixed" in result.err


def test_what_a_repository_answers_is_asked_first_to_be_confirmed(sit: Start, advise: Advise, home: Path) -> None:
    (home / "repository").mkdir()
    (home / "repository" / "net.py").write_text("import torch\n\nnet = torch.nn.Linear(1, 1)\nloss.backward()\n")
    me = sit("--probe", "none", "--scan", "repository", order="value")
    me.sees("Read from the repository: PyTorch code or weights", "net.py:1", "(existing-assets)")
    me.keys(ENTER)  # confirmed as it is
    me.sees("(team-knows)")
    me.keys(ENTER)
    me.sees("(flexibility)")
    me.keys(UP + ENTER)  # another answer than what was read
    me.asked()
    me.keys(NOW)
    me.sees("Save them?")
    me.keys(ENTER)
    assert me.end()[0] == 0
    profile = advise("--answers", "advise.yaml", "--probe", "none", "--format", "json").json["profile"]
    origins = {part["question"]: (part["choices"], part["origin"]) for part in profile}
    assert origins["existing-assets"] == (["pytorch"], "scanned")
    assert origins["flexibility"] == (["standard-layers"], "file")
