"""The page of workloads: what the size of a project's own model is for, and the models whose sizes are known."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.render.document import Item, Part, part
from advisor.render.explain.sheet import Library


def table_sections(library: Library, _id: str) -> Iterator[Part]:
    """Yield what a workload is, and every preset with its sizes, in what it differs from its model, and where the sizes stand."""
    pack, say = library.pack, library.say
    yield part("", (Item(say("workload.why")), Item(say("workload.how-to-say")), Item(say("workload.assumes"))))
    for preset in pack.workloads.values():
        items = [Item(str(preset.family))]
        if preset.differs:
            items.append(Item(say("workload.differs", differs=preset.differs)))
        items.append(Item(pack.sources[preset.source_id].link or pack.sources[preset.source_id].title))
        yield part(f"{preset.id}: {preset.label[library.lang]}", items)
