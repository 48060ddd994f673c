"""How files are written: whole or not at all, and it is told why not."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from cnnspec.errors import UsageError


@contextmanager
def written(path: str | Path) -> Iterator[None]:
    """Raises :class:`UsageError`, which names the file, for what the system refuses meanwhile."""
    try:
        yield
    except UsageError:
        raise
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be written: {reason(error).lower()}") from None


def reason(error: Exception) -> str:
    """What the system says of an error, without the number and the file's name."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def fault(path: Path) -> str | None:
    """Why a path cannot be written to; None where a regular file is there, or nothing."""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISREG(mode):
        return None
    return f"it is {'a link' if stat.S_ISLNK(mode) else 'a folder' if stat.S_ISDIR(mode) else 'no regular file'}"


def create(path: Path, data: bytes) -> None:
    """Write a file that is not there yet. Raises OSError: then there is none, or it is another's."""
    file = path.open("xb")
    try:
        with file:
            file.write(data)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def replace(path: Path, data: bytes) -> None:
    """Put other contents in a file's place at once: whoever reads it meanwhile sees the one or the other.

    Raises OSError: then it is as it was.
    """
    now = path.stat()
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with NamedTemporaryFile(dir=path.parent, prefix=".cnnspec-", delete=False) as file:
        try:
            file.write(data)
            file.close()
            with suppress(OSError):
                os.chown(file.name, now.st_uid, now.st_gid)
            Path(file.name).chmod(stat.S_IMODE(now.st_mode))
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
