"""Several processes at once: readers go on whatever a writer does, and whatever becomes of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rag.app import App
from rag.config import Settings
from rag.errors import LibraryBusy

READERS, GENERATIONS = 3, 10
#: Asks until it is told to stop; says how often, and fails where an answer is not of one state.
READER = """
import logging, sys
from pathlib import Path
from rag.app import App
from rag.config import Settings
from rag.index import Library

home, stop = Path(sys.argv[1]), Path(sys.argv[2])
logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
app = App(Settings(workers=1), home)
with app.library() as held:
    query = held.embedder(app.embedder).encode_query("версия отчёта")
    first = held.vectors.search(query, 3)
    states = []
    print("ready", flush=True)
    while not stop.exists():
        passages = app.search("версия отчёта утверждена", k=10).passages
        versions = {p.chunk.text.split("Версия ")[1].split()[0] for p in passages}
        assert len(passages) == 4 and len(versions) == 1, [p.chunk.text[:80] for p in passages]
        states.append(versions.pop())
        assert held.vectors.search(query, 3) == first
        assert len(held.words) == len(held.vectors)
print(len(states), *dict.fromkeys(states))
"""
#: Stops before the commit, with the indexes of the next generation in their place.
WRITER = """
import sys, time
from pathlib import Path
from rag.app import App
from rag.config import Settings
from rag.store.derived import Draft

def finish(*arguments, finish=Draft.finish):
    finish(*arguments)
    print("finished", flush=True)
    time.sleep(600)

Draft.finish = finish
App(Settings(workers=1), Path(sys.argv[1])).ingest([Path(sys.argv[2])], sync=True)
"""


def write(folder: Path, version: int) -> None:
    for number in range(4):
        text = f"Отчёт номер {number}. Версия {version} отчёта утверждена."
        (folder / f"report{number}.txt").write_text(text, encoding="utf-8")


def test_readers_in_other_processes_see_whole_states_while_a_writer_publishes_and_is_killed(
    tmp_path: Path,
) -> None:
    folder, home, stop = tmp_path / "papers", tmp_path / "home", tmp_path / "stop"
    folder.mkdir()
    write(folder, 0)
    app = App(Settings(workers=1), home)
    app.ingest([folder])
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(home), str(stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(READERS)
    ]
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        for version in range(1, GENERATIONS + 1):
            write(folder, version)
            if version == GENERATIONS // 2:
                kill_a_writer(home, folder)
            app.ingest([folder], sync=True)  # a lock that the dead one left would raise LibraryBusy
    finally:
        stop.touch()
    told = [reader.communicate(timeout=60) for reader in readers]
    for (out, err), reader in zip(told, readers, strict=True):
        assert (reader.returncode, err) == (0, "")
        count, *seen = out.split()
        assert int(count) > 0
        assert [int(version) for version in seen] == sorted(map(int, seen))
    assert {p.name for p in app.paths.index(0).parent.iterdir()} == {str(generation(app))}
    assert all(check.ok for check in app.doctor())


def generation(app: App) -> int:
    with app.library() as library:
        return library.catalogue.generation


def kill_a_writer(home: Path, folder: Path) -> None:
    """Start an ingest in a process of its own and kill it while it holds the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), str(folder)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"finished\n"
        with pytest.raises(LibraryBusy):
            App(Settings(workers=1), home).ingest([folder])
        process.send_signal(signal.SIGKILL)
