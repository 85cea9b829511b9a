"""Backups of a library, taken while it is asked and written to.

The catalogue is copied in one state of it, through SQLite, and with it the indexes of that very
generation: their files are held open, so that a publication meanwhile takes nothing away. What may
wait to be read is noted before that state and the bytes of files that were sent in are taken after
it: what a client was promised is in the backup, or will be read again from it.

The archive is made aside in its folder, read again and held against its manifest, and renamed.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sqlite3
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from filelock import FileLock, Timeout

from rag.access import keyfile
from rag.errors import LibraryBusy, LibraryCorrupt, LibraryMissing, StorageError, UsageError
from rag.store import archive, place
from rag.store.archive import HEAD, KEYS, PACKED, Backup, Held, Writer
from rag.store.database import connect_for_reading, mapped
from rag.store.place import LibraryPaths
from rag.store.where import where
from rag.whole import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

log = logging.getLogger(__name__)

_NAME, _STAMP, _TIME = "rag-backup-", "stamp.json", "%Y%m%dT%H%M%SZ"
_DATED = re.compile(r"rag-backup-(\d{8}T\d{6}Z)(?:-(\d+))?\.tar\.gz")
_ASIDE, _LOCK = ".rag-backup.part", ".rag-backup.lock"
_TRIES = 20  # a writer may publish between our reading the generation and opening its files
#: Folders beside a collection, the names they have in an archive, and the files in them that are
#: whole under their names: bytes under their hash, and what is noted of them.
FOLDERS = {"+uploads": "uploads", "+jobs": "jobs"}
KEPT = re.compile(r"(?:\.(?:notes|wanted)/)?[0-9a-f]{16,64}(?:\.[0-9a-z]{1,32}){0,3}")


def back_up(
    home: Path, target: Path, names: Sequence[str] = (), *, version: str, keys: bool = True
) -> tuple[Path, Backup]:
    """Back up collections of the library at `home`, all where none is named, with the keys.

    `target` is the archive, which must not be there yet, or a folder where it gets a name of its
    own. Gives the archive, and what it holds as it was read again.

    Raises UsageError for no such collection or a target that cannot be, LibraryMissing where there
    is nothing, LibraryCorrupt where a catalogue is damaged, LibraryBusy while another backup is
    written into the same folder, StorageError where the disk fails or is full.
    """
    chosen = _chosen(home, names)
    file = _file(target)
    with _aside(file.parent) as aside, _disk(file):
        made = aside / file.name
        with archive.writing(made, packed=_packed(file)) as writer:
            head = {
                "form": archive.FORM,
                "version": version,
                "made": datetime.now(UTC).isoformat(timespec="seconds"),
                "collections": chosen,
            }
            writer.put(HEAD, json.dumps(head, ensure_ascii=False).encode())
            held = [
                _collection(LibraryPaths(home, name), number, writer, aside)
                for number, name in enumerate(chosen)
            ]
            writer.finish(held, keys=keys and _keys(home, writer))
        backup = archive.verified(made)
        os.rename(made, file)
        sync_folder(file.parent)
    return file, backup


def keep_newest(folder: Path, count: int) -> list[Path]:
    """Delete all backups with names of ours in a folder but the newest; gives those deleted."""
    named = ((_DATED.fullmatch(path.name), path) for path in folder.iterdir())
    dated = sorted((told[1], int(told[2] or 1), path) for told, path in named if told)
    going = [path for *_, path in dated[: max(len(dated) - count, 0)]]
    for path in going:
        path.unlink(missing_ok=True)
    return going


def _chosen(home: Path, names: Sequence[str]) -> list[str]:
    place.finish_moves(home)
    there = place.collections(home)
    if not there:
        raise LibraryMissing(f"There is no library at {home}", "Make one: rag ingest FOLDER")
    for name in names:
        if name not in there:
            raise UsageError(
                f"There is no collection {name} in {home}", "See what there is: rag collections"
            )
    chosen = list(dict.fromkeys(names)) or there
    elsewhere = [name for name in chosen if where(LibraryPaths(home, name)).postgres]
    if elsewhere:
        raise UsageError(
            f"The catalogue of {', '.join(elsewhere)} is in PostgreSQL, which has backups of its"
            " own",
            "Back the database up: pg_dump --format custom; name the collections that are here;"
            " or copy a library: rag export FOLDER",
        )
    return chosen


def _file(target: Path) -> Path:
    """The archive that is to be made."""
    if target.is_dir():
        name = f"{_NAME}{datetime.now(UTC).strftime(_TIME)}"
        file, number = target / f"{name}.tar.gz", 1
        while file.exists():
            number += 1
            file = target / f"{name}-{number}.tar.gz"
        return file
    if not target.name.endswith(tuple(PACKED)):
        raise UsageError(
            f"{target} is no folder, and no name of a backup",
            f"Name a folder that is there, or a file that ends in {', '.join(PACKED)}.",
        )
    if target.exists():
        raise UsageError(f"{target} is there already", "Name another file, or a folder.")
    if not target.parent.is_dir():
        raise UsageError(f"There is no folder {target.parent}", "Make it, or name another.")
    return target


def _packed(file: Path) -> bool:
    return next(packed for end, packed in PACKED.items() if file.name.endswith(end))


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A folder for what is not done yet; whatever a kill left there goes first."""
    lock, aside = FileLock(folder / _LOCK), folder / _ASIDE
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LibraryBusy(
            f"Another backup is written into {folder}", "Run it again when that has ended."
        ) from None
    except OSError as error:
        raise _failed(folder, error) from error
    try:
        shutil.rmtree(aside, ignore_errors=True)
        with _disk(folder):
            aside.mkdir(mode=0o700)
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        (folder / _LOCK).unlink(missing_ok=True)
        lock.release()


