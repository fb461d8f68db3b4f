"""The diagram of how the frameworks realise the core concepts, as Mermaid source made from the glossary.

Every id is made here and every label is quoted, so the source is valid whatever the texts are
(https://mermaid.js.org/syntax/flowchart.html: a label in quotes may hold any text; a quotation mark is `#quot;`).
"""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.concept import Diagram
from advisor.render.explain.sheet import Library
from advisor.text import clean


def mermaid(library: Library) -> str:
    """Return the diagram as Mermaid source; what it corrects stands in comments.

    Args:
        library: glossary, relations, and the language of the labels.
    """
    diagram = library.onboarding.diagram
    return "" if diagram is None else "\n".join(_lines(library, diagram)) + "\n"


def _lines(library: Library, diagram: Diagram) -> Iterator[str]:
    yield "graph LR"
    yield f"    %% {_comment(diagram.about[library.lang])} (§{diagram.section})"
    yield from (f"    %% - {_comment(correction[library.lang])}" for correction in diagram.corrects)
    edges = list(_edges(library, diagram))
    ids = _ids(library, edges)
    for name, id in ids.items():
        shape = '(["{}"])' if name in library.pack.frameworks else '["{}"]'
        yield f"    {id}{shape.format(_label(library.name(name)))}"
    for start, label, end in edges:
        yield f'    {ids[start]} -->|"{_label(label)}"| {ids[end]}'


def _edges(library: Library, diagram: Diagram) -> Iterator[tuple[str, str, str]]:
    """Yield (framework, label, framework or name): what each calls each concept, then the relations."""
    for framework in library.pack.frameworks:
        for id in diagram.concepts:
            concept = library.onboarding.glossary[id]
            if framework in concept.spelled:
                yield framework, concept.name[library.lang], concept.spelled[framework][0]
    for relation in diagram.relations:
        yield relation.from_, relation.label[library.lang], relation.to


def _ids(library: Library, edges: list[tuple[str, str, str]]) -> dict[str, str]:
    """Give every framework and every name an id, frameworks first."""
    names = dict.fromkeys(name for start, _, end in edges for name in (start, end))
    frameworks = [name for name in library.pack.frameworks if name in names]
    other_names = [name for name in names if name not in library.pack.frameworks]
    return {name: f"F{number}" for number, name in enumerate(frameworks)} | {
        name: f"N{number}" for number, name in enumerate(other_names)
    }


def _label(text: str) -> str:
    """Return a text fit to stand in quotes; Mermaid reads `#` and `;` as the ends of an escape."""
    return clean(text).replace("#", "#35;").replace('"', "#quot;")


def _comment(text: str) -> str:
    """Return a text fit for a comment: braces would be read as a directive."""
    return clean(text).replace("{", "(").replace("}", ")")
