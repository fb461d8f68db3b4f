"""The sentences of the program: templates with named fields, English and Chinese side by side, in YAML."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from advisor.files import is_own_folder, read_own_file, write_own_file
from advisor.folders import cache_folder
from advisor.text import Lang, Text, with_brackets_set

FOLDER = Path(__file__).parent
COMMA: Mapping[Lang, str] = {Lang.EN: ", ", Lang.ZH: "、"}
"""What stands between the values of a field that holds several."""
MOST_BYTES = 16 * 1024 * 1024
"""Of what was kept: the sentences are a third of a megabyte."""


class Sentence(str):
    """A sentence in one language that still knows its template and what was put into it.

    Attributes:
        id: of the template, `file.name`.
        fields: name → what was put there.
    """

    id: str
    fields: Mapping[str, object]

    __slots__ = ("fields", "id")


def sentence(id: str, lang: Lang, /, **fields: object) -> Sentence:
    """Return a sentence of the catalogue with its fields filled in.

    Args:
        id: of the template, `file.name`.
        lang: the language.
        fields: what its fields hold: text in both languages, several values, or anything else as `str` writes it.

    Raises:
        KeyError: no such template, or a field of it is missing.
    """
    written = template(id)[lang].format_map({name: _written(value, lang) for name, value in fields.items()})
    filled = Sentence(with_brackets_set(written, lang))
    filled.id, filled.fields = id, fields
    return filled


def text(id: str, /, **fields: object) -> Text:
    """Return a sentence in both languages, for what is kept with an answer."""
    return Text(en=sentence(id, Lang.EN, **fields), zh=sentence(id, Lang.ZH, **fields))


@cache
def template(id: str) -> Text:
    """Return a template.

    Raises:
        KeyError: there is none of that id, `file.name`.
    """
    return Text(**_catalogue()[id])


@cache
def group(name: str) -> dict[str, Text]:
    """Return the words of a file, `glosses`, or of a group in it, `words.labels`, by what they stand for."""
    return {id.removeprefix(f"{name}."): template(id) for id in _catalogue() if id.startswith(f"{name}.")}


def _written(value: object, lang: Lang) -> object:
    if isinstance(value, Text):
        return value[lang]
    if isinstance(value, list | tuple):
        return COMMA[lang].join(str(_written(part, lang)) for part in value)
    return value


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    """Return every template by `file.name`; what was read before is kept as JSON, which is read in a tenth of the time."""
    files = sorted(FOLDER.glob("*.yaml"))
    stamp = [[file.name, file.stat().st_mtime_ns, file.stat().st_size] for file in files]
    folder = cache_folder()
    if folder is None:
        return read_files(files)
    kept_file = folder / "sentences.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        kept = json.loads(read_own_file(kept_file, MOST_BYTES)) if is_own_folder(folder) else {}
        if kept.get("stamp") == stamp:
            catalogue: dict[str, dict[str, str]] = kept["templates"]
            return catalogue
    templates = read_files(files)
    with contextlib.suppress(OSError):
        write_own_file(kept_file, json.dumps({"stamp": stamp, "templates": templates}, ensure_ascii=False).encode())
    return templates


def read_files(files: list[Path]) -> dict[str, dict[str, str]]:
    """Return the templates of files: `file.name`, or `file.group.name`, → language → template."""
    import yaml

    templates: dict[str, dict[str, str]] = {}
    for file in files:
        for name, wordings in yaml.safe_load(file.read_text("utf-8")).items():
            members = {name: wordings} if "en" in wordings else {f"{name}.{word}": wordings[word] for word in wordings}
            templates |= {f"{file.stem}.{id}": wordings for id, wordings in members.items()}
    return templates
