"""What Streamlit knows of a provider of OpenID Connect: its secrets, routes and signed cookie.

The gate reads the cookie itself, so that a person is known before anything of the page is served.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from streamlit.auth_util import (
    encode_provider_token,
    get_cookie_with_chunks,
    get_origin_from_redirect_uri,
    get_secrets_auth_section,
    get_validated_redirect_uri,
    is_authlib_installed,
    validate_auth_credentials,
)
from streamlit.errors import Error
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGN_OUT = "/auth/logout"
#: Streamlit's own, which lead to the provider and back; open to everyone.
PATHS = frozenset({"/auth/login", SIGN_OUT, "/oauth2callback"})
_DEFAULT = "default"


def check() -> str:
    """The name that browsers come back to from the provider.

    Raises UsageError where Authlib is missing or the secrets are not as they must be.
    """
    if not is_authlib_installed():
        raise UsageError(
            "People can sign in only where Authlib is installed",
            'pip install "Authlib>=1.4,<2"',
        )
    try:
        for name in names():
            validate_auth_credentials(name or _DEFAULT)
    except Error as error:
        raise _unfit(str(error)) from error
    address = get_validated_redirect_uri()
    if address is None:
        raise _unfit("redirect_uri must end with /oauth2callback")
    return urlsplit(address).hostname or ""


def names() -> list[str]:
    """The names of the providers in the secrets; "" is the one without a name."""
    section = get_secrets_auth_section().to_dict()
    named = [name for name, value in section.items() if isinstance(value, dict)]
    named = [name for name in named if "client_id" in section[name]]
    return ([""] if "client_id" in section or not named else []) + named


def address(name: str) -> str:
    """Where a browser goes now to sign in at a provider; the address holds for minutes."""
    return f"/auth/login?provider={quote(encode_provider_token(name or _DEFAULT))}"


def claims(cookies: Mapping[str, str]) -> dict[str, Any]:
    """What the provider says of a person whose browser has these cookies; empty where nobody is.

    Checked: the signature, and that it was made for this address.
    """
    value = signed(cookies)
    try:
        found = json.loads(value) if value else {}
    except ValueError:
        return {}
    if not isinstance(found, dict) or found.get("is_logged_in") is not True:
        return {}
    return found if found.get("origin") == get_origin_from_redirect_uri() else {}


def signed(cookies: Mapping[str, str]) -> str:
    """What is signed in Streamlit's cookie of the person; "" where the signature does not hold."""
    secret = get_cookie_secret()

    def one(name: str) -> bytes | None:
        value = cookies.get(name)
        if value is None:
            return None
        # headers are latin-1
        return decode_signed_value(secret, name, value.encode("latin-1", errors="replace"))

    value = get_cookie_with_chunks(one, USER_COOKIE_NAME)
    return value.decode("utf-8", errors="replace") if value else ""


def _unfit(reason: str) -> UsageError:
    return UsageError(
        f"People cannot sign in: {' '.join(reason.split())}",
        "Write [auth] into .streamlit/secrets.toml as docs/access.md shows it, or take"
        " --password-file.",
    )
