"""`rag serve` as a process: signals, several processes, a supervisor, what it says and refuses."""

from __future__ import annotations

import hashlib
import http.server
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from served import SECONDS, SETTINGS, Client, Process, events, serving
from service_driver import filled

from rag.cli import run
from rag.errors import RagError
from rag.listening import listen
from rag.service import supervisor as supervising
from rag.service.process import Plan
from rag.service.supervisor import Supervisor
from rag.service.worker import CANNOT_START, READY
from rag.store.place import LibraryPaths
from rag.store.received import Received

QUESTION = json.dumps({"question": "сколько дней отпуска переносится?"}).encode()
SEARCH = "POST /api/v1/collections/default/search HTTP/1.1"
JSON = ("Content-Type: application/json", f"Content-Length: {len(QUESTION)}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "leave.md").write_text("# Отпуск\n\nПереносится до 14 дней отпуска.\n")
    return filled(tmp_path_factory.mktemp("served") / "home", folder)


def ask(place: int | Path) -> list[str]:
    """The documents that a search gives."""
    with Client(place) as client:
        client.send(SEARCH, *JSON, body=QUESTION)
        return [each["document"] for each in client.answer().json["passages"]]


def metric(place: int | Path, start: str) -> float:
    with Client(place) as client:
        client.send("GET /metrics HTTP/1.1")
        lines = client.answer().body.decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(start))


def half_a_request(place: int | Path) -> Client:
    """A request that is being sent: it holds up the end for as long as requests may."""
    client = Client(place)
    client.raw(b"GET /healthz HTTP/1.1\r\n")
    return client


# -- one process


class _Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def collector() -> Iterator[http.server.HTTPServer]:
    """What takes traces; `asked` are the paths that it was sent some at."""
    with http.server.HTTPServer(("127.0.0.1", 0), _Collector) as server:
        server.asked = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_service_at_a_path_started_by_systemd_takes_up_files_and_ends_with_its_requests(
    home: Path, tmp_path: Path, collector: http.server.HTTPServer
) -> None:
    data = "# Отпуск\n\nОтпуск переносится на март.\n".encode()
    received = Received(LibraryPaths(home, "default").uploads)
    received.keep("later.md", hashlib.sha256(data).hexdigest(), ".md", data)
    place = tmp_path / "rag.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(SECONDS)
        said: list[bytes] = []

        def hear(what: bytes) -> None:
            while what not in said:
                said.append(systemd.recv(100))

        with serving(
            home,
            *("--uds", str(place), "--log-format", "json"),
            NOTIFY_SOCKET=str(tmp_path / "notify"),
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.server_address[1]}",
        ) as process:
            hear(b"READY=1")
            hear(b"WATCHDOG=1")
            while len(ask(place)) < 2:
                process.process.poll()
            while metric(place, 'rag_files_total{state="added"}') < 1:
                process.process.poll()
            with half_a_request(place) as client:
                process.process.send_signal(signal.SIGTERM)
                hear(b"STOPPING=1")
                client.send("Accept: */*")
                assert client.answer().status == 200
            assert process.wait() == 0
    assert not place.exists()
    assert events(process.log, "ended")
    assert set(collector.asked) == {"/v1/traces"}  # type: ignore[attr-defined]


# -- several


def workers_of(process: Process) -> list[int]:
    return [event["worker"] for event in events(process.log, "worker-begun")]


def test_a_worker_that_is_killed_is_replaced_and_counts_go_on(home: Path) -> None:
    with serving(home, "--workers", "2", "--log-format", "json") as process:
        for _ in range(4):
            assert ask(process.port)
        os.kill(workers_of(process)[0], signal.SIGKILL)
        assert json.loads(process.until("worker-ended"))["code"] == -signal.SIGKILL
        assert ask(process.port)
        process.until("worker-begun")
        assert len(workers_of(process)) == 3
        process.until('"warm"')
        assert metric(process.port, "rag_queue_seconds_count") == 5
        with half_a_request(process.port) as client:
            process.process.send_signal(signal.SIGINT)  # Ctrl-C ends it as other commands
            process.until("draining")
            process.until("draining")
            client.send("Accept: */*")
            assert client.answer().status == 200
        assert process.wait() == 130
        assert "nothing is lost" in process.log[-1]
        with pytest.raises(ConnectionError):
            Client(process.port)


