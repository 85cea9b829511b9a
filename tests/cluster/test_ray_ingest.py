"""A folder read by the nodes of a Ray cluster: the library is the one that this machine makes.

The cluster is real, a head and node processes on this machine, of which one is killed while it
reads. Files are read on nodes that share the disk, and sent to them as if they did not.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from docx import Document
from hostile import pdf_with_a_bomb
from office_files import encrypted, saved, zipped
from papers import ENGLISH, HANDBOOK, MEETING

from rag.app import App
from rag.config import Settings

TESTS = Path(__file__).resolve().parents[1]
FILES = 60
#: Megabytes that a reader may take, as `ray_driver.py` has it.
MEMORY = 64
PASSWORD = "сезам-9173"
#: What a node has whose rag is another one, and what makes it one that cannot be imported.
STUB = {
    "__init__.py": '__version__ = "0.0.9"\n',
    "chunk.py": 'CHUNKER_VERSION = "0"\n',
    "readers.py": 'READERS_VERSION = "0"\n',
}
ABSENT = "raise ImportError('nothing of it is here')\n"
ASK = """
import sys
from pathlib import Path
from rag.cluster.joining import joined, sees_all
from rag.cluster.node import VERSIONS
from rag.errors import RagError
with joined(sys.argv[1], 0):
    for _ in range(2):
        try:
            sees_all(VERSIONS, [])
        except RagError as error:
            print(error, flush=True)
        sys.stdin.readline()
"""


class Nodes:
    """The cluster, and what can be done to it."""

    def __init__(self) -> None:
        self._process = started("ray_nodes.py")
        self.address: str = self._answer()

    def add(self, **variables: str) -> int:
        """Start a node; the process that it hangs on."""
        return int(self._tell({"add": variables}))

    def stop(self, node: int) -> None:
        self._tell({"stop": node})

    def close(self) -> None:
        self._process.communicate()

    def _tell(self, command: object) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


def started(program: str, *arguments: object) -> subprocess.Popen[str]:
    """A program of the tests in a process of its own, that imports what this one does."""
    script = str(TESTS / program) if program.endswith(".py") else "-c"
    rest = [] if program.endswith(".py") else [program]
    return subprocess.Popen(
        [sys.executable, script, *rest, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tempfile.gettempdir(),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def ended(process: subprocess.Popen[str]) -> Any:
    """What it printed, as JSON, when it has ended well: nothing of Ray is among it."""
    out, err = process.communicate("\n")
    assert process.returncode == 0, err
    assert "ray" not in err, err
    return json.loads(out)


def reached(process: subprocess.Popen[str]) -> None:
    """Wait until it stands in the middle."""
    assert process.stdout is not None
    assert process.stdout.readline() == "reached\n", process.communicate()[1]


def tree(pid: int) -> dict[int, str]:
    """A process and all that it has started, with their command lines."""
    parents, lines = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                told = (folder / "stat").read_text().rpartition(")")[2].split()
                lines[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            parents[int(folder.name)] = int(told[1])
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return {each: lines.get(each, "") for each in found}


def environment(pid: int) -> bytes:
    """The variables of a process, each between two zero bytes."""
    return b"\0" + Path(f"/proc/{pid}/environ").read_bytes()


def kill_as_it_reads(node: int) -> None:
    """Kill a node, with all of its processes, once one of them reads files."""
    found = tree(node)
    while not any("rag.workers.child" in line for line in found.values()):
        assert Path(f"/proc/{node}").exists()
        time.sleep(0.01)
        found = tree(node)
    for pid in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """Where Ray writes: a folder with a name short enough for its sockets."""
    with (
        tempfile.TemporaryDirectory(prefix="rag", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("RAY_TMPDIR", folder)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        yield Path(folder)


@pytest.fixture(scope="module")
def nodes(scratch: Path) -> Iterator[Nodes]:
    assert scratch.is_dir()
    cluster = Nodes()
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many reports, some with the same bytes, and what is hard to read."""
    documents = tmp_path_factory.mktemp("cluster") / "документы"
    documents.mkdir()
    for number in range(FILES):
        lines = (f"Отчёт {number}.{each}: оплата до 15 марта, report {each}." for each in range(9))
        (documents / f"отчёт-{number:02}.md").write_text("\n\n".join(lines), encoding="utf-8")
    shutil.copy(documents / "отчёт-03.md", documents / "copy of 03.md")
    (documents / "правила.md").write_text(HANDBOOK * 3, encoding="utf-8")
    (documents / "планёрка.txt").write_text(MEETING, encoding="utf-8")
    (documents / "bomb.pdf").write_bytes(pdf_with_a_bomb(3 * MEMORY * 2**20))
    (documents / "box.zip").write_bytes(zipped({"a/binder.txt": ENGLISH, "b/отчёт.md": HANDBOOK}))
    (documents / "empty.zip").write_bytes(zipped({}))
    (documents / "broken.docx").write_bytes(b"PK\x03\x04 no document")
    letter = Document()
    letter.add_paragraph("Тайное письмо о сделке с насосами.")
    (documents / "locked.docx").write_bytes(encrypted(saved(letter), PASSWORD))
    return documents


