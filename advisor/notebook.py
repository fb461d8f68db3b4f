"""Advice that a notebook shows: the record that `advise()` returns, with a view of it."""

from __future__ import annotations

from pathlib import Path

from advisor.knowledge.loading import load_known_pack
from advisor.knowledge.pack import BUILT_IN
from advisor.reasoning.advice import Advice
from advisor.reasoning.packages import project_pack
from advisor.render.answer import document
from advisor.render.fragment import as_fragment
from advisor.render.page import Page
from advisor.text import preferred_lang

SHOWN = ("warnings", "standings", "required", "for", "against", "flips", "start")
"""The parts of an answer that a cell shows; `advise why` tells the rest."""


class ShownAdvice(Advice, frozen=True, kw_only=True):
    """Advice with what is needed to show it.

    Attributes:
        packs: the folders of knowledge it rests on.
    """

    packs: tuple[Path, ...] = (BUILT_IN,)

    def _repr_html_(self) -> str:
        """Return the answer as HTML, in the language of the locale; Jupyter asks for it where a cell ends with advice."""
        lang = preferred_lang()
        pack = project_pack(load_known_pack(self.packs), self.profile)
        answer = document(Page(self, pack, lang))
        return as_fragment([answer.short, *(answer.part(id) for id in SHOWN)], answer.title)


def to_show(advice: Advice, packs: tuple[Path, ...]) -> ShownAdvice:
    """Return advice that a notebook shows."""
    values = {name: getattr(advice, name) for name in advice.__struct_fields__}
    return ShownAdvice(**values, packs=packs)
