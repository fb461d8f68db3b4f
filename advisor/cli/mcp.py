"""`advise mcp`: the advisor as a server of the Model Context Protocol, for programs that work with language models."""

from __future__ import annotations

from advisor.cli.command import with_shared_options
from advisor.cli.options import Options
from advisor.errors import Exit, InputError, Problem


@with_shared_options("pack", "lang")
def mcp(options: Options) -> int:
    """Serve answers to a program that speaks MCP, over standard input and output.

    Tools: questions, advise, what_if, explain, check, and measure, the only one that measures. All others read.
    Needs the mcp extra. The program starts it by itself: its command is `advise mcp`.
    """
    try:
        from advisor.cli.mcp_server import make_server
    except ImportError:
        fix = "install this program with its mcp extra, or: pip install 'mcp>=2.3,<3'"
        raise InputError([Problem("", "serving MCP needs the mcp extra", fix)]) from None
    make_server(options.folders, options.language).run("stdio")
    return Exit.OK
