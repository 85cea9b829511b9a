"""Files that were sent in: their bytes under their hash, and beside them what a person called them.

    <home>/<collection>+uploads.lock    the door: held by whoever brings in or takes out
    <home>/<collection>+uploads/
        <sha256><suffix>        the bytes, with the suffix they are read by
        .notes/<sha256>.json    the name, and whether the file still waits to be read
        .wanted/<sha256>.<who>  a process, or a job, has the file on its way into the library
        .reading/<sha256>       locked by the one process that reads it and takes it in

No name from outside is ever a path. Both are written aside and renamed, the note first: under its
own name a file is whole or not there, and a kill leaves no bytes that nobody knows the name of.
Several processes may take the same bytes in: they are kept once, and go when nobody wants them.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag.errors import LibraryBusy, StorageError
from rag.whole import sync_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_NOTES, _WANTED, _READING = ".notes", ".wanted", ".reading"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"(\.[0-9a-z]{1,8})?")
#: Who wants a file: "p" and the token of a process, or "j" and the id of a job.
_WHO = re.compile(r"([0-9a-f]{64})\.([pj])([0-9a-f]+)")
#: Seconds that the door is waited for: whoever holds it writes a few notes.
_PATIENCE = 30.0
_AGAIN_AFTER = 0.01


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was sent in: what it is called, where its bytes lie, and their hash.

    `size` is in bytes. `waiting` says that it was not brought into the library yet.
    """

    name: str
    path: Path
    digest: str
    size: int
    waiting: bool = True


def process(token: str) -> str:
    """A process as one who wants files."""
    return f"p{token}"


def job(job_id: str) -> str:
    """A job as one who wants files: it outlives the process that is at it."""
    return f"j{job_id}"