@contextmanager
def _disk(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _failed(file, error) from error


def _failed(file: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The backup {file} cannot be written ({error.strerror or error}{_at(error)})",
        "Free some space or name another place; the library is as it was.",
    )


def _at(error: OSError) -> str:
    """Where it happened, if the error tells: it may be a file of the library that is not read."""
    return f": {error.filename}" if error.filename else ""


def _collection(paths: LibraryPaths, number: int, writer: Writer, aside: Path) -> Held:
    """Put a collection in, under its number."""
    early = dict(_notes(paths))
    held = Held(paths.collection, uploads=str(paths.uploads.resolve()))
    with ExitStack() as stack:
        if paths.catalogue.exists():
            held, copy, index = _pinned(paths, aside, stack)
            _add(writer, f"{number}/catalogue.sqlite", copy)
            for name, file in index.items():
                size = os.fstat(file.fileno()).st_size
                writer.add(f"{number}/index/{held.generation}/{name}", file, size)
    if paths.corrections.exists():
        _beside(paths.corrections, aside / "corrections.sqlite")
        _add(writer, f"{number}/corrections.sqlite", aside / "corrections.sqlite")
    if paths.history.exists():
        try:
            _beside(paths.history, aside / "history.sqlite")
            _add(writer, f"{number}/history.sqlite", aside / "history.sqlite")
        except LibraryCorrupt:  # no backup fails for what is begun anew with the next question
            log.warning("The history of %s is damaged and left out", paths.collection)
    _add(writer, f"{number}/folders.json", paths.folders)
    _add(writer, f"{number}/store.json", paths.note)
    for name, data in {**dict(_notes(paths)), **early}.items():
        writer.put(f"{number}/{name}", data)
    for path in _files(paths.uploads):
        if path.parent == paths.uploads:
            _add(writer, f"{number}/uploads/{path.name}", path)
    return held


def _pinned(
    paths: LibraryPaths, aside: Path, stack: ExitStack
) -> tuple[Held, Path, dict[str, IO[bytes]]]:
    """One state of a catalogue, a copy of it, and the files of its indexes, opened."""
    copy = aside / "catalogue.sqlite"
    for _ in range(_TRIES):
        with _sound(paths.catalogue), closing(connect_for_reading(paths.catalogue)) as db:
            db.execute("BEGIN")  # what is read and copied from here on is one state
            held = _state(db, paths)
            opened = stack.enter_context(ExitStack())
            index = _open_index(paths.index(held.generation), opened)
            if index or held.generation == _generation(paths):
                _copy_database(db, copy)
                return replace(held, indexed=bool(index)), copy, index
        opened.close()  # published in between
    raise LibraryBusy("The library changes faster than it can be copied", "Try again.")


def _state(db: sqlite3.Connection, paths: LibraryPaths) -> Held:
    """What a catalogue of any format says of itself."""
    held = Held(paths.collection, uploads=str(paths.uploads.resolve()))
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return held  # killed before it was filled
    meta = dict(db.execute("SELECT key, value FROM meta WHERE key IN ('schema', 'generation')"))
    (documents,) = db.execute("SELECT count(*) FROM documents WHERE live").fetchone()
    (chunks,) = db.execute("SELECT coalesce(sum(chunks), 0) FROM documents WHERE live").fetchone()
    return replace(
        held,
        format=int(meta["schema"]),
        generation=int(meta["generation"]),
        documents=documents,
        chunks=chunks,
    )


def _generation(paths: LibraryPaths) -> int:
    with closing(connect_for_reading(paths.catalogue)) as db:
        return _state(db, paths).generation


def _open_index(folder: Path, stack: ExitStack) -> dict[str, IO[bytes]]:
    """The files of a generation's indexes by their paths in it; none where one is missing."""
    try:
        sizes = json.loads((folder / _STAMP).read_text(encoding="utf-8"))["sizes"]
        files = {name: stack.enter_context((folder / name).open("rb")) for name in (*sizes, _STAMP)}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    there = {name: os.fstat(file.fileno()).st_size for name, file in files.items()}
    there.pop(_STAMP)
    return files if there == sizes else {}


def _copy_database(db: sqlite3.Connection, copy: Path) -> None:
    """Copy a database as a connection sees it. Raises sqlite3.DatabaseError where it is damaged."""
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(copy)) as made:
        db.backup(made)
        made.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        [(found,), *_] = made.execute("PRAGMA quick_check(1)").fetchall()
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def _beside(path: Path, copy: Path) -> None:
    with _sound(path), closing(connect_for_reading(path)) as db:
        _copy_database(db, copy)


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours; of one that is damaged there is no backup."""
    try:
        with mapped():
            yield
    except (LibraryCorrupt, KeyError, ValueError) as error:
        raise LibraryCorrupt(
            f"{path} is damaged and makes no backup ({error.__cause__ or error})",
            "See what is wrong with the library: rag doctor",
        ) from error


def _add(writer: Writer, name: str, path: Path) -> None:
    """Put a file in; one that is gone meanwhile is left out."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        writer.add(name, file, os.fstat(file.fileno()).st_size)


def _notes(paths: LibraryPaths) -> Iterator[tuple[str, bytes]]:
    """What is noted of files that were sent in and of work that goes on, small and whole each."""
    for folder, name in _folders(paths):
        for path in _files(folder):
            if folder != paths.uploads or path.parent != folder:
                with suppress(FileNotFoundError):
                    yield f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes()


def _folders(paths: LibraryPaths) -> list[tuple[Path, str]]:
    return [(paths.home / f"{paths.collection}{end}", name) for end, name in FOLDERS.items()]


def _files(folder: Path) -> list[Path]:
    """The files of a folder and of those in it that are whole under their names, in order."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sorted(p for p in found if KEPT.fullmatch(p.relative_to(folder).as_posix()))


def _keys(home: Path, writer: Writer) -> bool:
    try:
        data = (home / keyfile.FILE_NAME).read_bytes()
    except FileNotFoundError:
        return False
    writer.put(KEYS, data)
    return True
