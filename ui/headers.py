"""Headers of every answer: nothing on the page may load from, or speak to, another machine.

What Streamlit's frontend needs was found by having Chromium show every element under a policy that
allows its own files alone, and reading what it refused: styles that the frontend writes itself, and
pictures and fonts that it carries in itself or makes (`data:`, `blob:`). It evaluates no strings:
charts are drawn by an interpreter, and its 64-bit numbers do without WebAssembly.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit
from starlette.datastructures import Headers as Values
from starlette.datastructures import MutableHeaders

from rag.access.names import host_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_NOT_USED = (
    *("accelerometer", "autoplay", "camera", "display-capture", "geolocation"),
    *("gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment"),
    *("publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-DNS-Prefetch-Control": "off",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _NOT_USED),
}
#: Files of Streamlit's frontend, whose names change with their content.
_STATIC = "/static/"


class Headers:
    """ASGI middleware that sets them, and takes away what would let other origins read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is asked, with the answer's headers set."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        policy = page_policy(Values(scope=scope).get("host", ""))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name in [name for name in headers if name.startswith("access-control-")]:
                    del headers[name]
                for name, value in (*_ALWAYS.items(), ("Content-Security-Policy", policy)):
                    headers.setdefault(name, value)
                if not scope["path"].startswith(_STATIC):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, send_with_headers)


def page_policy(host: str) -> str:
    """The policy for the page at a Host, whose websockets some browsers want named."""
    name = host if host_of(host) else ""
    sockets = f" ws://{name} wss://{name}" if name else ""
    rules = {
        "default-src": "'none'",
        # `ui.browser` comes as modules at blob: addresses, which markup alone cannot make
        "script-src": f"'self' blob: {_own_scripts()}".rstrip(),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self'{sockets}",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def hash_of(inline: str) -> str:
    """What allows one inline script or style, by its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"


@cache
def _own_scripts() -> str:
    """The inline scripts that Streamlit's page begins with."""
    return " ".join(hash_of(script) for script in _SCRIPT.findall(_INDEX.read_text("utf-8")))
