"""What goes to a node and what comes back, without a cluster: node and driver in one process."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from socket import gethostname
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hostile import pdf_with_a_bomb
from papers import ENGLISH, HANDBOOK
from tiny_models import make_embedder

from rag.cluster import joining, node, reading, streaming
from rag.cluster.engines import address_of, engine_of
from rag.cluster.joining import Cluster, installed
from rag.cluster.reading import RayEngine
from rag.cluster.table import FAULT, UNSEEN, Row, Sent, files_of, files_table, rows_of, rows_table
from rag.cluster.windows import Window, tasks
from rag.embed import EncoderOptions, HashedEmbedder, load_embedder
from rag.errors import RagError, UsageError
from rag.plan import Pass
from rag.prepare import Prepared, embedded
from rag.readers.options import Limits, Options
from rag.workers import wire
from rag.workers.events import Done, Event

MEMORY = 64 * 2**20
OPTIONS = Options(password="сезам", ocr="never", limits=Limits(memory=MEMORY))
TOLD = node.Told(wire.options_to_json(OPTIONS))


@pytest.fixture(autouse=True)
def _no_children_left() -> Iterator[None]:
    yield
    while node._readers:
        node._readers.pop().pool.close()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ("правила.md", "binder.txt", "third.txt")]
    for path, text in zip(paths, (HANDBOOK, ENGLISH, "Третья записка о насосах."), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "gone"


def sent(file: Path, at: int = 0, **changed: Any) -> Sent:
    size = file.stat().st_size if file.exists() else 5
    return Sent(at, bytes(file), os.fsencode(file.name), size, digest(file))._replace(**changed)


def read(*files: Sent, told: node.Told = TOLD) -> list[Row]:
    return [row for table in node.read(files_table(files), told) for row in rows_of(table)]


def test_a_node_answers_with_what_its_child_said_file_by_file(files: list[Path]) -> None:
    rows = read(sent(files[0], 0), sent(files[1], 1))
    assert [(row.place, row.kind) for row in rows] == [
        (place, kind) for place in (0, 1) for kind in (wire.PAGES, wire.DOCUMENT, wire.DONE)
    ]
    _, prepared = wire.prepared_from_json(rows[1].payload)
    assert prepared.document.id == digest(files[0])
    assert len(node._readers) == 1


def test_a_bomb_kills_a_child_and_no_node(tmp_path: Path, files: list[Path]) -> None:
    bomb = tmp_path / "bomb.pdf"
    bomb.write_bytes(pdf_with_a_bomb(3 * MEMORY))
    rows = read(sent(bomb), sent(files[1], 1))
    assert [row.kind for row in rows if not row.place] == [wire.PAGES, wire.ERROR, wire.DONE]
    assert rows[-2].kind == wire.DOCUMENT


@pytest.mark.parametrize(
    "changed", [{"path": b"/nowhere/x.txt"}, {"size": 7}, {"digest": "0" * 64}]
)
def test_a_node_that_sees_another_file_does_not_answer_for_this_one(
    files: list[Path], changed: dict[str, Any]
) -> None:
    assert [row.kind for row in read(sent(files[2], 4, **changed))] == [UNSEEN]


def test_bytes_that_were_sent_are_read_under_the_name_of_their_file_and_leave_nothing(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    (loaded,) = files_of(node.load(files_table([sent(files[0])]), 10**6))
    files[0].unlink()
    by_bytes = read(loaded)
    assert not list(elsewhere.iterdir())
    assert wire.prepared_from_json(by_bytes[1].payload)[1].document.title == "Правила отпусков"


@pytest.mark.parametrize(
    ("change", "most"), [({}, 10), ({"size": 1}, 1000), ({"path": b"/no"}, 9999)]
)
def test_what_is_too_long_or_another_file_is_not_sent(
    files: list[Path], change: dict[str, Any], most: int
) -> None:
    (loaded,) = files_of(node.load(files_table([sent(files[2], **change)]), most))
    assert loaded.data is None


def test_another_version_is_told_before_anything_is_read(files: list[Path]) -> None:
    (row,) = read(sent(files[0]), told=node.Told(TOLD.options, versions=("0.1", "1", "2")))
    assert row.kind == FAULT
    assert "not 0.1 (readers 1, chunker 2)" in row.payload.decode()
    assert not node._readers


def test_a_node_that_cannot_recognise_pages_says_what_it_lacks(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "available", lambda languages: f"Install {languages}")
    (row,) = read(sent(files[0]), told=node.Told(TOLD.options, "rus+eng"))
    assert row.kind == FAULT
    assert "cannot recognise pages. Install rus+eng, or give --ocr never" in row.payload.decode()
    assert read(sent(files[0]))[-1].kind == wire.DONE


def test_a_password_is_in_no_text_made_of_what_a_node_is_told() -> None:
    assert "сезам" not in f"{TOLD!r} {TOLD}"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_node_embeds_what_this_machine_would(files: list[Path], tmp_path: Path) -> None:
    name = str(make_embedder(tmp_path / "tiny"))
    here = load_embedder(name)
    embedding = node.Embedding(node.Wanted(here.identity, EncoderOptions()))
    rows = list(rows_of(embedding(rows_table(read(*map(sent, files[:2], (0, 1)))))))
    assert [row.vectors is not None for row in rows] == [row.kind == wire.DOCUMENT for row in rows]
    for row in (rows[1], rows[4]):
        texts = [*map(embedded, wire.prepared_from_json(row.payload)[1].chunks)]
        assert row.vectors is not None
        made = np.frombuffer(row.vectors, np.float32).reshape(len(texts), -1)
        np.testing.assert_allclose(made, here.encode_documents(texts), atol=1e-5)


def test_a_node_without_the_model_or_with_another_says_so(tmp_path: Path) -> None:
    nothing = rows_table([])
    hashed = HashedEmbedder().identity
    absent = node.Wanted(replace(hashed, source=str(tmp_path)), EncoderOptions())
    other = node.Wanted(replace(hashed, revision="9"), EncoderOptions())
    for wanted, said in ((absent, "cannot embed: "), (other, "has the embedder ")):
        (row,) = rows_of(node.Embedding(wanted)(nothing))
        assert row.kind == FAULT
        assert row.payload.decode().startswith(f"The node {gethostname()} {said}")


class Data:
    """A dataset of what a node makes of files, that ends with an error after some tables."""

    def __init__(self, files: Sequence[Sent], stop: int | None = None) -> None:
        self._tables = [t for task in tasks(files, 1) for t in node.read(files_table(task), TOLD)]
        self._stop = stop

    def iter_batches(self, **_: Any) -> Iterator[pa.Table]:
        yield from self._tables[: self._stop]
        if self._stop is not None:
            raise RuntimeError("a node died\n  at 0x0\nObjectLostError")


class Dead:
    """A dataset of which nothing comes, until it is waited for no longer."""

    def __init__(self) -> None:
        self.waiting = streaming.Event()

    def iter_batches(self, **_: Any) -> Iterator[pa.Table]:
        self.waiting.wait()
        yield from ()


Engine = Callable[..., list[Event]]


@pytest.fixture
def events(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> Engine:
    """What an engine makes of the files, whose datasets `make` makes."""

    def run(make: Callable[[Sequence[Sent]], Any], paths: Sequence[Path] = ()) -> list[Event]:
        monkeypatch.setattr(reading, "joined", lambda *_: nullcontext(Cluster(1, "here")))
        monkeypatch.setattr(streaming._Head, "_answers", lambda _: True)
        monkeypatch.setattr(reading._Reading, "_dataset", lambda _, files: make(files))
        engine = RayEngine("", HashedEmbedder(), EncoderOptions(), 1)
        orders = Pass(OPTIONS, lambda *_: None, lambda path: path.name, digest)
        with engine.open(orders) as opened:
            return list(opened.read_all(paths or files))

    return run


def ends(events: Sequence[Event]) -> list[Path]:
    return [event.path for event in events if isinstance(event.result, Done)]


def test_events_come_in_order_each_file_once(events: Engine, files: list[Path]) -> None:
    came = events(Data)
    assert ends(came) == files
    assert sum(isinstance(event.result, Prepared) for event in came) == len(files)


def test_what_was_lost_goes_out_again_and_what_is_here_does_not(
    events: Engine, files: list[Path]
) -> None:
    asked: list[list[str]] = []

    def make(files: Sequence[Sent]) -> Data:
        asked.append([os.fsdecode(file.name) for file in files])
        return Data(files, 1 if len(files) > 1 else None)

    assert ends(events(make)) == files
    assert asked == [[path.name for path in files[first:]] for first in range(3)]


def test_a_cluster_that_loses_the_same_again_and_again_ends_it(events: Engine) -> None:
    with pytest.raises(RagError, match=r"lost its work: ObjectLostError.*run it again to go on"):
        events(lambda files: Data(files, 0))


def test_a_file_that_nodes_see_otherwise_is_read_here(events: Engine, files: list[Path]) -> None:
    unseen = [rows_table([Row(place, UNSEEN, b"")]) for place in range(3)]

    class Blind:
        def iter_batches(self, **_: Any) -> Iterator[pa.Table]:
            yield from unseen

    came = events(lambda _: Blind())
    assert ends(came) == files
    assert [e.result.digest for e in came if isinstance(e.result, Done)] == [*map(digest, files)]


def test_what_is_wrong_with_a_node_is_told(events: Engine) -> None:
    class Old:
        def iter_batches(self, **_: Any) -> Iterator[pa.Table]:
            yield rows_table([Row(0, FAULT, b"The node n7 has version 0.1 of rag, not 0.2")])

    with pytest.raises(RagError, match=r"The node n7 has version 0\.1 .*docs/ray\.md"):
        events(lambda _: Old())


def test_a_cluster_without_a_node_is_not_waited_for(
    events: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_LOOK_EVERY", 0.001)
    monkeypatch.setattr(streaming, "_lacking", lambda _: ["CPU", "GPU"])
    dead = Dead()
    with pytest.raises(RagError, match="No node of the Ray cluster is left"):
        events(lambda _: dead)
    dead.waiting.set()


def test_what_waits_for_a_gpu_that_is_gone_goes_out_again(
    events: Engine, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_LOOK_EVERY", 0.001)
    asked: list[Dead] = []

    def make(files: Sequence[Sent]) -> Data | Dead:
        asked.append(Dead())
        return asked[0] if len(asked) == 1 else Data(files)

    monkeypatch.setattr(streaming, "_lacking", lambda _: ["GPU"] if len(asked) == 1 else [])
    assert ends(events(make)) == files
    assert len(asked) == 2
    asked[0].waiting.set()


def test_nothing_of_ray_is_started_where_nothing_is_to_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "joined", lambda *_: pytest.fail("Ray was started"))
    engine = RayEngine("", HashedEmbedder(), EncoderOptions(), 1)
    with engine.open(Pass(OPTIONS, lambda *_: None, str, str)) as opened:
        assert list(opened.read_all([])) == []
        assert opened.embed_all is None


def test_tasks_hold_some_files_each_and_a_long_one_is_alone() -> None:
    sizes = [9 * 2**20, 5 * 2**20, 4 * 2**20, *[1000] * 100]
    given = [Sent(0, b"p", b"n", size, "") for size in sizes]
    made = list(tasks(given, 2))
    assert [file.place for task in made for file in task] == list(range(len(sizes)))
    assert [len(task) for task in made[:2]] == [1, 1]
    assert max(map(len, made)) == len(sizes) // 8


def test_a_window_takes_so_many_bytes_for_each_file_that_is_read_at_once() -> None:
    long = (Sent(0, b"p", b"n", 300 * 2**20, "") for _ in range(100))
    window = Window(2)
    window.fill(long, 1)
    assert len(window.files) == 1
    window.fill(long)
    assert len(window.files) == 4


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("local", None),
        ("ray", ""),
        ("ray:auto", "auto"),
        ("ray:10.0.0.5:6379", "10.0.0.5:6379"),
        ("ray:head.example.org:6379", "head.example.org:6379"),
        ("ray:[fe80::1]:6379", "[fe80::1]:6379"),
    ],
)
def test_what_an_engine_is_set_as(setting: str, address: str | None) -> None:
    assert address_of(setting) == address


@pytest.mark.parametrize(
    "setting", ["", "spark", "ray:", "local:1", "ray:host", "ray:ray://h:10001"]
)
def test_what_is_no_engine_is_refused_with_what_is(setting: str) -> None:
    with pytest.raises(UsageError, match="ray:"):
        address_of(setting)


def test_where_ray_is_missing_the_command_that_brings_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(joining.config, "preset", lambda **_: None)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'rag\[ray\]'"):
        installed()
    assert engine_of("local", HashedEmbedder(), EncoderOptions(), 0) is None
