"""Fill in the templates of the folder. Whatever comes from a pack, an answer or a run is text there, never markup."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from advisor.errors import InputError, Problem
from advisor.onboarding.kit import Kit
from advisor.render.markup import escaped, part_lines
from advisor.sentences import COMMA, sentence
from advisor.text import Text, clean

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")
FENCE = "~~~~~~"
ADDRESS = ":/?#@!$&'*+,;=%-._~"


class Markup(str):
    """Text that is markup already: made by this program from inert parts."""

    __slots__ = ()


def as_text(value: Any) -> str:
    """Return outside text so that Markdown shows it as it is."""
    if isinstance(value, Markup):
        return value
    return escaped(str(value))


def code(value: Any) -> Markup:
    """Return outside text as inline code; backticks, which would end it, become apostrophes."""
    return Markup(f"`{line(value)}`")


def scalar(value: Any) -> Markup:
    """Return outside text as a quoted scalar of YAML that is a plain word to Markdown, too, for not every reader knows front matter."""
    quoted = json.dumps(clean(str(value)), ensure_ascii=False)
    return Markup(re.sub(r"[<>\[\](){}`*_|!&#~]", lambda match: f"\\u{ord(match[0]):04x}", quoted))


def prose(value: Any) -> Markup:
    """Return outside text as it is, but what stands between two backticks as code."""
    parts = re.split("`([^`]*)`", str(value))
    return Markup(
        "".join(
            code(part) if number % 2 and part.strip() else _with_outer_spaces(part) for number, part in enumerate(parts)
        )
    )


def _with_outer_spaces(part: str) -> str:
    """Return a part of a sentence, inert, with the spaces that part it from the rest."""
    if not clean(part):
        return " " if part else ""
    return f"{' ' if part[0].isspace() else ''}{as_text(part)}{' ' if part[-1].isspace() else ''}"


def block(text: str, language: str) -> Markup:
    """Return lines as a block of code of a language."""
    lines = [clean_line(line) for line in text.splitlines() if not line.startswith(FENCE)]
    return Markup("\n".join([f"{FENCE}{language}", *lines, FENCE]))


def line(value: Any) -> Markup:
    """Return outside text as a line inside a block of code of ours: it cannot end the block, start a line, or be filled in by a page template."""
    return Markup(re.sub(r"{(?=[{%])", "{ ", clean(str(value)).replace("`", "'")))


def link(title: Any, url: str) -> Markup:
    """Return a link; what could end its address is written as an address escapes it."""
    return Markup(f"[{as_text(title)}]({quote(clean(url), safe=ADDRESS)})")


def clean_line(line: str) -> str:
    """Return one line without what acts on a terminal; its indent stays."""
    indent = len(line) - len(line.lstrip(" "))
    return (" " * indent + clean(line)).rstrip()


def render_template(name: str, sentences: str, kit: Kit, **more: Any) -> str:
    """Return a file of the folder.

    Args:
        name: of the template: `DECISION.md`.
        sentences: the file of the catalogue its sentences are in.
        kit: what the folder is made from; its parts are the template's words.
        more: further words; `gap` is what stands between two sentences.

    Raises:
        InputError: the template engine is not installed.
    """
    words = {
        "kit": kit,
        "advice": kit.advice,
        "lock": kit.lock,
        "pack": kit.pack,
        "say": partial(_say, sentences, kit),
        "gap": Markup(kit.lang.pick(" ", "")),
        **more,
    }
    text = _environment(kit).get_template(f"{name}.j2").render(words)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def template_engine(**settings: Any) -> Environment:
    """Return the template engine.

    Args:
        settings: of the engine, beside those all templates share.

    Raises:
        InputError: it is not installed.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        problem = "writing the team's folder needs the report extra"
        raise InputError([Problem("", problem, "pip install 'framework-advisor[report]'")]) from None
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **settings,
    )


def _say(sentences: str, kit: Kit, name: str, /, **fields: Any) -> Markup:
    """Return a sentence of the catalogue, which may hold markup; what fills its fields is inert."""
    inert = {key: as_text(value[kit.lang] if isinstance(value, Text) else value) for key, value in fields.items()}
    return Markup(sentence(f"{sentences}.{name}", kit.lang, **inert))


def _environment(kit: Kit) -> Environment:
    environment = template_engine(finalize=as_text)
    environment.filters |= {
        "code": code,
        "line": line,
        "listed": lambda parts: Markup(COMMA[kit.lang].join(map(as_text, parts))),
        "link": link,
        "linked": lambda links: Markup(COMMA[kit.lang].join(link(title, url) for title, url in links)),
        "markup": Markup,
        "name": lambda id: _name(id, kit),
        "part": lambda id: _part(id, kit),
        "scalar": scalar,
        "prose": lambda text: prose(text[kit.lang] if isinstance(text, Text) else text),
        "sentence": lambda text: _sentence(text, kit),
    }
    return environment


def _sentence(text: Text, kit: Kit) -> Markup:
    """Return a text in the folder's language, without its full stop."""
    return prose(text[kit.lang].rstrip("。."))


def _part(id: str, kit: Kit) -> Markup:
    """Return a part of the answer, without its head."""
    return Markup("\n".join(part_lines(kit.document.part(id))))


def _name(id: str, kit: Kit) -> str:
    """Return the name of a candidate or a framework."""
    if id in kit.pack.candidates:
        return kit.pack.candidates[id].name[kit.lang]
    return kit.pack.frameworks[id].name
