"""Write files completely or not at all, and never over existing work; read files that may be of any kind."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from advisor.errors import Problem, StoreError
from advisor.text import short

UNFINISHED = ".advise."
"""How the names of files begin that are still being written."""
OLD_SECONDS = 600.0
"""No file is written for so long."""
CHUNK_BYTES = 1 << 20
PIPE_SECONDS = 10.0
"""How long a pipe may stay silent before it counts as one that nobody writes to."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_untrusted_file(path: str | Path, limit: int) -> bytes:
    """Return the content of a file or pipe that may be anything.

    Args:
        path: the file; a link is followed.
        limit: bytes that are read at most, and one more where there are more.

    Raises:
        OSError: it cannot be read, is neither a file nor a pipe, or nobody writes to the pipe.
    """
    handle = os.open(path, _FLAGS)
    try:
        kind = os.fstat(handle)
        if stat.S_ISREG(kind.st_mode):
            return _read_file(handle, min(kind.st_size, limit) + 1, limit + 1)
        if stat.S_ISFIFO(kind.st_mode):
            return _read_pipe(handle, limit + 1)
        if stat.S_ISCHR(kind.st_mode) and kind.st_rdev == os.stat(os.devnull).st_rdev:  # noqa: PTH116
            return b""
        raise OSError(errno.EISDIR if stat.S_ISDIR(kind.st_mode) else errno.EINVAL, "this is no file")
    finally:
        os.close(handle)


def read_named_lines(path: Path, limit: int, longest: int) -> Iterator[bytes]:
    """Yield the lines of a file or pipe that the user named, without their ends; see `read_untrusted_file`.

    Args:
        path: the file; a link is followed.
        limit: bytes that are read at most.
        longest: bytes of a line at most: of a longer one a little more than these are yielded, and the rest is skipped.

    Raises:
        StoreError: it cannot be read, or is larger than the limit.
    """
    try:
        chunks, skipping, text = _iter_chunks(path, limit), False, b""
        for chunk in chunks:
            *lines, text = (text + chunk).split(b"\n")
            for line in lines:
                if not skipping:
                    yield line
                skipping = False
            if len(text) > longest:
                if not skipping:
                    yield text
                skipping, text = True, b""
        if text and not skipping:
            yield text
    except (OSError, ValueError) as error:
        problem = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise StoreError([Problem(short(path, 100), problem, "check the name")]) from None


def _iter_chunks(path: Path, limit: int) -> Iterator[bytes]:
    """Yield the content of a file or pipe that may be anything, a piece at a time.

    Raises:
        OSError: as `read_untrusted_file`, or it is larger than the limit.
    """
    handle = os.open(path, _FLAGS)
    try:
        kind = os.fstat(handle)
        is_pipe = stat.S_ISFIFO(kind.st_mode)
        if not is_pipe and not stat.S_ISREG(kind.st_mode):
            if stat.S_ISCHR(kind.st_mode) and kind.st_rdev == os.stat(os.devnull).st_rdev:  # noqa: PTH116
                return
            raise OSError(errno.EISDIR if stat.S_ISDIR(kind.st_mode) else errno.EINVAL, "this is no file")
        left = limit + 1
        while (
            chunk := _read_pipe(handle, min(CHUNK_BYTES, left)) if is_pipe else os.read(handle, min(CHUNK_BYTES, left))
        ):
            left -= len(chunk)
            if left <= 0:
                raise OSError(errno.EFBIG, f"larger than {limit >> 20} MiB: split it")
            yield chunk
    finally:
        os.close(handle)


