"""The pages people read: short, in step with the code, without a link that leads nowhere."""

from __future__ import annotations

import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from probes.catalogue import PROBES

ROOT = Path(__file__).resolve().parents[2]
CONTRIBUTING = ROOT / ".github" / "CONTRIBUTING.md"
PAGES = [ROOT / "README.md", ROOT / "probes" / "README.md", ROOT / "rules" / "README.md", CONTRIBUTING]
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(#[^)]*)?\)")
PATH_FROM_THE_TOP = re.compile(r"(?<![\w./])(?:advisor|probes|rules|tests)/[\w./-]*[\w/](?![\w*]*[<*])")
FUNCTION = re.compile(r"\b((?:[a-z_]+\.)+)([a-z_]+)\(\)")


def test_the_first_page_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").split()) <= 900


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for path, anchor in LINK.findall(page.read_text("utf-8")):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
            assert anchor[1:] in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_file_named_to_contributors_exists() -> None:
    """Those with a placeholder, such as `probes/<name>/task.py`, are named up to the folder before it."""
    paths = PATH_FROM_THE_TOP.findall(CONTRIBUTING.read_text("utf-8"))
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_function_on_the_way_of_an_answer_exists() -> None:
    functions = FUNCTION.findall(CONTRIBUTING.read_text("utf-8"))
    assert len(functions) > 8
    for module, name in functions:
        package = "" if module.startswith("probes.") else "advisor."
        assert callable(getattr(import_module(package + module.rstrip(".")), name)), module + name


def test_the_page_of_the_probes_lists_each_with_its_kind() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| .* \| (timed|exact|rough)(, quick)? \|$", PAGES[1].read_text("utf-8"), re.MULTILINE
    )
    assert {name: (kind == "timed", bool(quick)) for name, kind, quick in rows} == {
        probe.folder.name: (probe.timed, probe.depth == "quick") for probe in PROBES.values()
    }


@pytest.mark.parametrize("part", ["main job", "test command"])
def test_a_marked_command_makes_its_own_environment(part: str) -> None:
    """Debian and Ubuntu refuse `pip install` outside of one."""
    text = (ROOT / "README.md").read_text("utf-8")
    (command,) = re.findall(rf"<!-- {part} -->\n```bash\n(.*?)\n```", text, re.DOTALL)
    assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert all(".venv/bin/" in step for step in command.split(" && ")[1:])
    subprocess.run(["bash", "-n", "-c", command], check=True)


def test_the_continuous_integration_runs_the_marked_commands_as_they_stand() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "README.md" in script and "pip install" not in script and "venv" not in script