class Received:
    """The files that were sent in for one collection; the folder is made when the first comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._door = FileLock(f"{self.folder}.lock", poll_interval=_AGAIN_AFTER)

    @contextmanager
    def door(self, seconds: float = _PATIENCE) -> Iterator[None]:
        """Let nobody else bring in or take out. A thread may hold it more than once.

        Raises LibraryBusy where another process holds it for long, StorageError.
        """
        try:
            self._door.acquire(timeout=seconds)
        except Timeout:
            raise LibraryBusy(
                "Another process brings files in", "Try again when that has ended."
            ) from None
        except OSError as error:
            raise self._failed(error) from error
        try:
            yield
        finally:
            self._door.release()

    def close_door(self) -> None:
        """Take the door away with the collection; whoever holds it goes out."""
        with suppress(OSError):
            Path(self._door.lock_file).unlink(missing_ok=True)

    # -- bringing in

    def keep(
        self,
        name: str,
        digest: str,
        suffix: str,
        data: bytes | Path,
        *,
        by: str = "",
        durable: bool = False,
    ) -> Kept:
        """Keep bytes, SHA-256 `digest`, to be read by a suffix such as ".pdf".

        A path is one on the disk of the library; the file is moved. `by` is who wants them in the
        library, see `process` and `job`. What is `durable` outlasts a power cut once `sync` is
        called. A file that waits already stays as it is called. Raises StorageError where the
        folder cannot be written.
        """
        if not _DIGEST.fullmatch(digest) or not _SUFFIX.fullmatch(suffix):
            raise ValueError("a hash and a suffix make the name of a file")
        size = len(data) if isinstance(data, bytes) else data.stat().st_size
        kept = Kept(name, self.folder / f"{digest}{suffix}", digest, size)
        try:
            (self.folder / _NOTES).mkdir(parents=True, exist_ok=True)
            with self.door():
                known = self.find(digest)
                if known is None or not known.waiting:
                    self._put(kept, data, durable=durable)
                if by:
                    self._want(digest, by)
                return known if known is not None and known.waiting else kept
        except OSError as error:
            raise self._failed(error) from error

    def sync(self) -> None:
        """Let what was kept outlast a power cut. Raises StorageError."""
        try:
            for folder in (self.folder, self.folder / _NOTES, self.folder / _WANTED):
                if folder.is_dir():
                    sync_folder(folder)
        except OSError as error:
            raise self._failed(error) from error

    def begin_reading(self, digest: str) -> FileLock | None:
        """The lock of whoever deals with a file; None while another one does. Raises OSError."""
        folder = self.folder / _READING
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / digest, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return None
        return lock

    def end_reading(self, lock: FileLock) -> None:
        """Another one may deal with the file."""
        with suppress(OSError):  # while it is held: whoever waits for it sees that it is gone
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()

    # -- what becomes of them

    def settle(self, kept: Kept, by: Iterable[str] = ()) -> None:
        """Note that a file is in the library. Raises StorageError where that cannot be written."""
        try:
            with self.door():
                self._note(replace(kept, waiting=False))
                self._leave(kept.digest, by)
        except OSError as error:
            raise self._failed(error) from error

    def leave(self, digest: str, by: Iterable[str]) -> None:
        """Somebody has a file no longer on its way; its bytes stay. Raises StorageError."""
        try:
            with self.door():
                self._leave(digest, by)
        except OSError as error:
            raise self._failed(error) from error

    def want(self, digest: str, by: str) -> Kept | None:
        """Have a file on its way again; None where its bytes are gone. Raises StorageError."""
        try:
            with self.door():
                kept = self.find(digest)
                if kept is not None:
                    self._want(digest, by)
                return kept
        except OSError as error:
            raise self._failed(error) from error

    def release(self, digest: str, by: Iterable[str] = ()) -> None:
        """Somebody does not want a file any more; it is deleted unless others do.

        One that is in the library stays. Raises StorageError where it cannot be deleted.
        """
        try:
            with self.door():
                self._leave(digest, by)
                kept = self.find(digest)
                if kept is not None and kept.waiting and not self._wanted(digest):
                    self.forget(digest)
        except OSError as error:
            raise self._failed(error) from error

    def discard(self, path: Path) -> None:
        """Delete a file that left the library, unless it is on its way in again."""
        with self.door():
            if not self._wanted(path.stem):
                self.delete(path)  # of an earlier version, under its own name
                self.forget(path.stem)

    def forget(self, digest: str) -> None:
        """Delete the bytes of a hash, and its note; nothing where there are none.

        Raises StorageError where that cannot be done.
        """
        kept = self.find(digest)
        if kept is not None:
            self.delete(kept.path)
        self.delete(self._place(digest))

    def delete(self, path: Path) -> None:
        """Delete a file of the folder if it is there. Raises StorageError where that fails."""
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise self._failed(error) from error

    # -- what there is

    def find(self, digest: str) -> Kept | None:
        """The file of a hash whose bytes are there."""
        try:
            value = json.loads(self._place(digest).read_bytes())
            name, suffix, size = str(value["name"]), str(value["suffix"]), int(value["size"])
        except (OSError, ValueError, LookupError, TypeError):
            return None
        path = self.folder / f"{digest}{suffix}"
        if not _SUFFIX.fullmatch(suffix) or not path.is_file():
            return None
        return Kept(name, path, digest, size, value.get("waiting") is True)

    def all(self) -> list[Kept]:
        """Every file that is kept here under its hash, in the order in which they came."""
        try:
            notes = sorted(os.scandir(self.folder / _NOTES), key=lambda e: e.stat().st_mtime_ns)
        except OSError:
            return []
        digests = [Path(note.name).stem for note in notes if note.name.endswith(".json")]
        found = (self.find(digest) for digest in digests if _DIGEST.fullmatch(digest))
        return [kept for kept in found if kept is not None]

    def names(self) -> dict[Path, str]:
        """What every kept file is called, by its path."""
        return {kept.path: kept.name for kept in self.all()}

    def expects(self, lives: Callable[[str], bool]) -> bool:
        """Whether a process that lives has a file on its way; `lives` tells by its token."""
        return any(kind == "p" and lives(who) for _, kind, who in self._marks())

    def orphans(self, token: str, lives: Callable[[str], bool]) -> list[Kept]:
        """Files that processes had on their way which are gone; now the one of `token` has.

        Those of jobs are left to the jobs.
        """
        if all(kind == "j" or lives(who) for _, kind, who in self._marks()):
            return []
        with self.door():
            gone = [(each, who) for each, kind, who in self._marks() if kind == "p"]
            gone = [(digest, who) for digest, who in gone if not lives(who)]
            found = {digest for digest, _ in gone if self.find(digest) is not None}
            for digest in found:
                self._want(digest, process(token))
            for digest, who in gone:
                self._leave(digest, [process(who)])
            return [kept for kept in self.all() if kept.digest in found]

    def left(self, token: str, jobs: Callable[[], Iterable[str]]) -> list[Kept]:
        """Files that wait and nobody has on their way; now the process of `token` has.

        `jobs` gives those that go on: what another one wanted was never promised, and goes.
        """
        with self.door():
            known = {job(each) for each in jobs()}
            for digest, kind, who in self._marks():
                if kind == "j" and f"{kind}{who}" not in known:
                    self.release(digest, [f"{kind}{who}"])
            wanted = {digest for digest, _, _ in self._marks()}
            waiting = [each for each in self.all() if each.waiting and each.digest not in wanted]
            for kept in waiting:
                self._want(kept.digest, process(token))
            return waiting

    # -- inside

    def _put(self, kept: Kept, data: bytes | Path, *, durable: bool) -> None:
        """Write a note and bytes, or nothing."""
        is_new = not self._place(kept.digest).exists()
        try:
            self._note(kept, durable=durable)
            if isinstance(data, bytes):
                write_whole(kept.path, data, durable=durable)
            else:
                data.replace(kept.path)
        except BaseException:
            if is_new:
                self.forget(kept.digest)
            raise

    def _marks(self) -> list[tuple[str, str, str]]:
        """Who wants what: a hash, "p" or "j", and the token or id."""
        try:
            names = sorted(os.listdir(self.folder / _WANTED))
        except OSError:
            return []
        found = (_WHO.fullmatch(name) for name in names)
        return [(mark[1], mark[2], mark[3]) for mark in found if mark]

    def _wanted(self, digest: str) -> bool:
        return any(each == digest for each, _, _ in self._marks())

    def _want(self, digest: str, by: str) -> None:
        (self.folder / _WANTED).mkdir(parents=True, exist_ok=True)
        (self.folder / _WANTED / f"{digest}.{by}").touch()

    def _leave(self, digest: str, by: Iterable[str]) -> None:
        for who in by:
            (self.folder / _WANTED / f"{digest}.{who}").unlink(missing_ok=True)

    def _failed(self, error: OSError) -> StorageError:
        return StorageError(
            f"{self.folder} cannot be written ({error.strerror or error})",
            "Make room or choose another folder: RAG_HOME=FOLDER",
        )

    def _place(self, digest: str) -> Path:
        return self.folder / _NOTES / f"{digest}.json"

    def _note(self, kept: Kept, *, durable: bool = False) -> None:
        value = {
            "name": kept.name,
            "suffix": kept.path.suffix,
            "size": kept.size,
            "waiting": kept.waiting,
        }
        data = json.dumps(value, ensure_ascii=False).encode(errors="replace")
        write_whole(self._place(kept.digest), data, durable=durable)
