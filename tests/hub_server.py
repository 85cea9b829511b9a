"""A hub of models on this machine's own address: as much of its API as fetching a model takes."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

SHA = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """Holds one model. `asked` lists the files that were asked for, with where from each began."""

    daemon_threads = True

    def __init__(self, model_id: str, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.model_id = model_id
        self.files = files
        self.asked: list[tuple[str, int]] = []
        self.cut: str | None = None  # a file whose transfer breaks off in the middle, once

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""

    def _answer(self, *, with_body: bool) -> None:
        path = unquote(urlsplit(self.path).path).strip("/")
        api, files = f"api/models/{self.server.model_id}", self.server.files
        place = f"{self.server.model_id}/resolve/"
        if path in (api, f"{api}/revision/main"):
            listed = [{"rfilename": n, "size": len(data)} for n, data in files.items()]
            about = {"id": self.server.model_id, "sha": SHA, "siblings": listed}
            self._send(json.dumps(about).encode(), with_body=with_body)
        elif path.startswith(f"{api}/tree/"):
            tree = [
                {"type": "file", "path": n, "size": len(data), "oid": _oid(data)}
                for n, data in files.items()
            ]
            self._send(json.dumps(tree).encode(), with_body=with_body)
        elif path.startswith(place) and (name := path[len(place) :].partition("/")[2]) in files:
            self._file(name, with_body=with_body)
        else:
            self._send(b"{}", status=404, extra={"X-Error-Code": "RepoNotFound"})

    def _file(self, name: str, *, with_body: bool) -> None:
        data = self.server.files[name]
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
        extra = {"X-Repo-Commit": SHA, "ETag": f'"{_oid(data)}"', "Accept-Ranges": "bytes"}
        if with_body:
            self.server.asked.append((name, start))
        if start:
            extra["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        cut = with_body and name == self.server.cut
        if cut:
            self.server.cut = None
        status = 206 if start else 200
        self._send(data[start:], status=status, extra=extra, with_body=with_body, cut=cut)

    def _send(
        self,
        body: bytes,
        *,
        status: int = 200,
        extra: dict[str, str] | None = None,
        with_body: bool = True,
        cut: bool = False,
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(extra or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut


def _oid(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


@contextmanager
def serving(model_id: str, files: dict[str, bytes]) -> Iterator[Hub]:
    """A hub that answers until the end."""
    with Hub(model_id, files) as hub:
        thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()
