"""How many requests a client may make in a minute, and on what terms a service is open."""

from __future__ import annotations

import pytest

from rag.access import rates
from rag.access.rates import Rates
from rag.access.terms import terms_of


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_may_be_had_at_once_and_grows_back_evenly() -> None:
    clock = Clock()
    bucket = Rates(60, clock)
    taken = [bucket.take("anna") for _ in range(60)]
    assert all(each.allowed for each in taken)
    assert [each.left for each in taken] == list(range(59, -1, -1))
    refused = bucket.take("anna")
    assert (refused.allowed, refused.left, refused.wait) == (False, 0, 1.0)
    clock.now += 0.5
    assert bucket.take("anna").wait == 0.5
    clock.now += 0.5
    assert bucket.take("anna").allowed
    assert not bucket.take("anna").allowed
    clock.now += 3600
    assert bucket.take("anna").left == 59


def test_clients_do_not_use_up_what_is_anothers() -> None:
    bucket = Rates(2, Clock())
    assert [bucket.take("anna").allowed for _ in range(4)] == [True, True, False, False]
    assert bucket.take("boris").allowed


def test_only_so_many_clients_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST", 3)
    bucket = Rates(1, Clock())
    for name in "abc":
        assert bucket.take(name).allowed
    assert not bucket.take("a").allowed
    assert bucket.take("d").allowed  # "b" asked longest ago
    assert not bucket.take("a").allowed
    assert bucket.take("b").allowed


@pytest.mark.parametrize(
    ("address", "names", "demand", "demanded"),
    [
        ("127.0.0.1", (), False, False),
        ("localhost", ("localhost",), False, False),
        ("::1", (), False, False),
        ("127.0.0.1", (), True, True),
        ("0.0.0.0", (), False, True),
        ("192.168.1.5", (), False, True),
        ("127.0.0.1", ("rag.example.org",), False, True),
    ],
)
def test_keys_are_demanded_where_others_can_come(
    address: str, names: tuple[str, ...], demand: bool, demanded: bool
) -> None:
    terms = terms_of(address, names, "desk", demand=demand)
    assert terms.demanded == demanded
    assert all(map(terms.names.allow, names))
