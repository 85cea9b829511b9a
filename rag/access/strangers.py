"""Requests that are refused whoever sends them: by a strange name, or by a page elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rag.access.names import same_origin

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from rag.access.names import Names

#: What is strange about a request: the name it calls this by, the page it comes from, what that
#: page would do with the answer, or that a proxy passed it on.
Strange = Literal["name", "origin", "elsewhere", "proxy"]

#: What a proxy tells of whoever asked it.
_FORWARDED = (
    *("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"),
    *("x-real-ip", "via"),
)


def strangeness(
    headers: Headers, names: Names, *, links: bool, proxied: bool = True
) -> Strange | None:
    """What is strange about a request with these headers; None where nothing is.

    With `links`, somebody may come by a link of a page elsewhere. Without `proxied`, nothing is
    taken that came through a proxy.
    """
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not names.allow(hosts[0]):
        return "name"
    if not all(same_origin(origin, hosts[0]) for origin in headers.getlist("origin")):
        return "origin"
    if _from_elsewhere(headers, links=links):
        return "elsewhere"
    if not proxied and any(name in headers for name in _FORWARDED):
        return "proxy"
    return None


def _from_elsewhere(headers: Headers, *, links: bool) -> bool:
    """Whether another page has the browser fetch this."""
    if headers.get("sec-fetch-site", "none") in {"none", "same-origin"}:
        return False
    going = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest"))
    return not links or going != ("navigate", "document")