def read_named_file(path: Path, limit: int, fix: str = "check the name") -> bytes:
    """Return the content of a file that the user named; see `read_untrusted_file`.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        return read_untrusted_file(path, limit)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        problem = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise StoreError([Problem(short(path, 100), problem, fix)]) from None


def sweep_unfinished(folder: Path) -> int:
    """Remove from a folder the files of this user that were being written when their program was killed.

    Returns:
        How many there were. What is younger than `OLD_SECONDS` may still be being written, and is left alone.
    """
    removed = 0
    with contextlib.suppress(OSError):
        for file in folder.glob(f"{UNFINISHED}*"):
            kind = file.lstat()
            if stat.S_ISREG(kind.st_mode) and _is_owned(kind) and time.time() - kind.st_mtime > OLD_SECONDS:
                file.unlink()
                removed += 1
    return removed


def read_own_file(path: Path, limit: int) -> bytes:
    """Return the content of a file that this program wrote for this user, up to a limit.

    Raises:
        OSError: it cannot be read, is a link or no file, is larger than the limit, or somebody else owns it or may write it.
    """
    handle = os.open(path, _FLAGS | getattr(os, "O_NOFOLLOW", 0))
    try:
        kind = os.fstat(handle)
        if not stat.S_ISREG(kind.st_mode) or kind.st_size > limit or not _is_private(kind):
            raise OSError(errno.EPERM, "this file is not one of this program and user")
        return _read_file(handle, kind.st_size + 1, limit + 1)
    finally:
        os.close(handle)


def make_own_folder(folder: Path) -> None:
    """Make a folder that this user alone may write; one that is there already is closed to others.

    Raises:
        OSError: it cannot be made, is a link or no folder, or belongs to somebody else.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kind = folder.lstat()
    if not stat.S_ISDIR(kind.st_mode) or not _is_owned(kind):
        raise OSError(errno.EPERM, "this folder belongs to somebody else")
    if not _is_private(kind):
        folder.chmod(0o700)


def write_own_file(path: Path, content: bytes) -> None:
    """Write a file of this program for this user, through a temporary one that nobody can have put there before.

    Raises:
        OSError: its folder is not this user's alone, or the file cannot be written; then it is as it was.
    """
    make_own_folder(path.parent)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def is_own_folder(folder: Path) -> bool:
    """Return whether a path is a folder, no link, that this user owns and nobody else may write."""
    try:
        kind = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(kind.st_mode) and _is_private(kind)


def _is_owned(kind: os.stat_result) -> bool:
    """Return whether this user owns a file; on a system without owners, true."""
    return not hasattr(os, "geteuid") or kind.st_uid == os.geteuid()


def _is_private(kind: os.stat_result) -> bool:
    """Return whether this user owns a file, and nobody else may write it."""
    return _is_owned(kind) and (not hasattr(os, "geteuid") or not kind.st_mode & 0o022)


def _read_file(handle: int, expected: int, limit: int) -> bytes:
    """Read a file up to a limit, also if it has grown since its size was read."""
    content = os.read(handle, expected)
    while expected <= len(content) < limit:  # it has grown since it was looked at
        expected = limit
        content += os.read(handle, limit - len(content))
    return content


def _read_pipe(handle: int, limit: int) -> bytes:
    """Read a pipe to its end, or up to a limit."""
    content = bytearray()
    while len(content) < limit:
        if not select.select([handle], [], [], PIPE_SECONDS)[0]:
            raise OSError(errno.ETIMEDOUT, f"nothing has come from this pipe for {PIPE_SECONDS:.0f} s")
        try:
            chunk = os.read(handle, min(limit - len(content), 1 << 20))
        except BlockingIOError:
            continue
        if not chunk:
            break
        content += chunk
    return bytes(content)


def write_whole(path: Path, text: str, *, force: bool = False, durable: bool = True) -> None:
    """Write a file through a temporary one beside it, so that it is never incomplete.

    Args:
        path: the file.
        text: all that will be in it.
        force: whether to write over one that exists.
        durable: whether to wait until it would outlive a power cut.

    Raises:
        StoreError: it exists (without `force`), is a link, or cannot be written.
    """
    try:
        if obstacle := _write_obstacle(path, force):
            raise StoreError([obstacle])
        handle, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=UNFINISHED)
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
        problem = f"cannot be written: {error.strerror or error}"
        raise StoreError([Problem(short(path, 100), problem, "check the folder")]) from None


def check_writable(path: Path, *, force: bool = False) -> None:
    """Check before minutes of work that a file can be written; see `write_whole`.

    Raises:
        StoreError: it exists (without `force`), is a link or a folder, or its folder is not there or cannot be written.
    """
    obstacle = _write_obstacle(path, force)
    folder = path.absolute().parent
    if obstacle is None and not (folder.is_dir() and os.access(folder, os.W_OK)):
        obstacle = Problem(short(path, 100), "its folder is not there, or cannot be written", "check the folder")
    if obstacle:
        raise StoreError([obstacle])


def _write_obstacle(path: Path, force: bool) -> Problem | None:
    """Return why a path must not be written; None where it can be."""
    if path.is_symlink():
        return Problem(str(path), "this is a link", "name the file itself")
    if path.is_dir():
        return Problem(str(path), "this is a folder", "name a file")
    if path.exists() and not force:
        return Problem(str(path), "this file exists already", "use --force or another name")
    return None
