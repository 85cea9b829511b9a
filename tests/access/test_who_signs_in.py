"""Passwords, how often they may be tried, and the sessions that come of them."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from rag.access import passwords
from rag.access.passwords import Password
from rag.access.sessions import LIFETIME, Sessions
from rag.access.throttle import FREE, FREE_OF_ALL, LONGEST, LONGEST_OF_ALL, MOST, Throttle
from rag.errors import UsageError

WORD = "пароль для всех"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_password_matches_itself_and_nothing_else() -> None:
    password = Password.of(WORD)
    assert password.matches(WORD)
    assert not any(map(password.matches, ("", WORD[:-1], WORD + " ", WORD.upper(), "x" * 5000)))


def test_a_password_is_in_no_text_of_its_object_and_salted() -> None:
    password = Password.of(WORD)
    assert repr(password) == "Password()"
    assert password.digest != Password.of(WORD).digest


def test_a_letter_typed_as_one_or_as_two_code_points_is_the_same() -> None:
    assert Password.of("йод и ёлка").matches("йод и ёлка")


@pytest.mark.parametrize("word", ["", "семьбук", "я" * 600])
def test_what_is_too_short_or_too_long_is_no_password(word: str) -> None:
    with pytest.raises(UsageError, match="at least 8 characters"):
        Password.of(word)


def test_the_first_line_of_a_file_is_the_password(tmp_path: Path) -> None:
    file = tmp_path / "word"
    file.write_bytes("\ufeffпароль для всех\r\nanother line\n".encode())
    assert passwords.from_file(file) == WORD
    file.chmod(0o644)
    assert passwords.open_to_others(file)
    file.chmod(0o600)
    assert not passwords.open_to_others(file)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_holds_no_text_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content:
        (tmp_path / "word").write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read from"):
        passwords.from_file(tmp_path / "word")


def test_an_address_may_try_some_times_and_then_less_and_less_often() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert [throttle.admit("10.0.0.1") for _ in range(FREE)] == [0.0] * FREE
    waits = []
    for _ in range(12):
        waits.append(throttle.admit("10.0.0.1"))
        clock.now += waits[-1]
        assert throttle.admit("10.0.0.1") == 0.0
    assert waits == [min(2.0**n, LONGEST) for n in range(12)]
    assert throttle.admit("10.0.0.2") == 0.0


def test_a_try_that_had_to_wait_does_not_lengthen_the_wait() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(FREE):
        throttle.admit("10.0.0.1")
    assert [throttle.admit("10.0.0.1") for _ in range(50)] == [1.0] * 50


def test_whoever_knows_the_password_begins_anew() -> None:
    throttle = Throttle(Clock())
    for _ in range(FREE):
        throttle.admit("10.0.0.1")
    throttle.forgive("10.0.0.1")
    assert throttle.admit("10.0.0.1") == 0.0


def test_many_addresses_together_wait_too_and_never_long() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    waits = []
    for number in range(FREE_OF_ALL + 20):
        waits.append(throttle.admit(f"10.1.{number // 250}.{number % 250}"))
        clock.now += waits[-1]
    assert not any(waits[:FREE_OF_ALL])
    assert all(0 < wait <= LONGEST_OF_ALL for wait in waits[FREE_OF_ALL::2])


def test_addresses_of_one_network_of_ipv6_are_one() -> None:
    throttle = Throttle(Clock())
    for number in range(FREE):
        assert throttle.admit(f"2001:db8::{number:x}") == 0.0
    assert throttle.admit("2001:db8::ffff") > 0
    assert throttle.admit("2001:db8:0:1::1") == 0.0
    assert throttle.admit("fe80::1%eth0") == 0.0


def test_an_address_written_in_ipv6_is_the_same_address() -> None:
    throttle = Throttle(Clock())
    for _ in range(FREE):
        throttle.admit("10.0.0.1")
    assert throttle.admit("::ffff:10.0.0.1") > 0


def test_the_addresses_remembered_are_bounded() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for number in range(MOST + 50):
        clock.now += LONGEST_OF_ALL
        throttle.admit(f"host-{number}")
    assert len(throttle._by_address) == MOST


def test_a_session_lasts_its_time_and_no_longer() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    token = sessions.begin()
    session = sessions.find(token)
    assert session is not None
    assert session.ends == clock.now + LIFETIME
    clock.now += LIFETIME - 1
    assert sessions.find(token) == session
    clock.now += 1
    assert sessions.find(token) is None


def test_a_session_that_was_ended_is_over_and_others_are_not() -> None:
    sessions = Sessions(Clock())
    left, stays = sessions.begin(), sessions.begin()
    session = sessions.find(left)
    assert session is not None
    sessions.end(session)
    assert sessions.find(left) is None
    assert sessions.find(stays) is not None


def test_no_forged_token_is_taken() -> None:
    sessions = Sessions(Clock())
    token = sessions.begin()
    data = base64.urlsafe_b64decode(token)
    for place in range(len(data)):
        forged = bytearray(data)
        forged[place] ^= 1
        assert sessions.find(base64.urlsafe_b64encode(forged).decode()) is None
    for text in ("", "x", token[:-4], token + token, "я" * 40, Sessions(Clock()).begin()):
        assert sessions.find(text) is None
