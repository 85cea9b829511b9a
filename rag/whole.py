"""Files that are whole under their own name or not there, and outlast a power cut if they must."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, data: bytes, *, durable: bool = False, mode: int = 0o600) -> None:
    """Write aside and rename: under its own name a file is whole or not there.

    `mode` are its rights, by default the owner's alone.

    Once a `durable` one is written its bytes outlast a power cut, and its name does after
    `sync_folder`.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        aside = Path(file.name)
        try:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
            aside.chmod(mode)
            aside.replace(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise


def sync_folder(folder: Path) -> None:
    """Let the names in a folder outlast a power cut, where the system knows of such a thing."""
    flags = getattr(os, "O_DIRECTORY", None)
    if flags is None:
        return
    opened = os.open(folder, os.O_RDONLY | flags)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
