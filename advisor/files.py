"""Write files whole or not at all, and never over somebody's work; read those of others, whatever they turn out to be."""

from __future__ import annotations

import errno
import os
import select
import shutil
import stat
import tempfile
from pathlib import Path

from advisor.errors import Problem, StoreError
from advisor.text import short

PIPE_SECONDS = 10.0
"""So long a pipe may say nothing before it is taken for one that nobody writes to."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_foreign(path: str | Path, most: int) -> bytes:
    """Return what is in a file that may be anybody's, or what comes from a pipe.

    Args:
        path: the file; a link is followed.
        most: bytes that are read at most, and one more where there are more.

    Raises:
        OSError: it cannot be read, is neither a file nor a pipe, or nobody writes to the pipe.
    """
    handle = os.open(path, _FLAGS)
    try:
        kind = os.fstat(handle)
        if stat.S_ISREG(kind.st_mode):
            return _all_of(handle, min(kind.st_size, most) + 1, most + 1)
        if stat.S_ISFIFO(kind.st_mode):
            return _piped(handle, most + 1)
        if stat.S_ISCHR(kind.st_mode) and kind.st_rdev == os.stat(os.devnull).st_rdev:  # noqa: PTH116
            return b""
        raise OSError(errno.EISDIR if stat.S_ISDIR(kind.st_mode) else errno.EINVAL, "this is no file")
    finally:
        os.close(handle)


def read_named(path: Path, most: int, fix: str = "check the name") -> bytes:
    """Return what is in a file the user named; see `read_foreign`.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        return read_foreign(path, most)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise StoreError([Problem(short(path, 100), what, fix)]) from None


def _all_of(handle: int, expected: int, most: int) -> bytes:
    content = os.read(handle, expected)
    while expected <= len(content) < most:  # it has grown since it was looked at
        expected = most
        content += os.read(handle, most - len(content))
    return content


def _piped(handle: int, most: int) -> bytes:
    content = bytearray()
    while len(content) < most:
        if not select.select([handle], [], [], PIPE_SECONDS)[0]:
            raise OSError(errno.ETIMEDOUT, f"nothing has come from this pipe for {PIPE_SECONDS:.0f} s")
        try:
            data = os.read(handle, min(most - len(content), 1 << 20))
        except BlockingIOError:
            continue
        if not data:
            break
        content += data
    return bytes(content)


def write_whole(path: Path, text: str, *, force: bool = False, durable: bool = True) -> None:
    """Write a file through a temporary one beside it, so that it is never half there.

    Args:
        path: the file.
        text: all that will be in it.
        force: whether to write over one that exists.
        durable: whether to wait until it would outlive a power cut.

    Raises:
        StoreError: it exists (without `force`), is a link, or cannot be written.
    """
    try:
        if problem := _in_the_way(path, force):
            raise StoreError([problem])
        handle, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=".advise.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
                file.write(text)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            shutil.copymode(path, temporary) if path.exists() else Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise StoreError([Problem(short(path, 100), what, "check the folder")]) from None


def _in_the_way(path: Path, force: bool) -> Problem | None:
    """Say what stands where a file is to be written, if it must stay."""
    if path.is_symlink():
        return Problem(str(path), "this is a link", "name the file itself")
    if path.is_dir():
        return Problem(str(path), "this is a folder", "name a file")
    if path.exists() and not force:
        return Problem(str(path), "this file exists already", "use --force or another name")
    return None
