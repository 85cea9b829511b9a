"""A PostgreSQL server of the tests' own, from Debian's package or PATH; none where it is absent."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: The one role that is asked for a password.
GUARDED = "guarded"
#: Nothing of it need outlive a power cut.
_OPTIONS = (
    *("fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=32MB"),
    *("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_wal_size=256MB"),
)


def programs() -> Path | None:
    """The folder of the newest server there is."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))],
    )
    if found:
        return found[-1].parent
    at = shutil.which("postgres")
    return Path(at).resolve().parent if at and shutil.which("initdb") else None


@dataclass
class Server:
    """A server that runs over a folder, at a port of this machine."""

    folder: Path
    port: int

    def url(self, database: str, user: str = "keeper", query: str = "") -> str:
        """The address of a database."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{query}"

    def sql(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run a statement as the superuser, outside of a transaction; gives its rows."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def database(self, name: str, encoding: str = "UTF8") -> str:
        """Make a database; gives its address."""
        self.sql(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0")
        return self.url(name)

    def schemas(self, address: str) -> list[str]:
        """The schemas of a library of the database `rag` and of what was made aside for it.

        Fails where the database holds tables of no library.
        """
        library = address.partition("library=")[2]
        rows = self.sql("SELECT name, schema FROM rag.libraries", "rag")
        there = self.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'rag\\_%'", "rag")
        assert {name for (name,) in there} == {schema for _, schema in rows}
        return [schema for name, schema in rows if name.partition("~")[0] == library]

    def start(self) -> None:
        """Start it, and wait until it lets people in."""
        options = " ".join(f"-c {option}" for option in (f"port={self.port}", *_OPTIONS))
        self._control("start", "-w", "-l", str(self.folder / "log"), "-o", options)

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; whoever is connected is thrown out."""
        self._control("stop", "-w", "-m", mode)

    def _control(self, *arguments: str) -> None:
        at = programs()
        assert at is not None
        _as_postgres([str(at / "pg_ctl"), "-D", str(self.folder / "data"), *arguments])


@contextmanager
def running() -> Iterator[Server]:
    """A server over a new folder, to the end of the block; the test is skipped where none is."""
    at = programs()
    if at is None:
        pytest.skip("there is no PostgreSQL server here")
    folder = Path(tempfile.mkdtemp(prefix="rag-postgres-"))  # which pytest keeps from nobody
    try:
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
        setup = ["--auth=trust", "--username=keeper", "--encoding=UTF8", "--locale=C", "--no-sync"]
        _as_postgres([str(at / "initdb"), "-D", str(folder / "data"), *setup])
        rules = folder / "data" / "pg_hba.conf"
        rules.write_text(f"host all {GUARDED} 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
        server = Server(folder, _free_port())
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(command: list[str]) -> None:
    """Run a program as the user that may run a server, for root may not."""
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        account = {"user": "postgres", "group": "postgres", "extra_groups": []}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **account)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
