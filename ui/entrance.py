"""The page before the page: it asks for the password, or leads to a provider. No scripts in it."""

from __future__ import annotations

import asyncio
import base64
import html
import math
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse

from rag.shown import shown
from ui.headers import hash_of
from ui.texts import TEXTS, first_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from rag.words import Language
    from ui.texts import Texts

_HERE = Path(__file__).parent
_FORM = "application/x-www-form-urlencoded"
_FIELDS = 8
_MINUTE = 60
#: A path on this page, that no browser takes for another machine.
_TARGET = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_HEAD = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} · {page}</title>
<link rel="icon" href="{icon}">
<style>{style}</style>
</head>
<body>
<main>
<header><img src="{icon}" alt="" width="36" height="36"><h1>{page}</h1></header>
{body}
</main>
</body>
</html>
"""
_ASK = """<p id="about"{wrong}>{told}</p>
<form method="post" action="/sign-in">
<input type="hidden" name="next" value="{target}">
<input name="username" autocomplete="username" value="rag" hidden>
<label for="password">{label}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 autofocus aria-describedby="about"{invalid}>
<button>{enter}</button>
</form>"""


def wants_html(request: Request) -> bool:
    """Whether a person's browser asks for a page, and no program for a part of one."""
    return request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", "")


def safe_target(target: str) -> str:
    """Where to go after signing in: a path of this page, else its beginning."""
    return target if _TARGET.fullmatch(target) else "/"


async def read_form(request: Request, longest: int, seconds: float) -> dict[str, str] | None:
    """The fields of a form; None where it is none, too long, or too slow in coming."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        return None
    body = b""
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                body += part
                if len(body) > longest:
                    return None
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS))
    except (TimeoutError, ClientDisconnect, ValueError):
        return None


def ask_password(
    request: Request, target: str, *, wrong: bool = False, wait: float = 0.0
) -> HTMLResponse:
    """The page that asks for the password: at first, after a wrong one, or too soon."""
    language = language_of(request)
    texts = TEXTS[language]
    told = texts["access_wrong"] if wrong else texts["access_ask"]
    if wait:
        told = texts["access_wait"].format(_span(wait, texts))
    failed = wrong or bool(wait)
    body = _ASK.format(
        told=html.escape(told),
        wrong=' class="wrong" role="alert"' if failed else "",
        invalid=' aria-invalid="true"' if wrong else "",
        target=html.escape(target),
        label=html.escape(texts["access_password"]),
        enter=html.escape(texts["access_enter"]),
    )
    response = _page(language, body, 429 if wait else 401 if wrong else 200)
    if wait:
        response.headers["Retry-After"] = str(math.ceil(wait))
    return response


def ask_provider(request: Request, names: Sequence[str], stranger: str | None) -> HTMLResponse:
    """The page that leads to the providers of these names, the only one "".

    `stranger` is the address of somebody who has signed in and is not one of the people.
    """
    language = language_of(request)
    texts = TEXTS[language]
    if stranger is not None:
        who = shown(stranger) or texts["access_nobody"]
        told = html.escape(texts["access_stranger"].format(who))
        link = _link("/sign-out", texts["access_other"])
        return _page(language, f'<p class="wrong" role="alert">{told}</p>{link}', 403)
    links = [
        _link(
            f"/sign-in?provider={quote(name, safe='')}",
            texts["access_through"].format(name) if name else texts["access_enter"],
        )
        for name in names
    ]
    return _page(language, f"<p>{html.escape(texts['access_provider'])}</p>{''.join(links)}", 401)


def language_of(request: Request) -> Language:
    """The first language that a browser names among those there are; English where it has none."""
    wanted: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        try:
            wanted.append((-float(weight or 1), tag.strip()))
        except ValueError:
            continue
    known = [tag for _, tag in sorted(wanted, key=lambda each: each[0]) if tag[:2] in TEXTS]
    return first_language(known[0] if known else None)


def _page(language: Language, body: str, status: int) -> HTMLResponse:
    texts = TEXTS[language]
    text = _HEAD.format(
        language=language,
        title=html.escape(texts["access_title"]),
        page=html.escape(texts["title"]),
        icon=icon(),
        style=_style(),
        body=body,
    )
    headers = {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src {hash_of(_style())}; img-src data:;"
            " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        # with no-referrer a browser would not say that the form came from here
        "Referrer-Policy": "same-origin",
        "Vary": "Accept-Language",
    }
    return HTMLResponse(text, status, headers)


def _link(address: str, text: str) -> str:
    return f'<a class="button" href="{html.escape(address)}">{html.escape(text)}</a>'


def _span(seconds: float, texts: Texts) -> str:
    if seconds <= _MINUTE:
        return texts["access_second"].format(math.ceil(seconds))
    return texts["access_minute"].format(math.ceil(seconds / _MINUTE))


@cache
def _style() -> str:
    return (_HERE / "entrance.css").read_text(encoding="utf-8")


@cache
def icon() -> str:
    """The icon of the page as an address that needs no request."""
    data = (_HERE / "icon.svg").read_bytes()
    return f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}"
