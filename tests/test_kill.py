"""A kill at any moment of an ingest leaves the old state or the new one."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from rag.app import App
from rag.config import Settings

KILLS = 50
SEED = 20251112
PROGRAM = (
    "import sys; from pathlib import Path;"
    "from rag.app import App; from rag.config import Settings;"
    "a = App(Settings(workers=1), Path(sys.argv[1])); print('go', flush=True);"
    "a.ingest([Path(sys.argv[2])], sync=True); print('done', flush=True)"
)


def write(folder: Path, version: int) -> None:
    """Documents of a version: some change, one comes, one goes."""
    for number in range(6):
        text = f"Отчёт номер {number}. Версия {version if number % 2 else 0} утверждена. " * 40
        (folder / f"report{number}.txt").write_text(text, encoding="utf-8")
    (folder / f"only{version - 1}.txt").unlink(missing_ok=True)
    (folder / f"only{version}.txt").write_text(f"Запись {version}.", encoding="utf-8")


def state(app: App) -> set[str]:
    """Everything a person sees of a library: names and texts; it is sound and needed no repair."""
    assert all(check.ok for check in app.doctor()), [c for c in app.doctor() if not c.ok]
    assert app.search("отчёт версия утверждена запись", k=5).passages
    return {f"{row.name}: {app.document(row.name)[1].text[:60]}" for row in app.documents()}


def test_killed_at_random_moments_the_library_opens_in_the_old_or_the_new_state(
    tmp_path: Path,
) -> None:
    chance = random.Random(SEED)
    folder, home = tmp_path / "papers", tmp_path / "home"
    folder.mkdir()
    write(folder, 0)
    app = App(Settings(workers=1), home)
    app.ingest([folder])
    whole = 1.2 * seconds_of_work(tmp_path / "measured", folder)
    outcomes = {"old": 0, "new": 0}
    for version in range(1, KILLS + 1):
        old = state(app)
        write(folder, version)
        kill_after(chance.uniform(0, whole), home, folder)
        found = state(App(Settings(workers=1), home))
        if found == old:
            outcomes["old"] += 1
            app.ingest([folder], sync=True)
        else:
            outcomes["new"] += 1
        expected = {f"report{n}.txt" for n in range(6)} | {f"only{version}.txt"}
        assert {row.name for row in app.documents()} == expected
        texts = {app.document(name)[1].text for name in expected}
        assert f"Запись {version}." in texts
        assert sum(f"Версия {version} " in text for text in texts) == 3
    assert min(outcomes.values()) > 0, "the kills came all before or all after the end"


def start(home: Path, folder: Path) -> subprocess.Popen[bytes]:
    """An ingest in a process of its own that has just come to work."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home), str(folder)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"go\n"
    return process


def seconds_of_work(home: Path, folder: Path) -> float:
    """How long an ingest that nobody kills takes."""
    with start(home, folder) as process:
        began = time.perf_counter()
        assert process.stdout is not None
        assert process.stdout.readline() == b"done\n"
        return time.perf_counter() - began


def kill_after(seconds: float, home: Path, folder: Path) -> None:
    """Start an ingest and kill it so many seconds after it has come to work."""
    with start(home, folder) as process:
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