@pytest.fixture(scope="module")
def alone(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The library that this machine makes of it, and the report."""
    home = tmp_path_factory.mktemp("alone")
    return home, ended(started("ray_driver.py", home, folder, "local", "--password", PASSWORD))


@pytest.fixture(scope="module")
def spread(
    nodes: Nodes, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Any]:
    """The one that two nodes make, of which one is killed as it reads."""
    home = tmp_path_factory.mktemp("spread")
    doomed, _ = nodes.add(), nodes.add()
    engine = f"ray:{nodes.address}"
    driver = started("ray_driver.py", home, folder, engine, "--stop", 1, "--password", PASSWORD)
    reached(driver)
    kill_as_it_reads(doomed)
    return home, ended(driver)


def held(home: Path) -> dict[str, Any]:
    """All of a library but when and where its files were seen."""
    with App(Settings(), home).library() as library:
        catalogue, blocks = library.catalogue, list(library.vectors.blocks())
        rows = list(catalogue.chunks(catalogue.live_keys()))
        return {
            "files": sorted(catalogue.files(), key=lambda row: row.name),
            "chunks": rows,
            "documents": [catalogue.document(row.id) for row in catalogue.documents()],
            "keys": np.concatenate([keys for keys, _ in blocks]).tolist(),
            "vectors": np.concatenate([made for _, made in blocks]).tobytes(),
            "words": len(library.words),
        }


def test_a_node_that_is_killed_as_it_reads_costs_nothing(
    alone: tuple[Path, Any], spread: tuple[Path, Any]
) -> None:
    assert held(spread[0]) == held(alone[0])


def test_the_report_says_the_same(alone: tuple[Path, Any], spread: tuple[Path, Any]) -> None:
    assert {**spread[1], "seconds": 0} == {**alone[1], "seconds": 0}
    assert [row["path"] for row in spread[1]["skipped"]] == [
        "bomb.pdf",
        "broken.docx",
        "empty.zip",
    ]


@pytest.mark.usefixtures("spread")
def test_no_password_is_in_what_ray_writes(scratch: Path) -> None:
    logs = [path for path in scratch.rglob("*") if path.is_file()]
    assert logs
    assert not [path for path in logs if PASSWORD.encode() in path.read_bytes()]


@pytest.mark.usefixtures("spread")
def test_a_driver_that_is_killed_goes_on_where_it_was_with_files_that_are_sent(
    nodes: Nodes, folder: Path, alone: tuple[Path, Any], tmp_path: Path
) -> None:
    """The largest file is longer than what is sent here, and is read by the driver itself."""
    told = (tmp_path, folder, f"ray:{nodes.address}", "--send", 4000, "--password", PASSWORD)
    killed = started("ray_driver.py", *told, "--stop", 20)
    reached(killed)
    killed.kill()
    killed.communicate()
    report = ended(started("ray_driver.py", *told))
    unread = len(alone[1]["skipped"])
    assert len(report["read"]) <= len(alone[1]["read"]) - 20 + unread
    assert report["added"] == alone[1]["added"]
    assert held(tmp_path) == held(alone[0])


def test_a_node_without_this_program_or_with_another_version_is_named(
    nodes: Nodes, tmp_path: Path
) -> None:
    package = tmp_path / "rag"
    package.mkdir()
    for name, text in STUB.items():
        (package / name).write_text(text, encoding="utf-8")
    (package / "__init__.py").write_text(ABSENT, encoding="utf-8")
    stranger = nodes.add(PYTHONPATH=str(tmp_path))
    asking = started(ASK, nodes.address)
    assert asking.stdin is not None
    assert asking.stdout is not None
    absent = asking.stdout.readline()
    (package / "__init__.py").write_text(STUB["__init__.py"], encoding="utf-8")
    asking.stdin.write("\n")
    asking.stdin.flush()
    other = asking.stdout.readline()
    _, said = asking.communicate("\n")
    nodes.stop(stranger)
    assert "cannot import rag: nothing of it is here" in absent, said
    assert "has version 0.0.9 (readers 0, chunker 0) of rag" in other
    assert "pip install" in other


def test_an_ingest_that_is_interrupted_leaves_nothing_of_ray_which_told_nobody_of_it(
    folder: Path, tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = scratch / "own"
    own.mkdir()
    monkeypatch.setenv("RAY_TMPDIR", str(own))
    monkeypatch.delenv("RAY_USAGE_STATS_ENABLED")
    driver = started("ray_driver.py", tmp_path, folder, "ray", "--stop", 1)
    reached(driver)
    before = tree(driver.pid)
    of_ray = [pid for pid, line in before.items() if "raylet" in line or "dashboard" in line]
    assert of_ray
    assert all(b"\0RAY_USAGE_STATS_ENABLED=0\0" in environment(pid) for pid in of_ray)
    driver.send_signal(signal.SIGINT)
    _, said = driver.communicate()
    assert "KeyboardInterrupt" in said.splitlines()
    for _ in range(3000):  # the last of them see that they are alone
        left = [line for pid, line in before.items() if Path(f"/proc/{pid}").exists()]
        if not left:
            break
        time.sleep(0.01)
    assert not left
    assert not list(own.rglob("usage_stats.json"))  # it keeps what it has told


def test_an_address_where_no_cluster_is_is_named(folder: Path, tmp_path: Path) -> None:
    driver = started("ray_driver.py", tmp_path, folder, "ray:127.0.0.1:1")
    _, said = driver.communicate()
    assert driver.returncode
    assert "No Ray cluster can be joined at 127.0.0.1:1" in said
    assert "ray start --head" in said
