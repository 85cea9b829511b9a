"""Files in the body of a request, written to the disk of the library as they come.

A body that is too large is refused by what it says of its length, before any of it is read, or as
soon as it has passed the limit. Whatever goes wrong, nothing of it is left.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import logging
import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from anyio import to_thread
from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from rag.desk import uploads
from rag.desk.uploads import Sent
from rag.errors import StorageError
from rag.service.problems import Refused, gone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from rag.config import Settings
    from rag.service.state import Service

log = logging.getLogger(__name__)

_MEBIBYTE = 1024**2
#: Bytes of a request that are no file's: what stands around each of its parts.
_AROUND = 4096
#: Bytes of a field that is no file, and fields and files of one request together.
_FIELD, _PARTS_MORE = 4096, 16
_PASSWORD = "password"
_MULTIPART = b"multipart/form-data"
#: The connection cannot be used again: nobody reads what is still to come of the body.
_LAST = {"Connection": "close"}


class Received:
    """What a request brought: `files`, and the `password` that opens them if one was given.

    A context manager: what nobody has taken by its end is deleted.
    """

    def __init__(self, settings: Settings, place: Callable[[], Path]) -> None:
        self.files: list[Sent] = []
        self.password = ""
        self._settings = settings
        self._place = place
        self._name = ""
        self._path: Path | None = None
        self._file: BinaryIO | None = None
        self._size = 0
        self._hash = hashlib.sha256()

    def __enter__(self) -> Received:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            with suppress(OSError):  # it would still write what a full disk did not take
                self._file.close()
        with suppress(OSError):
            if self._path is not None:
                self._path.unlink(missing_ok=True)
            for sent in self.files:
                sent.drop()

    def begin(self, name: str) -> None:
        """A file begins. Raises Refused (413) where there are too many, StorageError."""
        most = self._settings.serve_upload_files
        if len(self.files) >= most:
            raise Refused(
                413, "too-many-files", f"A request may bring {most} files", "Send the rest apart."
            )
        self._name, self._path = name, self._place()
        self._size, self._hash = 0, hashlib.sha256()
        try:
            self._file = self._path.open("xb")
        except OSError as error:
            raise not_kept(error) from error

    def write(self, data: bytes) -> None:
        """Some of its bytes. Raises Refused (413) where it has too many, StorageError."""
        assert self._file is not None
        assert self._path is not None
        self._size += len(data)
        limit = self._settings.max_upload_mb
        if self._size > limit * _MEBIBYTE:
            raise too_large(uploads.safe_name(self._name), limit)
        self._hash.update(data)
        try:
            self._file.write(data)
        except OSError as error:
            raise not_kept(error) from error

    def end(self) -> None:
        """It is whole, and on the disk. Raises StorageError."""
        assert self._file is not None
        assert self._path is not None
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise not_kept(error) from error
        sent = Sent(self._name, self._path, self._hash.hexdigest(), self._size)
        self._file = self._path = None
        if uploads.is_litter(sent.name):
            sent.drop()
        else:
            self.files.append(sent)


class _Form:
    """The parts of a form: those with the name of a file are files, of the others a password."""

    def __init__(self, boundary: bytes, into: Received, most: int) -> None:
        self._into = into
        self._left = most
        self._header = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._field = b""
        self._held: bytearray | None = None
        self.whole = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": self._on_part,
                "on_end": self._on_end,
            },
        )

    def write(self, data: bytes) -> None:
        """Some of the body. Raises Refused (400) where it is no form, and as `Received` does."""
        try:
            self._parser.write(data)
        except FormParserError:
            raise _no_form() from None

    def _begin(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _no_form()
        self._headers, self._header, self._value = {}, b"", b""

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._field = options.get(b"name", b"")
        name = options.get(b"filename")
        if name is None:
            self._held = bytearray()
        else:
            self._held = None
            self._into.begin(name.decode("utf-8", "replace"))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._held is None:
            self._into.write(data[start:end])
            return
        self._held += data[start:end]
        if len(self._held) > _FIELD:
            raise Refused(413, "too-large", f"A field may have {_FIELD} bytes")

    def _on_part(self) -> None:
        if self._held is None:
            self._into.end()
        elif self._field == _PASSWORD.encode():
            self._into.password = self._held.decode("utf-8", "replace")

    def _on_end(self) -> None:
        self.whole = True


async def receive(service: Service, request: Request, name: str, into: Received) -> None:
    """Read the body of a request into files: of a form, or the one file `name` that it is.

    Raises Refused: 400 where it is no form, or has no files or no name; 408 where the client is
    silent for long; 413 where it is too large, and then no more of it is read. Raises StorageError.
    """
    settings = service.settings
    kind, options = parse_options_header(request.headers.get("content-type"))
    is_form = kind == _MULTIPART
    limit = settings.max_upload_mb
    around = _AROUND * (settings.serve_upload_files + _PARTS_MORE) if is_form else 0
    most = limit * _MEBIBYTE + around
    with suppress(ValueError):
        if int(request.headers.get("content-length", "0")) > most:
            raise too_large("The request" if is_form else uploads.safe_name(name), limit)
    if is_form:
        boundary = options.get(b"boundary", b"")
        if not boundary:
            raise _no_form()
        await _read_form(service, request, boundary, into, most, limit)
        return
    if not name:
        raise Refused(400, "no-name", "The file has no name", "Say it in the address: ?name=a.pdf")
    off_loop = partial(to_thread.run_sync, limiter=service.jobs.writers)
    await off_loop(partial(into.begin, name))
    async for chunk in _chunks(request, settings):
        await off_loop(partial(into.write, chunk))
    await off_loop(into.end)


async def _read_form(
    service: Service, request: Request, boundary: bytes, into: Received, most: int, limit: int
) -> None:
    settings, size = service.settings, 0
    try:
        form = _Form(boundary, into, settings.serve_upload_files + _PARTS_MORE)
    except FormParserError:
        raise _no_form() from None
    async for chunk in _chunks(request, settings):
        size += len(chunk)
        if size > most:
            raise too_large("The request", limit)
        await to_thread.run_sync(form.write, chunk, limiter=service.jobs.writers)
    if not form.whole:
        raise _no_form()
    if not into.files:
        raise Refused(400, "no-files", "The form has no files", "Send them as: -F file=@a.pdf")


async def _chunks(request: Request, settings: Settings) -> AsyncIterator[bytes]:
    """The body as it comes. Raises Refused where the client is silent for long, or goes away."""
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(settings.serve_receive_seconds):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Refused(408, "too-slow", "The rest did not come in time", "", _LAST) from None
        except ClientDisconnect:
            raise gone() from None
        if chunk:
            yield chunk


def too_large(what: str, limit: int) -> Refused:
    """The answer to a body that is too large, after which no more of it is read."""
    return Refused(
        413,
        "too-large",
        f"{what} has more than {limit} MB",
        "Send files one by one, split it, or let the administrator raise max_upload_mb.",
        _LAST,
    )


def not_kept(error: OSError | StorageError) -> StorageError:
    """What a client is told where its files cannot be kept: not where on the disk that was."""
    log.warning("What was sent cannot be kept: %s", error)
    cause = error if isinstance(error, OSError) else error.__cause__
    is_full = getattr(cause, "errno", None) == errno.ENOSPC
    why = "the disk is full" if is_full else "the disk fails"
    return StorageError(
        f"What was sent cannot be kept ({why})", "Send it again once the administrator made room."
    )


def _no_form() -> Refused:
    return Refused(400, "no-form", "The body is no form that can be read", "", _LAST)
