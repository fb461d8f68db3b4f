"""The diagram: Mermaid source by its grammar, whatever the texts in it are, and the corrections it claims."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from advisor.knowledge.concept import Concept, Diagram, Relation
from advisor.render.explain.diagram import mermaid
from advisor.render.explain.sheet import Library
from advisor.text import Text

LABEL = r'"[^"]*"'
NODE = re.compile(rf"([A-Z]\d*)(?:\(\[({LABEL})\]\)|\[({LABEL})\])")
EDGE = re.compile(rf"([A-Z]\d*) -->\|({LABEL})\| ([A-Z]\d*)(?:\[({LABEL})\])?")
COMMENT = re.compile(r"%% [^{}]*")


def grammar(source: str) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Return nodes and edges of a flowchart in the part of Mermaid that is used here.

    Checked against Mermaid 11 itself: this part is a subset of what it takes.

    Raises:
        ValueError: a line that is not of it, a node that is drawn twice, or an edge to nowhere.
    """
    head, *lines = source.rstrip("\n").split("\n")
    if head not in ("graph LR", "graph TD"):
        raise ValueError(head)
    nodes: dict[str, str] = {}
    edges: list[tuple[str, str, str]] = []
    for line in map(str.strip, lines):
        if COMMENT.fullmatch(line):
            continue
        if match := NODE.fullmatch(line):
            declared = [(match[1], match[2] or match[3])]
        elif match := EDGE.fullmatch(line):
            edges.append((match[1], match[2][1:-1], match[3]))
            declared = [(match[3], match[4])] if match[4] else []
        else:
            raise ValueError(line)
        for id, label in declared:
            if id in nodes:
                raise ValueError(f"{id} twice")
            nodes[id] = label[1:-1]
    if lost := {id for start, _, end in edges for id in (start, end)} - set(nodes):
        raise ValueError(f"{lost} are no nodes")
    return nodes, edges


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_diagram_is_valid_and_complete(library: Callable[[str], Library], lang: str) -> None:
    known = library(lang)
    nodes, edges = grammar(mermaid(known))
    diagram = known.onboarding.diagram
    assert diagram is not None
    names = {framework.name for framework in known.pack.frameworks.values()}
    assert names <= set(nodes.values())
    drawn = {(nodes[start], label, nodes[end]) for start, label, end in edges}
    for id in diagram.concepts:
        concept = known.onboarding.glossary[id]
        for framework, spelled in concept.spelled.items():
            assert (known.name(framework), concept.name[lang], spelled[0]) in drawn
    for relation in diagram.relations:
        assert (known.name(relation.from_), relation.label[lang], known.name(relation.to)) in drawn


def test_it_draws_nothing_the_review_rejects(library: Callable[[str], Library]) -> None:
    """The article's wrong edges: nn.Module as graph, the functional API as autodiff, tf.train, edges between all pairs."""
    nodes, edges = grammar(mermaid(library("en")))
    drawn = {(nodes[start], label, nodes[end]) for start, label, end in edges}
    assert ("PyTorch", "computation graph", "torch.nn.Module") not in drawn
    assert not any("tf.train" in end or "functional" in end for _, _, end in drawn)
    assert not any(start == "Keras" and label == "automatic differentiation" for start, label, _ in drawn)
    assert not {label for _, label, _ in drawn} & {"community", "performance", "extension"}
    assert {end for start, label, end in drawn if (start, label) == ("Keras", "runs on")} == {
        "TensorFlow",
        "PyTorch",
        "JAX",
    }


def test_hostile_texts_stay_labels(library: Callable[[str], Library]) -> None:
    known = library("en")
    evil = 'a"] --> X["b\n%% end ; subgraph {x} #quot; `md` <script>'
    text = Text(en=evil, zh=evil)
    concept = Concept(name=text, definition=text, spelled={"pytorch": ("torch.nn",)})
    diagram = Diagram(
        about=text,
        section="2.2",
        concepts=("c",),
        relations=(Relation(from_="keras", to="pytorch", label=text, claims=()),),
        corrects=(text,),
    )
    onboarding = replace(known.onboarding, glossary={"c": concept}, diagram=diagram)
    nodes, edges = grammar(mermaid(replace(known, onboarding=onboarding)))
    assert (len(nodes), len(edges)) == (3, 2)


def test_a_pack_without_a_diagram_has_none(library: Callable[[str], Library]) -> None:
    known = library("en")
    assert mermaid(replace(known, onboarding=replace(known.onboarding, diagram=None))) == ""


def test_the_pitfall_about_mermaid_shows_what_it_says(library: Callable[[str], Library]) -> None:
    pitfalls = [pitfall for pitfall in library("en").onboarding.pitfalls.values() if pitfall.language == "mermaid"]
    assert pitfalls
    for pitfall in pitfalls:
        for snippet in (pitfall.wrong, pitfall.right):
            if snippet.valid:
                grammar(snippet.code)
            else:
                with pytest.raises(ValueError, match=re.escape("functional API")):
                    grammar(snippet.code)
