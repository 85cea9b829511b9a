"""Workers that crash, hang or swell cost one file each, and none of them stays behind."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from warm_readers import kept_cold

from rag.errors import ReadError
from rag.prepare import prepare
from rag.readers import read_document as read
from rag.readers.options import Limits, Options
from rag.workers.events import Done
from rag.workers.pool import ReaderPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.workers.events import Event

ROOT = Path(__file__).resolve().parents[2]
needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds pids in /proc")


def children(pid: int) -> set[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return {int(child) for task in tasks for child in (task / "children").read_text().split()}


def running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def wait_until_gone(pids: set[int]) -> set[int]:
    for _ in range(200):
        pids = {pid for pid in pids if running(pid)}
        if not pids:
            break
        time.sleep(0.05)
    return pids


@pytest.fixture(autouse=True)
def _as_the_program_does() -> Iterator[None]:
    with kept_cold():
        yield


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number:02}.txt" for number in range(12)]
    for number, path in enumerate(paths):
        path.write_text(f"Файл номер {number}. " * (1 + number * 100), encoding="utf-8")
    return paths


def texts(events: Iterator[Event]) -> list[str]:
    """Text or reason of every member, in order."""
    results = (event.result for event in events if not isinstance(event.result, Done))
    return [r.message if isinstance(r, ReadError) else r.document.text for r in results]


def limited(**limits: float) -> Options:
    return Options(limits=Limits(**limits))  # type: ignore[arg-type]


@pytest.mark.parametrize("workers", [1, 3])
def test_documents_come_in_order_and_are_those_read_without_a_pool(
    files: list[Path], workers: int
) -> None:
    with ReaderPool(workers) as pool:
        events = list(pool.read_all(files))
    for path, (event, done) in zip(files, zip(events[::2], events[1::2], strict=True), strict=True):
        assert (event.path, event.member) == (path, "")
        assert event.result == prepare(read(path))
        assert done == (path, "", Done(hashlib.sha256(path.read_bytes()).hexdigest()))


def test_a_file_that_cannot_be_read_is_one_row_with_its_reason(files: list[Path]) -> None:
    files[1].write_bytes(b"\x7fELF\x00\x00")
    files[2].write_bytes(b"")
    missing = files[0].with_name("none.txt")
    with ReaderPool(2) as pool:
        got = texts(pool.read_all([files[0], files[1], files[2], missing, files[3]]))
    assert got[0] == read(files[0]).text
    assert got[1:4] == [
        "01.txt is a binary file, not text",
        "the file is empty",
        "cannot be opened: No such file or directory",
    ]
    assert got[4] == read(files[3]).text


def test_paths_are_pulled_only_as_results_are_taken(files: list[Path]) -> None:
    pulled: list[Path] = []

    def source() -> Iterator[Path]:
        for path in files * 20:
            pulled.append(path)
            yield path

    with ReaderPool(2) as pool:
        results = pool.read_all(source())
        next(results)
        assert len(pulled) <= 16
        next(results)
        next(results)
        assert len(pulled) <= 17


def test_a_pool_serves_again_after_results_were_left_untaken(files: list[Path]) -> None:
    with ReaderPool(2) as pool:
        results = pool.read_all(files)
        next(results)
        results.close()  # type: ignore[attr-defined]
        assert len(texts(pool.read_all(files))) == len(files)


def test_a_file_that_needs_too_much_memory_is_refused_and_the_next_one_read(
    files: list[Path],
) -> None:
    big = files[0].with_name("big.txt")
    with big.open("wb") as stream:
        stream.truncate(400 * 1024**2)
    with ReaderPool(1, limited(memory=128 * 1024**2)) as pool:
        got = texts(pool.read_all([big, files[1]]))
    assert got == ["reading it takes more memory than is allowed", read(files[1]).text]


def test_too_much_text_is_refused(files: list[Path]) -> None:
    with ReaderPool(1, limited(characters=1_000)) as pool:
        got = texts(pool.read_all([files[11], files[0]]))
    assert got == ["too much text: more than 1,000 characters", read(files[0]).text]


@needs_proc
def test_a_worker_that_hangs_is_replaced(files: list[Path]) -> None:
    before = children(os.getpid())
    with ReaderPool(1, limited(seconds=20)) as pool:
        list(pool.read_all(files[:1]))
        pool._limits = Limits(seconds=0.3)
        for pid in children(os.getpid()) - before:
            os.kill(pid, signal.SIGSTOP)
        results = pool.read_all(files[1:3])
        failed = next(results).result
        pool._limits = Limits(seconds=20)
        assert isinstance(failed, ReadError)
        assert failed.message == "it could not be read within 0.3 seconds"


@needs_proc
def test_a_worker_that_is_killed_costs_its_file_only(files: list[Path]) -> None:
    before = children(os.getpid())
    with ReaderPool(1) as pool:
        list(pool.read_all(files[:1]))
        (pid,) = children(os.getpid()) - before
        os.kill(pid, signal.SIGSTOP)
        timer = Timer(0.2, os.kill, (pid, signal.SIGKILL))
        timer.start()
        got = texts(pool.read_all(files[1:3]))
        timer.join()
    assert got == ["its reader crashed (SIGKILL)", read(files[2]).text]


@needs_proc
def test_a_worker_that_died_between_files_costs_none(files: list[Path]) -> None:
    before = children(os.getpid())
    with ReaderPool(1) as pool:
        list(pool.read_all(files[:1]))
        (pid,) = children(os.getpid()) - before
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert texts(pool.read_all(files[1:2])) == [read(files[1]).text]


@needs_proc
def test_no_worker_outlives_its_pool(files: list[Path]) -> None:
    before = children(os.getpid())
    with ReaderPool(3) as pool:
        list(pool.read_all(files))
        assert len(children(os.getpid()) - before) == 3
    assert not children(os.getpid()) - before


PARENT = """
import sys, time
from pathlib import Path
from rag.workers.pool import ReaderPool
with ReaderPool(2) as pool:
    for _ in pool.read_all(map(Path, sys.argv[1:])):
        pass
    print("ready", flush=True)
    time.sleep(60)
"""


@needs_proc
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_a_parent_that_is_ended(files: list[Path], by: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT, *map(str, files)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        workers = children(parent.pid)
        assert len(workers) == 2
        parent.send_signal(by)
        parent.wait()
    assert wait_until_gone(workers) == set()


ENDLESS = """#!/bin/sh
[ "$1" = --list-langs ] && printf 'List of languages:\\neng\\nosd\\nrus\\n' && exit
echo $$ > {pid}
exec sleep 60
"""


@needs_proc
def test_a_program_that_a_reader_started_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = tmp_path / "pid"
    program = tmp_path / "tesseract"
    program.write_text(ENDLESS.format(pid=pid), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    Image.new("L", (200, 100), 255).save(tmp_path / "scan.png")
    with ReaderPool(1, limited(seconds=2, ocr_page_seconds=60)) as pool:
        (reason,) = texts(pool.read_all([tmp_path / "scan.png"]))
    assert reason == "it could not be read within 2 seconds"
    assert wait_until_gone({int(pid.read_text())}) == set()


def test_a_pool_without_workers_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one worker"):
        ReaderPool(0)
