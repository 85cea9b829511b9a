"""Vectors that an engine made are those of the library: nothing is embedded anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.embed import Embedder, EmbedderIdentity
from rag.errors import ModelError
from rag.index import Library
from rag.ingest import ingest
from rag.plan import Pass
from rag.prepare import Prepared, embedded
from rag.store.place import LibraryPaths
from rag.workers.events import Event
from rag.workers.pool import ReaderPool

WIDTH = 4


class Model(Embedder):
    """A model that is on nodes alone."""

    identity = EmbedderIdentity("test", "far", "1", WIDTH)

    def encode_documents(self, texts: Sequence[str]) -> Any:
        pytest.fail(f"embedded here: {texts}")

    def encode_query(self, text: str) -> Any:
        return vector(text)


def vector(text: str, width: int = WIDTH) -> Any:
    made = np.array([text.count(letter) + 1 for letter in "аеио"[:width]], np.float32)
    return made / np.linalg.norm(made)


class Nodes:
    """An engine whose nodes embed what they read."""

    embed_all = None

    def __init__(self, width: int = WIDTH) -> None:
        self._width = width

    @contextmanager
    def open(self, orders: Pass) -> Iterator[Nodes]:
        with ReaderPool(1, orders.options, called=orders.called) as self._pool:
            yield self

    def read_all(self, paths: Iterable[Path]) -> Iterator[Event]:
        for event in self._pool.read_all(paths):
            if isinstance(event.result, Prepared):
                texts = map(embedded, event.result.chunks)
                made = np.array([vector(text, self._width) for text in texts])
                yield event._replace(result=replace(event.result, vectors=made))
            else:
                yield event


def test_they_are_not_embedded_here(folder: Path, tmp_path: Path) -> None:
    paths = LibraryPaths(tmp_path / "home", "default")
    report = ingest([folder], paths, Model(), engine=Nodes())
    with Library.open(paths, Model()) as library:
        keys = library.catalogue.live_keys()
        rows = {row.key: row.chunk for row in library.catalogue.chunks(keys)}
        blocks = [zip(*block, strict=True) for block in library.vectors.blocks()]
        found = {int(key): made for block in blocks for key, made in block}
    assert len(found) == report.chunks == len(rows)
    for key, chunk in rows.items():
        np.testing.assert_allclose(found[key], vector(embedded(chunk)), atol=1e-3)
    assert not paths.staged.exists()


def test_those_of_another_width_end_the_ingest(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="vectors of shape"):
        ingest([folder], LibraryPaths(tmp_path / "home", "default"), Model(), engine=Nodes(3))
