"""One table sends every file to its reader, and every failure is a plain reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import ReadError
from rag.readers import READERS, supported
from rag.readers import read_document as read
from rag.readers.options import DEFAULT


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.pdf", True), ("A.PDF", True), ("b.Md", True), ("c.exe", False), ("Makefile", False)],
)
def test_supported_looks_at_the_suffix_in_any_case(name: str, expected: bool) -> None:
    assert supported(Path(name)) is expected


def test_every_reader_of_the_table_exists() -> None:
    for suffix, reader in READERS.items():
        with pytest.raises(ReadError):
            reader(b" ", f"blank{suffix}", DEFAULT)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.xyz", b"text", r"unknown suffix \.xyz"),
        ("a", b"text", r"unknown suffix \(none\)"),
        ("a.txt", b"", "the file is empty"),
        ("a.pdf", b"", "the file is empty"),
        ("a.txt", b"\x7fELF\x00", "binary file"),
        ("a.pdf", b"not a pdf", "broken PDF"),
        ("a.docx", b"not a docx", "broken DOCX"),
        ("a.json", b"{", r".+"),
    ],
)
def test_a_file_that_cannot_be_read_gives_the_reason(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ReadError, match=reason):
        read(path)


def test_a_missing_file_is_a_read_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be opened: No such file"):
        read(tmp_path / "none.txt")


def test_a_folder_or_a_pipe_is_no_file(tmp_path: Path) -> None:
    folder, pipe = tmp_path / "folder.txt", tmp_path / "pipe.txt"
    folder.mkdir()
    os.mkfifo(pipe)
    for path in (folder, pipe):
        with pytest.raises(ReadError, match="not a regular file"):
            read(path)


def test_importing_the_readers_imports_no_library_that_reads() -> None:
    libraries = (
        "pypdfium2 pypdf docx pptx lxml python_calamine msoffcrypto odfdo pymorphy3"
    ).split()
    code = f"import sys, rag.readers; sys.exit(any(m in sys.modules for m in {libraries}))"
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
