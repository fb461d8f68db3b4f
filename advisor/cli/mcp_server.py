"""The tools of the MCP server: the same answers as the commands give, as Markdown.

Made with the official SDK (`mcp`, version 2). Nothing here is printed: standard output belongs to the protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from advisor import __version__
from advisor.cli.check import check_decision
from advisor.cli.explain_library import make_library
from advisor.cli.last import request_options
from advisor.cli.options import Options
from advisor.cli.what_if import parse_changes
from advisor.errors import AdvisorError
from advisor.evidence.runs import Evidence
from advisor.evidence.stacks import load_probed_pack
from advisor.pipeline import Request, compare_requests
from advisor.pipeline import advise as answer_request
from advisor.reasoning.packages import project_pack
from advisor.render.answer import document
from advisor.render.comparison import what_if as what_if_parts
from advisor.render.explain.pages import sheet
from advisor.render.markdown import as_markdown
from advisor.render.page import Page
from advisor.render.writers import WRITERS
from advisor.text import Lang

INSTRUCTIONS = """\
Advises which deep-learning framework a project should use. Call `questions` first: answers are given by the ids it lists.
What is not answered is drawn by how common it is, so leave out what is not known. Nothing is measured but by `measure`."""
READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
MEASURES = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False)
MOST_SECONDS = 3600.0

Answers = dict[str, str | list[str]]
P = ParamSpec("P")


def reports_errors(tool: Callable[P, str]) -> Callable[P, str]:
    """Return a tool that answers what was wrong with its input, and what to do, as an error of the protocol."""

    @wraps(tool)
    def call(*arguments: P.args, **named: P.kwargs) -> str:
        """Call the tool."""
        try:
            return tool(*arguments, **named)
        except AdvisorError as error:
            raise ToolError("\n".join(map(str, error.problems))) from None

    return call


def make_server(packs: tuple[Path, ...], lang: Lang) -> MCPServer:
    """Return the server.

    Args:
        packs: the folders of knowledge, each laid over the one before.
        lang: the language of what the tools answer.
    """
    server = MCPServer("advise", instructions=INSTRUCTIONS, version=__version__, log_level="ERROR")

    @server.tool(annotations=READS)
    @reports_errors
    def questions() -> str:
        """List the questions about a project: the id of each, its text, and the ids of its choices."""
        return "\n".join(
            f"- `{question.id}`: {question.ask[lang]}"
            + "".join(f"\n  - `{choice.id}`: {choice.label[lang]}" for choice in question.choices)
            for question in load_probed_pack(packs).asked_questions
        )

    @server.tool(annotations=READS)
    @reports_errors
    def advise(answers: Answers | None = None, weigh: dict[str, str] | None = None) -> str:
        """Recommend a framework, from documents and the runs stored on this machine; measures nothing.

        Args:
            answers: the id of a question → the id of a choice, or several; see `questions`.
            weigh: the id of a criterion → ignore, minor, normal or major.
        """
        return _answered(_request(packs, answers, weigh), lang)

    @server.tool(annotations=MEASURES)
    @reports_errors
    def measure(answers: Answers | None = None, budget_seconds: float = 120.0) -> str:
        """Recommend a framework after measuring the installed ones on this machine; takes minutes and stores the runs.

        Args:
            answers: as for `advise`.
            budget_seconds: the most time to measure, up to one hour.
        """
        if not 0 < budget_seconds <= MOST_SECONDS:
            raise ToolError(f"budget_seconds: give more than 0 and at most {MOST_SECONDS:.0f}")
        return _answered(_request(packs, answers, None, budget_seconds), lang)

    @server.tool(annotations=READS)
    @reports_errors
    def what_if(answers: Answers, changes: list[str]) -> str:
        """Say what would be recommended if something were otherwise, and which criteria move the answer.

        Args:
            answers: the project as it is, as for `advise`.
            changes: `QUESTION=CHOICE`, `CRITERION=LEVEL` or `claim:ID=refuted`, for example `scale=small`.
        """
        request, pack = _request(packs, answers, None), load_probed_pack(packs)
        parsed = parse_changes(pack, changes)
        difference = compare_requests(request, parsed.apply_to(request), pack, Evidence(), parsed.verdicts)
        for advice in (difference.before, difference.after):
            pack = project_pack(pack, advice.profile)
        page = Page(difference.before, pack, lang, request_options(request))
        return as_markdown(what_if_parts(page, difference, changes), page.say("commands.what-if"))

    @server.tool(annotations=READS)
    @reports_errors
    def explain(id: str) -> str:
        """Say what an id or a concept stands for: its words, sources, review and verdict.

        Args:
            id: a claim, rule, criterion, question, framework, candidate, source or probe; or a concept, such as `tensor`.
        """
        page = sheet(make_library(Options(pack=list(packs), lang=str(lang))), id)
        return as_markdown(page.parts, page.title)

    @server.tool(annotations=READS)
    @reports_errors
    def check(lock_file: str) -> str:
        """Say whether a team's decision still stands, whose change did what to it, and whether its review is overdue.

        Args:
            lock_file: the path of the decision.lock that `advise onboard` wrote.
        """
        from advisor.onboarding import check_report

        decision_check = check_decision(Path(lock_file), Request(probing="none", as_of=date.today(), pack=packs))[1]
        parts = check_report.unmarked(check_report.parts(decision_check, lang))
        return as_markdown(parts, check_report.title(decision_check, Path(lock_file).name, lang))

    return server


def _request(
    packs: tuple[Path, ...], answers: Answers | None, weigh: Mapping[str, str] | None, budget: float | None = None
) -> Request:
    """Return what is asked for; with a budget it measures."""
    from advisor.library import check_importances

    flags = {id: [choices] if isinstance(choices, str) else list(choices) for id, choices in (answers or {}).items()}
    return Request(
        flags=flags,
        weigh=check_importances(load_probed_pack(packs), weigh or {}),
        probing="none" if budget is None else "quick",
        budget=budget,
        as_of=date.today(),
        pack=packs,
    )


def _answered(request: Request, lang: Lang) -> str:
    advice, _ = answer_request(request)
    pack = project_pack(load_probed_pack(request.pack), advice.profile)
    return WRITERS["markdown"].write(document(Page(advice, pack, lang, request_options(request))), lang)
