"""Files that came through the page: where they are kept, and under which name.

A name from outside is never a path, and a file never takes the place of another one.
"""

from __future__ import annotations

import itertools
import os
import re
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.app import App
    from rag.report import Report

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_NAME_BYTES = 180  # of a name in UTF-8; file systems take 255, and a number may have to follow
_SUFFIX_BYTES = 20  # a longer one is none
_NO_NAME = "file"


def folder_of(app: App) -> Path:
    """Where the files of a library are kept. The + keeps it apart from every collection."""
    return app.paths.uploads


def safe_name(name: str) -> str:
    """The name without a path, without what a file system or a reader may stumble over.

    Letters of every script stay; a name that begins with a dot loses it, so no file is hidden.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(c for c in last if not unicodedata.category(c).startswith("C"))
    clean = " ".join(_FORBIDDEN.sub("_", shown).split()).strip(". ")
    stem, suffix = os.path.splitext(clean)
    if len(suffix.encode()) > _SUFFIX_BYTES:
        stem, suffix = clean, ""
    short = stem.encode()[: _NAME_BYTES - len(suffix.encode())].decode(errors="ignore").rstrip()
    return f"{short or _NO_NAME}{suffix}"


def save(folder: Path, name: str, data: bytes) -> Path:
    """Keep the bytes under a safe name: «a.pdf», or «a (2).pdf» where «a.pdf» holds other bytes.

    Raises StorageError where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = _free_place(folder / safe_name(name), data)
        if not path.exists():
            _write_whole(path, data)
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written ({error.strerror or error})",
            "Make room or choose another folder: RAG_HOME=FOLDER",
        ) from error
    return path


def _free_place(path: Path, data: bytes) -> Path:
    """The first place for this name that is free or holds these very bytes."""
    numbered = (path.with_stem(f"{path.stem} ({number})") for number in itertools.count(2))
    return next(
        place
        for place in itertools.chain([path], numbered)
        if not place.exists() or (place.is_file() and place.read_bytes() == data)
    )


def _write_whole(path: Path, data: bytes) -> None:
    """Write aside and rename: under its own name a file is whole or not there."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        aside = Path(file.name)
        try:
            file.write(data)
            file.flush()
            aside.replace(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise


def discard_skipped(paths: Sequence[Path], report: Report) -> None:
    """Delete the kept copies that the library did not take."""
    for path in paths:
        if outcome(path, report)[0] == "skipped":
            path.unlink(missing_ok=True)


def outcome(path: Path, report: Report) -> tuple[str, str]:
    """What an ingest did with a file ("added", "unchanged", …), and the reason if it was skipped.

    A file's name in the report is its own, or begins with its folder where the name was taken. One
    that holds others, a mail or an archive, is as its best member is.
    """
    names = (path.name, f"{path.parent.name}/{path.name}")

    def tells_of(entry: str) -> bool:
        return any(entry == name or entry.startswith(f"{name}/") for name in names)

    for kind in ("added", "changed", "unchanged"):
        if any(map(tells_of, getattr(report, kind))):
            return kind, ""
    reasons = [row.reason for row in report.skipped if tells_of(row.path)]
    return ("skipped", reasons[0]) if reasons else ("unchanged", "")


def remove(app: App, *names: str) -> list[str]:
    """Take documents out of the library, and with them the kept copies that hold no others.

    Files that lie elsewhere stay. Gives the full names.
    """
    paths = {app.file(name) for name in names}
    removed = app.remove(*names)
    held = {Path(row.root) / row.path for row in app.files() if row.document_id}
    for path in paths - held:
        if is_upload(app, path):
            path.unlink(missing_ok=True)
    return removed


def is_upload(app: App, path: Path) -> bool:
    """Whether a file is a kept copy of one that came through the page."""
    return path.is_relative_to(folder_of(app).resolve())
