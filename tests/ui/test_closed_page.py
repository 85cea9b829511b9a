"""A page that Streamlit itself serves to other machines shows nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ui import access
from ui.texts import TEXTS


class Stopped(Exception):
    """The page goes no further."""


class Streamlit:
    """What the page says, served at an address."""

    def __init__(self, address: str | None) -> None:
        self.address = address
        self.said: list[str] = []

    def get_option(self, name: str) -> Any:
        return {"server.address": self.address, "global.appTest": False}[name]

    def error(self, body: str, title: str) -> None:
        self.said += [title, body]

    def stop(self) -> None:
        raise Stopped


def show(monkeypatch: pytest.MonkeyPatch, address: str | None) -> list[str]:
    shown = Streamlit(address)
    monkeypatch.setattr(access, "st", shown)
    monkeypatch.setattr(access, "config", shown)
    access.check_served_here(TEXTS["ru"])
    return shown.said


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_it_is_shown(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert show(monkeypatch, address) == []


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "192.168.1.5", "::"])
def test_to_others_it_names_what_to_type(
    monkeypatch: pytest.MonkeyPatch, address: str | None
) -> None:
    shown = Streamlit(address)
    monkeypatch.setattr(access, "st", shown)
    monkeypatch.setattr(access, "config", shown)
    with pytest.raises(Stopped):
        access.check_served_here(TEXTS["ru"])
    assert "Страница открыта не тем способом" in shown.said[0]
    assert (address or "0.0.0.0") in shown.said[1].replace("\\", "").split("--host ")[1]
