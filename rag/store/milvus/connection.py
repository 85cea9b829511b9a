"""Connections to Milvus: one for each place and process, with its errors as ours.

A call is tried again while the server is away, for as long as it may take, and is one that may be
made twice. Milvus Lite's file is served by this process, to itself and to no other.
"""

from __future__ import annotations

import logging
import os
import re
import time
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from rag.config import preset, store_token
from rag.errors import LibraryBusy, StorageError, StoreAway, UsageError

if TYPE_CHECKING:
    from rag.store.milvus.address import Address

#: Seconds a question waits for the server, and a writer, with what is tried again meanwhile.
ASKING, WRITING = 10.0, 60.0
#: Seconds for what may have an index built first: Milvus Lite does so at the first search.
BUILDING = 600.0
_CONNECTING = 10.0  # seconds
_PAUSE, _LONGEST_PAUSE = 0.1, 2.0  # seconds before it is asked again
_OLDEST = (2, 4)  # version that has sparse vectors
_LITE = "milvus_lite"
_NUMBERS = re.compile(r"(\d+)\.(\d+)")
_MISSING = 'pip install "rag[milvus]"'
#: Codes of Milvus: no such collection; who asks is unknown, or may not do it.
_NO_COLLECTION, _UNKNOWN_USER = 100, (1400, 1401, 1800)
#: What Milvus says, in its codes or words, and what is the matter.
_REFUSED = re.compile(
    r"unauthenticated|auth check fail|permission ?deny|permission_denied|privilege", re.I
)
_NO_DATABASE = re.compile(r"database.{0,80}(not found|not exist)|databasenotfound", re.I | re.S)
_AWAY = re.compile(
    r"unavailable|fail(ed)? connecting|deadline|timeout|connection (refused|reset)|channel closed",
    re.I,
)
_UNLOADED = re.compile(r"not loaded|notloaded|state 'released'", re.I)
_UNKNOWN = re.compile(r"unimplemented|not (supported|implemented)|unsupported|unknown method", re.I)
_LONGEST = 300  # characters of what Milvus says

log = logging.getLogger(__name__)

_lock = Lock()
_open: dict[tuple[int, Address], Connection] = {}


class CollectionGone(StorageError):
    """The collection is not there, or no longer."""


class _Unable(StorageError):
    """The server does not know what is asked of it."""


