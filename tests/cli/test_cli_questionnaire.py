"""The questionnaire on a real pseudo-terminal, by keys alone."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
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

UP, DOWN, LEFT, ENTER, SPACE, INTERRUPT = "\x1b[A", "\x1b[B", "\x1b[D", "\r", " ", "\x03"
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>()][A-Z0-9]?|\x1b\][^\x07]*\x07")
NOW = UP + ENTER  # from the first choice upwards the cursor wraps to the last
UNKNOWN, BACK = "u", LEFT


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
        self._expect("Question [0-9]+, (about|nearly|perhaps|[0-9]+ more)|No more are asked|That was the last")
        return str(self.child.match.group(0)).startswith("Question")

    def keys(self, keys: str) -> None:
        self.child.send(keys)

    def question(self, number: int, id: str) -> None:
        self.sees(f"Question {number},", f"({id})", "Ctrl-C stops")

    def leave_open_until(self, id: str, keys: str = UNKNOWN) -> int:
        """Answer by "I don't know" until a question is asked; return its number."""
        while True:
            self._expect("Question ([0-9]+),")
            number = int(self.child.match.group(1))
            asked = self.asked()
            self.sees("Ctrl-C stops")
            if asked == id:
                return number
            self.keys(keys)

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

    def sit(*arguments: str, order: str = "fixed", dimensions: tuple[int, int] = (50, 110), **env: str) -> Sitting:
        own = environment | {"TERM": "xterm-256color"} | env
        command = ["-m", "advisor", "--order", order, *arguments]
        child = pexpect.spawn(
            sys.executable, command, env=own, cwd=str(home), encoding="utf-8", timeout=90, dimensions=dimensions,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # as in a terminal, also where the tests run under nohup
        )  # fmt: skip
        child.logfile_read = Log()
        child.delaybeforesend = None
        children.append(child)
        return Sitting(child)

    yield sit
    for child in children:
        with contextlib.suppress(OSError):  # a test may have closed it
            child.close(force=True)


def answered(home: Path) -> dict[str, str]:
    lines = (home / "advise.yaml").read_text("utf-8").splitlines()
    answers = dict(line.split(": ", 1) for line in lines)
    return {id: answer for id, answer in answers.items() if answer != "unknown"}


def test_a_whole_interview(sit: Start, advise: Advise, home: Path) -> None:
    """Arrows, marks, "I don't know", back, "Answer now", save: and the printed command gives the same answer."""
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(DOWN + ENTER)  # engineering, production
    me.question(2, "domain")
    me.keys(DOWN * 2 + ENTER)  # language
    me.question(3, "pretrained")
    me.keys(UNKNOWN)
    me.question(4, "team-skill")
    me.keys(BACK)
    me.question(3, "pretrained")
    me.keys(BACK)
    me.question(2, "domain")
    me.keys(ENTER)  # the cursor stands on the earlier answer
    number = me.leave_open_until("existing-assets")
    me.keys(DOWN * 2 + SPACE + DOWN + SPACE + ENTER)  # TensorFlow 2 and PyTorch
    me.question(number + 1, "kept-code")
    me.keys(BACK)
    me.question(number, "existing-assets")
    me.keys(BACK)  # past the marks
    me.sees(f"Question {number - 1},", "Ctrl-C stops")
    me.keys(UNKNOWN)
    me.question(number, "existing-assets")
    me.keys(ENTER)  # the earlier marks are there
    me.question(number + 1, "kept-code")
    me.keys(DOWN + ENTER)  # it runs on beside new work
    me.question(number + 2, "team-knows")
    me.keys(NOW)
    me.sees("So: ", "Same answers as a command")
    me.sees("Save them? advise.yaml", "Ctrl-C stops")
    me.keys(ENTER)
    code, rest = me.end()
    assert code == 0 and "Saved" in rest and me.is_clean()
    assert not list((home / "state").rglob("unfinished.yaml"))
    assert answered(home) == {
        "use-case": "engineering-production",
        "domain": "nlp-llm",
        "existing-assets": "[tf2-keras, pytorch]",
        "kept-code": "beside",
    }

    screen = SEQUENCE.sub("", me.sent).replace("\r", "")
    command = re.findall(r"^  advise +(--.*)$", screen.replace("\\\n", ""), re.MULTILINE)[-1]
    options = shlex.split(command)
    assert [pair for pair in zip(options[::2], options[1::2], strict=True) if pair[1] != "unknown"] == [
        ("--use-case", "engineering-production"),
        ("--domain", "nlp-llm"),
        ("--existing-assets", "tf2-keras"),
        ("--existing-assets", "pytorch"),
        ("--kept-code", "beside"),
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
    me.question(2, "domain")
    me.keys(BACK)
    me.question(1, "use-case")
    me.keys(ENTER)  # the cursor stands on it
    me.question(2, "domain")
    me.keys(NOW)
    me.sees("Save them?", "Ctrl-C stops")
    me.keys(ENTER)
    assert me.end()[0] == 0
    assert answered(home) == {"use-case": "teaching-learning"}


@pytest.mark.long
def test_every_question_can_be_left_open(sit: Start, home: Path, built_in: Pack) -> None:
    me = sit("--probe", "none")
    asked: list[str] = []
    while me.next_is_a_question():
        asked.append(me.asked())
        me.sees("Ctrl-C stops")
        me.keys(UNKNOWN)
    me.sees("Show the answer?", "Ctrl-C stops")
    me.keys(ENTER)
    me.sees("So: ", "Save them?", "Ctrl-C stops")
    me.keys("n")
    code, _ = me.end()
    assert code == 0 and me.is_clean()
    order = [question.id for question in built_in.asked_questions if question.id in asked]
    assert asked == order and len(asked) > len(built_in.asked_questions) / 2
    assert not (home / "advise.yaml").exists()


@pytest.mark.long
def test_a_contradiction_is_said_and_asked_again(sit: Start) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(DOWN * 4 + ENTER)  # maintaining an existing system
    number = me.leave_open_until("existing-assets")
    me.keys(SPACE + ENTER)  # nothing is to be kept
    me.sees("cannot all be true")
    me.question(number, "existing-assets")
    me.keys(INTERRUPT)
    assert me.end()[0] == 130


def unfinished(home: Path) -> Path:
    (file,) = (home / "state").rglob("unfinished.yaml")
    return Path(file)


@pytest.mark.parametrize("answers", [0, 2])
def test_an_interrupt_ends_cleanly_and_keeps_the_answers(sit: Start, advise: Advise, home: Path, answers: int) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    if answers:
        me.keys(DOWN * 3 + ENTER)  # prototype
        me.question(2, "domain")
        me.keys(ENTER)
        me.question(3, "pretrained")
    me.keys(INTERRUPT)
    code, rest = me.end()
    assert code == 130 and "Traceback" not in me.sent and me.is_clean()
    kept = list((home / "state").rglob("*.yaml"))
    if not answers:
        assert kept == []
        return
    (file,) = kept
    assert f"To go on:\n  advise\nTo be answered now:\n  advise --answers {file}" in rest
    assert file.read_text() == "use-case: prototype\ndomain: cv\n"
    assert advise("--answers", file, "--probe", "none").code == 0


def test_an_output_that_cannot_be_written_is_told_before_the_first_question(sit: Start, home: Path) -> None:
    (home / "there.txt").write_text("mine")
    code, text = sit("--probe", "none", "--output", str(home / "there.txt")).end()
    assert code == 5 and "exists already" in text and "Question" not in text
    assert (home / "there.txt").read_text() == "mine"


def test_answers_outlive_an_output_that_appears_meanwhile(sit: Start, advise: Advise, home: Path) -> None:
    me = sit("--probe", "none", "--weigh", "community=major", "--output", str(home / "there.txt"))
    me.question(1, "use-case")
    me.keys(DOWN * 3 + ENTER)  # prototype
    me.question(2, "domain")
    (home / "there.txt").write_text("mine")
    me.keys(NOW)
    code, rest = me.end()
    assert code == 5 and (home / "there.txt").read_text() == "mine"
    file = unfinished(home)
    said = " ".join(rest.split())
    assert "To go on: advise --weigh community=major To be answered now:" in said
    assert f"advise --answers {file} --weigh community=major" in said
    assert advise("--answers", file, "--weigh", "community=major", "--probe", "none").code == 0


@pytest.mark.parametrize(("number", "code"), [("INT", 130), ("TERM", 143), ("HUP", 129), ("EOF", 130)])
def test_every_way_to_end_it_restores_the_terminal_and_keeps_the_answers(
    sit: Start, home: Path, number: str, code: int
) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(ENTER)
    me.question(2, "domain")
    if number == "EOF":
        me.keys("\x04")
    else:
        me.child.kill(getattr(signal, f"SIG{number}"))
    assert me.end()[0] == code and me.is_clean()
    assert unfinished(home).read_text() == "use-case: research\n"


def test_a_terminal_that_goes_away_ends_it(sit: Start, home: Path) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(ENTER)
    me.question(2, "domain")
    os.close(me.child.child_fd)
    assert os.waitstatus_to_exitcode(os.waitpid(me.child.pid, 0)[1]) == 129
    assert unfinished(home).read_text() == "use-case: research\n"


def test_it_goes_on_where_it_stopped_and_remembers_what_is_not_known(sit: Start, home: Path) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(ENTER)
    me.question(2, "domain")
    me.keys(UNKNOWN)
    me.question(3, "pretrained")
    me.keys(INTERRUPT)
    assert me.end()[0] == 130
    again = sit("--probe", "none")
    again.sees("you stopped. Your answers were:", "research", "not known", "Go on there?", "Ctrl-C stops")
    again.keys(ENTER)
    again.question(3, "pretrained")
    again.keys(BACK)
    again.question(2, "domain")
    again.keys(UNKNOWN)
    again.question(3, "pretrained")
    again.keys(NOW)
    again.sees("Save them?", "Ctrl-C stops")
    again.keys(ENTER)
    assert again.end()[0] == 0
    assert answered(home) == {"use-case": "research"}
    assert "domain: unknown" in (home / "advise.yaml").read_text()
    assert not list((home / "state").rglob("unfinished.yaml"))


def test_a_questionnaire_can_begin_anew(sit: Start, home: Path) -> None:
    file = home / "state" / "framework-advisor" / "unfinished.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("use-case: prototype\nscale: gigantic\nnonsense: 1\n")
    me = sit("--probe", "none")
    me.sees("you stopped. Your answers were:", "Go on there?", "Ctrl-C stops")
    me.keys("n")
    me.question(1, "use-case")
    me.keys(INTERRUPT)
    assert me.end()[0] == 130


def test_what_is_typed_before_a_question_is_shown_answers_nothing(sit: Start, home: Path) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(ENTER * 3)
    me.question(2, "domain")
    me.keys(INTERRUPT)
    assert me.end()[0] == 130
    assert unfinished(home).read_text() == "use-case: research\n"


def test_a_question_mark_explains_the_question(sit: Start) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys("?")
    me.sees("Example: A shop's search", "Of 100 projects: research: 20;", "--use-case research", "any key goes back")
    me.keys(ENTER)
    me.sees("Ctrl-C stops", "> research")
    me.keys(DOWN + ENTER)
    me.question(2, "domain")
    me.keys(INTERRUPT)
    assert me.end()[0] == 130


def test_the_help_counts_what_is_usual_after_the_answers_so_far(sit: Start) -> None:
    me = sit("--probe", "none")
    me.question(1, "use-case")
    me.keys(DOWN * 2 + ENTER)  # teaching or learning
    me.leave_open_until("team-skill")
    me.keys("?")
    me.sees("beginners: 70;", "who learns begins", "any key goes back")
    me.keys(INTERRUPT)
    assert me.end()[0] == 130


def test_without_a_cursor_it_asks_by_numbers(sit: Start, home: Path) -> None:
    me = sit("--probe", "none", TERM="dumb")
    me.sees("Question 1,", "*  1  research", "2  engineering, production", "a  Answer now", "Type its number", ">")
    me.keys("?\n")
    me.sees("Example: A shop's search", ">")
    me.keys("99\n")
    me.sees("that is none of them", ">")
    me.keys("2\n")
    me.sees("Question 2,", "b  Back to question 1", ">")
    me.keys("u\n")
    number = me.leave_open_until("existing-assets", keys="u\n")
    me.keys("3 4\n")
    me.sees(f"Question {number + 1},", ">")
    me.keys("b\n")
    me.sees(f"Question {number},", "*  3  TensorFlow 2", "such as 1 3", ">")
    me.keys("\n")
    me.sees(f"Question {number + 1},", ">")
    me.keys("a\n")
    me.sees("So: ", "Save them?", ">")
    me.keys("\n")
    assert me.end()[0] == 0
    assert answered(home) == {"use-case": "engineering-production", "existing-assets": "[tf2-keras, pytorch]"}
    assert "\x1b" not in me.sent


@pytest.mark.parametrize("width", [60, 100])
def test_no_word_is_broken_at_the_end_of_a_line(sit: Start, width: int) -> None:
    me = sit("--probe", "none", order="fixed", dimensions=(40, width), TERM="dumb")
    for number in range(1, 6):
        me.sees(f"Question {number},", ">")
        me.keys("\n")
    me.sees("Question 6,", ">")  # while nothing is asked, the terminal's own ^C stands before what is said
    me.keys(INTERRUPT)
    assert me.end()[0] == 130
    lines = me.sent.replace("\r", "").split("\n")
    assert "advise: your answers are kept. To go on:" in lines
    assert max(map(len, lines[:-3])) <= width


def test_without_consent_nothing_is_measured(sit: Start, home: Path) -> None:
    me = sit()
    me.question(1, "use-case")
    me.keys(NOW)
    me.sees("So far: ", "Measure on this machine first?", "Ctrl-C stops")
    assert processes_below(home) == []
    me.keys("n")
    me.sees("nothing was measured here", "Save them?", "Ctrl-C stops")
    me.keys("n")
    assert me.end()[0] == 0
    assert me.is_clean()
    assert not list((home / "data").rglob("*.sqlite"))


def test_it_speaks_chinese(sit: Start) -> None:
    me = sit("--probe", "none", LC_ALL="zh_CN.UTF-8")
    me.sees("第 1 题", "为什么问", "(use-case)", "不清楚", "直接给出结论")
    me.keys(NOW)
    me.sees("若仅按", "同样的回答写成命令", "保存为 advise.yaml", "Ctrl-C 退出")
    me.keys("n")
    assert me.end()[0] == 0


def test_the_printed_command_keeps_the_other_options(sit: Start) -> None:
    me = sit("--probe", "none", "--weigh", "ease-of-use=major")
    me.question(1, "use-case")
    me.keys(DOWN + ENTER)
    me.question(2, "domain")
    me.keys(NOW)
    me.sees("Same answers as a command", "Save them?", "Ctrl-C stops")
    me.keys("n")
    assert me.end()[0] == 0
    assert "--weigh ease-of-use=major" in SEQUENCE.sub("", me.sent)


# In order of value.


def test_enter_alone_walks_through_and_back_reaches_the_first(sit: Start, home: Path) -> None:
    me = sit("--probe", "none", order="value")
    asked: list[str] = []
    left: list[int] = []
    while me.next_is_a_question():
        me.sees("so far:", "Why asked:", "result")
        asked.append(me.asked())
        me.sees("Ctrl-C stops")
        me.keys(ENTER)
    assert asked[0] == "use-case"
    assert len(set(asked)) == len(asked) < 12
    me.sees("Show the answer?", "Ctrl-C stops")
    me.keys("b")
    for number, id in reversed(list(enumerate(asked, 1))):
        me.question(number, id)
        me.keys("b" if number > 1 else ENTER)
    while me.next_is_a_question():
        me.sees("Ctrl-C stops")
        me.keys(ENTER)
    me.sees("Show the answer?", "Ctrl-C stops")
    me.keys(ENTER)
    me.sees("So: ", "Save them?", "Ctrl-C stops")
    me.keys(ENTER)
    assert me.end()[0] == 0
    assert list(answered(home)) == asked
    left = [int(count) for count in re.findall("about ([0-9]+) more", SEQUENCE.sub("", me.sent))][: len(asked)]
    assert left[: len(asked)] == sorted(left[: len(asked)], reverse=True)


def test_in_order_of_value_one_can_go_back_as_well(sit: Start) -> None:
    me = sit("--probe", "none", order="value")
    me.sees("Question 1, about")
    first = me.asked()
    me.sees("Ctrl-C stops")
    me.keys(UNKNOWN)
    me.sees("Question 2, about", "Ctrl-C stops")
    me.keys(BACK)
    me.sees("Question 1, about", f"({first})")
    me.keys(INTERRUPT)
    assert me.end()[0] == 130


def test_the_choices_do_not_say_whom_they_favour(sit: Start) -> None:
    me = sit("--probe", "none", order="value", LC_ALL="zh_CN.UTF-8")
    me.sees("第 1 题，大约还有", "目前：", "为什么问：", "结论", "(use-case)")
    me.keys(INTERRUPT)
    me.end()
    choices = SEQUENCE.sub("", me.sent).partition("(use-case)")[2]
    assert not re.search("Keras|PyTorch|TensorFlow", choices)


def test_an_order_that_does_not_exist_is_an_error(advise: Advise) -> None:
    result = advise("--order", "random", "--scale", "large", "--probe", "none")
    assert result.code == 2 and "legal: value, fixed" in result.err


def test_what_a_repository_answers_is_asked_first_to_be_confirmed(sit: Start, advise: Advise, home: Path) -> None:
    (home / "repository").mkdir()
    (home / "repository" / "net.py").write_text("import torch\n\nnet = torch.nn.Linear(1, 1)\nloss.backward()\n")
    me = sit("--probe", "none", "--scan", "repository", order="value")
    me.sees("Read from the repository:", "net.py:", "(flexibility)", "Ctrl-C stops")
    me.keys(UP + ENTER)  # another answer than what was read
    me.sees("Read from the repository: PyTorch code or weights", "net.py:1", "(existing-assets)", "Ctrl-C stops")
    me.keys(ENTER)  # confirmed as it is
    me.sees("(team-knows)", "Ctrl-C stops")
    me.keys(ENTER)
    me.asked()
    me.keys(NOW)
    me.sees("Save them?")
    me.keys(ENTER)
    assert me.end()[0] == 0
    profile = advise("--answers", "advise.yaml", "--probe", "none", "--format", "json").json["profile"]
    origins = {part["question"]: (part["choices"], part["origin"]) for part in profile}
    assert origins["existing-assets"] == (["pytorch"], "scanned")
    assert origins["flexibility"] == (["standard-layers"], "file")
