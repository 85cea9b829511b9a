"""The file of a library's keys, beside its collections.

It holds hashes of secrets and no secret. It is written whole, aside, and renamed into place, by one
process at a time. Whatever is wrong with it is an error: a file that cannot be made out never
counts as one without keys. The + in its name keeps it apart from every collection.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rag.access.keys import Key, Written, id_in, new_text
from rag.errors import LibraryError, LibraryMissing, StorageError, UsageError
from rag.whole import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from rag.access.keys import Right

FILE_NAME = "+keys.json"
#: A folder of empty files, one for each key; see `note_use`.
_USES = "+keys.used"
_LOCK = "+keys.lock"
_LOCK_SECONDS = 10  # to wait for another process, which holds it for the time of one write
_VERSION = 1
#: Characters of a key's name.
_NAME = 64
_OTHERS_MAY_WRITE = 0o022
_HINT = "Put it back from a backup; or move it away, and make new keys: rag keys add NAME"


@dataclass(frozen=True, slots=True)
class Kept:
    """A key as the file holds it. Times are aware; `expires` is None for never."""

    key: Key
    created: datetime
    expires: datetime | None = None
    digest: bytes = field(repr=False, default=b"")

    def expired(self, now: float) -> bool:
        """Whether the key has ended, in seconds as `time.time` counts them."""
        return self.expires is not None and self.expires.timestamp() <= now


@dataclass(frozen=True, slots=True)
class Held:
    """What the file holds, and what tells this state of it from every other.

    `state` is None where there is no file.
    """

    keys: tuple[Kept, ...] = ()
    state: tuple[int, ...] | None = None


def state_of(home: Path) -> tuple[int, ...] | None:
    """What tells one state of the file from another; None where there is no file.

    Raises OSError where that cannot be told.
    """
    path = home / FILE_NAME
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        if not path.is_symlink():
            return None
        found = os.lstat(path)  # to where nothing is: read tells
    return _state(found)


def read(home: Path) -> Held:
    """The keys of the library at `home`; none where there is no file.

    Raises LibraryError where the file cannot be read, is damaged, is a link to nothing, or may be
    written by others.
    """
    path = home / FILE_NAME
    try:
        with open(path, "rb", opener=_at_once) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise _unreadable(path, "it is no file")
            data = file.read()
    except (FileNotFoundError, NotADirectoryError):
        if path.is_symlink():
            raise _unreadable(path, "it is a link to nothing") from None
        return Held()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    if os.name == "posix" and found.st_mode & _OTHERS_MAY_WRITE:
        raise LibraryError(
            f"The keys in {path} may be written by others on this machine",
            f"See who made the keys in it, then: chmod 600 {path}",
        )
    try:
        return Held(_parsed(json.loads(data)), _state(found))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path, f"it is damaged: {type(error).__name__}") from error


def add(
    home: Path,
    name: str,
    collections: Iterable[str] | None,
    right: Right,
    expires: datetime | None = None,
) -> tuple[Kept, str]:
    """Make a key, and give it with its text, which is kept nowhere.

    `collections` is None for all of them. Raises UsageError for a name that is taken or none,
    LibraryMissing, LibraryError as `read`, and StorageError.
    """
    if not (name.isprintable() and name == name.strip() and 0 < len(name) <= _NAME):
        raise UsageError(
            f"{name[:_NAME]!r} is no name for a key",
            f"Name it after who will use it, in {_NAME} characters at most.",
        )
    opened = None if collections is None else frozenset(collections)
    if opened is not None and not opened:
        raise UsageError("A key is for one collection at least", "Name it: --collection NAME")
    if not home.is_dir():
        raise LibraryMissing(
            f"There is no library at {home}", "Make it: rag ingest FOLDER, or name one: --home DIR"
        )
    made: list[Kept] = []
    text = new_text()
    written = Written.of(text)
    assert written is not None

    def with_it(keys: tuple[Kept, ...]) -> tuple[Kept, ...]:
        if any(name == kept.key.name for kept in keys):
            raise UsageError(f"There is a key called {name}", "Choose another name, or revoke it.")
        key = Key(written.id, name, opened, right)
        now = datetime.now(UTC).replace(microsecond=0)
        made.append(Kept(key, now, expires, written.digest))
        return (*keys, made[0])

    _change(home, with_it)
    return made[0], text


def revoke(home: Path, given: str) -> Kept:
    """Take a key away, which is named by its id, its name, or its whole text.

    Raises UsageError where that names none, or two; LibraryError as `read`, and StorageError.
    """
    named = id_in(given) or given
    found: list[Kept] = []

    def without(keys: tuple[Kept, ...]) -> tuple[Kept, ...]:
        found[:] = [kept for kept in keys if named in (kept.key.id, kept.key.name)]
        if not found:
            raise UsageError(f"There is no key {named}", "See which there are: rag keys list")
        if len(found) > 1:
            raise UsageError(f"{named} is the id of one key and the name of another", "Use ids.")
        return tuple(kept for kept in keys if kept is not found[0])

    _change(home, without)
    _use_of(home, found[0].key.id).unlink(missing_ok=True)
    return found[0]


def rename_collection(home: Path, name: str, new: str) -> None:
    """Let keys for a collection follow it to another name; doing so again changes nothing.

    Raises LibraryError as `read`, and StorageError.
    """

    def renamed(opened: frozenset[str]) -> frozenset[str]:
        return opened - {name} | {new} if name in opened else opened

    _reopen(home, renamed)


def forget_collection(home: Path, name: str) -> None:
    """Take a collection out of all keys, and keys away that are for no other.

    So a new collection of the same name is opened by nothing that was made for the old one. Raises
    as `rename_collection`.
    """
    _reopen(home, lambda opened: opened - {name})


def last_use(home: Path, key: Key) -> datetime | None:
    """When a key was last used, to the hour; None where it never was, or nothing tells."""
    try:
        return datetime.fromtimestamp(_use_of(home, key.id).stat().st_mtime, UTC)
    except OSError:
        return None


def note_use(home: Path, key: Key) -> None:
    """Note that a key is used now; a disk that takes no note is no reason to refuse anybody.

    The time is that of an empty file, so that nothing is locked, read or written anew for it.
    """
    path = _use_of(home, key.id)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        pass


def _use_of(home: Path, id_: str) -> Path:
    return home / _USES / id_


def _reopen(home: Path, change: Callable[[frozenset[str]], frozenset[str]]) -> None:
    if state_of(home) is not None:  # most libraries have no keys, and need no lock for them
        _change(home, lambda keys: _reopened(keys, change))


def _reopened(
    keys: tuple[Kept, ...], change: Callable[[frozenset[str]], frozenset[str]]
) -> tuple[Kept, ...]:
    """The keys with other collections, but for those that no collection is left for."""
    after = []
    for kept in keys:
        if kept.key.collections is None:
            after.append(kept)
        elif opened := change(kept.key.collections):
            after.append(replace(kept, key=replace(kept.key, collections=opened)))
    return tuple(after)


def _change(home: Path, change: Callable[[tuple[Kept, ...]], tuple[Kept, ...]]) -> None:
    """Put other keys in the place of those there are; all of them are written, or nothing."""
    path = home / FILE_NAME
    with _writing(home):
        before = read(home).keys
        after = change(before)
        if after != before:
            _replace(path, json.dumps(_value(after), ensure_ascii=False, indent=1) + "\n")


@contextmanager
def _writing(home: Path) -> Iterator[None]:
    """Hold the lock, and tell what the disk refuses."""
    from filelock import FileLock, Timeout

    lock = home / _LOCK
    try:
        with FileLock(lock, timeout=_LOCK_SECONDS, mode=0o600):
            _belong(lock, home)
            yield
    except Timeout as error:
        raise StorageError(
            f"Another process is writing {home / FILE_NAME}", "Try again."
        ) from error
    except OSError as error:
        raise StorageError(
            f"{home / FILE_NAME} cannot be written ({error.strerror or error})",
            "Free some space, or give yourself the right to write there.",
        ) from error


def _replace(path: Path, text: str) -> None:
    """Write aside, for the owner alone, and rename; after that it is on the disk.

    Under the lock there is one file aside at most: what a kill left of another is taken away.
    """
    aside = path.with_name(f"{FILE_NAME}~")
    aside.unlink(missing_ok=True)
    try:
        with open(aside, "x", encoding="utf-8", opener=_private) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _belong(aside, path.parent)
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)  # or a key that was revoked could come back


def _at_once(path: str, flags: int) -> int:
    """Open a file; what is none, such as a pipe, is not waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _belong(path: Path, home: Path) -> None:
    """Give a file that the administrator makes to whom the library belongs, who is to read it."""
    if os.name != "posix" or os.geteuid() != 0:
        return
    owner = home.stat()
    if owner.st_uid != 0:
        os.chown(path, owner.st_uid, owner.st_gid)


