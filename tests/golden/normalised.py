"""Take out of an output what depends on the machine, on the version of a library, or on the code of the probes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
IMAGE = re.compile(r'\b(src|srcset)="data:[^"]*"')
LEDGER = re.compile(r"(?<=\n)(<tr data-verdict=.*\n)+")
BETWEEN_TAGS = re.compile(r"(?<=>)(?=<(?!/))")
INSTALLED = re.compile(r"^(here|本机) .*(\n +.*)*", re.MULTILINE)
VERSIONS = re.compile(r"^(VERSIONS|适用版本)\n( .*\n)*", re.MULTILINE)
STATE = re.compile(r"^(\S+(?: \S+)*) {2,}.*(\n {20,}.*)*", re.MULTILINE)
LOCKED_RUNS = re.compile(r'"runs": \[([^\]]*)\]')
NEVER_MEASURED = re.compile(r"(scikit-learn)([^0-9\n]*)(==|>=)[0-9.]+\b[^\n]*")
ALL_EXACT = re.compile(r"(?<=`scikit-learn` \| `…)\n\n.*")
"""What the guide says below the versions: whether all of them are exact."""
LONG_LISTS = ("claims", "measurements", "runs")


def normalise(file: str, text: str) -> str:
    """Return an output in the form in which it is recorded under a file name."""
    for belongs, change in CHANGES:
        if belongs(file):
            text = change(text)
    return SHA256.sub("<sha256>", text)


def _normalise_page(text: str) -> str:
    """Return an HTML page with one element per line, without what depends on a library's version."""
    text = LEDGER.sub(lambda rows: f"{rows[0].splitlines()[0]}\n… {rows[0].count(chr(10))} rows\n", text)
    return BETWEEN_TAGS.sub("\n", IMAGE.sub(r'\1="data:…"', text))


def _shorten_lists(text: str) -> str:
    """Return a JSON answer with long lists replaced by their length."""
    return json.dumps(_replace_long_lists(json.loads(text)), ensure_ascii=False, indent=2) + "\n" if text else text


def _replace_long_lists(value: Any) -> Any:
    """Return a value with every long list replaced by its length."""
    if not isinstance(value, dict):
        return value
    return {
        key: f"{len(part)} in all" if key in LONG_LISTS and isinstance(part, list) else _replace_long_lists(part)
        for key, part in value.items()
    }


def _sort_runs(text: str) -> str:
    """Return a JSON answer with its runs in the order of their recorded ids."""
    answer = json.loads(text)
    runs = answer.get("evidence", {}).get("runs")
    if isinstance(runs, list):
        runs.sort(key=lambda run: str(run["id"]))
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


def _normalise_explanation(text: str) -> str:
    """Return the JSON of `explain` without what is installed here."""
    return VERSIONS.sub("", INSTALLED.sub(r"\1 …", text))


def _normalise_explanation_text(text: str) -> str:
    """Return the text of `explain` without what is installed here."""
    sheet = json.loads(text)
    sheet["parts"] = [part for part in sheet["parts"] if part["head"] not in ("VERSIONS", "适用版本")]
    for part in sheet["parts"]:
        for item in part["items"]:
            item["text"] = "…" if item.get("label") in ("here", "本机") else item["text"]
    return json.dumps(sheet, ensure_ascii=False, indent=2) + "\n"


def _normalise_doctor(text: str) -> str:
    """Return the JSON of `doctor` with the states that are checked, without what was found."""
    return STATE.sub(r"\1  …", text)


def _normalise_doctor_text(text: str) -> str:
    """Return the text of `doctor` with the states that are checked, without what was found."""
    states = [{key: value if key == "name" else "…" for key, value in state.items()} for state in json.loads(text)]
    return json.dumps(states, ensure_ascii=False, indent=2) + "\n"


def _pattern_test(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether a file name matches a pattern."""
    return lambda file: re.search(pattern, file) is not None


CHANGES: tuple[tuple[Callable[[str], bool], Callable[[str], str]], ...] = (
    (_pattern_test(r"\.html$"), _normalise_page),
    (_pattern_test(r"/answer\..*json$"), _shorten_lists),
    (_pattern_test(r"^projects/.*json$"), _sort_runs),
    (_pattern_test(r"^explain/.*(txt|md)$"), _normalise_explanation),
    (_pattern_test(r"^explain/.*json$"), _normalise_explanation_text),
    (_pattern_test(r"^doctor/.*txt$"), _normalise_doctor),
    (_pattern_test(r"^doctor/.*json$"), _normalise_doctor_text),
)


def folder_text(folder: Path) -> str:
    """Return every file of a team's folder, one after the other, each under its name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"==== {file.relative_to(folder).as_posix()}\n{_file_text(file)}" for file in files)


def _file_text(file: Path) -> str:
    """Return the text of a file, without what depends on the machine."""
    text = file.read_text("utf-8")
    if file.name == "evidence.jsonl":
        return f"{len(text.splitlines())} lines\n"
    if file.name == "report.html":  # the page itself is recorded for other projects
        return text[: text.index("<h2")] + "…\n"
    if file.name == "decision.lock":
        text = LOCKED_RUNS.sub(lambda runs: f'"runs": [{runs[1].count(",") + 1 if runs[1] else 0} in all]', text)
    return SHA256.sub("<sha256>", ALL_EXACT.sub("\n\n…", NEVER_MEASURED.sub(r"\1\2…", text)))
