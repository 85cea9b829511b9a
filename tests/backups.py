"""A library with everything, a backup of it, and what a test asks of both."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from papers import ENGLISH, HANDBOOK, MEETING

from rag.access.keyfile import FILE_NAME
from rag.app import App
from rag.config import Settings
from rag.store.backup import back_up
from rag.store.collections import collections, create
from rag.store.received import Received
from rag.types import Exchange

QUESTION = "сколько дней отпуска переносится?"


KEYS = b'{"version": 1, "keys": []}'


SENT = "Ключ от сейфа хранит Вера Котова.\n".encode()


Change = Callable[[tarfile.TarInfo, bytes], list[Any]]


def app_of(home: Path) -> App:
    return App(Settings(workers=1), home)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with everything: documents, a file that was sent in, one that waits, a history,
    an empty collection and keys. No test changes it."""
    base = tmp_path_factory.mktemp("source")
    papers = base / "papers"
    papers.mkdir()
    (papers / "правила.md").write_text(HANDBOOK, encoding="utf-8")
    (papers / "планёрка.txt").write_text(MEETING, encoding="utf-8")
    app = app_of(base / "home")
    received = Received(app.paths.uploads)
    sent = received.keep("ключи.txt", hashlib.sha256(SENT).hexdigest(), ".txt", SENT)
    app.ingest([papers, sent.path])
    received.settle(sent)
    data = ENGLISH.encode()
    received.keep("binder.txt", hashlib.sha256(data).hexdigest(), ".txt", data)
    wanted = app.paths.uploads / ".wanted" / f"{hashlib.sha256(data).hexdigest()}.j{'0' * 20}"
    wanted.parent.mkdir()
    wanted.write_bytes(b"")  # by a job, which has the longest name that a file here has
    app.history.add(Exchange(QUESTION, QUESTION, "10 дней", None, "documents", None, (), ""))
    create(base / "home", "пусто")
    (base / "home" / FILE_NAME).write_bytes(KEYS)
    return base / "home"


@pytest.fixture(scope="module")
def whole(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it, not compressed."""
    file = tmp_path_factory.mktemp("backup") / "whole.tar"
    back_up(source, file, version="0.1.0")
    return file


def state(home: Path) -> dict[str, object]:
    """All that a person has in a library."""
    app = app_of(home)
    assert [check for check in app.doctor() if not check.ok] == []
    last = app.history.last()
    return {
        "documents": {row.name: app.document(row.name)[1].text for row in app.documents()},
        "answer": app.answer(QUESTION).sentences[0].text,
        "sent": [(k.name, k.waiting, k.path.read_bytes()) for k in app_received(app)],
        "wanted": sorted(path.name for path in (app.paths.uploads / ".wanted").iterdir()),
        "asked": [each.question for each in last.exchanges] if last else [],
        "collections": [(each.name, each.documents) for each in collections(home)],
        "folders": json.loads(app.paths.folders.read_text(encoding="utf-8")),
    }


def app_received(app: App) -> list[Any]:
    return sorted(Received(app.paths.uploads).all(), key=lambda kept: str(kept.name))


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def rewritten(whole: Path, target: Path, change: Change) -> Path:
    """The backup with some members changed: `change` gives those to write in the place of one."""
    plain = tarfile.USTAR_FORMAT  # as ours are: nothing else is refused for its form
    with tarfile.open(whole) as old, tarfile.open(target, "w", format=plain) as new:
        for info in old:
            file = old.extractfile(info)
            for each, data in change(info, file.read() if file else b""):
                each.size = len(data)
                new.addfile(each, io.BytesIO(data))
    return target
