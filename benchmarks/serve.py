"""A service under load: searches, answers and an ingest at once, beside langchain with FastAPI.

    python benchmarks/serve.py [--clients 64] [--think 1.5] [--seconds 60] [--only rag] [--saturate]

Each service runs in a process of its own over the same files, and so do the clients; first one
client asks alone, then all of them do, while one file after another is brought in. See
`clients.py` for what a client is, `reference.py` for what stands beside.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from browsing import free_port
from clients import ASK, SEARCH, Spec, Told
from measuring import (
    CORPORA,
    ROOT,
    environment,
    figures,
    machine,
    memory_of,
    quantile,
    table,
    tree,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RAG, LANGCHAIN = "rag", "langchain + FastAPI"
#: To reach: p95 of a search among all clients against p50 of one client alone.
RATIO = 5.0
_SETS = ROOT.parent / "shared" / "eval"
_PARAGRAPHS = ("xquad-ru", "xquad-en")
_PDFS, _MOST_PDFS = "mmlongbench-text", 10
_MOST_QUESTIONS = 400
_ALONE = 15.0  # seconds that one client asks alone
_START_SECONDS = 600.0  # until a service must answer: the reference embeds everything first
_BRING_SECONDS = 600.0  # until a file must be in
_PAUSE = 1.0  # seconds between two files that are brought in
_MEASURED = 3  # parts of the time after which memory is looked at
_GROWTH = 1.1  # memory after the last part against that after the one before
_SEED = 42


@dataclass(frozen=True, slots=True)
class Running:
    """A service that runs: its process, the addresses by kind, and how a file is brought in."""

    process: subprocess.Popen[bytes]
    urls: dict[str, str]
    bring: Callable[[Path], None]


@dataclass(slots=True)
class Measured:
    """What came of a service: alone, under load; memory in MB; files that were brought in.

    `worked` are the seconds that its processors worked for the requests that are told.
    """

    alone: Told
    loaded: Told
    memory: list[float] = field(default_factory=list)
    worked: float = 0.0
    brought: list[float] = field(default_factory=list)


def main() -> int:
    """Measure, print, and 1 where a figure was missed."""
    args = _arguments()
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
        folder = Path(scratch)
        questions = _corpus(folder / "files")
        if args.library:
            shutil.copytree(args.library, folder / "home")
        names = (args.only,) if args.only else (RAG, LANGCHAIN)
        spec = Spec({}, questions, args.clients, args.seconds, args.think)
        measured = {}
        for name in names:
            with _SERVICES[name](folder, args.workers) as running:
                measured[name] = _measure(replace(spec, urls=running.urls), running, folder)
                if args.saturate:
                    full = replace(spec, urls=running.urls, think=0.0)
                    measured[f"{name}, no thinking"] = _measure(full, running, folder)
    print(
        f"{machine()}; {args.clients} clients for {args.seconds:g} s, thinking {args.think:g} s"
        f" (mean); {len(questions)} questions"
    )
    print()
    print(_table(measured))
    print()
    for name, each in measured.items():
        asked = sum(map(len, each.loaded.took.values()))
        print(f"{name}: processor ms a request: {1000 * each.worked / max(asked, 1):.1f}.")
        held = ", ".join(f"{megabytes:.0f}" for megabytes in each.memory)
        print(f"{name}: memory at the start and after each third, MB (PSS): {held}.")
        if each.brought:
            print(f"Files brought in: {len(each.brought)}, median {median(each.brought):.2f} s.")
        for error in dict.fromkeys(each.loaded.errors[:5]):
            print(f"ERROR: {error}")
    print()
    rows = _figures(measured[RAG]) if RAG in measured else []
    print(figures(rows))
    return 0 if all(row[-1] for row in rows) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--think", type=float, default=1.5, help="mean pause of a client, seconds")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=1, help="processes of rag serve")
    parser.add_argument("--only", choices=(RAG, LANGCHAIN), help="one of the services")
    parser.add_argument("--library", type=Path, help="a library of these files, made before")
    parser.add_argument("--saturate", action="store_true", help="then the same without pauses")
    return parser.parse_args()


def _corpus(folder: Path) -> list[str]:
    """Files to ask, and questions: real ones beside the project, else those that are made."""
    folder.mkdir()
    if not (_SETS / _PDFS).is_dir():
        from made import volumes

        volumes(folder)
        shutil.copytree(CORPORA, folder / "corpora")
        return [str(item["question"]) for item in _items(CORPORA)]
    for name in _PARAGRAPHS:
        shutil.copytree(_SETS / name / "documents", folder / name)
    pdfs = sorted((_SETS / _PDFS / "documents").glob("*.pdf"), key=lambda path: path.stat().st_size)
    for path in pdfs[:_MOST_PDFS]:
        shutil.copy(path, folder)
    items = [item for name in (*_PARAGRAPHS, _PDFS) for item in _items(_SETS / name)]
    random.Random(_SEED).shuffle(items)
    return [str(item["question"]) for item in items[:_MOST_QUESTIONS]]


def _items(folder: Path) -> list[dict[str, object]]:
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@contextmanager
def _rag(folder: Path, workers: int) -> Iterator[Running]:
    home = folder / "home"
    env = environment(RAG_HOME=str(home), RAG_SERVE_RATE="0", PYTHONPATH=str(ROOT))
    command = [sys.executable, "-m", "rag"]
    (folder / "rag.toml").touch()  # found first, so that no settings of the user count
    if not home.exists():
        ingest = [*command, "ingest", str(folder / "files")]
        subprocess.run(ingest, cwd=folder, env=env, check=True, capture_output=True)
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    api = f"{root}/api/v1/collections/default"
    urls = {SEARCH: f"{api}/search", ASK: f"{api}/ask"}

    def bring(path: Path) -> None:
        job = _sent(f"{api}/documents?wait=600", path)
        if job["state"] != "done":
            raise SystemExit(f"a file was not brought in: {job}")

    serve = [*command, "serve", "--port", str(port)]
    serve += ["--workers", str(workers)] if workers > 1 else []
    with _process(serve, folder, env, f"{root}/healthz") as process:
        yield Running(process, urls, bring)


@contextmanager
def _langchain(folder: Path, _: int) -> Iterator[Running]:
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    script = str(Path(__file__).with_name("reference.py"))
    copied = folder / "copied"
    shutil.copytree(folder / "files", copied)

    def bring(path: Path) -> None:
        _sent(f"{root}/documents", path)

    command = [sys.executable, script, str(copied), "--port", str(port)]
    with _process(command, folder, environment(), f"{root}/openapi.json") as process:
        yield Running(process, {SEARCH: f"{root}/search", ASK: f"{root}/ask"}, bring)


_SERVICES = {RAG: _rag, LANGCHAIN: _langchain}


def _sent(url: str, path: Path) -> dict[str, object]:
    """What is answered to a file that is sent as a form."""
    border = "border-of-parts"
    head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"'
    body = f"{head}\r\n\r\n".encode() + path.read_bytes() + f"\r\n--{border}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={border}"}
    request = urllib.request.Request(url, body, kind)
    with urllib.request.urlopen(request, timeout=_BRING_SECONDS) as response:
        answer: dict[str, object] = json.loads(response.read())
        return answer


@contextmanager
def _process(
    command: list[str], folder: Path, env: dict[str, str], url: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A service that answers at an address, until the end."""
    log = folder / "service.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
        try:
            latest = time.monotonic() + _START_SECONDS
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > latest:
                    raise SystemExit(f"it did not start:\n{log.read_text(errors='replace')}")
                time.sleep(0.2)
            yield process
        finally:
            process.terminate()
            process.wait(60)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def _measure(spec: Spec, running: Running, folder: Path) -> Measured:
    """One client alone, then all of them while files are brought in."""
    _asked(replace(spec, clients=1, think=0.0, seconds=_ALONE / 3), folder).wait()  # to warm up
    alone = _told(_asked(replace(spec, clients=1, think=0.0, seconds=_ALONE), folder))
    measured = Measured(alone, Told(), [_held(running)])
    over = threading.Event()
    bringing = threading.Thread(target=_bring, args=(running, folder, over, measured.brought))
    clients, before = _asked(spec, folder), _worked(running)
    bringing.start()
    for _ in range(_MEASURED):
        time.sleep((spec.warm + spec.seconds) / _MEASURED)
        measured.memory.append(_held(running))
    measured.loaded = _told(clients)
    whole = spec.seconds + spec.warm
    measured.worked = (_worked(running) - before) * spec.seconds / whole
    over.set()
    bringing.join()
    return measured


