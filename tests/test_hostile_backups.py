"""Backups from elsewhere are taken for hostile: what they are not is refused, and leaves none."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import backups
import pytest
from backups import SENT, left_in, rewritten

from rag.errors import LibraryCorrupt, UsageError
from rag.store import archive
from rag.store.archive import verified
from rag.store.backup import back_up
from rag.store.restore import restore

source, whole = backups.source, backups.whole


def added(
    name: str, kind: bytes = tarfile.REGTYPE
) -> Callable[[tarfile.TarInfo, bytes], list[Any]]:
    """Before the manifest, a member of this name and kind."""

    def change(info: tarfile.TarInfo, data: bytes) -> list[Any]:
        extra = tarfile.TarInfo(name)
        extra.type, extra.linkname = kind, "/etc/passwd"
        return [*([(extra, b"")] if info.name == archive.MANIFEST else []), (info, data)]

    return change


def edited(
    name: str, edit: Callable[[Any], object]
) -> Callable[[tarfile.TarInfo, bytes], list[Any]]:
    """With the JSON of a member edited in place."""

    def change(info: tarfile.TarInfo, data: bytes) -> list[Any]:
        if info.name != name:
            return [(info, data)]
        value = json.loads(data)
        edit(value)
        return [(info, json.dumps(value).encode())]

    return change


def renamed(value: Any) -> None:
    value["collections"] = ["../../x", "y"]


HOSTILE = {
    "up": added("0/uploads/../../../x"),
    "absolute": added("/tmp/x"),
    "unknown": added("0/secret"),
    "not a kept file": added("0/uploads/.incoming/x"),
    "another number": added("7/history.sqlite"),
    "a link": added("0/uploads/" + "a" * 64, tarfile.SYMTYPE),
    "a hard link": added("0/uploads/" + "a" * 64, tarfile.LNKTYPE),
    "a device": added("0/uploads/" + "a" * 64, tarfile.CHRTYPE),
    "a folder": added("0/uploads", tarfile.DIRTYPE),
    "not listed": added("0/uploads/" + "a" * 64),
    "twice": lambda info, data: [(info, data)] * (1 + (info.name == "0/folders.json")),
    "changed": lambda info, data: [(info, data[::-1] if info.name == archive.KEYS else data)],
    "missing": lambda info, data: [] if info.name == archive.KEYS else [(info, data)],
    "without a manifest": lambda info, data: [] if info.name == "manifest.json" else [(info, data)],
    "a name that is a path": edited(archive.HEAD, renamed),
    "no names": edited(archive.HEAD, lambda value: value.update(collections=[])),
    "of a newer program": edited(archive.HEAD, lambda value: value.update(form=99)),
    "escapes in its time": edited(archive.HEAD, lambda value: value.update(made="\x1b[2J")),
    "no number": edited("manifest.json", lambda v: v["collections"][0].update(generation="1")),
    "another generation": edited(
        "manifest.json", lambda v: v["collections"][0].update(generation=9)
    ),
    "no files": edited("manifest.json", lambda value: value.pop("files")),
    "sizes that are none": edited(
        "manifest.json", lambda value: value["files"].update({"\x1b[2J": [[1], {}]})
    ),
    "no object": lambda info, data: [(info, b"[]" if info.name == "manifest.json" else data)],
}


def test_an_archive_that_was_written_anew_as_it_is_is_whole(whole: Path, tmp_path: Path) -> None:
    rewritten(whole, tmp_path / "same.tar", lambda info, data: [(info, data)])
    assert verified(tmp_path / "same.tar").collections == verified(whole).collections


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_refused_and_leaves_nothing(
    case: str, whole: Path, tmp_path: Path
) -> None:
    file, home = rewritten(whole, tmp_path / "hostile.tar", HOSTILE[case]), tmp_path / "home"
    with pytest.raises(UsageError):
        restore(file, home, keys=True)
    assert left_in(home) == []
    assert left_in(tmp_path) in (["hostile.tar"], ["home", "hostile.tar"])


def test_a_catalogue_that_acts_of_its_own_accord_is_refused(source: Path, tmp_path: Path) -> None:
    first, home = tmp_path / "first", tmp_path / "home"
    restore(back_up(source, tmp_path / "a.tar", version="1")[0], first)
    with closing(sqlite3.connect(first / "default" / "catalogue.sqlite")) as db, db:
        db.execute("CREATE TRIGGER t AFTER UPDATE ON files BEGIN DELETE FROM files; END")
    file, _ = back_up(first, tmp_path / "b.tar", version="1")
    with pytest.raises(UsageError, match="catalogue is no database"):
        restore(file, home)
    assert left_in(home) == []


@pytest.mark.parametrize("packed", [False, True])
def test_an_archive_that_was_cut_off_or_spoiled_is_refused(
    packed: bool, source: Path, tmp_path: Path
) -> None:
    file, _ = back_up(source, tmp_path / f"a.tar{'.gz' * packed}", ["default"], version="1")
    data = file.read_bytes()
    cut = tmp_path / "cut"
    for part in (0, 1, 100, 512, len(data) // 3, len(data) // 2, len(data) - 12_000):
        cut.write_bytes(data[:part])
        with pytest.raises(UsageError):
            verified(cut)
    for place in (3, 600, len(data) // 4, len(data) // 2):
        cut.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        with pytest.raises(UsageError):
            verified(cut)
    for other in (b"PK\x03\x04" + b"x" * 2000, b"\0" * 2000, SENT * 100):
        cut.write_bytes(other)
        with pytest.raises(UsageError):
            verified(cut)
    with pytest.raises(UsageError, match="cannot be read"):
        verified(tmp_path / "none.tar")


def test_a_file_of_any_size_has_a_header_that_is_understood(tmp_path: Path) -> None:
    class Nothing(io.RawIOBase):
        def read(self, _: int = -1) -> bytes:
            raise OSError("as much as was asked for")

    def cut_short(file: Path, size: int) -> None:
        with archive.writing(file, packed=False) as writer:
            writer.put(archive.HEAD, b'{"form": 1, "collections": ["x"]}')
            writer.add("0/catalogue.sqlite", Nothing(), size)

    for size in (1 << 33, 1 << 40):
        file = tmp_path / f"{size}.tar"
        with pytest.raises(OSError, match="as much"):
            cut_short(file, size)
        with archive.reading(file) as reader:
            reader.head()
            assert next(reader.members()).size == size


def test_a_catalogue_that_says_nothing_of_itself_is_refused(source: Path, tmp_path: Path) -> None:
    first, home = tmp_path / "first", tmp_path / "home"
    restore(back_up(source, tmp_path / "a.tar", version="1")[0], first)
    catalogue = first / "default" / "catalogue.sqlite"
    for statement in (
        "UPDATE meta SET value = 'x' WHERE key = 'generation'",
        "DELETE FROM meta WHERE key = 'schema'",
    ):
        with closing(sqlite3.connect(catalogue)) as db, db:
            db.execute(statement)
        with pytest.raises(LibraryCorrupt, match="makes no backup"):
            back_up(first, tmp_path / "b.tar", version="1")
    foreign = tmp_path / "foreign.tar"

    def with_it(info: tarfile.TarInfo, data: bytes) -> list[Any]:
        if info.name == "0/catalogue.sqlite":
            return [(info, catalogue.read_bytes())]
        if info.name != archive.MANIFEST:
            return [(info, data)]
        value, held = json.loads(data), catalogue.read_bytes()
        value["files"]["0/catalogue.sqlite"] = [len(held), hashlib.sha256(held).hexdigest()]
        return [(info, json.dumps(value).encode())]

    rewritten(tmp_path / "a.tar", foreign, with_it)
    verified(foreign)
    with pytest.raises(UsageError, match="damaged"):
        restore(foreign, home)
    assert left_in(home) == []
