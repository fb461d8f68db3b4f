"""START: the lines that install what is recommended."""

from __future__ import annotations

from advisor.render.page import Page


def start_lines(page: Page, *, terse: bool = False) -> list[str]:
    """Return what to type to begin with the recommended stack, one line for each thing to do; nothing where there is none.

    Args:
        page: the answer.
        terse: only what is typed.
    """
    if page.advice.candidate is None:
        return []
    if terse:
        return [page.advice.next.setup]
    size = page.pack.candidates[page.advice.candidate].size
    return [page.say("answer.setup", command=page.advice.next.setup, size=size)]
