"""Files that are written: what keeps one from it, and contents put in a place at once or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path


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


def put(path: Path, data: bytes, before: os.stat_result | None) -> None:
    """Put contents in a place: whoever reads it meanwhile sees what was there before or all of them.

    Owner and permissions are those of the file that was there; where there was none, those of a new file.
    """
    from tempfile import NamedTemporaryFile

    mode = stat.S_IMODE(before.st_mode) if before is not None else 0o666 & ~_umask()
    with NamedTemporaryFile(dir=path.parent, prefix=".cnnspec-", delete=False) as file:
        try:
            file.write(data)
            file.close()
            if before is not None:
                with suppress(OSError):
                    os.chown(file.name, before.st_uid, before.st_gid)
            Path(file.name).chmod(mode)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _umask() -> int:
    """The permissions that a new file has not: they can be asked for only by setting them."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