def _value(keys: Iterable[Kept]) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "keys": [
            {
                "id": kept.key.id,
                "name": kept.key.name,
                "collections": None
                if kept.key.collections is None
                else sorted(kept.key.collections),
                "right": kept.key.right,
                "created": kept.created.isoformat(),
                "expires": kept.expires.isoformat() if kept.expires else None,
                "sha256": kept.digest.hex(),
            }
            for kept in keys
        ],
    }


def _parsed(value: Any) -> tuple[Kept, ...]:
    """What the file says. Raises ValueError, KeyError, TypeError or AttributeError otherwise."""
    if value["version"] != _VERSION:
        raise ValueError("another version")
    keys = tuple(_one(each) for each in value["keys"])
    if len({kept.key.id for kept in keys}) != len(keys):
        raise ValueError("an id twice")
    return keys


def _one(value: Any) -> Kept:
    right, opened, digest = value["right"], value["collections"], bytes.fromhex(value["sha256"])
    texts = [value["id"], value["name"], *(opened or ())]
    if right not in ("read", "write") or len(digest) != 32 or opened == []:
        raise ValueError("no key")
    if not all(isinstance(text, str) for text in texts) or isinstance(opened, str):
        raise TypeError("no text")
    return Kept(
        Key(value["id"], value["name"], None if opened is None else frozenset(opened), right),
        _time(value["created"]),
        None if value["expires"] is None else _time(value["expires"]),
        digest,
    )


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("no time zone")
    return time


def _state(found: os.stat_result) -> tuple[int, ...]:
    return (found.st_ino, found.st_dev, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _unreadable(path: Path, reason: str) -> LibraryError:
    return LibraryError(f"The keys in {path} cannot be read ({reason})", _HINT)
