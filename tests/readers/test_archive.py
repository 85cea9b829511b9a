"""Archives made here: names in every writing, and everything that an archive can do to a reader."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import ReadError
from rag.readers import parts
from rag.readers.archives.zip import LEADS_OUT
from rag.readers.options import DEFAULT, Options
from rag.types import Document

WORDS = b"Some words of a text.\n"
NAMES = ["Смета на ремонт.txt", "Договор/Акт сверки.txt", "plain.txt"]


def packed(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def raw(
    files: list[tuple[bytes, bytes]], *, extra: bytes = b"", flags: int = 0, mode: int = 0
) -> bytes:
    """A ZIP written byte by byte, with names in any encoding."""
    body = directory = b""
    for name, content in files:
        fields = struct.pack("<HHHHH", 20, flags, 0, 0, 0x5A21)
        fields += struct.pack("<LLL", zlib.crc32(content), len(content), len(content))
        fields += struct.pack("<HH", len(name), len(extra))
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + fields
        directory += struct.pack("<HHHLL", 0, 0, 0, mode << 16, len(body)) + name + extra
        body += b"PK\x03\x04" + fields + name + extra + content
    end = struct.pack("<HHHHLLH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def rows(data: bytes, name: str = "a.zip", options: Options = DEFAULT) -> dict[str, str]:
    """Each member with its text or the reason why there is none."""
    found = list(parts(data, name, options))
    assert len({part.member for part in found}) == len(found)
    return {
        part.member: part.result.text if isinstance(part.result, Document) else str(part.result)
        for part in found
    }


def limited(**limits: int) -> Options:
    return replace(DEFAULT, limits=replace(DEFAULT.limits, **limits))


@pytest.mark.parametrize("codec", ["cp866", "cp1251", "utf-8"])
def test_names_are_read_in_the_encoding_they_are_in(codec: str) -> None:
    data = raw([(name.encode(codec), WORDS) for name in NAMES])
    assert list(rows(data)) == NAMES


def test_names_with_the_flag_of_utf_8_are_read() -> None:
    assert list(rows(packed(dict.fromkeys(NAMES, WORDS)))) == NAMES


def test_western_names_are_not_taken_for_russian() -> None:
    names = ["Résumé général.txt", "Übersicht Größen.txt"]
    assert list(rows(raw([(name.encode("cp437"), WORDS) for name in names]))) == names


def test_a_name_beside_the_name_is_preferred() -> None:
    old, new = "Смета.txt".encode("cp866"), "Смета №1.txt".encode()
    field = struct.pack("<BL", 1, zlib.crc32(old)) + new
    extra = struct.pack("<HH", 0x7075, len(field)) + field
    assert list(rows(raw([(old, WORDS)], extra=extra))) == ["Смета №1.txt"]


@pytest.mark.parametrize(
    "name",
    [
        "../up.txt",
        "a/../../up.txt",
        "/etc/passwd.txt",
        "..\\up.txt",
        "\\\\server\\share\\a.txt",
        "C:\\up.txt",
        "c:up.txt",
        "a\\..\\..\\up.txt",
    ],
)
def test_a_name_that_leads_out_is_a_row_and_the_others_are_read(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = rows(raw([(name.encode(), WORDS), (b"in.txt", WORDS)]))
    assert list(found.values()) == [LEADS_OUT, WORDS.decode()]
    assert os.listdir(tmp_path) == []


def test_backslashes_part_folders_as_windows_wrote_them() -> None:
    assert list(rows(raw([(b"docs\\a.txt", WORDS)]))) == ["docs/a.txt"]


def test_what_systems_leave_is_passed_over() -> None:
    litter = ["__MACOSX/._a.txt", ".DS_Store", "a/.git/b.txt", "Thumbs.db", "folder/"]
    data = packed(dict.fromkeys([*litter, "./a.txt"], WORDS))
    assert list(rows(data)) == ["a.txt"]


def test_members_are_read_by_their_suffix_and_every_other_is_a_row() -> None:
    inner = packed({"deep.md": b"# Deep"})
    data = packed({"a.txt": WORDS, "b.exe": b"MZ", "c.txt": b"", "in/d.zip": inner, "e": b"x"})
    assert rows(data) == {
        "a.txt": WORDS.decode(),
        "b.exe": "unknown suffix .exe",
        "c.txt": "the file is empty",
        "in/d.zip/deep.md": "# Deep",
        "e": "unknown suffix (none)",
    }


def test_two_files_of_one_name_are_two_rows() -> None:
    data = raw([(b"a.txt", b"one"), (b"a.txt", b"two"), (b"/", b""), (b"/", b"")])
    assert list(rows(data).items())[:2] == [("a.txt", "one"), ("a (2).txt", "two")]


def test_a_link_is_no_file() -> None:
    data = raw([(b"a.txt", b"/etc/passwd")], mode=stat.S_IFLNK | 0o777)
    assert rows(data) == {"a.txt": "a link and not a file"}


def _encrypted(content: bytes, password: bytes) -> bytes:
    """Content under ZipCrypto, which the standard library reads and does not write."""
    table = [_crc_row(n) for n in range(256)]
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = keys[0] >> 8 ^ table[(keys[0] ^ byte) & 255]
        keys[1] = ((keys[1] + (keys[0] & 255)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = keys[2] >> 8 ^ table[(keys[2] ^ keys[1] >> 24) & 255]

    for byte in password:
        update(byte)
    head = bytes(11) + bytes([zlib.crc32(content) >> 24])
    sent = bytearray()
    for byte in head + content:
        mask = keys[2] | 2
        sent.append(byte ^ (mask * (mask ^ 1) >> 8 & 255))
        update(byte)
    return bytes(sent)


def _crc_row(number: int) -> int:
    for _ in range(8):
        number = number >> 1 ^ (0xEDB88320 if number & 1 else 0)
    return number


def _locked(content: bytes, password: str) -> bytes:
    """An archive with one file under a password."""
    sealed = _encrypted(content, password.encode())
    data = bytearray(raw([(b"secret.txt", sealed)], flags=1))
    for place, offset in ((data.index(b"PK\x03\x04"), 14), (data.index(b"PK\x01\x02"), 16)):
        at = place + offset
        data[at : at + 4] = struct.pack("<L", zlib.crc32(content))
        data[at + 8 : at + 12] = struct.pack("<L", len(content))
    return bytes(data)


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("лампа", WORDS.decode()),
        ("", "the file is encrypted: a password is needed. Give it with --password"),
        ("wrong", "the file is encrypted: the password does not open it"),
    ],
)
def test_a_file_under_a_password_needs_it(password: str, expected: str) -> None:
    data = _locked(WORDS, "лампа")
    assert rows(data, options=Options(password=password)) == {"secret.txt": expected}


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.zip", b"", "broken ZIP"),
        ("a.zip", b"PK\x03\x04 and nothing", "broken ZIP"),
        ("a.zip", packed({"a.txt": WORDS})[:-30], "broken ZIP"),
        ("a.zip", packed({}), "the archive holds no files"),
        ("a.zip", packed({".hidden.txt": WORDS}), "the archive holds no files"),
        ("a.tar", b"not a tar", "broken tar archive"),
        ("a.tgz", b"not packed", "broken tar archive"),
        ("a.txt.gz", b"not packed", "broken gz file"),
        ("a.txt.xz", lzma.compress(WORDS)[:-8], "broken xz file"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "7Z archives are not opened"),
        ("a.rar", b"Rar!\x1a\x07", "RAR archives are not opened"),
    ],
)
def test_an_archive_that_cannot_be_read_gives_the_reason(
    name: str, data: bytes, reason: str
) -> None:
    found = rows(data, name)
    assert list(found) == [""]
    assert found[""].startswith(reason)


def test_a_bomb_ends_at_the_limit_whatever_it_declares() -> None:
    data = packed({"a.txt": WORDS, "bomb.txt": bytes(30_000_000), "b.txt": WORDS})
    lied = data.replace(struct.pack("<L", 30_000_000), struct.pack("<L", 400_000))
    for bomb, rows_read in ((data, 1), (lied, 1)):
        found = list(rows(bomb, options=limited(unpacked=300_000)).items())
        assert found[0] == ("a.txt", WORDS.decode())
        assert found[-1] == ("", "it unpacks to more than 300,000 bytes")
        assert len(found) == 1 + rows_read


def test_files_that_no_reader_takes_are_not_unpacked() -> None:
    data = packed({"a.bin": bytes(10_000_000), "b.txt": WORDS})
    assert rows(data, options=limited(unpacked=1000)) == {
        "a.bin": "unknown suffix .bin",
        "b.txt": WORDS.decode(),
    }


def test_more_files_than_allowed_are_refused() -> None:
    data = packed({f"{n}.txt": WORDS for n in range(11)})
    assert rows(data, options=limited(members=10)) == {"": "it holds 11 files, more than 10"}


def test_files_that_overlap_are_refused() -> None:
    """The better zip bomb: every entry of the directory points at the same bytes."""
    data = raw([(b"a.txt", bytes(1000)), (b"b.txt", bytes(1000))])
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    bomb = bytearray(data)
    bomb[second + 42 : second + 46] = struct.pack("<L", 40)
    assert rows(bytes(bomb)) == {"": "its files overlap, which no honest archive's do"}


def test_fifty_archives_in_each_other_end_in_a_row_that_names_the_limit() -> None:
    data = packed({"deep.txt": WORDS})
    for _ in range(49):
        data = packed({"a.zip": data, "beside.txt": WORDS})
    found = rows(data)
    assert list(found) == [
        "a.zip/a.zip/a.zip",
        "a.zip/a.zip/beside.txt",
        "a.zip/beside.txt",
        "beside.txt",
    ]
    assert found["a.zip/a.zip/a.zip"] == "files nested in files more than 3 deep are not read"


def test_damage_anywhere_ends_in_documents_or_a_reason() -> None:
    data = packed({"a.txt": WORDS * 20, "b/c.md": b"# x"})
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 0x55
        with suppress(ReadError):
            assert rows(bytes(damaged))


def tarred(files: dict[str, bytes], *links: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        for name in links:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(entry)
    return stream.getvalue()


def test_a_tar_with_a_header_longer_than_any_number_is_broken() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        entry = tarfile.TarInfo("header")
        record = b"99999999999999999999 path=x\n"
        entry.type, entry.size = tarfile.XHDTYPE, len(record)
        archive.addfile(entry, io.BytesIO(record))
    assert rows(stream.getvalue(), "a.tar")[""].startswith("broken tar archive")


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.tar", bytes),
        ("a.tar.gz", gzip.compress),
        ("A.TGZ", gzip.compress),
        ("a.tar.bz2", bz2.compress),
        ("a.tbz2", bz2.compress),
        ("a.tar.xz", lzma.compress),
        ("a.txz", lzma.compress),
    ],
)
def test_tar_archives_are_read_however_packed(name: str, pack: Callable[[bytes], bytes]) -> None:
    data = tarred({"Смета.txt": WORDS, "../up.txt": WORDS, "b.exe": b"MZ"}, "link.txt")
    assert rows(pack(data), name) == {
        "Смета.txt": WORDS.decode(),
        "../up.txt": LEADS_OUT,
        "b.exe": "unknown suffix .exe",
        "link.txt": "a link or device and not a file",
    }


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_one_packed_file_is_read_by_the_suffix_below(pack: Callable[[bytes], bytes]) -> None:
    suffix = {gzip.compress: "gz", bz2.compress: "bz2", lzma.compress: "xz"}[pack]
    assert rows(pack(WORDS), f"note.txt.{suffix}") == {"note.txt": WORDS.decode()}
    assert rows(pack(WORDS), f"note.bin.{suffix}") == {"note.bin": "unknown suffix .bin"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.tar.gz", gzip.compress(tarred({"a.txt": bytes(2_000_000)}))),
        ("a.txt.gz", gzip.compress(bytes(2_000_000))),
        ("a.tar", tarred({"a.txt": bytes(2_000_000)})),
        ("a.tar.gz", gzip.compress(tarred({"skipped.bin": bytes(2_000_000)}))),
    ],
)
def test_packed_bombs_end_at_the_limit(name: str, data: bytes) -> None:
    found = rows(data, name, limited(unpacked=100_000))
    assert found[""] == "it unpacks to more than 100,000 bytes"


def test_a_tar_with_more_files_than_allowed_ends_there() -> None:
    found = rows(tarred({f"{n}.txt": WORDS for n in range(11)}), "a.tar", limited(members=10))
    assert len(found) == 11
    assert found[""] == "it holds 11 files, more than 10"
