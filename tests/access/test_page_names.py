"""By which names a page may be called, and from where."""

from __future__ import annotations

import pytest

from rag.access.names import host_of, is_loopback, names_of, same_origin


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_an_address_of_this_machine_alone_is_known(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "::", "192.168.1.5", "example.org", "", "localhost.x"]
)
def test_every_other_address_may_be_reached(address: str) -> None:
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost:8501", "localhost"),
        ("LOCALHOST", "localhost"),
        ("localhost.", "localhost"),
        ("[::1]:8501", "::1"),
        ("notes.example.org:443", "notes.example.org"),
        ("", ""),
        ("a b", ""),
        ("localhost:8501; script-src *", ""),
        ("evil.example@localhost", ""),
        ("localhost:99999999", ""),
        ("пример.рф", ""),
    ],
)
def test_the_name_in_a_header_is_read_and_nonsense_is_none(header: str, name: str) -> None:
    assert host_of(header) == name


def test_a_page_of_this_machine_has_the_names_of_this_machine() -> None:
    names = names_of("127.0.0.1", machine="desk")
    assert all(map(names.allow, ("localhost:1", "127.0.0.1:8501", "[::1]:8501", "LocalHost")))
    assert not any(
        map(names.allow, ("evil.example", "192.168.1.5", "desk", "", "127.0.0.2.nip.io"))
    )


def test_a_page_for_others_has_numbers_its_own_name_and_those_given() -> None:
    names = names_of("0.0.0.0", ("Notes.Example.org",), machine="Desk")
    for host in ("192.168.1.5:8501", "desk", "desk.local:8501", "notes.example.org", "[fe80::1]"):
        assert names.allow(host), host
    assert not any(
        map(names.allow, ("evil.example", "notes.example.org.evil.example", "example.org"))
    )


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:8501", "localhost:8501", True),
        ("http://localhost", "localhost", True),
        ("http://localhost:80", "localhost", True),
        ("https://notes.example.org", "notes.example.org", True),
        ("https://notes.example.org", "notes.example.org:443", True),
        ("http://[::1]:8501", "[::1]:8501", True),
        ("http://localhost:3000", "localhost:8501", False),
        ("http://127.0.0.1:8501", "localhost:8501", False),
        ("http://evil.example", "localhost:8501", False),
        ("http://localhost:8501@evil.example", "localhost:8501", False),
        ("http://x@localhost:8501", "localhost:8501", False),
        ("null", "localhost:8501", False),
        ("", "localhost:8501", False),
        ("file://", "localhost:8501", False),
        ("http://localhost:port", "localhost:8501", False),
    ],
)
def test_only_pages_of_the_same_name_and_port_are_of_one_origin(
    origin: str, host: str, same: bool
) -> None:
    assert same_origin(origin, host) is same
