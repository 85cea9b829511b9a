"""Milvus Lite's own server, as a process of its own, on a free port of this machine."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_PROGRAM = "from milvus_lite.cmdline import main; main()"


@dataclass
class MilvusServer:
    """A server over a folder; it may be killed, and started again on the same port and data."""

    folder: Path
    port: int = field(default_factory=lambda: _free_port())
    process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def store(self) -> str:
        """What `--store` takes."""
        return f"milvus:{self.uri}"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        where = ["--data-dir", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", _PROGRAM, "server", *where],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        assert b"listening" in self.process.stdout.readline()

    def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()
        self.process = None


@contextmanager
def serving(folder: Path) -> Iterator[MilvusServer]:
    """A server over a folder, until the end."""
    server = MilvusServer(folder)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None:
            server.kill()


def _free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
