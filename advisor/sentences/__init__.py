"""The sentences of the program: templates with named fields, English and Chinese side by side, in YAML."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

from advisor.folders import cache_folder
from advisor.text import Lang, Text, with_brackets_set

FOLDER = Path(__file__).parent
COMMA: Mapping[Lang, str] = {Lang.EN: ", ", Lang.ZH: "、"}
"""What stands between the values of a field that holds several."""
Name = TypeVar("Name", bound=str)


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
    kept_file = _kept_file()
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        kept = json.loads(kept_file.read_text("utf-8")) if kept_file else {}
        if kept.get("stamp") == stamp:
            catalogue: dict[str, dict[str, str]] = kept["templates"]
            return catalogue
    templates = read_files(files)
    if kept_file is not None:
        with contextlib.suppress(OSError):
            _keep(kept_file, {"stamp": stamp, "templates": templates})
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


def _kept_file() -> Path | None:
    folder = cache_folder()
    return folder / "sentences.json" if folder else None


def _keep(file: Path, document: Mapping[str, object]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    temporary.replace(file)
