"""Which of the people that a provider vouches for are let in."""

from __future__ import annotations

import pytest

from rag.access.people import EVERYBODY, ends, people_of
from rag.access.sessions import LIFETIME
from rag.errors import UsageError


@pytest.mark.parametrize(
    ("claims", "allowed"),
    [
        ({"email": "anna@example.org"}, True),
        ({"email": "ANNA@Example.org", "email_verified": True}, True),
        ({"email": "boris@shop.example"}, True),
        ({"email": "anna@example.org", "email_verified": False}, False),
        ({"email": "anna@example.org", "email_verified": "false"}, False),
        ({"email": "boris@example.org"}, False),
        ({"email": "boris@evil.shop.example"}, False),
        ({"email": "anna@example.org@evil.example"}, False),
        ({"email": "evil@evil.example@shop.example.evil"}, False),
        ({"email": ["anna@example.org"]}, False),
        ({"name": "anna@example.org"}, False),
        ({}, False),
    ],
)
def test_people_are_let_in_by_address_and_by_domain(
    claims: dict[str, object], allowed: bool
) -> None:
    assert people_of("anna@example.org, @shop.example").allow(claims) is allowed


def test_nobody_is_let_in_by_an_empty_setting_and_everybody_by_a_star() -> None:
    assert not people_of(" ,").entries
    assert not people_of("").allow({"email": "anna@example.org"})
    assert people_of(EVERYBODY).allow({"sub": "1"})


@pytest.mark.parametrize("setting", ["anna", "example.org", "anna@", "**"])
def test_what_is_no_address_is_told(setting: str) -> None:
    with pytest.raises(UsageError, match="no e-mail address"):
        people_of(setting)


def test_a_sign_in_holds_for_a_day_of_work_from_when_the_provider_vouched() -> None:
    assert ends({"iat": 1000}, 1000.0) == 1000.0 + LIFETIME
    assert ends({"iat": 1000}, 1000.0 + LIFETIME) is None
    for issued in ({}, {"iat": "1000"}, {"iat": True}, {"iat": 5000}):
        assert ends(issued, 1000.0) is None
