"""What `--store milvus:…` takes, and what a name of a place becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.store.milvus.address import Address, address_of
from rag.store.milvus.schema import index_for
from rag.store.place import LibraryPaths
from rag.store.where import Where, settle, wanted


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("chunks.db", Address(file="chunks.db")),
        ("http://localhost:19530", Address("http://localhost:19530")),
        ("https://milvus.example/отдел", Address("https://milvus.example", database="отдел")),
        ("http://[::1]:19530/", Address("http://[::1]:19530")),
        (
            "http://h:1/db?index=diskann&consistency=STRONG&replicas=2&shards=4",
            Address("http://h:1", "", "db", "DISKANN", "Strong", 2, 4),
        ),
    ],
)
def test_an_address_is_read(told: str, address: Address) -> None:
    assert address_of(told) == address


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("ftp://host", "http"),
        ("http://", "http"),
        ("http://host:port", "Port"),
        ("http://host/a/b", "one database"),
        ("http://host?index=ANNOY", "ANNOY"),
        ("http://host?consistency=now", "Now"),
        ("http://host?replicas=0", "number"),
        ("http://host?colour=red", "no option colour"),
        ("chunks.db?index=HNSW", "no options"),
    ],
)
def test_what_is_no_address_is_told_with_an_example(told: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        wanted(f"milvus:{told}", "")
    assert "--store milvus:" in caught.value.hint


def test_a_file_is_found_from_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert wanted("milvus:данные/chunks.db", "").milvus == str(tmp_path / "данные" / "chunks.db")
    address = "milvus:http://localhost:19530"
    assert wanted(address, "").store == address


def test_searches_ask_for_the_newest_state_where_there_are_several_replicas() -> None:
    assert address_of("http://h").level == "Bounded"
    assert address_of("http://h?replicas=2").level == "Strong"
    assert address_of("http://h?replicas=2&consistency=Eventually").level == "Eventually"


def test_what_is_set_makes_no_other_place() -> None:
    one, other = address_of("http://h/db"), address_of("http://h/db?index=HNSW")
    assert one.same(other)
    assert not one.same(address_of("http://h/other"))


def test_the_same_place_may_be_told_again_without_what_was_set(tmp_path: Path) -> None:
    paths = LibraryPaths(tmp_path, "papers")
    paths.folder.mkdir()
    made = settle(paths, Where("milvus:http://h/db?index=HNSW", "embedded"))
    assert settle(paths, Where("milvus:http://h/db")) == made
    with pytest.raises(UsageError, match="not at milvus:http://h/other"):
        settle(paths, Where("milvus:http://h/other"))


@pytest.mark.parametrize(
    ("uri", "chunks", "hashed", "index"),
    [
        ("http://host", 99_999, False, "FLAT"),
        ("http://host", 100_000, False, "HNSW"),
        ("http://host", 1_000_000, True, "FLAT"),  # a graph would miss most of these
        ("http://host", 2_000_000, True, "HNSW"),
        ("http://host?index=DISKANN", 10, True, "DISKANN"),
    ],
)
def test_the_index_is_chosen_by_size_and_embedder(
    uri: str, chunks: int, hashed: bool, index: str
) -> None:
    assert index_for(address_of(uri), chunks, hashed=hashed) == index
