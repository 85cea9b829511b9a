"""The HTML that the page begins as: Streamlit's, in the reader's language and under our name."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit
from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import Route

from ui.entrance import icon, language_of
from ui.texts import TEXTS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from rag.words import Language

_HERE = Path(__file__).parent
_INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
_RETURN = "/return.js"
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_NOSCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
#: An offer to programs that is switched off, and a mark for a service that renders pages.
_IDLE = re.compile(r"<link rel=\"service-desc\"[^>]*>\s*|<script>[^<]*</script>\s*")


def routes(*, guarded: bool) -> list[Route]:
    """What is served in place of Streamlit's own; a guarded page goes back to the door itself."""

    async def index(request: Request) -> Response:
        return HTMLResponse(page(language_of(request), guarded=guarded))

    async def back(_: Request) -> Response:
        return FileResponse(_HERE / "return.js", media_type="text/javascript")

    return [Route("/", index), Route(_RETURN, back)]


@cache
def page(language: Language, *, guarded: bool) -> str:
    """The HTML. What is not found in Streamlit's stays as it is there."""
    texts = TEXTS[language]
    text = _IDLE.sub("", _COMMENT.sub("", _INDEX.read_text(encoding="utf-8")))
    text = _NOSCRIPT.sub(
        f"<noscript><p>{html.escape(texts['access_noscript'])}</p></noscript>", text
    )
    text = text.replace('<html lang="en">', f'<html lang="{language}">')
    text = text.replace("<title>Streamlit</title>", f"<title>{html.escape(texts['title'])}</title>")
    text = text.replace('href="./favicon.png"', f'href="{icon()}"')
    script = f'<script src=".{_RETURN}" defer></script>\n</head>'
    return text.replace("</head>", script) if guarded else text