def test_a_worker_ends_with_its_supervisor_and_at_once_at_a_second_signal(home: Path) -> None:
    told, tell = os.pipe()
    with listen("127.0.0.1", None, 18700) as bound:
        port, passed = bound.getsockname()[1], (bound.fileno(), tell)
        command = [
            sys.executable,
            "-c",
            supervising._CHILD,
            json.dumps(sys.path),
            *map(str, passed),
        ]
        streams = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, text=True, pass_fds=passed, **streams)  # type: ignore[call-overload]
        os.close(tell)
        worker = Process(process, [])
        process.stdin.write(Plan(SETTINGS, str(home), form="json").to_json() + "\n")
        process.stdin.flush()
        assert os.read(told, 1) == READY
        with half_a_request(port):
            process.stdin.close()
            worker.until("supervisor-gone")
            worker.until("draining")
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 128 + signal.SIGTERM
        process.stderr.close()
    os.close(told)


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A supervisor in this process, in haste; logging is afterwards as it was before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr("sys.excepthook", lambda *_: None)
    monkeypatch.setattr("threading.excepthook", lambda *_: None)
    monkeypatch.setattr(supervising, "_PAUSE", 0.001)
    monkeypatch.setattr(supervising, "_TICK", 0.02)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.mark.parametrize(
    ("program", "ends"),
    [
        ("import sys; sys.exit(9)", 6),
        (f"import sys; sys.exit({CANNOT_START})", 1),
        ("import os, sys, time; os.write(int(sys.argv[3]), b'r'); time.sleep(600)", 6),
    ],
)
@pytest.mark.usefixtures("supervised")
def test_a_supervisor_gives_up_on_workers_that_end_again_and_again_or_hang(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    program: str,
    ends: int,
) -> None:
    monkeypatch.setattr(supervising, "_CHILD", program)
    monkeypatch.setattr(supervising, "_SILENCE", 0.1)
    with listen("127.0.0.1", None, 18700) as bound:
        plan = Plan(SETTINGS, str(home), form="json")
        supervisor = Supervisor(plan, bound, 1, *[lambda: None] * 3)
        with pytest.raises(RagError, match="again and again"):
            supervisor.run()
    log = capsys.readouterr().err.splitlines()
    assert len(events(log, "worker-ended")) == ends


@pytest.mark.parametrize(("wanted", "each"), [(8, 2), (4, 1), (1, 1)])
def test_processes_that_read_files_are_shared_out(wanted: int, each: int) -> None:
    plan = Plan(replace(SETTINGS, workers=wanted), "home")
    assert plan.shared(4).settings.workers == each


@pytest.mark.usefixtures("supervised")
def test_a_supervisor_passes_a_signal_on_and_waits(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    beats: list[str] = []
    program = "import os, sys, time; os.write(int(sys.argv[3]), b'r'); time.sleep(600)"
    monkeypatch.setattr(supervising, "_CHILD", program)
    with listen("127.0.0.1", None, 18700) as bound:
        supervisor = Supervisor(
            Plan(SETTINGS, str(home), form="json"),
            bound,
            2,
            on_ready=lambda: os.kill(os.getpid(), signal.SIGTERM),
            on_beat=lambda: beats.append("beat"),
            on_end=lambda: beats.append("end"),
        )
        assert supervisor.run() == signal.SIGTERM
    assert beats[-1] == "end"
    ended = events(capsys.readouterr().err.splitlines(), "worker-ended")
    assert [event["code"] for event in ended] == [-signal.SIGTERM] * 2


# -- what is refused before anything begins


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--host", "0.0.0.0"), "rag keys add"),
        (("--name", "rag.example.org"), "rag keys add"),
        (("--tls-cert", "a.pem"), "both a certificate and its key"),
        (("--tls-cert", "a.pem", "--tls-key", "b.pem"), "https cannot be served"),
        (("--uds", "rag.sock", "--port", "1"), "both a port and a path"),
        (("--uds", "/none/rag.sock"), "cannot listen"),
        (("--root-path", "rag"), "is no path"),
        (("--proxy", "*"), "neither an address nor a network"),
        (("--serve-drain-seconds", "-1"), "serve_drain_seconds (--serve-drain-seconds)"),
        (("--max-upload-mb", "0"), "max_upload_mb"),
        (("--workers", "0"), "--workers"),
    ],
)
def test_what_cannot_be_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run(["--home", str(home), "serve", *arguments]) == 2
    assert said in capsys.readouterr().err
