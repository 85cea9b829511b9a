"""rag keys: what is typed, what is printed, and to which of the two streams."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rag.access.keys import Key, Written
from rag.access.ring import Ring
from rag.store import collections


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A library with two collections that hold nothing."""
    for name in ("work", "дом"):
        collections.create(tmp_path / "library", name)
    return tmp_path / "library"


def test_a_key_is_printed_once_and_alone(rag: Any, home: Path) -> None:
    made = rag("keys", "add", "anna", "-c", "work", "-c", "дом", "--write", "--home", home)
    text = made.out.removesuffix("\n")
    assert (made.code, Written.of(text) is not None) == (0, True)
    assert text not in made.err
    assert "anna may write work, дом" in made.err
    key = Ring(home).find(text)
    assert isinstance(key, Key)
    assert (key.name, key.collections, key.right) == ("anna", {"work", "дом"}, "write")
    for command in (("list",), ("list", "--json"), ("revoke", text), ("revoke", text)):
        said = rag("keys", *command, "--home", home)
        assert text[13:] not in said.out + said.err


def test_what_keys_there_are(rag: Any, home: Path) -> None:
    assert rag("keys", "list", "--home", home).err.startswith("There are no keys")
    made = rag("keys", "add", "anna", "--all", "--expires", "90d", "--home", home, "--json").json
    rag("keys", "add", "boris", "--collection", "work", "--home", home)
    found = rag("--home", home, "keys", "list", "--json").json["keys"]
    fields = {"id", "name", "collections", "right", "created", "expires", "used"}
    assert [set(each) for each in found] == [fields, fields]
    assert set(made) == {"schema", "key", *fields}
    anna, boris = found
    assert (anna["collections"], boris["collections"]) == (None, ["work"])
    assert (anna["right"], anna["used"], boris["expires"]) == ("read", None, None)
    ends = datetime.fromisoformat(anna["expires"]) - datetime.fromisoformat(anna["created"])
    assert abs(ends - timedelta(days=90)) <= timedelta(seconds=1)
    Ring(home).find(made["key"])
    assert rag("keys", "list", "--json", "--home", home).json["keys"][0]["used"]
    table = rag("keys", "list", "--home", home).out
    assert "anna" in table
    assert "never" in table


def test_revoking_says_what_and_that_none_is_left(rag: Any, home: Path) -> None:
    for name in ("anna", "boris"):
        rag("keys", "add", name, "--all", "--home", home)
    gone = rag("keys", "revoke", "anna", "--home", home)
    assert (gone.code, gone.out[-7:], gone.err) == (0, "(anna)\n", "")
    last = rag("keys", "revoke", "boris", "--home", home, "--json")
    assert last.json["revoked"][0]["name"] == "boris"
    assert "no key is left" in last.err
    unknown = rag("keys", "revoke", "anna", "--home", home)
    assert (unknown.code, "rag keys list" in unknown.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "either collections that are named, or all"),
        (("--all", "-c", "work"), "either collections that are named, or all"),
        (("-c", "nothing"), "rag collections create nothing"),
        (("-c", "../work"), "no collection"),
        (("--all", "--expires", "yesterday"), "90d"),
        (("--all", "--expires", "2020-01-31"), "is over"),
        (("--all", "--expires", "0d"), "90d"),
        (("--all", "--expires", "9999-12-31"), "90d"),
    ],
)
def test_a_key_that_is_not_thought_through_is_not_made(
    rag: Any, home: Path, arguments: tuple[str, ...], told: str
) -> None:
    made = rag("keys", "add", "anna", *arguments, "--home", home)
    assert (made.code, made.out) == (2, "")
    assert told in made.err
    assert rag("keys", "list", "--home", home, "--json").json["keys"] == []


def test_a_day_ends_with_its_last_moment_where_the_machine_is(rag: Any, home: Path) -> None:
    day = (datetime.now().astimezone() + timedelta(days=3)).date()
    made = rag("keys", "add", "a", "--all", "--expires", day, "--home", home, "--json").json
    ends = datetime.fromisoformat(made["expires"])
    assert ends.utcoffset() == timedelta(0)
    assert (ends - timedelta(seconds=1)).astimezone().date() == day
    assert ends.astimezone().date() == day + timedelta(days=1)
    assert ends > datetime.now(UTC)


def test_without_a_library_no_folder_is_made_for_a_key(rag: Any, tmp_path: Path) -> None:
    made = rag("keys", "add", "anna", "--all", "--home", tmp_path / "nothing")
    assert (made.code, made.out) == (4, "")
    assert not (tmp_path / "nothing").exists()


def test_a_damaged_file_is_told_with_a_way_out(rag: Any, home: Path) -> None:
    (home / "+keys.json").write_text("{", encoding="utf-8")
    for command in (("list",), ("add", "anna", "--all"), ("revoke", "anna")):
        said = rag("keys", *command, "--home", home)
        assert (said.code, said.out) == (4, "")
        assert "backup" in said.err
