"""Exports to move and to damage: a library of papers, what it says, a folder tampered with."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from papers import ENGLISH, HANDBOOK, MEETING

from rag.app import App
from rag.config import Settings
from rag.index import Library
from rag.store.catalogue import Catalogue
from rag.types import Scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.prepare import Prepared
    from rag.retrieve import Mode

MODES: tuple[Mode, ...] = ("hybrid", "words", "vectors")
#: Questions, a quotation and a slip among them, and where each is asked.
ASKED = (
    ("сколько дней отпуска переносится?", Scope()),
    ("кто обещал прислать смету", Scope(documents=("meetings",))),
    ("How often may a milling cutter be sharpened?", Scope()),
    ('"не менее 14 дней"', Scope(documents=("правила.md",))),
    ("ежегодный отпукс", Scope()),
    ("звонок подрядчику", Scope(since="2025-11-01", until="2025-11-30")),
)


def papers(folder: Path) -> Path:
    """A folder with a handbook, a meeting, an English note, one file twice and one unreadable."""
    (folder / "meetings").mkdir(parents=True)
    (folder / "правила.md").write_text(HANDBOOK, encoding="utf-8")
    (folder / "binder.txt").write_text(ENGLISH, encoding="utf-8")
    (folder / "copy of binder.txt").write_text(ENGLISH, encoding="utf-8")
    (folder / "meetings" / "планёрка.txt").write_text(MEETING, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nno more of it")
    return folder


def at(home: Path, collection: str = "default", embedder: str = "") -> App:
    """An app at a home."""
    return App(Settings(workers=1, collection=collection, embedder=embedder), home)


def found_in(app: App) -> dict[Any, Any]:
    """What is found by questions, each way, with scores."""
    return {
        (question, mode): [
            (p.chunk.id, p.document, p.score, p.rank, p.via, p.pages, p.line)
            for p in app.search(question, k=5, scope=scope, mode=mode).passages
        ]
        for question, scope in ASKED
        for mode in MODES
    }


def said(app: App) -> dict[str, Any]:
    """All that a library says, but for the state it is in and the time it took."""
    with Library.open(app.paths) as library:
        pieces = {row.name: library.catalogue.chunks_of(row.id) for row in app.documents()}
        versions = library.catalogue.versions()
        vectors = np.concatenate([rows for _, rows in library.vectors.blocks()])
        fitted = library.catalogue.meta("fitted_on")
        idf = library.vectors.idf
    found = found_in(app)
    assert all(found.values())
    return {
        "list": app.documents(),
        "files": app.files(),
        "texts": {row.name: app.document(row.name)[1] for row in app.documents()},
        "pieces": pieces,
        "versions": versions,
        "vectors": vectors.tobytes(),
        "frequencies": (fitted, None if idf is None else idf.tobytes()),
        "found": found,
        "minutes": app.corrected("meetings/планёрка.txt").minutes,
        "promises": app.promises(_asked(), scope=Scope()).entries,
        "doctor": [(c.name, c.ok, c.state, c.values) for c in list(app.doctor())[1:]],
    }


def _asked() -> Any:
    from rag.promised import Asked

    return Asked()


def rewritten(folder: Path, table: str, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change rows of a table, and have the manifest say that this is what was written."""
    place = folder / table / "part-00000.parquet"
    held = pq.read_table(place)
    rows = held.to_pylist()
    change(rows)
    replaced(folder, table, pa.Table.from_pylist(rows, held.schema))


def replaced(folder: Path, table: str, held: pa.Table) -> None:
    """Put another table in the place of one, and have the manifest say that it is right."""
    place = folder / table / "part-00000.parquet"
    pq.write_table(held, place)
    data = place.read_bytes()
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    told["parts"][f"{table}/part-00000.parquet"] = {
        "rows": len(held),
        "size": len(data),
        "digest": hashlib.sha256(data).hexdigest(),
    }
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.parquet")}


KILLED = """
import os, signal, sys
from pathlib import Path
from rag.app import App
from rag.config import Settings
home, folder, what, collection = sys.argv[1:]
app = App(Settings(workers=1, collection=collection), Path(home))
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
getattr(app, what)(Path(folder), on_progress=die)
"""


def killed(home: Path, folder: Path, what: str, collection: str, more: str = "") -> None:
    """Kill a process that moves a library at the first sign of life."""
    arguments = [str(home), str(folder), what, collection]
    program = KILLED.replace("on_progress", f"{more}on_progress")
    done = subprocess.run([sys.executable, "-c", program, *arguments], check=False)
    assert done.returncode == -signal.SIGKILL


def interrupted(app: App, exported: Path, documents: int, **more: Any) -> None:
    """Interrupt an import when so many documents of the export are in."""
    heard: list[int] = []

    def stop(done: int, _total: int) -> None:
        heard.append(done)
        if len(heard) == documents:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        app.import_(exported, on_progress=stop, **more)


def staged_by(app: App, exported: Path, **more: Any) -> int:
    """How many documents an import stages."""
    with pytest.MonkeyPatch.context() as patched:
        stage, staged = Catalogue.stage, list[str]()

        def noted(catalogue: Catalogue, prepared: Prepared, *rest: Any) -> list[int]:
            staged.append(prepared.document.id)
            return stage(catalogue, prepared, *rest)

        patched.setattr(Catalogue, "stage", noted)
        app.import_(exported, **more)
    return len(staged)
