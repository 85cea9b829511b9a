"""What may be sent in, what it is called, and how it goes again; its bytes are in `store.received`.

A name from outside is never a path, and a file is judged by its bytes.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import re
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from rag.desk.patience import PATIENCE, when_free
from rag.holdings.causes import Cause as Unreadable
from rag.readers.signatures import Fault, tell
from rag.store.received import Received

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.app import App
    from rag.readers.signatures import Content

#: Why a file is not taken or could not be read; "" where it was.
Cause = Literal[Fault, Unreadable, "size", "library", "storage"]

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_NAME_BYTES = 180  # of a name in UTF-8; file systems take 255, and a number may have to follow
_SUFFIX_BYTES = 20  # a longer one is none
_NO_NAME = "file"
_LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_MEBIBYTE = 1024**2
#: What is said of a file that is not taken, and what to do about it.
_REASONS: dict[Cause, tuple[str, str]] = {
    "empty": ("the file is empty", "Look at it in the program that it is from."),
    "program": ("it is a program, and programs are not read", "Send documents instead."),
    "media": ("it is sound, film or a picture of a kind that is not read", "Send a transcript."),
    "unknown": ("files of the kind {kind} are not read", "Save it as PDF, DOCX or text."),
    "mismatch": (
        "its name says {suffix}, but its bytes are {kind}",
        "Give it the name of what it is, or save it anew.",
    ),
    "size": (
        "it has {size:.0f} MB, and {limit} MB are allowed",
        "Split it, or raise max_upload_mb.",
    ),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent in: what it is called, its bytes or where they lie, and their SHA-256.

    A path is one that `Presence.incoming` gave; the file there is moved or deleted. `size` is in
    bytes.
    """

    name: str
    data: bytes | Path
    digest: str
    size: int

    @classmethod
    def of(cls, name: str, data: bytes) -> Sent:
        """A file whose bytes are in memory."""
        return cls(name, data, hashlib.sha256(data).hexdigest(), len(data))

    @contextmanager
    def opened(self) -> Iterator[Content]:
        """Its bytes, to be looked at."""
        if isinstance(self.data, bytes):
            yield self.data
        elif not self.size:
            yield b""
        else:
            with (
                self.data.open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
            ):
                yield _OnDisk(mapped)

    def drop(self) -> None:
        """Delete what lies on the disk of it, if it lies there still."""
        if isinstance(self.data, Path):
            self.data.unlink(missing_ok=True)


class _OnDisk:
    """The bytes of a file on the disk, looked at as `bytes` are."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._mapped = mapped

    def __len__(self) -> int:
        return len(self._mapped)

    def __contains__(self, part: bytes) -> bool:
        return self._mapped.find(part) >= 0

    def __getitem__(self, at: Any) -> Any:
        return self._mapped[at]


class Checked(NamedTuple):
    """A file that was looked at: the suffix to read it by, or the cause why it is not taken.

    `kind` says what its bytes are where its name says something else. `reason` is for a person,
    with the `hint` what to do.
    """

    suffix: str
    cause: Cause = ""
    kind: str = ""
    reason: str = ""
    hint: str = ""


def check(name: str, data: Content, limit: int) -> Checked:
    """Look at a file that is sent in; `limit` is what one may have in MB."""
    suffix, fault, kind = tell(data, name)
    cause: Cause = "size" if len(data) > limit * _MEBIBYTE else fault
    if not cause:
        return Checked(suffix, kind=kind)
    size = len(data) / _MEBIBYTE
    said = _said(cause, kind)
    reason, hint = (
        told.format(kind=said, suffix=suffix, size=size, limit=limit) for told in _REASONS[cause]
    )
    return Checked(suffix, cause, kind, f"{reason}. {hint}", hint)


def _said(cause: Cause, kind: str) -> str:
    if cause == "mismatch":
        return "text" if kind else "of no kind that is known"
    return f".{kind}" if kind else "(none)"


def is_litter(name: str) -> bool:
    """Whether a file, named with the folder it came in, is one that a system leaves there."""
    parts = re.split(r"[/\\]", name)
    hidden = any(part.startswith((".", "~$")) for part in parts if part not in (".", ".."))
    return len(parts) > 1 and (hidden or parts[-1].lower() in _LITTER)


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


def remove(app: App, *names: str, seconds: float = PATIENCE) -> list[str]:
    """Take documents out of the library, and the bytes they were sent in as, if nothing needs them.

    Files that came from a folder stay there. Gives the full names. Raises UsageError for no such
    document, LibraryBusy where another process writes for longer than `seconds`, StorageError where
    the bytes cannot be deleted.
    """
    paths = {app.file(name) for name in names}
    removed = when_free(lambda: app.remove(*names), seconds=seconds)
    received = Received(app.paths.uploads)
    needed = {Path(row.root) / row.path for row in app.files()}
    for path in paths - needed:
        if path.parent.resolve() == received.folder:
            received.discard(path)
    return removed
