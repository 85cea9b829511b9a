"""The service as a process of its own, to be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import httpx

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 60.0


class Serve(Protocol):
    """Starts a service over a library, with settings as the environment gives them."""

    def __call__(self, home: Path, **environ: str) -> Served: ...


class Served:
    """A service that runs in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.address = address

    def client(self) -> httpx.Client:
        """A client of it, which speaks of the collection `default`."""
        return httpx.Client(base_url=f"{self.address}/api/v1/collections/default", timeout=SECONDS)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait(SECONDS)


@contextmanager
def serve_processes(folder: Path) -> Iterator[Serve]:
    """What starts services that are killed afterwards; `folder` is theirs to work in."""
    with ExitStack() as stack:

        def serve(home: Path, **environ: str) -> Served:
            clean = {k: v for k, v in os.environ.items() if not k.startswith("RAG_")}
            clean |= {"PYTHONPATH": str(ROOT), "HOME": str(folder), "RAG_WORKERS": "1", **environ}
            process = subprocess.Popen(
                [sys.executable, "-m", "rag", "serve", "--home", str(home)],
                cwd=folder,
                env=clean,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            assert process.stderr is not None
            stack.enter_context(process.stderr)
            for line in process.stderr:
                if "the service is at " in line:
                    address = line.split("the service is at ")[1].split()[0]
                    return Served(process, address)
            raise AssertionError("the service did not begin")

        yield serve
