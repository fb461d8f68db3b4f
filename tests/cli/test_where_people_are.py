"""The tool where people already are: a workflow's action, a hook, a notebook, a program that speaks MCP."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor import advise
from advisor.render.document import Item, Table, part
from advisor.render.fragment import as_fragment

ROOT = Path(__file__).parents[2]
ACTION = ROOT / ".github" / "actions" / "check" / "action.yml"
DECISIONS = Path(__file__).parents[1] / "fixtures" / "bd7e7cb" / "decisions"


# --- the action ------------------------------------------------------------------------------------------------------


def run_action(tmp_path: Path, repository: Path, **inputs: str) -> tuple[int, str, str]:
    """Run the last step of the action as a script; return its exit code, the run's page and the SARIF."""
    action = yaml.safe_load(ACTION.read_text("utf-8"))
    step = action["runs"]["steps"][-1]
    values = {name: str(row["default"]) for name, row in action["inputs"].items()} | inputs
    environment = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: values[match[1]], text)
        for name, text in step["env"].items()
    }
    bin = tmp_path / "runner" / "advise" / "bin"
    bin.mkdir(parents=True, exist_ok=True)
    (bin / "advise").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m advisor "$@"\n')
    (bin / "advise").chmod(0o755)
    summary = tmp_path / "summary.md"
    summary.write_text("")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=repository,
        env={
            **os.environ,
            **environment,
            "RUNNER_TEMP": str(tmp_path / "runner"),
            "GITHUB_STEP_SUMMARY": str(summary),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    sarif = repository / environment["SARIF"]
    return done.returncode, summary.read_text("utf-8"), sarif.read_text("utf-8") if sarif.exists() else done.stderr


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("bash") is None, reason="needs bash")
def test_the_action_shows_what_it_found_and_fails_on_what_it_was_told(tmp_path: Path) -> None:
    repository = Path(shutil.copytree(DECISIONS / "documents-only", tmp_path / "team repository"))
    code, page, sarif = run_action(tmp_path, repository, language="en")
    assert page.startswith("# The decision in decision.lock:") and '"version": "2.1.0"' in sarif
    assert code in (0, 3)
    code, page, sarif = run_action(tmp_path, repository, lock="missing.lock")
    assert code == 5 and page == "", "an error is no finding"


def test_the_action_installs_from_its_own_repository_unless_told_otherwise() -> None:
    steps = yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]
    (install,) = (step for step in steps if step.get("name") == "Install advise")
    assert "${SOURCE:-$GITHUB_ACTION_PATH/../../..}" in install["run"]
    assert (ACTION.parent / "../../.." / "pyproject.toml").resolve() == ROOT / "pyproject.toml"
    assert all(step.get("shell") == "bash" for step in steps if "run" in step)
    assert not re.search(r"\$\{\{", "".join(step.get("run", "") for step in steps)), (
        "inputs reach a script as variables"
    )


def test_the_hook_is_one_that_exists() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["entry"] == "advise check" and hook["language"] == "python"
    for name in ("decision.lock", "docs/framework/decision.lock", "docs/evidence.jsonl"):
        assert re.search(hook["files"], name)
    assert not re.search(hook["files"], "my-decision.lock.txt")


# --- a notebook ------------------------------------------------------------------------------------------------------


def test_advice_shows_itself_as_html_that_is_inert() -> None:
    page = advise({"domain": "tabular", "scale": "small"})._repr_html_()
    assert "PyTorch" in page and "<table>" in page and ("gradient boosting" in page or "梯度提升" in page)
    assert not re.search(r"<(script|link|img|style|iframe)|https?://[^<]*\"", page)
    hostile = "<script>alert(1)</script>"
    written = as_fragment([part(hostile, [Item(hostile, hostile), Table((hostile,), ((hostile,),))])], hostile)
    assert "<script" not in written and written.count("&lt;script&gt;") == 6


def test_a_notebook_that_is_executed_shows_the_advice() -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    code = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom advisor import advise\nadvise({{'scale': 'large'}})"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert output.data["text/html"].startswith('<div class="advise">')


# --- MCP -------------------------------------------------------------------------------------------------------------


def call(tool: str, arguments: Mapping[str, Any]) -> tuple[bool, str]:
    """Call a tool of the server through the SDK's own client; return whether it is an error, and what it says."""
    mcp = pytest.importorskip("mcp")
    from advisor.cli.mcp_server import make_server
    from advisor.knowledge.pack import BUILT_IN
    from advisor.text import Lang

    async def session() -> Any:
        async with mcp.Client(make_server((BUILT_IN,), Lang.EN)) as client:
            return await client.call_tool(tool, dict(arguments))

    result = asyncio.run(session())
    return bool(result.is_error), result.content[0].text


def test_every_tool_says_whether_it_only_reads() -> None:
    mcp = pytest.importorskip("mcp")
    from advisor.cli.mcp_server import make_server
    from advisor.knowledge.pack import BUILT_IN
    from advisor.text import Lang

    async def session() -> Any:
        async with mcp.Client(make_server((BUILT_IN,), Lang.EN)) as client:
            return await client.list_tools()

    tools = asyncio.run(session()).tools
    reads = {tool.name: tool.annotations.read_only_hint for tool in tools}
    assert reads.pop("measure") is False and set(reads) == {"questions", "advise", "what_if", "explain", "check"}
    assert all(reads.values()) and all(tool.description for tool in tools)


def test_the_tools_answer_as_the_commands_do() -> None:
    wrong, text = call("questions", {})
    assert not wrong and "- `scale`:" in text and "  - `large`:" in text
    wrong, text = call("advise", {"answers": {"scale": "large", "deploy": ["mobile", "browser"]}})
    assert not wrong and text.startswith("# Framework decision: ")
    wrong, text = call("what_if", {"answers": {"scale": "large"}, "changes": ["portability=must-multi-backend"]})
    assert not wrong and "Keras" in text
    wrong, text = call("explain", {"id": "boosting-first"})
    assert not wrong and "gradient boosting" in text
    wrong, text = call("check", {"lock_file": str(DECISIONS / "documents-only" / "decision.lock")})
    assert not wrong and text.startswith("# The decision in decision.lock")


@pytest.mark.parametrize(
    ("tool", "arguments", "fix"),
    [
        ("advise", {"answers": {"scal": "large"}}, "did you mean scale"),
        ("advise", {"weigh": {"community": "huge"}}, "major"),
        ("what_if", {"answers": {}, "changes": ["scale"]}, "scale=small"),
        ("check", {"lock_file": "/nonexistent/decision.lock"}, "advise onboard"),
        ("explain", {"id": "no-such-thing"}, "no-such-thing"),
        ("measure", {"budget_seconds": 0}, "3600"),
    ],
)
def test_a_tool_says_what_was_wrong_and_what_to_do(tool: str, arguments: Mapping[str, Any], fix: str) -> None:
    wrong, text = call(tool, arguments)
    assert wrong and fix in text