def _asked(spec: Spec, folder: Path) -> subprocess.Popen[bytes]:
    """The clients, who begin to ask."""
    file = folder / "spec.json"
    file.write_text(json.dumps(asdict(spec)), encoding="utf-8")
    script = str(Path(__file__).with_name("clients.py"))
    return subprocess.Popen([sys.executable, script, str(file)], stdout=subprocess.PIPE)


def _told(clients: subprocess.Popen[bytes]) -> Told:
    out, _ = clients.communicate()
    if clients.returncode:
        raise SystemExit("the clients failed")
    return Told(**json.loads(out))


def _bring(running: Running, folder: Path, over: threading.Event, brought: list[float]) -> None:
    """Bring in one made file after another."""
    new = folder / f"new-{time.monotonic_ns()}"
    new.mkdir()
    chance = random.Random(_SEED)
    source = (CORPORA / "meetings" / "2025-12-02-coedition-call.txt").read_text(encoding="utf-8")
    lines = source.splitlines()
    number = 0
    while not over.is_set():
        number += 1
        path = new / f"note-{number:04}.txt"
        path.write_text("\n\n".join(chance.choices(lines, k=60)), encoding="utf-8")
        began = time.perf_counter()
        running.bring(path)
        brought.append(time.perf_counter() - began)
        over.wait(_PAUSE)


