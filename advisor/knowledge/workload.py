"""Workloads: the size of the model that a project trains, by family; typed, from an answers file, or from a preset."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec.structs import fields

from advisor.record import Id, Limits, Record, ShortString
from advisor.text import Text

WORKLOAD = "workload"
"""What a project answers with the size of its own model."""

Count = Annotated[int, Limits(ge=1, le=1_000_000)]
"""A number of something: of rows in a batch, of units in a layer."""


class Family(Record, frozen=True):
    """The sizes of one kind of network. A subclass names them, and says which `fault` a combination of them may have."""

    name: ClassVar[str] = ""

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes by name, in their order."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def fault(self) -> tuple[str, str] | None:
        """Return what is wrong with the sizes together and how to correct it; None where nothing is."""
        return None

    def __str__(self) -> str:
        return f"{self.name}: {{{', '.join(f'{name}: {size}' for name, size in self.sizes.items())}}}"


class Transformer(Family, frozen=True):
    """Token and position embeddings, blocks of causal attention and a net four times as wide, and a head over the vocabulary."""

    name: ClassVar[str] = "transformer"
    width: Count
    blocks: Annotated[int, Limits(ge=1, le=200)]
    heads: Annotated[int, Limits(ge=1, le=1000)]
    length: Count
    batch: Count
    vocabulary: Count = 32_000

    def fault(self) -> tuple[str, str] | None:
        """Return that the heads do not divide the width; None where they do."""
        if self.width % self.heads:
            return f"{self.heads} heads do not divide a width of {self.width}", "good: {width: 768, heads: 12}"
        return None


class Convolutional(Family, frozen=True):
    """Blocks of 3 x 3 convolution, batch normalisation, ReLU and 2 x 2 pooling, each twice as wide as the one before, up to 8 times.

    Attributes:
        image: side of the square images, in pixels.
        channels: of the images.
        width: channels of the first block.
        depth: how many blocks.
    """

    name: ClassVar[str] = "cnn"
    image: Annotated[int, Limits(ge=2, le=4096)]
    width: Count
    depth: Annotated[int, Limits(ge=1, le=10)]
    batch: Count
    channels: Annotated[int, Limits(ge=1, le=1000)] = 3
    classes: Count = 10

    @property
    def channels_of_blocks(self) -> tuple[int, ...]:
        """The channels of the images, and of each block."""
        return (self.channels, *(self.width * min(2**block, 8) for block in range(self.depth)))

    def fault(self) -> tuple[str, str] | None:
        """Return that pooling leaves nothing of the images; None where it does."""
        if self.image < 2**self.depth:
            return (
                f"{self.depth} blocks, each of which halves the image, leave nothing of {self.image} pixels",
                f"a depth of {self.image.bit_length() - 1} at most",
            )
        return None


class Recurrent(Family, frozen=True):
    """Embedding, a GRU, and a dense layer on its last state."""

    name: ClassVar[str] = "recurrent"
    width: Count
    units: Count
    length: Annotated[int, Limits(ge=1, le=10_000)]
    batch: Count
    vocabulary: Count = 10_000
    classes: Count = 2


class Dense(Family, frozen=True):
    """Two hidden layers of one width, and a softmax over the classes."""

    name: ClassVar[str] = "dense"
    inputs: Count
    hidden: Count
    batch: Count
    classes: Count = 10


FAMILIES: dict[str, type[Family]] = {family.name: family for family in (Transformer, Convolutional, Recurrent, Dense)}
"""The families that can be measured in any size, by name."""


class Preset(Record, frozen=True, kw_only=True):
    """A workload with a name, for whoever does not know the sizes by heart.

    Attributes:
        label: what it is called, in a person's words.
        domains: the answers about the domain for which it is offered.
        transformer, cnn, recurrent, dense: its sizes, in one family.
        differs: in what the measured network differs from its model; None where in nothing that matters.
        source: the id of the source that states the sizes, with the place in it.
    """

    id: Id
    label: Text
    domains: tuple[Id, ...]
    transformer: Transformer | None = None
    cnn: Convolutional | None = None
    recurrent: Recurrent | None = None
    dense: Dense | None = None
    differs: Text | None = None
    source: ShortString

    def __post_init__(self) -> None:
        families_given = [family for family in self.families if family is not None]
        if len(families_given) != 1:
            raise ValueError(f"give the sizes of one family: {', '.join(FAMILIES)}")
        if fault := families_given[0].fault():
            raise ValueError("; ".join(fault))

    @property
    def families(self) -> tuple[Family | None, ...]:
        """The sizes by family, all but one of them None."""
        return (self.transformer, self.cnn, self.recurrent, self.dense)

    @property
    def family(self) -> Family:
        """Its sizes."""
        return next(family for family in self.families if family is not None)

    @property
    def source_id(self) -> str:
        """The id of its source, without the place in it."""
        return self.source.split(" ", 1)[0]


class WorkloadsFile(Record, frozen=True):
    """`workloads.yaml`."""

    workloads: tuple[Preset, ...]
