"""Packs that were read and found sound before: their records are kept as they are, keyed by the contents they came from.

Reading YAML and checking it costs a hundred times what looking the result up does. Only sound packs are kept, so nothing read from
here needs to be checked again; a file that was cut short or changed is not used, nor one that somebody else owns or may write, in a
folder that is not this user's alone. They are kept as MessagePack, which is data: whatever is in such a file, it runs nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from msgspec import Raw
from msgspec.msgpack import Decoder, decode, encode

from advisor import __version__
from advisor.files import is_own_folder, make_own_folder, read_own_file, write_own_file
from advisor.folders import cache_folder
from advisor.knowledge.pack_files import PACK_SCHEMA
from advisor.record import Record

LEAST_FILES = 20
"""A pack with fewer files is read faster than looked up."""
MOST_KEPT = 10
"""The most packs in the cache; the oldest are removed. A pack that was laid over others is one of them."""
MOST_BYTES = 256 * 1024 * 1024
"""Of a file in the cache: the built-in pack has half a megabyte."""
CHECKS = 10
"""Counted up whenever what is checked of a pack changes: an older reading is then no longer sound."""


def read_cached_records(digest: str, names: Collection[str]) -> dict[str, Record] | None:
    """Return the records of a pack by file, if the same contents were found sound before; else None.

    Args:
        digest: the digest of the pack's files (see `folder.digest_of`).
        names: the names of these files.
    """
    file = _cache_file(digest)
    if len(names) < LEAST_FILES or file is None or not is_own_folder(file.parent):
        return None
    with contextlib.suppress(Exception):  # whatever is wrong with it, the pack is then read anew
        checksum, _, body = read_own_file(file, MOST_BYTES).partition(b"\n")
        if checksum.decode() == hashlib.sha256(body).hexdigest():
            encoded = decode(body, type=dict[str, Raw])
            if set(encoded) == set(names):
                return {name: _decoder_of(name).decode(record) for name, record in encoded.items()}
    return None


def cache_records(digest: str, records: Mapping[str, Record]) -> None:
    """Cache the records of a sound pack, whole or not at all; a folder that cannot be written is no error.

    Args:
        digest: the digest of the pack's files (see `folder.digest_of`).
        records: the record in each of these files, by file name.
    """
    file = _cache_file(digest)
    if len(records) < LEAST_FILES or file is None:
        return
    with contextlib.suppress(OSError):
        make_own_folder(file.parent)
        oldest_first = sorted(file.parent.glob("pack-*"), key=lambda path: path.stat().st_mtime)
        surplus = max(0, len(oldest_first) - (MOST_KEPT - 1))  # the new one is kept as well
        for path in oldest_first[:surplus]:
            path.unlink(missing_ok=True)
        body = encode(records)
        write_own_file(file, hashlib.sha256(body).hexdigest().encode() + b"\n" + body)


def _cache_file(digest: str) -> Path | None:
    """Return the file in which the records of a pack are cached; None without a home."""
    folder = cache_folder()
    name = hashlib.sha256(f"{__version__} {CHECKS} {digest}".encode()).hexdigest()[:32]
    return folder / f"pack-{name}.msgpack" if folder else None


def _decoder_of(name: str) -> Decoder[Record]:
    """Return the decoder for the record in a file of this name.

    Raises:
        ValueError: a pack has no such file.
    """
    record_type = PACK_SCHEMA.record_class(name)
    if record_type is None:
        raise ValueError(f"a pack has no file {name}")
    return _decoder(record_type)


@cache
def _decoder(record_type: type[Record]) -> Decoder[Record]:
    """Return the decoder for records of a class, made once."""
    return Decoder(record_type)