def _held(running: Running) -> float:
    """MB of all processes of a service."""
    return sum(memory_of(pid, "smaps_rollup", "Pss") for pid in tree(running.process.pid))


def _worked(running: Running) -> float:
    """Seconds that a service's processors worked so far: those of processes it has, or had."""
    ticks = 0
    for pid in tree(running.process.pid):
        try:
            told = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:  # there is no /proc, or it has ended meanwhile
            continue
        own, waited_for = told[11:13], told[13:15] if pid == running.process.pid else ()
        ticks += sum(map(int, (*own, *waited_for)))
    return ticks / os.sysconf("SC_CLK_TCK")


def _table(measured: dict[str, Measured]) -> str:
    head = ("service", "kind", "alone p50 ms", "p95", "all: a second", "p50", "p95", "p99", "ratio")
    rows = []
    for name, each in measured.items():
        for kind in (SEARCH, ASK):
            alone, all_ = each.alone.took.get(kind, []), each.loaded.took.get(kind, [])
            first = quantile(alone, 0.5)
            rate = len(all_) / each.loaded.seconds
            shares = (first, quantile(alone, 0.95), rate, *(quantile(all_, s) for s in _SHARES))
            ratio = quantile(all_, 0.95) / first if first else 0.0
            rows.append((name, kind, *(f"{value:.1f}" for value in shares), f"{ratio:.1f}"))
    return table(head, rows, words=2)


_SHARES = (0.5, 0.95, 0.99)


def _figures(measured: Measured) -> list[tuple[str, str, str, bool]]:
    ratio = quantile(measured.loaded.took[SEARCH], 0.95) / quantile(
        measured.alone.took[SEARCH], 0.5
    )
    errors = len(measured.loaded.errors)
    growth = measured.memory[-1] / measured.memory[-2]
    return [
        ("errors", "0", str(errors), not errors),
        ("p95 of a search, to p50 alone", f"< {RATIO:g} ×", f"{ratio:.1f} ×", ratio < RATIO),
        ("memory, last third to the second", f"< {_GROWTH} ×", f"{growth:.2f} ×", growth < _GROWTH),
    ]


if __name__ == "__main__":
    sys.exit(main())
