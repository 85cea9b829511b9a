"""Milvus Lite's own server, as a process of its own, on a free port of this machine.

There are two: that of version 3, written in Python, and the one before it, which is the compiled
core of Milvus itself. The second cannot stand beside the first: `make` puts it into a folder of its
own (`constraints-core.txt`), and what needs it is skipped where it is not.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The programs and libraries of the compiled one.
CORE = Path(sys.prefix) / "milvus-core" / "milvus_lite" / "lib"
_PROGRAM = "from milvus_lite.cmdline import main; main()"


@dataclass
class MilvusServer:
    """A server over a folder; it may be killed, and started again on the same port and data."""

    folder: Path
    compiled: bool = False
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
        if self.compiled:
            self._start_compiled()
            return
        where = ["--data-dir", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", _PROGRAM, "server", *where],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        assert b"listening" in self.process.stdout.readline()

    def _start_compiled(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [str(CORE / "milvus"), str(self.folder / "core.db"), f"127.0.0.1:{self.port}", "FATAL"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            env={**os.environ, "LD_LIBRARY_PATH": str(CORE)},
        )
        for _ in range(6000):  # it does not tell when it listens
            assert self.process.poll() is None
            with closing(socket.socket()) as probe:
                if not probe.connect_ex(("127.0.0.1", self.port)):
                    return
            time.sleep(0.01)
        raise AssertionError("it does not listen")

    def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()
        self.process = None


@contextmanager
def serving(folder: Path, *, compiled: bool = False) -> Iterator[MilvusServer]:
    """A server over a folder, until the end."""
    server = MilvusServer(folder, compiled)
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