class Connection:
    """An open connection, shared by all who `hold` it in this process."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._token = store_token()
        self._served: tuple[Any, Any] | None = None
        self._users = 1
        uri = self._serve() if address.file else address.uri
        try:
            self._client = self._connect(uri)
            self.lite = self._check_version()
        except BaseException:
            self._stop()
            raise

    def call(self, method: str, *args: Any, seconds: float = ASKING, **options: Any) -> Any:
        """What a method of the client gives, asked again while the server is away.

        Raises StoreAway where the server does not answer in so many seconds, CollectionGone, and
        StorageError for all else that is wrong.
        """
        end, pause = time.monotonic() + seconds, _PAUSE
        while True:
            left = end - time.monotonic()
            try:
                return getattr(self._client, method)(*args, timeout=left, **options)
            except Exception as error:
                told = self._told(error)
                if left > 0 and _UNLOADED.search(str(error)) and method != "load_collection":
                    self.call("load_collection", args[0], seconds=WRITING)  # it was restarted
                    continue
            if not isinstance(told, StoreAway) or time.monotonic() + pause >= end:
                raise told
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def release(self) -> None:
        """Let go of it; the last one to do so closes it.

        Whoever wants it meanwhile waits, as Milvus Lite lets nobody else open a file it has open.
        """
        with _lock:
            self._users -= 1
            if self._users:
                return
            _open.pop((os.getpid(), self.address), None)
            with suppress(Exception):  # it is gone either way
                self._client.close()
            self._stop()

    def _connect(self, uri: str) -> Any:
        try:
            return _client_class()(
                uri,
                token=self._token,
                db_name=self.address.database,
                timeout=_CONNECTING,
                dedicated=True,
            )
        except (ImportError, UsageError):
            raise
        except Exception as error:
            raise self._told(error) from None

    def _check_version(self) -> bool:
        """Whether it is Milvus Lite. Raises StorageError for a version that is too old."""
        try:
            told = str(self.call("get_server_version"))
        except _Unable:
            return True  # as Milvus Lite does before its version 3
        numbers = _NUMBERS.search(told)
        if numbers and (int(numbers[1]), int(numbers[2])) < _OLDEST:
            needed = ".".join(map(str, _OLDEST))
            raise StorageError(
                f"The Milvus at {self.address} has version {told}, without sparse vectors",
                f"Bring it to {needed} or a newer version, or name another: --store milvus:URI",
            )
        return told.startswith(_LITE)

    def _serve(self) -> str:
        """Serve Milvus Lite's file, on a port of this machine alone."""
        try:
            from milvus_lite.adapter.grpc.server import start_server_in_thread
            from milvus_lite.exceptions import DataDirLockedError, MilvusLiteError
        except ImportError:
            raise UsageError(
                "Milvus Lite, which serves a file, is not installed", _MISSING
            ) from None
        logging.getLogger(_LITE).setLevel(logging.CRITICAL)
        try:
            server, database, port = start_server_in_thread(self.address.file)
        except DataDirLockedError:
            raise LibraryBusy(
                f"Another process has {self.address.file} open, and Milvus Lite serves one",
                "Run it again when that has ended; or serve the file to several:"
                " milvus-lite server --data-dir FOLDER",
            ) from None
        except (MilvusLiteError, OSError, RuntimeError) as error:
            raise StorageError(
                f"{self.address.file} cannot be opened by Milvus Lite ({error})",
                "Name another place: --store milvus:FILE.db",
            ) from None
        self._served = server, database
        return f"http://127.0.0.1:{port}"

    def _stop(self) -> None:
        if self._served is not None:
            server, database = self._served
            server.stop(grace=2).wait()
            database.close()
            self._served = None

    def _told(self, error: Exception) -> StorageError:
        """An error of the client, or of gRPC below it, as one of ours."""
        code = getattr(error, "code", None)
        code = code() if callable(code) else code
        details = getattr(error, "details", None)
        said = getattr(error, "message", "") or (details() if callable(details) else str(error))
        reason = f"{code} {said} {error.__cause__ or ''}"
        where = self.address
        if code == _NO_COLLECTION or "collection not found" in reason.lower():
            return CollectionGone(
                f"The Milvus at {where} does not have the library's collection",
                "Ask again: another writer may just have made a new one; else make it: rag reindex",
            )
        if code in _UNKNOWN_USER or _REFUSED.search(reason):
            return StorageError(
                f"The Milvus at {where} refuses the token"
                if self._token
                else f"The Milvus at {where} asks for a token",
                "Set the right one: RAG_STORE_TOKEN=USER:PASSWORD or an API key",
            )
        if _NO_DATABASE.search(reason):
            return StorageError(
                f"The Milvus at {where} has no database {self.address.database or 'default'}",
                "Make it there, or name another: --store milvus:http://HOST:19530/DATABASE",
            )
        if _AWAY.search(reason):
            return StoreAway(
                f"The Milvus at {where} does not answer",
                "See that it runs and can be reached, then give the same command again:"
                " nothing is lost.",
            )
        if _UNKNOWN.search(reason):
            return _Unable(
                f"The Milvus at {where} cannot do what is needed ({self._quoted(said)})",
                f"Use Milvus {'.'.join(map(str, _OLDEST))} or newer; see docs/milvus.md.",
            )
        return StorageError(
            f"The Milvus at {where} failed ({self._quoted(said)})",
            "See its log; then give the same command again: nothing is lost.",
        )

    def _quoted(self, said: object) -> str:
        """What Milvus says, on one line, without what it may repeat of the token."""
        text = " ".join(str(said).split())
        for secret in {self._token, *self._token.split(":")} - {""}:
            text = text.replace(secret, "…")
        return text[:_LONGEST]


def hold(address: Address, seconds: float = 0) -> Connection:
    """The connection of this process to a Milvus; `Connection.release` it.

    A server that is away is waited for so many seconds. Raises UsageError where the client is not
    installed, LibraryBusy where another process has the file of Milvus Lite, StoreAway and
    StorageError.
    """
    end, told = time.monotonic() + seconds, False
    while True:
        try:
            return _held(address)
        except StoreAway as error:
            if time.monotonic() + _LONGEST_PAUSE >= end:
                raise
            if not told:
                log.warning("%s: it is waited for.", error.message)
            told = True
        time.sleep(_LONGEST_PAUSE)


def _held(address: Address) -> Connection:
    with _lock:
        key = os.getpid(), address
        if key in _open:
            _open[key]._users += 1
        else:
            _open[key] = Connection(address)
        return _open[key]


def _client_class() -> Any:
    preset(GRPC_VERBOSITY="NONE")  # what it logs of itself is told as an error of ours
    try:
        from pymilvus import MilvusClient
    except ImportError:
        raise UsageError("The client of Milvus is not installed", _MISSING) from None
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    return MilvusClient
